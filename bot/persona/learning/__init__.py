"""Learning from what could not be answered: questions collected, answers offered and adopted."""
