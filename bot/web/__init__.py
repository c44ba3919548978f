"""The HTTP side: callbacks in, health and metrics out."""
