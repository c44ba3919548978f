"""What the library will lack: a forecast by counting, which calls nothing missing that is not.

Within as many days as an item rests, a group sees it once at most. So the posts of a pillar in any
stretch of days are bounded: cut the stretch into pieces of that length; in each piece there are no
more than there are items that may come then, and no more than slots that take their kinds. The
least bound over all ways of cutting is what the library can supply. What the mix asks for beyond it
is missing, whatever is chosen in which order.

A month is compared with its own bound, and everything up to its end with the bound of all that
time, because what is used up in one month is not rested in the next.
"""

import calendar as months
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Final

from bot.core.ids import GroupKey
from bot.schedules.balance import shares_on
from bot.schedules.node_days import node_days_on
from bot.schedules.records import Post
from bot.schedules.rules import is_for_group, is_in_season
from bot.schedules.slots import Slot
from bot.settings.schema.base import Kind, Pillar
from bot.settings.settings import ContentItem, Settings

_DAY: Final = timedelta(days=1)
_SOME_KINDS: Final = tuple(
    frozenset(some) for count in range(len(Kind) + 1) for some in combinations(Kind, count)
)


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing of a pillar or kind in a month.

    ``needed`` posts are asked for by the mix in the month that begins on ``month``, ``rested`` can
    be supplied by items, and the slots take ``room``. ``items`` new ones would close the gap.
    """

    name: Pillar | Kind
    month: date
    needed: int
    rested: int
    room: int
    items: int

    def sentence(self, today: date) -> str:
        """As in "industry: 3 items missing in December (need 9, 6 are rested)"."""
        name = f"kind {self.name}" if isinstance(self.name, Kind) else str(self.name)
        month = months.month_name[self.month.month]
        when = month if self.month.year == today.year else f"{month} {self.month.year}"
        if not self.items:
            return f"{name}: the slots take {self.room} in {when}, the mix asks for {self.needed}"
        noun = "item" if self.items == 1 else "items"
        counts = f"need {self.needed}, {self.rested} {'is' if self.rested == 1 else 'are'} rested"
        return f"{name}: {self.items} {noun} missing in {when} ({counts})"


@dataclass(frozen=True, slots=True)
class _Day:
    """The open slots of a day, each with its kinds."""

    on: date
    slots: tuple[frozenset[Kind], ...]


def forecast(
    settings: Settings,
    group_key: GroupKey,
    items: Sequence[ContentItem],
    posts: Sequence[Post],
    slots: Sequence[Slot],
) -> tuple[Gap, ...]:
    """What ``items`` lack for the group's ``slots`` after its ``posts``, by month, pillars first.

    Slots that are blocked or a campaign's own ask nothing of the library.
    """
    group = settings.group(group_key)
    zone = settings.zone if group is None else settings.zone_of(group)
    by_day: dict[date, list[frozenset[Kind]]] = {}
    for slot in slots:
        if not slot.blocked and not slot.item:
            on = slot.due_at.astimezone(zone).date()
            by_day.setdefault(on, []).append(frozenset(slot.kinds))
    days = [_Day(on, tuple(kinds)) for on, kinds in sorted(by_day.items())]
    last_used = {post.item: post.at.astimezone(zone).date() for post in posts}
    supply = _Supply(settings, group_key, items, last_used, days)
    found = [gap for name in (*Pillar, *Kind) for gap in _gaps(settings, group_key, supply, name)]
    return tuple(sorted(found, key=lambda gap: gap.month))


def _gaps(
    settings: Settings, group_key: GroupKey, supply: "_Supply", name: Pillar | Kind
) -> Iterator[Gap]:
    named, wanted_before = 0, 0
    for month, days in _by_month(supply.days).items():
        needed = _needed(settings, group_key, days, name)
        room = sum(not isinstance(name, Kind) or name in slot for day in days for slot in day.slots)
        wanted = min(needed, room)
        alone = wanted - supply.most_posts(name, days[0].on, days[-1].on)
        together = wanted_before + wanted - supply.most_posts(name, supply.days[0].on, days[-1].on)
        missing = max(alone, together - named, 0)
        wanted_before += wanted
        named += missing
        if missing or room < needed:
            length = (days[-1].on - days[0].on).days + 1
            uses = max(1, length // supply.rest)
            yield Gap(name, month, needed, wanted - missing, room, -(-missing // uses))


def _by_month(days: Sequence[_Day]) -> Mapping[date, list[_Day]]:
    found: dict[date, list[_Day]] = {}
    for day in days:
        found.setdefault(day.on.replace(day=1), []).append(day)
    return found


def _needed(
    settings: Settings, group_key: GroupKey, days: Sequence[_Day], name: Pillar | Kind
) -> int:
    """How many of the posts of ``days`` shall be of a pillar or kind, rounded."""
    percents = 0
    for day in days:
        _, shares = shares_on(settings.calendar.mix, group_key, day.on)
        percent = (
            shares.kinds.get(name, 0) if isinstance(name, Kind) else shares.pillars.get(name, 0)
        )
        percents += percent * len(day.slots)
    return (percents + 50) // 100


class _Supply:
    """What the library can supply in any stretch of ``days``."""

    def __init__(
        self,
        settings: Settings,
        group_key: GroupKey,
        items: Sequence[ContentItem],
        last_used: Mapping[str, date],
        days: Sequence[_Day],
    ) -> None:
        self.days = days
        self.rest = max(settings.calendar.limits.item_cooldown_days, 1)
        nodes = {
            day.on: {node.key for node in node_days_on(day.on, settings.calendar)} for day in days
        }
        self._on = [day.on for day in days]
        self._dates: list[tuple[ContentItem, list[date]]] = []
        self._pieces: dict[tuple[Pillar | Kind, int, int], int] = {}
        for item in items:
            front = item.front
            if not is_for_group(settings, group_key, item):
                continue
            used = last_used.get(item.key)
            dates = [
                day.on
                for day in days
                if is_in_season(front, day.on)
                and (not front.node or front.node in nodes[day.on])
                and (used is None or (day.on - used).days >= self.rest)
                and any(front.kind in slot for slot in day.slots)
            ]
            self._dates.append((item, dates))

    def most_posts(self, name: Pillar | Kind, first: date, last: date) -> int:
        """No order of posts has more of ``name`` from ``first`` to ``last``."""
        length = (last - first).days + 1
        cuts = range(min(self.rest, length))
        return min(self._in_pieces(name, first - cut * _DAY, first, last) for cut in cuts)

    def _in_pieces(self, name: Pillar | Kind, start: date, first: date, last: date) -> int:
        total = 0
        while start <= last:
            end = start + (self.rest - 1) * _DAY
            total += self._in_piece(name, max(start, first), min(end, last))
            start = end + _DAY
        return total

    def _in_piece(self, name: Pillar | Kind, first: date, last: date) -> int:
        """The same for days so close that no item comes twice."""
        piece = name, bisect_left(self._on, first), bisect_right(self._on, last)
        if piece not in self._pieces:
            self._pieces[piece] = self._count(*piece)
        return self._pieces[piece]

    def _count(self, name: Pillar | Kind, start: int, end: int) -> int:
        """Each post takes an item and a slot of its kind.

        For any choice of kinds, posts of those are no more than the items, and all others no more
        than the slots that take another kind.
        """
        slots = [slot for day in self.days[start:end] for slot in day.slots]
        if not slots:
            return 0
        first, last = self._on[start], self._on[end - 1]
        items = Counter(
            item.front.kind
            for item, dates in self._dates
            if name in (item.front.pillar, item.front.kind)
            and bisect_left(dates, first) < bisect_right(dates, last)
        )
        return min(
            sum(items[kind] for kind in some) + sum(bool(slot - some) for slot in slots)
            for some in _SOME_KINDS
        )
