"""PostgreSQL: a server beside several processes of this program.

Lanes are plain functions on a writer thread, on this database as on the other. asyncpg speaks to
the server on a loop that belongs to that thread alone, so a statement costs one round trip and no
hop between threads.

Writers take turns: a transaction of ours first takes one advisory lock, whichever process it is
in. What a lane has loaded is therefore still true when it writes, as it is on SQLite, and there is
no order of row locks to get wrong. A writer that hangs while it holds the lock is cut off by the
server and its transaction is taken back.
"""

import asyncio
import ssl
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import asyncpg

from bot.core.errors import StoreError
from bot.store.connection import Row, Value
from bot.store.sql import Dialect, Over, render, render_over

T = TypeVar("T")

TURN: Final = 0x79_75_74_61_6E_67
"""The number of the writers' lock: "yutang" in ASCII."""

TAKE_TURN: Final = f"SELECT pg_advisory_xact_lock({TURN})"

SETTINGS: Final = {
    "application_name": "yutang",
    "synchronous_commit": "on",
    "idle_in_transaction_session_timeout": "20s",
    "lock_timeout": "30s",
    "TimeZone": "UTC",
}
"""Of every connection. The two times bound how long a hanging process can hold up the others."""

PROBES: Final = {"enable_hashjoin": "off", "enable_mergejoin": "off", "enable_seqscan": "off"}
"""Of the writer's connection: lanes look up by key, whatever the size of a table. A plan is kept
with its statement, and one that was made while a table was small would read all of it later."""

CONNECT_SECONDS: Final = 10.0

DRIVER_ERRORS: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    ssl.SSLError,
    TimeoutError,
)


class _Result:
    """What a statement gave: all its rows at once."""

    def __init__(self, rows: Sequence[Row], status: str) -> None:
        self._rows = iter(rows)
        last = status.rpartition(" ")[2]
        self.rowcount = int(last) if last.isdigit() else -1

    def fetchone(self) -> Row:
        return next(self._rows, None)

    def fetchall(self) -> list[Row]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return self._rows


class PostgresConnection:
    """A ``Connection`` of ``bot/store/connection.py``. Use it on the thread that made it."""

    dialect: Final = Dialect.POSTGRES

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        """Connect. Raises StoreError with what to look at when the server does not answer."""
        self._loop = asyncio.new_event_loop()
        self._prepared: dict[str, Any] = {}
        self._read_only = read_only
        self._inside = False
        settings = SETTINGS if read_only else SETTINGS | PROBES
        try:
            self._connection = self._wait(
                asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=settings)
            )
            self._wait(read_numbers(self._connection))
        except (*DRIVER_ERRORS, ValueError) as error:
            self._loop.close()
            raise StoreError(
                f"PostgreSQL cannot be used ({error}): look at `storage` in bot.yaml and whether "
                "the server runs and knows the database"
            ) from error

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._inside

    @property
    def is_closed(self) -> bool:
        """Whether the server or we have ended it."""
        return bool(self._connection.is_closed())

    def execute(self, statement: str, parameters: Sequence[Value] = (), /) -> _Result:
        return self._run(render(statement, Dialect.POSTGRES), parameters)

    def write(self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value) -> None:
        batch = list(rows)
        if batch:
            self._run(render_over(statement, Dialect.POSTGRES), (*batch_columns(batch), *more))

    def read(self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value) -> Sequence[Row]:
        batch = list(rows)
        if not batch:
            return []
        return self._run(
            render_over(statement, Dialect.POSTGRES), (*batch_columns(batch), *more)
        ).fetchall()

    def begin(self) -> None:
        """Open a transaction; a writing one when it is this connection's turn."""
        words = (
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            if self._read_only
            else f"BEGIN; {TAKE_TURN}"
        )
        self._inside = True
        self._wait(self._connection.execute(words))

    def commit(self) -> None:
        self._wait(self._connection.execute("COMMIT"))
        self._inside = False

    def rollback(self) -> None:
        if self._inside and not self.is_closed:
            self._wait(self._connection.execute("ROLLBACK"))
        self._inside = False

    def script(self, statements: str) -> None:
        """Run statements without parameters, for migrations."""
        self._wait(self._connection.execute(statements))

    def close(self) -> None:
        if not self.is_closed:
            self._wait(self._connection.close(timeout=CONNECT_SECONDS))
        self._loop.close()

    def _run(self, rendered: str, parameters: Sequence[Any]) -> _Result:
        return self._wait(self._fetch(rendered, parameters))

    async def _fetch(self, rendered: str, parameters: Sequence[Any]) -> _Result:
        prepared = self._prepared.get(rendered)
        if prepared is None:
            prepared = await self._connection.prepare(rendered)
            self._prepared[rendered] = prepared
        rows = await prepared.fetch(*parameters)
        return _Result(rows, prepared.get_statusmsg())

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)


async def read_numbers(connection: Any) -> None:
    """Read NUMERIC (what a sum of whole numbers is) as int, as SQLite gives it."""
    await connection.set_type_codec(
        "numeric", encoder=str, decoder=_whole, schema="pg_catalog", format="text"
    )


def _whole(number: str) -> int | float:
    return float(number) if "." in number else int(number)


def batch_columns(batch: Sequence[Sequence[Value]]) -> list[list[Value]]:
    """Rows as the parameters of a rendered ``Over``, one a column."""
    return [list(column) for column in zip(*batch, strict=True)]
