"""Check-ins, decided: pure, the same for every database.

A member checks in once a community day. The streak 连签 grows by one when no day was missed since
the last one, and starts again at one otherwise. Freezes stand in for missed days by themselves,
but only when they are enough for all of them: what cannot save the streak is not used up. What a
day paid is written in its row, so later rules never pay back or take back. When a budget is spent
the day counts for the streak all the same and pays nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, MemberId
from bot.rewards.boosts import Boost, Purses, extra_of, percent_of
from bot.rewards.budgets import BudgetBook, BudgetTaken, Spending
from bot.rewards.checkin.days import ONE_DAY, DayKind, MemberDays, StreakDay
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.settings.schema.rewards.budgets import Budgets


@dataclass(frozen=True, slots=True)
class CheckInRequest:
    """A member's wish to check in for the community day ``on_date``.

    ``points`` is what a day pays, ``milestones`` the extra points by length of streak in days.
    A streak earns a freeze every ``freeze_every_days``, of which a member holds ``most_freezes``
    at most. ``expires_on`` is the last day of the points, None when they do not expire.
    ``budgets`` are what may be issued at all; ``boost`` is the campaign that adds to the points.
    """

    member_id: MemberId
    key: EventKey
    on_date: date
    at: datetime
    points: int
    milestones: Mapping[int, int]
    freeze_every_days: int
    most_freezes: int
    budgets: Budgets
    expires_on: date | None = None
    boost: Boost | None = None


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A check-in's answer.

    ``streak`` is in days; ``points`` and ``bonus`` are what this day paid (nothing when a budget
    was spent), ``extra`` what a campaign added, ``balance`` what the member has. ``repeated`` tells
    that another event had checked this day in before. ``saved`` is for how many missed days freezes
    stood in, ``freezes`` how many are left, ``earned_freeze`` whether one came with this day.
    """

    on_date: date
    streak: int
    points: int
    bonus: int
    balance: int
    repeated: bool
    saved: int = 0
    freezes: int = 0
    earned_freeze: bool = False
    extra: int = 0


class Turn(StrEnum):
    """What a request turned out to be."""

    FIRST = "first"
    REPLAYED = "replayed"
    """The same event again: it gets its first answer."""
    REPEATED = "repeated"
    """Another event of a day that has its row already."""


@dataclass(frozen=True, slots=True)
class Till:
    """What check-ins are paid from: what may be issued, and what campaigns have left."""

    budgets: BudgetBook
    purses: Purses


@dataclass(frozen=True, slots=True)
class CheckInRuling:
    """A request, decided: the day it is about, what it was, and the missed days it saved.

    ``frozen`` are the rows of those days, to be written before the day itself.
    """

    day: StreakDay
    turn: Turn
    saved: int = 0
    earned_freeze: bool = False
    frozen: tuple[StreakDay, ...] = ()


def decide_check_ins(
    days: Iterable[StreakDay], till: Till, requests: Sequence[CheckInRequest]
) -> list[CheckInRuling | KeyReused]:
    """Rule on ``requests`` in order; each sees what those before it did.

    ``days`` are the known rows around each request's day and around that of its key, for each
    member what ``MemberDays`` needs. What they pay is taken from ``till``.
    """
    by_key: dict[EventKey, StreakDay] = {}
    known: dict[MemberId, list[StreakDay]] = {request.member_id: [] for request in requests}
    for day in days:
        by_key[day.key] = day
        known.setdefault(day.member_id, []).append(day)
    of_member = {member_id: MemberDays(rows) for member_id, rows in known.items()}
    rulings: list[CheckInRuling | KeyReused] = []
    for request in requests:
        ruling = _rule(of_member[request.member_id], by_key.get(request.key), till, request)
        rulings.append(ruling)
        if isinstance(ruling, CheckInRuling) and ruling.turn is Turn.FIRST:
            by_key[request.key] = ruling.day
    return rulings


def _rule(
    days: MemberDays, replayed: StreakDay | None, till: Till, request: CheckInRequest
) -> CheckInRuling | KeyReused:
    if replayed is not None:
        if replayed.member_id != request.member_id or replayed.kind is not DayKind.CAME:
            return KeyReused("this event did something else before", key=request.key)
        return _replay(days, replayed)
    present = days.on(request.on_date)
    if present is not None:
        return CheckInRuling(present, Turn.REPEATED)
    return _come(days, till, request)


