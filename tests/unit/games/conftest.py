"""Books with members, on either database."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.store.connection import Connection
from bot.store.sql import Dialect
from tests.unit.rewards.support import new_books


@pytest.fixture
def table(engine: Dialect) -> Iterator[Connection]:
    """Where games are played: members 1 to 600, no game."""
    del engine
    with closing(new_books()) as connection:
        yield connection
