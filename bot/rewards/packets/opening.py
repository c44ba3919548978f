"""Opening and expiring packets, decided: pure, the same for every database.

A packet is paid from its group's pool, from its owner's own, or from a campaign's budget. The
first packet of a community day fills a pool up to the day's allowance; what expired packets give
back stays in it beside that. A rain is several packets that are opened together, each a drop.

Cash is promised when its packet is opened, so it is counted in the budgets then.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.core.money import Currency
from bot.rewards.budgets import BudgetBook, BudgetSpent, Spending
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.packets.gate import PacketKind, Purse, Terms
from bot.rewards.packets.packet import (
    Draw,
    Packet,
    PacketRefused,
    PacketState,
    RefusedBecause,
    seal,
)
from bot.rewards.packets.split import split_fixed, split_lucky
from bot.settings.schema.rewards import Packets as PacketRules
from bot.settings.schema.rewards.budgets import Budgets


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """An owner's wish for a packet on the community day ``on_date``.

    ``opens_at`` is when the first drop falls, ``every`` the time between two drops. ``allowance``
    is what the pool is filled up to with the day's first packet, ``most_a_day`` what one owner may
    send a day (0: as much as he can pay). ``drawn`` are the shares of each drop, or why these
    terms cannot be a packet. ``budgets`` are how much cash may be promised at all.
    """

    key: EventKey
    group_key: GroupKey
    owner_id: MemberId
    terms: Terms
    on_date: date
    at: datetime
    opens_at: datetime
    every: timedelta
    expires_at: datetime
    allowance: int
    most_a_day: int
    drawn: tuple[Draw, ...] | PacketRefused
    budgets: Budgets

    @property
    def purse(self) -> AccountRef:
        """The account that is to pay."""
        return self.terms.account(self.group_key, self.owner_id)


@dataclass(frozen=True, slots=True)
class Pools:
    """What is known before opening.

    ``packets`` by the requests' keys, a rain with all its drops; ``balances`` of what shall pay;
    ``filled`` the pools' days that had a packet; ``sent`` the points that each owner has sent on
    the day; ``last_packet_id`` the highest id so far (0 when none); ``book`` the cash promised so
    far.
    """

    packets: Mapping[EventKey, tuple[Packet, ...]]
    balances: Mapping[AccountRef, int]
    filled: frozenset[tuple[AccountRef, date]]
    sent: Mapping[tuple[MemberId, date], int]
    last_packet_id: int
    book: BudgetBook = field(default_factory=lambda: BudgetBook({}))


@dataclass(frozen=True, slots=True)
class Opening:
    """A packet that is opened now, one for each drop, with the transfers that pay them."""

    request: OpenRequest
    packets: tuple[Packet, ...]
    transfers: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class Reopened:
    """What this key opened before."""

    packets: tuple[Packet, ...]


OpenRuling = Opening | Reopened | PacketRefused | KeyReused


def check_terms(terms: Terms, rules: PacketRules) -> PacketRefused | None:
    """Why these terms cannot be a packet; None when they can."""
    points, shares, drops = terms.points, terms.shares, terms.drops
    asked = {"points": points, "shares": shares}
    if terms.currency is Currency.FEN and not (rules.cash and terms.purse is Purse.CAMPAIGN):
        return PacketRefused(RefusedBecause.NO_CASH, asked)
    is_cash = terms.currency is Currency.FEN
    bounds = {
        "most_points": rules.most_fen if is_cash else rules.most_points,
        "most_shares": rules.most_shares,
        "most_drops": rules.most_drops,
        "least_share": rules.least_share_fen if is_cash else rules.least_share_points,
    }
    if points > bounds["most_points"] or shares > rules.most_shares or drops > rules.most_drops:
        return PacketRefused(RefusedBecause.TOO_BIG, asked | bounds)
    if drops < 1 or shares < drops or points < shares * bounds["least_share"]:
        return PacketRefused(RefusedBecause.TOO_SMALL, asked | bounds)
    if points % drops or shares % drops or (terms.kind is PacketKind.FIXED and points % shares):
        return PacketRefused(RefusedBecause.UNEVEN, asked)
    return None


def draw_packet(
    terms: Terms, rules: PacketRules, rng: random.Random
) -> tuple[Draw, ...] | PacketRefused:
    """Draw the shares of every drop, or say why these terms cannot be a packet. Writes nothing."""
    refused = check_terms(terms, rules)
    if refused is not None:
        return refused
    drop = drop_of(terms)
    least = rules.least_share_points
    if terms.currency is Currency.FEN:
        least = rules.least_share_fen
    return tuple(seal(_split(drop, least, rng), rng) for _ in range(terms.drops))


def _split(terms: Terms, least: int, rng: random.Random) -> list[int]:
    match terms.kind:
        case PacketKind.LUCKY:
            return split_lucky(terms.points, terms.shares, least, rng)
        case PacketKind.FIXED:
            return split_fixed(terms.points, terms.shares)


def drop_of(terms: Terms) -> Terms:
    """The terms of one drop; of a packet that is no rain, its own."""
    drops = terms.drops
    return replace(terms, points=terms.points // drops, shares=terms.shares // drops, drops=1)


def whole(drops: Sequence[Packet]) -> Terms:
    """The terms of a packet, or of all drops of a rain together."""
    return replace(
        drops[0].terms,
        points=sum(drop.terms.points for drop in drops),
        shares=sum(drop.terms.shares for drop in drops),
        drops=len(drops),
    )


def fill_for(balance: int, allowance: int) -> int:
    """What a day's filling adds to a pool of ``balance``: up to the allowance, never down."""
    return max(0, allowance - balance)


