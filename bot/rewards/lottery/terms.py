"""What a lottery has promised: its rules as published, kept word for word with their hash.

Draws follow the terms that are stored and never the file that they came from, so an edit of the
file cannot change what members were told.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from pydantic import TypeAdapter

from bot.core.ids import GroupKey
from bot.settings.schema.base import Weekday
from bot.settings.schema.rewards.lottery import (
    Lottery,
    LotteryMode,
    Pity,
    Prize,
    PrizeKind,
    WeeklyEnd,
    WhenEmpty,
)

_WEEK: Final = timedelta(days=7)
_WEEKDAYS: Final = list(Weekday)


@dataclass(frozen=True, slots=True)
class Terms:
    """The published rules of one lottery. Instants are UTC; the rest is as in rewards.yaml.

    ``groups`` are the keys of those that take part. The right answers of a quiz are no part of
    what is published.
    """

    key: str
    title: str
    mode: LotteryMode
    groups: tuple[GroupKey, ...]
    how: str
    claim: str
    organiser: str
    contact: str
    starts_at: datetime
    ends_at: datetime
    entrants: int
    fee_points: int
    draws_a_day: int
    draws: int
    winner_rest_days: int
    claim_days: int
    when_empty: WhenEmpty
    prizes: tuple[Prize, ...]
    pity: Pity | None
    question: str
    choices: tuple[str, ...]

    @property
    def real_prizes(self) -> tuple[Prize, ...]:
        """The prizes that are something, in the order of the table."""
        return tuple(prize for prize in self.prizes if prize.kind is not PrizeKind.NOTHING)

    @property
    def blank_weight(self) -> int:
        """The weight of no win."""
        return sum(prize.weight for prize in self.prizes if prize.kind is PrizeKind.NOTHING)

    @property
    def total_weight(self) -> int:
        """The weight of everything that a draw can give."""
        return sum(prize.weight for prize in self.prizes)

    def prize(self, key: str) -> Prize:
        """The prize with this key, which must be in the table."""
        return next(prize for prize in self.prizes if prize.key == key)


_ADAPTER: Final = TypeAdapter(Terms)


def write_terms(terms: Terms) -> str:
    """The terms as the text that is stored, hashed and shown."""
    return _ADAPTER.dump_json(terms).decode()


def read_terms(text: str) -> Terms:
    """The inverse of ``write_terms``."""
    return _ADAPTER.validate_json(text)


def hash_of(text: str) -> str:
    """SHA-256 (64 hex digits) of a text: of published terms, of a seed, of a list of entrants."""
    return hashlib.sha256(text.encode()).hexdigest()


def terms_of(
    lottery: Lottery, *, groups: Sequence[GroupKey], starts_at: datetime, zone: tzinfo
) -> Terms:
    """What the configuration promises for a round that starts at ``starts_at``.

    ``groups`` are all of the brand's: a lottery that names none is for all of them.
    """
    return Terms(
        key=lottery.key,
        title=lottery.title,
        mode=lottery.mode,
        groups=tuple(GroupKey(key) for key in lottery.groups) or tuple(groups),
        how=lottery.how,
        claim=lottery.claim,
        organiser=lottery.organiser,
        contact=lottery.contact,
        starts_at=starts_at.astimezone(UTC),
        ends_at=end_of(lottery, starts_at, zone),
        entrants=lottery.entrants,
        fee_points=lottery.fee_points,
        draws_a_day=1 if lottery.mode is LotteryMode.CHECKIN else lottery.draws_a_day,
        draws=lottery.draws,
        winner_rest_days=lottery.winner_rest_days,
        claim_days=lottery.claim_days,
        when_empty=lottery.when_empty or WhenEmpty.NO_WIN,
        prizes=lottery.prizes,
        pity=lottery.pity,
        question=lottery.quiz.question if lottery.quiz else "",
        choices=lottery.quiz.choices if lottery.quiz else (),
    )


def end_of(lottery: Lottery, starts_at: datetime, zone: tzinfo) -> datetime:
    """When a round that starts at ``starts_at`` ends (UTC)."""
    if lottery.weekly is not None:
        return next_weekly(lottery.weekly, starts_at, zone)
    if lottery.ends_at is None:
        raise ValueError(f"lottery {lottery.key} has no end; the check refuses that")
    return lottery.ends_at.replace(tzinfo=zone).astimezone(UTC)


def next_weekly(weekly: WeeklyEnd, after: datetime, zone: tzinfo) -> datetime:
    """The first such weekday and hour on the clocks of ``zone`` that comes after ``after``."""
    today = after.astimezone(zone).date()
    days = (_WEEKDAYS.index(weekly.day) - today.weekday()) % 7
    local = datetime.combine(today + timedelta(days=days), weekly.at, tzinfo=zone)
    if local <= after:
        local += _WEEK  # on the wall clock: the hour stays when the clocks change
    return local.astimezone(UTC)
