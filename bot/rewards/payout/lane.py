"""Payouts in the database: every change of a row, and the transfer that belongs to it, in one step.

A request writes its row and takes the amount from the member; an end moves the amount on. So in
every commit each fen of a payout is in one account, and the row says in which.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, assert_never

from bot.core.errors import KeyReused, LedgerError
from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.core.payouts import Answer, Bill, BillNo, NotFound, Refused, Silent, Stopped
from bot.rewards.ledger.lane import load_accounts, post_all
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.payout.marking import (
    Cancelling,
    Marked,
    MarkRequest,
    MarkResult,
    decide_mark,
)
from bot.rewards.payout.payout import Payout, PayoutState, ending, reservation
from bot.rewards.payout.progress import PAUSES, Source, Step, begin, learn, next_step
from bot.rewards.payout.requesting import (
    DayTotal,
    PayoutRequest,
    Requested,
    Ruling,
    Till,
    Unpaid,
    decide_requests,
)
from bot.rewards.payout.rows import (
    PAYOUT,
    change,
    insert,
    load_by_bill_no,
    load_by_id,
    load_by_key,
    note_steps,
    payout_of,
)
from bot.store.connection import Connection
from bot.store.fields import from_micros, to_micros
from bot.store.sql import over

MOST_AT_ONCE: Final = 32
"""Payouts that one look takes in hand; the platform takes a hundred requests a second."""

_LAST_ID = "SELECT coalesce(max(id), 0) FROM payout"

_OF_MEMBERS = over(
    "member_id int, on_date text",
    """
SELECT payout.member_id, payout.on_date, CAST(sum(payout.amount) AS INTEGER) AS fen,
    count(*) AS times
FROM rows
CROSS JOIN payout ON payout.member_id = rows.member_id AND payout.on_date = rows.on_date
WHERE payout.state <> 'failed'
GROUP BY payout.member_id, payout.on_date
""",
)

_OF_DAYS = over(
    "on_date text",
    """
SELECT payout.on_date, CAST(sum(payout.amount) AS INTEGER) AS fen, count(*) AS times
FROM rows CROSS JOIN payout ON payout.on_date = rows.on_date
WHERE payout.state <> 'failed'
GROUP BY payout.on_date
""",
)

_DUE = f"""
{PAYOUT} FROM payout
WHERE due_at <= ? AND means = 'wechat' AND state <> 'held' ORDER BY due_at, id LIMIT {MOST_AT_ONCE}
"""

_DUE_QUESTIONS = f"""
{PAYOUT} FROM payout
WHERE due_at <= ? AND means = 'wechat' AND state NOT IN ('held', 'new')
ORDER BY due_at, id LIMIT {MOST_AT_ONCE}
"""

_PAUSED_UNTIL = "SELECT max(until) FROM payout_pause WHERE until > ?"
_SHORT_UNTIL = "SELECT until FROM payout_pause WHERE stop = 'not_enough'"

_PAUSE = """
INSERT INTO payout_pause (stop, code, began_at, until) VALUES (?, ?, ?, ?)
ON CONFLICT (stop) DO UPDATE SET code = excluded.code, until = excluded.until,
    began_at = CASE WHEN payout_pause.until < excluded.began_at THEN excluded.began_at
        ELSE payout_pause.began_at END
"""


@dataclass(frozen=True, slots=True)
class Look:
    """A look for what is due. ``may_send`` is False while payouts are switched off."""

    now: datetime
    may_send: bool


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to be done about a payout, which is written as begun."""

    payout: Payout
    step: Step


@dataclass(frozen=True, slots=True)
class Report:
    """An answer about a number. ``asked_at`` is when the question left, ``at`` when it came."""

    bill_no: BillNo
    answer: Answer
    source: Source
    asked_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """What an answer did.

    ``payout`` is None for a number that is not ours; ``doubt`` says what in the answer cannot be
    true, and then nothing was changed.
    """

    payout: Payout | None
    doubt: str = ""


RequestVerdict = Requested | Unpaid | KeyReused | LedgerError


def apply_requests(
    connection: Connection, requests: Sequence[PayoutRequest]
) -> list[RequestVerdict]:
    """Write what may be paid out, and take it from its members; one verdict for each."""
    rulings = decide_requests(_load_till(connection, requests), requests)
    known = load_by_key(connection, [request.key for request in requests])
    new = _distinct(
        ruling for ruling in rulings if isinstance(ruling, Payout) and ruling.key not in known
    )
    insert(connection, new)
    post_all(connection, [(reservation(payout),) for payout in new])
    note_steps(connection, [(payout, payout.made_at, "member", "asked") for payout in new])
    balances = _load_balances(connection, [request.member_id for request in requests])
    return [_requested(ruling, balances) for ruling in rulings]


def apply_looks(connection: Connection, looks: Sequence[Look]) -> list[tuple[Errand, ...]]:
    """Take what is due in hand: it is written as begun before anybody is asked for anything."""
    return [_take(connection, look) for look in looks]


