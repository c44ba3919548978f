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
from bot.members.people import Interaction, TagHit
from bot.members.sqlite import record_hits, record_interactions
from bot.outbox.enqueue import insert_sqlite
from bot.persona.voice import Changes
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
    verdicts = [_finish(connection, item) for item in items]
    fresh = [item for item, first in zip(items, verdicts, strict=True) if first]
    insert_sqlite(
        connection, [(outgoing, item.now) for item in fresh for outgoing in item.outgoings]
    )
    record_interactions(connection, [act for item in fresh for act in item.interactions])
    record_hits(connection, [hit for item in fresh for hit in item.hits])
    connection.executemany(
        "INSERT INTO last_variant VALUES (?, ?, ?)"
        " ON CONFLICT (scope, template) DO UPDATE SET variant = excluded.variant",
        [row for item in items for row in item.said],
    )
    return verdicts


def _finish(connection: sqlite3.Connection, item: Completion) -> bool:
    answer = None
    if item.answer is not None:
        answer = json.dumps(message_to_json(item.answer), ensure_ascii=False)
    cursor = connection.execute(
        "UPDATE inbox SET state = ?, answer = ?, outcome = ?, done_at = ?"
        " WHERE id = ? AND state = 'waiting'",
        (
            "parked" if item.parked else "done",
            answer,
            item.outcome,
            to_micros(item.now),
            item.record_id,
        ),
    )
    return cursor.rowcount == 1
