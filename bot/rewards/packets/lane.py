"""Red packets on SQLite: load, decide, write, for whole batches.

Five hundred claims of one packet cost the same few statements as one: the rows go in lists, in
both directions.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.rewards.ledger.lane import load_accounts, post_all
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.packets.claiming import Claim, ClaimRequest, Taken, decide_claims, transfer_of
from bot.rewards.packets.opening import (
    Opening,
    OpenRequest,
    OpenRuling,
    Pools,
    decide_opens,
    expire,
)
from bot.rewards.packets.packet import (
    Claimed,
    ClaimResult,
    Draw,
    ExpiredPacket,
    OpenedPacket,
    Packet,
    PacketKind,
    PacketRefused,
    PacketState,
)
from bot.store.batch import picked, write_batch
from bot.store.fields import from_micros, maybe_micros, to_micros

_PACKET = """
SELECT id, key, group_key, owner_id, kind, on_date, total_points, shares, salt, proof, state,
    claimed_count, created_at, expires_at, ended_at
FROM packet
"""

_LOAD_PACKETS_BY_KEY = f"""
{_PACKET} WHERE key IN (SELECT value FROM json_each(?))
"""

_LOAD_PACKETS_TO_CLAIM = f"""
{_PACKET}
WHERE id IN (SELECT value FROM json_each(:ids)) OR id IN (
    SELECT packet_claim.packet_id FROM json_each(:keys) AS wanted
    CROSS JOIN packet_claim ON packet_claim.event_key = wanted.value
)
"""

_LOAD_DUE_PACKETS = f"{_PACKET} WHERE state = 'open' AND expires_at <= ? ORDER BY id"

_LOAD_UNANNOUNCED_PACKETS = f"""
{_PACKET} WHERE state = 'expired' AND announced_at IS NULL ORDER BY id
"""

_LOAD_FILLED_DAYS = """
SELECT DISTINCT packet.group_key, packet.on_date
FROM json_each(?) AS wanted
CROSS JOIN packet ON packet.group_key = json_extract(wanted.value, '$[0]')
    AND packet.on_date = json_extract(wanted.value, '$[1]')
"""

_LOAD_LAST_PACKET_ID = "SELECT coalesce(max(id), 0) FROM packet"

_CLAIM = """
SELECT packet_claim.packet_id, packet_claim.member_id, packet_claim.position,
    packet_claim.amount, packet_claim.event_key, packet_claim.at
"""

_LOAD_CLAIMS = f"""
{_CLAIM} FROM json_each(:keys) AS wanted
CROSS JOIN packet_claim ON packet_claim.event_key = wanted.value
UNION
{_CLAIM} FROM json_each(:members) AS wanted
CROSS JOIN packet_claim ON packet_claim.packet_id = json_extract(wanted.value, '$[0]')
    AND packet_claim.member_id = json_extract(wanted.value, '$[1]')
UNION
{_CLAIM} FROM json_each(:positions) AS wanted
CROSS JOIN packet_claim ON packet_claim.packet_id = json_extract(wanted.value, '$[0]')
    AND packet_claim.position = json_extract(wanted.value, '$[1]')
