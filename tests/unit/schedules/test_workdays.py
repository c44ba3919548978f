"""Working days: what the operator, the official table and the rule say of a day."""

from datetime import date, timedelta

import pytest
from chinese_calendar import is_holiday

from bot.schedules.workdays import (
    LAST_TABLE_DAY,
    DayKind,
    DayType,
    Source,
    day_type,
    days_off_before,
    holiday_table_note,
    next_working_day,
)
from bot.settings.schema.holidays import Holidays

NONE = Holidays()
OF_2027 = Holidays.model_validate(
    {"off": ["2027-01-01..2027-01-03", "2027-02-05..2027-02-12"], "work": ["2027-02-14"]}
)


def all_days(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(days=n) for n in range((date(year, 12, 31)).timetuple()[7])
    ]


@pytest.mark.parametrize(
    ("on", "kind", "name"),
    [
        ("2026-02-13", DayKind.WORKDAY, ""),
        ("2026-02-14", DayKind.MAKE_UP_WORKDAY, ""),
        ("2026-02-15", DayKind.HOLIDAY, "春节"),
        ("2026-02-23", DayKind.HOLIDAY, "春节"),
        ("2026-02-24", DayKind.WORKDAY, ""),
        ("2026-03-07", DayKind.WEEKEND, ""),
        ("2026-10-07", DayKind.HOLIDAY, "国庆节"),
        ("2026-10-10", DayKind.MAKE_UP_WORKDAY, ""),
        ("2026-12-31", DayKind.WORKDAY, ""),
    ],
)
def test_the_official_table_tells_the_days_of_2026(on: str, kind: DayKind, name: str) -> None:
    assert day_type(date.fromisoformat(on), NONE) == DayType(kind, Source.OFFICIAL, name)


@pytest.mark.parametrize("year", range(2020, LAST_TABLE_DAY.year + 1))
def test_every_day_of_the_table_is_off_or_not_as_the_package_says(year: int) -> None:
    for on in all_days(year):
        assert day_type(on, NONE).is_off == is_holiday(on), on


@pytest.mark.parametrize(
    ("on", "kind", "name"),
    [
        ("2027-01-01", DayKind.HOLIDAY, "元旦"),
        ("2027-02-05", DayKind.HOLIDAY, "除夕"),
        ("2027-02-06", DayKind.HOLIDAY, "春节"),
        ("2027-02-08", DayKind.HOLIDAY, "春节"),
        ("2027-02-09", DayKind.WORKDAY, ""),
        ("2027-04-05", DayKind.HOLIDAY, "清明"),
        ("2027-05-02", DayKind.HOLIDAY, "劳动节"),
        ("2027-05-03", DayKind.WORKDAY, ""),
        ("2027-06-09", DayKind.HOLIDAY, "端午节"),
        ("2027-09-15", DayKind.HOLIDAY, "中秋节"),
        ("2027-10-03", DayKind.HOLIDAY, "国庆节"),
        ("2027-10-04", DayKind.WORKDAY, ""),
        ("2027-10-09", DayKind.WEEKEND, ""),
    ],
)
def test_after_the_table_a_day_is_told_by_rule(on: str, kind: DayKind, name: str) -> None:
    assert day_type(date.fromisoformat(on), NONE) == DayType(kind, Source.BY_RULE, name)


@pytest.mark.parametrize("year", range(2027, 2034))
def test_by_rule_a_year_has_the_thirteen_days_off_of_the_law(year: int) -> None:
    kinds = [day_type(on, NONE).kind for on in all_days(year)]
    mid_autumn_in_the_national_days = year in (2028, 2031)
    assert kinds.count(DayKind.HOLIDAY) == 13 - mid_autumn_in_the_national_days
    assert DayKind.MAKE_UP_WORKDAY not in kinds


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_days_off_of_the_law_are_off_in_the_official_lists_since_it_is_in_force(
    year: int,
) -> None:
    law = ["01-01", "05-01", "05-02", "10-01", "10-02", "10-03"]
    moving = {2025: ["01-28", "01-29", "01-30", "01-31", "04-04", "05-31", "10-06"],
              2026: ["02-16", "02-17", "02-18", "02-19", "04-05", "06-19", "09-25"]}  # fmt: skip
    for day in (*law, *moving[year]):
        on = date.fromisoformat(f"{year}-{day}")
        assert day_type(on, NONE).kind is DayKind.HOLIDAY, on


