"""Make-up cards 补签卡, decided: pure, the same for every database.

A card buys a missed day back, the day after it to some days later, a few times a month. The day
joins the streak: with the days before it, and with those behind it, whose streak is longer from
then on. It buys the length and nothing else: it pays nothing, earns no freeze, and a milestone
that the streak jumps over or lands on by it is not paid.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.ids import EventKey, MemberId
from bot.rewards.checkin.days import DayKind, MemberDays, StreakDay
from bot.rewards.ledger.transfers import AccountKind, AccountRef, Reason, Transfer


@dataclass(frozen=True, slots=True)
class MakeUpRequest:
    """A member's wish to make up ``on_date``; ``today`` is the community day of the wish.

    A card costs ``price`` points, reaches ``days_back`` days back, and there are
    ``most_a_month`` of them in the calendar month of ``today``.
    """

    member_id: MemberId
    key: EventKey
    on_date: date
    today: date
    at: datetime
    price: int
    days_back: int
    most_a_month: int

    @property
    def month(self) -> str:
        """The month whose cards are counted, as YYYY-MM."""
        return month_of(self.today)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """The day joined a streak that is now ``streak`` days long, up to the last day behind it.

    ``price`` points were paid and ``balance`` are left; ``cards_left`` can be bought this month.
    """

    on_date: date
    streak: int
    price: int
    balance: int
    cards_left: int


@dataclass(frozen=True, slots=True)
class NotMissed:
    """The day is in the calendar already."""

    on_date: date


@dataclass(frozen=True, slots=True)
class NotOver:
    """Today and what is to come cannot be made up: there is still time to check in."""

    on_date: date


@dataclass(frozen=True, slots=True)
class TooLongAgo:
    """Nothing before ``earliest`` can be made up any more."""

    on_date: date
    earliest: date


@dataclass(frozen=True, slots=True)
class NeverBefore:
    """The member had not checked in at all before that day, so he missed nothing."""

    on_date: date


@dataclass(frozen=True, slots=True)
class NoCardsLeft:
    """All cards of the month are bought; ``again_on`` begins the next one."""

    most_a_month: int
    again_on: date


@dataclass(frozen=True, slots=True)
class TooFewPoints:
    """The member has less than the price."""

    balance: int
    price: int


MakeUpRefused = NotMissed | NotOver | TooLongAgo | NeverBefore | NoCardsLeft | TooFewPoints

MakeUpResult = MadeUp | MakeUpRefused


@dataclass(frozen=True, slots=True)
class Card:
    """The member's ``number``-th card of ``month``, for the day ``day``, at ``price``."""

    day: StreakDay
    month: str
    number: int
    price: int


def decide_make_up(
    days: MemberDays, *, cards_used: int, request: MakeUpRequest
) -> Card | MakeUpRefused:
    """The card that makes the day up, if the member can pay for it, or why there is none.

    ``days`` are those around the wanted day, ``cards_used`` the cards of the month so far.
    """
    on_date, earliest = request.on_date, first_to_make_up(request.today, request.days_back)
    if on_date >= request.today:
        return NotOver(on_date)
    if days.on(on_date) is not None:
        return NotMissed(on_date)
    if on_date < earliest:
        return TooLongAgo(on_date, earliest)
    before = days.last_before(on_date)
    if before is None:
        return NeverBefore(on_date)
    if cards_used >= request.most_a_month:
        return NoCardsLeft(request.most_a_month, next_month(request.today))
    streak = days.streak_before(on_date) + 1
    day = days.add(
        StreakDay(
            member_id=request.member_id,
            on_date=on_date,
            kind=DayKind.MADE_UP,
            streak=streak,
            standing=streak,
            points=0,
            bonus=0,
            freezes=before.freezes,
            key=request.key,
        )
    )
    return Card(day, request.month, cards_used + 1, request.price)


def payment_of(card: Card, at: datetime) -> Transfer:
    """What a card costs, for good."""
    day = card.day
    return Transfer(
        key=f"makeup/{day.member_id}/{day.on_date.isoformat()}",
        debit=AccountRef.member(day.member_id),
        credit=AccountRef.house(AccountKind.SPENT),
        amount=card.price,
        reason=Reason.MAKEUP_CARD,
        reference=day.key,
        actor=f"member/{day.member_id}",
        at=at,
    )


def first_to_make_up(today: date, days_back: int) -> date:
    """The earliest day that can still be made up ``today``."""
    return today - timedelta(days=days_back)


def month_of(day: date) -> str:
    """The calendar month of a community day, as YYYY-MM."""
    return f"{day:%Y-%m}"


def next_month(day: date) -> date:
    """The first day of the month after that of ``day``."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
