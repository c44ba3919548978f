"""A town for the stories of sop.yaml, on each database."""

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.store.db import Store
from bot.store.sql import Dialect
from tests.support.stores import open_store

from .support import Town, plan, step


@pytest.fixture
async def store(engine: Dialect, tmp_path: Path) -> AsyncIterator[Store]:
    del engine
    async with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def open_town(store: Store) -> Callable[..., Town]:
    """Opens a town with these plans; without any, with a plan of one step."""

    def opened(*plans: Mapping[str, Any], **parts: Any) -> Town:
        return Town(store, *(plans or (plan(step()),)), **parts)

    return opened
