"""From files that operators edit to frozen, typed settings, or the list of all problems."""
