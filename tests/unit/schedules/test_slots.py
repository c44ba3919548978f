"""Slots on real dates, and the limits that hold for them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.ids import GroupKey
from bot.schedules.slots import Slot, due_slots, quiet_after, why_closed, why_over_limits
from bot.settings.schema.base import Kind, Weekday
from bot.settings.schema.calendar import NodeDay, PostLimits, QuietHours, WeeklySlot
from bot.settings.settings import Settings

from .support import GROUP, SHANGHAI, at, calendar, group, item, post, settings, slot

NEW_YORK = ZoneInfo("America/New_York")


def keys(*slots: str) -> list[str]:
    return [f"{GROUP}/{key}" for key in slots]


def with_slots(*slots: WeeklySlot, zone: ZoneInfo = SHANGHAI) -> Settings:
    return settings(calendar(slots), zone=zone)


def between(
    given: Settings, after: str, until: str, zone: ZoneInfo = SHANGHAI, key: GroupKey = GROUP
) -> list[Slot]:
    return due_slots(given, key, at(after, zone), at(until, zone))


def test_a_slot_comes_on_its_weekdays_at_its_local_time() -> None:
    weekly = [slot("08:30", days=[Weekday.SUN, Weekday.TUE]), slot("20:00", [Kind.LESSON])]
    found = between(with_slots(*weekly), "2026-11-22 08:30", "2026-11-24 20:00")
    assert [s.key for s in found] == keys(
        "2026-11-22/08:30",
        "2026-11-22/20:00",
        "2026-11-23/20:00",
        "2026-11-24/08:30",
        "2026-11-24/20:00",
    )
    assert found[0].due_at == datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
    assert found[1].kinds == (Kind.LESSON,)


def test_entries_for_the_same_time_are_one_slot_of_all_their_kinds() -> None:
    weekly = [slot("20:00", [Kind.LESSON]), slot("20:00", [Kind.STORY, Kind.LESSON])]
    found = between(with_slots(*weekly), "2026-11-22 09:00", "2026-11-22 21:00")
    assert [s.kinds for s in found] == [(Kind.LESSON, Kind.STORY)]


def test_a_group_that_is_gone_has_no_slots() -> None:
    given = with_slots(slot("20:00"))
    gone = GroupKey("gone")
    assert between(given, "2026-11-22 09:00", "2026-11-22 21:00", key=gone) == []


def test_slots_of_a_solemn_day_are_there_and_blocked() -> None:
    found = between(settings(), "2026-12-12 09:00", "2026-12-14 09:00")
    solemn = "国家公祭日 is a solemn day: nothing is posted"
    assert [s.blocked for s in found] == ["", solemn, solemn, ""]


def test_a_brands_own_solemn_day_blocks_as_well() -> None:
    own = NodeDay(key="founder", name="追思日", month=11, day=22, solemn=True)
    given = settings(calendar(node_days=[own]))
    reason = why_closed(at("2026-11-22 12:00"), given, group())
    assert reason == "追思日 is a solemn day: nothing is posted"


@pytest.mark.parametrize(
    ("hour", "quiet"),
    [("22:29", False), ("22:30", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_quiet_hours_include_their_start_and_not_their_end(hour: str, quiet: bool) -> None:
    found = between(with_slots(slot(hour)), "2026-11-22 00:00", "2026-11-22 23:59")
    reason = f"{hour} is in the quiet hours 22:30-08:00" if quiet else ""
    assert [s.blocked for s in found] == [reason]


def test_a_local_time_that_the_clocks_skip_is_due_an_hour_later_and_once() -> None:
    given = with_slots(slot("02:30"), zone=NEW_YORK)
    found = between(given, "2026-03-08 00:00", "2026-03-08 12:00", NEW_YORK)
    assert [(s.key, s.due_at) for s in found] == [
        (f"{GROUP}/2026-03-08/02:30", at("2026-03-08 03:30", NEW_YORK))
    ]


def test_a_slot_that_the_clocks_move_over_midnight_is_found_on_the_next_day() -> None:
    greenland = ZoneInfo("America/Scoresbysund")  # 23:00 is followed by 00:00 on 27 March 2027
    given = with_slots(slot("23:30"), zone=greenland)
    found = between(given, "2027-03-28 00:10", "2027-03-28 12:00", greenland)
    assert [s.key for s in found] == [f"{GROUP}/2027-03-27/23:30"]
    assert found[0].due_at == at("2027-03-28 00:30", greenland)


def test_a_local_time_that_comes_twice_is_due_the_first_time_only() -> None:
    given = with_slots(slot("01:30"), zone=NEW_YORK)
    found = between(given, "2026-11-01 00:00", "2026-11-01 12:00", NEW_YORK)
    assert [s.due_at for s in found] == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC)]


def test_each_group_has_the_slots_of_its_own_clock() -> None:
    abroad = group("abroad").model_copy(update={"time_zone": "America/New_York"})
    given = settings(calendar([slot("20:00")]), groups=[group(), abroad])
    (here,) = between(given, "2026-11-22 09:00", "2026-11-23 09:00")
    (there,) = between(given, "2026-11-22 21:00", "2026-11-23 21:00", key=GroupKey("abroad"))
    assert here.due_at == at("2026-11-22 20:00")
    assert there.due_at == at("2026-11-22 20:00", NEW_YORK)
    assert there.key == "abroad/2026-11-22/20:00"


def test_quiet_hours_and_solemn_days_follow_the_groups_clock() -> None:
    abroad = group("abroad").model_copy(update={"time_zone": "America/New_York"})
    given = settings(groups=[group(), abroad])
    afternoon, morning_after = at("2026-11-22 14:00"), at("2026-12-14 08:00")
    assert why_closed(afternoon, given, group()) == ""
    assert why_closed(afternoon, given, abroad).startswith("01:00 is in the quiet hours")
    assert why_closed(morning_after, given, group()) == ""
    assert why_closed(morning_after, given, abroad).startswith("国家公祭日")


def test_a_slot_may_be_for_some_groups() -> None:
    two = [group("one"), group("two")]
    for_one = slot("20:00").model_copy(update={"groups": ("one",)})
    given = settings(calendar([for_one, slot("12:00")]), groups=two)
    times = {
        key: [s.key[-5:] for s in between(given, "2026-11-22 08:00", "2026-11-22 22:00", key=key)]
        for key in (GroupKey("one"), GroupKey("two"))
    }
    assert times == {"one": ["12:00", "20:00"], "two": ["12:00"]}


def test_a_slot_is_rolled_out_to_a_share_of_the_groups() -> None:
    groups = [group(f"group-{number}") for number in range(10)]

    def reached(rollout: str) -> set[str]:
        new = slot("20:00").model_copy(update={"rollout": rollout})
        given = settings(calendar([new]), groups=groups)
        return {
            it.key
            for it in groups
            if between(given, "2026-11-22 09:00", "2026-11-22 21:00", key=GroupKey(it.key))
        }

    assert len(reached("10%")) == 1
    assert reached("10%") < reached("30%")
    assert reached("group-7") == {"group-7"}
    assert len(reached("all")) == 10


def test_a_day_has_no_more_posts_than_its_limit() -> None:
    limits = PostLimits(posts_a_day=2, gap_minutes=0)
    posts = [post(at(f"2026-11-22 {hour}"), item("a")) for hour in ("00:00", "09:00")]
    reason = "2 posts were published on this day already, 2 are allowed"
    assert why_over_limits(at("2026-11-22 23:59"), posts, SHANGHAI, limits) == reason
    assert why_over_limits(at("2026-11-23 00:00"), posts, SHANGHAI, limits) == ""


@pytest.mark.parametrize(
    ("minutes", "allowed"), [(-89, False), (0, False), (89, False), (90, True)]
)
def test_posts_keep_their_distance(minutes: int, allowed: bool) -> None:
    noon = at("2026-11-22 12:00")
    reason = why_over_limits(
        noon + timedelta(minutes=minutes), [post(noon, item("a"))], SHANGHAI, PostLimits()
    )
    assert (reason == "") is allowed
    if not allowed:
        assert "minutes from the post at 12:00, 90 are asked for" in reason


def test_the_next_quiet_hours_begin_tonight_or_tomorrow_night() -> None:
    quiet = QuietHours(starts=time(22, 30), ends=time(8, 0))
    tonight = at("2026-11-22 22:30")
    assert quiet_after(at("2026-11-22 22:29"), SHANGHAI, quiet) == tonight
    assert quiet_after(tonight, SHANGHAI, quiet) == tonight + timedelta(days=1)
