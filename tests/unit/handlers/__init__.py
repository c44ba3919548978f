"""Handlers, through the whole pipeline."""
