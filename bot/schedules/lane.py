"""Writing what became of slots: decisions, their messages and what is settled, or none of it.

A group's decisions are numbered. Whoever decided on an older history than the database has, on an
older version of what people want, or about a slot that is decided, is refused and looks again; so
no slot happens twice and no wish is lost, on any number of processes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.core.ids import GroupKey
from bot.core.messages import Outgoing
from bot.growth.links import PostLink, keep_links
from bot.outbox.enqueue import enqueue_all
from bot.schedules.approval import is_approved
from bot.schedules.decide import Decision
from bot.schedules.edits import Edit, decided_among, load_edits, save_edits
from bot.schedules.records import Origin, SlotState
from bot.store.connection import Connection
from bot.store.fields import maybe_micros, to_micros
from bot.store.sql import over


@dataclass(frozen=True, slots=True)
class Progress:
    """What is to be written of a group, decided after its ``sequence`` decisions at ``now``.

    ``seen`` are the versions of the edits that it was decided on, 0 for none; ``settled`` are new
    versions, each with when its slot is due.
    """

    group_key: GroupKey
    sequence: int
    now: datetime
    decisions: tuple[Decision, ...] = ()
    seen: Mapping[str, int] = field(default_factory=dict)
    settled: tuple[tuple[datetime, Edit], ...] = ()
    outgoings: tuple[Outgoing, ...] = ()
    links: tuple[PostLink, ...] = ()


_SEQUENCES: Final = over(
    "group_key text",
    "SELECT rows.group_key AS group_key,"
    " (SELECT max(slot.sequence) FROM slot WHERE slot.group_key = rows.group_key) AS sequence"
    " FROM rows",
)

_DECIDE: Final = over(
    "key text, group_key text, sequence int, origin text, due_at int, state text, pillar text,"
    " kind text, item text, title text, promotion int, step text, reason text, posted_at int,"
    " decided_at int, variant text, campaign text, node text, mix text, appeal text,"
    " approved_by text, delays int",
    "INSERT INTO slot (key, group_key, sequence, origin, due_at, state, pillar, kind, item, title,"
    " promotion, step, reason, posted_at, decided_at, variant, campaign, node, mix, appeal,"
    " approved_by, delays)"
    " SELECT key, group_key, sequence, origin, due_at, state, pillar, kind, item, title,"
    " promotion, step, reason, posted_at, decided_at, variant, campaign, node, mix, appeal,"
    " approved_by, delays FROM rows",
)

# What was settled about slots before the decided one goes as well: those slots are decided, or the
# calendar has them no more.
_FORGET: Final = over(
    "key text, group_key text, due_at int",
    "DELETE FROM slot_plan WHERE key IN (SELECT slot_plan.key FROM rows CROSS JOIN slot_plan"
    " ON slot_plan.group_key = rows.group_key"
    " AND (slot_plan.key = rows.key OR slot_plan.due_at < rows.due_at))",
)

_START: Final = over(
    "group_key text, started_at int",
    "INSERT INTO schedule_start (group_key, started_at) SELECT group_key, started_at FROM rows"
    " WHERE true ON CONFLICT (group_key) DO NOTHING",
)


def start_groups(connection: Connection, items: Sequence[tuple[GroupKey, datetime]]) -> list[None]:
    """The lane of groups that are seen for the first time; the first instant stays."""
    connection.write(_START, [(group_key, to_micros(at)) for group_key, at in items])
    return [None] * len(items)


def write_progress(connection: Connection, items: Sequence[Progress]) -> list[bool]:
    """The publisher's lane. False for progress that was decided on something older."""
    sequences = {
        row["group_key"]: row["sequence"] or 0
        for row in connection.read(
            _SEQUENCES, [(key,) for key in dict.fromkeys(item.group_key for item in items)]
        )
    }
    keys = list(dict.fromkeys(key for item in items for key in item.seen))
    edits, decided = load_edits(connection, keys), decided_among(connection, keys)
    verdicts, taken = [], []
    for item in items:
        is_fresh = sequences.get(item.group_key, 0) == item.sequence and all(
            key not in decided and (edits[key].version if key in edits else 0) == version
            for key, version in item.seen.items()
        )
        if is_fresh:
            taken.append(item)
            sequences[item.group_key] = item.sequence + len(item.decisions)
            # the versions change with what is settled, so a second one on the same is refused
            edits.update({edit.key: edit for _, edit in item.settled})
            decided.update(decision.slot.key for decision in item.decisions)
        verdicts.append(is_fresh)
    _write(connection, taken)
    return verdicts


def _write(connection: Connection, items: Sequence[Progress]) -> None:
    connection.write(
        _DECIDE,
        [
            _row(decision, item.sequence + number, item.now)
            for item in items
            for number, decision in enumerate(item.decisions, start=1)
        ],
    )
    connection.write(_FORGET, [_passed(decision) for item in items for decision in item.decisions])
    save_edits(
        connection,
        [(item.group_key, due_at, edit) for item in items for due_at, edit in item.settled],
    )
    keep_links(connection, [(item.group_key, link) for item in items for link in item.links])
    enqueue_all(connection, [(out, item.now) for item in items for out in item.outgoings])


def _passed(decision: Decision) -> tuple[str, str, int]:
    """The slot, and until when everything is over; an owner's word comes at no slot's time."""
    slot = decision.slot
    is_of_plan = decision.origin is not Origin.OWNER
    return slot.key, slot.group_key, to_micros(slot.due_at) if is_of_plan else 0


def _row(decision: Decision, sequence: int, now: datetime) -> tuple[str | int | None, ...]:
    choice = decision.chosen
    front = choice.item.front if choice else None
    is_published = decision.state is SlotState.PUBLISHED
    return (
        decision.slot.key,
        decision.slot.group_key,
        sequence,
        decision.origin,
        to_micros(decision.slot.due_at),
        decision.state,
        front.pillar if front else "",
        front.kind if front else "",
        choice.item.key if choice else "",
        front.title if front else "",
        int(front.promotion) if front else 0,
        choice.step.key if choice else "",
        decision.reason,
        maybe_micros(decision.at if is_published else None),
        to_micros(now),
        choice.variant if choice else "",
        decision.slot.campaign,
        choice.node.key if choice and choice.node else "",
        choice.mix if choice else "",
        front.appeal if front else "",
        decision.edit.approved_by if choice and is_approved(choice, decision.edit) else "",
        decision.edit.delays,
    )
