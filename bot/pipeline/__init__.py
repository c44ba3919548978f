"""How an event travels: stored once, handled in order, answered, and only then done."""
