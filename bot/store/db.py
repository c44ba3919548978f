"""Opening, migrating and closing the database, and rare writes.

Hot writes go through lanes (``lane.py``). Rare ones go through ``Store.transaction``; reading
queries use the Tortoise models directly.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from tortoise import Tortoise
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from bot.store.lane import Apply, Item, Lane, Verdict, Writer
from bot.store.migrate import migrate

T = TypeVar("T")

DATABASE_FILE = "yutang.db"
BUSY_TIMEOUT_MS = 10_000


def connect_sqlite(path: Path) -> sqlite3.Connection:
    """A connection with the settings that every writer of ours uses.

    WAL with synchronous=FULL: an acknowledged commit survives a power cut (NORMAL would lose the
    last ones), and grouped commits make the difference in speed small.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    return connection


def connect_sqlite_readonly(path: Path) -> sqlite3.Connection:
    """A connection that sees one committed state at a time and cannot write; for audits."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    return connection


class Store:
    """The database of one process.

    ``models`` names the modules that hold Tortoise models; the composition root knows them.
    """

    def __init__(self, directory: Path, models: Iterable[str]) -> None:
        self.path = directory / DATABASE_FILE
        self._models = list(models)
        self._writer = Writer(lambda: connect_sqlite(self.path))
        self._tortoise: TortoiseContext | None = None

    async def open(self) -> None:
        """Create or upgrade the database and be ready for lanes and queries."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        await self._writer.open()
        await self._writer.run(migrate)
        self._tortoise = await Tortoise.init(
            db_url=f"sqlite://{self.path}?synchronous=FULL&busy_timeout={BUSY_TIMEOUT_MS}",
            modules={"models": self._models},
            _enable_global_fallback=True,
        )

    async def close(self) -> None:
        """Write what is waiting, then close every connection."""
        await self._writer.close()
        async with self._writer.pen:  # a transaction whose caller gave up still ends
            if self._tortoise is not None:
                await self._tortoise.close_connections()

    def lane(self, name: str, apply: Apply[Item, Verdict]) -> Lane[Item, Verdict]:
        """A lane that writes with ``apply``; see ``lane.py``."""
        return self._writer.lane(name, apply)

    @property
    def commits(self) -> int:
        """Lane commits since opening."""
        return self._writer.commits

    async def transaction(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run ``work`` (Tortoise calls) as one transaction that takes turns with the lanes.

        It runs in a task of its own that the caller's cancellation does not reach, because a
        cancelled Tortoise transaction keeps its lock for good. ``work`` must not touch the network
        and must not submit to a lane: it holds the pen.
        """
        task = asyncio.create_task(self._transact(work))
        return await asyncio.shield(task)

    async def read(self, query: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Rows of a reading query in the database's own SQL, outside any transaction."""
        if self._tortoise is None:
            raise RuntimeError("the store is not open")
        rows = await self._tortoise.db().execute_query(query, list(parameters))
        return list(rows[1])  # type: ignore[arg-type]

    async def _transact(self, work: Callable[[], Awaitable[T]]) -> T:
        async with self._writer.pen, in_transaction():
            return await work()
