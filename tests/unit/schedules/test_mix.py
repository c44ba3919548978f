"""Which item comes next, and why."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.schedules.mix import Choice, NoChoice, Wish, choose
from bot.schedules.records import Post
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.calendar import CalendarFile, PostLimits
from bot.settings.settings import ContentItem

from .support import EVERY_KIND, GROUP, at, calendar, full_library, item, post, settings

NOW = at("2026-11-25 20:00")  # no node day
DAY = timedelta(days=1)


def pick(
    items: list[ContentItem],
    posts: list[Post],
    *,
    calendar: CalendarFile | None = None,
    at: datetime = NOW,
    kinds: Sequence[Kind] = EVERY_KIND,
    slots_of_day: int = 4,
) -> Choice | NoChoice:
    wish = Wish(at, GROUP, tuple(kinds), slots_of_day)
    return choose(settings(calendar, items), items, posts, wish)


def picked(items: list[ContentItem], posts: list[Post], **options: Any) -> str:
    choice = pick(items, posts, **options)
    assert isinstance(choice, Choice)
    return choice.item.key


def refused(items: list[ContentItem], posts: list[Post], **options: Any) -> str:
    choice = pick(items, posts, **options)
    assert isinstance(choice, NoChoice)
    return choice.reason


def test_the_pillar_and_kind_that_are_owed_most_come_next_with_the_numbers_as_reason() -> None:
    story = item("a", Kind.STORY, Pillar.BRAND)
    lesson = item("b", Kind.LESSON, Pillar.INDUSTRY)
    posts = [post(NOW - DAY * days, item(f"old-{days}")) for days in (5, 4, 3)]
    choice = pick([story, lesson], posts)
    assert isinstance(choice, Choice)
    assert choice.item is lesson
    assert choice.reason == (
        "pillar industry owed 1.2, kind lesson owed 1.2 of 4 posts; not used before"
    )


def test_a_reason_tells_what_is_ahead_and_when_the_item_was_used() -> None:
    story = item("a")
    choice = pick([story], [post(NOW - 50 * DAY, story), post(NOW - DAY, item("b"))])
    assert isinstance(choice, Choice)
    assert choice.reason == (
        "pillar brand ahead by 1.4, kind story ahead by 1.6 of 3 posts; last used 50 days ago"
    )


def test_of_equals_the_unused_item_comes_first_then_the_longest_unused_then_the_first_key() -> None:
    items = [item("c"), item("a"), item("b"), item("d")]
    used = [post(NOW - 60 * DAY, items[0]), post(NOW - 90 * DAY, items[1])]
    assert picked(items, used) == "b"
    assert picked(items[:2], used) == "a"
    assert picked(items[2:], []) == "b"


def test_an_item_rests_for_its_cool_down_to_the_day() -> None:
    used = item("a")
    calendar_file = calendar(limits=PostLimits(item_cooldown_days=45))
    rested = [post(at("2026-10-11 23:00"), used)]
    assert picked([used], rested, calendar=calendar_file) == "a"
    tired = [post(at("2026-10-12 00:01"), used)]
    assert refused([used], tired, calendar=calendar_file, kinds=[Kind.STORY]) == (
        "no story item (1 in cool-down until 2026-11-26): add files to content/"
    )


def test_an_item_is_not_repeated_on_a_day_even_without_a_cool_down() -> None:
    used = item("a")
    none = calendar(limits=PostLimits(item_cooldown_days=0))
    assert "in cool-down" in refused([used], [post(at("2026-11-25 08:30"), used)], calendar=none)
    assert picked([used], [post(at("2026-11-24 20:00"), used)], calendar=none) == "a"


@pytest.mark.parametrize(
    ("front", "allowed"),
    [
        ({"months": (11,)}, True),
        ({"months": (10, 12)}, False),
        ({"valid_from": date(2026, 11, 25)}, True),
        ({"valid_from": date(2026, 11, 26)}, False),
        ({"valid_to": date(2026, 11, 25)}, True),
        ({"valid_to": date(2026, 11, 24)}, False),
    ],
)
def test_an_item_appears_in_its_season_and_dates_only(front: dict[str, Any], allowed: bool) -> None:
    assert isinstance(pick([item("a", **front)], []), Choice) is allowed


def test_two_product_posts_never_come_in_a_row() -> None:
    product = item("a", Kind.PRODUCT, Pillar.PRODUCT)
    other = item("b", Kind.STORY, Pillar.USER)
    after_product = [post(NOW - DAY, item("z", Kind.PRODUCT))]
    assert picked([product, other], after_product) == "b"
    assert refused([product], after_product, kinds=[Kind.PRODUCT]) == (
        "no product item (1 after a product post): let the slot take another kind too"
    )


@pytest.mark.parametrize(("posts_since", "allowed"), [(0, False), (2, False), (3, True)])
def test_of_four_consecutive_posts_at_most_one_is_a_promotion(
    posts_since: int, allowed: bool
) -> None:
    posts = [post(NOW - 9 * DAY, item("sale", promotion=True))]
    posts += [post(NOW - DAY * days, item(f"o{days}")) for days in range(posts_since, 0, -1)]
    choice = pick([item("a", promotion=True)], posts)
    assert isinstance(choice, Choice) is allowed


def test_a_node_item_appears_on_its_day_only_and_before_all_others() -> None:
    thanks = item("thanks", node="thanksgiving")
    owed = item("owed", Kind.LESSON, Pillar.INDUSTRY)
    assert picked([thanks, owed], []) == "owed"
    choice = pick([thanks, owed], [], at=at("2026-11-26 08:30"))
    assert isinstance(choice, Choice)
    assert choice.item is thanks
    assert choice.node is not None
    assert choice.node.key == "thanksgiving"
    assert choice.reason.startswith("made for 感恩节; ")


def test_a_node_item_waits_for_a_slot_of_its_kind() -> None:
    thanks = item("thanks", Kind.ACTIVITY, node="thanksgiving")
    day = at("2026-11-26 08:30")
    assert picked([thanks, item("a")], [], at=day, kinds=[Kind.STORY]) == "a"


def test_what_the_library_lacks_is_told_for_each_kind_of_the_slot() -> None:
    items = [item("a", Kind.ACTIVITY, months=(1,)), item("b", Kind.ACTIVITY)]
    reason = refused(items, [post(NOW - 5 * DAY, items[1])], kinds=[Kind.ACTIVITY, Kind.LESSON])
    assert reason == (
        "no activity item (1 in cool-down until 2027-01-04, 1 out of season or date),"
        " no lesson item (none in the library): add files to content/"
    )


def test_a_post_ends_with_its_fission_step() -> None:
    choice = pick([item("a")], [])
    assert isinstance(choice, Choice)
    assert (choice.words, choice.step.text) == ("text of a", "step code 1")


def test_the_same_history_gives_the_same_choice_in_whatever_order_files_are_read() -> None:
    items = list(full_library(3))
    posts = [post(NOW - DAY * (9 - days), items[days * 5]) for days in range(8)]
    assert pick(items, posts) == pick(items[::-1], posts)
