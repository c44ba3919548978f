"""Red packets 红包: opening, claiming, expiring, and reading them."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.rewards.days import community_date
from bot.rewards.ledger.models import read_account_balance
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.packets.claiming import ClaimRequest
from bot.rewards.packets.lane import (
    Announced,
    apply_announcements,
    apply_claims,
    apply_expiries,
    apply_opens,
)
from bot.rewards.packets.models import PacketRow
from bot.rewards.packets.opening import OpenRequest, draw_packet, fill_for
from bot.rewards.packets.packet import (
    AlreadyClaimed,
    Claimed,
    ClaimResult,
    Empty,
    ExpiredPacket,
    Finish,
    NoSuchPacket,
    OpenedPacket,
    Over,
    PacketKind,
    PacketRefused,
    PacketState,
    PacketView,
    RefusedBecause,
    TooNew,
)
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store
from bot.store.lane import Lane

__all__ = [
    "AlreadyClaimed",
    "ClaimResult",
    "Claimed",
    "Empty",
    "ExpiredPacket",
    "Finish",
    "NoSuchPacket",
    "OpenedPacket",
    "Over",
    "PacketKind",
    "PacketRefused",
    "PacketState",
    "PacketView",
    "Packets",
    "RefusedBecause",
    "TooNew",
]


class Packets:
    """The lanes of red packets. ``rng`` draws shares and salts: ``secure()`` in production."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        self._rng = rng
        self._opens: Lane[OpenRequest, OpenedPacket | PacketRefused] = store.lane(
            "packet open", apply_opens
        )
        self._claims: Lane[ClaimRequest, ClaimResult] = store.lane("packet claim", apply_claims)
        self._expiries: Lane[datetime, tuple[ExpiredPacket, ...]] = store.lane(
            "packet expiry", apply_expiries
        )
        self._announcements: Lane[Announced, None] = store.lane(
            "packet announced", apply_announcements
        )

    async def open(
        self,
        *,
        key: EventKey,
        group_key: GroupKey,
        owner_id: MemberId,
        kind: PacketKind,
        points: int,
        shares: int,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> OpenedPacket | PacketRefused:
        """Draw, pay and record a packet of ``points`` in ``shares``, in one transaction.

        The first packet of a community day fills the group's pool up to its allowance. The same
        key opens the same packet. A refusal writes nothing. Raises KeyReused when the key opened
        a packet of other numbers.
        """
        return await self._opens.submit(
            OpenRequest(
                key=key,
                group_key=group_key,
                owner_id=owner_id,
                kind=kind,
                points=points,
                shares=shares,
                on_date=community_date(now, zone, rules.day_starts_at),
                at=now,
                expires_at=now + timedelta(hours=rules.packets.expire_hours),
                allowance=rules.packets.pool_points_a_day,
                drawn=draw_packet(kind, points, shares, rules.packets, self._rng),
            )
        )

    async def claim(
        self,
        *,
        packet_id: PacketId,
        member_id: MemberId,
        key: EventKey,
        now: datetime,
        joined_at: datetime | None,
        rules: RewardsFile,
    ) -> ClaimResult:
        """Take the next share of a packet for a member, once, and pay it to him.

        The same event gets the same answer, also when it names a later packet by now.
        ``joined_at`` is when he joined the group, None when he was there from the start. That he
        is in the packet's group is the caller's to check. Raises KeyReused for another member's
        key.
        """
        return await self._claims.submit(
            ClaimRequest(
                packet_id=packet_id,
                member_id=member_id,
                key=key,
                at=now,
                joined_at=joined_at,
                membership_hours=rules.packets.membership_hours,
            )
        )

    async def expire(self, now: datetime) -> list[ExpiredPacket]:
        """End every open packet whose time is over; the rest goes back to its group's pool.

        Returns those and the ones that ended earlier and were not announced, so that a crash
        loses no announcement; ``mark_announced`` ends their being returned.
        """
        return list(await self._expiries.submit(now))

    async def mark_announced(self, packet_ids: Sequence[PacketId], now: datetime) -> None:
        """Note that the groups were told of these packets' end. May be repeated."""
        await self._announcements.submit(Announced(tuple(packet_ids), now))

    async def read_newest(self, group_key: GroupKey) -> PacketView | None:
        """The group's newest packet, open or ended."""
        row = await PacketRow.filter(group_key=group_key).order_by("-id").first()
        return None if row is None else _view(row)

    async def read_packet(self, packet_id: PacketId) -> PacketView | None:
        """A packet, with its opened shares and salt once it has ended."""
        row = await PacketRow.get_or_none(id=packet_id)
        return None if row is None else _view(row)

    async def pool_balance(self, group_key: GroupKey) -> int:
        """Points in the group's pool as booked, before the day's filling."""
        return await read_account_balance(AccountRef.group_pool(group_key))

    async def pool_available(
        self, group_key: GroupKey, *, now: datetime, rules: RewardsFile, zone: tzinfo
    ) -> int:
        """Points that a packet opened ``now`` could have: the pool with the day's filling."""
        balance = await self.pool_balance(group_key)
        on_date = community_date(now, zone, rules.day_starts_at)
        if await PacketRow.exists(group_key=group_key, on_date=on_date.isoformat()):
            return balance
        return balance + fill_for(balance, rules.packets.pool_points_a_day)

    async def next_expiry(self) -> datetime | None:
        """When the next open packet's time is over; None when no packet is open."""
        row = await PacketRow.filter(state=PacketState.OPEN).order_by("expires_at").first()
        return None if row is None else row.expires_at


def _view(row: PacketRow) -> PacketView:
    state = PacketState(row.state)
    ended = state is not PacketState.OPEN
    return PacketView(
        packet_id=PacketId(row.id),
        group_key=GroupKey(row.group_key),
        owner_id=MemberId(row.owner_id),
        kind=PacketKind(row.kind),
        state=state,
        points=row.total_points,
        shares=row.share_count,
        claimed_points=row.claimed_points,
        claimed_shares=row.claimed_count,
        proof=row.proof,
        created_at=row.created_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        salt=row.salt if ended else "",
        amounts=tuple(row.shares) if ended else (),
    )
