"""Lanes: a verdict for each item, one durable commit for many, and nobody pays for a neighbour."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.core.errors import ErrorCode, StoreError, YutangError
from bot.store.connection import Connection
from bot.store.db import DATABASE_FILE, Store, open_reader
from bot.store.lane import BATCH_LIMIT, Lane
from bot.store.sql import Dialect
from bot.tables import MODELS
from tests.support.engines import chosen
from tests.support.postgres import outside_the_loop
from tests.support.stores import open_store


class Refused(YutangError):
    code = ErrorCode.INSUFFICIENT


@dataclass
class Notes:
    """A lane's work: notes numbers and doubles them. ``batches`` remembers their sizes."""

    batches: list[int] = field(default_factory=list)

    def apply(self, connection: Connection, items: Sequence[int]) -> Sequence[int | YutangError]:
        self.batches.append(len(items))
        return [self._note(connection, item) for item in items]

    def _note(self, connection: Connection, item: int) -> int | YutangError:
        if item < 0:
            return Refused("negative numbers are not noted")
        if item == 13:
            connection.execute("INSERT INTO note VALUES (1300)")
            raise ValueError("thirteen spoils the batch")
        connection.execute("INSERT INTO note VALUES (?)", (item,))
        return item * 2


@pytest.fixture
async def store(engine: Dialect, tmp_path: Path) -> AsyncIterator[Store]:
    del engine
    async with open_store(tmp_path) as opened:
        make_table = opened.lane("table", create_tables)
        await make_table.submit(None)
        yield opened


def create_tables(connection: Connection, items: Sequence[None]) -> list[None]:
    connection.execute("CREATE TABLE note (number INTEGER NOT NULL)")
    connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    connection.execute(
        "CREATE TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
    )
    return [None for _ in items]


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def lane(store: Store, notes: Notes) -> Lane[int, int]:
    return store.lane("notes", notes.apply)


def noted(directory: Path) -> list[int]:
    """What another connection sees: only what is committed."""

    def look() -> list[int]:
        reader = open_reader(directory / DATABASE_FILE, chosen().address(directory))
        with closing(reader):
            return [row["number"] for row in reader.execute("SELECT number FROM note")]

    return outside_the_loop(look)


async def test_every_item_gets_its_own_verdict_in_the_order_of_submission(
    lane: Lane[int, int], tmp_path: Path
) -> None:
    verdicts = await asyncio.gather(*[lane.submit(number) for number in (5, 3, 9)])

    assert verdicts == [10, 6, 18]
    assert noted(tmp_path) == [5, 3, 9]


async def test_a_verdict_is_given_only_after_the_commit(
    lane: Lane[int, int], tmp_path: Path
) -> None:
    await lane.submit(7)

    assert noted(tmp_path) == [7]


async def test_a_refused_item_gets_its_error_and_its_neighbours_are_written(
    lane: Lane[int, int], notes: Notes, tmp_path: Path
) -> None:
    first, refused, last = await asyncio.gather(
        *[lane.submit(number) for number in (1, -1, 2)], return_exceptions=True
    )

    assert (first, last) == (2, 4)
    assert isinstance(refused, Refused)
    assert noted(tmp_path) == [1, 2]
    assert notes.batches == [3]


async def test_an_item_that_spoils_its_batch_fails_alone_when_the_items_are_retried_one_by_one(
    lane: Lane[int, int], notes: Notes, tmp_path: Path
) -> None:
    first, spoilt, last = await asyncio.gather(
        *[lane.submit(number) for number in (1, 13, 2)], return_exceptions=True
    )

    assert (first, last) == (2, 4)
    assert isinstance(spoilt, StoreError)
    assert "thirteen" in spoilt.message
    assert noted(tmp_path) == [1, 2], "nothing of the spoilt item or of the first try is left"
    assert notes.batches == [3, 3, 1, 1, 1], "at once, again with care, then one by one"


async def test_a_lane_that_gives_too_few_verdicts_writes_nothing(
    store: Store, tmp_path: Path
) -> None:
    def forgetful(connection: Connection, items: Sequence[int]) -> list[int]:
        for item in items:
            connection.execute("INSERT INTO note VALUES (?)", (item,))
        return []

    lane = store.lane("forgetful", forgetful)

    with pytest.raises(StoreError, match="one verdict for each item"):
        await lane.submit(4)
    assert noted(tmp_path) == []


