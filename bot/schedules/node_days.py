"""Node days 节点日: the days of the solar and the lunar year around which a brand plans.

Solar days are dates, some days are rules (the second Sunday of May), the others follow the lunar
calendar or the solar terms and move by weeks from year to year. Lunar dates come from
lunar-python, whose numbers agree with two other implementations for 2025-2033.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from lunar_python import Lunar, LunarMonth

from bot.settings.schema.calendar import CalendarFile

SUNDAY = 6
THURSDAY = 3


@dataclass(frozen=True, slots=True)
class NodeDay:
    """A node day in a given year. On a ``solemn`` one the bot posts nothing."""

    key: str
    name: str
    on: date
    solemn: bool = False


def node_days_between(start: date, end: date, calendar: CalendarFile) -> tuple[NodeDay, ...]:
    """All node days from ``start`` to ``end``, both included, in order of date.

    The brand's own days of ``calendar`` come after the common ones of the same date.
    """
    days = [
        day
        for year in range(start.year, end.year + 1)
        for day in (*_common_days(year), *_brand_days(year, calendar))
        if start <= day.on <= end
    ]
    return tuple(sorted(days, key=lambda day: day.on))


def next_node_days(today: date, count: int, calendar: CalendarFile) -> tuple[NodeDay, ...]:
    """The next ``count`` node days from ``today`` on; one that is today comes first."""
    days: tuple[NodeDay, ...] = ()
    start = today
    while len(days) < count:
        end = start.replace(month=12, day=31)
        days += node_days_between(start, end, calendar)
        start = end + timedelta(days=1)
    return days[:count]


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
    ("mid_year_618", "618", 6, 18),
    ("day_99", "99 大促", 9, 9),
    ("teachers_day", "教师节", 9, 10),
    ("national_day", "国庆节", 10, 1),
    ("double_11", "双11", 11, 11),
    ("double_12", "双12", 12, 12),
    ("nanjing_memorial", "国家公祭日", 12, 13),
    ("christmas_eve", "平安夜", 12, 24),
    ("christmas", "圣诞节", 12, 25),
)

# key, name, month, which weekday (Monday is 0), the how-manieth of the month, days after it
_RULES: tuple[tuple[str, str, int, int, int, int], ...] = (
    ("mothers_day", "母亲节", 5, SUNDAY, 2, 0),
    ("fathers_day", "父亲节", 6, SUNDAY, 3, 0),
    ("thanksgiving", "感恩节", 11, THURSDAY, 4, 0),
    ("black_friday", "黑五", 11, THURSDAY, 4, 1),
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
    ("little_new_year", "小年", 12, 23, 0),
)

# key, name, what lunar-python calls the term in the table of the lunar year that has this number.
# That table begins with the 冬至 of December before; the year's own one is DONG_ZHI.
_TERMS: tuple[tuple[str, str, str], ...] = (
    ("qingming", "清明", "清明"),
    ("winter_solstice", "冬至", "DONG_ZHI"),
)

_SOLEMN = frozenset({"qingming", "wenchuan_memorial", "nanjing_memorial"})
"""Days of mourning: no promotion, no red packet, no post."""


@cache
def _common_days(year: int) -> tuple[NodeDay, ...]:
    found: list[tuple[str, str, date]] = [
        (key, name, date(year, month, day)) for key, name, month, day in _SOLAR
    ]
    for key, name, month, weekday, nth, after in _RULES:
        found.append((key, name, _nth_weekday(year, month, weekday, nth) + timedelta(days=after)))
    for key, name, month, day, after in _LUNAR:
        found += [(key, name, on) for on in _lunar_in_solar_year(year, month, day, after)]
    terms = Lunar.fromYmd(year, 6, 1).getJieQiTable()
    for key, name, term in _TERMS:
        found.append((key, name, date.fromisoformat(terms[term].toYmd())))
    return tuple(NodeDay(key, name, on, key in _SOLEMN) for key, name, on in found)


def _brand_days(year: int, calendar: CalendarFile) -> list[NodeDay]:
    days: list[NodeDay] = []
    for day in calendar.node_days:
        find: Callable[[int, int, int], tuple[date, ...]]
        find = _lunar_in_solar_year if day.lunar else _solar
        days += [
            NodeDay(day.key, day.name, on, day.solemn) for on in find(year, day.month, day.day)
        ]
    return days


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _solar(year: int, month: int, day: int) -> tuple[date, ...]:
    """29 February of a common year is kept on the 28th, so that no brand day is lost."""
    following = date(year + month // 12, month % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return (date(year, month, min(day, last)),)


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
