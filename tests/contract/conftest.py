"""Loopback only: a stand-in for the platform, a session to it, and a clock that stands still."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.core.clock import ManualClock

from .support import NOW, FakePlatform


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def platform() -> AsyncIterator[FakePlatform]:
    platform = FakePlatform()
    await platform.start()
    yield platform
    await platform.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def unused_base_url() -> str:
    """An address on loopback where nobody listens."""
    return f"http://127.0.0.1:{unused_port()}"