def decide_opens(pools: Pools, requests: Sequence[OpenRequest]) -> list[OpenRuling]:
    """Rule on ``requests`` in order; each sees what those before it took from the pool."""
    desk = _Desk(pools)
    return [desk.rule(request) for request in requests]


class _Desk:
    """The pools while packets are paid from them."""

    def __init__(self, pools: Pools) -> None:
        self._packets = dict(pools.packets)
        self._balances = dict(pools.balances)
        self._filled = set(pools.filled)
        self._sent = dict(pools.sent)
        self._last_id = pools.last_packet_id
        self._book = pools.book

    def rule(self, request: OpenRequest) -> OpenRuling:
        known = self._packets.get(request.key)
        if known is not None:
            return Reopened(known) if _same(known, request) else _reused(request.key)
        if isinstance(request.drawn, PacketRefused):
            return request.drawn
        fill = self._fill(request)
        pool = self._balances.get(request.purse, 0) + fill
        refused = self._refusal(request, pool)
        if refused is not None:
            return refused
        packets = tuple(_drops(request, request.drawn, self._last_id + 1))
        self._keep(request, packets, pool)
        funds = [_fund(packet) for packet in packets]
        paid = [_filling(request, fill, packets[0].reference), *funds] if fill else funds
        return Opening(request, packets, tuple(paid))

    def _fill(self, request: OpenRequest) -> int:
        """What today's filling of the pool adds if this request is the day's first."""
        is_pool = request.terms.purse is not Purse.CAMPAIGN
        if not is_pool or (request.purse, request.on_date) in self._filled:
            return 0
        return fill_for(self._balances.get(request.purse, 0), request.allowance)

    def _refusal(self, request: OpenRequest, pool: int) -> PacketRefused | None:
        terms = request.terms
        asked = {"points": terms.points, "shares": terms.shares}
        left = request.most_a_day - self._sent.get((request.owner_id, request.on_date), 0)
        limited = request.most_a_day > 0 and terms.currency is Currency.POINTS
        if limited and terms.points > left:
            return PacketRefused(RefusedBecause.DAY_SPENT, asked | {"left": max(0, left)})
        if pool < terms.points:
            return PacketRefused(RefusedBecause.POOL_SHORT, asked | {"pool": pool})
        if terms.currency is not Currency.FEN:
            return None
        spent = self._book.take(request.budgets, cash_of(terms.points, request.on_date))
        if isinstance(spent, BudgetSpent):
            data = asked | {"left": spent.left}
            return PacketRefused(RefusedBecause.BUDGET_SPENT, data, spent.opens_on)
        return None

    def _keep(self, request: OpenRequest, packets: tuple[Packet, ...], pool: int) -> None:
        self._last_id += len(packets)
        self._packets[request.key] = packets
        self._balances[request.purse] = pool - request.terms.points
        self._filled.add((request.purse, request.on_date))
        if request.terms.currency is Currency.POINTS:
            day = (request.owner_id, request.on_date)
            self._sent[day] = self._sent.get(day, 0) + request.terms.points


def _drops(request: OpenRequest, draws: Sequence[Draw], first_id: int) -> Iterable[Packet]:
    terms = drop_of(request.terms)
    for number, draw in enumerate(draws):
        yield Packet(
            packet_id=PacketId(first_id + number),
            key=EventKey(f"{request.key}/{number}") if number else request.key,
            group_key=request.group_key,
            owner_id=request.owner_id,
            terms=terms,
            on_date=request.on_date,
            proof=draw.proof,
            best_position=draw.best_position,
            state=PacketState.OPEN,
            claimed_shares=0,
            claimed_points=0,
            created_at=request.at,
            opens_at=request.opens_at + number * request.every,
            expires_at=request.expires_at,
            rain_id=PacketId(first_id) if len(draws) > 1 else None,
        )


def _same(known: Sequence[Packet], request: OpenRequest) -> bool:
    """Whether a repeated request asks for the same; who is named is not looked at again."""
    nameless = replace(request.terms, gate=replace(request.terms.gate, guests=()))
    before = replace(whole(known), gate=replace(known[0].terms.gate, guests=()))
    whose = (known[0].group_key, known[0].owner_id)
    return (*whose, before) == (request.group_key, request.owner_id, nameless)


def _reused(key: EventKey) -> KeyReused:
    return KeyReused(f"the key {key} opened another packet: use a key of its own", key=key)


def _fund(packet: Packet) -> Transfer:
    return Transfer(
        key=f"fund/{packet.packet_id}",
        debit=packet.purse,
        credit=packet.account,
        amount=packet.terms.points,
        reason=Reason.PACKET_FUND,
        reference=packet.reference,
        actor=f"member/{packet.owner_id}",
        at=packet.created_at,
    )


def _filling(request: OpenRequest, amount: int, reference: str) -> Transfer:
    return Transfer(
        key=f"pool/{request.purse.holder}/{request.on_date.isoformat()}",
        debit=AccountRef.issuance(),
        credit=request.purse,
        amount=amount,
        reason=Reason.PACKET_POOL,
        reference=reference,
        actor=f"member/{request.owner_id}",
        at=request.at,
    )


def cash_of(fen: int, on_date: date) -> Spending:
    """Cash that was promised on a community day, as the budgets count it."""
    return Spending(fen, on_date, Currency.FEN)


def expire(packet: Packet, now: datetime) -> tuple[Packet, Transfer]:
    """End an open packet at ``now`` and send what is left back to what paid it."""
    refund = Transfer(
        key=f"refund/{packet.packet_id}",
        debit=packet.account,
        credit=packet.purse,
        amount=packet.left_points,
        reason=Reason.PACKET_REFUND,
        reference=packet.reference,
        actor="clock",
        at=now,
    )
    return replace(packet, state=PacketState.EXPIRED, ended_at=now), refund
