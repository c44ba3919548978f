"""The books: double entry, whole numbers, append-only, every transfer at most once."""
