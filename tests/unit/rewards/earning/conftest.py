"""Books with members 1 to 9 on both engines."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.store.connection import Connection
from bot.store.sql import Dialect
from tests.support.books import assert_books_are_right
from tests.support.engines import chosen

MEMBERS = 9


def _add_members(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO member (id, created_at) VALUES "
        + ", ".join(f"({number}, 0)" for number in range(1, MEMBERS + 1))
    )


@pytest.fixture
def pond(engine: Dialect) -> Iterator[Connection]:
    """Empty books, audited when the story is over."""
    del engine
    with closing(chosen().connect(_add_members)) as connection:
        yield connection
        assert_books_are_right(connection)
