"""What a payout is: an amount of a member's cash on its way out, under a number that never changes.

The amount leaves the member's account before anybody is asked to pay it, and either leaves the
house or comes back, once. Until the payer has told which of the two, nobody guesses.
"""

import random
import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.core.money import Currency
from bot.core.payouts import BillNo
from bot.rewards.ledger.transfers import AccountKind, AccountRef, Reason, Transfer

PayoutId = NewType("PayoutId", int)
"""Row id of a payout: the number that members and operators see."""

OURS: Final = re.compile(r"YT[0-9]{6}[0-9A-F]{24}")
"""How our numbers look, so that the account's statement tells them from a neighbour's."""


class Means(StrEnum):
    """Who moves the money."""

    WECHAT = "wechat"
    SLIP = "slip"
    """An operator, by hand, from the list 红包单."""


class PayoutState(StrEnum):
    """Where a payout stands."""

    HELD = "held"
    """Waits for an operator's approval."""

    LISTED = "listed"
    """On the operators' list, to be sent by hand."""

    NEW = "new"
    """The payer does not know it: it may be sent."""

    UNKNOWN = "unknown"
    """It was sent, or was about to be; nobody knows what came of it."""

    ACCEPTED = "accepted"
    """The payer has it and is not done."""

    CONFIRMING = "confirming"
    """The payee has to confirm it."""

    PAID = "paid"
    FAILED = "failed"
    """It came to nothing; the amount is the member's again."""

    @property
    def is_final(self) -> bool:
        """Whether it never changes again."""
        return self in (PayoutState.PAID, PayoutState.FAILED)


@dataclass(frozen=True, slots=True)
class Payout:
    """One payout. ``amount`` is fen; instants are UTC.

    Fixed for ever: everything down to ``made_at``; ``request`` is the order in the words in which
    it is sent, however often. ``attempts`` counts the sends, the last one at ``sent_at``; ``asks``
    the questions since something was learned. ``due_at`` is when somebody has to look again.
    ``refusal`` is the code by which the last send was turned down. ``reason`` tells why it failed.
    ``version`` grows with every change, and only whoever knows it may make the next.
    """

    payout_id: PayoutId
    key: EventKey
    member_id: MemberId
    group_key: GroupKey
    means: Means
    bill_no: BillNo
    payee: str
    amount: int
    request: str
    on_date: date
    made_at: datetime
    state: PayoutState
    due_at: datetime | None
    attempts: int = 0
    asks: int = 0
    sent_at: datetime | None = None
    reference: str = ""
    package: str = ""
    refusal: str = ""
    reason: str = ""
    confirm_from: datetime | None = None
    cancel_wanted: bool = False
    approved_by: MemberId | None = None
    sent_by: MemberId | None = None
    ended_at: datetime | None = None
    version: int = 0

    @property
    def cause(self) -> str:
        """How transfers name this payout."""
        return f"payout/{self.payout_id}"


def draw_bill_no(rng: random.Random, on_date: date) -> BillNo:
    """A number of 32 letters and digits that no other database has either."""
    return BillNo(f"YT{on_date:%y%m%d}{rng.getrandbits(96):024X}")


def reservation(payout: Payout) -> Transfer:
    """The amount leaves the member's account, before anything else happens."""
    return Transfer(
        key=f"{payout.cause}/reserved",
        debit=AccountRef.member(payout.member_id, Currency.FEN),
        credit=AccountRef.payout(str(payout.payout_id)),
        amount=payout.amount,
        reason=Reason.PAYOUT_RESERVED,
        reference=payout.cause,
        actor=f"member/{payout.member_id}",
        at=payout.made_at,
    )


def ending(payout: Payout) -> Transfer:
    """What the end of a payout moves: out of the house, or back to the member."""
    assert payout.ended_at is not None, "only what has ended moves its amount"
    paid = payout.state is PayoutState.PAID
    actor = "payer" if payout.sent_by is None else f"member/{payout.sent_by}"
    back = AccountRef.member(payout.member_id, Currency.FEN)
    return Transfer(
        key=f"{payout.cause}/{payout.state}",
        debit=AccountRef.payout(str(payout.payout_id)),
        credit=AccountRef.house(AccountKind.PAID, Currency.FEN) if paid else back,
        amount=payout.amount,
        reason=Reason.PAYOUT_PAID if paid else Reason.PAYOUT_FAILED,
        reference=payout.cause,
        actor=actor,
        at=payout.ended_at,
        reverses=None if paid else f"{payout.cause}/reserved",
    )


def in_yuan(fen: int) -> str:
    """An amount as people write it: 888 is 8.88."""
    yuan, rest = divmod(fen, 100)
    return f"{yuan}.{rest:02d}"
