"""What the bot does, a file per topic. Handlers return replies; they never send."""
