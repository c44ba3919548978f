"""Node days 节点日: the days and seasons of the year around which a brand plans.

Solar days are dates, some days are rules (the second Sunday of May), the others follow the lunar
calendar or the solar terms and move by weeks from year to year. Lunar dates come from
lunar-python, whose numbers agree with two other implementations for 2025-2034.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Literal

from lunar_python import Lunar, LunarMonth

from bot.settings.schema.calendar import SALES_KEYS, TERM_KEYS, CalendarFile
from bot.settings.schema.calendar import NodeDay as OwnDay

SUNDAY = 6
THURSDAY = 3

Region = Literal["north", "south"]
"""Where 小年 is kept: on the 23rd or on the 24th of the last lunar month."""


class Nature(StrEnum):
    """Where a node day comes from."""

    SOLAR = "solar"
    """A date, or a weekday of a month."""

    LUNAR = "lunar"
    """A festival of the traditional calendar; 清明 and 冬至, which fall on a term, are such."""

    COMMERCE = "commerce"
    """A day or a season of sales."""

    TERM = "term"
    """A solar term 节气: a topic of the season, and no occasion for a campaign."""

    BRAND = "brand"
    """One of calendar.yaml."""


@dataclass(frozen=True, slots=True)
class NodeDay:
    """A node day in a given year: ``on``, or from ``on`` to ``last``, both included.

    On a ``solemn`` one the bot posts nothing.
    """

    key: str
    name: str
    nature: Nature
    on: date
    last: date
    solemn: bool = False

    @property
    def is_occasion(self) -> bool:
        """Whether a campaign may be about it."""
        return not self.solemn and self.nature is not Nature.TERM


class Phase(StrEnum):
    """What a campaign does in the days around a node day."""

    TEASE = "tease"
    RULES = "rules"
    REMIND = "remind"
    OPEN = "open"
    THANKS = "thanks"
    REVIEW = "review"


PHASES: Mapping[Phase, int] = {
    Phase.TEASE: -7,
    Phase.RULES: -3,
    Phase.REMIND: -1,
    Phase.OPEN: 0,
    Phase.THANKS: 1,
    Phase.REVIEW: 3,
}
"""The day on which each phase begins, counted from T0; it goes on until the next, the last one for
a day. A node day of several days is T0 all along, and T+1 is the day after its last."""


@dataclass(frozen=True, slots=True)
class NodePhase:
    """A date seen from a node day: ``day`` is -7 … 3, and ``phase`` what that day is for."""

    node: NodeDay
    phase: Phase
    day: int


def node_days_on(on: date, calendar: CalendarFile) -> tuple[NodeDay, ...]:
    """The node days that ``on`` is one of, the brand's own after the common ones."""
    return _by_date(on.year, calendar).get(on, ())


def node_days_between(start: date, end: date, calendar: CalendarFile) -> tuple[NodeDay, ...]:
    """All node days that touch ``start`` to ``end``, both included, in order of their first day.

    The brand's own days of ``calendar`` come after the common ones of the same date.
    """
    found: dict[NodeDay, None] = {}
    for year in range(start.year, end.year + 1):
        for on, days in _by_date(year, calendar).items():
            if start <= on <= end:
                found.update(dict.fromkeys(days))
    return tuple(sorted(found, key=lambda day: (day.on, day.nature is Nature.BRAND)))


def next_node_days(today: date, count: int, calendar: CalendarFile) -> tuple[NodeDay, ...]:
    """The next ``count`` node days from ``today`` on, the solar terms left out.

    One that is today, or goes on today, comes first.
    """
    days: list[NodeDay] = []
    end = today
    while len(days) < count:
        end += timedelta(days=366)
        found = node_days_between(today, end, calendar)
        days = [day for day in found if day.nature is not Nature.TERM]
    return tuple(days[:count])


def phase_of(node: NodeDay, on: date) -> NodePhase | None:
    """Which phase of ``node`` the date ``on`` is in; None when it is too far away."""
    day = min((on - node.on).days, 0) + max((on - node.last).days, 0)
    reached = [phase for phase, begins in PHASES.items() if begins <= day]
    if not reached or day > max(PHASES.values()):
        return None
    return NodePhase(node, reached[-1], day)


