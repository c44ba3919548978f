"""Calls for a person: a ticket each, from the call to its end."""
