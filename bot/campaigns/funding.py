"""The money of a campaign 活动资金: what its account is given, and what goes back. Pure.

While a campaign runs, its account has been given exactly its budget of points: once, and again only
by how much the file raises or lowers it. Cash is real money, so it is given by people, up to the
budget. When the campaign is over its budget is nothing, and what is left goes back, also what
packets return later. So the account's balance is the hard stop for all that the campaign gives.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from bot.core.ids import EventKey, MemberId
from bot.core.money import Currency
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer

CashId = NewType("CashId", int)
"""Row id of money that was asked for; the number that people call it by."""


@dataclass(frozen=True, slots=True)
class Level:
    """A run of a campaign has these budgets at ``at``: 0 when it is over."""

    campaign: str
    points: int
    fen: int
    at: datetime

    def of(self, currency: Currency) -> int:
        """The budget in one of the two currencies."""
        return self.fen if currency is Currency.FEN else self.points


@dataclass(frozen=True, slots=True)
class CashWish:
    """``operator_id`` wants to give a campaign ``amount`` fen of real money.

    ``budget`` is the most that it may be given; above ``second_over`` somebody else confirms, and
    nobody does after ``expires_at``.
    """

    key: EventKey
    campaign: str
    operator_id: MemberId
    amount: int
    budget: int
    second_over: int
    at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CashConfirmation:
    """``operator_id`` says that the money of this number is there.

    ``budgets`` are those in fen of the campaigns that run.
    """

    key: EventKey
    number: int
    operator_id: MemberId
    budgets: tuple[tuple[str, int], ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class CashOrder:
    """Money that was asked for, confirmed or not."""

    cash_id: CashId
    key: EventKey
    campaign: str
    amount: int
    proposed_by: MemberId
    second_needed: bool
    expires_at: datetime
    confirmed_key: EventKey | None = None


@dataclass(frozen=True, slots=True)
class CashAsked:
    """It waits to be confirmed, by another operator when ``second_needed``."""

    order: CashOrder


@dataclass(frozen=True, slots=True)
class CashGiven:
    """It is in the campaign's account, which holds ``balance`` fen now."""

    order: CashOrder
    balance: int


@dataclass(frozen=True, slots=True)
class OverBudget:
    """Of the campaign's ``budget`` in fen only ``left`` may still be given."""

    budget: int
    left: int


@dataclass(frozen=True, slots=True)
class NoSuchCash:
    """Nothing with this number waits."""


@dataclass(frozen=True, slots=True)
class NeedsAnother:
    """Who asked for so much cannot confirm it: another operator can."""


@dataclass(frozen=True, slots=True)
class CashTooLate:
    """The time to confirm was over at ``expired_at``."""

    expired_at: datetime


@dataclass(frozen=True, slots=True)
class CampaignOver:
    """The campaign does not run now, so it is given nothing."""


WishAnswer = CashAsked | OverBudget
ConfirmAnswer = CashGiven | NoSuchCash | NeedsAnother | CashTooLate | OverBudget | CampaignOver


@dataclass(frozen=True, slots=True)
class Account:
    """What a campaign was given so far in one currency, in ``moves`` moves, and what it holds."""

    campaign: str
    currency: Currency
    given: int = 0
    moves: int = 0
    balance: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """The ``number``-th move of an account: ``amount`` comes in, or goes back when negative."""

    campaign: str
    currency: Currency
    number: int
    amount: int
    given: int
    budget: int
    at: datetime
    cash_id: CashId | None = None
    actor: str = "clock"

    def transfer(self) -> Transfer:
        """The move in the books."""
        account = AccountRef.campaign(self.campaign, self.currency)
        issuance = AccountRef.issuance(self.currency)
        comes = self.amount > 0
        return Transfer(
            key=f"campaign/{self.campaign}/{self.currency}/{self.number}",
            debit=issuance if comes else account,
            credit=account if comes else issuance,
            amount=abs(self.amount),
            reason=Reason.BUDGET if comes else Reason.BUDGET_RETURN,
            reference=f"campaign/{self.campaign}",
            actor=self.actor,
            at=self.at,
        )


def level(account: Account, budget: int, at: datetime) -> Move | None:
    """The move that brings what was given to ``budget``; None when nothing is to move.

    What was spent does not come back, and cash does not come by itself.
    """
    change = budget - account.given
    if change < 0:
        change = -min(-change, account.balance)
    elif account.currency is Currency.FEN:
        change = 0
    return _move(account, change, budget, at) if change else None


def give_cash(
    account: Account, order: CashOrder, *, operator_id: MemberId, budget: int, at: datetime
) -> Move | OverBudget:
    """The move that puts confirmed money into the account, up to its budget."""
    left = max(0, budget - account.given)
    if order.amount > left:
        return OverBudget(budget, left)
    return _move(
        account,
        order.amount,
        budget,
        at,
        cash_id=order.cash_id,
        actor=f"member/{operator_id}",
    )


def _move(
    account: Account,
    amount: int,
    budget: int,
    at: datetime,
    *,
    cash_id: CashId | None = None,
    actor: str = "clock",
) -> Move:
    return Move(
        campaign=account.campaign,
        currency=account.currency,
        number=account.moves + 1,
        amount=amount,
        given=account.given + amount,
        budget=budget,
        at=at,
        cash_id=cash_id,
        actor=actor,
    )
