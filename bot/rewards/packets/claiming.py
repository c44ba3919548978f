"""Claiming a share, decided: pure, the same for every database.

Shares are handed out in the order of arrival, one to a member. An event that took a share, or
tried a wrong word, gets the same answer for ever, whatever has happened to the packet since.

What is made for every claim is a named tuple here and in the books: it is built in half the time
of a frozen dataclass.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, MemberId, PacketId
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.packets.gate import GateKind
from bot.rewards.packets.packet import (
    AlreadyClaimed,
    Blocked,
    CampaignFull,
    CheckInFirst,
    DayFull,
    Empty,
    Finish,
    NoSuchPacket,
    NotInvited,
    NotMember,
    NotYet,
    Over,
    Packet,
    PacketState,
    Paused,
    TooNew,
    Unclaimed,
    WordMissing,
    WrongWord,
)
from bot.settings.schema.rewards import Packets as PacketRules


class Presence(StrEnum):
    """How a claimer stands to the packet's group now."""

    MEMBER = "member"
    GONE = "gone"
    """He left, or was never there."""
    BLOCKED = "blocked"


class ClaimRequest(NamedTuple):
    """A member's wish for a share on the community day ``on_date``.

    ``joined_at`` is when he joined the group, None when he was there from the start. ``tags`` are
    those he has, ``word`` is what he said beside asking. ``expires_on`` is when the points that he
    gets expire, None for never.
    """

    packet_id: PacketId
    member_id: MemberId
    key: EventKey
    at: datetime
    on_date: date
    joined_at: datetime | None
    rules: PacketRules
    presence: Presence = Presence.MEMBER
    tags: frozenset[str] = frozenset()
    word: str = ""
    expires_on: date | None = None


class Claim(NamedTuple):
    """A share that was taken: the ``position``-th (from 0) of its packet."""

    packet_id: PacketId
    member_id: MemberId
    position: int
    amount: int
    key: EventKey
    at: datetime
    on_date: date
    campaign: str


@dataclass(frozen=True, slots=True)
class Guess:
    """A wrong word. ``left`` tries were left after it, none of them before ``paused_until``."""

    packet_id: PacketId
    member_id: MemberId
    key: EventKey
    at: datetime
    left: int
    paused_until: datetime | None

    @property
    def answer(self) -> WrongWord | Paused:
        """What the member is told."""
        return WrongWord(self.left) if self.paused_until is None else Paused(self.paused_until)


class Taken(NamedTuple):
    """A claim with what its answer needs. Its transfer gives the member's balance."""

    claim: Claim
    left_shares: int
    finished: Finish | None


ClaimRuling = Taken | Unclaimed | KeyReused


@dataclass(frozen=True, slots=True)
class Facts:
    """All that exists of what the requests name.

    ``packets``: those, and those of the claims by the requests' keys. ``claims``: by the requests'
    keys; the requests' members' of their packets; and of each packet the one of the best position.
    ``shares`` by packet and position: as many of those not handed out yet as there are requests.
    ``guests`` are the invited among the claimers, ``checked_in`` the claimers' days with a
    check-in. ``guesses``: by the requests' keys, and the claimers' recent ones of their packets.
    ``day_counts`` and ``campaign_counts``: shares that the claimers have.
    """

    packets: Iterable[Packet]
    claims: Iterable[Claim] = ()
    shares: Mapping[tuple[PacketId, int], int] = field(default_factory=dict)
    guests: frozenset[tuple[PacketId, MemberId]] = frozenset()
    checked_in: frozenset[tuple[MemberId, date]] = frozenset()
    guesses: Iterable[Guess] = ()
    day_counts: Mapping[tuple[MemberId, date], int] = field(default_factory=dict)
    campaign_counts: Mapping[tuple[MemberId, str], int] = field(default_factory=dict)


@dataclass(slots=True)
class ClaimDecision:
    """One ruling for each request, in order, and what is to be written."""

    rulings: list[ClaimRuling]
    claims: list[Claim]
    guesses: list[Guess]
    packets: list[Packet]


def decide_claims(facts: Facts, requests: Sequence[ClaimRequest]) -> ClaimDecision:
    """Rule on ``requests`` in order; each sees what those before it took and tried."""
    table = _Table(facts)
    rulings = [table.rule(request) for request in requests]
    return ClaimDecision(rulings, table.claims, table.guesses, table.changed_packets())


