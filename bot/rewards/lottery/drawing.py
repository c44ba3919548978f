"""Draws, decided: pure, the same for every database.

Requests are taken in the order of arrival and each sees what those before it took, so two draws at
once never win the same last prize, and a member's draws are numbered without gaps. An event that
has drawn gets the same answer for ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, LotteryId, MemberId
from bot.core.money import Currency
from bot.rewards.ledger.transfers import AccountKind, AccountRef, Reason, Transfer
from bot.rewards.lottery.draw import Fall, Tally, Ticket, fall
from bot.rewards.lottery.gates import Record, refuse
from bot.rewards.lottery.rounds import (
    Draw,
    DrawRequest,
    Refused,
    RefusedBecause,
    Round,
    Win,
    WinState,
)
from bot.settings.schema.rewards.lottery import Prize, PrizeKind

CURRENCIES: Mapping[PrizeKind, Currency] = {
    PrizeKind.POINTS: Currency.POINTS,
    PrizeKind.FEN: Currency.FEN,
    PrizeKind.COUPON: Currency.COUPON,
    PrizeKind.GIFT: Currency.GIFT,
}
"""What is booked for a prize. A blank is nothing."""


@dataclass(slots=True)
class Known:
    """Everything that bears on a batch of requests, and changes while it is decided.

    ``made`` are the draws (with their wins) and ``missed`` the wrong answers by the requests' keys;
    ``last`` each member's last draw of a round; ``wrong`` counts wrong answers of a day; ``won_at``
    is a member's last win of more than points in any lottery.
    """

    rounds: dict[LotteryId, Round]
    tallies: dict[LotteryId, Tally]
    last: dict[tuple[LotteryId, MemberId], Draw]
    balances: dict[MemberId, int]
    last_win_id: int
    made: dict[EventKey, "Made"] = field(default_factory=dict)
    missed: dict[EventKey, "WrongAnswer"] = field(default_factory=dict)
    wrong: dict[tuple[LotteryId, MemberId, date], int] = field(default_factory=dict)
    won_at: dict[MemberId, datetime] = field(default_factory=dict)
    checked_in: frozenset[tuple[MemberId, date]] = frozenset()


@dataclass(frozen=True, slots=True)
class Made:
    """A draw with what it won. ``balance`` is what the member has after it."""

    draw: Draw
    win: Win | None
    balance: int


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """An answer to a quiz that was wrong."""

    lottery_id: LotteryId
    member_id: MemberId
    key: EventKey
    on_date: date


Ruling = Made | Refused | KeyReused


@dataclass(slots=True)
class Decision:
    """One ruling for each request, in order, and what is to be written."""

    rulings: list[Ruling] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    wrong_answers: list[WrongAnswer] = field(default_factory=list)


def decide_draws(known: Known, requests: Sequence[DrawRequest]) -> Decision:
    """Rule on ``requests`` in order. Changes ``known``, which is the caller's no more."""
    decision = Decision()
    for request in requests:
        decision.rulings.append(_rule(known, request, decision))
    return decision


def _rule(known: Known, request: DrawRequest, decision: Decision) -> Ruling:
    replayed = known.made.get(request.key)
    missed = known.missed.get(request.key)
    seen = replayed.draw.ticket.member_id if replayed else missed and missed.member_id
    if seen not in (None, request.member_id):
        return KeyReused("another member drew with this event", key=request.key)
    if replayed is not None:
        return replace(replayed, balance=known.balances.get(request.member_id, 0))
    if missed is not None:
        return Refused(RefusedBecause.WRONG_ANSWER, data=(("left", _tries_left(known, request)),))
    found = known.rounds.get(request.lottery_id)
    if found is None:
        return Refused(RefusedBecause.NO_SUCH_LOTTERY)
    tally = known.tallies[found.lottery_id]
    refusal = refuse(request, found, _record(known, request), tally)
    if refusal is None:
        return _make(known, request, found, decision)
    if refusal.because is RefusedBecause.WRONG_ANSWER:
        wrong = WrongAnswer(found.lottery_id, request.member_id, request.key, request.on_date)
        known.missed[request.key] = wrong
        decision.wrong_answers.append(wrong)
        whose = (found.lottery_id, request.member_id, request.on_date)
        known.wrong[whose] = known.wrong.get(whose, 0) + 1
    return refusal


def _tries_left(known: Known, request: DrawRequest) -> int:
    whose = (request.lottery_id, request.member_id, request.on_date)
    return max(0, request.quiz_tries - known.wrong.get(whose, 0))


