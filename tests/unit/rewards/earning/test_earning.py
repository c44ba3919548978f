"""Earning: once an event, never above a cap, and never for saying the same again."""

from datetime import datetime
from typing import Any

import pytest

from bot.rewards.boosts import Boost
from bot.rewards.earning.deciding import Because, Earned
from bot.rewards.earning.lane import earn
from bot.rewards.ledger.lane import post
from bot.rewards.ledger.transfers import AccountRef
from bot.store.connection import Connection
from tests.unit.rewards.earning.support import (
    DAY,
    FRIEND,
    HOUR,
    ME,
    MINUTE,
    NOW,
    TALK,
    count,
    points_of,
    rewards,
    run,
    wish,
)
from tests.unit.rewards.support import balance, gift


def paid(answers: list[Any]) -> list[object]:
    """Points of what was earned, reasons of what was not."""
    return [answer.points if isinstance(answer, Earned) else answer for answer in answers]


def test_what_a_member_does_pays_what_the_rule_says_and_is_in_his_books(pond: Connection) -> None:
    (earned,) = run(pond, earn, wish(rewards(TALK), "e1", text="今天天气真好呀"))

    assert isinstance(earned, Earned)
    assert (earned.points, earned.rule) == (2, "talk")
    assert points_of(pond, ME) == 2
    row = pond.execute("SELECT * FROM transfer").fetchone()
    assert (row["reason"], row["reference"]) == ("earning", "e1")
    assert pond.execute("SELECT sketch FROM earning").fetchone()[0] == earned.sketch


def test_a_repeated_event_earns_nothing_more_in_the_same_batch_or_later(pond: Connection) -> None:
    file = rewards(TALK)

    assert paid(run(pond, earn, wish(file, "e1"), wish(file, "e1"))) == [2, Because.PAID_BEFORE]
    assert paid(run(pond, earn, wish(file, "e1", at=NOW + HOUR))) == [Because.PAID_BEFORE]
    assert points_of(pond, ME) == 2


def test_one_text_may_earn_by_two_rules_but_by_each_once(pond: Connection) -> None:
    file = rewards(TALK, {"key": "ask", "act": "question", "points": 10})
    both = [wish(file, "e1", text="今天天气真好呀", rule=rule) for rule in (0, 1)]

    assert paid(run(pond, earn, *both)) == [2, 10]
    assert paid(run(pond, earn, *both)) == [Because.PAID_BEFORE] * 2


def test_saying_nearly_the_same_again_earns_nothing_for_a_week(pond: Connection) -> None:
    file = rewards(TALK)
    run(pond, earn, wish(file, "e1", text="今天天气真好呀"))

    again = wish(file, "e2", text="今天天气真好啊！", at=NOW + DAY)
    much_later = wish(file, "e3", text="今天天气真好呀", at=NOW + 8 * DAY)
    assert paid(run(pond, earn, again)) == [Because.ALIKE]
    assert paid(run(pond, earn, much_later)) == [2]


def test_another_member_may_say_the_same(pond: Connection) -> None:
    file = rewards(TALK)
    texts = [wish(file, f"e{who}", text="今天天气真好呀", member=who) for who in (ME, FRIEND)]

    assert paid(run(pond, earn, *texts)) == [2, 2]


@pytest.mark.parametrize(("after", "expected"), [(59, Because.COOLDOWN), (60, 2)])
def test_within_its_cooldown_a_rule_pays_nothing(
    pond: Connection, after: int, expected: object
) -> None:
    file = rewards({**TALK, "cooldown_seconds": 60 * 60})
    run(pond, earn, wish(file, "e1"))

    assert paid(run(pond, earn, wish(file, "e2", at=NOW + after * MINUTE))) == [expected]


def test_the_last_payment_below_a_cap_is_cut_to_fit(pond: Connection) -> None:
    file = rewards({**TALK, "points": 4, "most_points": {"a_day": 10}})

    answers = run(pond, earn, *[wish(file, f"e{number}") for number in range(4)])

    assert paid(answers) == [4, 4, 2, Because.CAPPED]


def test_the_day_of_a_cap_turns_at_the_communitys_hour_and_not_at_midnight(
    pond: Connection,
) -> None:
    file = rewards({**TALK, "most_times": {"a_day": 1}})
    three_at_night = datetime.fromisoformat("2026-11-26T03:59:00+08:00")
    four_at_night = datetime.fromisoformat("2026-11-26T04:00:00+08:00")
    run(pond, earn, wish(file, "e1"))

    assert paid(run(pond, earn, wish(file, "e2", at=three_at_night))) == [Because.CAPPED]
    assert paid(run(pond, earn, wish(file, "e3", at=four_at_night))) == [2]


def test_a_cap_of_a_week_opens_again_on_monday(pond: Connection) -> None:
    file = rewards({**TALK, "most_times": {"a_week": 2}})
    sunday, monday = NOW + 4 * DAY, NOW + 5 * DAY
    run(pond, earn, wish(file, "e1"), wish(file, "e2"))

    assert paid(run(pond, earn, wish(file, "e3", at=sunday))) == [Because.CAPPED]
    assert paid(run(pond, earn, wish(file, "e4", at=monday))) == [2]


