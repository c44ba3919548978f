"""Books on either database, audited when the story is over."""

from collections.abc import Iterator

import pytest

from bot.store.connection import Connection
from bot.store.sql import Dialect
from tests.support.books import assert_books_are_right
from tests.support.engines import chosen
from tests.unit.rewards.redemption.support import add_members


@pytest.fixture
def books(engine: Dialect) -> Iterator[Connection]:
    """Empty books with members 1 to 20."""
    del engine
    connection = chosen().connect(add_members)
    yield connection
    assert_books_are_right(connection)
