"""How often a group has seen an item, and when it may see it again."""

from dataclasses import replace
from datetime import date, timedelta

from bot.schedules.usage import Usage, usage_of
from bot.settings.schema.base import Kind
from bot.settings.schema.calendar import PostLimits
from bot.settings.settings import ContentItem

from .support import GROUP, at, calendar, item, post, settings

NOW = at("2026-12-01 09:00")
TODAY = date(2026, 12, 1)
DAY = timedelta(days=1)


def usage(of: ContentItem, *days_ago: int) -> list[Usage]:
    setting = settings(calendar(limits=PostLimits(item_cooldown_days=28)), [of])
    posts = [post(NOW - days * DAY, of) for days in days_ago]
    return list(usage_of(setting, GROUP, [of], posts, NOW))


def test_an_item_that_was_never_used_is_free_today() -> None:
    assert usage(item("a")) == [Usage(item("a"), {}, 0, None, TODAY)]


def test_a_used_item_rests_and_then_is_free() -> None:
    [found] = usage(item("a"), 400, 10)

    assert (found.count, found.tired) == (2, 1)
    assert found.last == date(2026, 11, 21)
    assert found.free_on == date(2026, 12, 19)


def test_seasons_days_and_node_days_put_it_off_further() -> None:
    assert usage(item("a", months=(3,)))[0].free_on == date(2027, 3, 1)
    assert usage(item("a", node="christmas"))[0].free_on == date(2026, 12, 25)
    assert usage(item("a", node="christmas"), 1)[0].free_on == date(2027, 12, 25)
    assert usage(item("a", valid_to=date(2026, 11, 30)))[0].free_on is None


def test_what_is_for_other_groups_is_not_listed() -> None:
    assert usage(item("a", groups=("lake",))) == []
    assert usage(item("a", rollout="lake")) == []
    assert len(usage(item("a", groups=(GROUP,)))) == 1


def test_variants_are_counted_apart() -> None:
    two = replace(item("a", Kind.STORY), others={"b": "other words"})
    setting = settings(calendar(), [two])
    posts = [replace(post(NOW - 90 * DAY, two), variant="b"), post(NOW - 50 * DAY, two)]

    [found] = usage_of(setting, GROUP, [two], posts, NOW)

    assert found.times == {"a": 1, "b": 1}
