"""What becomes of a payout when something is done or heard: pure, and the only place that decides.

The rules, in the order in which they protect money:

- What is final never changes; whoever says otherwise is reported, not believed.
- Before an order leaves, the payout is UNKNOWN: a crash on the way leaves the truth in the row.
- What was sent once is asked for before it is sent again, with the same number and text.
- A refusal ends nothing by itself, because an earlier send of the number may have been taken. Only
  when the payer, asked after a settled wait, does not know the number, the money comes back.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from bot.core.payouts import Answer, Bill, BillState, NotFound, Refused, Silent, Stop, Stopped
from bot.platforms.pay import QUERY_DAYS
from bot.rewards.payout.payout import Means, Payout, PayoutState

LEASE: Final = timedelta(seconds=30)
"""Whoever takes a payout in hand has so long before another looks at it."""

SETTLE: Final = timedelta(seconds=60)
"""So long after a send "not found" may still change; several times a request's time-out."""

FIRST_ASK: Final = timedelta(seconds=5)
MOST_PATIENCE: Final = timedelta(minutes=30)
"""The pause before the next question doubles from the one to the other."""

MOST_ATTEMPTS: Final = 8
"""So many sends; then only questions."""

GIVE_UP: Final = timedelta(days=1)
"""A number that is not found so long after its last send was never taken."""

PAUSES: Final = {
    Stop.TOO_OFTEN: timedelta(minutes=1),
    Stop.NOT_ENOUGH: timedelta(minutes=30),
    Stop.SETTINGS: timedelta(minutes=10),
}
"""How long nothing is sent at all."""


class Source(StrEnum):
    """Where an answer comes from."""

    SEND = "send"
    ASK = "ask"
    CANCEL = "cancel"
    NOTICE = "notice"


class Step(StrEnum):
    """What is to be done about a payout that is due."""

    SEND = "send"
    ASK = "ask"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Learned:
    """What a payout is after an answer. ``doubt`` says what in the answer cannot be true."""

    payout: Payout
    doubt: str = ""


def next_step(payout: Payout, *, may_send: bool) -> Step | None:
    """What to do about a payout that is due; None when it has to wait for leave to send."""
    match payout.state:
        case PayoutState.NEW:
            return Step.SEND if may_send else None
        case PayoutState.ACCEPTED | PayoutState.CONFIRMING if payout.cancel_wanted:
            return Step.CANCEL
        case PayoutState.CONFIRMING if not payout.package and payout.attempts < MOST_ATTEMPTS:
            return Step.SEND if may_send else Step.ASK  # its answer has the package
        case PayoutState.UNKNOWN | PayoutState.ACCEPTED | PayoutState.CONFIRMING:
            return Step.ASK
    return None


def begin(payout: Payout, step: Step, now: datetime) -> Payout:
    """The payout while ``step`` is under way; to be written before it is taken."""
    leased = replace(payout, due_at=now + LEASE)
    match step:
        case Step.SEND:
            unsure = payout.state is PayoutState.NEW
            return replace(
                leased,
                state=PayoutState.UNKNOWN if unsure else payout.state,
                attempts=payout.attempts + 1,
                sent_at=now,
                refusal="",
            )
        case Step.ASK:
            return replace(leased, asks=payout.asks + 1)
        case Step.CANCEL:
            return replace(leased, cancel_wanted=False)
    assert_never(step)


def is_in_time(payout: Payout, now: datetime) -> bool:
    """Whether what was begun may still go: whoever slept over its lease leaves it to the next.

    So an order never arrives after the wait in which others take its absence for final.
    """
    return payout.due_at is not None and now < payout.due_at


def learn(
    payout: Payout, answer: Answer, source: Source, *, asked_at: datetime, now: datetime
) -> Learned:
    """The payout after ``answer`` to a question that left at ``asked_at``."""
    match answer:
        case Bill():
            return _told(payout, answer, now)
        case _ if payout.state.is_final:
            return Learned(payout)
        case NotFound():
            return Learned(_not_found(payout, asked_at, now))
        case Refused():
            if source is Source.SEND and payout.state is PayoutState.UNKNOWN:
                settled = asked_at + SETTLE
                return Learned(replace(payout, refusal=answer.code, due_at=settled))
            return Learned(_patient(payout, now))
        case Stopped():
            return Learned(replace(payout, due_at=now + PAUSES[answer.stop]))
        case Silent():
            return Learned(_patient(payout, now))
    assert_never(answer)


