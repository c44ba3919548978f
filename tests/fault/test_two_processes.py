"""Several processes on one PostgreSQL: what one has done the others find, nothing is done twice.

SQLite has no such tests: a file belongs to one program.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.core.clock import SystemClock
from bot.core.ids import GroupKey
from bot.core.messages import Outgoing, Target, TargetKind, Text
from bot.outbox.enqueue import post
from bot.pipeline.inbox import LEASE
from bot.rewards.audit.audit import audit
from bot.store.db import Store, open_reader
from bot.tables import MODELS
from tests.fault.racer import EVENTS, LIMIT, PAYMENTS, PEOPLE
from tests.fault.test_kill import (
    CLAIMERS,
    burst,
    check_books,
    let_in,
    open_packet,
    program,
    run_audit,
    wait_until_handled,
)
from tests.support.engines import PostgresEngine
from tests.support.events import NOW, ROBOT
from tests.support.platform import RobotPlatform
from tests.support.postgres import outside_the_loop
from tests.support.settings import REPOSITORY, example_settings
from tests.support.stores import execute
from tests.unit.schedules.support import GROUP

RACERS = 3


@pytest.fixture
async def address(postgres: PostgresEngine, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database of the test's own."""
    yield postgres.address(tmp_path)
    postgres.end_test()


@pytest.fixture
async def store(address: str, tmp_path: Path) -> AsyncIterator[Store]:
    """The test's own look at the database."""
    store = Store(tmp_path, MODELS, address)
    await store.open()
    yield store
    await store.close()


async def race(what: str, address: str, directory: Path) -> list[list[Any]]:
    """Let processes that begin at the same moment do ``what``; what each of them did."""
    racers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.fault.racer", what, address, str(directory)),
            cwd=REPOSITORY,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(RACERS)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert await racer.stdout.readline() == b"ready\n"
    ends = await asyncio.wait_for(
        asyncio.gather(*[racer.communicate(b"go\n") for racer in racers]), timeout=60
    )
    assert [racer.returncode for racer in racers] == [0] * RACERS
    return [_last_line(output) for output, _ in ends]


def _last_line(output: bytes) -> list[Any]:
    """What a racer printed at its end, after whatever it logged."""
    did: list[Any] = json.loads(output.splitlines()[-1])
    return did


async def test_a_slot_is_decided_by_one_process_and_its_messages_are_written_once(
    store: Store, address: str, tmp_path: Path
) -> None:
    decisions = await race("publish", address, tmp_path)

    slots = await store.read("SELECT key FROM slot WHERE group_key = ?", [GroupKey(GROUP)])
    posts = await store.read("SELECT key FROM outbox")
    assert sum(sum(did) for did in decisions) == len(slots) == 1
    assert [row["key"] for row in posts] == [f"slot/{row['key']}" for row in slots]


async def test_a_limit_holds_for_all_processes_together_and_no_message_goes_twice(
    store: Store, address: str, tmp_path: Path
) -> None:
    wanted = [
        Outgoing(f"{number:03}", ROBOT, Target(TargetKind.GROUP, f"chat-{number}"), Text("hello"))
        for number in range(3 * LIMIT)
    ]
    await post(store, wanted, now=NOW)

    sent = [key for did in await race("send", address, tmp_path) for key in did]

    assert len(sent) == len(set(sent)) == LIMIT
    rows = await store.read("SELECT key FROM outbox WHERE state = 'sent'")
    assert sorted(row["key"] for row in rows) == sorted(sent)


async def test_an_event_that_comes_to_every_process_is_new_to_one(
    store: Store, address: str, tmp_path: Path
) -> None:
    fresh = [key for did in await race("take in", address, tmp_path) for key in did]

    assert sorted(fresh) == sorted(f"event/{number}" for number in range(EVENTS))
    (people,) = await store.read("SELECT count(*) AS n FROM member")
    assert people["n"] == 1, "and whoever wrote them is one member"


async def test_processes_that_move_points_between_the_same_people_never_wait_for_each_other_in_vain(
    store: Store, address: str, tmp_path: Path
) -> None:
    for number in range(1, PEOPLE + 1):
        await execute(store, f"INSERT INTO member (id, created_at) VALUES ({number}, 0)")

    posted = [number for did in await race("pay", address, tmp_path) for number in did]

    assert len(posted) == len(set(posted)), "one key is posted by one process"
    assert len(posted) >= PAYMENTS // 3, "what the issuance gives always goes through"
    report = outside_the_loop(lambda: _audit(tmp_path, address))
    assert report == ()
    rows = await store.read("SELECT key FROM transfer ORDER BY id")
    assert {row["key"] for row in rows} == {f"pay/{number}" for number in posted}


def _audit(directory: Path, address: str) -> tuple[object, ...]:
    with closing(open_reader(directory, address)) as connection:
        return audit(connection).broken


async def test_what_a_killed_process_had_taken_in_is_finished_by_the_one_beside_it(
    address: str, tmp_path: Path
) -> None:
    platform = RobotPlatform(example_settings())
    now = SystemClock().now()
    callbacks = {
        f"member{number:02}": platform.text(
            user=f"member{number:02}", text="抢红包", msgid=f"CLAIM-{number}", now=now
        )
        for number in range(CLAIMERS)
    }
    async with (
        aiohttp.ClientSession() as http,
        program(tmp_path / "one", address) as first,
        program(tmp_path / "other", address) as second,
    ):
        for running in (first, second):
            await let_in(http, running.address, callbacks)
        await open_packet(http, first.address)
        before = await burst(http, first, platform, callbacks, kill_after=17)
        await first.process.wait()

        await wait_until_handled(http, second, seconds=int(LEASE.total_seconds()) + 15)
        for user, callback in callbacks.items():
            answer = await platform.deliver(http, second.address, callback)
            assert answer == before.get(user, answer), "an answer that was given is given again"
        await wait_until_handled(http, second)
    assert await run_audit(tmp_path, address) == 0
    outside_the_loop(lambda: _check(tmp_path, address, before))


def _check(directory: Path, address: str, before: dict[str, str]) -> None:
    with closing(open_reader(directory, address)) as connection:
        check_books(connection, before)
