"""How the bot speaks: who it is, its texts, what it knows, and what may not leave the house."""