def needs_help(payout: Payout, now: datetime) -> bool:
    """Whether a person has to look: the payer does not come to an end with it."""
    if payout.means is not Means.WECHAT or payout.state.is_final or payout.attempts == 0:
        return False
    waits = payout.state is PayoutState.CONFIRMING
    age = now - (payout.confirm_from or payout.made_at)
    return age > (timedelta(days=2) if waits else timedelta(hours=6))


def end(payout: Payout, state: PayoutState, reason: str, now: datetime) -> Payout:
    """The payout at its end: nothing of it is due any more."""
    assert state.is_final, f"{state} is no end"
    return replace(
        payout,
        state=state,
        reason=reason,
        due_at=None,
        package="",
        cancel_wanted=False,
        ended_at=now,
    )


def _told(payout: Payout, bill: Bill, now: datetime) -> Learned:
    """What the payer says about the bill itself."""
    if bill.amount not in (None, payout.amount):
        return Learned(payout, f"the bill is of {bill.amount} fen instead of {payout.amount}")
    if bill.payee not in (None, payout.payee):
        return Learned(payout, "the bill has another payee")
    if payout.state.is_final:
        said = _STATES[bill.state]
        unlike = said is not payout.state
        return Learned(payout, f"it is {payout.state} and now {bill.state}" if unlike else "")
    state = _STATES[bill.state]
    known = replace(
        payout,
        reference=bill.reference or payout.reference,
        refusal="",
        attempts=max(1, payout.attempts),  # none of ours: a backup was restored since
        sent_at=payout.sent_at or now,
    )
    if state.is_final:
        reason = "" if state is PayoutState.PAID else bill.reason or str(bill.state)
        return Learned(end(known, state, reason, now))
    if state is not payout.state:
        known = replace(known, asks=0)
    if state is PayoutState.CONFIRMING:
        known = replace(
            known,
            package=bill.package or payout.package,
            confirm_from=payout.confirm_from or now,
        )
    return Learned(_patient(replace(known, state=state), now))


def _not_found(payout: Payout, asked_at: datetime, now: datetime) -> Payout:
    """The payer did not know the number when it was asked."""
    if payout.state is not PayoutState.UNKNOWN or payout.sent_at is None:
        return _patient(payout, now)
    since = asked_at - payout.sent_at
    if since < SETTLE:
        return replace(payout, due_at=payout.sent_at + SETTLE)
    if payout.refusal:
        return end(payout, PayoutState.FAILED, payout.refusal, now)
    if payout.attempts < MOST_ATTEMPTS:
        return replace(payout, state=PayoutState.NEW, asks=0, due_at=now)
    if since >= GIVE_UP:
        return end(payout, PayoutState.FAILED, "never taken", now)
    return _patient(payout, now)


def _patient(payout: Payout, now: datetime) -> Payout:
    """The same, to be asked for again later; nobody answers for what is too old."""
    if now - payout.made_at > timedelta(days=QUERY_DAYS):
        return replace(payout, due_at=None)
    pause = min(MOST_PATIENCE, FIRST_ASK * 2 ** min(payout.asks, 10))
    return replace(payout, due_at=now + pause)


_STATES: Final = {
    BillState.ACCEPTED: PayoutState.ACCEPTED,
    BillState.PROCESSING: PayoutState.ACCEPTED,
    BillState.WAIT_USER_CONFIRM: PayoutState.CONFIRMING,
    BillState.TRANSFERING: PayoutState.ACCEPTED,
    BillState.CANCELING: PayoutState.ACCEPTED,
    BillState.SUCCESS: PayoutState.PAID,
    BillState.FAIL: PayoutState.FAILED,
    BillState.CANCELLED: PayoutState.FAILED,
}
