"""Pictures drawn from facts: the only floor that knows pixels and fonts."""
