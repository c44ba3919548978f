"""Checks of meaning, one subject a module: pure functions from a draft to findings."""
