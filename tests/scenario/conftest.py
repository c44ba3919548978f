from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.sql import Dialect
from tests.scenario.town import Town
from tests.scenario.town import town as open_town


@pytest.fixture
async def town(engine: Dialect, tmp_path: Path) -> AsyncIterator[Town]:
    del engine
    async with open_town(tmp_path) as place:
        yield place
