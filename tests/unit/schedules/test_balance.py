"""Which mix holds for a slot, and that each is kept over its own posts."""

from datetime import date, timedelta
from typing import Any

import pytest

from bot.core.ids import GroupKey
from bot.schedules.balance import balance, last_of, shares_on
from bot.schedules.mix import Choice, Wish, choose
from bot.schedules.records import Post
from bot.settings.schema.base import Kind, Pillar, Weekday
from bot.settings.schema.calendar import Mix, OtherMix

from .support import GROUP, KINDS, PILLARS, at, calendar, full_library, post, settings

WEDNESDAY = date(2026, 11, 25)
NOW = at("2026-11-25 20:00")
ONLY_USER = {Pillar.USER: 100}


def other(key: str, **when: Any) -> OtherMix:
    return OtherMix(key=key, pillars=ONLY_USER, kinds=KINDS, **when)


def mix(*others: OtherMix, window: int = 28) -> Mix:
    return Mix(window_posts=window, pillars=PILLARS, kinds=KINDS, others=others)


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({}, True),
        ({"groups": (GROUP,)}, True),
        ({"groups": ("other",)}, False),
        ({"days": (Weekday.WED,)}, True),
        ({"days": (Weekday.SAT, Weekday.SUN)}, False),
        ({"first_day": WEDNESDAY, "last_day": WEDNESDAY}, True),
        ({"first_day": WEDNESDAY + timedelta(days=1)}, False),
        ({"last_day": WEDNESDAY - timedelta(days=1)}, False),
        ({"groups": (GROUP,), "days": (Weekday.SUN,)}, False),
    ],
)
def test_another_mix_holds_for_its_groups_weekdays_and_weeks(
    when: dict[str, Any], holds: bool
) -> None:
    key, shares = shares_on(mix(other("x", **when)), GROUP, WEDNESDAY)
    assert (key, shares.pillars) == (("x", ONLY_USER) if holds else ("", PILLARS))


def test_of_several_that_fit_the_first_holds() -> None:
    one, two = other("one", days=(Weekday.WED,)), other("two")
    assert shares_on(mix(one, two), GROUP, WEDNESDAY)[0] == "one"
    assert shares_on(mix(one, two), GROUP, WEDNESDAY + timedelta(days=1))[0] == "two"


def past(*mixes: str) -> list[Post]:
    """Posts of these mixes, a day apart, the newest yesterday."""
    items = full_library(3)
    return [
        Post(
            NOW - timedelta(days=len(mixes) - n),
            *(items[n].front.pillar, items[n].front.kind, items[n].key, False, "code.1"),
            mix=key,
        )
        for n, key in enumerate(mixes)
    ]


def test_each_mix_is_kept_over_its_own_posts() -> None:
    posts = past("", "weekend", "", "weekend", "")
    assert [one.mix for one in last_of(posts, "weekend", 9)] == ["weekend"] * 2
    weekend = balance(posts, mix(other("weekend")), GROUP, WEDNESDAY)
    usual = balance(posts, mix(), GROUP, WEDNESDAY)
    assert (weekend.key, weekend.posts) == ("weekend", 2)
    assert (usual.key, usual.posts) == ("", 3)


def test_no_more_posts_count_than_the_window_holds_beside_the_next_one() -> None:
    posts = past(*[""] * 15)
    standing = balance(posts, mix(window=10), GroupKey(GROUP), WEDNESDAY)
    assert standing.posts == sum(standing.pillars.values()) == 9


def test_a_post_is_chosen_for_the_mix_of_its_day_and_says_so() -> None:
    file = calendar()
    given = settings(file.model_copy(update={"mix": mix(other("wed", days=(Weekday.WED,)))}))
    items = full_library(2)
    choice = choose(given, items, [], Wish(NOW, GROUP))
    assert isinstance(choice, Choice)
    assert (choice.mix, choice.item.front.pillar) == ("wed", Pillar.USER)
    assert choice.reason.startswith("mix wed: pillar user owed 1.0")
    assert choice.as_post(NOW).mix == "wed"
    after = choose(given, items, [], Wish(NOW + timedelta(days=1), GROUP))
    assert isinstance(after, Choice)
    assert after.mix == ""


def test_discounts_count_within_their_own_mix() -> None:
    sold = [
        Post(NOW - timedelta(days=9 - n), "user", "story", f"i{n}", False, "code.1", True, key)
        for n, key in enumerate(["wed", "", "wed"])
    ]
    assert balance(sold, mix(other("wed")), GROUP, WEDNESDAY).discounts == 2
    assert balance(sold, mix(), GROUP, WEDNESDAY).discounts == 1
    assert post(NOW, full_library(1)[0]).discount is False


def test_kinds_are_owed_like_pillars() -> None:
    standing = balance([], mix(), GROUP, WEDNESDAY)
    assert standing.owed(Pillar.USER, Kind.LESSON) == (30, 30)
