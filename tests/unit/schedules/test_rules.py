"""Hard rules that look ahead, count discounts, or hang on the day."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.ids import GroupKey
from bot.schedules.balance import balance
from bot.schedules.mix import Choice, NoChoice, Wish, choose
from bot.schedules.records import Post
from bot.schedules.rules import Rules
from bot.settings.schema.base import Kind
from bot.settings.schema.front_matter import Appeal
from bot.settings.settings import ContentItem

from .support import GROUP, MINUTE, at, calendar, group, item, post, settings

NOW = at("2026-11-25 20:00")
PRODUCT, SALE = item("p", Kind.PRODUCT), item("s", promotion=True)


def why(wanted: ContentItem, posts: list[Post] | None = None, **options: Any) -> str:
    """The rule in the way of ``wanted``, else nothing."""
    given = settings(calendar(), [wanted])
    standing = balance(posts or [], given.calendar.mix, GROUP, NOW.date())
    options = {"slots_of_day": 4, **options}
    rules = Rules(given, GROUP, posts or [], at=NOW, balance=standing, **options)
    found = rules.hindrance(wanted)
    return found.why if found else ""


def test_no_product_comes_right_before_one_that_is_settled() -> None:
    ahead = [PRODUCT.front]
    assert why(item("q", Kind.PRODUCT), coming=ahead) == "before a product post that is settled"
    assert why(item("q", Kind.PRODUCT), coming=[None, *ahead]) == ""
    assert why(item("q", Kind.STORY), coming=ahead) == ""


@pytest.mark.parametrize(("between", "allowed"), [(0, False), (2, False), (3, True)])
def test_a_promotion_keeps_its_distance_from_one_that_is_settled(
    between: int, allowed: bool
) -> None:
    coming = [*[None] * between, SALE.front]
    assert (why(item("t", promotion=True), coming=coming) == "") is allowed


def test_an_item_that_is_settled_for_later_is_kept_for_it() -> None:
    assert why(item("a"), kept=frozenset({"a"})) == "kept for a later slot"
    assert why(item("a"), kept=frozenset({"b"})) == ""


@pytest.mark.parametrize(("discounts", "allowed"), [(6, True), (7, False)])
def test_a_quarter_of_the_window_may_appeal_by_a_discount(discounts: int, allowed: bool) -> None:
    """28 posts, 25 %: seven. Those before the window do not count."""
    cheap = item("c", appeal=Appeal.DISCOUNT)
    before = 3
    posts = [
        replace(post(NOW - (30 - n) * 600 * MINUTE, item(f"o{n}")), discount=n < before + discounts)
        for n in range(before + 27)
    ]
    assert (why(cheap, posts) == "") is allowed
    assert why(item("d"), posts) == ""


@pytest.mark.parametrize(
    ("slots_of_day", "lessons", "allowed"),
    [(1, 0, True), (1, 1, False), (2, 1, False), (3, 1, False), (4, 1, True), (4, 2, False)],
)
def test_the_mix_gives_a_kind_at_most_half_of_a_days_posts(
    slots_of_day: int, lessons: int, allowed: bool
) -> None:
    posts = [post(NOW - (9 - n) * 60 * MINUTE, item(f"l{n}", Kind.LESSON)) for n in range(lessons)]
    given = settings(calendar(), [item("a", Kind.LESSON)])
    wish = Wish(NOW, GROUP, (Kind.LESSON,), slots_of_day)
    choice = choose(given, given.content, posts, wish)
    assert isinstance(choice, Choice) is allowed
    if isinstance(choice, NoChoice):
        assert "half of the day's posts are of its kind" in choice.reason
        assert choice.reason.endswith("let the slot take another kind too")


def test_what_is_settled_later_that_day_counts_to_the_half_of_its_kind() -> None:
    given = settings(calendar(), [item("a", Kind.LESSON), item("b")])
    wish = Wish(NOW, GROUP, (Kind.LESSON, Kind.STORY), 2, settled_today=(Kind.LESSON,))
    choice = choose(given, given.content, [], wish)
    assert isinstance(choice, Choice)
    assert choice.item.key == "b"


def test_an_item_for_other_groups_or_not_yet_rolled_out_is_not_for_this_one() -> None:
    assert why(item("a", groups=("other",))) == "for other groups"
    assert why(item("a", groups=(GROUP,))) == ""
    assert why(item("a", rollout=GROUP)) == ""
    assert why(item("a", rollout="other")) == "for other groups"


def test_the_day_is_that_of_the_groups_own_clock() -> None:
    away = group().model_copy(update={"time_zone": "America/New_York"})
    given = settings(groups=[away])
    standing = balance([], given.calendar.mix, GroupKey(GROUP), NOW.date())
    midnight = at("2026-11-26 02:00")
    rules = Rules(given, GROUP, [], at=midnight, balance=standing, slots_of_day=4)
    assert rules.today.isoformat() == "2026-11-25"
