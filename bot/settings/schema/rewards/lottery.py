"""rewards.yaml, lotteries: what can be won, how one takes part, and when it is drawn.

What the law wants published before the start may be left out here, and is then refused by the
check with the rule that wants it; so no key for it has a default that would do.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from bot.settings.schema.base import Count, KeyName, LocalTime, Positive, Section, Weekday, Words

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} ([01]\d|2[0-3]):[0-5]\d")


def _read_moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            return datetime.strptime(value, "%Y-%m-%d %H:%M")  # noqa: DTZ007 (the zone is bot.yaml's)
    except ValueError:
        pass
    raise ValueError('write a local date and time as "YYYY-MM-DD HH:MM", like "2026-12-05 20:00"')


LocalMoment = Annotated[
    datetime,
    BeforeValidator(_read_moment),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_MOMENT.pattern}$",
            "x-form": "a local date and time as YYYY-MM-DD HH:MM",
            "examples": ["2026-12-05 20:00"],
        }
    ),
]
"""A date and a time of day on the community's clock."""


class LotteryMode(StrEnum):
    """When it is drawn, and what gives a draw."""

    INSTANT = "instant"
    """Each draw is answered at once."""

    AT_TIME = "at_time"
    """Members enter, and all prizes are drawn among them at the end."""

    FULL = "full"
    """As at_time, but as soon as so many have entered."""

    CHECKIN = "checkin"
    """As instant; each day's check-in gives one draw."""

    QUIZ = "quiz"
    """As instant; a right answer gives a draw."""

    @property
    def is_drawn_among_entrants(self) -> bool:
        """Whether entrants wait for one drawing, in which numbers count and not weights."""
        return self in (LotteryMode.AT_TIME, LotteryMode.FULL)


class PrizeKind(StrEnum):
    """What a prize is."""

    POINTS = "points"
    COUPON = "coupon"
    GIFT = "gift"
    FEN = "fen"
    NOTHING = "nothing"
    """A blank: its weight is the chance of no win."""


class WhenEmpty(StrEnum):
    """What becomes of the weight of a prize that cannot be won at the moment."""

    NO_WIN = "no_win"
    RENORMALISE = "renormalise"


class Prize(Section):
    """One line of the prize table."""

    key: KeyName
    """Name used by machines; never changed once the lottery is published."""

    name: Words
    """Name as published."""

    kind: PrizeKind
    """What it is."""

    amount: Positive = 1
    """Points, fen or pieces of one win."""

    value_fen: Count = 0
    """What one win is worth, in fen, as published; at most 50,000 yuan. 0 for points."""

    stock: Count = 0
    """How many can be won. 0 for a blank, which has no end."""

    weight: Count = 0
    """Its share of the chances, where each draw is answered at once; else 0."""

    most_a_member: Count = 0
    """How often one member can win it; 0 for no limit."""

    most_a_day: Count = 0
    """How many can be won in a community day; 0 for no limit."""

    slice_hours: Count = 0
    """The stock is let out in equal parts, one every so many hours; 0 for all at once."""

    roll_over: bool = True
    """Whether what is left of a part joins the next one; else nobody can win it any more."""


class Pity(Section):
    """保底: what a series of draws without a prize leads to, as far as there is stock."""

    prize: KeyName
    """Key of the prize that it leads to."""

    hard: Count = 0
    """The draw of the series that surely wins it; 0 for none."""

    soft_from: Count = 0
    """From this draw of the series on its weight grows; 0 for never."""

    soft_weight: Count = 0
    """By so much a draw, taken from the weight of no win."""


class Quiz(Section):
    """The question of a quiz draw."""

    question: Words
    """As members read it."""

    choices: tuple[Words, ...] = ()
    """What can be chosen, lettered A, B … in this order; none for a question of free words."""

    answers: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Right answers; with choices their letters."""

    tries_a_day: Positive = 1
    """Wrong answers that a member has a day."""


class WeeklyEnd(Section):
    """The lottery ends each week at this time, and its next round begins."""

    day: Weekday
    """Day of the week."""

    at: LocalTime
    """Local time."""


class Lottery(Section):
    """抽奖. Once published it changes in the members' favour only, whatever is written here."""

    key: KeyName
    """Name used by machines and in the address of its page."""

    title: Words
    """Name as members see it."""

    mode: LotteryMode
    """When it is drawn, and what gives a draw."""

    groups: tuple[KeyName, ...] = ()
    """Keys of the groups that take part; none for all."""

    how: str = ""
    """How to take part, in words for members. Published."""

    claim: str = ""
    """How prizes are claimed, in words for members. Published."""

    organiser: str = ""
    """Who organises it, by the full name. Published."""

    contact: str = ""
    """How the organiser is reached. Published."""

    starts_at: LocalMoment | None = None
    """When it starts; none for as soon as it is published."""

    ends_at: LocalMoment | None = None
    """When it ends; give this or `weekly`."""

    weekly: WeeklyEnd | None = None
    """It ends once a week, and begins anew."""

    entrants: Count = 0
    """For full: drawn as soon as so many have entered, at the latest at the end."""

    fee_points: Count = 0
    """Points that a draw costs; points are earned by activity and never sold."""

    draws_a_day: Count = 1
    """Draws of a member in a community day; 0 for no limit."""

    draws: Count = 0
    """Draws of a member altogether; 0 for no limit."""

    winner_rest_days: Count = 7
    """Who has won more than points in any lottery waits so many days; 0 for not at all."""

    claim_days: Positive = 7
    """A gift is claimed within so many days, or goes to somebody else or back into stock."""

    when_empty: WhenEmpty | None = None
    """What becomes of the weight of a prize that has run out; to be chosen where weights count."""

    prizes: Annotated[tuple[Prize, ...], Field(min_length=1)]
    """The prize table."""

    pity: Pity | None = None
    """保底."""

    quiz: Quiz | None = None
    """For quiz: the question."""
