"""Node days, against tables of dates that other implementations of the calendar agree on.

The lunar dates of 2026-2033 were compared with borax 4.1.3 and lunardate 0.3.0, the solar terms
with borax and, in a test below, with the formula of chinesecalendar: none differs.
"""

from datetime import date, timedelta

import pytest
from chinese_calendar import get_solar_terms

from bot.schedules.node_days import (
    Nature,
    NodeDay,
    built_in_days,
    next_node_days,
    node_days_between,
    node_days_on,
)
from bot.settings.schema.calendar import BUILT_IN_NODE_KEYS, TERM_KEYS
from bot.settings.schema.calendar import NodeDay as OwnDay
from bot.settings.schema.holidays import Holidays

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
    "little_new_year",
    "qingming",
    "winter_solstice",
]
# 腊八 and 小年 are those of the lunar year that begins in the year of the row. Month 5 of 2028,
# month 3 of 2031 and month 11 of 2033 are repeated.
TABLE = """
2026 02-16 02-17 03-03 03-20 06-19 08-19 08-27 09-25 10-18 2027-01-15 2027-01-30 04-05 12-22
2027 02-05 02-06 02-20 03-09 06-09 08-08 08-16 09-15 10-08 2028-01-04 2028-01-19 04-05 12-22
2028 01-25 01-26 02-09 02-26 05-28 08-26 09-03 10-03 10-26 2029-01-22 2029-02-06 04-04 12-21
2029 02-12 02-13 02-27 03-16 06-16 08-16 08-24 09-22 10-16 2030-01-11 2030-01-26 04-04 12-21
2030 02-02 02-03 02-17 03-05 06-05 08-05 08-13 09-12 10-05 2031-01-01 2031-01-16 04-05 12-22
2031 01-22 01-23 02-06 02-22 06-24 08-24 09-01 10-01 10-24 2032-01-20 2032-02-04 04-05 12-22
2032 02-10 02-11 02-25 03-13 06-12 08-12 08-20 09-19 10-12 2033-01-08 2033-01-23 04-04 12-21
2033 01-30 01-31 02-14 03-02 06-01 08-01 08-09 09-08 10-01 2034-01-27 2034-02-11 04-04 12-21
"""
# in the order of TERM_KEYS
TERMS = """
2026 01-05 01-20 02-04 02-18 03-05 03-20 04-20 05-05 05-21 06-05 06-21 07-07 07-23 08-07 08-23 09-07 09-23 10-08 10-23 11-07 11-22 12-07
2027 01-05 01-20 02-04 02-19 03-06 03-21 04-20 05-06 05-21 06-06 06-21 07-07 07-23 08-08 08-23 09-08 09-23 10-08 10-23 11-07 11-22 12-07
2028 01-06 01-20 02-04 02-19 03-05 03-20 04-19 05-05 05-20 06-05 06-21 07-06 07-22 08-07 08-22 09-07 09-22 10-08 10-23 11-07 11-22 12-06
2029 01-05 01-20 02-03 02-18 03-05 03-20 04-20 05-05 05-21 06-05 06-21 07-07 07-22 08-07 08-23 09-07 09-23 10-08 10-23 11-07 11-22 12-07
2030 01-05 01-20 02-04 02-18 03-05 03-20 04-20 05-05 05-21 06-05 06-21 07-07 07-23 08-07 08-23 09-07 09-23 10-08 10-23 11-07 11-22 12-07
2031 01-05 01-20 02-04 02-19 03-06 03-21 04-20 05-06 05-21 06-06 06-21 07-07 07-23 08-08 08-23 09-08 09-23 10-08 10-23 11-07 11-22 12-07
2032 01-06 01-20 02-04 02-19 03-05 03-20 04-19 05-05 05-20 06-05 06-21 07-06 07-22 08-07 08-22 09-07 09-22 10-08 10-23 11-07 11-22 12-06
2033 01-05 01-20 02-03 02-18 03-05 03-20 04-20 05-05 05-21 06-05 06-21 07-07 07-22 08-07 08-23 09-07 09-23 10-08 10-23 11-07 11-22 12-07
"""  # noqa: E501 (a row is a year)
FIXED = """
new_year 01-01, valentine 02-14, womens_day 03-08, arbor_day 03-12, consumer_day 03-15,
april_fools 04-01, reading_day 04-23, labour_day 05-01, wenchuan_memorial 05-12, day_520 05-20,
childrens_day 06-01, mid_year_618 06-18, day_99 09-09, teachers_day 09-10, national_day 10-01,
double_11_presale 10-20, double_11 11-11, double_12 12-12, nanjing_memorial 12-13,
christmas_eve 12-24, christmas 12-25
"""
YEARS = range(2026, 2034)


