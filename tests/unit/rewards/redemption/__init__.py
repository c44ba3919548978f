"""Redemption, from the pure decisions to the lanes."""
