"""What an experiment may not say: each mistake at its place, with what to write instead."""

import pytest

from .every_channel import add_every_channel
from .good_config import CALENDAR, LESSON, STORY, Configuration

EXPERIMENTS = """\
experiments:
  - key: opening
    items: [story]
    measure: speakers
    starts: 2026-12-01
    ends: 2026-12-31
  - key: closing
    items: [story]
    variants: [b, a]
    measure: replies
    starts: 2027-01-01
    ends: 2027-01-31
    least_posts: 40
"""


@pytest.fixture
def experiments(config: Configuration) -> Configuration:
    config.edit("calendar.yaml", CALENDAR, CALENDAR + EXPERIMENTS)
    config.edit("content/story.md", STORY, f"{STORY}=== b\n茶园里只有鸟声，猜猜是几点？\n")
    return config


def test_good_experiments_have_no_problems(experiments: Configuration) -> None:
    opening, closing = experiments.settings().calendar.experiments

    assert (opening.variants, opening.least_posts) == (("a", "b"), 30)
    assert (closing.variants, closing.least_posts) == (("b", "a"), 40)


def test_experiments_may_be_left_out(config: Configuration) -> None:
    assert config.settings().calendar.experiments == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("key: closing", "key: opening", "[1].key  the same key as experiments[0]"),
        (
            "ends: 2026-12-31",
            "ends: 2026-11-30",
            "[0].ends  it ends before it begins (2026-12-01)",
        ),
        ("variants: [b, a]", "variants: [b, b]", "[1].variants  a variant cannot be compared"),
        (
            "ends: 2026-12-31",
            "ends: 2027-01-01",
            "[1].items  story is in experiments[0] at the same time",
        ),
        ("items: [story]", "items: [stroy]", "[0].items[0]  there is no file with this name"),
        (
            "variants: [b, a]",
            "variants: [a, c]",
            "[1].items[0]  content/story.md has no variant c  it has a, b",
        ),
        ("least_posts: 40", "least_posts: 29", "[1].least_posts  "),
        ("measure: replies", "measure: sales", "[1].measure  "),
        ("    starts: 2026-12-01\n", "", "[0].starts  missing key"),
    ],
)
def test_each_mistake_is_named_at_its_place(
    experiments: Configuration, old: str, new: str, problem: str
) -> None:
    experiments.edit("calendar.yaml", old, new)

    (line,) = experiments.problems()

    assert f"experiments{problem}" in line


def test_different_items_may_be_in_experiments_at_the_same_time(
    experiments: Configuration,
) -> None:
    experiments.edit("content/lesson.md", LESSON, f"{LESSON}=== b\n绿茶用八十度的水，为什么？\n")
    experiments.edit("calendar.yaml", "items: [story]\n    measure", "items: [lesson]\n    measure")
    experiments.edit("calendar.yaml", "ends: 2026-12-31", "ends: 2027-01-31")

    assert len(experiments.settings().calendar.experiments) == 2


def test_clicks_need_pages_and_something_to_click(experiments: Configuration) -> None:
    experiments.edit("calendar.yaml", "measure: speakers", "measure: clicks")

    without_link, without_pages = experiments.problems()

    assert "experiments[0].measure  clicks are not counted" in without_pages
    assert "experiments[0].items[0]  content/story.md has no link" in without_link


def test_with_both_an_experiment_may_be_decided_by_clicks(experiments: Configuration) -> None:
    add_every_channel(experiments)
    experiments.edit("calendar.yaml", "measure: speakers", "measure: clicks")
    experiments.edit("content/story.md", "kind: story", "kind: story\nlink: https://tea.example/")

    assert not [line for line in experiments.problems() if "experiments" in line]
