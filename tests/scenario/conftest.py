from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenario.town import Town
from tests.scenario.town import town as open_town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as place:
        yield place
