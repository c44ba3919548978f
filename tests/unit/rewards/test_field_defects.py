"""Defects found in the field: where each has its story, and the stories that no other file tells.

The table is checked, so that a story which is renamed or lost is missed.
"""

import pytest

from bot.rewards.levels import rank_of
from bot.rewards.lottery.rounds import Drawn
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection
from tests.support.settings import REPOSITORY
from tests.unit.rewards.lottery.support import ENDS, draw, gift, publish, settle, wish

TESTS = REPOSITORY / "tests"
REWARDS = "unit/rewards/test_stories.py"
GROWTH = "unit/growth/test_stories.py"

STORIES = {
    "a daily limit without a date is for life": (
        REWARDS,
        "test_the_daily_limit_is_for_the_day_and_not_for_life",
    ),
    "two people take the first free share": (
        REWARDS,
        "test_the_last_share_is_not_taken_by_two_members_who_tap_at_once",
    ),
    "a lucky split divides by zero below 1 yuan": (
        REWARDS,
        "test_a_lucky_split_of_less_than_a_hundred_each_does_not_divide_by_zero",
    ),
    "a fixed split drops the remainder": (REWARDS, "test_a_fixed_split_never_drops_the_remainder"),
    "limits by assert": (REWARDS, "test_limits_hold_when_python_runs_without_assertions"),
    "expiry only when somebody tries to claim": (
        REWARDS,
        "test_a_packet_expires_though_nobody_tries_to_claim_it",
    ),
    "the member's id, or his level, is taken from the request": (
        "unit/web/pages/test_acting.py",
        "test_nothing_in_a_request_makes_somebody_else_of_a_visitor",
    ),
    "late joins count": (GROWTH, "test_a_code_entered_too_late_after_joining_does_not_count"),
    "self-invites count": (GROWTH, "test_nobody_invites_himself"),
    "one friend in five groups counts five": (
        GROWTH,
        "test_one_friend_who_joins_five_groups_counts_once",
    ),
    "nothing is taken back when the friend leaves": (
        GROWTH,
        "test_what_a_friend_brought_is_taken_back_on_both_sides_when_he_leaves_within_a_week",
    ),
    "new friends only, inverted": (
        GROWTH,
        "test_new_friends_only_means_new_and_not_the_opposite",
    ),
    "a crash between withdraw and deposit": (
        REWARDS,
        "test_a_crash_between_any_two_writes_leaves_nothing_half_done",
    ),
    "a repeated callback is answered twice": (
        "scenario/test_redelivery.py",
        "test_a_check_in_delivered_three_times_pays_once_and_is_answered_alike",
    ),
    "a token is refreshed by everybody at once": (
        "contract/test_tokens.py",
        "test_200_callers_at_once_fetch_one_token",
    ),
    "a scheduled post is lost in two seconds of downtime": (
        "unit/schedules/test_publisher.py",
        "test_every_slot_of_an_outage_gets_a_row_and_only_the_fresh_one_a_post",
    ),
}


@pytest.mark.parametrize("defect", STORIES)
def test_every_defect_of_the_field_has_its_story(defect: str) -> None:
    file, story = STORIES[defect]
    assert f"def {story}(" in (TESTS / file).read_text(encoding="utf-8")


def test_a_member_who_jumps_over_a_level_has_the_one_he_reached() -> None:
    levels = RewardsFile.model_validate(
        {
            "levels": [
                {"name": "虾", "from_points": 0},
                {"name": "鱼", "from_points": 100},
                {"name": "鲸", "from_points": 300},
            ]
        }
    ).levels

    reached = [rank_of(levels, earned).level.name for earned in (99, 100, 101, 299, 5000)]

    assert reached == ["虾", "鱼", "鱼", "鱼", "鲸"]


def test_a_wish_to_enter_that_comes_again_after_the_drawing_gets_its_first_answer(
    books: Connection,
) -> None:
    publish(books, gift(weight=0), mode="at_time", claim_days=1)
    (first,) = draw(books, wish(1, "the callback"))
    settle(books, ENDS)

    (again,) = draw(books, wish(1, "the callback", at=ENDS))

    assert isinstance(first, Drawn)
    assert first.win is None
    assert (again.draw, again.win) == (first.draw, None)
