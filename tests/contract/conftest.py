"""Loopback only: a stand-in for the platform, a session to it, and a clock that stands still."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.channels.socket_connection import Patience
from bot.channels.wecom_robot_socket import WecomRobotSocket
from bot.core.clock import ManualClock

from .support import NOW, FakePlatform
from .wecom_robot_socket_support import (
    HASTE,
    FakeSocketPlatform,
    listening,
    make_robot,
    until,
)


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
async def line() -> AsyncIterator[FakeSocketPlatform]:
    """The platform's end of robots' connections."""
    line = FakeSocketPlatform()
    await line.start()
    yield line
    await line.close()


@pytest.fixture
def patience() -> Patience:
    return HASTE


@pytest.fixture
async def online(
    session: aiohttp.ClientSession, line: FakeSocketPlatform, tmp_path: Path, patience: Patience
) -> AsyncIterator[WecomRobotSocket]:
    """A robot that is connected; the files it may show are in ``tmp_path``."""
    robot = make_robot(session, line.address, directory=tmp_path, patience=patience)
    async with listening(robot):
        await until(lambda: not robot.trouble)
        yield robot


@pytest.fixture
def unused_base_url() -> str:
    """An address on loopback where nobody listens."""
    return f"http://127.0.0.1:{unused_port()}"
