"""What operators do to a payout, decided: approve it, mark it as sent by hand, send it back.

Above the set amount it takes two: whoever approved a slip is not the one who sends it. Nobody ends
a payout that the payer may have in hand; such a one is asked to be cancelled, and ends when the
payer says so.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from bot.core.ids import MemberId
from bot.rewards.payout.payout import Payout, PayoutId, PayoutState
from bot.rewards.payout.progress import end
from bot.rewards.payout.requesting import first_state


class Mark(StrEnum):
    """What an operator says about a payout."""

    APPROVE = "approve"
    SENT = "sent"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class MarkRequest:
    """An operator's word about a payout."""

    payout_id: PayoutId
    mark: Mark
    operator_id: MemberId
    at: datetime


@dataclass(frozen=True, slots=True)
class Marked:
    """It was done, or had been done before."""

    payout: Payout


@dataclass(frozen=True, slots=True)
class Cancelling:
    """The payer is asked to cancel it; it ends when the payer says so."""

    payout: Payout


@dataclass(frozen=True, slots=True)
class NoSuchPayout:
    """There is no payout with this number."""


@dataclass(frozen=True, slots=True)
class OneselfNot:
    """Who approves or sends a payout is not who gets it."""


@dataclass(frozen=True, slots=True)
class OtherOperator:
    """This operator approved it: another one sends it."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """As it stands, this cannot be done to it."""

    state: PayoutState


MarkResult = Marked | Cancelling | NoSuchPayout | OneselfNot | OtherOperator | NotNow


def decide_mark(payout: Payout | None, request: MarkRequest) -> MarkResult:
    """Rule on one word; a changed payout stands in the answer."""
    if payout is None:
        return NoSuchPayout()
    match request.mark:
        case Mark.APPROVE:
            return _approve(payout, request)
        case Mark.SENT:
            return _sent(payout, request)
        case Mark.RETURN:
            return _return(payout, request)
    assert_never(request.mark)


def _approve(payout: Payout, request: MarkRequest) -> MarkResult:
    if payout.approved_by == request.operator_id:
        return Marked(payout)
    if payout.state is not PayoutState.HELD:
        return NotNow(payout.state)
    if payout.member_id == request.operator_id:
        return OneselfNot()
    return Marked(
        replace(
            payout,
            state=first_state(payout.means, held=False),
            approved_by=request.operator_id,
            due_at=request.at,
        )
    )


def _sent(payout: Payout, request: MarkRequest) -> MarkResult:
    if payout.state is PayoutState.PAID and payout.sent_by == request.operator_id:
        return Marked(payout)
    if payout.state is not PayoutState.LISTED:
        return NotNow(payout.state)
    if payout.member_id == request.operator_id:
        return OneselfNot()
    if payout.approved_by == request.operator_id:
        return OtherOperator()
    sent = replace(payout, sent_by=request.operator_id)
    return Marked(end(sent, PayoutState.PAID, "", request.at))


def _return(payout: Payout, request: MarkRequest) -> MarkResult:
    match payout.state:
        case PayoutState.FAILED:
            return Marked(payout)
        case PayoutState.HELD | PayoutState.LISTED | PayoutState.NEW:
            returned = replace(payout, sent_by=request.operator_id)
            return Marked(end(returned, PayoutState.FAILED, "returned", request.at))
        case PayoutState.ACCEPTED | PayoutState.CONFIRMING:
            return Cancelling(replace(payout, cancel_wanted=True, due_at=request.at))
        case PayoutState.UNKNOWN | PayoutState.PAID:
            return NotNow(payout.state)
    assert_never(payout.state)
