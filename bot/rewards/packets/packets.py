"""Red packets 红包: opening, claiming, expiring, and reading them."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.rewards.days import community_date
from bot.rewards.ledger.lots import expiry_of
from bot.rewards.ledger.models import read_account_balance
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.packets import reading
from bot.rewards.packets.claiming import ClaimRequest, Presence
from bot.rewards.packets.gate import Gate, GateKind, Purse, Terms
from bot.rewards.packets.lane import (
    Announced,
    apply_announcements,
    apply_claims,
    apply_expiries,
    apply_opens,
)
from bot.rewards.packets.opening import OpenRequest, draw_packet, fill_for
from bot.rewards.packets.packet import (
    AlreadyClaimed,
    Claimed,
    ClaimResult,
    Empty,
    EndedPacket,
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
from bot.rewards.packets.reading import Progress
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store
from bot.store.lane import Lane

__all__ = [
    "AlreadyClaimed",
    "ClaimResult",
    "Claimed",
    "Empty",
    "EndedPacket",
    "Finish",
    "Gate",
    "GateKind",
    "NoSuchPacket",
    "OpenedPacket",
    "Over",
    "PacketKind",
    "PacketRefused",
    "PacketState",
    "PacketView",
    "Packets",
    "Presence",
    "Progress",
    "Purse",
    "RefusedBecause",
    "Terms",
    "TooNew",
]


class Packets:
    """The lanes of red packets. ``rng`` draws shares and salts: ``secure()`` in production."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        self._store = store
        self._rng = rng
        self._opens: Lane[OpenRequest, OpenedPacket | PacketRefused] = store.lane(
            "packet open", apply_opens
        )
        self._claims: Lane[ClaimRequest, ClaimResult] = store.lane("packet claim", apply_claims)
        self._expiries: Lane[datetime, tuple[EndedPacket, ...]] = store.lane(
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
        terms: Terms,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> OpenedPacket | PacketRefused:
        """Draw, pay and record a packet, or all drops of a rain, in one transaction.

        The first packet of a community day fills the pool that pays it up to its allowance. The
        same key opens the same packet. A refusal writes nothing. Raises KeyReused when the key
        opened a packet of other terms.
        """
        limits = rules.packets
        is_rain = terms.drops > 1
        opens_at = now + timedelta(seconds=limits.rain_wait_seconds) if is_rain else now
        every = timedelta(seconds=limits.rain_every_seconds)
        expires_at = now + timedelta(hours=limits.expire_hours)
        if is_rain:
            last = opens_at + (terms.drops - 1) * every
            expires_at = last + timedelta(minutes=limits.rain_minutes)
        return await self._opens.submit(
            OpenRequest(
                key=key,
                group_key=group_key,
                owner_id=owner_id,
                terms=terms,
                on_date=community_date(now, zone, rules.day_starts_at),
                at=now,
                opens_at=opens_at,
                every=every,
                expires_at=expires_at,
                allowance=_allowance(terms.purse, rules),
                most_a_day=limits.most_points_a_day,
                drawn=draw_packet(terms, limits, self._rng),
                budgets=rules.budgets,
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
        zone: tzinfo,
        presence: Presence = Presence.MEMBER,
        tags: frozenset[str] = frozenset(),
        word: str = "",
    ) -> ClaimResult:
        """Take the next share of a packet for a member, once, and pay it to him.

        The same event gets the same answer, also when it names a later packet by now.
        ``joined_at`` is when he joined the packet's group, None when he was there from the start;
        ``presence`` is how he stands to it now, ``tags`` are those he has, ``word`` is what he
        said. All four are for the caller to know: they never come from the claimer. Raises
        KeyReused for another member's key.
        """
        on_date = community_date(now, zone, rules.day_starts_at)
        return await self._claims.submit(
            ClaimRequest(
                packet_id=packet_id,
                member_id=member_id,
                key=key,
                at=now,
                on_date=on_date,
                joined_at=joined_at,
                rules=rules.packets,
                presence=presence,
                tags=tags,
                word=word,
                expires_on=expiry_of(rules.points, on_date),
            )
        )

    async def expire(self, now: datetime) -> list[EndedPacket]:
        """End every open packet whose time is over; the rest goes back to what paid it.

        Returns those, rains whose time is over, and what ended earlier and was not announced, so
        that a crash loses no announcement; ``mark_announced`` ends their being returned.
        """
        return list(await self._expiries.submit(now))

    async def mark_announced(self, packet_ids: Sequence[PacketId], now: datetime) -> None:
        """Note that the groups were told of these packets' end. May be repeated."""
        await self._announcements.submit(Announced(tuple(packet_ids), now))

    async def read_newest(self, group_key: GroupKey) -> PacketView | None:
        """The group's newest packet, open or ended."""
        return await reading.read_newest(self._store, group_key)

    async def read_packet(self, packet_id: PacketId) -> PacketView | None:
        """A packet, with its opened shares and salt once it has ended."""
        return await reading.read_packet(self._store, packet_id)

    async def read_claimable(
        self, group_key: GroupKey, member_id: MemberId, *, now: datetime, word: str = ""
    ) -> PacketView | None:
        """What a member means who wants a share: what he can take, else the newest packet."""
        return await reading.read_claimable(self._store, group_key, member_id, now=now, word=word)

    async def read_drop(
        self, rain_id: PacketId, member_id: MemberId, *, now: datetime
    ) -> PacketView | None:
        """The drop of a rain that a member can take; else the one that fell last."""
        return await reading.read_drop(self._store, rain_id, member_id, now=now)

    async def read_progress(self, packet_id: PacketId, *, takers: int) -> Progress | None:
        """How far a packet or its rain was claimed, with the first ``takers`` of shares."""
        return await reading.read_progress(self._store, packet_id, takers=takers)

    async def read_luck(self, packet_id: PacketId) -> tuple[MemberId, int] | None:
        """Who took the largest share of a packet or rain; of equal ones the earlier."""
        return await reading.read_luck(self._store, packet_id)

    async def pool_balance(self, group_key: GroupKey) -> int:
        """Points in the group's pool as booked, before the day's filling."""
        return await read_account_balance(AccountRef.group_pool(group_key))

    async def available(
        self,
        terms: Terms,
        *,
        group_key: GroupKey,
        owner_id: MemberId,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> int:
        """What a packet of such terms opened ``now`` could have: its purse with the filling."""
        balance = await read_account_balance(terms.account(group_key, owner_id))
        if terms.purse is Purse.CAMPAIGN:
            return balance
        on_date = community_date(now, zone, rules.day_starts_at)
        if await reading.had_packet(self._store, group_key, on_date, terms.purse, owner_id):
            return balance
        return balance + fill_for(balance, _allowance(terms.purse, rules))

    async def next_expiry(self) -> datetime | None:
        """When the next open packet's time is over; None when no packet is open."""
        return await reading.read_next_expiry(self._store)


def _allowance(purse: Purse, rules: RewardsFile) -> int:
    """What a pool is filled up to; a campaign's budget is not filled by the day."""
    match purse:
        case Purse.GROUP:
            return rules.packets.pool_points_a_day
        case Purse.OWNER:
            return rules.packets.owner_points_a_day
        case Purse.CAMPAIGN:
            return 0
