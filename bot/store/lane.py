"""Group commit: many waiting callers, one durable transaction.

A lane gathers what is waiting while the previous commit is under way and applies it as one batch.
There is no timer: an idle lane commits at once, a busy one batches by itself. Every item gets its
own verdict; one bad item never fails its neighbours. A verdict is given only after the commit, so
whoever has one may rely on it after a power cut.

A lane's work is a plain function on the writer thread, which owns the only writing connection to
either database; all lanes that have something waiting share one commit.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.core.errors import StoreError, YutangError
from bot.store.connection import Connection

Item = TypeVar("Item")
Verdict = TypeVar("Verdict")

Apply = Callable[[Connection, Sequence[Item]], Sequence[Verdict | YutangError]]
"""Applies items in order inside an open transaction and returns one verdict for each, in order.

It must leave the connection's transaction alone. An item that is refused gets its error as its
verdict; raising means that the batch as a whole could not be applied, and the items are then
tried one by one."""

_Work = tuple[str, Apply[Any, Any], Sequence[Any]]
"""A lane's name, its function and its batch."""

BATCH_LIMIT = 512
"""Items of one lane in one commit; bounds both the latency and the journal of a batch."""

WAITING_LIMIT = 10_000
"""Callers that may wait in one lane before further ones are held back."""


@dataclass(slots=True)
class _Waiting:
    item: Any
    future: asyncio.Future[Any]


class Lane(Generic[Item, Verdict]):
    """One kind of write. Made by ``Writer.lane``."""

    def __init__(self, writer: "Writer", name: str, apply: Apply[Item, Verdict]) -> None:
        self.name = name
        self.apply = apply
        self._writer = writer
        self._room = asyncio.Semaphore(WAITING_LIMIT)
        self.waiting: deque[_Waiting] = deque()

    async def submit(self, item: Item) -> Verdict:
        """Wait until ``item`` is durably applied and return its verdict.

        Cancelling the caller leaves the batch alone: the item is still applied. Raises the item's
        own error, or StoreError when the database did not take the batch.
        """
        async with self._room:
            self._writer.check_open()
            future: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
            self.waiting.append(_Waiting(item, future))
            self._writer.wake()
            return await future

    def take(self) -> list[_Waiting]:
        """The next batch of what is waiting."""
        count = min(len(self.waiting), BATCH_LIMIT)
        return [self.waiting.popleft() for _ in range(count)]


