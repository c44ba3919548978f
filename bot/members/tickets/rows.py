"""Tickets and what was said in them, as rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.core.events import Place
from bot.core.ids import ChannelKey, EventKey, MemberId, UserId
from bot.members.tickets.ticket import Caller, Ticket, TicketId, TicketState
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, maybe_instant, maybe_micros, to_micros
from bot.store.sql import over

COLUMNS: Final = (
    "t.id, t.member_id, t.group_key, t.channel, t.place, t.user_id, t.urgent, t.state,"
    " t.opened_at, t.promised_at, t.last_at, t.waiting_since, t.taken_by, t.taken_at,"
    " t.answered_at, t.closed_at, t.reminders, t.reminded_at, t.told_late_at"
)
"""What ``ticket_of`` reads, of ``ticket AS t``."""

_BY_NUMBER: Final = over(
    "id int", f"SELECT {COLUMNS} FROM rows CROSS JOIN ticket AS t ON t.id = rows.id"
)

_OF_MEMBERS: Final = over(
    "member_id int",
    f"SELECT {COLUMNS} FROM rows CROSS JOIN ticket AS t"
    " ON t.member_id = rows.member_id AND t.state <> 'closed'",
)

_SAID: Final = over(
    "event_key text",
    f"SELECT l.event_key, {COLUMNS} FROM rows"
    " CROSS JOIN ticket_line AS l ON l.event_key = rows.event_key"
    " CROSS JOIN ticket AS t ON t.id = l.ticket_id",
)

_DUTIES: Final = over(
    "member_id int",
    "SELECT a.member_id, a.group_key FROM rows"
    " CROSS JOIN appointment AS a ON a.member_id = rows.member_id",
)

_WRITE: Final = over(
    "id int, member_id int, group_key text, channel text, place text, user_id text, urgent int,"
    " state text, opened_at int, promised_at int, last_at int, waiting_since int, taken_by int,"
    " taken_at int, answered_at int, closed_at int, reminders int, reminded_at int,"
    " told_late_at int",
    "INSERT INTO ticket (id, member_id, group_key, channel, place, user_id, urgent, state,"
    " opened_at, promised_at, last_at, waiting_since, taken_by, taken_at, answered_at, closed_at,"
    " reminders, reminded_at, told_late_at)"
    " SELECT id, member_id, group_key, channel, place, user_id, urgent, state,"
    " opened_at, promised_at, last_at, waiting_since, taken_by, taken_at, answered_at, closed_at,"
    " reminders, reminded_at, told_late_at FROM rows WHERE true ORDER BY number"
    " ON CONFLICT (id) DO UPDATE SET group_key = excluded.group_key,"
    " channel = excluded.channel, place = excluded.place, user_id = excluded.user_id,"
    " urgent = excluded.urgent, state = excluded.state, promised_at = excluded.promised_at,"
    " last_at = excluded.last_at, waiting_since = excluded.waiting_since,"
    " taken_by = excluded.taken_by, taken_at = excluded.taken_at,"
    " answered_at = excluded.answered_at, closed_at = excluded.closed_at,"
    " reminders = excluded.reminders, reminded_at = excluded.reminded_at,"
    " told_late_at = excluded.told_late_at",
)

_WRITE_LINE: Final = over(
    "ticket_id int, by_staff int, member_id int, at int, text text, event_key text",
    "INSERT INTO ticket_line (ticket_id, by_staff, member_id, at, text, event_key)"
    " SELECT ticket_id, by_staff, member_id, at, text, event_key FROM rows"
    " WHERE true ORDER BY number",
)


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said in a ticket, by its member or by staff."""

    ticket_id: TicketId
    by_staff: bool
    member_id: MemberId
    at: datetime
    text: str
    key: EventKey


def load_tickets(connection: Connection, ids: Iterable[TicketId]) -> list[Ticket]:
    """Tickets by their numbers."""
    return [ticket_of(row) for row in connection.read(_BY_NUMBER, [(number,) for number in ids])]


def load_open_tickets(connection: Connection, members: Iterable[MemberId]) -> list[Ticket]:
    """The tickets of members that are not closed."""
    return [ticket_of(row) for row in connection.read(_OF_MEMBERS, [(who,) for who in members])]


def load_said(connection: Connection, keys: Iterable[EventKey]) -> dict[EventKey, Ticket]:
    """The tickets in which these events have said something already."""
    rows = connection.read(_SAID, [(key,) for key in keys])
    return {EventKey(row["event_key"]): ticket_of(row) for row in rows}


def load_duties(
    connection: Connection, members: Iterable[MemberId]
) -> dict[MemberId, frozenset[str]]:
    """The groups for which each of ``members`` is responsible; "" stands for all."""
    duties: dict[MemberId, frozenset[str]] = {}
    for member_id, group_key in connection.read(_DUTIES, [(who,) for who in members]):
        whose = MemberId(member_id)
        duties[whose] = duties.get(whose, frozenset()) | {group_key}
    return duties


def last_number(connection: Connection) -> int:
    """The number of the newest ticket, 0 before the first."""
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM ticket").fetchone()[0])


def write_tickets(connection: Connection, tickets: Iterable[Ticket]) -> None:
    """Write new tickets, and how the others stand now."""
    connection.write(_WRITE, [_row(ticket) for ticket in tickets])


def write_lines(connection: Connection, lines: Sequence[Line]) -> None:
    """Keep what was said."""
    connection.write(
        _WRITE_LINE,
        [
            (
                line.ticket_id,
                int(line.by_staff),
                line.member_id,
                to_micros(line.at),
                line.text,
                line.key,
            )
            for line in lines
        ],
    )


def ticket_of(row: Row) -> Ticket:
    """The ticket of a row with ``COLUMNS``."""
    return Ticket(
        ticket_id=TicketId(row["id"]),
        caller=Caller(
            member_id=MemberId(row["member_id"]),
            user_id=UserId(row["user_id"]),
            channel=ChannelKey(row["channel"]),
            place=Place(row["place"]),
            group_key=row["group_key"],
        ),
        urgent=bool(row["urgent"]),
        state=TicketState(row["state"]),
        opened_at=from_micros(row["opened_at"]),
        promised_at=from_micros(row["promised_at"]),
        last_at=from_micros(row["last_at"]),
        waiting_since=maybe_instant(row["waiting_since"]),
        taken_by=None if row["taken_by"] is None else MemberId(row["taken_by"]),
        taken_at=maybe_instant(row["taken_at"]),
        answered_at=maybe_instant(row["answered_at"]),
        closed_at=maybe_instant(row["closed_at"]),
        reminders=row["reminders"],
        reminded_at=maybe_instant(row["reminded_at"]),
        told_late_at=maybe_instant(row["told_late_at"]),
    )


def _row(ticket: Ticket) -> tuple[int | str | None, ...]:
    caller = ticket.caller
    return (
        ticket.ticket_id,
        caller.member_id,
        caller.group_key,
        caller.channel,
        caller.place,
        caller.user_id,
        int(ticket.urgent),
        ticket.state,
        to_micros(ticket.opened_at),
        to_micros(ticket.promised_at),
        to_micros(ticket.last_at),
        maybe_micros(ticket.waiting_since),
        ticket.taken_by,
        maybe_micros(ticket.taken_at),
        maybe_micros(ticket.answered_at),
        maybe_micros(ticket.closed_at),
        ticket.reminders,
        maybe_micros(ticket.reminded_at),
        maybe_micros(ticket.told_late_at),
    )