def _record(known: Known, request: DrawRequest) -> Record:
    """What the member has done. A day that another draw of his has left counts as over."""
    last = known.last.get((request.lottery_id, request.member_id))
    return Record(
        draws=last.ticket.number if last else 0,
        draws_today=last.day_number if last and last.on_date >= request.on_date else 0,
        wrong_answers=known.wrong.get((request.lottery_id, request.member_id, request.on_date), 0),
        balance=known.balances.get(request.member_id, 0),
        won_at=known.won_at.get(request.member_id),
        has_checked_in=(request.member_id, request.on_date) in known.checked_in,
    )


def _make(known: Known, request: DrawRequest, found: Round, decision: Decision) -> Made:
    terms, tally = found.terms, known.tallies[found.lottery_id]
    record = _record(known, request)
    ticket = Ticket(found.draws, request.member_id, record.draws + 1)
    result: Fall | None = None
    if not terms.mode.is_drawn_among_entrants:
        result = fall(
            terms, tally, seed=found.seed, campaign=found.campaign, member_id=request.member_id,
            number=ticket.number, at=request.at, on_date=request.on_date,
        )  # fmt: skip
        tally.count(terms, result.prize, request.member_id, request.at, request.on_date)
    draw = Draw(
        lottery_id=found.lottery_id,
        ticket=ticket,
        day_number=record.draws_today + 1,
        misses=tally.misses[request.member_id],
        key=request.key,
        at=request.at,
        on_date=request.on_date,
        version=found.version,
        fee=terms.fee_points,
        roll=result.roll if result else None,
        total=result.total if result else None,
    )
    win = _win(known, request, found, draw, result)
    balance = record.balance - draw.fee
    if win is not None and win.prize.kind is PrizeKind.POINTS:
        balance += win.prize.amount
    made = Made(draw, win, balance)
    _remember(known, found, made)
    decision.made.append(made)
    return made


def _win(
    known: Known, request: DrawRequest, found: Round, draw: Draw, result: Fall | None
) -> Win | None:
    if result is None or result.prize is None:
        return None
    known.last_win_id += 1
    return new_win(
        known.last_win_id, found, draw.ticket, result.prize, at=request.at,
        on_date=request.on_date,
    )  # fmt: skip


def _remember(known: Known, found: Round, made: Made) -> None:
    member_id = made.draw.ticket.member_id
    known.made[made.draw.key] = made
    known.last[found.lottery_id, member_id] = made.draw
    known.rounds[found.lottery_id] = replace(found, draws=found.draws + 1)
    known.balances[member_id] = made.balance
    if made.win is not None and made.win.prize.kind is not PrizeKind.POINTS:
        known.won_at[member_id] = made.draw.at


def new_win(
    win_id: int, found: Round, ticket: Ticket, prize: Prize, *, at: datetime, on_date: date,
    follows: int | None = None,
) -> Win:  # fmt: skip
    """A win that begins at ``at``: a gift is to be claimed, all else is the member's at once."""
    is_gift = prize.kind is PrizeKind.GIFT
    return Win(
        win_id=win_id,
        lottery_id=found.lottery_id,
        ticket=ticket,
        prize=prize,
        at=at,
        on_date=on_date,
        claim_until=at + timedelta(days=found.terms.claim_days) if is_gift else None,
        state=WinState.OPEN if is_gift else WinState.PAID,
        follows=follows,
    )


def fee_of(draw: Draw, reference: str) -> tuple[Transfer, ...]:
    """What a draw costs its member."""
    if not draw.fee:
        return ()
    member_id = draw.ticket.member_id
    return (
        Transfer(
            key=f"{reference}/{draw.ticket.position}/fee",
            debit=AccountRef.member(member_id),
            credit=AccountRef.house(AccountKind.SPENT),
            amount=draw.fee,
            reason=Reason.LOTTERY_FEE,
            reference=reference,
            actor=f"member/{member_id}",
            at=draw.at,
        ),
    )


def source_of(prize: Prize, reference: str) -> AccountRef:
    """What pays a prize: points are issued, money comes from a budget, pieces from stock."""
    currency = CURRENCIES[prize.kind]
    match currency:
        case Currency.POINTS:
            return AccountRef.issuance(currency)
        case Currency.FEN:
            return AccountRef.campaign(f"{reference}/{prize.key}", currency)
        case Currency.COUPON | Currency.GIFT:
            return AccountRef.stock(f"{reference}/{prize.key}", currency)


def prize_of(win: Win, reference: str, *, expires_on: date | None) -> Transfer:
    """What a win gives its member; points may be used until ``expires_on``."""
    return Transfer(
        key=f"{reference}/{win.ticket.position}/prize",
        debit=source_of(win.prize, reference),
        credit=AccountRef.member(win.ticket.member_id, CURRENCIES[win.prize.kind]),
        amount=win.prize.amount,
        reason=Reason.LOTTERY_PRIZE,
        reference=reference,
        actor="lottery",
        at=win.at,
        expires_on=expires_on if win.prize.kind is PrizeKind.POINTS else None,
    )