class Writer:
    """The writer thread, its connection and the pump that feeds it.

    ``pen`` is held while a batch is written. Whoever else wants to write to the same database
    from this process takes it first, so that writers queue here and not inside the database.
    ``failures`` are the errors by which a database says that it did not take a batch; the
    connection is then made anew, in case it was lost.
    """

    def __init__(
        self, connect: Callable[[], Connection], failures: tuple[type[Exception], ...]
    ) -> None:
        self._connect = connect
        self._failures: tuple[type[Exception], ...] = (*failures, StoreError)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._connection: Connection | None = None
        self._lanes: list[Lane[Any, Any]] = []
        self._work = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._closing = False
        self.pen = asyncio.Lock()
        self.commits = 0

    def lane(self, name: str, apply: Apply[Item, Verdict]) -> Lane[Item, Verdict]:
        """A new lane that writes with ``apply``."""
        lane = Lane(self, name, apply)
        self._lanes.append(lane)
        return lane

    async def open(self) -> None:
        """Open the connection on the writer thread and start pumping."""
        await self._on_thread(self._open)
        self._pump = asyncio.create_task(self._run(), name="store writer")

    async def run(self, work: Callable[[Connection], Verdict]) -> Verdict:
        """Run ``work`` on the writer thread between two batches; it handles its transaction."""
        async with self.pen:
            return await self._on_thread(lambda: work(self._open()))

    async def close(self) -> None:
        """Write what is waiting, then close; later submissions are refused."""
        self._closing = True
        self._work.set()
        if self._pump is not None:
            await self._pump
        await self._on_thread(self._shut)
        self._thread.shutdown()

    def check_open(self) -> None:
        """Raise StoreError once the writer is closing."""
        if self._closing:
            raise StoreError("the store is closing: nothing more is written")

    def wake(self) -> None:
        """Tell the pump that something is waiting."""
        self._work.set()

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while batch := [(lane, items) for lane in self._lanes if (items := lane.take())]:
                await self._write(batch)
            if self._closing:
                return

    async def _write(self, batch: list[tuple[Lane[Any, Any], list[_Waiting]]]) -> None:
        work = [
            (lane.name, lane.apply, [waiting.item for waiting in items]) for lane, items in batch
        ]
        try:
            async with self.pen:
                verdicts = await self._on_thread(lambda: self._commit(work))
                self.commits += 1
        except self._failures as error:
            failure = StoreError(f"the database did not take the batch: {error}")
            verdicts = [[failure] * len(items) for _, items in batch]
        for (_, items), answers in zip(batch, verdicts, strict=True):
            for waiting, answer in zip(items, answers, strict=True):
                _answer(waiting.future, answer)

    async def _on_thread(self, work: Callable[[], Verdict]) -> Verdict:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _commit(self, work: Sequence[_Work]) -> list[list[Any]]:
        try:
            return commit(self._open(), work)
        except self._failures:
            self._shut()
            raise

    def _shut(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()


def commit(connection: Connection, work: Sequence[_Work]) -> list[list[Any]]:
    """Apply every lane's items in one durable transaction; one list of verdicts for each lane.

    When something in it goes wrong, everything is taken back and done again with care: lane by
    lane and, in a lane that fails, item by item. Raises the database's error when the
    transaction as a whole was not taken; nothing is written then.
    """
    connection.begin()
    try:
        verdicts = [_apply(apply, connection, items) for _, apply, items in work]
    except Exception:  # noqa: BLE001 (whatever it is, the careful way finds whose it was)
        connection.rollback()
        return _commit_carefully(connection, work)
    except BaseException:
        connection.rollback()
        raise
    return _end(connection, verdicts)


def _commit_carefully(connection: Connection, work: Sequence[_Work]) -> list[list[Any]]:
    connection.begin()
    try:
        verdicts = [_apply_lane(connection, name, apply, items) for name, apply, items in work]
    except BaseException:
        connection.rollback()
        raise
    return _end(connection, verdicts)


def _end(connection: Connection, verdicts: list[list[Any]]) -> list[list[Any]]:
    try:
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return verdicts


def _apply_lane(
    connection: Connection, name: str, apply: Apply[Any, Any], items: Sequence[Any]
) -> list[Any]:
    verdicts = _attempt(connection, apply, items)
    if not isinstance(verdicts, Exception):
        return verdicts
    if len(items) == 1:
        return [StoreError(f"{name}: {verdicts!r}")]
    return [_apply_lane(connection, name, apply, [item])[0] for item in items]


def _attempt(
    connection: Connection, apply: Apply[Any, Any], items: Sequence[Any]
) -> list[Any] | Exception:
    connection.execute("SAVEPOINT batch")
    try:
        verdicts = _apply(apply, connection, items)
    except Exception as error:  # noqa: BLE001 (a bad item must not fail its neighbours)
        connection.execute("ROLLBACK TO batch")
        connection.execute("RELEASE batch")
        return error
    connection.execute("RELEASE batch")
    return verdicts


def _apply(apply: Apply[Any, Any], connection: Connection, items: Sequence[Any]) -> list[Any]:
    verdicts = list(apply(connection, items))
    assert len(verdicts) == len(items), "one verdict for each item"
    return verdicts


def _answer(future: asyncio.Future[Any], verdict: object) -> None:
    if future.done():  # the caller was cancelled; its item is written all the same
        return
    if isinstance(verdict, YutangError):
        future.set_exception(verdict)
    else:
        future.set_result(verdict)
