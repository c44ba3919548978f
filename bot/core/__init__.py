"""The words of the domain. Imports nothing of ours, so everything may import it."""
