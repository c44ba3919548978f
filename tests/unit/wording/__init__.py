"""Wording: rules about words, and what is let through."""
