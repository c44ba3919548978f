"""Learning from questions that had no answer."""
