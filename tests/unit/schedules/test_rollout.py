"""Rollout: one group, a share of the groups, all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import GroupKey
from bot.schedules.rollout import in_rollout

from .support import group, settings


def reached(
    rollout: str, count: int, subject: str = "item", groups: tuple[str, ...] = ()
) -> set[str]:
    keys = [GroupKey(f"group-{number}") for number in range(count)]
    given_settings = settings(groups=[group(key) for key in keys])
    return {key for key in keys if in_rollout(given_settings, rollout, key, subject, groups)}


def test_all_is_every_group_and_a_key_is_that_group() -> None:
    assert len(reached("all", 5)) == 5
    assert reached("group-3", 5) == {"group-3"}


@pytest.mark.parametrize(
    ("rollout", "count", "expected"),
    [("10%", 5, 1), ("10%", 10, 1), ("10%", 11, 2), ("1%", 3, 1), ("50%", 5, 3), ("100%", 7, 7)],
)
def test_a_share_is_rounded_up_to_whole_groups(rollout: str, count: int, expected: int) -> None:
    assert len(reached(rollout, count)) == expected


@given(st.integers(1, 100), st.integers(1, 100), st.integers(1, 40), st.text(max_size=5))
def test_who_is_in_stays_in_when_the_share_grows(
    one: int, other: int, count: int, subject: str
) -> None:
    small, large = sorted((one, other))
    assert reached(f"{small}%", count, subject) <= reached(f"{large}%", count, subject)


@given(st.integers(1, 99), st.integers(2, 40))
def test_a_new_group_moves_at_most_one_of_the_others_out(percent: int, count: int) -> None:
    before, after = reached(f"{percent}%", count - 1), reached(f"{percent}%", count)
    assert len(before - after) <= 1


def test_each_subject_has_guinea_pigs_of_its_own() -> None:
    firsts = [reached("10%", 10, f"item-{number}") for number in range(40)]
    assert len({tuple(first) for first in firsts}) > 5


def test_a_share_is_counted_among_the_groups_that_are_meant() -> None:
    few = ("group-1", "group-2", "group-3")
    assert len(reached("10%", 50, groups=few)) == 1
    assert reached("100%", 50, groups=few) == set(few)
    assert reached("all", 50, groups=few) == set(few)
    assert reached("group-9", 50, groups=few) == set()


def test_a_group_without_posts_takes_no_place_in_a_share() -> None:
    silent = [
        group(f"silent-{number}").model_copy(update={"scheduled": False}) for number in range(9)
    ]
    given_settings = settings(groups=[*silent, group("heard")])
    assert in_rollout(given_settings, "10%", GroupKey("heard"), "item")
