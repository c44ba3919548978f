"""Who: people and where they are known, their stays in groups, what they did, what that tells."""
