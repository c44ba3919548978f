"""Opening and expiring a packet, decided: pure, the same for every database.

A packet is paid from its group's pool. The first packet of a community day fills the pool up to
the day's allowance; what expired packets give back stays in the pool beside it.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.packets.packet import (
    Draw,
    Packet,
    PacketKind,
    PacketRefused,
    PacketState,
    RefusedBecause,
    seal,
)
from bot.rewards.packets.split import split_fixed, split_lucky
from bot.settings.schema.rewards import Packets as PacketRules


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """An owner's wish for a packet on the community day ``on_date``.

    ``allowance`` is what the pool is filled up to with the day's first packet. ``drawn`` are the
    shares, or why these numbers cannot be a packet.
    """

    key: EventKey
    group_key: GroupKey
    owner_id: MemberId
    kind: PacketKind
    points: int
    shares: int
    on_date: date
    at: datetime
    expires_at: datetime
    allowance: int
    drawn: Draw | PacketRefused


@dataclass(frozen=True, slots=True)
class Pools:
    """What is known before opening.

    ``packets`` by the requests' keys, ``balances`` of the groups' pools, ``filled`` the groups'
    days that had a packet, ``last_packet_id`` the highest id so far (0 when none).
    """

    packets: Mapping[EventKey, Packet]
    balances: Mapping[GroupKey, int]
    filled: frozenset[tuple[GroupKey, date]]
    last_packet_id: int


@dataclass(frozen=True, slots=True)
class Opening:
    """A packet that is opened now, with the transfers that pay it."""

    packet: Packet
    transfers: tuple[Transfer, ...]


OpenRuling = Opening | Packet | PacketRefused | KeyReused
"""A new packet, the one that this key opened before, or why not."""


def check_packet(
    kind: PacketKind, points: int, shares: int, rules: PacketRules
) -> PacketRefused | None:
    """Why these numbers cannot be a packet; None when they can."""
    asked = {"points": points, "shares": shares}
    bounds = {
        "most_points": rules.most_points,
        "most_shares": rules.most_shares,
        "least_share": rules.least_share_points,
    }
    if points > rules.most_points or shares > rules.most_shares:
        return PacketRefused(RefusedBecause.TOO_BIG, asked | bounds)
    if shares < 1 or points < shares * rules.least_share_points:
        return PacketRefused(RefusedBecause.TOO_SMALL, asked | bounds)
    if kind is PacketKind.FIXED and points % shares:
        return PacketRefused(RefusedBecause.UNEVEN, asked)
    return None


def draw_packet(
    kind: PacketKind, points: int, shares: int, rules: PacketRules, rng: random.Random
) -> Draw | PacketRefused:
    """Draw the shares of a packet, or say why these numbers cannot be one. Writes nothing."""
    refused = check_packet(kind, points, shares, rules)
    if refused is not None:
        return refused
    match kind:
        case PacketKind.LUCKY:
            return seal(split_lucky(points, shares, rules.least_share_points, rng), rng)
        case PacketKind.FIXED:
            return seal(split_fixed(points, shares), rng)


def fill_for(balance: int, allowance: int) -> int:
    """What a day's filling adds to a pool of ``balance``: up to the allowance, never down."""
    return max(0, allowance - balance)


def decide_opens(pools: Pools, requests: Sequence[OpenRequest]) -> list[OpenRuling]:
    """Rule on ``requests`` in order; each sees what those before it took from the pool."""
    packets, balances, filled = dict(pools.packets), dict(pools.balances), set(pools.filled)
    last_id = pools.last_packet_id
    rulings: list[OpenRuling] = []
    for request in requests:
        balance = balances.get(request.group_key, 0)
        known = packets.get(request.key)
        due = (request.group_key, request.on_date) not in filled
        fill = fill_for(balance, request.allowance) if due else 0
        ruling = _rule(request, known, balance + fill, PacketId(last_id + 1))
        if isinstance(ruling, Packet) and known is None:
            last_id += 1
            packets[request.key] = ruling
            balances[request.group_key] = balance + fill - request.points
            filled.add((request.group_key, request.on_date))
            rulings.append(Opening(ruling, _pay(ruling, fill)))
        else:
            rulings.append(ruling)
    return rulings


def _rule(
    request: OpenRequest, known: Packet | None, pool: int, packet_id: PacketId
) -> Packet | PacketRefused | KeyReused:
    if known is not None:
        return known if _same(known, request) else _reused(request.key)
    if isinstance(request.drawn, PacketRefused):
        return request.drawn
    if pool < request.points:
        return PacketRefused(
            RefusedBecause.POOL_SHORT,
            {"points": request.points, "shares": request.shares, "pool": pool},
        )
    return Packet(
        packet_id=packet_id,
        key=request.key,
        group_key=request.group_key,
        owner_id=request.owner_id,
        kind=request.kind,
        on_date=request.on_date,
        points=request.points,
        draw=request.drawn,
        state=PacketState.OPEN,
        claimed_shares=0,
        created_at=request.at,
        expires_at=request.expires_at,
    )


def _same(packet: Packet, request: OpenRequest) -> bool:
    return (packet.group_key, packet.owner_id, packet.kind, packet.points, packet.shares) == (
        request.group_key,
        request.owner_id,
        request.kind,
        request.points,
        request.shares,
    )


def _reused(key: EventKey) -> KeyReused:
    return KeyReused(f"the key {key} opened another packet: use a key of its own", key=key)


def _pay(packet: Packet, fill: int) -> tuple[Transfer, ...]:
    pool = AccountRef.group_pool(packet.group_key)
    fund = Transfer(
        key=f"fund/{packet.packet_id}",
        debit=pool,
        credit=AccountRef.packet(packet.packet_id),
        amount=packet.points,
        reason=Reason.PACKET_FUND,
        reference=packet.reference,
        actor=f"member/{packet.owner_id}",
        at=packet.created_at,
    )
    if not fill:
        return (fund,)
    filling = Transfer(
        key=f"pool/{packet.group_key}/{packet.on_date.isoformat()}",
        debit=AccountRef.issuance(),
        credit=pool,
        amount=fill,
        reason=Reason.PACKET_POOL,
        reference=packet.reference,
        actor=f"member/{packet.owner_id}",
        at=packet.created_at,
    )
    return (filling, fund)


def expire(packet: Packet, now: datetime) -> tuple[Packet, Transfer]:
    """End an open packet at ``now`` and send what is left back to its group's pool."""
    refund = Transfer(
        key=f"refund/{packet.packet_id}",
        debit=AccountRef.packet(packet.packet_id),
        credit=AccountRef.group_pool(packet.group_key),
        amount=packet.left_points,
        reason=Reason.PACKET_REFUND,
        reference=packet.reference,
        actor="clock",
        at=now,
    )
    return replace(packet, state=PacketState.EXPIRED, ended_at=now), refund
