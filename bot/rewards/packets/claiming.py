"""Claiming a share, decided: pure, the same for every database.

Shares are handed out in the order of arrival, one to a member. An event that took a share gets
the same answer for ever, whatever has happened to the packet since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, MemberId, PacketId
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.packets.packet import (
    AlreadyClaimed,
    Empty,
    Finish,
    NoSuchPacket,
    Over,
    Packet,
    PacketState,
    TooNew,
    Unclaimed,
)


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """A member's wish for a share.

    ``joined_at`` is when he joined the group, None when he was there from the start;
    ``membership_hours`` is how long ago that must be.
    """

    packet_id: PacketId
    member_id: MemberId
    key: EventKey
    at: datetime
    joined_at: datetime | None
    membership_hours: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A share that was taken: the ``position``-th (from 0) of its packet."""

    packet_id: PacketId
    member_id: MemberId
    position: int
    amount: int
    key: EventKey
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim with what its answer needs. Its transfer gives the member's balance."""

    claim: Claim
    left_shares: int
    finished: Finish | None


ClaimRuling = Taken | Unclaimed | KeyReused


@dataclass(slots=True)
class ClaimDecision:
    """One ruling for each request, in order, and what is to be written."""

    rulings: list[ClaimRuling]
    claims: list[Claim]
    packets: list[Packet]


def decide_claims(
    packets: Iterable[Packet], claims: Iterable[Claim], requests: Sequence[ClaimRequest]
) -> ClaimDecision:
    """Rule on ``requests`` in order; each sees what those before it took.

    ``packets`` and ``claims`` are all that exist of: the requests' packets; the claims by the
    requests' keys, with their packets; the requests' members' claims of their packets; and the
    claim that has each packet's largest share.
    """
    table = _Table(packets, claims)
    rulings = [table.rule(request) for request in requests]
    return ClaimDecision(rulings, table.new, table.changed_packets())


class _Table:
    """The packets while their shares are handed out."""

    def __init__(self, packets: Iterable[Packet], claims: Iterable[Claim]) -> None:
        self.new: list[Claim] = []
        self._packets = {packet.packet_id: packet for packet in packets}
        self._claimed = {key: packet.claimed_shares for key, packet in self._packets.items()}
        self._last_at: dict[PacketId, datetime] = {}
        self._by_key: dict[EventKey, Claim] = {}
        self._by_member: dict[tuple[PacketId, MemberId], Claim] = {}
        self._by_position: dict[tuple[PacketId, int], Claim] = {}
        for claim in claims:
            self._remember(claim)

    def changed_packets(self) -> list[Packet]:
        """The packets that handed out a share, as they are now."""
        return [
            _after(self._packets[key], self._claimed[key], at)
            for key, at in sorted(self._last_at.items())
        ]

    def rule(self, request: ClaimRequest) -> ClaimRuling:
        replayed = self._by_key.get(request.key)
        if replayed is not None:
            if replayed.member_id != request.member_id:
                return KeyReused("another member claimed with this event", key=request.key)
            return self._taken(replayed)
        claimed = self._by_member.get((request.packet_id, request.member_id))
        if claimed is not None:
            return AlreadyClaimed(claimed.amount)
        packet = self._packets.get(request.packet_id)
        if packet is None:
            return NoSuchPacket()
        if self._claimed[packet.packet_id] == packet.shares:
            return Empty()
        return _refusal(packet, request) or self._take(packet, request)

    def _take(self, packet: Packet, request: ClaimRequest) -> Taken:
        position = self._claimed[packet.packet_id]
        claim = Claim(
            packet_id=packet.packet_id,
            member_id=request.member_id,
            position=position,
            amount=packet.draw.shares[position],
            key=request.key,
            at=request.at,
        )
        self._claimed[packet.packet_id] += 1
        self._last_at[packet.packet_id] = request.at
        self.new.append(claim)
        self._remember(claim)
        return self._taken(claim)

    def _taken(self, claim: Claim) -> Taken:
        packet = self._packets[claim.packet_id]
        left = packet.shares - claim.position - 1
        return Taken(claim, left, None if left else self._finish(packet, claim))

    def _finish(self, packet: Packet, last: Claim) -> Finish:
        best = self._by_position[packet.packet_id, packet.best_position]
        return Finish(
            points=packet.points,
            shares=packet.shares,
            seconds=max(0, (last.at - packet.created_at) // timedelta(seconds=1)),
            best_member_id=best.member_id,
            best_points=best.amount,
        )

    def _remember(self, claim: Claim) -> None:
        self._by_key[claim.key] = claim
        self._by_member[claim.packet_id, claim.member_id] = claim
        self._by_position[claim.packet_id, claim.position] = claim


def _refusal(packet: Packet, request: ClaimRequest) -> Unclaimed | None:
    if packet.state is PacketState.EXPIRED or request.at >= packet.expires_at:
        return Over()
    wait = timedelta(hours=request.membership_hours)
    if request.joined_at is not None and request.at - request.joined_at < wait:
        return TooNew(request.membership_hours)
    return None


def _after(packet: Packet, claimed_shares: int, at: datetime) -> Packet:
    after = replace(packet, claimed_shares=claimed_shares)
    if claimed_shares < packet.shares:
        return after
    return replace(after, state=PacketState.EMPTY, ended_at=at)


def transfer_of(claim: Claim) -> Transfer:
    """What a claim moves: its share, from the packet to the member."""
    return Transfer(
        key=f"claim/{claim.packet_id}/{claim.member_id}",
        debit=AccountRef.packet(claim.packet_id),
        credit=AccountRef.member(claim.member_id),
        amount=claim.amount,
        reason=Reason.PACKET_CLAIM,
        reference=f"packet/{claim.packet_id}",
        actor=f"member/{claim.member_id}",
        at=claim.at,
    )