_SOLAR: tuple[tuple[str, str, int, int], ...] = (
    ("new_year", "元旦", 1, 1),
    ("valentine", "情人节", 2, 14),
    ("womens_day", "女神节", 3, 8),
    ("arbor_day", "植树节", 3, 12),
    ("consumer_day", "消费者权益日", 3, 15),
    ("april_fools", "愚人节", 4, 1),
    ("reading_day", "读书日", 4, 23),
    ("labour_day", "劳动节", 5, 1),
    ("wenchuan_memorial", "汶川地震纪念日", 5, 12),
    ("day_520", "520", 5, 20),
    ("childrens_day", "儿童节", 6, 1),
    ("teachers_day", "教师节", 9, 10),
    ("national_day", "国庆节", 10, 1),
    ("nanjing_memorial", "国家公祭日", 12, 13),
    ("christmas_eve", "平安夜", 12, 24),
    ("christmas", "圣诞节", 12, 25),
)

_COMMERCE: tuple[tuple[str, str, int, int], ...] = (
    ("mid_year_618", "618", 6, 18),
    ("day_99", "99 大促", 9, 9),
    ("double_11", "双11", 11, 11),
    ("double_12", "双12", 12, 12),
)

# key, name, nature, month, which weekday (Monday is 0), the how-manieth of the month, days after it
_RULES: tuple[tuple[str, str, Nature, int, int, int, int], ...] = (
    ("mothers_day", "母亲节", Nature.SOLAR, 5, SUNDAY, 2, 0),
    ("fathers_day", "父亲节", Nature.SOLAR, 6, SUNDAY, 3, 0),
    ("thanksgiving", "感恩节", Nature.SOLAR, 11, THURSDAY, 4, 0),
    ("black_friday", "黑五", Nature.COMMERCE, 11, THURSDAY, 4, 1),
)

# key, name, lunar month, lunar day, days after it. 除夕 is the day before 春节, because the last
# lunar month has 29 or 30 days.
_LUNAR: tuple[tuple[str, str, int, int, int], ...] = (
    ("new_years_eve", "除夕", 1, 1, -1),
    ("spring_festival", "春节", 1, 1, 0),
    ("lantern", "元宵节", 1, 15, 0),
    ("dragon_head", "龙抬头", 2, 2, 0),
    ("dragon_boat", "端午节", 5, 5, 0),
    ("qixi", "七夕", 7, 7, 0),
    ("zhongyuan", "中元节", 7, 15, 0),
    ("mid_autumn", "中秋节", 8, 15, 0),
    ("double_ninth", "重阳节", 9, 9, 0),
    ("laba", "腊八节", 12, 8, 0),
)

_LITTLE_NEW_YEAR: Mapping[Region, int] = {"north": 23, "south": 24}

# What lunar-python calls the terms of a solar year in the table of the lunar year of that number.
# That table begins with the 冬至 of December before; the year's own one is DONG_ZHI.
_TERM_NAMES = (
    "小寒", "大寒", "立春", "雨水", "惊蛰", "春分", "谷雨", "立夏", "小满", "芒种", "夏至", "小暑",
    "大暑", "立秋", "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪",
)  # fmt: skip
_TERMS: tuple[tuple[str, str, str, Nature], ...] = (
    *((key, name, name, Nature.TERM) for key, name in zip(TERM_KEYS, _TERM_NAMES, strict=True)),
    ("qingming", "清明", "清明", Nature.LUNAR),
    ("winter_solstice", "冬至", "DONG_ZHI", Nature.LUNAR),
)

_SOLEMN = frozenset({"qingming", "wenchuan_memorial", "nanjing_memorial"})
"""Days of mourning: no promotion, no red packet, no post."""


def _by_date(year: int, calendar: CalendarFile) -> Mapping[date, tuple[NodeDay, ...]]:
    return _index(year, calendar.holidays.little_new_year, calendar.node_days)