def test_the_operators_lists_win_over_the_rule() -> None:
    off, work = DayType(DayKind.HOLIDAY, Source.OPERATOR), DayKind.MAKE_UP_WORKDAY
    assert day_type(date(2027, 2, 12), OF_2027) == off
    assert day_type(date(2027, 2, 7), OF_2027) == off  # a Sunday
    assert day_type(date(2027, 2, 14), OF_2027) == DayType(work, Source.OPERATOR)
    assert day_type(date(2027, 2, 15), OF_2027) == DayType(DayKind.WORKDAY, Source.BY_RULE)


def test_the_operators_lists_win_over_the_official_table() -> None:
    own = Holidays.model_validate({"off": ["2026-12-31"], "work": ["2026-10-01", "2026-10-11"]})
    kinds = [
        day_type(date(2026, month, day), own).kind for month, day in ((12, 31), (10, 1), (10, 11))
    ]
    assert kinds == [DayKind.HOLIDAY, DayKind.WORKDAY, DayKind.MAKE_UP_WORKDAY]


def test_the_next_working_day_may_be_a_weekend_that_is_worked() -> None:
    assert next_working_day(date(2026, 2, 13), NONE) == date(2026, 2, 14)
    assert next_working_day(date(2026, 2, 16), NONE) == date(2026, 2, 24)
    assert next_working_day(date(2026, 11, 20), NONE) == date(2026, 11, 23)
    assert next_working_day(date(2027, 2, 5), OF_2027) == date(2027, 2, 14)


def test_the_days_off_before_a_day_end_with_the_last_working_day() -> None:
    assert list(days_off_before(date(2026, 11, 24), NONE)) == []
    assert list(days_off_before(date(2026, 11, 23), NONE)) == [
        date(2026, 11, 21),
        date(2026, 11, 22),
    ]
    run = days_off_before(date(2026, 2, 24), NONE)
    assert (run[0], run[-1], len(run)) == (date(2026, 2, 15), date(2026, 2, 23), 9)


def test_the_table_ends_and_a_note_says_what_to_do() -> None:
    note = holiday_table_note(date(2026, 11, 23), date(2027, 1, 5), NONE)
    assert "ends on 2026-12-31; of 2027 only weekends" in note
    assert "holidays of calendar.yaml" in note


@pytest.mark.parametrize(
    ("today", "until", "holidays"),
    [
        (date(2026, 11, 23), date(2026, 12, 31), NONE),  # all within the table
        (date(2026, 11, 23), date(2027, 12, 31), OF_2027),
        (date(2027, 3, 1), date(2027, 6, 1), OF_2027),
    ],
)
def test_nothing_is_noted_while_the_days_are_known(
    today: date, until: date, holidays: Holidays
) -> None:
    assert holiday_table_note(today, until, holidays) == ""


def test_each_year_that_nobody_told_is_named() -> None:
    note = holiday_table_note(date(2026, 12, 1), date(2028, 2, 1), OF_2027)
    assert "of 2028 only" in note
    note = holiday_table_note(date(2028, 1, 1), date(2029, 1, 1), NONE)
    assert "of 2028, 2029 only" in note


def test_a_span_over_the_turn_of_the_year_tells_both_years() -> None:
    turn = Holidays.model_validate({"off": ["2027-12-31..2028-01-02"]})
    assert holiday_table_note(date(2026, 12, 1), date(2028, 2, 1), turn) == ""