def test_a_daily_cap_is_for_the_day_and_not_for_life(pond: Connection) -> None:
    file = rewards({**TALK, "most_points": {"a_day": 2}})

    for day in range(20):
        at = NOW + day * DAY
        assert paid(run(pond, earn, wish(file, f"e{day}", at=at))) == [2]


def test_what_is_paid_once_is_paid_once_in_a_life(pond: Connection) -> None:
    file = rewards({**TALK, "most_times": {"in_all": 1}})
    run(pond, earn, wish(file, "e1"))

    assert paid(run(pond, earn, wish(file, "e2", at=NOW + 400 * DAY))) == [Because.CAPPED]


def test_all_everyday_rules_together_pay_no_more_than_the_daily_cap(pond: Connection) -> None:
    file = rewards(
        {**TALK, "points": 40},
        {**TALK, "key": "ask", "points": 40},
        {"key": "best", "act": "claim", "points": 200, "beyond_daily_cap": True},
        most_a_day=60,
    )
    wishes = [wish(file, f"e{rule}", rule=rule) for rule in (0, 1, 2, 0)]
    wishes[3] = wish(file, "e9")

    assert paid(run(pond, earn, *wishes)) == [40, 20, 200, Because.CAPPED]


def test_a_higher_level_earns_more_but_not_above_a_cap(pond: Connection) -> None:
    levels = [
        {"name": "水", "from_points": 0},
        {"name": "鱼", "from_points": 5, "multiplier_percent": 150},
    ]
    file = rewards({**TALK, "points": 5, "most_points": {"a_day": 15}}, levels=levels)

    answers = run(pond, earn, *[wish(file, f"e{number}") for number in range(3)])

    assert paid(answers) == [5, 8, 2], "5, then 7.5 rounded up, then what is left of 15"


def test_a_campaign_adds_to_what_a_rule_pays_out_of_its_own_account(pond: Connection) -> None:
    file = rewards(TALK)
    give(pond, "spring", 100)

    answers = run(pond, earn, wish(file, "e1", boost=Boost("spring", 300)), wish(file, "e2"))

    assert paid(answers) == [6, 2]
    assert (answers[0].extra, answers[0].campaign) == (4, "spring")
    assert held(pond, "spring") == 96
    assert spent(pond, "day/2026-11-25") == 4, "what was given to the campaign is not issued again"


def test_a_campaign_without_money_leaves_what_the_rule_pays_anyway(pond: Connection) -> None:
    file, boost = rewards(TALK), Boost("spring", 200)
    give(pond, "spring", 5)

    answers = run(pond, earn, *[wish(file, f"e{number}", boost=boost) for number in range(4)])

    assert paid(answers) == [4, 4, 2, 2], "the last point is less than what would be added"
    assert (answers[2].extra, answers[2].campaign) == (0, "")
    assert held(pond, "spring") == 1


def test_a_boost_stays_within_the_caps_of_its_rule(pond: Connection) -> None:
    file, boost = rewards({**TALK, "most_points": {"a_day": 5}}), Boost("spring", 200)
    give(pond, "spring", 100)

    answers = run(pond, earn, *[wish(file, f"e{number}", boost=boost) for number in range(3)])

    assert paid(answers) == [4, 1, Because.CAPPED]
    assert held(pond, "spring") == 98


def give(connection: Connection, campaign: str, points: int) -> None:
    """A campaign's account is given points."""
    run(connection, post, [gift(f"start {campaign}", AccountRef.campaign(campaign), points)])


def held(connection: Connection, campaign: str) -> int:
    """What a campaign's account has left."""
    return balance(connection, AccountRef.campaign(campaign))


def test_what_no_budget_has_left_is_not_issued(pond: Connection) -> None:
    file = rewards(TALK, budgets={"points": {"a_day": 5}})

    answers = run(pond, earn, *[wish(file, f"e{number}") for number in range(3)])

    assert paid(answers) == [2, 2, Because.BUDGET]
    assert points_of(pond, ME) == 4
    assert spent(pond, "day/2026-11-25") == spent(pond, "month/2026-11") == 4


def test_a_formula_reckons_with_the_text_the_level_and_the_times_of_today(
    pond: Connection,
) -> None:
    formula = "characters + 10 * level - 3 * times_today"
    file = rewards({**TALK, "points": 1, "to_points": 16, "formula": formula})

    wishes = [
        wish(file, "e1", text="今天天气真好呀", drawn=0),
        wish(file, "e2", text="请问敏感肌", drawn=0),
        wish(file, "e3", text="晚安", drawn=0),
    ]
    assert paid(run(pond, earn, *wishes)) == [16, 12, 6], "7 + 10 is held at 16"


def test_what_was_earned_expires_like_all_points(pond: Connection) -> None:
    file = rewards(TALK, points={"expiry": "days", "days": 30})

    run(pond, earn, wish(file, "e1"))

    assert pond.execute("SELECT expires_on FROM lot").fetchone()[0] == "2026-12-25"


def test_nothing_to_earn_asks_the_database_nothing(pond: Connection) -> None:
    assert earn(pond, []) == []
    assert count(pond, "earning") == 0


def spent(connection: Connection, period: str) -> int:
    row = connection.execute("SELECT spent FROM budget_spent WHERE period = ?", (period,))
    return int(row.fetchone()[0])
