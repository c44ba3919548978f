"""The end of an event in one step: its messages, what the member did, its tags, and done.

Either all of it is in the database or none; a record that is not done is handled again, and every
write it causes carries its key, so handling it twice changes nothing twice.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import RecordId
from bot.core.messages import Message, Outgoing, message_to_json
from bot.members.lane import record_hits, record_interactions
from bot.members.people import Interaction, TagHit
from bot.outbox.enqueue import insert_sqlite
from bot.persona.voice import Changes
from bot.store.batch import read_batch, write_batch
from bot.store.fields import to_micros


@dataclass(frozen=True, slots=True)
class Completion:
    """``answer`` is what goes into the open request; a later answer is among ``outgoings``.

    ``parked`` tells that handling failed too often: the record is kept for the operator.
    """

    record_id: RecordId
    outcome: str
    answer: Message | None
    outgoings: tuple[Outgoing, ...]
    interactions: tuple[Interaction, ...]
    hits: tuple[TagHit, ...]
    said: Changes
    now: datetime
    parked: bool = False


def complete(connection: sqlite3.Connection, items: Sequence[Completion]) -> list[bool]:
    """The completion lane in SQLite's SQL. False for a record that was done already."""
    waiting = _waiting(connection, items)
    fresh: dict[RecordId, Completion] = {}
    for item in items:
        if item.record_id in waiting:
            fresh.setdefault(item.record_id, item)
    done = list(fresh.values())
    _finish(connection, done)
    insert_sqlite(
        connection, [(outgoing, item.now) for item in done for outgoing in item.outgoings]
    )
    record_interactions(connection, [act for item in done for act in item.interactions])
    record_hits(connection, [hit for item in done for hit in item.hits])
    write_batch(
        connection,
        "INSERT INTO last_variant SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)"
        " WHERE true ON CONFLICT (scope, template) DO UPDATE SET variant = excluded.variant",
        [row for item in items for row in item.said],
    )
    return [fresh.get(item.record_id) is item for item in items]


def _waiting(connection: sqlite3.Connection, items: Sequence[Completion]) -> set[RecordId]:
    """Which of the records are not done yet."""
    rows = read_batch(
        connection,
        "SELECT json_group_array(json_array(i.id)) FROM json_each(?) AS w"
        " CROSS JOIN inbox AS i ON i.id = w.value ->> 0 WHERE i.state = 'waiting'",
        [(item.record_id,) for item in items],
    )
    return {RecordId(row[0]) for row in rows}


def _finish(connection: sqlite3.Connection, items: Sequence[Completion]) -> None:
    write_batch(
        connection,
        "UPDATE inbox SET state = w.value ->> 1, answer = w.value ->> 2, outcome = w.value ->> 3,"
        " done_at = w.value ->> 4 FROM json_each(?) AS w WHERE inbox.id = w.value ->> 0",
        [
            (
                item.record_id,
                "parked" if item.parked else "done",
                _answer_text(item.answer),
                item.outcome,
                to_micros(item.now),
            )
            for item in items
        ],
    )


def _answer_text(answer: Message | None) -> str | None:
    return None if answer is None else json.dumps(message_to_json(answer), ensure_ascii=False)
