"""Tests of single modules; the tree mirrors bot/."""
