"""Unanswered questions where they are kept: collected once, counted by people, dropped in time.

Whoever wants nothing personal is not noted. Who asked is forgotten after thirty days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bot.core.ids import EventKey, MemberId
from bot.persona.learning.likeness import find_like
from bot.persona.learning.questions import Asked
from bot.settings.schema.learning import MOST_NAMED_DAYS
from bot.store.connection import Connection
from bot.store.fields import to_micros

NAMED: Final = timedelta(days=MOST_NAMED_DAYS)

_NOT_WANTED: Final = (
    "SELECT 1 FROM question_asked WHERE event_key = ?"
    " UNION ALL SELECT 1 FROM member WHERE id = ? AND impersonal_since IS NOT NULL"
)

_NOTE: Final = (
    "INSERT INTO question_asked (question_id, event_key, member_id, group_key, text, at, on_date,"
    " counts_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)

# What was skipped or has an answer stays as long as it is asked; what has a history stays.
_DROPPABLE: Final = (
    "SELECT q.id FROM open_question AS q WHERE q.last_at <= ?"
    " AND NOT EXISTS (SELECT 1 FROM learned AS l WHERE l.question_id = q.id)"
)

_OLDEST: Final = (
    "SELECT q.id FROM open_question AS q WHERE q.state <> 'answered'"
    " AND NOT EXISTS (SELECT 1 FROM learned AS l WHERE l.question_id = q.id)"
    " ORDER BY q.last_at, q.id LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Drop what nobody asked since ``dropped_before``, and forget who asked long ago."""

    now: datetime
    dropped_before: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """The member found what he meant: what was suggested and does not count yet is dropped."""

    member_id: MemberId
    key: EventKey
    now: datetime


def apply_asked(connection: Connection, items: Sequence[Asked]) -> list[int | None]:
    """The number of the question that each asking belongs to; None where nothing is noted."""
    return [_note(connection, item) for item in items]


def apply_settled(connection: Connection, items: Sequence[Settled]) -> list[None]:
    """Take back what was collected while a suggestion was open."""
    for item in items:
        rows = connection.execute(
            "DELETE FROM question_asked WHERE member_id = ? AND counts_at > ? AND event_key <> ?"
            " RETURNING question_id",
            (item.member_id, to_micros(item.now), item.key),
        ).fetchall()
        for row in rows:
            _drop_unasked(connection, row["question_id"])
    return [None] * len(items)


def apply_sweeps(connection: Connection, items: Sequence[Sweep]) -> list[None]:
    """What time takes away."""
    for item in items:
        connection.execute(
            "UPDATE question_asked SET member_id = NULL, event_key = NULL"
            " WHERE member_id IS NOT NULL AND at <= ?",
            (to_micros(item.now - NAMED),),
        )
        old = connection.execute(_DROPPABLE, (to_micros(item.dropped_before),)).fetchall()
        for row in old:
            _drop(connection, row["id"])
    return [None] * len(items)


def apply_digests(connection: Connection, items: Sequence[tuple[date, datetime]]) -> list[None]:
    """Note of which weeks the letter was sent."""
    for week, now in items:
        connection.execute(
            "INSERT INTO learning_digest (week, at) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (week.isoformat(), to_micros(now)),
        )
    return [None] * len(items)


def _note(connection: Connection, item: Asked) -> int | None:
    if connection.execute(_NOT_WANTED, (item.key, item.member_id)).fetchone() is not None:
        return None
    number = _question(connection, item)
    values = (
        *(number, item.key, item.member_id, item.group_key, item.text),
        *(to_micros(item.at), item.on_date.isoformat(), to_micros(item.counts_at)),
    )
    if not connection.execute(_NOTE, values).rowcount:
        return None
    connection.execute(
        "UPDATE open_question SET last_at = greatest(last_at, ?) WHERE id = ?",
        (to_micros(item.at), number),
    )
    return number


def _question(connection: Connection, item: Asked) -> int:
    """The number of the question that this is, which may be new."""
    rows = connection.execute("SELECT id, text FROM open_question").fetchall()
    known = {int(row["id"]): str(row["text"]) for row in rows}
    found = find_like(item.text, known, floor=item.likeness)
    if found is None:
        found = next((number for number, text in known.items() if text == item.text), None)
    if found is not None:
        return found
    while len(known) >= item.most_open:
        oldest = connection.execute(_OLDEST).fetchone()
        if oldest is None:
            break
        _drop(connection, oldest["id"])
        del known[oldest["id"]]
    at = to_micros(item.at)
    row = connection.execute(
        "INSERT INTO open_question (text, state, first_at, last_at) VALUES (?, 'open', ?, ?)"
        " RETURNING id",
        (item.text, at, at),
    ).fetchone()
    return int(row["id"])


def _drop_unasked(connection: Connection, number: int) -> None:
    """Drop a question that nobody asks any more and that has no answer."""
    kept = connection.execute(
        "SELECT 1 FROM question_asked WHERE question_id = ?"
        " UNION ALL SELECT 1 FROM learned WHERE question_id = ?",
        (number, number),
    ).fetchone()
    if kept is None:
        connection.execute("DELETE FROM open_question WHERE id = ?", (number,))


def _drop(connection: Connection, number: int) -> None:
    connection.execute("DELETE FROM question_asked WHERE question_id = ?", (number,))
    connection.execute("DELETE FROM open_question WHERE id = ?", (number,))
