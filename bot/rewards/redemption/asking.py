"""Redeeming, decided: pure, the same for every database.

Requests are taken in order and each sees what those before it took, so two members never get the
last piece. An event that got something gets the same answer for ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, GroupKey, MemberId
from bot.rewards.redemption.goods import Goods, GoodsKind
from bot.rewards.redemption.redemption import (
    LevelTooLow,
    LimitReached,
    OutOfStock,
    Redemption,
    RedemptionId,
    RedemptionState,
    Span,
    TooFewPoints,
    Unredeemed,
)

GIVEN_BACK = frozenset(
    {RedemptionState.CANCELLED, RedemptionState.EXPIRED, RedemptionState.RETURNED}
)
"""How redemptions end that do not count towards a member's limit."""

BUDGETED = frozenset({RedemptionState.CONFIRMED, RedemptionState.DONE})
"""States in which a coupon takes its face value of the budget."""


@dataclass(frozen=True, slots=True)
class RedeemRequest:
    """A member's wish for a piece of ``goods``.

    ``on_date`` is the community day. ``due_at`` is when an unsent parcel's hold, a code or a title
    would end. ``earned`` is what the member has earned in his life. ``code`` is drawn for things
    that are given as one.
    """

    key: EventKey
    member_id: MemberId
    group_key: GroupKey
    goods: Goods
    on_date: date
    at: datetime
    due_at: datetime
    earned: int
    code: str | None


@dataclass(frozen=True, slots=True)
class Counter:
    """The shop before a batch.

    ``redemptions`` by the requests' keys. ``balances`` of the requests' members. ``pieces`` on the
    shelf by key of the goods. ``had``: the days on which a member had a piece that counts towards
    his limit, by member and key. ``taken_fen``: face value that is out or used, by coupon.
    ``frees_at``: the first end of a hold of a parcel without an address, by key.
    """

    redemptions: Mapping[EventKey, Redemption] = field(default_factory=dict)
    balances: Mapping[MemberId, int] = field(default_factory=dict)
    pieces: Mapping[str, int] = field(default_factory=dict)
    had: Mapping[tuple[MemberId, str], Sequence[date]] = field(default_factory=dict)
    taken_fen: Mapping[str, int] = field(default_factory=dict)
    frees_at: Mapping[str, datetime] = field(default_factory=dict)
    last_id: int = 0


@dataclass(frozen=True, slots=True)
class Sold:
    """A request that was granted, now or (``replayed``) when its event came first."""

    redemption: Redemption
    replayed: bool


RedeemRuling = Sold | Unredeemed | KeyReused


def decide_redemptions(counter: Counter, requests: Iterable[RedeemRequest]) -> list[RedeemRuling]:
    """Rule on ``requests`` in order. Writes nothing and raises nothing."""
    till = _Till(counter)
    return [till.rule(request) for request in requests]


class _Till:
    """The shop while a batch is served."""

    def __init__(self, counter: Counter) -> None:
        self._redemptions = dict(counter.redemptions)
        self._balances = dict(counter.balances)
        self._pieces = dict(counter.pieces)
        self._had = {key: list(days) for key, days in counter.had.items()}
        self._taken_fen = dict(counter.taken_fen)
        self._frees_at = dict(counter.frees_at)
        self._last_id = counter.last_id

    def rule(self, request: RedeemRequest) -> RedeemRuling:
        known = self._redemptions.get(request.key)
        if known is not None:
            if (known.member_id, known.item) != (request.member_id, request.goods.key):
                return KeyReused("another wish came with this event", key=request.key)
            return Sold(known, replayed=True)
        return self._refusal(request) or self._sell(request)

    def _refusal(self, request: RedeemRequest) -> Unredeemed | None:
        """What stands against it; what no effort changes is told first."""
        goods = request.goods
        if request.earned < goods.least_earned:
            return LevelTooLow(goods.level, missing=goods.least_earned - request.earned)
        had = self._had.get((request.member_id, goods.key), [])
        if (reached := _limit_reached(goods, had, request.on_date)) is not None:
            return reached
        if not self._has_left(goods):
            return OutOfStock(self._frees_at.get(goods.key))
        balance = self._balances.get(request.member_id, 0)
        if balance < goods.points:
            return TooFewPoints(balance=balance, missing=goods.points - balance)
        return None

    def _has_left(self, goods: Goods) -> bool:
        if goods.shelf is None:
            return True
        if goods.kind is GoodsKind.COUPON:
            free = goods.budget_fen - self._taken_fen.get(goods.key, 0)
            if free < goods.value_fen:
                return False
        return self._pieces.get(goods.key, 0) > 0

    def _sell(self, request: RedeemRequest) -> Sold:
        goods, member_id = request.goods, request.member_id
        self._last_id += 1
        redemption = _redemption(request, RedemptionId(self._last_id))
        self._redemptions[request.key] = redemption
        self._balances[member_id] = self._balances.get(member_id, 0) - goods.points
        self._had.setdefault((member_id, goods.key), []).append(request.on_date)
        if goods.shelf is not None:
            self._pieces[goods.key] -= 1
        if goods.kind is GoodsKind.COUPON:
            self._taken_fen[goods.key] = self._taken_fen.get(goods.key, 0) + goods.value_fen
        if redemption.state is RedemptionState.HELD:
            frees_at = self._frees_at.get(goods.key, request.due_at)
            self._frees_at[goods.key] = min(frees_at, request.due_at)
        return Sold(redemption, replayed=False)


def _limit_reached(goods: Goods, had: Sequence[date], today: date) -> LimitReached | None:
    """The longest span that is used up: it is the one that decides when it works again."""
    limits = goods.limits
    this_month = [day for day in had if (day.year, day.month) == (today.year, today.month)]
    if limits.ever is not None and len(had) >= limits.ever:
        return LimitReached(Span.EVER, limits.ever, again_on=None)
    if limits.a_month is not None and len(this_month) >= limits.a_month:
        first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        return LimitReached(Span.MONTH, limits.a_month, again_on=first)
    if limits.a_day is not None and had.count(today) >= limits.a_day:
        return LimitReached(Span.DAY, limits.a_day, again_on=today + timedelta(days=1))
    return None


def _redemption(request: RedeemRequest, redemption_id: RedemptionId) -> Redemption:
    goods = request.goods
    state = _FIRST_STATES[goods.kind]
    return Redemption(
        redemption_id=redemption_id,
        key=request.key,
        member_id=request.member_id,
        group_key=request.group_key,
        item=goods.key,
        name=goods.name,
        kind=goods.kind,
        points=goods.points,
        value_fen=goods.value_fen,
        min_spend_fen=goods.min_spend_fen,
        title=goods.title,
        code=request.code,
        on_date=request.on_date,
        at=request.at,
        state=state,
        due_at=request.due_at,
        ended_at=None if state.is_open else request.at,
    )


_FIRST_STATES = {
    GoodsKind.PARCEL: RedemptionState.HELD,
    GoodsKind.CODE: RedemptionState.CONFIRMED,
    GoodsKind.COUPON: RedemptionState.CONFIRMED,
    GoodsKind.TITLE: RedemptionState.DONE,
}