async def test_the_item_of_a_cancelled_caller_is_written_and_its_batch_goes_on(
    lane: Lane[int, int], tmp_path: Path
) -> None:
    given_up = asyncio.create_task(lane.submit(1))
    patient = asyncio.create_task(lane.submit(2))
    await asyncio.sleep(0)  # both are waiting in the lane now
    given_up.cancel()

    assert await patient == 4
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert noted(tmp_path) == [1, 2]


async def test_an_idle_lane_commits_a_single_item_at_once(
    store: Store, lane: Lane[int, int]
) -> None:
    before = store.commits
    for number in range(3):
        await lane.submit(number)

    assert store.commits - before == 3


async def test_a_busy_lane_needs_far_fewer_commits_than_it_has_items(
    store: Store, lane: Lane[int, int], tmp_path: Path
) -> None:
    async def caller(number: int) -> None:
        for turn in range(10):
            await lane.submit(1000 + number * 10 + turn)

    before = store.commits
    await asyncio.gather(*[caller(number) for number in range(40)])

    assert len(noted(tmp_path)) == 400
    assert store.commits - before <= 40, "forty callers in step share their commits"


async def test_no_batch_is_larger_than_the_limit(
    store: Store, lane: Lane[int, int], notes: Notes
) -> None:
    before = store.commits
    await asyncio.gather(*[lane.submit(number + 100) for number in range(BATCH_LIMIT + 5)])

    assert notes.batches == [BATCH_LIMIT, 5]
    assert store.commits - before == 2


async def test_two_lanes_that_have_something_waiting_share_one_commit(
    store: Store, lane: Lane[int, int], tmp_path: Path
) -> None:
    other = store.lane("other notes", Notes().apply)
    before = store.commits

    assert list(await asyncio.gather(lane.submit(1), other.submit(2))) == [2, 4]
    assert store.commits - before == 1
    assert noted(tmp_path) == [1, 2]


async def test_what_spoils_one_lane_does_not_fail_the_other_one(
    store: Store, lane: Lane[int, int], tmp_path: Path
) -> None:
    other = store.lane("other notes", Notes().apply)

    spoilt, fine = await asyncio.gather(lane.submit(13), other.submit(2), return_exceptions=True)

    assert isinstance(spoilt, StoreError)
    assert fine == 4
    assert noted(tmp_path) == [2]


def orphans(connection: Connection, items: Sequence[int]) -> list[int]:
    """Children without parents: the database refuses them at COMMIT, not before."""
    for item in items:
        connection.execute("INSERT INTO child VALUES (?)", (item,))
    return list(items)


async def test_a_commit_that_fails_gives_everybody_a_store_error_and_writes_nothing(
    store: Store, lane: Lane[int, int], tmp_path: Path
) -> None:
    before = store.commits
    answers = await asyncio.gather(
        lane.submit(1), lane.submit(2), store.lane("orphans", orphans).submit(77),
        return_exceptions=True,
    )  # fmt: skip

    assert [type(answer) for answer in answers] == [StoreError] * 3
    assert noted(tmp_path) == []
    assert store.commits == before


async def test_after_a_commit_that_failed_the_lanes_write_again(
    store: Store, lane: Lane[int, int], tmp_path: Path
) -> None:
    with pytest.raises(StoreError):
        await store.lane("orphans", orphans).submit(77)

    assert await lane.submit(3) == 6
    assert noted(tmp_path) == [3]


@pytest.mark.usefixtures("engine")
async def test_what_is_waiting_when_the_store_closes_is_written_and_later_items_are_refused(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path, MODELS, chosen().address(tmp_path))
    await store.open()
    await store.lane("table", create_tables).submit(None)
    lane = store.lane("notes", Notes().apply)
    waiting = asyncio.create_task(lane.submit(1))
    await asyncio.sleep(0)

    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    with pytest.raises(StoreError, match="closing"):
        await lane.submit(2)
    await closing

    assert await waiting == 2
    assert noted(tmp_path) == [1]
    with pytest.raises(StoreError, match="closing"):
        await lane.submit(3)
