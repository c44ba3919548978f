"""Rare writes: whole or not at all, in turns with the lanes, out of reach of a cancelled caller."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.members.models import MemberRow
from bot.store import db
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import from_micros
from bot.tables import MODELS
from tests.support.engines import chosen
from tests.support.stores import look_into, open_store, read_value

COUNT = "SELECT count(*) FROM member"
EPOCH = from_micros(0)


async def add_member() -> None:
    await MemberRow.create(created_at=EPOCH)


def insert_members(connection: Connection, items: Sequence[str]) -> list[str]:
    for name in items:
        connection.execute("INSERT INTO member (name, created_at) VALUES (?, 0)", (name,))
    return list(items)


async def test_a_transaction_returns_what_its_work_returns(store: Store) -> None:
    async def work() -> str:
        await add_member()
        return "done"

    assert await store.transaction(work) == "done"
    assert await read_value(store, COUNT) == 1


async def test_a_transaction_that_raises_writes_nothing_and_the_next_one_goes_through(
    store: Store,
) -> None:
    async def half() -> None:
        await add_member()
        raise LookupError("half way")

    with pytest.raises(LookupError):
        await store.transaction(half)
    assert await read_value(store, COUNT) == 0

    await store.transaction(add_member)
    assert await read_value(store, COUNT) == 1


async def test_a_transaction_whose_caller_was_cancelled_is_still_written_and_leaks_no_lock(
    store: Store,
) -> None:
    in_the_middle, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        await add_member()
        in_the_middle.set()
        await go_on.wait()
        await add_member()

    caller = asyncio.create_task(store.transaction(slow))
    await in_the_middle.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()

    await asyncio.wait_for(store.transaction(add_member), 5)
    assert await asyncio.wait_for(read_value(store, COUNT), 5) == 3


async def test_lanes_wait_for_a_transaction_and_write_after_it(store: Store) -> None:
    lane = store.lane("members", insert_members)
    in_the_middle, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        await add_member()
        in_the_middle.set()
        await go_on.wait()

    transaction = asyncio.create_task(store.transaction(slow))
    await in_the_middle.wait()
    commits = store.commits
    submitted = asyncio.create_task(lane.submit("later"))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not submitted.done()
    assert store.commits == commits

    go_on.set()
    await transaction
    assert await submitted == "later"
    names = [row["name"] for row in await store.read("SELECT name FROM member ORDER BY id")]
    assert names == ["", "later"]


async def test_lanes_and_transactions_queue_in_the_house_and_not_inside_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 1)  # whoever had to wait inside it would fail
    in_the_middle = asyncio.Event()

    async def slow() -> None:
        await add_member()
        in_the_middle.set()
        await asyncio.wait([submitted], timeout=0.1)

    async with open_store(tmp_path) as store:
        lane = store.lane("members", insert_members)
        submitted: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        transaction = asyncio.create_task(store.transaction(slow))
        await in_the_middle.wait()

        assert await lane.submit("later") == "later"
        await transaction
        assert await read_value(store, COUNT) == 2


async def test_many_transactions_and_lanes_at_once_lose_nothing(store: Store) -> None:
    lane = store.lane("members", insert_members)

    await asyncio.gather(
        *[store.transaction(add_member) for _ in range(20)],
        *[lane.submit(str(number)) for number in range(20)],
    )

    assert await read_value(store, COUNT) == 40


async def test_a_read_inside_a_transaction_sees_what_the_transaction_wrote(store: Store) -> None:
    async def work() -> object:
        await add_member()
        return await read_value(store, COUNT)

    assert await store.transaction(work) == 1


async def test_another_reader_does_not_see_a_transaction_before_its_end(store: Store) -> None:
    seen = []

    async def work() -> None:
        await add_member()
        seen.append(look_into(store, lambda other: other.execute(COUNT).fetchone()[0]))

    await store.transaction(work)
    assert seen == [0]


@pytest.mark.usefixtures("engine")
async def test_the_store_closes_only_after_a_transaction_that_its_caller_gave_up(
    tmp_path: Path,
) -> None:
    in_the_middle, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        await add_member()
        in_the_middle.set()
        await go_on.wait()
        await add_member()

    store = Store(tmp_path, MODELS, chosen().address(tmp_path))
    await store.open()
    caller = asyncio.create_task(store.transaction(slow))
    await in_the_middle.wait()
    caller.cancel()
    closing = asyncio.create_task(store.close())
    await asyncio.wait([closing], timeout=0.1)  # a store that does not wait is closed by now
    go_on.set()
    await closing
    await asyncio.wait([caller])

    assert look_into(store, lambda other: other.execute(COUNT).fetchone()[0]) == 2


async def test_reading_before_opening_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not open"):
        await Store(tmp_path, []).read("SELECT 1")


async def test_both_connections_keep_a_write_ahead_log_and_survive_a_power_cut(
    tmp_path: Path,
) -> None:
    def pragmas(connection: Connection, items: Sequence[str]) -> list[object]:
        return [connection.execute(f"PRAGMA {item}").fetchone()[0] for item in items]

    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    async with open_store(tmp_path) as store:
        lane = store.lane("pragmas", pragmas)
        for name, value in expected.items():
            assert await lane.submit(name) == value, f"the writer's {name}"
            assert await read_value(store, f"PRAGMA {name}") == value, f"Tortoise's {name}"
