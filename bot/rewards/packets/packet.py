"""The words of a red packet 红包: what it is, and every answer that opening and claiming can give.

A packet's shares are drawn once, when it is opened; claiming only hands them out, in the order of
arrival. What is in it lies in an account of its own before anybody hears of it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.rewards.packets.split import commit, draw_salt


class PacketKind(StrEnum):
    """How a packet's points are split."""

    LUCKY = "lucky"
    """拼手气: by luck."""
    FIXED = "fixed"
    """普通: evenly."""


class PacketState(StrEnum):
    """Where a packet is in its life."""

    OPEN = "open"
    EMPTY = "empty"
    """Every share was claimed."""
    EXPIRED = "expired"
    """Its time was over; what was left went back to the pool."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A packet's shares in the order in which they are handed out, and their proof."""

    shares: tuple[int, ...]
    salt: str
    proof: str


def seal(shares: Sequence[int], rng: random.Random) -> Draw:
    """Commit to ``shares`` with a fresh salt from ``rng``."""
    salt = draw_salt(rng)
    return Draw(tuple(shares), salt, commit(shares, salt))


@dataclass(frozen=True, slots=True)
class Packet:
    """A red packet with its secrets. Points are whole points; instants are UTC."""

    packet_id: PacketId
    key: EventKey
    group_key: GroupKey
    owner_id: MemberId
    kind: PacketKind
    on_date: date
    points: int
    draw: Draw
    state: PacketState
    claimed_shares: int
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    @property
    def shares(self) -> int:
        """How many shares it has."""
        return len(self.draw.shares)

    @property
    def claimed_points(self) -> int:
        """What was claimed: the first shares."""
        return sum(self.draw.shares[: self.claimed_shares])

    @property
    def left_points(self) -> int:
        """What nobody has claimed yet."""
        return self.points - self.claimed_points

    @property
    def best_position(self) -> int:
        """The position of the largest share; of equal ones the earliest."""
        return self.draw.shares.index(max(self.draw.shares))

    @property
    def reference(self) -> str:
        """How transfers name this packet as their cause."""
        return f"packet/{self.packet_id}"


@dataclass(frozen=True, slots=True)
class PacketView:
    """A packet as others may see it: ``salt`` and ``amounts`` stay empty while it is open."""

    packet_id: PacketId
    group_key: GroupKey
    owner_id: MemberId
    kind: PacketKind
    state: PacketState
    points: int
    shares: int
    claimed_points: int
    claimed_shares: int
    proof: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    salt: str = ""
    amounts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenedPacket:
    """A packet that is funded and may be announced. ``replayed``: its key had opened it before."""

    packet_id: PacketId
    group_key: GroupKey
    owner_id: MemberId
    kind: PacketKind
    points: int
    shares: int
    proof: str
    created_at: datetime
    expires_at: datetime
    replayed: bool


class RefusedBecause(StrEnum):
    """Why a packet was not opened."""

    TOO_BIG = "too_big"
    """More points or shares than the rules allow."""
    TOO_SMALL = "too_small"
    """No share at all, or less than the least for each."""
    UNEVEN = "uneven"
    """A fixed packet that does not divide evenly; the owner chooses other numbers."""
    POOL_SHORT = "pool_short"
    """The group's pool holds less than the packet."""


@dataclass(frozen=True, slots=True)
class PacketRefused:
    """A packet that was not opened; nothing was written.

    ``data`` holds the numbers for the sentence: ``points`` and ``shares`` as asked for, and
    ``most_points``, ``most_shares``, ``least_share`` or ``pool`` where they were the reason.
    """

    reason: RefusedBecause
    data: dict[str, int]


@dataclass(frozen=True, slots=True)
class Finish:
    """How a packet ended that was claimed whole.

    ``seconds`` from opening to the last claim. The best is the member with the largest share, of
    equal ones the earliest; the smallest is never named.
    """

    points: int
    shares: int
    seconds: int
    best_member_id: MemberId
    best_points: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A share was taken: the ``position``-th (from 0), ``amount`` points.

    ``left_shares`` and ``balance`` (the member's) are those right after it. ``finished`` is set
    on the claim that took the last share.
    """

    packet_id: PacketId
    position: int
    amount: int
    left_shares: int
    balance: int
    finished: Finish | None


@dataclass(frozen=True, slots=True)
class AlreadyClaimed:
    """The member has his share of this packet: ``amount`` points."""

    amount: int


@dataclass(frozen=True, slots=True)
class Empty:
    """Every share is taken."""


@dataclass(frozen=True, slots=True)
class Over:
    """The packet's time is over."""


@dataclass(frozen=True, slots=True)
class TooNew:
    """The member joined the group less than ``hours`` ago; so long the rules ask for."""

    hours: int


@dataclass(frozen=True, slots=True)
class NoSuchPacket:
    """There is no packet with this id."""


Unclaimed = AlreadyClaimed | Empty | Over | TooNew | NoSuchPacket
ClaimResult = Claimed | Unclaimed
"""Every answer to a claim; match with ``assert_never``."""


@dataclass(frozen=True, slots=True)
class ExpiredPacket:
    """A packet whose time was over, to be announced; what was left is back in the pool."""

    packet_id: PacketId
    group_key: GroupKey
    owner_id: MemberId
    kind: PacketKind
    points: int
    shares: int
    left_points: int
    left_shares: int
    ended_at: datetime
