"""Boards 排行榜: who did most in a group, over a time that ends."""
