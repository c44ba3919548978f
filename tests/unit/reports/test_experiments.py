"""Experiments: nothing before the end; then a difference, none, or too few posts to tell."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from bot.core.ids import GroupKey
from bot.reports.experiments import (
    NoDifference,
    Running,
    TooFew,
    Verdict,
    Waiting,
    Winner,
    told_at,
    verdict_on,
)
from bot.reports.posts import PostFigures
from bot.settings.schema.experiments import Experiment, Outcome

from .support import DAY, LAKE, POND, SHANGHAI, figures

EXPERIMENT = Experiment(
    key="question",
    items=("item",),
    measure=Outcome.SPEAKERS,
    starts=date(2026, 11, 2),
    ends=date(2026, 12, 31),
)
TOLD = datetime(2027, 1, 2, tzinfo=SHANGHAI)


def pair(day: float, first: int, second: int, group: GroupKey = POND) -> list[PostFigures]:
    """Two posts in a row: so many speakers of a hundred members after each variant."""
    return [
        figures(day, variant="a", speakers=first, group_key=group),
        figures(day + 0.5, variant="b", speakers=second, group_key=group),
    ]


def verdict(posts: list[PostFigures], now: datetime = TOLD, **parts: Any) -> Verdict:
    return verdict_on(EXPERIMENT.model_copy(update=parts), posts, now, SHANGHAI)


def pairs(*counts: tuple[int, int]) -> list[PostFigures]:
    return [post for day, (a, b) in enumerate(counts) for post in pair(day, a, b)]


def test_before_its_first_day_it_waits() -> None:
    before = datetime(2026, 11, 1, 23, 59, tzinfo=SHANGHAI)

    assert verdict([], before) == Waiting(EXPERIMENT)


def test_while_it_runs_only_the_number_of_posts_is_told_however_clear_it_looks() -> None:
    clear = pairs(*[(9, 1)] * 20)

    assert verdict(clear, TOLD - DAY / 1000) == Running(EXPERIMENT, 40)


def test_the_result_is_told_when_the_last_post_has_had_its_day() -> None:
    assert told_at(EXPERIMENT, SHANGHAI) == TOLD


def test_a_variant_that_does_better_wins_by_a_difference_for_a_thousand_members() -> None:
    # Differences of ten and thirty for 1,000, seven each, and one of twenty: mean 20, s = 10.
    found = verdict(pairs(*[(6, 5)] * 7, *[(8, 5)] * 7, (7, 5)))

    assert isinstance(found, Winner)
    assert (found.variant, found.other, found.difference.pairs) == ("a", "b", 15)
    assert found.difference.mean == pytest.approx(20.0)
    assert found.difference.low == pytest.approx(20 - 2.1448 * 10 / 15**0.5, abs=0.01)


def test_the_second_may_win_as_well() -> None:
    found = verdict(pairs(*[(5, 6)] * 7, *[(5, 8)] * 7, (5, 7)))

    assert isinstance(found, Winner)
    assert (found.variant, found.other) == ("b", "a")
    assert found.difference.mean == pytest.approx(20.0)
    assert 0 < found.difference.low < found.difference.high


def test_no_difference_is_a_result() -> None:
    found = verdict(pairs(*[(6, 5), (5, 6)] * 8))

    assert isinstance(found, NoDifference)
    assert found.difference.mean == 0.0


def test_too_few_posts_decide_nothing_however_clear_they_are() -> None:
    found = verdict(pairs(*[(9, 1)] * 14))

    assert found == TooFew(EXPERIMENT, posts=28, pairs=14)


def test_posts_that_have_no_partner_decide_nothing() -> None:
    lonely = [figures(day, variant="a", speakers=9) for day in range(40)]

    assert verdict(lonely) == TooFew(EXPERIMENT, posts=40, pairs=0)


def test_partners_are_posts_of_one_group() -> None:
    """The quiet group is shown b first, when the lively one is shown a."""
    posts = []
    for day in range(8):
        quiet = pair(day, 1, 3, LAKE)
        turned = [replace(post, variant="b" if post.variant == "a" else "a") for post in quiet]
        lively = pair(day, 50, 48)
        posts += [lively[0], turned[0], lively[1], turned[1]]

    found = verdict(posts)

    assert isinstance(found, Winner), "how lively a group is has no part in it"
    assert found.variant == "a"
    assert found.difference.mean == pytest.approx(20.0)


@pytest.mark.parametrize(
    "other",
    [{"item": "another"}, {"variant": "c"}, {"variant": ""}, {"day": -1}, {"day": 60}],
    ids=str,
)
def test_other_posts_have_no_part_in_it(other: dict[str, Any]) -> None:
    parts = {"day": 3.25, "variant": "a", **other}
    stranger = figures(parts.pop("day"), **parts)

    assert verdict([*pairs((9, 1)), stranger]) == TooFew(EXPERIMENT, posts=2, pairs=1)


def test_a_post_that_could_not_be_clicked_has_no_part_in_an_experiment_on_clicks() -> None:
    posts = [figures(0, variant="a", clicks=None), *pairs((1, 1))]
    clicked = [figures(5, variant="a", clicks=2), figures(6, variant="b", clicks=1)]

    found = verdict([*posts, *clicked], measure=Outcome.CLICKS)

    assert isinstance(found, TooFew)
    assert found.pairs == 1


def test_where_nobody_was_nothing_is_compared() -> None:
    empty = [figures(0, variant="a", members=0), figures(1, variant="b", members=0)]

    found = verdict(empty)

    assert isinstance(found, TooFew)
    assert found.pairs == 0