def cells(table: str, columns: list[str]) -> list[tuple[str, date]]:
    rows = [row.split() for row in table.strip().splitlines()]
    return [
        (key, date.fromisoformat(day if len(day) > 5 else f"{year}-{day}"))
        for year, *days in rows
        for key, day in zip(columns, days, strict=True)
    ]


def whole_year(year: int, *own: OwnDay, region: str = "north") -> list[NodeDay]:
    holidays = Holidays.model_validate({"little_new_year": region})
    file = calendar(node_days=own).model_copy(update={"holidays": holidays})
    days = node_days_between(date(year, 1, 1), date(year, 12, 31), file)
    return [day for day in days if day.on.year == year]


def dates(key: str, year: int, *own: OwnDay, region: str = "north") -> list[date]:
    return [day.on for day in whole_year(year, *own, region=region) if day.key == key]


@pytest.mark.parametrize(("key", "on"), cells(TABLE, COLUMNS))
def test_a_moving_day_falls_on_the_date_of_the_table(key: str, on: date) -> None:
    assert on in dates(key, on.year)


def test_the_solar_terms_fall_on_the_dates_of_the_table() -> None:
    for key, on in cells(TERMS, list(TERM_KEYS)):
        assert dates(key, on.year) == [on], key


@pytest.mark.parametrize("year", YEARS)
def test_all_24_terms_agree_with_another_formula(year: int) -> None:
    keys = {*TERM_KEYS, "qingming", "winter_solstice"}
    ours = {day.on: day.name for day in whole_year(year) if day.key in keys}
    assert ours == dict(get_solar_terms(date(year, 1, 1), date(year, 12, 31)))


@pytest.mark.parametrize("year", YEARS)
def test_the_days_of_the_solar_year_are_dates(year: int) -> None:
    for entry in FIXED.split(","):
        key, day = entry.split()
        assert dates(key, year) == [date.fromisoformat(f"{year}-{day}")]


@pytest.mark.parametrize("year", YEARS)
def test_the_tables_of_this_file_name_every_built_in_day(year: int) -> None:
    fixed = [entry.split()[0] for entry in FIXED.split(",")]
    by_rule = ["mothers_day", "fathers_day", "thanksgiving", "black_friday"]
    named = {*COLUMNS, *TERM_KEYS, *fixed, *by_rule, "new_year_goods"}
    assert named == BUILT_IN_NODE_KEYS
    assert {day.key for day in whole_year(year)} <= named


@pytest.mark.parametrize("year", YEARS)
def test_each_built_in_day_comes_once_a_year(year: int) -> None:
    found = sorted(day.key for day in whole_year(year) if day.key != "new_year_goods")
    assert found == sorted(BUILT_IN_NODE_KEYS - {"new_year_goods"})


@pytest.mark.parametrize(
    ("key", "on"),
    [
        ("qixi", date(2025, 8, 29)),  # month 6 is repeated before it
        ("dragon_boat", date(2028, 5, 28)),  # of two fifth months the first one
        ("dragon_boat", date(2031, 6, 24)),  # month 3 is repeated before it
        ("laba", date(2034, 1, 27)),  # month 11 is repeated before it
    ],
)
def test_leap_months_do_not_repeat_or_shift_a_day(key: str, on: date) -> None:
    assert dates(key, on.year) == [on]


