"""What all parts of the machine share: acts, lanes, and the world they happen in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.core.ids import GroupKey, MemberId
from bot.rewards.days import community_date
from bot.rewards.ledger.lots import expiry_of
from bot.rewards.ledger.transfers import AccountRef
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection
from bot.store.lane import Apply
from tests.property.rewards_machine.books import Books, read_books
from tests.unit.rewards.support import NOW, SHANGHAI

MEMBERS = 6
GROUPS = (GroupKey("vip"), GroupKey("tea"))

RULES = RewardsFile.model_validate(
    {
        "points": {"expiry": "days", "days": 3, "returned_days": 1},
        "budgets": {"points": {"a_day": 40, "a_month": 400}},
        "checkin": {"points": 5, "milestones": {2: 7, 3: 11}},
        "packets": {
            "pool_points_a_day": 60,
            "owner_points_a_day": 20,
            "most_points_a_day": 90,
            "most_points": 60,
            "claims_a_day": 4,
            "tries": 2,
            "cash": True,
        },
        "thanks": {"points": 5, "a_day": 2, "to_one_a_week": 2},
        "earning": {
            "rules": [{"key": "talk", "act": "message", "points": 4, "most_points": {"a_day": 10}}],
            "most_a_day": 20,
        },
        "levels": [{"name": "水", "from_points": 0}],
    }
)
"""Everything is scarce, so that every limit is met."""


@dataclass(frozen=True)
class Act:
    """Something that somebody does. What the numbers mean is for the lane to say.

    ``comes_twice`` puts it into its batch twice; ``comes_again`` brings an act that had its answer
    before, instead of a new one.
    """

    lane: str
    who: int
    which: int
    much: int
    comes_twice: bool
    comes_again: bool


class World:
    """The clock, the books on paper and the numbers of events."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.books: Books = read_books(connection)
        self.now = NOW
        self._count = 0

    def key(self, what: str) -> str:
        """A key that nobody had."""
        self._count += 1
        return f"{what}-{self._count}"

    @property
    def today(self) -> date:
        """The community's day."""
        return community_date(self.now, SHANGHAI, RULES.day_starts_at)

    @property
    def expires_on(self) -> date | None:
        """The last day of points that are earned now."""
        return expiry_of(RULES.points, self.today)


def day_of(at: datetime) -> date:
    """The community's day of an instant."""
    return community_date(at, SHANGHAI, RULES.day_starts_at)


def points_of(member_id: int) -> AccountRef:
    """A member's points."""
    return AccountRef.member(MemberId(member_id))


def pick(things: Sequence[Any], number: int) -> Any:
    """One of ``things``, or None when there are none."""
    return things[number % len(things)] if things else None


Pairs = Sequence[tuple[Any, Any]]
"""Items with their answers."""


@dataclass(frozen=True)
class Lane:
    """A lane of the program, and what the paper says about it.

    ``make`` turns an act into an item, or None where there is nothing to be done. ``learn`` writes
    down what answers to new items say, and asserts that they are what the paper allows.
    ``key`` names an item that gets its first answer for ever; ``first`` is the part of an answer
    that stays the same, None for an answer that may be another one next time.
    """

    name: str
    apply: Apply[Any, Any]
    make: Callable[[Act], Any]
    learn: Callable[[Pairs], None]
    key: Callable[[Any], str] | None = None
    first: Callable[[Any], Any] = lambda answer: None