@lru_cache(maxsize=64)
def _index(
    year: int, region: Region, own: tuple[OwnDay, ...]
) -> Mapping[date, tuple[NodeDay, ...]]:
    """The node days of each date of ``year``, those that began in the year before included."""
    replaced = {day.key for day in own}
    begun = (year - 1, year)
    common = [day for number in begun for day in built_in_days(number, region)]
    days = [day for day in common if day.key not in replaced]
    days += [day for number in begun for day in _own_days(number, own)]
    index: dict[date, tuple[NodeDay, ...]] = {}
    for day in days:
        for number in range((day.last - day.on).days + 1):
            on = day.on + timedelta(days=number)
            if on.year == year:
                index[on] = (*index.get(on, ()), day)
    return index


@cache
def built_in_days(year: int, region: Region) -> tuple[NodeDay, ...]:
    """The node days that begin in ``year`` and need no entry in calendar.yaml."""
    return tuple(_built_in_days(year, region))


def _built_in_days(year: int, region: Region) -> Iterator[NodeDay]:
    for key, name, month, day in _SOLAR:
        yield _one_day(key, name, Nature.SOLAR, date(year, month, day))
    for key, name, month, day in _COMMERCE:
        yield _one_day(key, name, Nature.COMMERCE, date(year, month, day))
    for key, name, nature, month, weekday, nth, after in _RULES:
        on = _nth_weekday(year, month, weekday, nth) + timedelta(days=after)
        yield _one_day(key, name, nature, on)
    little = ("little_new_year", "小年", 12, _LITTLE_NEW_YEAR[region], 0)
    for key, name, month, day, after in (*_LUNAR, little):
        for on in _lunar_in_solar_year(year, month, day, after):
            yield _one_day(key, name, Nature.LUNAR, on)
    terms = Lunar.fromYmd(year, 6, 1).getJieQiTable()
    for key, name, term, nature in _TERMS:
        yield _one_day(key, name, nature, date.fromisoformat(terms[term].toYmd()))
    yield from _seasons_of_sales(year)


def _seasons_of_sales(year: int) -> Iterator[NodeDay]:
    presale, goods = SALES_KEYS
    first, last = date(year, 10, 20), date(year, 11, 10)
    yield NodeDay(presale, "双11预售", Nature.COMMERCE, first, last)
    for first in _lunar_in_solar_year(year, 12, 1):
        eves = (*_lunar_in_solar_year(year, 1, 1, -1), *_lunar_in_solar_year(year + 1, 1, 1, -1))
        last = min(eve for eve in eves if eve > first)
        yield NodeDay(goods, "年货节", Nature.COMMERCE, first, last)


def _one_day(key: str, name: str, nature: Nature, on: date) -> NodeDay:
    return NodeDay(key, name, nature, on, on, key in _SOLEMN)


def _own_days(year: int, own: Sequence[OwnDay]) -> Iterator[NodeDay]:
    for day in own:
        nature = Nature.COMMERCE if day.key in SALES_KEYS else Nature.BRAND
        for on in _dates_of(year, day):
            last = on + timedelta(days=day.lasts_days - 1)
            yield NodeDay(day.key, day.name, nature, on, last, day.solemn)


def _dates_of(year: int, day: OwnDay) -> Sequence[date]:
    if day.every == "month":
        months = range(1, 13)
        return sorted({_solar(year, month, number) for month in months for number in day.days})
    if day.month is None or day.day is None:
        return ()
    if day.lunar:
        return _lunar_in_solar_year(year, day.month, day.day)
    return (_solar(year, day.month, day.day),)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _solar(year: int, month: int, day: int) -> date:
    """29 February of a common year is kept on the 28th, so that no brand day is lost."""
    return date(year, month, min(day, monthrange(year, month)[1]))


@cache
def _lunar_in_solar_year(year: int, month: int, day: int, after: int = 0) -> tuple[date, ...]:
    """The solar dates in ``year`` of a lunar day: mostly one, but two or none are possible.

    A lunar year reaches into the next solar one. Of a month that is repeated (闰月) the first one
    counts. The 30th of a month with 29 days is kept on its last day.
    """
    dates = []
    for lunar_year in (year - 1, year):
        last = LunarMonth.fromYm(lunar_year, month).getDayCount()
        solar = Lunar.fromYmd(lunar_year, month, min(day, last)).getSolar()
        on = date(solar.getYear(), solar.getMonth(), solar.getDay()) + timedelta(days=after)
        if on.year == year:
            dates.append(on)
    return tuple(dates)
