"""How often a group has seen each item of the library, and when it may see it again."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bot.core.ids import GroupKey
from bot.schedules.mix import FATIGUE_DAYS
from bot.schedules.node_days import node_days_on
from bot.schedules.records import Post
from bot.schedules.rules import is_for_group, is_in_season
from bot.settings.settings import ContentItem, Settings

LOOKED_AHEAD: Final = timedelta(days=400)
"""A season or a node day comes again within so many days, if it comes again."""


@dataclass(frozen=True, slots=True)
class Usage:
    """An item in a group.

    ``times`` are its posts by variant, ``tired`` how many of them count as fatigue. ``free_on`` is
    the first day on which it may be posted, None when there is none.
    """

    item: ContentItem
    times: Mapping[str, int]
    tired: int
    last: date | None
    free_on: date | None

    @property
    def count(self) -> int:
        """How often it was posted."""
        return sum(self.times.values())


def usage_of(
    settings: Settings,
    group_key: GroupKey,
    items: Sequence[ContentItem],
    posts: Sequence[Post],
    now: datetime,
) -> Iterator[Usage]:
    """The usage of each of ``items`` that is for the group, after its ``posts``."""
    group = settings.group(group_key)
    zone = settings.zone if group is None else settings.zone_of(group)
    today = now.astimezone(zone).date()
    rest = timedelta(days=max(settings.calendar.limits.item_cooldown_days, 1))
    last = {post.item: post.at.astimezone(zone).date() for post in posts}
    times: dict[str, Counter[str]] = {}
    for post in posts:
        times.setdefault(post.item, Counter())[post.variant] += 1
    tired = Counter(post.item for post in posts if post.at >= now - timedelta(days=FATIGUE_DAYS))
    for item in items:
        if not is_for_group(settings, group_key, item):
            continue
        used = last.get(item.key)
        rested = today if used is None else max(today, used + rest)
        yield Usage(
            item=item,
            times=times.get(item.key, {}),
            tired=tired[item.key],
            last=used,
            free_on=_first_day(settings, item, rested, today + LOOKED_AHEAD),
        )


def _first_day(settings: Settings, item: ContentItem, first: date, before: date) -> date | None:
    front, day = item.front, first
    while day < before:
        made_for = not front.node or any(
            node.key == front.node for node in node_days_on(day, settings.calendar)
        )
        if made_for and is_in_season(front, day):
            return day
        day += timedelta(days=1)
    return None
