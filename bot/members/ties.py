"""Whose friends customers are: ties that begin and end, and are never deleted.

A tie joins a customer to one employee; a follower is joined to the account itself, so there the
employee is empty. Events and the platform's lists are believed as they are for stays in groups,
with one exception: what the customer cut himself stays cut until he comes back, for a list may
still show it.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.core.ids import EventKey, MemberId, UserId
from bot.members.lane import identify
from bot.members.people import PersonRef
from bot.members.reconciliation import Known
from bot.members.spans import Change, SpanTable, Whose, begin, date, end, find
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import maybe_instant, to_micros
from bot.store.sql import over

TIES: Final = SpanTable("tie", ("realm", "employee"), began="since", ended="until")

WELCOME_PAUSE: Final = timedelta(minutes=1)
"""A pair is welcomed once within this time: a customer adds an employee in two halves."""

_READ: Final = over(
    "realm text, read_at int",
    "INSERT INTO tie_reading (realm, read_at) SELECT realm, read_at FROM rows WHERE true"
    " ON CONFLICT DO NOTHING",
)

Pair = tuple[UserId, UserId]
"""A customer and an employee."""


class TieKind(StrEnum):
    """What can happen to a tie."""

    BEFRIENDED = "befriended"
    UNFRIENDED = "unfriended"
    FOUND = "found"
    """It was there when the company's ties were read for the first time."""
    DATED = "dated"
    """The platform's list tells when the present tie began."""


class CutBy(StrEnum):
    """Who cut a tie."""

    CUSTOMER = "customer"
    EMPLOYEE = "employee"
    LIST = "list"
    """It was missing in the list, which does not tell."""


@dataclass(frozen=True, slots=True)
class TieMove:
    """What happened at ``at`` between ``person`` and ``employee``.

    ``source`` is the way by which he came. ``cut_by`` belongs to UNFRIENDED. ``welcome`` names the
    event that could be answered with a welcome, and is None when none could.
    """

    kind: TieKind
    person: PersonRef
    employee: UserId
    at: datetime
    source: str = ""
    cut_by: CutBy = CutBy.LIST
    welcome: EventKey | None = None


@dataclass(frozen=True, slots=True)
class TieMoved:
    """``changed`` is False for a repeat. ``welcomes`` says that this event shall be answered."""

    member_id: MemberId
    changed: bool
    welcomes: bool


class Ties:
    """All ties."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._moves = store.lane("ties", apply_tie_moves)
        self._readings = store.lane("tie readings", keep_tie_readings)

    async def move(self, move: TieMove) -> TieMoved:
        """Write what happened; a repeat changes nothing, and is welcomed if it was at first."""
        return await self._moves.submit(move)

    async def move_all(self, moves: Iterable[TieMove]) -> None:
        """Write ``moves`` in their order."""
        await asyncio.gather(*[self._moves.submit(move) for move in moves])

    async def read_last(
        self, realm: str, employees: Collection[UserId], customer: UserId | None = None
    ) -> dict[Pair, Known]:
        """The last tie of each pair with one of ``employees``, of ``customer`` alone if given."""
        one = "" if customer is None else " AND i.user_id = ?"
        rows = await self._store.read(
            "SELECT i.user_id, t.employee, t.since, t.until, t.source, t.cut_by FROM tie AS t"
            " JOIN identity AS i ON i.member_id = t.member_id AND i.realm = t.realm"
            f" WHERE t.realm = ?{one} ORDER BY t.until IS NULL, t.until, t.id",
            [realm] if customer is None else [realm, customer],
        )
        return {
            (UserId(row["user_id"]), UserId(row["employee"])): Known(
                began_at=maybe_instant(row["since"]),
                ended_at=maybe_instant(row["until"]),
                source=row["source"],
                final=row["cut_by"] == CutBy.CUSTOMER,
            )
            for row in rows
            if row["employee"] in employees
        }

    async def read_first_reading(self, realm: str) -> datetime | None:
        """When the company's ties were first read; None when they never were."""
        rows = await self._store.read("SELECT read_at FROM tie_reading WHERE realm = ?", [realm])
        return maybe_instant(rows[0]["read_at"]) if rows else None

    async def mark_read(self, realm: str, now: datetime) -> None:
        """Note that the company's ties were read; the first time is kept."""
        await self._readings.submit((realm, now))


def apply_tie_moves(connection: Connection, moves: Sequence[TieMove]) -> list[TieMoved]:
    """The lane of ties."""
    ids = identify(connection, [(move.person, move.at) for move in moves])
    return [_apply(connection, move, ids[move.person]) for move in moves]


def keep_tie_readings(connection: Connection, items: Sequence[tuple[str, datetime]]) -> list[None]:
    """The lane of readings: the first of each company stays."""
    connection.write(_READ, [(realm, to_micros(at)) for realm, at in items])
    return [None] * len(items)


def _apply(connection: Connection, move: TieMove, member_id: MemberId) -> TieMoved:
    whose = (move.person.realm, move.employee, member_id)
    welcomes = False
    change: Change | None
    match move.kind:
        case TieKind.BEFRIENDED:
            change = begin(connection, TIES, whose, move.at, move.source)
            welcomes = _may_welcome(connection, move, whose, change.row_id)
        case TieKind.UNFRIENDED:
            change = end(connection, TIES, whose, move.at)
            _note_who_cut(connection, move.cut_by, change)
        case TieKind.FOUND:
            change = find(connection, TIES, whose, move.source)
        case TieKind.DATED:
            change = date(connection, TIES, whose, move.at)
            if change is not None:  # it may have taken back an end
                connection.execute("UPDATE tie SET cut_by = '' WHERE id = ?", (change.row_id,))
    return TieMoved(member_id, change is not None and change.changed, welcomes)


def _note_who_cut(connection: Connection, cut_by: CutBy, change: Change) -> None:
    """What a person did is known better than what a list lacked."""
    connection.execute(
        "UPDATE tie SET cut_by = ? WHERE id = ? AND cut_by IN ('', 'list')",
        (cut_by, change.row_id),
    )


def _may_welcome(connection: Connection, move: TieMove, whose: Whose, row_id: int) -> bool:
    """Whether this event is the one to be answered; noted, so that its repeat is answered too."""
    if move.welcome is None:
        return False
    lasting = connection.execute(
        "SELECT 1 FROM tie WHERE id = ? AND until IS NULL", (row_id,)
    ).fetchone()
    lately = connection.execute(
        f"SELECT 1 FROM tie WHERE {TIES.whose} AND welcomed_by <> ? AND welcomed_at > ?",
        (*whose, move.welcome, to_micros(move.at - WELCOME_PAUSE)),
    ).fetchone()
    if lasting is None or lately is not None:
        return False
    connection.execute(
        "UPDATE tie SET welcomed_at = ?, welcomed_by = ? WHERE id = ?",
        (to_micros(move.at), move.welcome, row_id),
    )
    return True
