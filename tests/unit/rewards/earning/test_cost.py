"""The worst case is a bound: nobody gets above it, and what holds it there is named."""

from typing import Any

import pytest

from bot.rewards.earning.cost import Bound, Cost, cost_of_rule, forecast
from bot.settings.schema.rewards import RewardsFile
from tests.unit.rewards.earning.support import TALK, rewards


def worst(**rule: Any) -> tuple[Bound, Bound]:
    file = rewards({**TALK, **rule})
    cost = cost_of_rule(file.earning.rules[0], file)
    return cost.day, cost.month


def test_without_a_cap_of_its_own_a_rule_is_held_by_the_daily_cap() -> None:
    assert worst() == (
        Bound(60, "the daily cap"),
        Bound(60 * 31, "the daily cap, 31 days"),
    )


@pytest.mark.parametrize(
    ("rule", "day", "month"),
    [
        ({"most_points": {"a_day": 10}}, 10, 310),
        ({"most_points": {"a_week": 10}}, 10, 60),
        ({"most_points": {"in_all": 10}}, 10, 10),
        ({"most_times": {"a_day": 3}}, 6, 186),
        ({"most_times": {"a_week": 3}}, 6, 36),
        ({"most_times": {"in_all": 1}}, 2, 2),
        ({"to_points": 9, "most_times": {"a_day": 3}}, 27, 837),
        ({"cooldown_seconds": 6 * 3600}, 10, 310),
    ],
)
def test_the_tightest_cap_is_the_bound(rule: dict[str, Any], day: int, month: int) -> None:
    found_day, found_month = worst(**rule)

    assert (found_day.points, found_month.points) == (day, month)


def test_the_highest_level_is_reckoned_with() -> None:
    file = rewards(
        {**TALK, "most_times": {"a_day": 1}},
        levels=[
            {"name": "水", "from_points": 0},
            {"name": "鱼", "from_points": 1, "multiplier_percent": 150},
        ],
    )

    assert cost_of_rule(file.earning.rules[0], file).day.points == 3


def _cost(file: RewardsFile, name: str, members: int) -> Cost:
    found = forecast(file, members=members, groups=1)
    return next(cost for cost in found.sources if cost.name == name)


def test_costs_of_all_members_are_added_up_and_the_daily_cap_holds_the_sum() -> None:
    quiet: dict[str, Any] = {
        "checkin": {"points": 1, "milestones": {}},
        "packets": {"pool_points_a_day": 0},
    }
    quiet["referral"] = {"inviter_points": 0, "friend_points": 0}
    file = rewards(TALK, {**TALK, "key": "ask"}, **quiet)

    found = forecast(file, members=10, groups=1)

    assert _cost(file, "talk", 10).day.points == 600
    assert _cost(file, "thanks", 10).day.points == 250
    assert found.day == 10 * (60 + 1 + 25)


def test_thanks_are_held_by_how_many_others_there_are() -> None:
    assert _cost(rewards(), "thanks", 2).day.points == 2 * 2 * 5


def test_what_only_the_budget_stops_is_warned_of() -> None:
    tight = rewards(TALK, budgets={"points": {"a_day": 100, "a_month": 10**9}})
    loose = rewards(TALK, budgets={"points": {"a_day": 10**9, "a_month": 10**9}})
    without = rewards(TALK, budgets={"points": {}})

    talk = "talk: only the budget of a day (100) stops it; its caps allow 600 points"
    assert talk in forecast(tight, members=10, groups=1).warnings
    assert forecast(loose, members=10, groups=1).warnings == ()
    assert len(forecast(without, members=10, groups=1).warnings) == 2
