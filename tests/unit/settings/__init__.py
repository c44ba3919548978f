"""The settings: from files to values or problems."""
