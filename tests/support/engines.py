"""Which database a test runs on.

A test that asks for the fixture ``engine``, or for one that does, runs once on SQLite and once on
PostgreSQL; whatever opens a database for it (``open_store``, ``memory_database``, ``new_books``,
``town``) follows. All other tests run on SQLite.

What is opened for a test begins as a copy: of the schema, or of what a function wrote into it.
"""

import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import asyncpg

from bot.store.connection import Connection
from bot.store.migrate import migrate
from bot.store.postgres import PostgresConnection
from bot.store.sqlite import connect_sqlite
from tests.support.postgres import PostgresServer, outside_the_loop

T = TypeVar("T")

REFUSED: Final = (
    sqlite3.IntegrityError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.RaiseError,
)
"""What a database raises when a constraint or a guard of ours refuses a statement."""

Fill = Callable[[Connection], None]
"""Writes what a database shall begin with."""


def nothing(connection: Connection) -> None:
    """Only the schema."""
    del connection


class Engine(Protocol):
    """Where the databases of one test come from."""

    def address(self, directory: Path) -> str:
        """The database of a store in ``directory``, the same every time; empty for its file."""

    def connect(self, fill: Fill = nothing) -> Connection:
        """A connection to a database of its own that begins as ``fill`` left it."""


class SqliteEngine:
    """Files where the test wants them, and databases in memory."""

    def __init__(self) -> None:
        self._filled: dict[Fill, bytes] = {}

    def address(self, directory: Path) -> str:
        del directory
        return ""

    def connect(self, fill: Fill = nothing) -> Connection:
        if fill not in self._filled:
            first = connect_sqlite(":memory:")
            migrate(first)
            fill(first)
            self._filled[fill] = first.serialize()
            first.close()
        connection = connect_sqlite(":memory:")
        connection.deserialize(self._filled[fill])
        connection.execute("PRAGMA foreign_keys=ON")
        return connection


class PostgresEngine:
    """Databases on one server, for as long as it runs."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self._templates: dict[Fill, str] = {}
        self._idle: dict[Fill, list[LentConnection]] = {}
        self._lent: list[LentConnection] = []
        self._stores: dict[Path, str] = {}

    def address(self, directory: Path) -> str:
        if directory not in self._stores:
            self._stores[directory] = self.server.create(self._template(nothing))
        return self.server.url(self._stores[directory])

    def connect(self, fill: Fill = nothing) -> Connection:
        idle = self._idle.setdefault(fill, [])
        if not idle:
            url = self.server.url(self.server.create(self._template(fill)))
            idle.append(LentConnection(url, idle.append))
        lent = idle.pop()
        lent.lend()
        self._lent.append(lent)
        return lent

    def end_test(self) -> None:
        """Take back what a test has not closed, and drop the databases of its stores."""
        for lent in self._lent:
            lent.close()
        self._lent.clear()
        for name in self._stores.values():
            self.server.drop(name)
        self._stores.clear()

    def end(self) -> None:
        """End all connections."""
        for idle in self._idle.values():
            for lent in idle:
                lent.end()
        self._idle.clear()

    def _template(self, fill: Fill) -> str:
        if fill not in self._templates:
            self._templates[fill] = outside_the_loop(lambda: self._make(fill))
        return self._templates[fill]

    def _make(self, fill: Fill) -> str:
        name = self.server.create()
        connection = PostgresConnection(self.server.url(name))
        migrate(connection)
        fill(connection)
        connection.close()
        return name


_COUNTERS: Final = (
    "SELECT 'SELECT ' || string_agg(format('setval(%L, %s, %L)', schemaname || '.' || sequencename,"
    " coalesce(last_value, start_value), last_value IS NOT NULL), ', ') FROM pg_sequences"
)
"""Tells the statement that sets every counter of ids back to where it is now."""


class LentConnection(PostgresConnection):
    """A connection whose test leaves no trace: it lives in one transaction, taken back at the end.

    The test's own transactions are savepoints in it, and a single write is one too, so that one
    that is refused takes nothing else with it. Works inside a running loop as well.
    """

    def __init__(self, url: str, give_back: Callable[["LentConnection"], None]) -> None:
        self._lent = False
        super().__init__(url)
        self._give_back = give_back
        self._reset = str(self.execute(_COUNTERS).fetchone()[0])

    def lend(self) -> None:
        """Begin as new."""
        self.script(f"{self._reset}; BEGIN")
        self._lent = True

    def begin(self) -> None:
        self.script("SAVEPOINT test_begin")
        self._inside = True

    def commit(self) -> None:
        self.script("RELEASE test_begin")
        self._inside = False

    def rollback(self) -> None:
        if self._inside:
            self.script("ROLLBACK TO test_begin; RELEASE test_begin")
        self._inside = False

    def close(self) -> None:
        if self._lent:
            self._lent = self._inside = False
            self.script("ROLLBACK")
            self._give_back(self)

    def end(self) -> None:
        """Close it in earnest."""
        super().close()

    def _run(self, rendered: str, parameters: Any) -> Any:
        if self._inside or not self._lent or rendered.startswith("SELECT"):
            return super()._run(rendered, parameters)
        self.begin()
        try:
            result = super()._run(rendered, parameters)
        except BaseException:
            self.rollback()
            raise
        self.commit()
        return result

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return outside_the_loop(lambda: super(LentConnection, self)._wait(work))


_SQLITE: Final = SqliteEngine()
_chosen: Engine = _SQLITE


def examples(count: int) -> int:
    """So many examples on SQLite, a quarter on PostgreSQL: there every statement is a journey."""
    return count if _chosen is _SQLITE else count // 4


def chosen() -> Engine:
    """Where the present test's databases come from."""
    return _chosen


def choose(engine: Engine | None) -> None:
    """For the fixture ``engine``; None for SQLite."""
    global _chosen  # noqa: PLW0603 (one test runs at a time)
    _chosen = engine or _SQLITE
