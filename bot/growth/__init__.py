"""How members bring members. Rewards hang on a friend's joining and staying, never on sharing."""
