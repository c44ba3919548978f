"""Stays in groups and ties to employees: times that begin and end, and are never deleted.

The platform tells beginnings and ends late, twice, out of order or not at all. Each statement here
may come at any moment, and leaves rows that could have happened that way: an end without a
beginning is kept, and the beginning that follows it late brings nobody back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.store.connection import Connection, Row
from bot.store.fields import to_micros

SLACK: Final = timedelta(seconds=5)
"""Two reports of one instant differ by no more: lists, events and our clock are not one (ours)."""


@dataclass(frozen=True, slots=True)
class SpanTable:
    """A table of spans: whose they are is told by ``place`` and member_id.

    ``began`` is null when nobody told it, ``ended`` is null for the one that lasts.
    """

    name: str
    place: tuple[str, ...]
    began: str
    ended: str

    @property
    def whose(self) -> str:
        """The condition for the spans of one person in one place."""
        return " AND ".join(f"{column} = ?" for column in (*self.place, "member_id"))


@dataclass(frozen=True, slots=True)
class Change:
    """``row_id`` is the span that was meant; ``changed`` is False when all was so already."""

    row_id: int
    changed: bool


Whose = Sequence[str | int]
"""The values of ``SpanTable.place`` and the member's id."""


def begin(
    connection: Connection, table: SpanTable, whose: Whose, at: datetime, source: str
) -> Change:
    """Someone came at ``at``, by the way ``source`` (empty: not told).

    Whoever is there stays as he is, but for a source that is told with his very beginning. Who has
    left after ``at`` is not brought back: it only fills in when that time had begun.
    """
    lasting = _lasting(connection, table, whose)
    if lasting is not None:
        if source and lasting["began"] == to_micros(at):
            _update(connection, table, lasting["id"], "source = ?", source)
        return Change(lasting["id"], changed=False)
    past = connection.execute(
        f"SELECT id, {table.began} AS began FROM {table.name} WHERE {table.whose}"
        f" AND {table.ended} > ? ORDER BY {table.began} IS NOT NULL, {table.ended} LIMIT 1",
        (*whose, to_micros(at)),
    ).fetchone()
    if past is not None:
        if past["began"] is None:
            filled = f"{table.began} = ?, source = ?"
            _update(connection, table, past["id"], filled, to_micros(at), source)
        return Change(past["id"], changed=False)
    row_id = _insert(connection, table, whose, began=to_micros(at), source=source)
    return Change(row_id, changed=True)


def find(connection: Connection, table: SpanTable, whose: Whose, source: str) -> Change:
    """Someone is there, and was before anybody looked."""
    lasting = _lasting(connection, table, whose)
    if lasting is not None:
        return Change(lasting["id"], changed=False)
    return Change(_insert(connection, table, whose, source=source), changed=True)


def end(connection: Connection, table: SpanTable, whose: Whose, at: datetime) -> Change:
    """Someone left at ``at``. What began later is not ended by it.

    An end of which no beginning is known is kept as a span of its own: he has been there.
    """
    instant = to_micros(at)
    ended = connection.execute(
        f"UPDATE {table.name} SET {table.ended} = ? WHERE {table.whose}"
        f" AND {table.ended} IS NULL AND coalesce({table.began}, 0) <= ? RETURNING id",
        (instant, *whose, instant),
    ).fetchone()
    if ended is not None:
        return Change(ended["id"], changed=True)
    known = connection.execute(
        f"SELECT id FROM {table.name} WHERE {table.whose} AND coalesce({table.began}, 0) <= ?"
        f" AND {table.ended} >= ? ORDER BY {table.ended} LIMIT 1",
        (*whose, instant, to_micros(at - SLACK)),
    ).fetchone()
    if known is not None:
        return Change(known["id"], changed=False)
    return Change(_insert(connection, table, whose, ended=instant), changed=False)


def date(connection: Connection, table: SpanTable, whose: Whose, at: datetime) -> Change | None:
    """The platform's list tells that the span which lasts began at ``at``; None for nobody known.

    It takes back an end that it disproves. A list that is older than a known end before the
    present span changes nothing.
    """
    instant = to_micros(at)
    lasting = _lasting(connection, table, whose)
    if lasting is not None:
        row = connection.execute(
            f"UPDATE {table.name} SET {table.began} = ?1 WHERE id = ?2"
            f" AND {table.began} IS DISTINCT FROM ?1 AND NOT EXISTS (SELECT 1 FROM {table.name}"
            f" WHERE {_numbered(table)} AND {table.ended} > ?1) RETURNING id",
            (instant, lasting["id"], *whose),
        ).fetchone()
        return Change(lasting["id"], changed=row is not None)
    row = connection.execute(
        f"UPDATE {table.name} SET {table.began} = ?, {table.ended} = NULL WHERE id = ("
        f" SELECT id FROM {table.name} WHERE {table.whose} AND {table.ended} > ?"
        f" ORDER BY {table.ended} DESC LIMIT 1) RETURNING id",
        (instant, *whose, instant),
    ).fetchone()
    return None if row is None else Change(row["id"], changed=True)


def _numbered(table: SpanTable) -> str:
    """``SpanTable.whose`` for a statement whose first two parameters are something else."""
    columns = (*table.place, "member_id")
    return " AND ".join(f"{column} = ?{number}" for number, column in enumerate(columns, start=3))


def _lasting(connection: Connection, table: SpanTable, whose: Whose) -> Row:
    """The span that lasts, or None."""
    return connection.execute(
        f"SELECT id, {table.began} AS began FROM {table.name}"
        f" WHERE {table.whose} AND {table.ended} IS NULL",
        tuple(whose),
    ).fetchone()


def _update(
    connection: Connection, table: SpanTable, row_id: int, change: str, *values: str | int
) -> None:
    connection.execute(f"UPDATE {table.name} SET {change} WHERE id = ?", (*values, row_id))


def _insert(
    connection: Connection,
    table: SpanTable,
    whose: Whose,
    *,
    began: int | None = None,
    ended: int | None = None,
    source: str = "",
) -> int:
    columns = (*table.place, "member_id", table.began, table.ended, "source")
    places = ", ".join("?" * len(columns))
    row = connection.execute(
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({places}) RETURNING id",
        (*whose, began, ended, source),
    ).fetchone()
    return int(row["id"])