def _replay(days: MemberDays, day: StreakDay) -> CheckInRuling:
    before = days.last_before(day.on_date)
    held = 0 if before is None else before.freezes
    return CheckInRuling(
        day,
        Turn.REPLAYED,
        saved=days.frozen_before(day.on_date),
        earned_freeze=day.freezes > held,
    )


def _come(days: MemberDays, till: Till, request: CheckInRequest) -> CheckInRuling:
    """The first check-in of a day.

    An event may come late, after one of a later day. Its day joins the streak and is paid; but
    freezes are a matter of the newest day alone, so that they are counted in one line.
    """
    late = days.is_followed(request.on_date)
    frozen = () if late else _freeze(days, request)
    for stand_in in frozen:
        days.add(stand_in)
    before = days.last_before(request.on_date)
    held = 0 if before is None else before.freezes
    streak = days.streak_before(request.on_date) + 1
    due = not late and streak % request.freeze_every_days == 0
    earned = due and held < request.most_freezes
    bonus = request.milestones.get(streak, 0)
    spending = Spending(request.points + bonus, request.on_date)
    paid = isinstance(till.budgets.take(request.budgets, spending), BudgetTaken)
    extra, campaign = _extra(till.purses, request) if paid else (0, "")
    day = days.add(
        StreakDay(
            member_id=request.member_id,
            on_date=request.on_date,
            kind=DayKind.CAME,
            streak=streak,
            standing=streak,
            points=request.points if paid else 0,
            bonus=bonus if paid else 0,
            freezes=held + earned,
            key=request.key,
            extra=extra,
            campaign=campaign,
        )
    )
    return CheckInRuling(day, Turn.FIRST, len(frozen), earned, frozen)


def _extra(purses: Purses, request: CheckInRequest) -> tuple[int, str]:
    """What a campaign adds to the day's points, and which; milestones are not boosted."""
    boost = request.boost
    if boost is None:
        return 0, ""
    extra = percent_of(request.points, boost.percent) - request.points
    taken = extra > 0 and purses.take(boost.campaign, extra)
    return (extra, boost.campaign) if taken else (0, "")


def _freeze(days: MemberDays, request: CheckInRequest) -> tuple[StreakDay, ...]:
    """The missed days since the last one as frozen ones, if there are freezes for all."""
    last = days.last_before(request.on_date)
    if last is None:
        return ()
    missed = (request.on_date - last.on_date).days - 1
    if missed > last.freezes:
        return ()
    return tuple(
        StreakDay(
            member_id=request.member_id,
            on_date=last.on_date + number * ONE_DAY,
            kind=DayKind.FROZEN,
            streak=last.standing,
            standing=last.standing,
            points=0,
            bonus=0,
            freezes=last.freezes - number,
            key=EventKey(f"{request.key}/frozen/{number}"),
        )
        for number in range(1, missed + 1)
    )


def transfers_of(day: StreakDay, request: CheckInRequest) -> tuple[Transfer, ...]:
    """What a checked-in day pays: its points and, apart from them, its milestone and a boost."""
    if not day.points:
        return ()
    key = f"checkin/{day.member_id}/{day.on_date.isoformat()}"
    points = _issue(day, request, key, day.points, Reason.CHECKIN)
    paid = [points]
    if day.bonus:
        paid.append(_issue(day, request, f"{key}/milestone", day.bonus, Reason.CHECKIN_MILESTONE))
    if day.extra:
        paid.append(extra_of(points, day.campaign, day.extra))
    return tuple(paid)


def _issue(
    day: StreakDay, request: CheckInRequest, key: str, amount: int, reason: Reason
) -> Transfer:
    return Transfer(
        key=key,
        debit=AccountRef.issuance(),
        credit=AccountRef.member(day.member_id),
        amount=amount,
        reason=reason,
        reference=day.key,
        actor=f"member/{day.member_id}",
        at=request.at,
        expires_on=request.expires_on,
    )
