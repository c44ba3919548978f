"""A database and settings for the tests that write."""

import pytest

from .support import Live, settings


@pytest.fixture
def live() -> Live:
    return Live(settings())
