"""The words of a red packet 红包: what it is, and every answer that opening and claiming can give.

A packet's shares are drawn once, when it is opened; claiming only hands them out, in the order of
arrival. What is in it lies in an account of its own before anybody hears of it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.packets.gate import Gate, GateKind, PacketKind, Terms
from bot.rewards.packets.split import commit, draw_salt

__all__ = ["Gate", "GateKind", "PacketKind"]  # they are words of a packet, too


class PacketState(StrEnum):
    """Where a packet is in its life."""

    OPEN = "open"
    EMPTY = "empty"
    """Every share was claimed."""
    EXPIRED = "expired"
    """Its time was over; what was left went back to where it came from."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A packet's shares in the order in which they are handed out, and their proof."""

    shares: tuple[int, ...]
    salt: str
    proof: str

    @property
    def best_position(self) -> int:
        """The position of the largest share; of equal ones the earliest."""
        return self.shares.index(max(self.shares))


def seal(shares: Sequence[int], rng: random.Random) -> Draw:
    """Commit to ``shares`` with a fresh salt from ``rng``."""
    salt = draw_salt(rng)
    return Draw(tuple(shares), salt, commit(shares, salt))


@dataclass(frozen=True, slots=True)
class Packet:
    """A red packet without its shares, of which there may be thousands.

    ``terms`` are those of this packet alone: a drop of a rain has its own amount and shares.
    ``rain_id`` is the first drop of its rain. Instants are UTC.
    """

    packet_id: PacketId
    key: EventKey
    group_key: GroupKey
    owner_id: MemberId
    terms: Terms
    on_date: date
    proof: str
    best_position: int
    state: PacketState
    claimed_shares: int
    claimed_points: int
    created_at: datetime
    opens_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    rain_id: PacketId | None = None

    @property
    def left_points(self) -> int:
        """What nobody has claimed yet."""
        return self.terms.points - self.claimed_points

    @property
    def left_shares(self) -> int:
        """How many shares nobody has claimed yet."""
        return self.terms.shares - self.claimed_shares

    @property
    def reference(self) -> str:
        """How transfers name this packet as their cause."""
        return f"packet/{self.packet_id}"

    @property
    def account(self) -> AccountRef:
        """What is in it and not claimed yet."""
        return AccountRef.packet(self.packet_id, self.terms.currency)

    @property
    def purse(self) -> AccountRef:
        """What paid it, and gets its rest."""
        return self.terms.account(self.group_key, self.owner_id)


@dataclass(frozen=True, slots=True)
class PacketView:
    """A packet as others may see it: ``salt`` and ``amounts`` stay empty while it is open.

    Nobody is shown the ``gate``'s secret here.
    """

    packet_id: PacketId
    group_key: GroupKey
    owner_id: MemberId
    terms: Terms
    state: PacketState
    claimed_points: int
    claimed_shares: int
    proof: str
    created_at: datetime
    opens_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    rain_id: PacketId | None
    salt: str = ""
    amounts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenedPacket:
    """A packet, or a rain, that is funded and may be announced.

    ``packet_id`` is that of a rain's first drop, ``terms`` are those of the whole, ``proof`` is
    the joint one of all drops, and ``opens_at`` is when the first of them falls. ``replayed``: its
    key had opened it before.
    """

    packet_id: PacketId
    group_key: GroupKey
    owner_id: MemberId
    terms: Terms
    proof: str
    created_at: datetime
    opens_at: datetime
    expires_at: datetime
    replayed: bool


class RefusedBecause(StrEnum):
    """Why a packet was not opened."""

    TOO_BIG = "too_big"
    """More points, shares or drops than the rules allow."""
    TOO_SMALL = "too_small"
    """No share at all, or less than the least for each."""
    UNEVEN = "uneven"
    """A fixed packet or a rain that does not divide evenly; the owner chooses other numbers."""
    POOL_SHORT = "pool_short"
    """What should pay it holds less than the packet."""
    DAY_SPENT = "day_spent"
    """The owner has sent today what he may."""
    NO_CASH = "no_cash"
    """Cash packets are switched off, or not paid by a campaign."""
    BUDGET_SPENT = "budget_spent"
    """So much cash may not be promised any more, today or this month."""


@dataclass(frozen=True, slots=True)
class PacketRefused:
    """A packet that was not opened; nothing was written.

    ``data`` holds the numbers for the sentence: ``points`` and ``shares`` as asked for, and
    ``most_points``, ``most_shares``, ``most_drops``, ``least_share``, ``pool`` or ``left`` where
    they were the reason. ``opens_on`` is the day on which it will work, where a budget was the
    reason and will ever do.
    """

    reason: RefusedBecause
    data: dict[str, int]
    opens_on: date | None = None


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


class Claimed(NamedTuple):
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
class NotYet:
    """The packet opens later."""

    opens_at: datetime


@dataclass(frozen=True, slots=True)
class TooNew:
    """The member joined the group less than ``hours`` ago; from ``until`` on he may claim."""

    hours: int
    until: datetime


@dataclass(frozen=True, slots=True)
class NotMember:
    """The member is not in the packet's group any more."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """The member was shut out by the brand."""


@dataclass(frozen=True, slots=True)
class NotInvited:
    """The packet is for others: those it names, or those with the tag ``tag``."""

    tag: str = ""


@dataclass(frozen=True, slots=True)
class CheckInFirst:
    """The packet is for those who have checked in today."""


@dataclass(frozen=True, slots=True)
class WordMissing:
    """Claiming takes a word: the password, or the answer to ``question``."""

    question: str = ""


@dataclass(frozen=True, slots=True)
class WrongWord:
    """That was not it; ``left`` more tries before a pause."""

    left: int


@dataclass(frozen=True, slots=True)
class Paused:
    """Too many wrong words; the next try counts from ``until`` on."""

    until: datetime


@dataclass(frozen=True, slots=True)
class DayFull:
    """The member has had ``limit`` shares on this community day, and more the rules do not give."""

    limit: int


@dataclass(frozen=True, slots=True)
class CampaignFull:
    """The member has had ``limit`` shares of this campaign, and more the rules do not give."""

    limit: int


@dataclass(frozen=True, slots=True)
class NoSuchPacket:
    """There is no packet with this id."""


Unclaimed = (
    AlreadyClaimed
    | Empty
    | Over
    | NotYet
    | TooNew
    | NotMember
    | Blocked
    | NotInvited
    | CheckInFirst
    | WordMissing
    | WrongWord
    | Paused
    | DayFull
    | CampaignFull
    | NoSuchPacket
)
ClaimResult = Claimed | Unclaimed
"""Every answer to a claim; match with ``assert_never``."""


@dataclass(frozen=True, slots=True)
class EndedPacket:
    """What is to be told of a packet or rain whose time was over.

    ``packet_id`` is that of a rain's first drop and the numbers are those of the whole. What was
    left is back where it came from.
    """

    packet_id: PacketId
    group_key: GroupKey
    owner_id: MemberId
    terms: Terms
    left_points: int
    left_shares: int
    ended_at: datetime
