"""What a transfer is: an amount that leaves one account and enters another, for a reason.

The reason decides between which kinds of account it may travel (``ROADS``), and whether it may
overdraw: only a claw-back may. So no caller holds a switch that weakens the books.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from bot.core.errors import ErrorCode, LedgerError
from bot.core.ids import GroupKey, MemberId, PacketId
from bot.core.money import Currency

MOST_AMOUNT = 10**12
"""Most that one transfer may move; millions of them stay within 64 bits."""


class NotReversible(LedgerError):
    """The transfer to be reversed is unknown, reversed already, a reversal, or not mirrored."""

    code = ErrorCode.NOT_REVERSIBLE


class AccountKind(StrEnum):
    """Whose account it is."""

    ISSUANCE = "issuance"
    """Where points come from and go back to; its balance is minus everything in circulation."""

    MEMBER = "member"
    GROUP = "group"
    """A group's pool, which pays its owners' packets."""

    PACKET = "packet"
    """One red packet: what is in it and not claimed yet."""


@dataclass(frozen=True, slots=True)
class AccountRef:
    """Names an account; it comes into being with its first transfer.

    ``holder`` is the id of whom it belongs to, as text; empty for issuance.
    """

    currency: Currency
    kind: AccountKind
    holder: str

    @classmethod
    def issuance(cls, currency: Currency = Currency.POINTS) -> Self:
        """The one account from which everything is issued."""
        return cls(currency, AccountKind.ISSUANCE, "")

    @classmethod
    def member(cls, member_id: MemberId, currency: Currency = Currency.POINTS) -> Self:
        """A member's own account."""
        return cls(currency, AccountKind.MEMBER, str(member_id))

    @classmethod
    def group_pool(cls, group_key: GroupKey, currency: Currency = Currency.POINTS) -> Self:
        """The pool of a group."""
        return cls(currency, AccountKind.GROUP, group_key)

    @classmethod
    def packet(cls, packet_id: PacketId, currency: Currency = Currency.POINTS) -> Self:
        """The account of one red packet."""
        return cls(currency, AccountKind.PACKET, str(packet_id))

    @property
    def name(self) -> str:
        """For sentences: ``member/5``, ``group/vip``, ``issuance``."""
        return f"{self.kind}/{self.holder}" if self.holder else str(self.kind)


class Reason(StrEnum):
    """Why points move. Closed: a new reason comes with its road."""

    CHECKIN = "checkin"
    CHECKIN_MILESTONE = "checkin_milestone"
    PACKET_POOL = "packet_pool"
    PACKET_FUND = "packet_fund"
    PACKET_CLAIM = "packet_claim"
    PACKET_REFUND = "packet_refund"
    REFERRAL_INVITER = "referral_inviter"
    REFERRAL_FRIEND = "referral_friend"
    REFERRAL_CLAWBACK = "referral_clawback"
    """Takes a referral's reward back, even if it was spent: the one reason that may overdraw."""

    ADJUSTMENT = "adjustment"
    """A person's correction, and every reversal that is not a claw-back."""


_OPEN_KINDS = (AccountKind.ISSUANCE, AccountKind.MEMBER, AccountKind.GROUP)
_REWARD = frozenset({(AccountKind.ISSUANCE, AccountKind.MEMBER)})

ROADS: dict[Reason, frozenset[tuple[AccountKind, AccountKind]]] = {
    Reason.CHECKIN: _REWARD,
    Reason.CHECKIN_MILESTONE: _REWARD,
    Reason.PACKET_POOL: frozenset({(AccountKind.ISSUANCE, AccountKind.GROUP)}),
    Reason.PACKET_FUND: frozenset({(AccountKind.GROUP, AccountKind.PACKET)}),
    Reason.PACKET_CLAIM: frozenset({(AccountKind.PACKET, AccountKind.MEMBER)}),
    Reason.PACKET_REFUND: frozenset({(AccountKind.PACKET, AccountKind.GROUP)}),
    Reason.REFERRAL_INVITER: _REWARD,
    Reason.REFERRAL_FRIEND: _REWARD,
    Reason.REFERRAL_CLAWBACK: frozenset({(AccountKind.MEMBER, AccountKind.ISSUANCE)}),
    Reason.ADJUSTMENT: frozenset((giver, taker) for giver in _OPEN_KINDS for taker in _OPEN_KINDS),
}
"""From which kind of account to which each reason may move. A packet's account is reached by its
own three reasons only, so what is in a packet always follows from its claims."""

REFERRAL_REWARDS = frozenset({Reason.REFERRAL_INVITER, Reason.REFERRAL_FRIEND})
"""What a claw-back may take back."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement, asked for.

    ``key`` makes it happen once: the same key with the same input gets the first answer, with
    another input KeyReused. ``debit`` gives, ``credit`` receives ``amount`` (1..10^12 of the
    currency's unit). ``reference`` names the cause, ``actor`` who did it, ``at`` when (a retry
    may come later: the instant is no part of the input). ``reverses`` is the key of the transfer
    that this one takes back whole; a claw-back always has one.

    Raises ValueError for what no book could take, whatever is in it.
    """

    key: str
    debit: AccountRef
    credit: AccountRef
    amount: int
    reason: Reason
    reference: str
    actor: str
    at: datetime
    reverses: str | None = None

    def __post_init__(self) -> None:
        if type(self.amount) is not int or not 1 <= self.amount <= MOST_AMOUNT:
            raise ValueError(f"an amount is a whole number from 1 to {MOST_AMOUNT}")
        if self.debit == self.credit:
            raise ValueError(f"a transfer needs two accounts, not twice {self.debit.name}")
        if self.debit.currency is not self.credit.currency:
            raise ValueError("both accounts of a transfer hold the same currency")
        if (self.debit.kind, self.credit.kind) not in ROADS[self.reason]:
            raise ValueError(
                f"{self.reason} does not move from {self.debit.kind} to {self.credit.kind}"
            )
        if self.reason is Reason.REFERRAL_CLAWBACK and self.reverses is None:
            raise ValueError("a claw-back names the transfer that it takes back in `reverses`")
        if not (self.key and self.key.isprintable() and self.reference and self.actor):
            raise ValueError("a transfer has a printable key, a reference and an actor")
        if self.at.tzinfo is None:
            raise ValueError("an instant needs its time zone")

    @property
    def may_overdraw(self) -> bool:
        """Whether the giver's balance may fall below zero: a claw-back's only."""
        return self.reason is Reason.REFERRAL_CLAWBACK

    @property
    def digest(self) -> str:
        """SHA-256 of the input, by which a reused key is recognised."""
        return digest_of(
            self.debit,
            self.credit,
            amount=self.amount,
            reason=self.reason,
            reference=self.reference,
            actor=self.actor,
            reverses=self.reverses,
        )


def digest_of(
    debit: AccountRef,
    credit: AccountRef,
    *,
    amount: int,
    reason: str,
    reference: str,
    actor: str,
    reverses: str | None,
) -> str:
    """SHA-256 (hex) of a JSON list of everything that a transfer asks for, but not of when."""
    accounts = [debit.currency, debit.kind, debit.holder, credit.kind, credit.holder]
    line = json.dumps([*accounts, amount, reason, reference, actor, reverses])
    return hashlib.sha256(line.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Posted:
    """A transfer in the books: both balances right after it, in the currency's unit.

    ``replayed`` tells that the key had been posted before; the rest is then the first answer.
    """

    transfer_id: int
    key: str
    debit_balance: int
    credit_balance: int
    replayed: bool
