"""Node days, against a table that three calendar implementations agree on."""

from datetime import date

import pytest

from bot.schedules.node_days import next_node_days, node_days_between
from bot.settings.schema.calendar import BUILT_IN_NODE_KEYS, NodeDay

from .support import calendar

COLUMNS = [
    "new_years_eve",
    "spring_festival",
    "lantern",
    "dragon_head",
    "dragon_boat",
    "qixi",
    "zhongyuan",
    "mid_autumn",
    "double_ninth",
    "laba",
    "qingming",
    "winter_solstice",
]
# 腊八 is the one of the lunar year that begins in the year of the row
TABLE = {
    2026: "02-16 02-17 03-03 03-20 06-19 08-19 08-27 09-25 10-18 2027-01-15 04-05 12-22",
    2027: "02-05 02-06 02-20 03-09 06-09 08-08 08-16 09-15 10-08 2028-01-04 04-05 12-22",
    2028: "01-25 01-26 02-09 02-26 05-28 08-26 09-03 10-03 10-26 2029-01-22 04-04 12-21",
    2029: "02-12 02-13 02-27 03-16 06-16 08-16 08-24 09-22 10-16 2030-01-11 04-04 12-21",
    2030: "02-02 02-03 02-17 03-05 06-05 08-05 08-13 09-12 10-05 2031-01-01 04-05 12-22",
}
CELLS = [
    (key, date.fromisoformat(day if len(day) > 5 else f"{year}-{day}"))
    for year, row in TABLE.items()
    for key, day in zip(COLUMNS, row.split(), strict=True)
]


def dates(key: str, year: int) -> list[date]:
    days = node_days_between(date(year, 1, 1), date(year, 12, 31), calendar())
    return [day.on for day in days if day.key == key]


@pytest.mark.parametrize(("key", "on"), CELLS)
def test_a_moving_day_falls_on_the_date_of_the_table(key: str, on: date) -> None:
    assert on in dates(key, on.year)


@pytest.mark.parametrize("year", range(2026, 2031))
def test_each_built_in_day_comes_once_a_year_from_2026_to_2030(year: int) -> None:
    days = node_days_between(date(year, 1, 1), date(year, 12, 31), calendar())
    assert sorted(day.key for day in days) == sorted(BUILT_IN_NODE_KEYS)


@pytest.mark.parametrize(
    ("key", "on"),
    [
        ("qixi", date(2025, 8, 29)),  # month 6 is repeated before it
        ("dragon_boat", date(2028, 5, 28)),  # of two fifth months the first one
        ("dragon_head", date(2031, 2, 22)),
        ("dragon_boat", date(2031, 6, 24)),  # month 3 is repeated before it
        ("double_ninth", date(2033, 10, 1)),
        ("laba", date(2034, 1, 27)),  # month 11 is repeated before it
    ],
)
def test_leap_months_do_not_repeat_or_shift_a_day(key: str, on: date) -> None:
    assert dates(key, on.year) == [on]


@pytest.mark.parametrize(
    ("year", "mothers", "fathers", "thanksgiving", "black_friday"),
    [
        (2026, "05-10", "06-21", "11-26", "11-27"),
        (2027, "05-09", "06-20", "11-25", "11-26"),
        (2028, "05-14", "06-18", "11-23", "11-24"),
    ],
)
def test_days_by_rule_follow_their_weekday(
    year: int, mothers: str, fathers: str, thanksgiving: str, black_friday: str
) -> None:
    found = [dates(key, year) for key in ("mothers_day", "fathers_day", "thanksgiving")]
    expected = [mothers, fathers, thanksgiving]
    assert found == [[date.fromisoformat(f"{year}-{day}")] for day in expected]
    assert dates("black_friday", year) == [date.fromisoformat(f"{year}-{black_friday}")]


def test_little_new_year_and_new_years_eve_end_the_lunar_year() -> None:
    assert dates("little_new_year", 2027) == [date(2027, 1, 30)]
    assert dates("new_years_eve", 2027) == [date(2027, 2, 5)]


def test_the_days_of_mourning_are_solemn_and_no_others() -> None:
    days = node_days_between(date(2026, 1, 1), date(2026, 12, 31), calendar())
    solemn = {day.key: day.on for day in days if day.solemn}
    assert solemn == {
        "qingming": date(2026, 4, 5),
        "wenchuan_memorial": date(2026, 5, 12),
        "nanjing_memorial": date(2026, 12, 13),
    }


def test_the_next_seven_days_after_22_november_2026() -> None:
    days = next_node_days(date(2026, 11, 22), 7, calendar())
    assert [(f"{day.on:%m-%d}", day.name) for day in days] == [
        ("11-26", "感恩节"),
        ("11-27", "黑五"),
        ("12-12", "双12"),
        ("12-13", "国家公祭日"),
        ("12-22", "冬至"),
        ("12-24", "平安夜"),
        ("12-25", "圣诞节"),
    ]


def test_the_next_days_reach_into_the_next_year() -> None:
    days = next_node_days(date(2026, 12, 26), 6, calendar())
    assert [f"{day.on} {day.name}" for day in days] == [
        "2027-01-01 元旦",
        "2027-01-15 腊八节",
        "2027-01-30 小年",
        "2027-02-05 除夕",
        "2027-02-06 春节",
        "2027-02-14 情人节",
    ]


def test_a_node_day_that_is_today_comes_first() -> None:
    assert next_node_days(date(2026, 12, 25), 1, calendar())[0].key == "christmas"


def test_the_brands_days_are_among_the_others() -> None:
    brand = [
        NodeDay(key="birthday", name="店庆", month=12, day=12),
        NodeDay(key="harvest", name="丰收", month=8, day=10, lunar=True, solemn=True),
    ]
    days = node_days_between(date(2026, 9, 1), date(2026, 12, 12), calendar(node_days=brand))
    assert [day.key for day in days if day.on == date(2026, 12, 12)] == ["double_12", "birthday"]
    harvest = next(day for day in days if day.key == "harvest")
    assert (harvest.on, harvest.solemn) == (date(2026, 9, 20), True)


def test_a_day_that_a_month_does_not_have_is_kept_on_its_last_day() -> None:
    brand = [
        NodeDay(key="leap", name="闰日", month=2, day=29),
        NodeDay(key="month_end", name="岁末", month=12, day=30, lunar=True),
    ]
    days = node_days_between(date(2027, 2, 1), date(2027, 3, 1), calendar(node_days=brand))
    assert [(day.key, day.on) for day in days if day.key == "leap"] == [("leap", date(2027, 2, 28))]
    # the twelfth lunar month of 2026 has 29 days
    eve = {day.on for day in days if day.key in ("month_end", "new_years_eve")}
    assert eve == {date(2027, 2, 5)}


def test_both_ends_of_a_range_belong_to_it() -> None:
    days = node_days_between(date(2026, 12, 24), date(2027, 1, 1), calendar())
    assert [day.key for day in days] == ["christmas_eve", "christmas", "new_year"]
