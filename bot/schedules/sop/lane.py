"""The lanes of SOP: rows of steps that came due, messages, and what becomes of the other rows.

A decision is made on what was read before. So each write finds its row as it was read or leaves it
alone: whoever was slower looks again. A member is told one thing a day whoever asks, because the
rows of what he was told are unique by their day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bot.core.ids import GroupKey, MemberId
from bot.core.messages import Outgoing
from bot.outbox.enqueue import enqueue_all
from bot.schedules.sop.beginnings import Begun
from bot.schedules.sop.decide import DueStep
from bot.store.connection import Connection
from bot.store.fields import to_micros
from bot.store.sql import over

_OPEN: Final = over(
    "plan text, step text, member_id int, occurrence text, group_key text, began_at int,"
    " due_at int",
    "INSERT INTO sop_step (plan, step, member_id, occurrence, group_key, began_at, due_at, look_at)"
    " SELECT plan, step, member_id, occurrence, group_key, began_at, due_at, due_at FROM rows"
    " WHERE true ORDER BY number ON CONFLICT (plan, step, member_id, occurrence) DO NOTHING",
)

_MOVE_CURSOR: Final = over(
    "plan text, step text, since int, opened_until int",
    "INSERT INTO sop_cursor (plan, step, since, opened_until)"
    " SELECT plan, step, since, opened_until FROM rows WHERE true"
    " ON CONFLICT (plan, step) DO UPDATE SET opened_until = excluded.opened_until",
)

_STILL: Final = over(
    "row_id int, look_at int, sent_on text",
    "SELECT s.id AS row_id, s.member_id AS member_id, s.group_key AS group_key FROM rows"
    " CROSS JOIN sop_step AS s ON s.id = rows.row_id AND s.state = 'waiting'"
    "  AND s.look_at = rows.look_at"
    " CROSS JOIN member AS m ON m.id = s.member_id AND m.unsubscribed_since IS NULL"
    "  AND m.stepped_out_since IS NULL"
    " WHERE NOT EXISTS (SELECT 1 FROM sop_step AS t WHERE t.member_id = s.member_id"
    "  AND t.state = 'sent' AND t.sent_on = rows.sent_on)",
)
"""Rows as they were read, whose members may still be told something on that day."""

_CALLED: Final = over(
    "group_key text, low int, high int",
    "SELECT number FROM rows WHERE EXISTS (SELECT 1 FROM sop_step AS s"
    " WHERE s.group_key = rows.group_key AND s.place = 'group'"
    " AND s.decided_at > rows.low AND s.decided_at < rows.high)",
)
"""Which groups were called within a time."""

_SENT: Final = over(
    "row_id int, decided_at int, place text, sent_on text, message_key text",
    "UPDATE sop_step SET state = 'sent', look_at = NULL, reason = '',"
    " decided_at = rows.decided_at, place = rows.place, sent_on = rows.sent_on,"
    " message_key = rows.message_key FROM rows WHERE sop_step.id = rows.row_id",
)

_SKIP: Final = over(
    "row_id int, seen int, decided_at int, reason text",
    "UPDATE sop_step SET state = 'skipped', look_at = NULL, decided_at = rows.decided_at,"
    " reason = rows.reason FROM rows WHERE sop_step.id = rows.row_id"
    " AND sop_step.state = 'waiting' AND sop_step.look_at = rows.seen",
)

_WAIT: Final = over(
    "row_id int, seen int, look_at int, reason text",
    "UPDATE sop_step SET look_at = rows.look_at, reason = rows.reason FROM rows"
    " WHERE sop_step.id = rows.row_id AND sop_step.state = 'waiting'"
    " AND sop_step.look_at = rows.seen",
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A step came due for ``begun``, each with its instant.

    ``since`` is when the step was first seen; ``opened_until`` is kept when all before it are in.
    """

    plan: str
    step: str
    begun: tuple[tuple[Begun, datetime], ...]
    since: datetime
    opened_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SopMessage:
    """Tell the members of ``rows`` something, all of them or none.

    ``gap`` is the least time since the last call in the group; None for a private message.
    """

    rows: tuple[DueStep, ...]
    outgoing: Outgoing
    sent_on: date
    at: datetime
    gap: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Rows that wait until an instant, and rows that are given up, with their reasons."""

    waits: tuple[tuple[DueStep, datetime, str], ...]
    skips: tuple[tuple[DueStep, str], ...]
    at: datetime


def apply_openings(connection: Connection, items: Sequence[Opening]) -> list[None]:
    """The lane of openings: a row for each, once."""
    connection.write(
        _OPEN,
        [
            (
                item.plan,
                item.step,
                begun.member_id,
                begun.occurrence,
                begun.group_key,
                to_micros(begun.began_at),
                to_micros(due_at),
            )
            for item in items
            for begun, due_at in item.begun
        ],
    )
    moved = {
        (item.plan, item.step): (to_micros(item.since), to_micros(item.opened_until))
        for item in items
        if item.opened_until is not None
    }
    connection.write(_MOVE_CURSOR, [(*name, *instants) for name, instants in moved.items()])
    return [None] * len(items)


def apply_messages(connection: Connection, items: Sequence[SopMessage]) -> list[bool]:
    """The lane of messages. False: something has changed since it was decided; look again."""
    still = _read_still(connection, items)
    called = _read_called(connection, items)
    told: set[tuple[MemberId, date]] = set()
    verdicts = []
    for item in items:
        members = {still.get((row.row_id, item.sent_on)) for row in item.rows}
        people = {(member, item.sent_on) for member in members if member is not None}
        group = None if item.gap is None else item.rows[0].group_key
        fits = len(people) == len(item.rows) and not people & told and group not in called
        if fits:
            told |= people
            called |= set() if group is None else {group}
        verdicts.append(fits)
    _write_sent(connection, [item for item, fits in zip(items, verdicts, strict=True) if fits])
    return verdicts


def apply_held(connection: Connection, items: Sequence[Held]) -> list[None]:
    """The lane of rows that are not sent now."""
    connection.write(
        _SKIP,
        [
            (row.row_id, to_micros(row.look_at), to_micros(item.at), reason)
            for item in items
            for row, reason in item.skips
        ],
    )
    connection.write(
        _WAIT,
        [
            (row.row_id, to_micros(row.look_at), to_micros(until), reason)
            for item in items
            for row, until, reason in item.waits
        ],
    )
    return [None] * len(items)


def _read_still(
    connection: Connection, items: Sequence[SopMessage]
) -> dict[tuple[int, date], MemberId]:
    days = {row.row_id: item.sent_on for item in items for row in item.rows}
    rows = connection.read(
        _STILL,
        [
            (row.row_id, to_micros(row.look_at), item.sent_on.isoformat())
            for item in items
            for row in item.rows
        ],
    )
    return {(row["row_id"], days[row["row_id"]]): MemberId(row["member_id"]) for row in rows}


def _read_called(connection: Connection, items: Sequence[SopMessage]) -> set[GroupKey | None]:
    """The groups that were called a moment ago, and may not be called again so soon."""
    calls = [
        (item.rows[0].group_key, to_micros(item.at - item.gap), to_micros(item.at + item.gap))
        for item in items
        if item.gap is not None
    ]
    return {GroupKey(calls[row["number"]][0]) for row in connection.read(_CALLED, calls)}


def _write_sent(connection: Connection, items: Sequence[SopMessage]) -> None:
    connection.write(
        _SENT,
        [
            (
                row.row_id,
                to_micros(item.at),
                "private" if item.gap is None else "group",
                item.sent_on.isoformat(),
                item.outgoing.key,
            )
            for item in items
            for row in item.rows
        ],
    )
    enqueue_all(connection, [(item.outgoing, item.at) for item in items])
