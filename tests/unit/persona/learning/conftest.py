"""Questions on both databases."""

import pytest

from bot.store.db import Store

from .support import School


@pytest.fixture
async def school(store: Store) -> School:
    """A store with three members and no questions."""
    school = School(store)
    await school.open()
    return school
