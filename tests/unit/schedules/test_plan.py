"""The plan: what it shows, what it counts, what it says is missing."""

from datetime import timedelta

import pytest

from bot.schedules.plan import Plan, lay_out
from bot.schedules.records import History
from bot.settings.schema.base import Kind, Pillar, Weekday
from bot.settings.schema.calendar import Late
from bot.settings.settings import Settings

from .support import GROUP, at, calendar, full_library, item, post, settings, situation, slot

NOW = at("2026-11-22 09:00")


def plan_of(setting: Settings, history: History | None = None, days: int = 14) -> Plan:
    return lay_out(situation(setting, history), NOW, days)


def test_fourteen_days_of_two_slots_are_twenty_eight_posts_in_order() -> None:
    plan = plan_of(settings(calendar([slot("08:30"), slot("20:00")])))
    due = [planned.slot.due_at for planned in plan.posts]
    assert len(due) == 28
    assert due == sorted(due)
    assert due[0] == at("2026-11-22 20:00")
    assert all(planned.choice is not None and planned.choice.step.text for planned in plan.posts)


def test_no_item_comes_twice_because_the_plan_is_its_own_history() -> None:
    plan = plan_of(settings())
    items = [planned.item.key for planned in plan.posts if planned.item]
    assert len(items) == len(set(items))


def test_the_mix_counts_the_past_of_the_window_and_the_plan() -> None:
    past = tuple(
        post(NOW - timedelta(days=days), item(f"p{days}", Kind.LESSON, Pillar.USER))
        for days in (15, 14, 13, 1)
    )
    plan = plan_of(settings(), History(past))
    lesson = next(share for share in plan.mix.kinds if share.name is Kind.LESSON)
    assert lesson.count == 28
    assert sum(share.posts for share in plan.mix.kinds) == lesson.count
    assert sum(share.posts for share in plan.mix.pillars) == lesson.count
    assert lesson.target_posts == pytest.approx(8.4)
    assert all(abs(share.posts - share.target_posts) <= 1 for share in plan.mix.pillars)


def test_a_node_day_is_named_on_its_slots_and_its_item_is_planned() -> None:
    thanks = item("thanks", node="thanksgiving")
    plan = plan_of(settings(content=[*full_library(12), thanks]))
    on_the_day = [
        planned for planned in plan.posts if "thanksgiving" in [day.key for day in planned.nodes]
    ]
    assert on_the_day[0].item is thanks
    assert on_the_day[0].choice is not None
    assert on_the_day[0].choice.node is not None
    assert on_the_day[1].item is not thanks


def test_slots_that_stay_empty_are_told_once_for_all_of_their_kinds() -> None:
    weekly = [slot("08:30"), slot("20:00", [Kind.LESSON])]
    content = [part for part in full_library(12) if part.front.kind is not Kind.LESSON]
    plan = plan_of(settings(calendar(weekly), [*content, item("one", Kind.LESSON)]))
    empty = [planned for planned in plan.posts if planned.item is None]
    assert len(empty) == 13
    (sentence,) = plan.lacking
    assert sentence == (
        "13 slots stay empty from 2026-11-23 20:00 on: no lesson item"
        " (1 in cool-down until 2027-01-06): add files to content/"
    )


def test_targets_that_nothing_can_supply_are_told() -> None:
    weekly = [slot("08:30", [Kind.STORY, Kind.ACTIVITY, Kind.PRODUCT, Kind.RED_PACKET])]
    content = [
        part
        for part in full_library(12)
        if part.front.pillar is not Pillar.USER and part.front.kind is not Kind.LESSON
    ]
    assert plan_of(settings(calendar(weekly), content)).lacking == (
        "pillar user has a target of 30 % and no item: add files to content/",
        "kind lesson has a target of 30 % and no item: add files to content/",
        "kind lesson has a target of 30 % and no slot in calendar.yaml takes it",
    )


def test_a_node_item_that_no_slot_of_its_day_takes_is_told() -> None:
    weekly = [slot("08:30"), slot("20:00", days=[Weekday.MON])]
    weekly[0] = slot("08:30", [Kind.STORY, Kind.LESSON])
    thanks = item("thanks", Kind.ACTIVITY, node="thanksgiving")
    plan = plan_of(settings(calendar(weekly), [*full_library(12), thanks]))
    (sentence,) = plan.lacking
    assert sentence == (
        "感恩节 on 2026-11-26: thanks (activity) is not posted; no slot of that day takes its"
        " kind, or a rule of the mix is in the way"
    )


def test_a_library_that_has_all_is_not_called_lacking() -> None:
    assert plan_of(settings()).lacking == ()


def test_slots_that_wait_since_an_outage_come_first_as_they_would_be_decided_now() -> None:
    history = History(
        since=at("2026-11-21 20:00"), decided=frozenset({f"{GROUP}/2026-11-21/20:00"})
    )
    plan = plan_of(settings(), history)
    waiting = plan.posts[0]
    assert waiting.slot.key == f"{GROUP}/2026-11-22/08:30"
    assert waiting.reason.endswith("; 30 minutes late")
    asked = plan_of(settings(calendar(late=Late(policy="ask"))), history).posts[0]
    assert (asked.item, asked.reason) == (
        None,
        "30 minutes late: the owners were asked; 发布 posts it",
    )


def test_a_pause_does_not_hide_the_plan() -> None:
    paused = plan_of(settings(), History(paused_at=NOW))
    assert paused == plan_of(settings())


def test_a_skipped_slot_keeps_its_place_in_the_plan_with_its_reason() -> None:
    plan = lay_out(situation(settings()), at("2026-12-12 21:00"), 2)
    assert [(planned.item is None, planned.reason[:5]) for planned in plan.posts[:2]] == [
        (True, "国家公祭日"),
        (True, "国家公祭日"),
    ]
