"""Who may claim a red packet, and what it is paid from: what an owner asks for, as values.

A gate is the condition beside membership: to be invited 专属, to know the word 口令, to have done a
task 任务. Without one a packet is for everybody in its group.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from bot.core.ids import GroupKey, MemberId
from bot.core.money import Currency
from bot.core.text import fold
from bot.rewards.ledger.transfers import AccountRef

_AROUND = " 。.!?~,;:…、\"'“”‘’「」『』《》【】()"
"""What may stand around a word without belonging to it."""


class PacketKind(StrEnum):
    """How a packet's amount is split."""

    LUCKY = "lucky"
    """拼手气: by luck."""
    FIXED = "fixed"
    """普通: evenly."""


class GateKind(StrEnum):
    """What a member needs beside being in the group."""

    ANYBODY = "anybody"
    NAMED = "named"
    """专属: to be one of the members it names."""
    TAGGED = "tagged"
    """专属: to have a tag."""
    PASSWORD = "password"  # noqa: S105 (the name of a kind of packet)
    """口令: to say the word."""
    CHECKIN = "checkin"
    """任务: to have checked in on this community day."""
    QUIZ = "quiz"
    """任务: to answer the question."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The condition of one packet.

    ``words`` may be shown: the key of the tag, or the question. ``secret`` is the folded password
    or answer. ``guests`` are the members that are named.
    """

    kind: GateKind = GateKind.ANYBODY
    words: str = ""
    secret: str = ""
    guests: tuple[MemberId, ...] = ()

    @classmethod
    def named(cls, guests: tuple[MemberId, ...]) -> Self:
        """For these members."""
        return cls(GateKind.NAMED, guests=tuple(sorted(set(guests))))

    @classmethod
    def tagged(cls, tag: str) -> Self:
        """For whoever has the tag with this key when he claims."""
        return cls(GateKind.TAGGED, words=tag)

    @classmethod
    def password(cls, word: str) -> Self:
        """For whoever says ``word``, however it is typed."""
        return cls(GateKind.PASSWORD, secret=bare(word))

    @classmethod
    def quiz(cls, question: str, answer: str) -> Self:
        """For whoever answers ``question``."""
        return cls(GateKind.QUIZ, words=question, secret=bare(answer))

    def opens_to(self, word: str) -> bool:
        """Whether ``word`` is the right one; width, case and marks around it do not count."""
        return bool(self.secret) and bare(word) == self.secret


def bare(word: str) -> str:
    """A word as it is compared: folded, without marks around it."""
    return fold(word).strip(_AROUND)


class Purse(StrEnum):
    """What a packet is paid from; its rest goes back there."""

    GROUP = "group"
    """The group's pool."""
    OWNER = "owner"
    """The owner's own pool in the group."""
    CAMPAIGN = "campaign"
    """The budget of a campaign."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an owner asks for.

    ``points`` is the amount of the whole packet in the currency's unit, ``shares`` into how many
    parts it goes, over all ``drops`` of a rain 红包雨 (1: no rain). ``campaign`` is the key of the
    campaign whose budget pays, or empty. ``membership_hours`` is how long a member must have been
    in the group, None for what the rules say.
    """

    kind: PacketKind
    points: int
    shares: int
    gate: Gate = Gate()
    drops: int = 1
    purse: Purse = Purse.GROUP
    campaign: str = ""
    currency: Currency = Currency.POINTS
    membership_hours: int | None = None

    def account(self, group_key: GroupKey, owner_id: MemberId) -> AccountRef:
        """The account that pays."""
        match self.purse:
            case Purse.GROUP:
                return AccountRef.group_pool(group_key, self.currency)
            case Purse.OWNER:
                return owner_pool(group_key, owner_id, self.currency)
            case Purse.CAMPAIGN:
                return AccountRef.campaign(self.campaign, self.currency)


def owner_pool(
    group_key: GroupKey, owner_id: MemberId, currency: Currency = Currency.POINTS
) -> AccountRef:
    """An owner's own pool in a group; no key of a group has a slash."""
    return AccountRef.group_pool(GroupKey(f"{group_key}/{owner_id}"), currency)
