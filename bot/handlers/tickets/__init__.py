"""Calls for a person: the member's side, the staff's side, and the clock's."""
