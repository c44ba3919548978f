"""Books with members 1 to 600 on both engines, audited when the story is over."""

from tests.unit.rewards.conftest import books

__all__ = ["books"]
