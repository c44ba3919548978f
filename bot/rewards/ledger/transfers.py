"""What a transfer is: an amount that leaves one account and enters another, for a reason.

The reason decides between which kinds of account it may travel (``ROADS``), and whether it may
overdraw: only a claw-back may. So no caller holds a switch that weakens the books.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from json.encoder import encode_basestring_ascii
from typing import NamedTuple, Self

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
    """Where everything comes from and goes back to; its balance is minus what is in circulation."""

    MEMBER = "member"
    GROUP = "group"
    """A group's pool, which pays its owners' packets."""

    PACKET = "packet"
    """One red packet: what is in it and not claimed yet."""

    CAMPAIGN = "campaign"
    """The budget of a campaign 活动."""

    STOCK = "stock"
    """Units of one gift or coupon that nobody has yet."""

    HOLD = "hold"
    """What one hold 冻结 keeps until it is posted or voided."""

    SPENT = "spent"
    """What members have paid for something."""

    EXPIRED = "expired"
    """Points that were not used in time."""

    FORFEITED = "forfeited"
    """What was taken from somebody who broke the rules."""

    PAYOUT = "payout"
    """Cash on its way out, until the payer says what became of it."""

    PAID = "paid"
    """Cash that has left the house."""


HOUSE_KINDS = frozenset(
    {AccountKind.ISSUANCE, AccountKind.SPENT, AccountKind.EXPIRED, AccountKind.FORFEITED,
     AccountKind.PAID}
)  # fmt: skip
"""Kinds with one account a currency; its holder is empty."""


class AccountRef(NamedTuple):
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

    @classmethod
    def campaign(cls, campaign: str, currency: Currency = Currency.POINTS) -> Self:
        """The budget of a campaign."""
        return cls(currency, AccountKind.CAMPAIGN, campaign)

    @classmethod
    def stock(cls, item: str, currency: Currency = Currency.GIFT) -> Self:
        """The units of a gift or coupon, by its key in the configuration."""
        return cls(currency, AccountKind.STOCK, item)

    @classmethod
    def hold(cls, hold_id: int, currency: Currency = Currency.POINTS) -> Self:
        """What one hold keeps."""
        return cls(currency, AccountKind.HOLD, str(hold_id))

    @classmethod
    def payout(cls, number: str) -> Self:
        """Cash under way by the payout of this number."""
        return cls(Currency.FEN, AccountKind.PAYOUT, number)

    @classmethod
    def house(cls, kind: AccountKind, currency: Currency = Currency.POINTS) -> Self:
        """The one account of a kind in ``HOUSE_KINDS``."""
        return cls(currency, kind, "")

    @property
    def has_lots(self) -> bool:
        """Whether what is in it may expire: points of members."""
        return self.kind is AccountKind.MEMBER and self.currency is Currency.POINTS

    @property
    def name(self) -> str:
        """For sentences: ``member/5``, ``group/vip``, ``issuance``."""
        return f"{self.kind}/{self.holder}" if self.holder else str(self.kind)


class Reason(StrEnum):
    """Why something moves. Closed: a new reason comes with its road."""

    CHECKIN = "checkin"
    CHECKIN_MILESTONE = "checkin_milestone"
    MAKEUP_CARD = "makeup_card"
    EARNING = "earning"
    """By a rule of rewards.yaml."""

    THANKS = "thanks"
    TITLE = "title"
    PACKET_POOL = "packet_pool"
    PACKET_FUND = "packet_fund"
    PACKET_CLAIM = "packet_claim"
    PACKET_REFUND = "packet_refund"
    BUDGET = "budget"
    """A campaign gets what it may spend."""

    BUDGET_RETURN = "budget_return"
    CAMPAIGN_EXTRA = "campaign_extra"
    """What a campaign adds to an earning or a check-in."""

    CAMPAIGN_ARRIVAL = "campaign_arrival"
    """For being at a campaign's meeting."""

    LOTTERY_FEE = "lottery_fee"
    LOTTERY_PRIZE = "lottery_prize"
    LOTTERY_LAPSED = "lottery_lapsed"
    """A gift that was won and not claimed in time."""

    STOCKED = "stocked"
    UNSTOCKED = "unstocked"
    HOLD = "hold"
    HOLD_POSTED = "hold_posted"
    HOLD_VOIDED = "hold_voided"
    """Takes a hold back: what was held returns to where it came from."""

    REDEMPTION_RETURN = "redemption_return"
    EXPIRY = "expiry"
    FORFEIT = "forfeit"
    REFERRAL_INVITER = "referral_inviter"
    REFERRAL_FRIEND = "referral_friend"
    REFERRAL_CLAWBACK = "referral_clawback"
    """Takes a referral's reward back, even if it was spent: the one reason that may overdraw."""

    PAYOUT_RESERVED = "payout_reserved"
    PAYOUT_PAID = "payout_paid"
    PAYOUT_FAILED = "payout_failed"
    ADJUSTMENT = "adjustment"
    """A person's correction, and every reversal that no other reason is for."""


def _roads(
    givers: tuple[AccountKind, ...], takers: tuple[AccountKind, ...]
) -> frozenset[tuple[AccountKind, AccountKind]]:
    return frozenset((giver, taker) for giver in givers for taker in takers)


_OPEN_KINDS = (AccountKind.ISSUANCE, AccountKind.MEMBER, AccountKind.GROUP, AccountKind.CAMPAIGN)
_REWARD = _roads((AccountKind.ISSUANCE,), (AccountKind.MEMBER,))
_GIFT = _roads((AccountKind.CAMPAIGN,), (AccountKind.MEMBER,))
_SPENDING = _roads((AccountKind.MEMBER,), (AccountKind.SPENT,))

