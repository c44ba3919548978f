"""The choices of members: they hold at once, and every change of one is kept with its words.

A choice is taken back as easily as it is made. What was inferred about a member goes the moment he
wants nothing personal; what is owed to him stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.core.ids import ChannelKey, EventKey, MemberId
from bot.members.lane import choices_of
from bot.members.memory.lane import Forget, apply_forgets
from bot.members.people import Choice, Standing, wants_promotion
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Lane
from bot.store.sql import over

MOMENT: Final = timedelta(minutes=1)
"""How long a standing may lie between its reading and its use."""

_COLUMNS: Final = ", ".join(f"member.{choice}_since" for choice in Choice)

_LOAD: Final = over(
    "member_id int",
    f"SELECT member.id AS member_id, {_COLUMNS} FROM rows"
    " CROSS JOIN member ON member.id = rows.member_id",
)

_LOAD_MADE: Final = over(
    "event_key text",
    "SELECT c.event_key FROM rows CROSS JOIN member_choice AS c ON c.event_key = rows.event_key",
)

_HOLD: Final = {
    choice: over(
        "member_id int, since int",
        f"UPDATE member SET {choice}_since = rows.since FROM rows WHERE member.id = rows.member_id",
    )
    for choice in Choice
}

_KEEP: Final = over(
    "member_id int, choice text, in_force int, at int, channel text, said text, told text,"
    " event_key text",
    "INSERT INTO member_choice (member_id, choice, in_force, at, channel, said, told, event_key)"
    " SELECT member_id, choice, in_force, at, channel, said, told, event_key FROM rows"
    " WHERE true ORDER BY number",
)

_FORGET_TAGS: Final = over(
    "member_id int", "DELETE FROM member_tag WHERE member_id IN (SELECT member_id FROM rows)"
)

_FORGET_HITS: Final = over(
    "member_id int", "DELETE FROM tag_hit WHERE member_id IN (SELECT member_id FROM rows)"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """A member's word about a choice: ``in_force`` from now on, or not any more.

    ``said`` are his words, ``told`` is what he is answered.
    """

    member_id: MemberId
    choice: Choice
    in_force: bool
    at: datetime
    channel: ChannelKey
    said: str
    told: str
    key: EventKey


@dataclass(frozen=True, slots=True)
class Decided:
    """How it stands after a decision; ``changed`` is False when it stood so already."""

    choices: frozenset[Choice]
    changed: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was made, as it is kept."""

    choice: Choice
    in_force: bool
    at: datetime
    said: str
    told: str


class Choices:
    """The choices of all members.

    A member's standing is read when his words come in, which may be before his last decision was
    written. So whoever decided a moment ago is remembered here.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lane: Lane[Decision, Decided] = store.lane("choices", apply_decisions)
        self._latest: dict[MemberId, tuple[frozenset[Choice], datetime]] = {}

    async def decide(self, decision: Decision) -> Decided:
        """Put a choice in force or out of it; the same event again gets its first answer."""
        decided = await self._lane.submit(decision)
        self._latest[decision.member_id] = (decided.choices, decision.at)
        return decided

    def up_to_date(self, standing: Standing, now: datetime) -> Standing:
        """``standing`` with the choices that this process may have written since it was read."""
        latest = self._latest.get(standing.member_id)
        if latest is None:
            return standing
        choices, at = latest
        if now - at > MOMENT:
            del self._latest[standing.member_id]
            return standing
        return replace(standing, choices=choices)

    async def read(self, member_id: MemberId) -> frozenset[Choice]:
        """The choices in force."""
        rows = await self._store.read(f"SELECT {_COLUMNS} FROM member WHERE id = ?", [member_id])
        return choices_of(tuple(rows[0])) if rows else frozenset()

    async def wants_promotion(self, member_id: MemberId) -> bool:
        """Whether the member may be written to unasked about what he could do."""
        return wants_promotion(await self.read(member_id))

    async def read_changes(self, member_id: MemberId) -> tuple[Change, ...]:
        """Every change that the member made, the first one first."""
        rows = await self._store.read(
            "SELECT choice, in_force, at, said, told FROM member_choice"
            " WHERE member_id = ? ORDER BY id",
            [member_id],
        )
        return tuple(
            Change(
                choice=Choice(row["choice"]),
                in_force=bool(row["in_force"]),
                at=from_micros(row["at"]),
                said=row["said"],
                told=row["told"],
            )
            for row in rows
        )


def decide(choices: frozenset[Choice], decision: Decision) -> Decided:
    """What a decision makes of the choices in force. Pure."""
    only = frozenset({decision.choice})
    after = choices | only if decision.in_force else choices - only
    return Decided(after, changed=after != choices)


def apply_decisions(connection: Connection, items: Sequence[Decision]) -> list[Decided]:
    """The lane of choices, in the order of the words."""
    held = {
        MemberId(row[0]): choices_of(tuple(row)[1:])
        for row in connection.read(_LOAD, [(item.member_id,) for item in items])
    }
    made = {row["event_key"] for row in connection.read(_LOAD_MADE, [(i.key,) for i in items])}
    answers, changes = [], []
    for item in items:
        if item.key in made:
            answers.append(Decided(held[item.member_id], changed=True))
            continue
        decided = decide(held[item.member_id], item)
        held[item.member_id] = decided.choices
        answers.append(decided)
        if decided.changed:
            changes.append(item)
            made.add(item.key)
    _write(connection, changes)
    return answers


def _write(connection: Connection, changes: Sequence[Decision]) -> None:
    for choice in Choice:
        last = {item.member_id: item for item in changes if item.choice is choice}
        connection.write(
            _HOLD[choice],
            [
                (member_id, to_micros(item.at) if item.in_force else None)
                for member_id, item in last.items()
            ],
        )
    _forget(
        connection,
        [item for item in changes if item.choice is Choice.IMPERSONAL and item.in_force],
    )
    connection.write(
        _KEEP,
        [
            (
                item.member_id,
                item.choice,
                int(item.in_force),
                to_micros(item.at),
                item.channel,
                item.said,
                item.told,
                item.key,
            )
            for item in changes
        ],
    )


def _forget(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Take the tags of members, what they rest on, and what is remembered of them."""
    rows = [(item.member_id,) for item in decisions]
    connection.write(_FORGET_TAGS, rows)
    connection.write(_FORGET_HITS, rows)
    apply_forgets(connection, [Forget(item.member_id, item.key, item.at) for item in decisions])
