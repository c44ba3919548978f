"""What days off do to weekly slots: they run, rest as a visible row, or move."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.schedules.slots import Slot, due_slots
from bot.schedules.workdays import DayKind, day_type
from bot.settings.schema.base import Kind
from bot.settings.schema.calendar import WeeklySlot
from bot.settings.schema.holidays import Days, Holidays, OnHolidays, SlotDay
from bot.settings.settings import Settings

from . import support
from .support import GROUP, SHANGHAI, at, calendar

# 国庆 2026: 1 October, a Thursday, to the 7th; Sunday 20 September and Saturday the 10th are worked
LAST_DAY_OFF = "2026-10-07"


def entry(days: str, holidays: OnHolidays = OnHolidays.AS_USUAL, hour: str = "12:00") -> WeeklySlot:
    named = tuple(map(SlotDay, days.split()))
    at_hour = time.fromisoformat(hour)
    return WeeklySlot(at=at_hour, days=named, kinds=(Kind.STORY,), holidays=holidays)


def given_settings(entries: Sequence[WeeklySlot], holidays: Holidays | None = None) -> Settings:
    file = calendar(entries).model_copy(update={"holidays": holidays or Holidays()})
    return support.settings(file)


def slots(first: str, last: str, *entries: WeeklySlot) -> list[Slot]:
    return due_slots(given_settings(entries), GROUP, at(f"{first} 00:00"), at(f"{last} 23:59"))


def days(found: Sequence[Slot]) -> list[str]:
    return [slot.key.split("/")[1] for slot in found]


def test_a_slot_runs_on_days_off_as_usual_unless_it_says_otherwise() -> None:
    found = slots("2026-10-05", "2026-10-08", entry("mon tue wed thu"))
    assert [slot.blocked for slot in found] == [""] * 4


def test_a_slot_that_skips_days_off_is_a_visible_row_on_them() -> None:
    found = slots(LAST_DAY_OFF, "2026-10-08", entry("wed thu", OnHolidays.SKIP))
    assert [slot.blocked for slot in found] == ["a day off (国庆节): this slot rests", ""]


def test_an_ordinary_weekend_is_no_official_day_off() -> None:
    found = slots("2026-10-17", "2026-10-18", entry("sat sun", OnHolidays.SKIP))
    assert [slot.blocked for slot in found] == ["", ""]


def test_a_slot_for_days_off_rests_on_a_weekend_that_is_worked() -> None:
    found = slots("2026-10-07", "2026-10-11", entry("wed thu sat sun", OnHolidays.ONLY))
    assert [(day, slot.blocked) for day, slot in zip(days(found), found, strict=True)] == [
        ("2026-10-07", ""),
        ("2026-10-10", "a weekend that is worked: this slot rests"),
        ("2026-10-11", ""),
    ]


def test_days_may_be_named_by_work() -> None:
    work = slots("2026-09-19", "2026-10-11", entry("workday"))
    off = slots("2026-09-19", "2026-10-11", entry("dayoff"))
    worked = ["2026-09-20", *(f"2026-09-{day}" for day in (21, 22, 23, 24, 28, 29, 30))]
    assert days(work) == [*worked, "2026-10-08", "2026-10-09", "2026-10-10"]
    # 25-27 September is the mid-autumn festival
    free = ["2026-09-19", "2026-09-25", "2026-09-26", "2026-09-27"]
    assert days(off) == [*free, *(f"2026-10-0{day}" for day in range(1, 8)), "2026-10-11"]


def test_a_slot_moves_from_a_day_off_to_the_next_working_day_and_keeps_its_key() -> None:
    (moved,) = slots("2026-10-02", "2026-10-11", entry("mon", OnHolidays.SHIFT))
    assert moved.key == f"{GROUP}/2026-10-05/12:00"
    assert (moved.due_at, moved.blocked) == (at("2026-10-08 12:00"), "")


def test_a_slot_may_move_to_a_weekend_that_is_worked() -> None:
    own = Holidays.model_validate({"off": ["2027-02-05..2027-02-12"], "work": ["2027-02-13"]})
    given_file = given_settings([entry("wed", OnHolidays.SHIFT)], own)
    (moved,) = due_slots(given_file, GROUP, at("2027-02-05 00:00"), at("2027-02-16 00:00"))
    assert moved.due_at == at("2027-02-13 12:00")


def test_a_moved_slot_gives_way_to_the_days_own() -> None:
    found = slots("2026-10-05", "2026-10-08", entry("mon thu", OnHolidays.SHIFT))
    monday, thursday = found
    assert monday.blocked == "a day off (国庆节): 2026-10-08 has a slot at 12:00 already"
    assert monday.due_at == at("2026-10-05 12:00")
    assert (thursday.key, thursday.blocked) == (f"{GROUP}/2026-10-08/12:00", "")


def test_of_several_that_would_move_to_a_time_the_first_does() -> None:
    found = slots("2026-10-01", "2026-10-08", entry("fri mon", OnHolidays.SHIFT))
    monday, friday = found
    assert monday.blocked == "a day off (国庆节): 2026-10-08 has a slot at 12:00 already"
    assert (friday.key, friday.due_at) == (f"{GROUP}/2026-10-02/12:00", at("2026-10-08 12:00"))


def test_slots_of_different_times_move_to_the_same_day() -> None:
    entries = entry("fri", OnHolidays.SHIFT), entry("mon", OnHolidays.SHIFT, "20:00")
    found = slots("2026-10-01", "2026-10-08", *entries)
    assert [slot.due_at for slot in found] == [at("2026-10-08 12:00"), at("2026-10-08 20:00")]


def test_a_slot_that_moves_onto_a_solemn_day_is_blocked_there() -> None:
    own = Holidays.model_validate({"off": ["2027-04-03..2027-04-04"], "work": ["2027-04-05"]})
    given_file = given_settings([entry("sat", OnHolidays.SHIFT)], own)
    (moved,) = due_slots(given_file, GROUP, at("2027-04-03 00:00"), at("2027-04-05 23:00"))
    assert moved.due_at == at("2027-04-05 12:00")
    assert moved.blocked == "清明 is a solemn day: nothing is posted"


def test_an_operators_day_off_names_its_source() -> None:
    own = Holidays.model_validate({"off": ["2027-03-01"]})
    given_file = given_settings([entry("mon", OnHolidays.SKIP)], own)
    (slot,) = due_slots(given_file, GROUP, at("2027-03-01 00:00"), at("2027-03-01 23:00"))
    assert slot.blocked == "a day off (by calendar.yaml): this slot rests"


@pytest.mark.parametrize("rule", [OnHolidays.SKIP, OnHolidays.SHIFT])
def test_a_time_runs_when_one_of_its_entries_does(rule: OnHolidays) -> None:
    entries = entry("mon", rule), entry("mon", OnHolidays.AS_USUAL)
    (slot,) = slots("2026-10-05", "2026-10-08", *entries)
    assert (slot.due_at, slot.blocked) == (at("2026-10-05 12:00"), "")


ENTRIES = st.lists(
    st.builds(
        WeeklySlot,
        at=st.sampled_from([time(8, 30), time(12, 0), time(20, 0), time(23, 45)]),
        days=st.lists(st.sampled_from(SlotDay), min_size=1, max_size=5, unique=True).map(tuple),
        kinds=st.just((Kind.STORY,)),
        holidays=st.sampled_from(OnHolidays),
    ),
    min_size=1,
    max_size=5,
)
FIRST = date(2026, 9, 10)
LENGTH_DAYS = 170
SPANS = st.lists(
    st.builds(
        lambda day, count: Days(FIRST + timedelta(days=day), FIRST + timedelta(days=day + count)),
        st.integers(0, LENGTH_DAYS),
        st.integers(0, 9),
    ),
    max_size=3,
).map(tuple)
HOLIDAYS = st.builds(Holidays, off=SPANS, work=SPANS)
ZONES = st.sampled_from([SHANGHAI, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")])


def instant(minutes: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(FIRST, time(0), zone) + timedelta(minutes=minutes)


@settings(max_examples=100)
@given(ENTRIES, HOLIDAYS, ZONES, st.lists(st.integers(1, LENGTH_DAYS * 1440 - 1), max_size=6))
def test_any_split_of_a_span_has_each_slot_once(
    entries: list[WeeklySlot], holidays: Holidays, zone: ZoneInfo, cuts: list[int]
) -> None:
    file = calendar(entries).model_copy(update={"holidays": holidays})
    given_file = support.settings(file, zone=zone)
    edges = [instant(at_minute, zone) for at_minute in sorted({0, *cuts, LENGTH_DAYS * 1440})]
    whole = due_slots(given_file, GROUP, edges[0], edges[-1])
    pieces = [due_slots(given_file, GROUP, edges[0], edges[0])]
    for start, end in pairwise(edges):
        pieces.append(due_slots(given_file, GROUP, start + timedelta(microseconds=1), end))
    assert [slot for piece in pieces for slot in piece] == whole
    assert max(Counter(slot.key for slot in whole).values(), default=1) == 1


@settings(max_examples=100)
@given(ENTRIES, HOLIDAYS)
def test_every_time_of_the_calendar_has_one_row_whatever_the_days_off_do(
    entries: list[WeeklySlot], holidays: Holidays
) -> None:
    given_file = given_settings(entries, holidays)
    found = due_slots(
        given_file, GROUP, instant(0, SHANGHAI), instant(LENGTH_DAYS * 1440, SHANGHAI)
    )
    in_the_middle = [FIRST + timedelta(days=day) for day in range(40, LENGTH_DAYS - 40)]
    expected = {
        f"{GROUP}/{on}/{it.at:%H:%M}"
        for on in in_the_middle
        for it in entries
        if is_written_for(it, on, holidays)
    }
    dates = {str(on) for on in in_the_middle}
    assert {slot.key for slot in found if slot.key.split("/")[1] in dates} == expected


def is_written_for(it: WeeklySlot, on: date, holidays: Holidays) -> bool:
    kind = day_type(on, holidays).kind
    if it.holidays is OnHolidays.ONLY and kind is DayKind.WORKDAY:
        return False
    worked = kind in (DayKind.WORKDAY, DayKind.MAKE_UP_WORKDAY)
    names = {f"{on:%a}".lower(), "workday" if worked else "dayoff"}
    return any(day.value in names for day in it.days)


@settings(max_examples=150)
@given(ENTRIES, HOLIDAYS)
def test_a_moved_slot_never_lands_on_a_day_off_and_never_beside_another(
    entries: list[WeeklySlot], holidays: Holidays
) -> None:
    given_file = given_settings(entries, holidays)
    found = due_slots(
        given_file, GROUP, instant(0, SHANGHAI), instant(LENGTH_DAYS * 1440, SHANGHAI)
    )
    for slot in found:
        on = slot.due_at.astimezone(SHANGHAI).date()
        written_for = date.fromisoformat(slot.key.split("/")[1])
        if on != written_for:
            assert on > written_for
            assert day_type(written_for, holidays).kind is DayKind.HOLIDAY
            assert not day_type(on, holidays).is_off
    resting = ("a day off", "a weekend that is worked")
    running = Counter(slot.due_at for slot in found if not slot.blocked.startswith(resting))
    assert max(running.values(), default=1) == 1
