"""A town for the stories of this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.db import Store
from tests.support.books import assert_stored_books_are_right

from .support import Town


@pytest.fixture
async def town(store: Store, tmp_path: Path) -> AsyncIterator[Town]:
    """Opened, and audited when the story is over."""
    town = Town(store, tmp_path)
    await town.open()
    yield town
    assert_stored_books_are_right(store)
