"""The audit: proves the books, and what must follow from what happened."""
