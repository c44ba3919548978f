"""What becomes of a statement among the facts that are remembered of a member. Pure.

The later word stands, whatever order statements arrive in; what was said before a deletion is not
written any more; and there are never more than twenty: the one said longest ago makes room.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import EventKey, MemberId
from bot.members.memory.recognition import Fact, read_facts
from bot.settings.schema.memory import MOST_FACTS, MemoryRules


@dataclass(frozen=True, slots=True)
class Statement:
    """A member said that ``fact`` is so of himself, with one event."""

    member_id: MemberId
    fact: Fact
    event_key: EventKey
    at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Forgetting:
    """The last deletion that a member asked for; ``types`` are those that were deleted."""

    event_key: EventKey
    at: datetime
    types: tuple[str, ...]


def state(
    rules: MemoryRules, *, member_id: MemberId, text: str, event_key: EventKey, at: datetime
) -> tuple[Statement, ...]:
    """What a member states about himself by ``text``, said at the instant ``at``."""
    expires_at = at + rules.keep
    return tuple(
        Statement(member_id, fact, event_key, at, expires_at)
        for fact in read_facts(rules, text).facts
    )


def remember(
    held: Mapping[int, Statement], statement: Statement, forgetting: Forgetting | None
) -> dict[int, Statement]:
    """The facts of a member, by place from 1, after a statement of his."""
    after = {place: old for place, old in held.items() if old.expires_at > statement.at}
    if forgetting is not None and statement.at < forgetting.at:
        return after
    same = (place for place, old in after.items() if old.fact.type == statement.fact.type)
    place = next(same, None)
    if place is None:
        free = (place for place in range(1, MOST_FACTS + 1) if place not in after)
        place = next(free, None)
    if place is None:
        place = min(after, key=lambda place: (after[place].at, place))
    old = after.get(place)
    if old is None or old.at <= statement.at:
        after[place] = statement
    return after
