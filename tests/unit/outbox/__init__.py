"""The outbox: pacing, and the worker on a real store."""
