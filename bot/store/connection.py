"""What a lane writes with: one connection to either database, used from one thread.

Statements are written as ``bot/store/sql.py`` says.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from bot.store.sql import Dialect, Over

Value = str | int | float | bytes | None

Row = Any
"""A row: its columns by place and by name; it can be unpacked."""


class Result(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows an INSERT, UPDATE or DELETE touched."""

    def fetchone(self) -> Row:
        """The next row, or None."""

    def fetchall(self) -> list[Row]:
        """All rows that are left."""

    def __iter__(self) -> Iterator[Row]: ...


class Connection(Protocol):
    """One connection. Nothing else writes to the database while a lane holds it."""

    @property
    def dialect(self) -> Dialect:
        """Which database this is."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    def execute(self, statement: str, parameters: Sequence[Value] = (), /) -> Result:
        """Run one statement."""

    def write(self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value) -> None:
        """Run a statement over ``rows``, at once. Without rows nothing is run."""

    def read(self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value) -> Sequence[Row]:
        """What a query over ``rows`` gives. Without rows nothing is asked.

        The columns of the query have different names.
        """

    def begin(self) -> None:
        """Open a transaction that nobody else writes beside."""

    def commit(self) -> None:
        """End it durably."""

    def rollback(self) -> None:
        """Take it back, if one is open."""

    def close(self) -> None:
        """End the connection."""
