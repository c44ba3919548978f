"""The lanes of red packets: load, decide, write, for whole batches.

Five hundred claims of one packet cost the same few statements as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import KeyReused
from bot.core.ids import PacketId
from bot.core.money import Currency
from bot.rewards.budgets import load_budgets, write_budgets
from bot.rewards.ledger.lane import post_all
from bot.rewards.packets.claim_rows import load_facts, write_claims, write_guesses
from bot.rewards.packets.claiming import ClaimRequest, Taken, decide_claims, transfer_of
from bot.rewards.packets.opening import (
    Opening,
    OpenRequest,
    OpenRuling,
    Reopened,
    cash_of,
    decide_opens,
    expire,
    whole,
)
from bot.rewards.packets.opening_rows import (
    load_due,
    load_pools,
    load_untold,
    mark_told,
    write_openings,
)
from bot.rewards.packets.packet import (
    Claimed,
    ClaimResult,
    EndedPacket,
    OpenedPacket,
    Packet,
    PacketRefused,
)
from bot.rewards.packets.packet_rows import update_packets
from bot.rewards.packets.split import joint_proof
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True)
class Announced:
    """Packets whose end was told to their groups at ``at``; of a rain, its first drop."""

    packet_ids: tuple[PacketId, ...]
    at: datetime


def apply_opens(
    connection: Connection, requests: Sequence[OpenRequest]
) -> list[OpenedPacket | PacketRefused | KeyReused]:
    """Open packets within the open transaction; one answer for each request, in order."""
    pools = load_pools(connection, requests)
    rulings = decide_opens(pools, requests)
    openings = [ruling for ruling in rulings if isinstance(ruling, Opening)]
    post_all(connection, [opening.transfers for opening in openings])
    write_openings(connection, openings)
    write_budgets(connection, pools.book)
    return [_open_answer(ruling) for ruling in rulings]


def apply_claims(
    connection: Connection, requests: Sequence[ClaimRequest]
) -> list[ClaimResult | KeyReused]:
    """Claim shares within the open transaction; one answer for each request, in order."""
    facts = load_facts(connection, requests)
    decision = decide_claims(facts, requests)
    accounts = {packet.packet_id: packet.account for packet in facts.packets}
    posted = post_all(
        connection,
        [
            (transfer_of(ruling.claim, accounts[ruling.claim.packet_id], request.expires_on),)
            if isinstance(ruling, Taken)
            else ()
            for ruling, request in zip(decision.rulings, requests, strict=True)
        ],
    )
    write_claims(connection, decision.claims)
    write_guesses(connection, decision.guesses)
    update_packets(connection, decision.packets)
    return [
        _claimed(ruling, entries[0].credit_balance) if isinstance(ruling, Taken) else ruling
        for ruling, entries in zip(decision.rulings, posted, strict=True)
    ]


def apply_expiries(
    connection: Connection, instants: Sequence[datetime]
) -> list[tuple[EndedPacket, ...]]:
    """End what is due at each instant; the answer is every end that was not announced yet."""
    return [_expire_due(connection, now) for now in instants]


def apply_announcements(connection: Connection, announcements: Sequence[Announced]) -> list[None]:
    """Note that ends were announced; the first note of a packet stays."""
    mark_told(
        connection,
        [
            (packet_id, announced.at)
            for announced in reversed(announcements)
            for packet_id in announced.packet_ids
        ],
    )
    return [None] * len(announcements)


def _expire_due(connection: Connection, now: datetime) -> tuple[EndedPacket, ...]:
    ended = [expire(packet, now) for packet in load_due(connection, now)]
    post_all(connection, [(refund,) for _, refund in ended])
    update_packets(connection, [packet for packet, _ in ended])
    _uncount(connection, [packet for packet, _ in ended])
    return tuple(_ended(packets, now) for packets in load_untold(connection, now))


def _uncount(connection: Connection, ended: Sequence[Packet]) -> None:
    """Cash that nobody claimed was promised on its day and is not any more."""
    rests = [
        cash_of(packet.left_points, packet.on_date)
        for packet in ended
        if packet.terms.currency is Currency.FEN
    ]
    book = load_budgets(connection, rests)
    for rest in rests:
        book.give_back(rest)
    write_budgets(connection, book)


def _open_answer(ruling: OpenRuling) -> OpenedPacket | PacketRefused | KeyReused:
    match ruling:
        case Opening(packets=packets):
            return _opened(packets, first=True)
        case Reopened(packets=packets):
            return _opened(packets, first=False)
        case PacketRefused() | KeyReused():
            return ruling


def _opened(packets: Sequence[Packet], *, first: bool) -> OpenedPacket:
    packet = packets[0]
    return OpenedPacket(
        packet_id=packet.packet_id,
        group_key=packet.group_key,
        owner_id=packet.owner_id,
        terms=whole(packets),
        proof=joint_proof([packet.proof for packet in packets]),
        created_at=packet.created_at,
        opens_at=packet.opens_at,
        expires_at=packet.expires_at,
        replayed=not first,
    )


def _claimed(taken: Taken, balance: int) -> Claimed:
    claim = taken.claim
    return Claimed(
        packet_id=claim.packet_id,
        position=claim.position,
        amount=claim.amount,
        left_shares=taken.left_shares,
        balance=balance,
        finished=taken.finished,
    )


def _ended(packets: Sequence[Packet], now: datetime) -> EndedPacket:
    return EndedPacket(
        packet_id=packets[0].packet_id,
        group_key=packets[0].group_key,
        owner_id=packets[0].owner_id,
        terms=whole(packets),
        left_points=sum(packet.left_points for packet in packets),
        left_shares=sum(packet.left_shares for packet in packets),
        ended_at=max(packet.ended_at or now for packet in packets),
    )
