"""Facts where they are kept: written with the end of an event, deleted by their member.

Whoever has switched personalisation off is not remembered: nothing of him is written or read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.ids import EventKey, MemberId
from bot.members.memory.facts import Forgetting, Statement, remember
from bot.members.memory.recognition import Fact
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, to_micros
from bot.store.sql import over

_LOAD: Final = over(
    "member_id int",
    "SELECT f.* FROM rows CROSS JOIN memory_fact AS f ON f.member_id = rows.member_id",
)

_LOAD_FORGOTTEN: Final = over(
    "member_id int",
    "SELECT f.* FROM rows CROSS JOIN memory_forgotten AS f ON f.member_id = rows.member_id",
)

_LOAD_IMPERSONAL: Final = over(
    "member_id int",
    "SELECT m.id FROM rows CROSS JOIN member AS m ON m.id = rows.member_id"
    " WHERE m.impersonal_since IS NOT NULL",
)

_CLEAR: Final = over(
    "member_id int", "DELETE FROM memory_fact WHERE member_id IN (SELECT member_id FROM rows)"
)

_WRITE: Final = over(
    "member_id int, place int, type text, value text, event_key text, stated_at int,"
    " expires_at int",
    "INSERT INTO memory_fact (member_id, place, type, value, event_key, stated_at, expires_at)"
    " SELECT member_id, place, type, value, event_key, stated_at, expires_at FROM rows",
)

_WRITE_FORGOTTEN: Final = over(
    "member_id int, event_key text, at int, types text",
    "INSERT INTO memory_forgotten (member_id, event_key, at, types)"
    " SELECT member_id, event_key, at, types FROM rows WHERE true"
    " ON CONFLICT (member_id) DO UPDATE SET event_key = excluded.event_key,"
    " at = greatest(memory_forgotten.at, excluded.at), types = excluded.types",
)

MARK_LIFE: Final = timedelta(days=7)
"""How long a deletion is remembered; no event is handled so late."""

_MOMENT: Final = timedelta(microseconds=1)

Held = dict[int, Statement]
"""A member's facts by place."""


@dataclass(frozen=True, slots=True)
class Forget:
    """``member_id`` wants the fact at ``place`` forgotten, or with None everything."""

    member_id: MemberId
    key: EventKey
    at: datetime
    place: int | None = None


def record_statements(connection: Connection, statements: Sequence[Statement]) -> None:
    """Remember what members said of themselves, inside the transaction that ends the event."""
    members = list(dict.fromkeys(statement.member_id for statement in statements))
    rows = connection.read(_LOAD_IMPERSONAL, [(member_id,) for member_id in members])
    impersonal = {MemberId(row["id"]) for row in rows}
    statements = [one for one in statements if one.member_id not in impersonal]
    held = _load(connection, members)
    forgotten = _load_forgotten(connection, members)
    changed = set()
    for statement in statements:
        member_id = statement.member_id
        before = held[member_id]
        held[member_id] = remember(before, statement, forgotten.get(member_id))
        if held[member_id] != before:
            changed.add(member_id)
    _replace(connection, {member_id: held[member_id] for member_id in sorted(changed)})


def apply_forgets(connection: Connection, wishes: Sequence[Forget]) -> list[tuple[str, ...]]:
    """The types of which a fact was deleted, for each wish; the same event gets the same answer.

    Wishing has an effect even if nothing is held: what was said before is not remembered later.
    """
    members = list(dict.fromkeys(wish.member_id for wish in wishes))
    held, forgotten = _load(connection, members), _load_forgotten(connection, members)
    changed: dict[MemberId, Held] = {}
    answers: list[tuple[str, ...]] = []
    for wish in wishes:
        last = forgotten.get(wish.member_id)
        if last is not None and last.event_key == wish.key:
            answers.append(last.types)
            continue
        facts = held[wish.member_id]
        gone = {place: old for place, old in facts.items() if wish.place in (None, place)}
        held[wish.member_id] = {place: old for place, old in facts.items() if place not in gone}
        changed[wish.member_id] = held[wish.member_id]
        types = tuple(old.fact.type for _, old in sorted(gone.items()))
        # clocks of channels differ: it reaches as far as what it deleted
        later = (old.at + _MOMENT for old in gone.values() if old.at > wish.at)
        until = max([wish.at, *later])
        forgotten[wish.member_id] = Forgetting(wish.key, until, types)
        answers.append(types)
    _replace(connection, changed)
    connection.write(
        _WRITE_FORGOTTEN,
        [
            (member_id, last.event_key, to_micros(last.at), ",".join(last.types))
            for member_id in changed
            for last in [forgotten[member_id]]
        ],
    )
    return answers


def apply_sweeps(connection: Connection, instants: Sequence[datetime]) -> list[None]:
    """Delete what has ended: facts that were kept for long enough, and marks of old deletions."""
    now = max(instants)
    connection.execute("DELETE FROM memory_fact WHERE expires_at <= ?", (to_micros(now),))
    connection.execute("DELETE FROM memory_forgotten WHERE at <= ?", (to_micros(now - MARK_LIFE),))
    return [None] * len(instants)


def statement_of(row: Row) -> Statement:
    """A row of memory_fact."""
    return Statement(
        member_id=MemberId(row["member_id"]),
        fact=Fact(row["type"], row["value"]),
        event_key=EventKey(row["event_key"]),
        at=from_micros(row["stated_at"]),
        expires_at=from_micros(row["expires_at"]),
    )


def _load(connection: Connection, members: Iterable[MemberId]) -> dict[MemberId, Held]:
    held: dict[MemberId, Held] = {member_id: {} for member_id in members}
    for row in connection.read(_LOAD, [(member_id,) for member_id in held]):
        held[MemberId(row["member_id"])][row["place"]] = statement_of(row)
    return held


def _load_forgotten(
    connection: Connection, members: Iterable[MemberId]
) -> dict[MemberId, Forgetting]:
    rows = connection.read(_LOAD_FORGOTTEN, [(member_id,) for member_id in members])
    return {
        MemberId(row["member_id"]): Forgetting(
            EventKey(row["event_key"]),
            from_micros(row["at"]),
            tuple(filter(None, row["types"].split(","))),
        )
        for row in rows
    }


def _replace(connection: Connection, held: dict[MemberId, Held]) -> None:
    """Write the facts of these members in place of what there was."""
    connection.write(_CLEAR, [(member_id,) for member_id in held])
    connection.write(
        _WRITE,
        [
            (
                member_id,
                place,
                statement.fact.type,
                statement.fact.value,
                statement.event_key,
                to_micros(statement.at),
                to_micros(statement.expires_at),
            )
            for member_id, facts in held.items()
            for place, statement in facts.items()
        ],
    )
