"""Who may draw: the gates before a draw, always in the same order.

Blocked, eligible, within the caps and able to win and to pay, the draw earned (a check-in, a right
answer); then the draw. No gate knows a prize that somebody shall have, so no list of winners can be
made here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rewards.lottery.draw import Tally, slice_of, winnable_prizes
from bot.rewards.lottery.rounds import (
    DrawRequest,
    QuizAnswer,
    Refused,
    RefusedBecause,
    Round,
    RoundState,
)
from bot.rewards.lottery.terms import Terms
from bot.settings.schema.rewards.lottery import LotteryMode, Prize


@dataclass(frozen=True, slots=True)
class Record:
    """What a member has done in a round, and lately.

    ``wrong_answers`` are today's; ``won_at`` is his last win of more than points, in any lottery;
    ``has_checked_in`` tells of the request's day.
    """

    draws: int = 0
    draws_today: int = 0
    wrong_answers: int = 0
    balance: int = 0
    won_at: datetime | None = None
    has_checked_in: bool = False


def refuse(request: DrawRequest, found: Round, record: Record, tally: Tally) -> Refused | None:
    """The first gate that does not let the member through; None when all do."""
    refusals = (
        _blocked(request),
        _eligible(request, found, record),
        _within_caps(request, found, record),
        _can_win(request, found.terms, tally),
        _can_pay(found.terms, record),
        _earned(request, found, record),
    )
    return next((refusal for gate in refusals for refusal in gate), None)


def _blocked(request: DrawRequest) -> Iterator[Refused]:
    if request.is_blocked:
        yield Refused(RefusedBecause.BLOCKED)


def _eligible(request: DrawRequest, found: Round, record: Record) -> Iterator[Refused]:
    terms = found.terms
    if found.state is RoundState.ENDED or request.at >= terms.ends_at:
        yield Refused(RefusedBecause.OVER)
    if request.at < terms.starts_at:
        yield Refused(RefusedBecause.NOT_STARTED, until=terms.starts_at)
    if not request.in_groups & set(terms.groups):
        yield Refused(RefusedBecause.NOT_IN_GROUP)
    if request.is_staff:
        yield Refused(RefusedBecause.STAFF)
    rested_at = record.won_at and record.won_at + timedelta(days=terms.winner_rest_days)
    if rested_at is not None and request.at < rested_at:
        days = (("days", terms.winner_rest_days),)
        yield Refused(RefusedBecause.RESTING, until=rested_at, data=days)


def _within_caps(request: DrawRequest, found: Round, record: Record) -> Iterator[Refused]:
    terms = found.terms
    if terms.mode is LotteryMode.FULL and found.draws >= terms.entrants:
        yield Refused(RefusedBecause.FULL, data=(("entrants", terms.entrants),))
    if terms.draws and record.draws >= terms.draws:
        yield Refused(RefusedBecause.NO_DRAWS, data=(("draws", record.draws),))
    if terms.draws_a_day and record.draws_today >= terms.draws_a_day:
        until = _before(request.day_ends_at, terms.ends_at)
        yield Refused(
            RefusedBecause.NO_DRAWS_TODAY, until=until, data=(("draws", terms.draws_a_day),)
        )


def _can_win(request: DrawRequest, terms: Terms, tally: Tally) -> Iterator[Refused]:
    """Nobody draws, and pays, where nothing is left for him."""
    if terms.mode.is_drawn_among_entrants or winnable_prizes(
        terms, tally, member_id=request.member_id, at=request.at, on_date=request.on_date
    ):
        return
    later = [
        instant
        for prize in terms.real_prizes
        if tally.won[prize.key] < prize.stock
        and not 0 < prize.most_a_member <= tally.won_by[prize.key, request.member_id]
        for instant in _openings(request, terms, prize)
    ]
    until = _before(min(later), terms.ends_at) if later else None
    yield Refused(RefusedBecause.ALL_WON, until=until)


def _openings(request: DrawRequest, terms: Terms, prize: Prize) -> Iterator[datetime]:
    """When more of a prize can be won: with the next slice, or tomorrow."""
    if prize.slice_hours:
        part = timedelta(hours=prize.slice_hours)
        yield terms.starts_at + part * (slice_of(terms, prize, request.at) + 1)
    if prize.most_a_day:
        yield request.day_ends_at


def _can_pay(terms: Terms, record: Record) -> Iterator[Refused]:
    if record.balance < terms.fee_points:
        numbers = (("fee", terms.fee_points), ("balance", record.balance))
        yield Refused(RefusedBecause.POINTS_SHORT, data=numbers)


def _earned(request: DrawRequest, found: Round, record: Record) -> Iterator[Refused]:
    """What gives a draw in its mode: today's check-in, or a right answer."""
    mode, tomorrow = found.terms.mode, _before(request.day_ends_at, found.terms.ends_at)
    if mode is LotteryMode.CHECKIN and not record.has_checked_in:
        yield Refused(RefusedBecause.CHECK_IN_FIRST)
    if mode is not LotteryMode.QUIZ:
        return
    if record.wrong_answers >= request.quiz_tries:
        yield Refused(RefusedBecause.NO_TRIES, until=tomorrow)
    if request.answer is QuizAnswer.NONE:
        yield Refused(RefusedBecause.ANSWER_FIRST)
    if request.answer is QuizAnswer.WRONG:
        left = request.quiz_tries - record.wrong_answers - 1
        until = None if left else tomorrow
        yield Refused(RefusedBecause.WRONG_ANSWER, until=until, data=(("left", left),))


def _before(instant: datetime, end: datetime) -> datetime | None:
    """``instant``, unless the lottery is over by then."""
    return instant if instant < end else None
