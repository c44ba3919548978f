"""What others may see of red packets, and which one a member means when he says 抢.

The shares and the salt of a packet are shown once it has ended, to anybody; before that to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.ids import GroupKey, MemberId, PacketId
from bot.rewards.packets.gate import Purse
from bot.rewards.packets.opening import whole
from bot.rewards.packets.packet import PacketState, PacketView
from bot.rewards.packets.packet_rows import packet_of
from bot.rewards.packets.split import joint_proof
from bot.store.connection import Row
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros

_CLAIMABLE = """
SELECT packet.* FROM packet
WHERE state = 'open' AND opens_at <= ? AND expires_at > ? AND {which}
    AND NOT EXISTS (SELECT 1 FROM packet_claim
        WHERE packet_claim.packet_id = packet.id AND packet_claim.member_id = ?)
    AND (gate <> 'named' OR EXISTS (SELECT 1 FROM packet_guest
        WHERE packet_guest.packet_id = packet.id AND packet_guest.member_id = ?))
ORDER BY CASE WHEN gate IN ('password', 'quiz') THEN 1 ELSE 0 END <> CAST(? AS INTEGER),
    coalesce(rain_id, id) DESC, id LIMIT 1
"""
"""What a member can take: first what goes with having said a word or not, then the newest; of a
rain the drop that fell first."""

_IN_GROUP = _CLAIMABLE.format(which="group_key = ?")
_IN_RAIN = _CLAIMABLE.format(which="rain_id = ?")

_NEWEST = "SELECT * FROM packet WHERE group_key = ? ORDER BY id DESC LIMIT 1"
_LATEST_DROP = """
SELECT * FROM packet WHERE rain_id = ? ORDER BY opens_at > ?, abs(opens_at - ?), id LIMIT 1
"""
"""The drop that fell last; before the rain, the one that falls first."""

_ONE = "SELECT * FROM packet WHERE id = ?"
_DROPS = "SELECT * FROM packet WHERE rain_id = ? ORDER BY id"
_SHARES = "SELECT amount FROM packet_share WHERE packet_id = ? ORDER BY position"
_TAKERS = """
SELECT member_id FROM packet_claim WHERE packet_id = ? OR packet_id IN (
    SELECT id FROM packet WHERE rain_id = ?
)
GROUP BY member_id ORDER BY min(at), min(position) LIMIT ?
"""
_HAD_PACKET = """
SELECT count(*) AS packets FROM packet
WHERE group_key = ? AND on_date = ? AND purse = ? AND (purse = 'group' OR owner_id = ?)
"""
_NEXT_EXPIRY = """
SELECT min(expires_at) AS at FROM (
    SELECT expires_at FROM packet WHERE state = 'open'
    UNION ALL
    SELECT expires_at FROM packet WHERE rain_id = id AND announced_at IS NULL
) AS ends
"""
_LUCK = """
SELECT member_id, amount FROM packet_claim WHERE packet_id = ? OR packet_id IN (
    SELECT id FROM packet WHERE rain_id = ?
)
ORDER BY amount DESC, at, packet_id, position LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a packet, or a rain with all its drops, was claimed.

    ``takers`` are those who have a share, the first one first, so many as were asked for.
    ``drops`` are its packets; those that ended are opened.
    """

    packet_id: PacketId
    drops: tuple[PacketView, ...]
    takers: tuple[MemberId, ...]
    claimed_points: int
    claimed_shares: int
    points: int
    shares: int
    proof: str
    ended: bool


async def read_packet(store: Store, packet_id: PacketId) -> PacketView | None:
    """A packet, or a drop of a rain; opened once it has ended."""
    rows = await store.read(_ONE, [packet_id])
    return await _view(store, rows[0]) if rows else None


async def read_newest(store: Store, group_key: GroupKey) -> PacketView | None:
    """The group's newest packet, open or ended."""
    rows = await store.read(_NEWEST, [group_key])
    return await _view(store, rows[0]) if rows else None


