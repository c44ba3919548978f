"""Durable sends: a message is a row first and a send later, and its end is always known."""
