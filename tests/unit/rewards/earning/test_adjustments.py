"""Corrections: with a reason, big ones by two people, and never by one alone."""

from datetime import timedelta

import pytest

from bot.core.errors import KeyReused
from bot.core.ids import MemberId
from bot.rewards.adjustments import (
    Adjusted,
    NoSuchAdjustment,
    NotEnough,
    SamePerson,
    SecondNeeded,
    TooLate,
    TooMuch,
    apply_adjustments,
    apply_confirmations,
)
from bot.rewards.budgets import BudgetSpent
from bot.store.connection import Connection
from tests.unit.rewards.earning.support import (
    DAY,
    HOUR,
    ME,
    NOW,
    OTHER,
    adjustment,
    confirmation,
    count,
    points_of,
    rewards,
    run,
)

SECOND_OPERATOR = MemberId(4)


def test_a_small_correction_is_in_the_books_at_once_with_its_reason(pond: Connection) -> None:
    (done,) = run(pond, apply_adjustments, adjustment("a1", 50))

    assert done == Adjusted(1, ME, 50, 50)
    assert points_of(pond, ME) == 50
    row = pond.execute("SELECT reason, proposed_by, confirmed_by FROM adjustment").fetchone()
    assert tuple(row) == ("漏记", OTHER, None)


def test_the_same_event_again_gets_its_first_answer(pond: Connection) -> None:
    (first,) = run(pond, apply_adjustments, adjustment("a1", 50))
    run(pond, apply_adjustments, adjustment("a2", 7))

    assert run(pond, apply_adjustments, adjustment("a1", 50)) == [first]
    assert points_of(pond, ME) == 57
    (reused,) = run(pond, apply_adjustments, adjustment("a1", 51))
    assert isinstance(reused, KeyReused)


def test_points_are_taken_away_down_to_nothing_and_not_below(pond: Connection) -> None:
    run(pond, apply_adjustments, adjustment("a1", 50))

    answers = run(pond, apply_adjustments, adjustment("a2", -51), adjustment("a3", -50))

    assert answers == [NotEnough(50), Adjusted(2, ME, -50, 0)]


@pytest.mark.parametrize(("points", "waits"), [(500, False), (501, True), (-501, True)])
def test_above_an_amount_a_second_person_is_needed(
    pond: Connection,
    points: int,
    waits: bool,
) -> None:
    (answer,) = run(pond, apply_adjustments, adjustment("a1", points))

    assert isinstance(answer, SecondNeeded) is waits
    assert points_of(pond, ME) == (0 if waits else points)


def test_the_second_operator_confirms_once(pond: Connection) -> None:
    (waiting,) = run(pond, apply_adjustments, adjustment("a1", 800))
    assert waiting == SecondNeeded(1, NOW + 24 * HOUR)
    agree = confirmation("c1", 1, SECOND_OPERATOR, at=NOW + HOUR)

    first = run(pond, apply_confirmations, agree)
    again = run(pond, apply_confirmations, agree)
    other = run(pond, apply_confirmations, confirmation("c2", 1, SECOND_OPERATOR))

    assert first == again == [Adjusted(1, ME, 800, 800)]
    assert other == [NoSuchAdjustment()]
    assert points_of(pond, ME) == 800
    assert run(pond, apply_adjustments, adjustment("a1", 800)) == [waiting]


def test_who_asked_cannot_be_the_second_person(pond: Connection) -> None:
    run(pond, apply_adjustments, adjustment("a1", 800))

    assert run(pond, apply_confirmations, confirmation("c1", 1, OTHER)) == [SamePerson()]
    with pytest.raises(Exception, match=r"(?i)check"):
        run(
            pond,
            lambda c, _: [c.execute("UPDATE adjustment SET confirmed_by = 3, confirmed_key = 'c'")],
            None,
        )
    assert points_of(pond, ME) == 0


def test_a_correction_that_waited_too_long_moves_nothing(pond: Connection) -> None:
    run(pond, apply_adjustments, adjustment("a1", 800))
    end = NOW + DAY

    late = confirmation("c1", 1, SECOND_OPERATOR, at=end)
    assert run(pond, apply_confirmations, late) == [TooLate(end)]
    in_time = confirmation("c2", 1, SECOND_OPERATOR, at=end - timedelta(microseconds=1))
    assert isinstance(run(pond, apply_confirmations, in_time)[0], Adjusted)


@pytest.mark.parametrize("number", [1, 7])
def test_a_number_that_waits_for_nobody_is_not_confirmed(pond: Connection, number: int) -> None:
    run(pond, apply_adjustments, adjustment("a1", 50))

    agree = confirmation("c1", number, SECOND_OPERATOR)
    assert run(pond, apply_confirmations, agree) == [NoSuchAdjustment()]
    assert points_of(pond, ME) == 50


def test_what_is_refused_leaves_no_trace(pond: Connection) -> None:
    file = rewards(budgets={"points": {"a_day": 40}}, adjustments={"most_points": 60})
    too_much, spent, missing = run(
        pond,
        apply_adjustments,
        adjustment("a1", 61, file=file),
        adjustment("a2", 41, file=file),
        adjustment("a3", -1, file=file),
    )

    assert too_much == TooMuch(60)
    assert isinstance(spent, BudgetSpent)
    assert missing == NotEnough(0)
    assert count(pond, "adjustment") == 0
