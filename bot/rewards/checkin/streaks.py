"""Check-ins and streaks, decided: pure, the same for every database.

A member checks in once a community day. A streak 连签 grows by one when the day before was
checked in and starts again at one when it was not. What a day paid is written in its row, so
later rules never pay back or take back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, MemberId
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CheckInRequest:
    """A member's wish to check in for the community day ``on_date``.

    ``points`` is what a day pays, ``milestones`` the extra points by length of streak in days.
    """

    member_id: MemberId
    key: EventKey
    on_date: date
    at: datetime
    points: int
    milestones: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A check-in's answer.

    ``streak`` is in days; ``points`` and ``bonus`` are what this day paid, ``balance`` what the
    member has. ``repeated`` tells that another event had checked this day in before.
    """

    on_date: date
    streak: int
    points: int
    bonus: int
    balance: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class CheckInDay:
    """A day that was checked in: ``streak`` in days, ``points`` and ``bonus`` as paid."""

    member_id: MemberId
    on_date: date
    streak: int
    points: int
    bonus: int
    key: EventKey


class Turn(StrEnum):
    """What a request turned out to be."""

    FIRST = "first"
    REPLAYED = "replayed"
    """The same event again: it gets its first answer."""
    REPEATED = "repeated"
    """Another event of a day that is checked in already."""


@dataclass(frozen=True, slots=True)
class CheckInRuling:
    """A request, decided: the day it is about, and what it was."""

    day: CheckInDay
    turn: Turn


def decide_check_ins(
    days: Iterable[CheckInDay], requests: Sequence[CheckInRequest]
) -> list[CheckInRuling | KeyReused]:
    """Rule on ``requests`` in order; each sees what those before it did.

    ``days`` are the known rows of each request: its day, the day before, and that of its key.
    """
    by_day = {(day.member_id, day.on_date): day for day in days}
    by_key = {day.key: day for day in by_day.values()}
    rulings: list[CheckInRuling | KeyReused] = []
    for request in requests:
        ruling = _rule(by_day, by_key, request)
        rulings.append(ruling)
        if isinstance(ruling, CheckInRuling) and ruling.turn is Turn.FIRST:
            by_day[request.member_id, request.on_date] = ruling.day
            by_key[request.key] = ruling.day
    return rulings


def _rule(
    by_day: Mapping[tuple[MemberId, date], CheckInDay],
    by_key: Mapping[EventKey, CheckInDay],
    request: CheckInRequest,
) -> CheckInRuling | KeyReused:
    replayed = by_key.get(request.key)
    if replayed is not None:
        if replayed.member_id != request.member_id:
            return KeyReused("another member checked in with this event", key=request.key)
        return CheckInRuling(replayed, Turn.REPLAYED)
    repeated = by_day.get((request.member_id, request.on_date))
    if repeated is not None:
        return CheckInRuling(repeated, Turn.REPEATED)
    day_before = by_day.get((request.member_id, request.on_date - ONE_DAY))
    streak = 1 if day_before is None else day_before.streak + 1
    first = CheckInDay(
        member_id=request.member_id,
        on_date=request.on_date,
        streak=streak,
        points=request.points,
        bonus=request.milestones.get(streak, 0),
        key=request.key,
    )
    return CheckInRuling(first, Turn.FIRST)


def transfers_of(day: CheckInDay, at: datetime) -> tuple[Transfer, ...]:
    """What a checked-in day issues: its points and, apart from them, its milestone's bonus."""
    key = f"checkin/{day.member_id}/{day.on_date.isoformat()}"
    points = _issue(day, key, day.points, Reason.CHECKIN, at)
    if not day.bonus:
        return (points,)
    return (points, _issue(day, f"{key}/milestone", day.bonus, Reason.CHECKIN_MILESTONE, at))


def _issue(day: CheckInDay, key: str, amount: int, reason: Reason, at: datetime) -> Transfer:
    return Transfer(
        key=key,
        debit=AccountRef.issuance(),
        credit=AccountRef.member(day.member_id),
        amount=amount,
        reason=reason,
        reference=day.key,
        actor=f"member/{day.member_id}",
        at=at,
    )