def apply_reports(connection: Connection, reports: Sequence[Report]) -> list[Reported]:
    """Learn from answers, in order; an end moves its amount in the same step."""
    return [_hear(connection, report) for report in reports]


def apply_marks(connection: Connection, requests: Sequence[MarkRequest]) -> list[MarkResult]:
    """Do what operators say, in order."""
    return [_mark(connection, request) for request in requests]


def _load_till(connection: Connection, requests: Sequence[PayoutRequest]) -> Till:
    days = {request.on_date.isoformat() for request in requests}
    members = {(request.member_id, request.on_date.isoformat()) for request in requests}
    short = connection.execute(_SHORT_UNTIL).fetchone()
    return Till(
        payouts=load_by_key(connection, [request.key for request in requests]),
        balances=_load_balances(connection, [request.member_id for request in requests]),
        of_members={
            (MemberId(row["member_id"]), date.fromisoformat(row["on_date"])): DayTotal(
                row["fen"], row["times"]
            )
            for row in connection.read(_OF_MEMBERS, sorted(members))
        },
        of_days={
            date.fromisoformat(row["on_date"]): DayTotal(row["fen"], row["times"])
            for row in connection.read(_OF_DAYS, [(day,) for day in sorted(days)])
        },
        last_payout_id=connection.execute(_LAST_ID).fetchone()[0],
        paused_until=None if short is None else from_micros(short[0]),
    )


def _load_balances(connection: Connection, members: Iterable[MemberId]) -> dict[MemberId, int]:
    refs = {AccountRef.member(member, Currency.FEN): member for member in members}
    accounts = load_accounts(connection, refs)
    return {refs[ref]: account.balance for ref, account in accounts.items()}


def _requested(ruling: Ruling, balances: dict[MemberId, int]) -> RequestVerdict:
    if not isinstance(ruling, Payout):
        return ruling
    return Requested(
        payout_id=ruling.payout_id,
        amount=ruling.amount,
        balance=balances.get(ruling.member_id, 0),
        means=ruling.means,
        held=ruling.state is PayoutState.HELD,
    )


def _take(connection: Connection, look: Look) -> tuple[Errand, ...]:
    now = to_micros(look.now)
    paused = connection.execute(_PAUSED_UNTIL, (now,)).fetchone()[0] is not None
    may_send = look.may_send and not paused
    due = connection.execute(_DUE if may_send else _DUE_QUESTIONS, (now,)).fetchall()
    errands = []
    for payout in map(payout_of, due):
        step = next_step(payout, may_send=may_send)
        if step is None:
            continue
        change(connection, begin(payout, step, look.now))
        errands.append(Errand(load_by_id(connection, [payout.payout_id])[payout.payout_id], step))
    return tuple(errands)


def _hear(connection: Connection, report: Report) -> Reported:
    payout = load_by_bill_no(connection, [report.bill_no]).get(report.bill_no)
    if payout is None:
        return Reported(None)
    learned = learn(payout, report.answer, report.source, asked_at=report.asked_at, now=report.at)
    if isinstance(report.answer, Stopped) and report.source is Source.SEND:
        _pause(connection, report.answer, report.at)
    after = learned.payout
    if learned.doubt or _is_news(payout, after, report.source):
        note_steps(connection, [(after, report.at, report.source, _words(report.answer))])
    if after != payout:
        change(connection, after)
        if after.state.is_final:
            post_all(connection, [(ending(after),)])
    return Reported(after, learned.doubt)


def _is_news(before: Payout, after: Payout, source: Source) -> bool:
    """Whether an answer taught something; most questions are answered with what is known."""
    if source is not Source.ASK:
        return after != before
    return (after.state, after.refusal) != (before.state, before.refusal)


def _mark(connection: Connection, request: MarkRequest) -> MarkResult:
    payout = load_by_id(connection, [request.payout_id]).get(request.payout_id)
    result = decide_mark(payout, request)
    if isinstance(result, Marked | Cancelling) and result.payout != payout:
        after = result.payout
        change(connection, after)
        if after.state.is_final:
            post_all(connection, [(ending(after),)])
        said = f"{request.mark} by member {request.operator_id}"
        note_steps(connection, [(after, request.at, "operator", said)])
    return result


def _pause(connection: Connection, stopped: Stopped, now: datetime) -> None:
    until = now + PAUSES[stopped.stop]
    connection.execute(_PAUSE, (stopped.stop, stopped.code, to_micros(now), to_micros(until)))


def _words(answer: Answer) -> str:
    """An answer for the record, without what opens a page and without openids."""
    match answer:
        case Bill():
            reason = f" {answer.reason}" if answer.reason else ""
            return f"{answer.state} {answer.reference}{reason}".strip()
        case NotFound():
            return "not found"
        case Silent():
            return f"silent: {answer.reason}"
        case Refused():
            return f"refused: {answer.code}"
        case Stopped():
            return f"stopped: {answer.code}"
    assert_never(answer)


def _distinct(payouts: Iterable[Payout]) -> list[Payout]:
    """Each payout once: an event may stand twice in a batch."""
    return list({payout.payout_id: payout for payout in payouts}.values())
