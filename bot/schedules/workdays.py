"""Working days 工作日: which days people have off, and how far anybody knows.

The State Council announces each year's days off, with the weekends that are worked for them, in
the autumn before. The package chinesecalendar holds them up to some year. What calendar.yaml says
always wins; where neither knows, a day is told by rule: its weekday, and the days off that the law
fixes for every year. Such a guess knows nothing of weekends that are worked, and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache

from chinese_calendar import Holiday
from chinese_calendar.constants import holidays as official_days_off
from chinese_calendar.constants import workdays as official_make_up_days

from bot.schedules.node_days import built_in_days
from bot.settings.schema.holidays import Holidays

LAST_TABLE_DAY = date(max(official_days_off).year, 12, 31)
"""The official table, which begins with 2004, covers whole years up to this day."""

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class DayKind(StrEnum):
    """What a day is for people who work."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    """An official day off 法定节假日, weekends and swapped days within it included."""

    MAKE_UP_WORKDAY = "make-up workday"
    """A weekend that is worked 调休上班."""


class Source(StrEnum):
    """Who says so."""

    OFFICIAL = "official"
    OPERATOR = "operator"
    BY_RULE = "by rule"


@dataclass(frozen=True, slots=True)
class DayType:
    """What a day is, and who says so; ``name`` is the holiday's, where it is known."""

    kind: DayKind
    source: Source
    name: str = ""

    @property
    def is_off(self) -> bool:
        """Whether people do not work."""
        return self.kind in (DayKind.WEEKEND, DayKind.HOLIDAY)


@lru_cache(maxsize=4096)
def day_type(on: date, holidays: Holidays) -> DayType:
    """What ``on`` is: as the operator's lists say, else the official table, else the rule."""
    weekend = on.weekday() >= _SATURDAY
    if any(on in days for days in holidays.work):
        kind = DayKind.MAKE_UP_WORKDAY if weekend else DayKind.WORKDAY
        return DayType(kind, Source.OPERATOR)
    if any(on in days for days in holidays.off):
        return DayType(DayKind.HOLIDAY, Source.OPERATOR)
    ordinary = DayKind.WEEKEND if weekend else DayKind.WORKDAY
    if on <= LAST_TABLE_DAY:
        if on in official_make_up_days:
            return DayType(DayKind.MAKE_UP_WORKDAY, Source.OFFICIAL)
        if name := official_days_off.get(on):
            return DayType(DayKind.HOLIDAY, Source.OFFICIAL, Holiday(name).chinese)
        return DayType(ordinary, Source.OFFICIAL)
    if name := _statutory_days(on.year).get(on):
        return DayType(DayKind.HOLIDAY, Source.BY_RULE, name)
    return DayType(ordinary, Source.BY_RULE)


def next_working_day(on: date, holidays: Holidays) -> date:
    """The first day after ``on`` on which people work."""
    day = on + _ONE_DAY
    while day_type(day, holidays).is_off:
        day += _ONE_DAY
    return day


def days_off_before(on: date, holidays: Holidays) -> Sequence[date]:
    """The days off in a row that end on the day before ``on``, in order; mostly none."""
    days: list[date] = []
    day = on - _ONE_DAY
    while day_type(day, holidays).is_off:
        days.append(day)
        day -= _ONE_DAY
    return days[::-1]


def holiday_table_note(today: date, until: date, holidays: Holidays) -> str:
    """What is not known of the days from ``today`` to ``until``, and what to do; else empty.

    A year for which the operator wrote anything counts as known.
    """
    first = max(today, LAST_TABLE_DAY + _ONE_DAY)
    told = [*holidays.off, *holidays.work]
    years = [
        year
        for year in range(first.year, until.year + 1)
        if not any(days.first.year <= year <= days.last.year for days in told)
    ]
    if not years:
        return ""
    named = ", ".join(map(str, years))
    return (
        f"the official table of days off ends on {LAST_TABLE_DAY}; of {named} only weekends and"
        " the days off fixed by law are known, and no weekend that is worked: write the State"
        " Council's list to holidays of calendar.yaml, or update the package chinesecalendar"
    )


# key of the node day, how many days off begin with it: 全国年节及纪念日放假办法 as in force since
# 1 January 2025 (State Council decree 795), 13 days in all
_STATUTORY: Mapping[str, int] = {
    "new_year": 1,
    "new_years_eve": 1,
    "spring_festival": 3,
    "qingming": 1,
    "labour_day": 2,
    "dragon_boat": 1,
    "mid_autumn": 1,
    "national_day": 3,
}


@cache
def _statutory_days(year: int) -> Mapping[date, str]:
    return {
        day.on + timedelta(days=number): day.name
        for day in built_in_days(year, "north")
        for number in range(_STATUTORY.get(day.key, 0))
    }
