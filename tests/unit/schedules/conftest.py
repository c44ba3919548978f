"""A database and settings for the tests that write."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.db import Store

from .support import Live, open_store, settings


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def live() -> Live:
    return Live(settings())
