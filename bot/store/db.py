"""Opening, migrating and closing the database, and rare writes.

Hot writes go through lanes (``lane.py``). Rare ones go through ``Store.transaction``; reading
queries use the Tortoise models directly, or ``Store.read``.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from tortoise import Tortoise
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from bot.core.errors import StoreError
from bot.store.connection import Connection, Row, Value
from bot.store.lane import Apply, Item, Lane, Verdict, Writer
from bot.store.migrate import migrate
from bot.store.sql import Dialect, Over, render, render_over
from bot.store.sqlite import (
    BUSY_TIMEOUT_MS,
    batch_line,
    connect_sqlite,
    connect_sqlite_readonly,
)

T = TypeVar("T")

DATABASE_FILE: Final = "yutang.db"


class Store:
    """The database of one process.

    ``models`` names the modules that hold Tortoise models; the composition root knows them.
    ``database`` is the address of a PostgreSQL database; without it, the data is in a SQLite file
    in ``directory``.
    """

    def __init__(self, directory: Path, models: Iterable[str], database: str = "") -> None:
        self.path = directory / DATABASE_FILE
        self._database = database
        self._models = list(models)
        self._writer = Writer(self._connect, _failures(database))
        self._tortoise: TortoiseContext | None = None

    @property
    def dialect(self) -> Dialect:
        """Which database this is."""
        return Dialect.POSTGRES if self._database else Dialect.SQLITE

    @property
    def alone(self) -> bool:
        """Whether no other process can be using this database: a file has one program."""
        return not self._database

    async def open(self) -> None:
        """Create or upgrade the database and be ready for lanes and queries."""
        if not self._database:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        await self._writer.open()
        await self._writer.run(migrate)
        self._tortoise = await Tortoise.init(
            config={
                # Tortoise keeps statements by the connection's name
                "connections": {self.dialect: self._readers()},
                "apps": {"models": {"models": self._models, "default_connection": self.dialect}},
            },
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

    async def read(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Rows of a reading query, written as ``sql.py`` says; inside a transaction, in it."""
        if self._tortoise is None:
            raise RuntimeError("the store is not open")
        connection = self._tortoise.db()
        rows = await connection.execute_query(render(query, self.dialect), list(parameters))
        return list(rows[1])

    async def read_over(
        self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value
    ) -> list[Row]:
        """What a query over ``rows`` gives; without rows nothing is asked."""
        batch = list(rows)
        if not batch:
            return []
        if self._tortoise is None:
            raise RuntimeError("the store is not open")
        parameters: list[Any] = [batch_line(batch)]
        if self._database:
            from bot.store.postgres import batch_columns  # noqa: PLC0415 (only where it is used)

            parameters = [*batch_columns(batch)]
        rendered = render_over(statement, self.dialect)
        found = await self._tortoise.db().execute_query(rendered, [*parameters, *more])
        return list(found[1])

    def open_reader(self) -> Connection:
        """A connection of its own that reads one committed state at a time; for audits.

        Use it on the thread that opened it, and close it there. Raises StoreError.
        """
        return open_reader(self.path, self._database)

    async def _transact(self, work: Callable[[], Awaitable[T]]) -> T:
        async with self._writer.pen, in_transaction() as connection:
            if self._database:
                from bot.store.postgres import TAKE_TURN  # noqa: PLC0415 (only where it is used)

                await connection.execute_query(TAKE_TURN)
            return await work()

    def _connect(self) -> Connection:
        if not self._database:
            return connect_sqlite(self.path)
        from bot.store.postgres import PostgresConnection  # noqa: PLC0415 (only where it is used)

        return PostgresConnection(self._database)

    def _readers(self) -> str | dict[str, Any]:
        """What Tortoise connects to."""
        if not self._database:
            return f"sqlite://{self.path}?synchronous=FULL&busy_timeout={BUSY_TIMEOUT_MS}"
        return {"engine": "bot.store.readers", "credentials": {"address": self._database}}


def open_reader(path: Path, database: str = "") -> Connection:
    """``Store.open_reader`` for whoever has no store: a file, or the address of PostgreSQL."""
    if database:
        from bot.store.postgres import PostgresConnection  # noqa: PLC0415 (only where it is used)

        return PostgresConnection(database, read_only=True)
    try:
        return connect_sqlite_readonly(path)
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


@contextmanager
def reading(path: Path, database: str = "") -> Iterator[Connection]:
    """``open_reader`` for a block; whatever the database refuses in it is a StoreError."""
    connection = open_reader(path, database)
    try:
        yield connection
    except _failures(database) as error:
        raise StoreError(f"the database does not answer as expected: {error}") from error
    finally:
        connection.close()


def _failures(database: str) -> tuple[type[Exception], ...]:
    if not database:
        return (sqlite3.Error,)
    from bot.store.postgres import DRIVER_ERRORS  # noqa: PLC0415 (only where it is used)

    return DRIVER_ERRORS
