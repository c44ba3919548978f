"""What somebody may do to the books by hand, by topic, and which checks must notice."""
