"""Memory: recognised, kept, forgotten, mentioned."""
