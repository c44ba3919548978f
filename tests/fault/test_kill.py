"""kill -9 in the middle of a burst of claims: nothing accepted is lost, nobody is paid twice.

The test is the platform: it keeps every callback and every answer, kills the program, starts it
again on the same data, and brings all callbacks once more, as the platform would.
"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.core.clock import SystemClock
from bot.store.connection import Connection
from bot.store.db import DATABASE_FILE, open_reader
from tests.support.platform import Callback, RobotPlatform
from tests.support.settings import CONFIG, REPOSITORY, example_settings

CLAIMERS = 60


@dataclass
class Program:
    """The bot as its own process."""

    process: asyncio.subprocess.Process
    address: str

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)


@asynccontextmanager
async def program(data: Path, database: str = "") -> AsyncIterator[Program]:
    """``python -m bot run`` on ``data``; stopped at the end unless it was killed before.

    ``database`` is the address of PostgreSQL; without it the data is in a file.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run", "--config", str(CONFIG), "--data-dir", str(data), "--port", "0"),
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "DATABASE_URL": database},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    address = ""
    async for line in process.stdout:
        if found := re.search(r"health\s+(http://\S+)/healthz", line.decode()):
            address = found[1]
            break
    assert address, "the program did not start"
    try:
        yield Program(process, address)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            # what it says on its way out must be read, or it waits for ever
            await asyncio.wait_for(process.communicate(), timeout=30)


async def run_audit(data: Path, database: str = "") -> int:
    """The exit code of ``python -m bot audit``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "audit", "--config", str(CONFIG), "--data-dir", str(data)),
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "DATABASE_URL": database},
        stdout=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


async def let_in(http: aiohttp.ClientSession, base: str, users: Iterable[str]) -> None:
    """Everybody who will claim is in the simulated group, as its member list says."""
    for user in users:
        url = f"{base}/sim/api/groups/hejian/members"
        async with http.post(url, json={"user_id": user, "name": user}) as response:
            assert response.status == 200


async def open_packet(http: aiohttp.ClientSession, base: str) -> None:
    for text in (f"发红包 500 {CLAIMERS}", "确认"):
        url = f"{base}/sim/api/groups/hejian/messages"
        async with http.post(url, json={"from": "tangyuan", "text": text}) as response:
            assert response.status == 200


async def burst(
    http: aiohttp.ClientSession,
    running: Program,
    platform: RobotPlatform,
    callbacks: dict[str, Callback],
    kill_after: int,
) -> dict[str, str]:
    """Everybody claims at once; the program is killed after so many answers."""
    answers: dict[str, str] = {}

    async def claim(user: str, callback: Callback) -> None:
        try:
            answers[user] = await platform.deliver(http, running.address, callback)
        except aiohttp.ClientError:
            return
        if len(answers) == kill_after:
            running.kill()

    await asyncio.gather(*[claim(user, callback) for user, callback in callbacks.items()])
    return answers


@pytest.mark.parametrize("kill_after", [1, 17, 41])
async def test_killed_in_a_burst_of_claims_nothing_is_lost_and_nobody_is_paid_twice(
    tmp_path: Path, kill_after: int
) -> None:
    platform = RobotPlatform(example_settings())
    now = SystemClock().now()
    callbacks = {
        f"member{number:02}": platform.text(
            user=f"member{number:02}", text="抢红包", msgid=f"CLAIM-{number}", now=now
        )
        for number in range(CLAIMERS)
    }
    async with aiohttp.ClientSession() as http:
        async with program(tmp_path) as running:
            await let_in(http, running.address, callbacks)
            await open_packet(http, running.address)
            before = await burst(http, running, platform, callbacks, kill_after)
            await running.process.wait()
        assert kill_after <= len(before) <= CLAIMERS
        async with program(tmp_path) as running:
            after = {
                user: await platform.deliver(http, running.address, callback)
                for user, callback in callbacks.items()
            }
            for user, answer in before.items():
                assert after[user] == answer, "an answer that was given is given again"
            await wait_until_handled(http, running)
    assert await run_audit(tmp_path) == 0
    with closing(open_reader(tmp_path / DATABASE_FILE)) as connection:
        check_books(connection, before)


async def wait_until_handled(
    http: aiohttp.ClientSession, running: Program, seconds: int = 5
) -> None:
    """What the dead process had taken in is handled by the next one, without any clock's help."""
    for _ in range(seconds * 20):
        async with http.get(f"{running.address}/healthz") as response:
            if (await response.json())["waiting_events"] == 0:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("accepted events were not handled")


def check_books(connection: Connection, answered: dict[str, str]) -> None:
    """Everybody has the share that he was told, and nothing is left to do."""
    claims = {
        row["user_id"]: row["amount"]
        for row in connection.execute(
            "SELECT i.user_id, c.amount FROM packet_claim AS c"
            " JOIN identity AS i ON i.member_id = c.member_id"
        )
    }
    (waiting,) = connection.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone()
    assert waiting == 0, "no accepted message is lost"
    assert len(claims) == CLAIMERS
    assert sum(claims.values()) == 500
    for user, answer in answered.items():
        assert str(claims[user]) in answer, "the amount that was answered is the amount paid"