@pytest.mark.parametrize(
    ("year", "mothers", "fathers", "thanksgiving"),
    [
        (2026, "05-10", "06-21", "11-26"),
        (2027, "05-09", "06-20", "11-25"),
        (2028, "05-14", "06-18", "11-23"),
        (2029, "05-13", "06-17", "11-22"),
        (2030, "05-12", "06-16", "11-28"),
        (2031, "05-11", "06-15", "11-27"),
        (2032, "05-09", "06-20", "11-25"),
        (2033, "05-08", "06-19", "11-24"),
    ],
)
def test_days_by_rule_follow_their_weekday(
    year: int, mothers: str, fathers: str, thanksgiving: str
) -> None:
    found = [dates(key, year) for key in ("mothers_day", "fathers_day", "thanksgiving")]
    expected = [date.fromisoformat(f"{year}-{day}") for day in (mothers, fathers, thanksgiving)]
    assert found == [[day] for day in expected]
    assert dates("black_friday", year) == [expected[-1] + timedelta(days=1)]


def test_little_new_year_is_a_day_later_in_the_south() -> None:
    for year in range(2027, 2035):
        (north,) = dates("little_new_year", year)
        assert dates("little_new_year", year, region="south") == [north + timedelta(days=1)]


def test_the_days_of_mourning_are_solemn_and_no_others() -> None:
    solemn = {day.key: day.on for day in whole_year(2026) if day.solemn}
    assert solemn == {
        "qingming": date(2026, 4, 5),
        "wenchuan_memorial": date(2026, 5, 12),
        "nanjing_memorial": date(2026, 12, 13),
    }


def test_a_day_knows_where_it_comes_from() -> None:
    own = OwnDay(key="birthday", name="店庆", month=3, day=9)
    natures = {day.key: day.nature for day in whole_year(2026, own)}
    assert {key for key, nature in natures.items() if nature is Nature.TERM} == set(TERM_KEYS)
    picked = ["christmas", "mothers_day", "qixi", "qingming", "double_12", "black_friday"]
    assert [natures[key] for key in picked] == [
        Nature.SOLAR,
        Nature.SOLAR,
        Nature.LUNAR,
        Nature.LUNAR,
        Nature.COMMERCE,
        Nature.COMMERCE,
    ]
    assert natures["birthday"] is Nature.BRAND


def test_seasons_of_sales_are_node_days_all_along() -> None:
    presale = next(day for day in built_in_days(2026, "north") if day.key == "double_11_presale")
    assert (presale.on, presale.last) == (date(2026, 10, 20), date(2026, 11, 10))
    inside, after = date(2026, 11, 10), date(2026, 11, 11)
    assert presale in node_days_on(inside, calendar())
    assert [day.key for day in node_days_on(after, calendar())] == ["double_11"]


def test_the_new_years_goods_are_sold_in_the_last_lunar_month_up_to_its_eve() -> None:
    seasons = [
        (day.on, day.last)
        for year in range(2026, 2032)
        for day in built_in_days(year, "north")
        if day.key == "new_year_goods"
    ]
    assert seasons == [
        (date(2026, 1, 19), date(2026, 2, 16)),
        (date(2027, 1, 8), date(2027, 2, 5)),
        (date(2027, 12, 28), date(2028, 1, 25)),
        (date(2029, 1, 15), date(2029, 2, 12)),
        (date(2030, 1, 4), date(2030, 2, 2)),
        (date(2030, 12, 25), date(2031, 1, 22)),
    ]


def test_a_season_goes_on_in_the_year_after_its_first_day() -> None:
    found = [day.key for day in node_days_on(date(2031, 1, 22), calendar())]
    assert found == ["new_year_goods", "new_years_eve"]


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
    days = next_node_days(date(2026, 12, 26), 7, calendar())
    assert [f"{day.on} {day.name}" for day in days] == [
        "2027-01-01 元旦",
        "2027-01-08 年货节",
        "2027-01-15 腊八节",
        "2027-01-30 小年",
        "2027-02-05 除夕",
        "2027-02-06 春节",
        "2027-02-14 情人节",
    ]


