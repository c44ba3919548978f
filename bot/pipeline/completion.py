"""The end of an event in one step: messages, what the member did and earned, tags, and done.

Either all of it is in the database or none; a record that is not done is handled again, and every
write it causes carries its key, so handling it twice changes nothing twice.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.core.events import Event, event_to_json
from bot.core.ids import RecordId
from bot.core.messages import Message, Outgoing, message_to_json
from bot.members.lane import record_hits, record_interactions
from bot.members.memory.facts import Statement
from bot.members.memory.lane import record_statements
from bot.members.people import Interaction, TagHit
from bot.members.talks import Talked, record_talks
from bot.outbox.enqueue import enqueue_all
from bot.persona.voice import Changes
from bot.rewards.earning.lane import earn
from bot.rewards.earning.rules import EarningWish
from bot.rewards.levels import LevelTold, tell_levels
from bot.store.connection import Connection
from bot.store.fields import to_micros
from bot.store.sql import over

_WAITING: Final = over(
    "id int",
    "SELECT inbox.id FROM rows CROSS JOIN inbox ON inbox.id = rows.id"
    " WHERE inbox.state = 'waiting'",
)

_FINISH: Final = over(
    "id int, state text, answer text, outcome text, done_at int, event text",
    "UPDATE inbox SET state = rows.state, answer = rows.answer, outcome = rows.outcome,"
    " done_at = rows.done_at, event = coalesce(rows.event, inbox.event)"
    " FROM rows WHERE inbox.id = rows.id",
)

_SAY: Final = over(
    "scope text, template text, variant int",
    "INSERT INTO last_variant (scope, template, variant)"
    " SELECT scope, template, variant FROM rows WHERE true"
    " ON CONFLICT (scope, template) DO UPDATE SET variant = excluded.variant",
)


@dataclass(frozen=True, slots=True)
class Completion:
    """``answer`` is what goes into the open request; a later answer is among ``outgoings``.

    ``wishes`` are what the act may earn, ``told`` the levels that the answer tells of, ``talked``
    how the member's talk stands after it, ``statements`` what he said of himself. ``parked`` tells
    that handling failed too often: the record is kept for the operator. ``event`` replaces the
    stored one where its words are not kept.
    """

    record_id: RecordId
    outcome: str
    answer: Message | None
    outgoings: tuple[Outgoing, ...]
    interactions: tuple[Interaction, ...]
    hits: tuple[TagHit, ...]
    said: Changes
    now: datetime
    wishes: tuple[EarningWish, ...] = ()
    told: tuple[LevelTold, ...] = ()
    talked: Talked | None = None
    statements: tuple[Statement, ...] = ()
    parked: bool = False
    event: Event | None = None


def complete(connection: Connection, items: Sequence[Completion]) -> list[bool]:
    """The completion lane. False for a record that was done already."""
    waiting = _waiting(connection, items)
    fresh: dict[RecordId, Completion] = {}
    for item in items:
        if item.record_id in waiting:
            fresh.setdefault(item.record_id, item)
    done = list(fresh.values())
    _finish(connection, done)
    enqueue_all(connection, [(outgoing, item.now) for item in done for outgoing in item.outgoings])
    record_interactions(connection, [act for item in done for act in item.interactions])
    record_hits(connection, [hit for item in done for hit in item.hits])
    record_statements(connection, [one for item in done for one in item.statements])
    earn(connection, [wish for item in done for wish in item.wishes])
    tell_levels(connection, [told for item in done for told in item.told])
    record_talks(connection, [item.talked for item in done if item.talked is not None])
    said = {(scope, template): last for item in items for scope, template, last in item.said}
    connection.write(_SAY, [(*name, variant) for name, variant in said.items()])
    return [fresh.get(item.record_id) is item for item in items]


def _waiting(connection: Connection, items: Sequence[Completion]) -> set[RecordId]:
    """Which of the records are not done yet."""
    rows = connection.read(_WAITING, [(item.record_id,) for item in items])
    return {RecordId(row["id"]) for row in rows}


def _finish(connection: Connection, items: Sequence[Completion]) -> None:
    connection.write(
        _FINISH,
        [
            (
                item.record_id,
                "parked" if item.parked else "done",
                _answer_text(item.answer),
                item.outcome,
                to_micros(item.now),
                None if item.event is None else event_to_json(item.event),
            )
            for item in items
        ],
    )


def _answer_text(answer: Message | None) -> str | None:
    return None if answer is None else json.dumps(message_to_json(answer), ensure_ascii=False)
