"""What we and the platforms have agreed on: wire forms, limits, error codes."""
