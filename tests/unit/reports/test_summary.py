"""Posts by pillar and kind, and whether the mix was what the house wants."""

from typing import Any

import pytest

from bot.reports.posts import Measure, PostFigures
from bot.reports.summary import Summary, summarise
from bot.settings.schema.base import Kind, Pillar

from .support import DAY, HOUR, LAKE, POND, START, daily, figures

NOW = START + 10 * DAY


def summary(*posts: PostFigures, **parts: Any) -> Summary:
    given = {"read_since": START - 30 * DAY, "since": START, "now": NOW, "groups": (POND,)}
    return summarise(sorted(posts, key=lambda post: post.posted_at), **{**given, **parts})


def test_a_pillar_adds_up_its_posts_for_a_thousand_views() -> None:
    found = summary(
        figures(0, pillar="user", speakers=3, members=100),
        figures(1, pillar="user", speakers=5, members=300),
        figures(2, pillar="brand", speakers=50),
    )

    (line,) = [line for line in found.pillars if line.name == Pillar.USER]
    speakers = line.rates[Measure.SPEAKERS]
    assert speakers is not None
    assert (line.posts, speakers.count, speakers.views, speakers.value) == (2, 8, 400, 20.0)


def test_every_pillar_and_kind_has_its_line() -> None:
    found = summary(figures(0))

    assert [line.name for line in found.pillars] == list(Pillar)
    assert [line.name for line in found.kinds] == list(Kind)
    assert [line.posts for line in found.kinds] == [0, 0, 0, 0, 1]


def test_clicks_are_for_the_views_of_posts_that_had_a_link() -> None:
    found = summary(figures(0, clicks=4), figures(1))

    clicks = found.together.rates[Measure.CLICKS]
    assert clicks is not None
    assert (clicks.count, clicks.views, clicks.n) == (4, 100, 1)
    assert found.together.rates[Measure.STEP_CLICKS] is None


def test_posts_whose_time_is_not_over_are_counted_and_not_reckoned() -> None:
    found = summary(figures(0), figures(9.5, speakers=99))

    assert (found.posts, found.under_way) == (1, 1)
    speakers = found.together.rates[Measure.SPEAKERS]
    assert speakers is not None
    assert speakers.count == 5


def test_older_posts_are_not_reckoned_but_end_a_silence() -> None:
    found = summary(figures(-3, pillar="brand"), figures(8, pillar="user"))

    assert found.posts == 1
    days = {one.pillar: one.days for one in found.silences}
    assert days == {
        Pillar.BRAND: 13,
        Pillar.PRODUCT: None,
        Pillar.INDUSTRY: None,
        Pillar.USER: 2,
    }
    assert {one.looked_days for one in found.silences} == {40}


def test_of_several_groups_the_one_that_has_waited_longest_is_named() -> None:
    posts = (figures(2, pillar="brand"), figures(7, pillar="brand", group_key=LAKE))
    found = summary(*posts, groups=(LAKE, POND))

    brand = next(one for one in found.silences if one.pillar is Pillar.BRAND)
    assert (brand.group_key, brand.days) == (POND, 8)


def test_a_post_without_a_step_is_named() -> None:
    bare = figures(1, step="")

    assert summary(figures(0), bare).without_step == (bare,)


def test_each_step_has_a_line_of_its_own() -> None:
    found = summary(
        figures(0, step="vote", step_clicks=3, referrals=1), figures(1, step="code"), figures(2)
    )

    assert [(line.name, line.posts) for line in found.steps] == [("code", 2), ("vote", 1)]
    clicks, friends = (
        found.steps[1].rates[one] for one in (Measure.STEP_CLICKS, Measure.REFERRALS)
    )
    assert clicks is not None
    assert friends is not None
    assert (clicks.value, friends.value) == (30.0, 10.0)


def test_discounts_are_counted() -> None:
    assert summary(figures(0, appeal="discount"), figures(1)).discounts == 1


def test_variety_is_that_of_the_last_seven_days() -> None:
    found = summary(
        figures(1, pillar="brand"),
        *[figures(day, pillar=pillar) for day, pillar in enumerate(("user", "product"), start=5)],
    )

    assert found.pillar_variety == pytest.approx(2.0)
    assert found.kind_variety == pytest.approx(1.0)


def test_friends_who_came_after_a_pillar_are_compared_with_those_after_others() -> None:
    found = summary(
        *[figures(day, pillar="user", referrals_later=2) for day in range(3)],
        *[figures(day, pillar="brand", referrals_later=0) for day in range(3, 6)],
    )

    user = next(one for one in found.pillar_echoes if one.name == Pillar.USER)
    assert (user.posts, user.mean, user.mean_of_others) == (3, 2.0, 0.0)
    assert user.correlation is not None
    assert (user.correlation.r, user.correlation.n) == (1.0, 6)


def test_an_echo_needs_its_two_days() -> None:
    found = summary(*daily(8), figures(8.5), now=START + 9 * DAY)

    assert sum(one.posts for one in found.pillar_echoes) == 8
    assert sum(one.posts for one in summary(figures(8), now=NOW - HOUR).pillar_echoes) == 0