def test_a_node_day_that_is_today_or_goes_on_today_comes_first() -> None:
    assert next_node_days(date(2026, 12, 25), 1, calendar())[0].key == "christmas"
    days = next_node_days(date(2026, 11, 1), 2, calendar())
    assert [day.key for day in days] == ["double_11_presale", "double_11"]


def test_a_season_that_spans_two_years_is_told_once() -> None:
    days = next_node_days(date(2030, 12, 26), 3, calendar())
    assert [day.key for day in days] == ["new_year_goods", "new_year", "laba"]


def test_the_brands_days_are_among_the_others() -> None:
    brand = [
        OwnDay(key="birthday", name="店庆", month=12, day=12),
        OwnDay(key="harvest", name="丰收", month=8, day=10, lunar=True, solemn=True),
    ]
    days = node_days_between(date(2026, 9, 1), date(2026, 12, 12), calendar(node_days=brand))
    assert [day.key for day in days if day.on == date(2026, 12, 12)] == ["double_12", "birthday"]
    harvest = next(day for day in days if day.key == "harvest")
    assert (harvest.on, harvest.solemn) == (date(2026, 9, 20), True)


def test_a_brands_season_over_the_turn_of_the_year_comes_after_the_days_in_it() -> None:
    season = OwnDay(key="season", name="年终季", month=12, day=20, lasts_days=20)
    assert keys_on(date(2027, 1, 1), season) == ["new_year", "season"]


def test_a_brands_day_may_last_several_days() -> None:
    week = OwnDay(key="week", name="护肤周", month=12, day=30, lasts_days=5)
    found = [on for on in days_of(date(2026, 12, 28), 12) if "week" in keys_on(on, week)]
    assert found == days_of(date(2026, 12, 30), 5)


def days_of(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def keys_on(on: date, *own: OwnDay) -> list[str]:
    return [day.key for day in node_days_on(on, calendar(node_days=own))]


def test_a_member_day_comes_every_month() -> None:
    member = OwnDay(key="member_day", name="会员日", every="month", days=(8, 18, 28))
    found = dates("member_day", 2027, member)
    assert found == [date(2027, month, day) for month in range(1, 13) for day in (8, 18, 28)]


def test_the_last_days_of_a_month_are_one_where_the_month_is_short() -> None:
    member = OwnDay(key="month_end", name="月末", every="month", days=(29, 30, 31))
    february = [on for on in dates("month_end", 2027, member) if on.month == 2]
    assert february == [date(2027, 2, 28)]


def test_an_own_entry_moves_a_season_of_sales() -> None:
    earlier = OwnDay(key="double_11_presale", name="预售", month=10, day=14, lasts_days=28)
    (presale,) = (day for day in whole_year(2027, earlier) if day.key == "double_11_presale")
    assert (presale.name, presale.nature) == ("预售", Nature.COMMERCE)
    assert (presale.on, presale.last) == (date(2027, 10, 14), date(2027, 11, 10))


def test_a_day_that_a_month_does_not_have_is_kept_on_its_last_day() -> None:
    brand = [
        OwnDay(key="leap", name="闰日", month=2, day=29),
        OwnDay(key="month_end", name="岁末", month=12, day=30, lunar=True),
    ]
    assert dates("leap", 2027, *brand) == [date(2027, 2, 28)]
    # the twelfth lunar month of 2026 has 29 days
    assert dates("month_end", 2027, *brand) == dates("new_years_eve", 2027) == [date(2027, 2, 5)]


def test_both_ends_of_a_range_belong_to_it() -> None:
    days = node_days_between(date(2026, 12, 24), date(2027, 1, 1), calendar())
    assert [day.key for day in days] == ["christmas_eve", "christmas", "new_year"]


def test_a_range_tells_what_goes_on_when_it_begins_and_ends() -> None:
    days = node_days_between(date(2026, 11, 9), date(2026, 11, 12), calendar())
    assert [day.key for day in days] == ["double_11_presale", "double_11"]
