"""The program's own audit as an assertion."""

from bot.rewards.audit.audit import audit
from bot.store.connection import Connection
from bot.store.db import Store
from tests.support.stores import look_into


def assert_books_are_right(connection: Connection) -> None:
    """The program's own audit finds nothing."""
    assert audit(connection).broken == ()


def assert_stored_books_are_right(store: Store) -> None:
    """The program's own audit of what is committed in ``store`` finds nothing."""
    look_into(store, assert_books_are_right)