@dataclass(slots=True)
class _Heap:
    """A packet while its shares are handed out."""

    packet: Packet
    claimed_shares: int
    claimed_points: int
    best: Claim | None = None
    last_at: datetime | None = None

    def changed(self, at: datetime) -> Packet:
        """The packet as it is after its last claim ``at``."""
        after = replace(
            self.packet,
            claimed_shares=self.claimed_shares,
            claimed_points=self.claimed_points,
        )
        if after.left_shares:
            return after
        return replace(after, state=PacketState.EMPTY, ended_at=at)


class _Table:
    """The packets while their shares are handed out."""

    def __init__(self, facts: Facts) -> None:
        self.claims: list[Claim] = []
        self.guesses: list[Guess] = []
        self._facts = facts
        self._heaps = {
            packet.packet_id: _Heap(packet, packet.claimed_shares, packet.claimed_points)
            for packet in facts.packets
        }
        self._by_key: dict[EventKey, Claim] = {}
        self._by_member: dict[tuple[PacketId, MemberId], Claim] = {}
        self._guess_by_key: dict[EventKey, Guess] = {}
        self._guessed: defaultdict[tuple[PacketId, MemberId], list[datetime]] = defaultdict(list)
        self._day_counts = dict(facts.day_counts)
        self._campaign_counts = dict(facts.campaign_counts)
        for claim in facts.claims:
            self._remember(claim, self._heaps[claim.packet_id])
        for guess in sorted(facts.guesses, key=lambda guess: guess.at):
            self._note(guess)

    def changed_packets(self) -> list[Packet]:
        """The packets that handed out a share, as they are now."""
        heaps = sorted(self._heaps.items())
        return [heap.changed(heap.last_at) for _, heap in heaps if heap.last_at is not None]

    def rule(self, request: ClaimRequest) -> ClaimRuling:
        repeated = self._by_key.get(request.key) or self._guess_by_key.get(request.key)
        if repeated is not None:
            return self._repeat(repeated, request)
        claimed = self._by_member.get((request.packet_id, request.member_id))
        if claimed is not None:
            return AlreadyClaimed(claimed.amount)
        heap = self._heaps.get(request.packet_id)
        if heap is None:
            return NoSuchPacket()
        refused = (
            _refuse_person(request)
            or _refuse_time(heap, request)
            or self._refuse_more(heap.packet, request)
            or self._refuse_at_gate(heap.packet, request)
        )
        return refused or self._take(heap, request)

    def _repeat(self, known: Claim | Guess, request: ClaimRequest) -> ClaimRuling:
        if known.member_id != request.member_id:
            return KeyReused("another member claimed with this event", key=request.key)
        match known:
            case Claim():
                return _taken(known, self._heaps[known.packet_id])
            case Guess():
                return known.answer

    def _refuse_more(self, packet: Packet, request: ClaimRequest) -> Unclaimed | None:
        """Whether he has had what the rules give."""
        limit = request.rules.claims_a_day
        if limit and self._day_counts.get((request.member_id, request.on_date), 0) >= limit:
            return DayFull(limit)
        campaign = packet.terms.campaign
        limit = request.rules.claims_a_campaign if campaign else 0
        if limit and self._campaign_counts.get((request.member_id, campaign), 0) >= limit:
            return CampaignFull(limit)
        return None

    def _refuse_at_gate(self, packet: Packet, request: ClaimRequest) -> Unclaimed | None:
        """What is missing beside membership."""
        gate, facts = packet.terms.gate, self._facts
        match gate.kind:
            case GateKind.ANYBODY:
                return None
            case GateKind.NAMED:
                invited = (packet.packet_id, request.member_id) in facts.guests
                return None if invited else NotInvited()
            case GateKind.TAGGED:
                return None if gate.words in request.tags else NotInvited(gate.words)
            case GateKind.CHECKIN:
                done = (request.member_id, request.on_date) in facts.checked_in
                return None if done else CheckInFirst()
            case GateKind.PASSWORD | GateKind.QUIZ:
                return self._refuse_word(packet, request)

    def _refuse_word(self, packet: Packet, request: ClaimRequest) -> Unclaimed | None:
        """Whether the word is missing, wrong, or not listened to because too many were wrong."""
        if not request.word:
            return WordMissing(packet.terms.gate.words)
        most, window = request.rules.tries, timedelta(minutes=request.rules.tries_minutes)
        guessed = self._guessed[packet.packet_id, request.member_id]
        recent = [at for at in guessed if at > request.at - window]
        if len(recent) >= most:
            return Paused(recent[-most] + window)
        if packet.terms.gate.opens_to(request.word):
            return None
        left = most - len(recent) - 1
        until = None if left else min([*recent, request.at]) + window
        whose = (packet.packet_id, request.member_id, request.key)
        guess = Guess(*whose, request.at, left, until)
        self.guesses.append(guess)
        self._note(guess)
        return guess.answer

    def _take(self, heap: _Heap, request: ClaimRequest) -> Taken:
        packet, position = heap.packet, heap.claimed_shares
        claim = Claim(
            packet_id=packet.packet_id,
            member_id=request.member_id,
            position=position,
            amount=self._facts.shares[packet.packet_id, position],
            key=request.key,
            at=request.at,
            on_date=request.on_date,
            campaign=packet.terms.campaign,
        )
        heap.claimed_shares += 1
        heap.claimed_points += claim.amount
        heap.last_at = request.at
        self.claims.append(claim)
        self._remember(claim, heap)
        day, campaign = (claim.member_id, claim.on_date), (claim.member_id, claim.campaign)
        self._day_counts[day] = self._day_counts.get(day, 0) + 1
        self._campaign_counts[campaign] = self._campaign_counts.get(campaign, 0) + 1
        return _taken(claim, heap)

    def _remember(self, claim: Claim, heap: _Heap) -> None:
        self._by_key[claim.key] = claim
        self._by_member[claim.packet_id, claim.member_id] = claim
        if claim.position == heap.packet.best_position:
            heap.best = claim

    def _note(self, guess: Guess) -> None:
        if guess.key not in self._guess_by_key:  # it was loaded by its key and as a recent one
            self._guess_by_key[guess.key] = guess
            self._guessed[guess.packet_id, guess.member_id].append(guess.at)


