"""The tickets of the house: the lane that moves them, and what is asked about them."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final

from bot.core.ids import GroupKey, MemberId
from bot.members.tickets.lane import FollowUp, Verdict, Wish, apply_wishes
from bot.members.tickets.rows import COLUMNS, ticket_of
from bot.members.tickets.ticket import (
    Answer,
    Call,
    Called,
    Close,
    Moved,
    Take,
    Ticket,
    TicketId,
    Withdraw,
)
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Lane

_OF_STAFF: Final = (
    f"SELECT {COLUMNS} FROM ticket AS t WHERE EXISTS (SELECT 1 FROM appointment AS a"
    " WHERE a.member_id = ? AND a.group_key IN ('', t.group_key))"
)
"""The tickets of the groups for which somebody is responsible."""


@dataclass(frozen=True, slots=True)
class TicketNumbers:
    """Tickets of a group that were opened since an instant.

    ``first_answer_seconds`` is the median wait for a person's first answer; None before one.
    """

    opened: int
    answered: int
    first_answer_seconds: float | None


class Tickets:
    """All tickets."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lane: Lane[Wish, Verdict] = store.lane("tickets", apply_wishes)

    async def call(self, wish: Call) -> Called:
        """Open a ticket, or add to the one that the member has."""
        called = await self._lane.submit(wish)
        assert isinstance(called, Called), "a call is always taken"
        return called

    async def move(self, wish: Take | Answer | Close | Withdraw | FollowUp) -> Moved:
        """Take, answer, close, withdraw or follow up; says how it stands when it cannot."""
        moved = await self._lane.submit(wish)
        assert not isinstance(moved, Called), "only a call calls"
        return moved

    async def read_for_staff(self, staff_id: MemberId) -> tuple[Ticket, ...]:
        """What is not closed in the groups for which somebody is responsible; by urgency."""
        rows = await self._store.read(
            f"{_OF_STAFF} AND t.state <> 'closed'"
            " ORDER BY t.urgent DESC, t.waiting_since IS NULL, t.waiting_since, t.id",
            [staff_id],
        )
        return tuple(ticket_of(row) for row in rows)

    async def read_one(self, ticket_id: TicketId, staff_id: MemberId) -> Ticket | None:
        """A ticket, if it is of a group for which ``staff_id`` is responsible."""
        rows = await self._store.read(f"{_OF_STAFF} AND t.id = ?", [staff_id, ticket_id])
        return ticket_of(rows[0]) if rows else None

    async def read_unfinished(self) -> tuple[Ticket, ...]:
        """Every ticket that is not closed."""
        rows = await self._store.read(
            f"SELECT {COLUMNS} FROM ticket AS t WHERE t.state <> 'closed' ORDER BY t.id"
        )
        return tuple(ticket_of(row) for row in rows)

    async def read_last_words(self, ticket_id: TicketId) -> str:
        """What the member said last."""
        rows = await self._store.read(
            "SELECT text FROM ticket_line WHERE ticket_id = ? AND by_staff = 0"
            " ORDER BY id DESC LIMIT 1",
            [ticket_id],
        )
        return str(rows[0]["text"]) if rows else ""

    async def read_numbers(self, group_key: GroupKey, since: datetime) -> TicketNumbers:
        """How a group's calls were answered."""
        rows = await self._store.read(
            "SELECT opened_at, answered_at FROM ticket WHERE group_key = ? AND opened_at >= ?",
            [group_key, to_micros(since)],
        )
        waits = [
            (from_micros(row["answered_at"]) - from_micros(row["opened_at"])).total_seconds()
            for row in rows
            if row["answered_at"] is not None
        ]
        return TicketNumbers(len(rows), len(waits), median(waits) if waits else None)
