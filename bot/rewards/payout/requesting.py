"""Whether a member may take out an amount, decided: pure, and before any money moves.

All limits stand here, in the order in which a member would want to hear of them. Each refusal says
what stood in the way and carries the numbers for the sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, GroupKey, MemberId
from bot.core.payouts import BillNo
from bot.platforms.pay import REAL_NAME_FEN
from bot.rewards.payout.payout import Means, Payout, PayoutId, PayoutState
from bot.settings.schema.rewards.payout import Payout as Rules


@dataclass(frozen=True, slots=True)
class PayoutRequest:
    """A member's wish for ``amount`` fen. ``request`` is the order as it would be sent."""

    key: EventKey
    member_id: MemberId
    group_key: GroupKey
    amount: int
    means: Means
    bill_no: BillNo
    payee: str
    request: str
    on_date: date
    at: datetime
    rules: Rules


@dataclass(frozen=True, slots=True)
class Requested:
    """The amount is on its way.

    ``balance`` is what the member has left; ``held`` tells that an operator has to say yes first.
    """

    payout_id: PayoutId
    amount: int
    balance: int
    means: Means
    held: bool


@dataclass(frozen=True, slots=True)
class TooSmall:
    """One payout is of ``least`` fen or more."""

    least: int


@dataclass(frozen=True, slots=True)
class TooMuch:
    """One payout is of ``most`` fen or less."""

    most: int


@dataclass(frozen=True, slots=True)
class NeedsRealName:
    """From ``limit`` fen on the platform wants the payee's real name, which we do not ask for."""

    limit: int


@dataclass(frozen=True, slots=True)
class TooLittleCash:
    """The member has only ``balance`` fen."""

    balance: int


@dataclass(frozen=True, slots=True)
class TooOften:
    """``times`` payouts a day; it works again tomorrow."""

    times: int


@dataclass(frozen=True, slots=True)
class DayLimit:
    """Of the member's ``most`` a day, ``left`` fen are left today."""

    most: int
    left: int


@dataclass(frozen=True, slots=True)
class HouseLimit:
    """All members together have taken out what a day has; it works again tomorrow."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The merchant's account is being filled up; try again after ``until``."""

    until: datetime


Unpaid = (
    TooSmall | TooMuch | NeedsRealName | TooLittleCash | TooOften | DayLimit | HouseLimit | Paused
)
Ruling = Payout | Unpaid | KeyReused


@dataclass(frozen=True, slots=True)
class DayTotal:
    """What was taken out in a day: fen, and how many times."""

    fen: int = 0
    times: int = 0


@dataclass(frozen=True, slots=True)
class Till:
    """What is known before deciding. Days are the requests'; failed payouts count in none.

    ``paused_until`` is set while the merchant's account is short of money.
    """

    payouts: Mapping[EventKey, Payout]
    balances: Mapping[MemberId, int]
    of_members: Mapping[tuple[MemberId, date], DayTotal]
    of_days: Mapping[date, DayTotal]
    last_payout_id: int
    paused_until: datetime | None = None


def decide_requests(till: Till, requests: Sequence[PayoutRequest]) -> list[Ruling]:
    """Rule on ``requests`` in order; each sees what those before it took."""
    page = _Page(till)
    return [page.rule(request) for request in requests]


@dataclass(slots=True)
class _Page:
    """The till while it is used."""

    till: Till
    made: dict[EventKey, Payout] = field(default_factory=dict)
    spent: dict[MemberId, int] = field(default_factory=dict)
    of_members: dict[tuple[MemberId, date], DayTotal] = field(default_factory=dict)
    of_days: dict[date, DayTotal] = field(default_factory=dict)

    def rule(self, request: PayoutRequest) -> Ruling:
        known = self.made.get(request.key) or self.till.payouts.get(request.key)
        if known is not None:
            if (known.member_id, known.amount) != (request.member_id, request.amount):
                return KeyReused("this event asked for another payout", key=request.key)
            return known
        return self._refusal(request) or self._make(request)

    def _refusal(self, request: PayoutRequest) -> Unpaid | None:
        rules, amount = request.rules, request.amount
        if amount < rules.least_fen:
            return TooSmall(rules.least_fen)
        if request.means is Means.WECHAT and amount >= REAL_NAME_FEN:
            return NeedsRealName(REAL_NAME_FEN)
        if amount > rules.most_fen:
            return TooMuch(rules.most_fen)
        until = self.till.paused_until
        if until is not None and request.at < until:
            return Paused(until)
        balance = self.till.balances.get(request.member_id, 0)
        left = balance - self.spent.get(request.member_id, 0)
        if amount > left:
            return TooLittleCash(left)
        return self._day_refusal(request)

    def _day_refusal(self, request: PayoutRequest) -> Unpaid | None:
        rules, amount = request.rules, request.amount
        mine, all_of_us = self._of_member(request), self._of_day(request)
        if mine.times >= rules.member_times_a_day:
            return TooOften(rules.member_times_a_day)
        if mine.fen + amount > rules.member_fen_a_day:
            left = max(0, rules.member_fen_a_day - mine.fen)
            return DayLimit(rules.member_fen_a_day, left)
        if all_of_us.fen + amount > rules.fen_a_day:
            return HouseLimit()
        return None

    def _make(self, request: PayoutRequest) -> Payout:
        member_id, mine, day = request.member_id, self._of_member(request), self._of_day(request)
        payout = Payout(
            payout_id=PayoutId(self.till.last_payout_id + len(self.made) + 1),
            key=request.key,
            member_id=member_id,
            group_key=request.group_key,
            means=request.means,
            bill_no=request.bill_no,
            payee=request.payee,
            amount=request.amount,
            request=request.request,
            on_date=request.on_date,
            made_at=request.at,
            state=first_state(request.means, held=request.amount > request.rules.approval_fen),
            due_at=request.at,
        )
        self.made[request.key] = payout
        self.spent[member_id] = self.spent.get(member_id, 0) + request.amount
        self.of_members[member_id, request.on_date] = _plus(mine, request.amount)
        self.of_days[request.on_date] = _plus(day, request.amount)
        return payout

    def _of_member(self, request: PayoutRequest) -> DayTotal:
        key = (request.member_id, request.on_date)
        return self.of_members.get(key) or self.till.of_members.get(key, DayTotal())

    def _of_day(self, request: PayoutRequest) -> DayTotal:
        day = request.on_date
        return self.of_days.get(day) or self.till.of_days.get(day, DayTotal())


def first_state(means: Means, *, held: bool) -> PayoutState:
    """Where a payout begins: with a person, or with the payer."""
    if held:
        return PayoutState.HELD
    return PayoutState.LISTED if means is Means.SLIP else PayoutState.NEW


def _plus(total: DayTotal, fen: int) -> DayTotal:
    return DayTotal(total.fen + fen, total.times + 1)
