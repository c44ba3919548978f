"""Thanks: five a day, use or lose, two to the same person in a week."""

from datetime import date

import pytest

from bot.core.errors import KeyReused
from bot.core.ids import MemberId
from bot.rewards.budgets import BudgetSpent
from bot.rewards.thanks import (
    NoThanksLeft,
    Thanked,
    ThankedEnough,
    ThanksToSelf,
    apply_thanks,
)
from bot.store.connection import Connection
from tests.unit.rewards.earning.support import (
    DAY,
    FRIEND,
    ME,
    NOW,
    OTHER,
    count,
    points_of,
    rewards,
    run,
    thanks,
)


def test_who_is_thanked_gets_points_and_the_giver_gives_none(pond: Connection) -> None:
    assert run(pond, apply_thanks, thanks("t1")) == [Thanked(5, 4)]

    assert (points_of(pond, ME), points_of(pond, FRIEND)) == (0, 5)
    assert pond.execute("SELECT reason FROM transfer").fetchone()[0] == "thanks"


def test_the_same_event_again_gets_its_first_answer_and_pays_nothing(pond: Connection) -> None:
    first = run(pond, apply_thanks, thanks("t1"), thanks("t2", receiver=OTHER))

    assert run(pond, apply_thanks, thanks("t1")) == [first[0]]
    assert points_of(pond, FRIEND) == 5
    (other,) = run(pond, apply_thanks, thanks("t1", receiver=OTHER))
    assert isinstance(other, KeyReused)


def test_nobody_thanks_himself(pond: Connection) -> None:
    assert run(pond, apply_thanks, thanks("t1", ME, ME)) == [ThanksToSelf()]
    assert count(pond, "thanks") == 0


def test_the_sixth_thanks_of_a_day_waits_for_the_next_and_none_is_saved_up(
    pond: Connection,
) -> None:
    for day in range(2):
        at = NOW + day * DAY
        wishes = [
            thanks(f"t{day}/{number}", receiver=MemberId(number), at=at) for number in range(2, 8)
        ]
        answers = run(pond, apply_thanks, *wishes)
        assert answers[:5] == [Thanked(5, left) for left in (4, 3, 2, 1, 0)]
        assert answers[5] == NoThanksLeft(5, date(2026, 11, 26 + day))


def test_the_same_person_is_thanked_twice_a_week_and_again_on_monday(pond: Connection) -> None:
    run(pond, apply_thanks, thanks("t1"), thanks("t2", at=NOW + DAY))

    third = run(pond, apply_thanks, thanks("t3", at=NOW + 4 * DAY))
    monday = run(pond, apply_thanks, thanks("t4", at=NOW + 5 * DAY))

    assert third == [ThankedEnough(2, date(2026, 11, 30))]
    assert monday == [Thanked(5, 4)]


def test_a_higher_level_may_thank_more_often(pond: Connection) -> None:
    levels = [{"name": "鱼", "from_points": 0, "more_thanks": 2}]
    file = rewards(levels=levels)

    assert run(pond, apply_thanks, thanks("t1", file=file)) == [Thanked(5, 6)]


def test_thanks_stop_with_the_budget_and_are_not_used_up_by_it(pond: Connection) -> None:
    file = rewards(budgets={"points": {"a_day": 5}})
    taken, spent = run(
        pond, apply_thanks, thanks("t1", file=file), thanks("t2", receiver=OTHER, file=file)
    )

    assert taken == Thanked(5, 4)
    assert isinstance(spent, BudgetSpent)
    assert spent.opens_on == date(2026, 11, 26)
    assert count(pond, "thanks") == 1


@pytest.mark.parametrize("one_batch", [True, False], ids=["one batch", "two batches"])
def test_two_who_thank_each_other_are_kept_as_a_pair(
    pond: Connection,
    one_batch: bool,
) -> None:
    there, back = thanks("t1"), thanks("t2", FRIEND, ME, at=NOW + DAY)
    aside = thanks("t3", ME, OTHER)
    for batch in ([there, back, aside],) if one_batch else ([there, aside], [back]):
        run(pond, apply_thanks, *batch)

    (pair,) = pond.execute("SELECT first_id, second_id FROM thanks_pair").fetchall()
    assert tuple(pair) == (ME, FRIEND)
