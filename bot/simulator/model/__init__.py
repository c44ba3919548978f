"""A language model on loopback: the OpenAI protocol, strict, with words that a script chooses."""
