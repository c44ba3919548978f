"""Runs of campaigns on real dates, and their posts as slots: each once, however time is cut."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from bot.core.ids import GroupKey
from bot.schedules.agenda import slots_between
from bot.schedules.campaign_days import (
    Occurrence,
    campaign_items,
    campaign_slots,
    item_keys,
    last_occurrence,
    next_occurrence,
    occurrences_between,
    reaches,
)
from bot.schedules.slots import Slot
from bot.settings.schema.calendar import NodeDay
from bot.settings.schema.campaigns import CampaignFile
from bot.settings.settings import Settings

from .support import GROUP, SHANGHAI, at, calendar, group, settings, slot

DAY = timedelta(days=1)


def campaign(*times: tuple[int, str], **parts: Any) -> CampaignFile:
    """A campaign that posts at these times: day from T0, and hour."""
    return CampaignFile.model_validate(
        {
            "name": "茶会",
            "type": "promotion",
            "node": "double_12",
            "posts": [
                {
                    "phase": phase,
                    "at": hour,
                    "title": f"day {phase} at {hour}",
                    "pillar": "user",
                    "kind": "story",
                    "text": "text",
                }
                for phase, hour in times or ((0, "20:00"),)
            ],
            **parts,
        }
    )


def with_campaigns(base: Settings | None = None, **campaigns: CampaignFile) -> Settings:
    return replace(base or settings(), campaigns=campaigns)


def slots(setting: Settings, start: str, end: str, key: GroupKey = GROUP) -> list[Slot]:
    return campaign_slots(setting, key, at(start), at(end))


def run_on(setting: Settings, on: date) -> Occurrence | None:
    """The run that a day lies in."""
    return next(iter(occurrences_between(setting, on, on)), None)


def test_a_run_lies_around_its_node_day() -> None:
    setting = with_campaigns(tea=campaign(first_day=-7, last_day=3))

    run = run_on(setting, date(2026, 12, 5))

    assert run is not None
    assert (run.key, run.first, run.t0, run.last) == (
        "tea-2026",
        date(2026, 12, 5),
        date(2026, 12, 12),
        date(2026, 12, 15),
    )
    assert run.day(-1) == date(2026, 12, 11)
    assert run_on(setting, date(2026, 12, 4)) is None
    assert run_on(setting, date(2026, 12, 16)) is None


def test_a_node_day_of_several_days_is_t0_all_along() -> None:
    setting = with_campaigns(tea=campaign((-1, "20:00"), (1, "20:00"), node="double_11_presale"))

    run = next_occurrence("tea", setting, date(2026, 10, 1))

    assert run is not None
    assert (run.t0, run.t0_last, run.last) == (
        date(2026, 10, 20),
        date(2026, 11, 10),
        date(2026, 11, 13),
    )
    dues = slots(setting, "2026-10-01 00:00", "2026-11-30 00:00")
    assert [f"{one.due_at.astimezone(SHANGHAI):%m-%d}" for one in dues] == ["10-19", "11-11"]


def test_a_campaign_with_a_date_runs_once() -> None:
    setting = with_campaigns(tea=campaign(node="", on=date(2026, 12, 20)))

    assert next_occurrence("tea", setting, date(2026, 12, 24)) is None
    found = last_occurrence("tea", setting, date(2027, 1, 24))
    assert found is not None
    assert found.t0 == date(2026, 12, 20)
    assert last_occurrence("tea", setting, date(2026, 12, 12)) is None


def test_runs_of_one_year_have_different_keys() -> None:
    member_day = NodeDay(key="member_day", name="会员日", every="month", days=(8, 28))
    setting = with_campaigns(
        settings(calendar(node_days=[member_day])), tea=campaign(node="member_day", first_day=0)
    )

    runs = occurrences_between(setting, date(2026, 1, 1), date(2026, 12, 31))

    assert len({run.key for run in runs}) == len(runs) == 24
    assert runs[0].key == "tea-2026"
    assert runs[1].key == "tea-2026-2"


def test_a_lunar_day_is_found_in_the_year_after_when_a_solar_year_has_none() -> None:
    setting = with_campaigns(tea=campaign(node="laba"))

    days = [next_occurrence("tea", setting, date(year, 2, 15)) for year in range(2026, 2031)]

    assert [run and run.t0 for run in days] == [
        date(2027, 1, 15),
        date(2028, 1, 4),
        date(2029, 1, 22),
        date(2030, 1, 11),
        date(2031, 1, 1),
    ]


def test_slots_name_their_campaign_and_item() -> None:
    setting = with_campaigns(tea=campaign((-7, "20:00"), (0, "08:30")))

    (tease, opening) = slots(setting, "2026-12-01 00:00", "2026-12-31 00:00")

    assert (tease.key, tease.campaign, tease.item) == (
        "pond/2026-12-05/20:00",
        "tea",
        "tea/T-7-2000",
    )
    assert (opening.key, opening.item) == ("pond/2026-12-12/08:30", "tea/T0-0830")
    assert opening.due_at == at("2026-12-12 08:30")
    items = {item.key: item for item in campaign_items(setting)}
    assert items[opening.item].front.title == "day 0 at 08:30"
    assert items[opening.item].front.kind in opening.kinds


def test_a_solemn_day_silences_a_phase_but_keeps_it_in_sight() -> None:
    setting = with_campaigns(tea=campaign((0, "20:00"), (1, "20:00"), (2, "20:00")))

    found = slots(setting, "2026-12-01 00:00", "2026-12-31 00:00")

    assert [one.blocked for one in found] == [
        "",
        "国家公祭日 is a solemn day: nothing is posted",
        "",
    ]


def test_a_campaign_is_for_its_groups_and_as_far_as_it_is_rolled_out() -> None:
    keys = [f"pond-{number}" for number in range(10)]
    base = settings(groups=[group(key) for key in keys])
    some = with_campaigns(base, tea=campaign(groups=("pond-1", "pond-2")))
    tenth = with_campaigns(base, tea=campaign(rollout="10%"))
    one = with_campaigns(base, tea=campaign(rollout="pond-3"))

    def reached(setting: Settings) -> list[str]:
        return [key for key in keys if reaches(setting, "tea", GroupKey(key))]

    assert reached(some) == ["pond-1", "pond-2"]
    assert len(reached(tenth)) == 1
    assert reached(one) == ["pond-3"]
    for setting in (some, tenth, one):
        for key in keys:
            found = slots(setting, "2026-12-12 00:00", "2026-12-12 23:59", GroupKey(key))
            assert bool(found) == (key in reached(setting))


def test_a_post_may_be_for_some_of_the_groups_only() -> None:
    file = campaign((0, "20:00"), (0, "20:00"))
    first, second = file.posts
    posts = (
        first.model_copy(update={"groups": ("pond",)}),
        second.model_copy(update={"groups": ("lake",)}),
    )
    setting = with_campaigns(
        settings(groups=[group("pond"), group("lake")]),
        tea=file.model_copy(update={"posts": posts}),
    )

    assert item_keys("tea", posts) == ("tea/T0-2000", "tea/T0-2000-2")
    for key, item in (("pond", "tea/T0-2000"), ("lake", "tea/T0-2000-2")):
        (found,) = slots(setting, "2026-12-12 00:00", "2026-12-12 23:59", GroupKey(key))
        assert found.item == item


def test_a_group_without_a_calendar_gets_no_campaign() -> None:
    quiet = group("quiet").model_copy(update={"scheduled": False})
    setting = with_campaigns(settings(groups=[quiet]), tea=campaign())

    assert slots(setting, "2026-12-01 00:00", "2026-12-31 00:00", GroupKey("quiet")) == []
    assert slots(setting, "2026-12-01 00:00", "2026-12-31 00:00", GroupKey("unknown")) == []


def test_of_two_campaigns_at_one_time_the_second_has_a_row_that_says_so() -> None:
    setting = with_campaigns(
        tea=campaign((0, "20:00")),
        late=campaign((-1, "20:00"), node="", on=date(2026, 12, 13)),
    )

    first, second = slots(setting, "2026-12-12 00:00", "2026-12-12 23:59")

    assert (first.campaign, first.blocked) == ("tea", "")
    assert (second.campaign, second.key) == ("late", "pond/2026-12-12/20:00/late-2026")
    assert second.blocked == "茶会 posts at the same time"


def test_weekly_slots_make_room_and_say_so() -> None:
    weekly = [slot("08:30"), slot("16:00"), slot("19:30")]
    times = [(0, "08:30"), (0, "12:00"), (0, "20:00"), (0, "22:00")]
    setting = with_campaigns(settings(calendar(weekly)), tea=campaign(*times))

    found = slots_between(setting, GROUP, at("2026-12-12 00:00"), at("2026-12-12 23:59"))

    shown = [
        (f"{one.due_at.astimezone(SHANGHAI):%H:%M}", one.campaign, one.blocked) for one in found
    ]
    assert shown == [
        ("08:30", "tea", ""),
        ("12:00", "tea", ""),
        ("16:00", "", "makes room for a campaign: 4 posts a day are allowed"),
        ("19:30", "", "makes room for 茶会 at 20:00"),
        ("20:00", "tea", ""),
        ("22:00", "tea", ""),
    ]


HOURS = st.times(min_value=time(8), max_value=time(22)).map(lambda one: f"{one:%H:%M}")
PHASES = st.integers(min_value=-30, max_value=30)
NODES = st.sampled_from(["double_12", "spring_festival", "laba", "new_year", "mothers_day"])
ZONES = st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"])


@st.composite
def campaigns(draw: st.DrawFn) -> Mapping[str, CampaignFile]:
    files = {}
    for name in draw(st.lists(st.sampled_from("abc"), min_size=1, unique=True)):
        times = draw(st.lists(st.tuples(PHASES, HOURS), min_size=1, max_size=6, unique=True))
        reach = {"node": draw(NODES), "first_day": -30, "last_day": 30}
        files[name] = campaign(*times, **reach)
    return files


def cuts(data: st.DataObject, start: datetime, end: datetime) -> Sequence[datetime]:
    minutes = (end - start) // timedelta(minutes=1)
    inner = data.draw(st.lists(st.integers(1, minutes - 1), max_size=6, unique=True))
    return [start, *(start + timedelta(minutes=one) for one in sorted(inner)), end]


@given(st.data())
@example_settings(max_examples=60, deadline=None)
def test_each_phase_of_each_run_is_one_slot_however_time_is_cut(data: st.DataObject) -> None:
    zone = ZoneInfo(data.draw(ZONES))
    files = data.draw(campaigns())
    setting = replace(settings(zone=zone), campaigns=files)
    start = at("2026-11-01 00:00", zone) + DAY * data.draw(st.integers(0, 700))
    end = start + DAY * data.draw(st.integers(30, 120))
    edges = cuts(data, start, end)

    pieces = []
    for after, until in pairwise(edges):
        # both ends are included, so a piece ends just before the next one begins
        last = until if until == end else until - timedelta(microseconds=1)
        pieces += campaign_slots(setting, GROUP, after, last)

    assert pieces == campaign_slots(setting, GROUP, start, end)
    assert len({one.key for one in pieces}) == len(pieces)
    wanted = {
        (f"{key}/{post.phase}/{post.at}", run.key)
        for run in occurrences_between(setting, (start - 2 * DAY).date(), (end + 2 * DAY).date())
        for key, file in files.items()
        if key == run.campaign
        for post in file.posts
        if start <= datetime.combine(run.day(post.phase), post.at, zone) <= end
    }
    assert len(pieces) == len(wanted)


def test_both_ends_of_the_time_belong_to_it() -> None:
    setting = with_campaigns(tea=campaign((0, "20:00")))

    assert len(slots(setting, "2026-12-12 20:00", "2026-12-12 20:00")) == 1
    assert slots(setting, "2026-12-12 20:01", "2026-12-13 20:00") == []
    assert slots(setting, "2026-12-12 00:00", "2026-12-12 19:59") == []


@pytest.mark.parametrize("hour", ["00:30", "23:45"])
def test_a_slot_near_midnight_is_on_its_own_day(hour: str) -> None:
    setting = with_campaigns(tea=campaign((0, hour)))

    (found,) = slots(setting, "2026-12-12 00:00", "2026-12-12 23:59")

    assert found.key == f"pond/2026-12-12/{hour}"
    assert "quiet hours" in found.blocked