ROADS: dict[Reason, frozenset[tuple[AccountKind, AccountKind]]] = {
    Reason.CHECKIN: _REWARD,
    Reason.CHECKIN_MILESTONE: _REWARD,
    Reason.MAKEUP_CARD: _SPENDING,
    Reason.EARNING: _REWARD,
    Reason.THANKS: _REWARD,
    Reason.TITLE: _SPENDING,
    Reason.PACKET_POOL: _roads((AccountKind.ISSUANCE,), (AccountKind.GROUP,)),
    Reason.PACKET_FUND: _roads((AccountKind.GROUP, AccountKind.CAMPAIGN), (AccountKind.PACKET,)),
    Reason.PACKET_CLAIM: _roads((AccountKind.PACKET,), (AccountKind.MEMBER,)),
    Reason.PACKET_REFUND: _roads((AccountKind.PACKET,), (AccountKind.GROUP, AccountKind.CAMPAIGN)),
    Reason.BUDGET: _roads((AccountKind.ISSUANCE,), (AccountKind.CAMPAIGN,)),
    Reason.BUDGET_RETURN: _roads((AccountKind.CAMPAIGN,), (AccountKind.ISSUANCE,)),
    Reason.CAMPAIGN_EXTRA: _GIFT,
    Reason.CAMPAIGN_ARRIVAL: _GIFT,
    Reason.LOTTERY_FEE: _SPENDING,
    Reason.LOTTERY_PRIZE: _roads(
        (AccountKind.ISSUANCE, AccountKind.CAMPAIGN, AccountKind.STOCK), (AccountKind.MEMBER,)
    ),
    Reason.LOTTERY_LAPSED: _roads((AccountKind.MEMBER,), (AccountKind.STOCK,)),
    Reason.STOCKED: _roads((AccountKind.ISSUANCE,), (AccountKind.STOCK,)),
    Reason.UNSTOCKED: _roads((AccountKind.STOCK,), (AccountKind.ISSUANCE,)),
    Reason.HOLD: _roads((AccountKind.MEMBER, AccountKind.STOCK), (AccountKind.HOLD,)),
    Reason.HOLD_POSTED: _roads((AccountKind.HOLD,), (AccountKind.SPENT, AccountKind.MEMBER)),
    Reason.HOLD_VOIDED: _roads((AccountKind.HOLD,), (AccountKind.MEMBER, AccountKind.STOCK)),
    Reason.REDEMPTION_RETURN: _roads((AccountKind.SPENT,), (AccountKind.MEMBER, AccountKind.HOLD)),
    Reason.EXPIRY: _roads((AccountKind.MEMBER,), (AccountKind.EXPIRED,)),
    Reason.FORFEIT: _roads((AccountKind.MEMBER,), (AccountKind.FORFEITED,)),
    Reason.REFERRAL_INVITER: _REWARD,
    Reason.REFERRAL_FRIEND: _REWARD,
    Reason.REFERRAL_CLAWBACK: _roads((AccountKind.MEMBER,), (AccountKind.ISSUANCE,)),
    Reason.PAYOUT_RESERVED: _roads((AccountKind.MEMBER,), (AccountKind.PAYOUT,)),
    Reason.PAYOUT_PAID: _roads((AccountKind.PAYOUT,), (AccountKind.PAID,)),
    Reason.PAYOUT_FAILED: _roads((AccountKind.PAYOUT,), (AccountKind.MEMBER,)),
    Reason.ADJUSTMENT: _roads(_OPEN_KINDS, _OPEN_KINDS),
}
"""From which kind of account to which each reason may move. A packet's account, for example, is
reached by its own three reasons only, so what is in a packet always follows from its claims."""

TAKING_BACK = frozenset({Reason.REFERRAL_CLAWBACK, Reason.HOLD_VOIDED})
"""Reasons that are reversals always."""

REFERRAL_REWARDS = frozenset({Reason.REFERRAL_INVITER, Reason.REFERRAL_FRIEND})
"""What a claw-back may take back."""


@dataclass(slots=True)  # not frozen: each claim makes one, and freezing triples what that costs
class Transfer:
    """One movement, asked for.

    ``key`` makes it happen once: the same key with the same input gets the first answer, with
    another input KeyReused. ``debit`` gives, ``credit`` receives ``amount`` (1..10^12 of the
    currency's unit). ``reference`` names the cause, ``actor`` who did it, ``at`` when (a retry
    may come later: the instant is no part of the input). ``reverses`` is the key of the transfer
    that this one takes back whole; a claw-back always has one.

    ``expires_on`` is the last day on which points may be used that a member receives; None means
    that they do not expire. What is taken back returns to the lots it came from instead.

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
    expires_on: date | None = None

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
        if self.reason in TAKING_BACK and self.reverses is None:
            raise ValueError(f"{self.reason} names the transfer that it takes back in `reverses`")
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
    """SHA-256 (hex) of a JSON list of everything that a transfer asks for, but not of when.

    How long points last follows from when, so it is no part of it either.
    """
    quoted = encode_basestring_ascii  # what json.dumps does for each text, without its preparations
    line = (
        f"[{quoted(debit.currency)}, {quoted(debit.kind)}, {quoted(debit.holder)},"
        f" {quoted(credit.kind)}, {quoted(credit.holder)}, {amount}, {quoted(reason)},"
        f" {quoted(reference)}, {quoted(actor)},"
        f" {'null' if reverses is None else quoted(reverses)}]"
    )
    return hashlib.sha256(line.encode()).hexdigest()


class Posted(NamedTuple):
    """A transfer in the books: both balances right after it, in the currency's unit.

    ``replayed`` tells that the key had been posted before; the rest is then the first answer.
    """

    transfer_id: int
    key: str
    debit_balance: int
    credit_balance: int
    replayed: bool