def _refuse_person(request: ClaimRequest) -> Unclaimed | None:
    match request.presence:
        case Presence.MEMBER:
            return None
        case Presence.GONE:
            return NotMember()
        case Presence.BLOCKED:
            return Blocked()


def _refuse_time(heap: _Heap, request: ClaimRequest) -> Unclaimed | None:
    packet = heap.packet
    if heap.claimed_shares == packet.terms.shares:
        return Empty()
    if packet.state is PacketState.EXPIRED or request.at >= packet.expires_at:
        return Over()
    if request.at < packet.opens_at:
        return NotYet(packet.opens_at)
    hours = packet.terms.membership_hours
    hours = request.rules.membership_hours if hours is None else hours
    if request.joined_at is not None and hours:
        until = request.joined_at + timedelta(hours=hours)
        if request.at < until:
            return TooNew(hours, until)
    return None


def _taken(claim: Claim, heap: _Heap) -> Taken:
    left = heap.packet.terms.shares - claim.position - 1
    return Taken(claim, left, None if left else _finish(heap, claim))


def _finish(heap: _Heap, last: Claim) -> Finish:
    packet, best = heap.packet, heap.best
    assert best is not None, "when the last share is taken, so is the best"
    return Finish(
        points=packet.terms.points,
        shares=packet.terms.shares,
        seconds=max(0, (last.at - packet.opens_at) // timedelta(seconds=1)),
        best_member_id=best.member_id,
        best_points=best.amount,
    )


def transfer_of(claim: Claim, packet: AccountRef, expires_on: date | None) -> Transfer:
    """What a claim moves: its share, from the packet's account to the member."""
    return Transfer(
        key=f"claim/{claim.packet_id}/{claim.member_id}",
        debit=packet,
        credit=AccountRef.member(claim.member_id, packet.currency),
        amount=claim.amount,
        reason=Reason.PACKET_CLAIM,
        reference=f"packet/{claim.packet_id}",
        actor=f"member/{claim.member_id}",
        at=claim.at,
        expires_on=expires_on,
    )
