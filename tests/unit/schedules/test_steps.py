"""The fission step at the end of each post: in turn, rested, and fit for the group."""

from datetime import timedelta

import pytest

from bot.core.errors import StoreError
from bot.schedules.mix import NoChoice, Wish, choose
from bot.schedules.records import Post
from bot.schedules.steps import StepText, next_step
from bot.settings.schema.calendar import FissionStep
from bot.store.db import Store
from tests.support.stores import execute

from .support import GROUP, START, Live, at, calendar, full_library, item, post, publisher, records
from .support import settings as given

NOW = at("2026-11-25 20:00")
DAY = timedelta(days=1)
CODE = FissionStep(key="code", where="robot", texts=("code one", "code two"))
PAGE = FissionStep(key="page", where="page", texts=("page one",))
FRIEND = FissionStep(key="friend", texts=("friend one", "friend two"), rest_days=3)
STEPS = (CODE, PAGE, FRIEND)


def shown(*steps: str, days: float = 1) -> list[Post]:
    """Posts with these steps, all so many days ago."""
    return [post(NOW - days * DAY, item("x"), step) for step in steps]


def step(posts: list[Post], wished: str = "rotate", *, hears: bool = True) -> str:
    found = next_step(STEPS, wished, posts, at=NOW, hears=hears)
    return found.key if found else ""


def test_steps_come_in_turn_first_one_wording_of_each_so_that_neighbours_differ() -> None:
    posts: list[Post] = []
    for expected in ("code.1", "friend.1", "code.2", "friend.2", ""):
        assert step(posts) == expected
        posts += shown(expected)


def test_what_was_shown_rests_to_the_instant_as_long_as_its_step_says() -> None:
    shown_lately = shown("code.1", "code.2", "friend.2")
    assert step([*shown_lately, *shown("friend.1", days=3)]) == "friend.1"
    assert step([*shown_lately, *shown("friend.1", days=2.99)]) == ""


def test_of_the_rested_ones_the_longest_unused_comes() -> None:
    posts = [*shown("friend.1", days=30), *shown("code.2", days=20), *shown("code.1", days=10)]
    assert step([*posts, *shown("friend.2")]) == "friend.1"


@pytest.mark.parametrize(("hears", "expected"), [(True, "code.1"), (False, "page.1")])
def test_a_step_suits_the_group_where_members_can_do_what_it_says(
    hears: bool, expected: str
) -> None:
    assert step([], hears=hears) == expected


def test_an_item_gets_the_step_that_its_file_names_as_long_as_that_is_rested() -> None:
    assert step([], "friend") == "friend.1"
    assert step(shown("friend.1"), "friend") == "friend.2"
    assert step(shown("friend.1", "friend.2"), "friend") == "code.1"


@pytest.mark.parametrize(
    ("settled", "days", "stays"),
    [("friend.1", 4, True), ("friend.1", 2, False), ("gone.1", 4, False), ("gone.1", 8, True)],
)
def test_a_settled_wording_stays_while_it_is_rested_by_its_own_days(
    settled: str, days: int, stays: bool
) -> None:
    """One that the file has no more rests as long as any does."""
    wording = StepText(settled, "as it was locked")
    found = next_step(
        STEPS, "rotate", shown(settled, days=days), at=NOW, hears=True, settled=wording
    )
    assert (found == wording) is stays


def test_without_a_rested_step_nothing_is_posted_and_the_reason_says_what_to_do() -> None:
    tired = [post(NOW - DAY, item(f"x{n}"), f"code.{n}") for n in range(1, 11)]
    setting = given(calendar(steps=("code",)), [item("a")])
    choice = choose(setting, setting.content, tired, Wish(NOW, GROUP))
    assert choice == NoChoice(
        "every fission step was shown in the last days: add texts to fission_steps in calendar.yaml"
    )


async def test_a_slot_without_a_rested_step_becomes_a_row_with_the_advice(
    store: Store, live: Live
) -> None:
    one = FissionStep(key="code", texts=("only this",))
    live.change(
        calendar=calendar().model_copy(update={"fission_steps": (one,)}), content=full_library(3)
    )
    ours = publisher(store, live)
    await ours.run(START)
    for number in range(4):
        await ours.run(NOW + number * DAY / 2 + timedelta(minutes=number % 2 * 30))
    first, second, *_ = await records(store)
    assert (first.state, first.step) == ("published", "code.1")
    assert (second.state, second.step) == ("skipped", "")
    assert second.reason.endswith("add texts to fission_steps in calendar.yaml")


async def test_the_database_takes_no_post_without_a_step(store: Store, live: Live) -> None:
    ours = publisher(store, live)
    await ours.run(NOW)
    with pytest.raises(StoreError, match=r"(?i)check"):
        await execute(store, "UPDATE slot SET step = '' WHERE state = 'published'")
    await execute(store, "UPDATE slot SET step = '', state = 'skipped', posted_at = NULL")