"""

_WRITE_PACKET = """
INSERT INTO packet (id, key, group_key, owner_id, kind, on_date, total_points, share_count, shares,
    salt, proof, state, claimed_count, claimed_points, created_at, expires_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', 0, 0, ?, ?)
"""

_UPDATE_PACKET = """
UPDATE packet SET state = ?, claimed_count = ?, claimed_points = ?, ended_at = ? WHERE id = ?
"""

_WRITE_CLAIM = f"""
INSERT INTO packet_claim (packet_id, member_id, position, amount, event_key, at) {picked(6)}
"""

_MARK_ANNOUNCED = "UPDATE packet SET announced_at = ? WHERE id = ? AND announced_at IS NULL"


@dataclass(frozen=True, slots=True)
class Announced:
    """Packets whose end was told to their groups at ``at``."""

    packet_ids: tuple[PacketId, ...]
    at: datetime


def apply_opens(
    connection: sqlite3.Connection, requests: Sequence[OpenRequest]
) -> list[OpenedPacket | PacketRefused | KeyReused]:
    """Open packets within the open transaction; one answer for each request, in order."""
    rulings = decide_opens(_load_pools(connection, requests), requests)
    openings = [ruling for ruling in rulings if isinstance(ruling, Opening)]
    post_all(connection, [opening.transfers for opening in openings])
    connection.executemany(_WRITE_PACKET, [_packet_row(opening.packet) for opening in openings])
    return [_open_answer(ruling) for ruling in rulings]


def apply_claims(
    connection: sqlite3.Connection, requests: Sequence[ClaimRequest]
) -> list[ClaimResult | KeyReused]:
    """Claim shares within the open transaction; one answer for each request, in order."""
    packets = _load_packets_to_claim(connection, requests)
    decision = decide_claims(packets, _load_claims(connection, requests, packets), requests)
    posted = post_all(
        connection,
        [
            (transfer_of(ruling.claim),) if isinstance(ruling, Taken) else ()
            for ruling in decision.rulings
        ],
    )
    write_batch(connection, _WRITE_CLAIM, [_claim_row(claim) for claim in decision.claims])
    _update_packets(connection, decision.packets)
    return [
        _claimed(ruling, entries[0].credit_balance) if isinstance(ruling, Taken) else ruling
        for ruling, entries in zip(decision.rulings, posted, strict=True)
    ]


def apply_expiries(
    connection: sqlite3.Connection, instants: Sequence[datetime]
) -> list[tuple[ExpiredPacket, ...]]:
    """End what is due at each instant; the answer is every expired packet not yet announced."""
    return [_expire_due(connection, now) for now in instants]


def apply_announcements(
    connection: sqlite3.Connection, announcements: Sequence[Announced]
) -> list[None]:
    """Note that ends were announced; the first note of a packet stays."""
    connection.executemany(
        _MARK_ANNOUNCED,
        [
            (to_micros(announced.at), packet_id)
            for announced in announcements
            for packet_id in announced.packet_ids
        ],
    )
    return [None] * len(announcements)


def _expire_due(connection: sqlite3.Connection, now: datetime) -> tuple[ExpiredPacket, ...]:
    due = connection.execute(_LOAD_DUE_PACKETS, (to_micros(now),)).fetchall()
    ended = [expire(_packet(row), now) for row in due]
    post_all(connection, [(refund,) for _, refund in ended])
    _update_packets(connection, [packet for packet, _ in ended])
    unannounced = connection.execute(_LOAD_UNANNOUNCED_PACKETS).fetchall()
    return tuple(_expired(_packet(row), now) for row in unannounced)


def _load_pools(connection: sqlite3.Connection, requests: Sequence[OpenRequest]) -> Pools:
    keys = json.dumps([request.key for request in requests])
    days = json.dumps([(request.group_key, request.on_date.isoformat()) for request in requests])
    refs = {AccountRef.group_pool(request.group_key): request.group_key for request in requests}
    packets = [_packet(row) for row in connection.execute(_LOAD_PACKETS_BY_KEY, (keys,))]
    (last_packet_id,) = connection.execute(_LOAD_LAST_PACKET_ID).fetchone()
    return Pools(
        packets={packet.key: packet for packet in packets},
        balances={
            refs[ref]: account.balance for ref, account in load_accounts(connection, refs).items()
        },
        filled=frozenset(
            (GroupKey(group_key), date.fromisoformat(on_date))
            for group_key, on_date in connection.execute(_LOAD_FILLED_DAYS, (days,))
        ),
        last_packet_id=last_packet_id,
    )


def _load_packets_to_claim(
    connection: sqlite3.Connection, requests: Sequence[ClaimRequest]
) -> list[Packet]:
    wanted = {
        "ids": json.dumps(sorted({request.packet_id for request in requests})),
        "keys": json.dumps([request.key for request in requests]),
    }
    return [_packet(row) for row in connection.execute(_LOAD_PACKETS_TO_CLAIM, wanted)]


def _load_claims(
    connection: sqlite3.Connection, requests: Sequence[ClaimRequest], packets: Iterable[Packet]
) -> list[Claim]:
    best = [(packet.packet_id, packet.best_position) for packet in packets]
    wanted = {
        "keys": json.dumps([request.key for request in requests]),
        "members": json.dumps([(request.packet_id, request.member_id) for request in requests]),
        "positions": json.dumps(best),
    }
    return [
        Claim(
            packet_id=PacketId(packet_id),
            member_id=MemberId(member_id),
            position=position,
            amount=amount,
            key=EventKey(key),
            at=from_micros(at),
        )
        for packet_id, member_id, position, amount, key, at in connection.execute(
            _LOAD_CLAIMS, wanted
        )
    ]


def _update_packets(connection: sqlite3.Connection, packets: Iterable[Packet]) -> None:
    connection.executemany(
        _UPDATE_PACKET,
        [
            (
                packet.state,
                packet.claimed_shares,
                packet.claimed_points,
                maybe_micros(packet.ended_at),
                packet.packet_id,
            )
            for packet in packets
        ],
    )


def _packet(row: sqlite3.Row) -> Packet:
    return Packet(
        packet_id=PacketId(row["id"]),
        key=EventKey(row["key"]),
        group_key=GroupKey(row["group_key"]),
        owner_id=MemberId(row["owner_id"]),
        kind=PacketKind(row["kind"]),
        on_date=date.fromisoformat(row["on_date"]),
        points=row["total_points"],
        draw=Draw(tuple(json.loads(row["shares"])), row["salt"], row["proof"]),
        state=PacketState(row["state"]),
        claimed_shares=row["claimed_count"],
        created_at=from_micros(row["created_at"]),
        expires_at=from_micros(row["expires_at"]),
        ended_at=None if row["ended_at"] is None else from_micros(row["ended_at"]),
    )


def _packet_row(packet: Packet) -> tuple[str | int, ...]:
    draw = packet.draw
    return (
        packet.packet_id,
        packet.key,
        packet.group_key,
        packet.owner_id,
        packet.kind,
        packet.on_date.isoformat(),
        packet.points,
        packet.shares,
        json.dumps(draw.shares, separators=(",", ":")),
        draw.salt,
        draw.proof,
        to_micros(packet.created_at),
        to_micros(packet.expires_at),
    )


def _claim_row(claim: Claim) -> tuple[str | int, ...]:
    at = to_micros(claim.at)
    return (claim.packet_id, claim.member_id, claim.position, claim.amount, claim.key, at)


def _open_answer(ruling: OpenRuling) -> OpenedPacket | PacketRefused | KeyReused:
    match ruling:
        case Opening(packet=packet):
            return _opened(packet, first=True)
        case Packet():
            return _opened(ruling, first=False)
        case PacketRefused() | KeyReused():
            return ruling


def _opened(packet: Packet, *, first: bool) -> OpenedPacket:
    return OpenedPacket(
        packet_id=packet.packet_id,
        group_key=packet.group_key,
        owner_id=packet.owner_id,
        kind=packet.kind,
        points=packet.points,
        shares=packet.shares,
        proof=packet.draw.proof,
        created_at=packet.created_at,
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


def _expired(packet: Packet, now: datetime) -> ExpiredPacket:
    return ExpiredPacket(
        packet_id=packet.packet_id,
        group_key=packet.group_key,
        owner_id=packet.owner_id,
        kind=packet.kind,
        points=packet.points,
        shares=packet.shares,
        left_points=packet.left_points,
        left_shares=packet.shares - packet.claimed_shares,
        ended_at=packet.ended_at or now,
    )