async def read_claimable(
    store: Store, group_key: GroupKey, member_id: MemberId, *, now: datetime, word: str = ""
) -> PacketView | None:
    """The packet of the group that a member can take; else the newest one."""
    rows = await store.read(_IN_GROUP, _wanted(now, group_key, member_id, word))
    return await _view(store, rows[0]) if rows else await read_newest(store, group_key)


async def read_drop(
    store: Store, rain_id: PacketId, member_id: MemberId, *, now: datetime
) -> PacketView | None:
    """The drop of a rain that a member can take; else the one that fell last, or will first."""
    rows = await store.read(_IN_RAIN, _wanted(now, rain_id, member_id, ""))
    if not rows:
        at = to_micros(now)
        rows = await store.read(_LATEST_DROP, [rain_id, at, at])
    return await _view(store, rows[0]) if rows else None


async def read_progress(store: Store, packet_id: PacketId, *, takers: int) -> Progress | None:
    """How far a packet was claimed, and by whom first; of a drop, how far its rain."""
    rows = await store.read(_ONE, [packet_id])
    if not rows:
        return None
    first_id = rows[0]["rain_id"] or packet_id
    drops = await store.read(_DROPS, [first_id]) or rows
    packets = [packet_of(row) for row in drops]
    took = await store.read(_TAKERS, [first_id, first_id, takers])
    terms = whole(packets)
    return Progress(
        packet_id=PacketId(first_id),
        drops=tuple([await _view(store, row) for row in drops]),
        takers=tuple(MemberId(row["member_id"]) for row in took),
        claimed_points=sum(packet.claimed_points for packet in packets),
        claimed_shares=sum(packet.claimed_shares for packet in packets),
        points=terms.points,
        shares=terms.shares,
        proof=joint_proof([packet.proof for packet in packets]),
        ended=all(packet.state is not PacketState.OPEN for packet in packets),
    )


async def read_luck(store: Store, packet_id: PacketId) -> tuple[MemberId, int] | None:
    """Who took the largest share of a packet or a rain, and how much; of equals the earlier."""
    rows = await store.read(_LUCK, [packet_id, packet_id])
    return (MemberId(rows[0]["member_id"]), rows[0]["amount"]) if rows else None


async def had_packet(
    store: Store, group_key: GroupKey, on_date: date, purse: Purse, owner_id: MemberId
) -> bool:
    """Whether a pool has paid a packet on the community day, and so was filled already."""
    (row,) = await store.read(_HAD_PACKET, [group_key, on_date.isoformat(), purse, owner_id])
    return bool(row["packets"])


async def read_next_expiry(store: Store) -> datetime | None:
    """When the next open packet's time is over, or the next rain's; None when there is none."""
    (row,) = await store.read(_NEXT_EXPIRY)
    return None if row["at"] is None else from_micros(row["at"])


def _wanted(
    now: datetime, which: GroupKey | PacketId, member_id: MemberId, word: str
) -> Sequence[object]:
    at = to_micros(now)
    return [at, at, which, member_id, member_id, int(bool(word))]


async def _view(store: Store, row: Row) -> PacketView:
    packet = packet_of(row)
    ended = packet.state is not PacketState.OPEN
    shares = await store.read(_SHARES, [packet.packet_id]) if ended else []
    return PacketView(
        packet_id=packet.packet_id,
        group_key=packet.group_key,
        owner_id=packet.owner_id,
        terms=packet.terms,
        state=packet.state,
        claimed_points=packet.claimed_points,
        claimed_shares=packet.claimed_shares,
        proof=packet.proof,
        created_at=packet.created_at,
        opens_at=packet.opens_at,
        expires_at=packet.expires_at,
        ended_at=packet.ended_at,
        rain_id=packet.rain_id,
        salt=row["salt"] if ended else "",
        amounts=tuple(share["amount"] for share in shares),
    )
