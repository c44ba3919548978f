"""SQLite: a file beside the program, nothing to install, one process.

The sqlite3 module lets go of the interpreter's lock at every step, that is for every row read or
written, and in a busy program getting the lock back takes longer than the row. So a batch goes in
as one JSON list and comes out as one.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from bot.core.errors import StoreError
from bot.store.connection import Row, Value
from bot.store.sql import Dialect, Over, render, render_over

BUSY_TIMEOUT_MS: Final = 10_000

CACHE_KIB: Final = 65_536
"""Pages that SQLite keeps in memory; the books of a large community are read at random places."""

SETTINGS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    f"cache_size=-{CACHE_KIB}",
)
"""WAL with synchronous=FULL: an acknowledged commit survives a power cut (NORMAL would lose the
last ones), and grouped commits make the difference in speed small."""

_OLDEST: Final = (3, 39)
"""``IS DISTINCT FROM`` and ``->>``."""


class SqliteConnection(sqlite3.Connection):
    """A ``Connection`` of ``bot/store/connection.py``."""

    dialect: Final = Dialect.SQLITE

    def execute(self, statement: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return super().execute(render(statement, Dialect.SQLITE), parameters)

    def write(self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value) -> None:
        batch = list(rows)
        if batch:
            super().execute(render_over(statement, Dialect.SQLITE), (batch_line(batch), *more))

    def read(self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value) -> Sequence[Row]:
        batch = list(rows)
        if not batch:
            return []
        rendered = render_over(statement, Dialect.SQLITE)
        if "RETURNING" in rendered:
            return super().execute(rendered, (batch_line(batch), *more)).fetchall()
        shape = _SHAPES.get(rendered) or _learn(self, rendered, (batch_line(batch), *more))
        (value,) = super().execute(shape.query, (batch_line(batch), *more)).fetchone()
        make = shape.row
        return [make(row) for row in json.loads(value)]

    def begin(self) -> None:
        super().execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        super().execute("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:  # some failures end the transaction themselves
            super().execute("ROLLBACK")


def connect_sqlite(path: Path | str) -> SqliteConnection:
    """A connection with the settings that every writer of ours uses."""
    if sqlite3.sqlite_version_info < _OLDEST:
        wanted = ".".join(map(str, _OLDEST))
        raise StoreError(
            f"this Python brings SQLite {sqlite3.sqlite_version}, Yutang needs {wanted} or newer: "
            "use a newer Python, or PostgreSQL (storage in bot.yaml)"
        )
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, factory=SqliteConnection
    )
    connection.row_factory = sqlite3.Row
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    return connection


def connect_sqlite_readonly(path: Path) -> SqliteConnection:
    """A connection that sees one committed state at a time and cannot write; for audits."""
    connection = sqlite3.connect(
        f"file:{path}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        factory=SqliteConnection,
    )
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    return connection


class _Record(list[Any]):
    """A row that came out of JSON: by place, by name, unpackable."""

    places: ClassVar[dict[str, int]]

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self.places[key] if isinstance(key, str) else key)

    def keys(self) -> list[str]:
        """The names of the columns, in order."""
        return list(self.places)


class _Shape:
    """How a query is asked so that its whole result comes out as one value."""

    __slots__ = ("query", "row")

    def __init__(self, rendered: str, names: list[str]) -> None:
        if len(set(names)) < len(names):
            raise ValueError(f"give the columns different names: {', '.join(names)}")
        quoted = ", ".join(f'"{name}"' for name in names)
        self.query = f"SELECT json_group_array(json_array({quoted})) FROM ({rendered})"
        places = {name: place for place, name in enumerate(names)}
        self.row: type[_Record] = type("Record", (_Record,), {"places": places})


_SHAPES: Final[dict[str, _Shape]] = {}
"""Queries asked before. They are constants of the program, so there are as many as in its text."""


def _learn(connection: sqlite3.Connection, rendered: str, parameters: Sequence[Value]) -> _Shape:
    described = sqlite3.Connection.execute(
        connection, f"SELECT * FROM ({rendered}) LIMIT 0", parameters
    ).description
    shape = _Shape(rendered, [column[0] for column in described])
    _SHAPES[rendered] = shape
    return shape


def batch_line(batch: Sequence[Sequence[Value]]) -> str:
    """Rows as the one parameter of a rendered ``Over``."""
    return json.dumps(batch, ensure_ascii=False)
