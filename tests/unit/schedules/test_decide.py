"""What becomes of a slot: on time, late, paused, closed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.schedules.agenda import slots_between
from bot.schedules.decide import Decision, decide, decide_owners_post
from bot.schedules.records import History, SlotState
from bot.schedules.slots import Slot
from bot.settings.schema.base import Kind
from bot.settings.schema.calendar import Late
from bot.settings.settings import Settings

from .support import GROUP, at, calendar, item, post, settings, situation, slot

NOON = at("2026-11-25 12:00")
WEEKLY = [slot("12:00"), slot("22:00")]


def the_slot(setting: Settings, due: str = "2026-11-25 12:00") -> Slot:
    return slots_between(setting, GROUP, at(due), at(due))[0]


def decided(
    late: Late, minutes: float, due: str = "2026-11-25 12:00", history: History | None = None
) -> Decision:
    setting = settings(calendar(WEEKLY, late=late))
    now = at(due) + timedelta(minutes=minutes)
    return decide(situation(setting, history), the_slot(setting, due), now)


@pytest.mark.parametrize(
    ("policy", "minutes", "state", "words"),
    [
        ("publish", 0, "published", "not used before"),
        ("publish", 1, "published", "not used before"),
        ("publish", 2, "published", "; 2 minutes late"),
        ("publish", 60, "published", "; 60 minutes late"),
        ("publish", 61, "skipped", "61 minutes late, more than 60"),
        ("skip", 1, "published", "not used before"),
        ("skip", 2, "skipped", "2 minutes late: skipped, as calendar.yaml says"),
        ("skip", 61, "skipped", "61 minutes late, more than 60"),
        ("ask", 1, "published", "not used before"),
        ("ask", 2, "asked", "2 minutes late: the owners were asked"),
        ("ask", 61, "skipped", "61 minutes late, more than 60"),
    ],
)
def test_a_late_slot_follows_the_policy(policy: str, minutes: int, state: str, words: str) -> None:
    decision = decided(Late.model_validate({"policy": policy}), minutes)
    assert decision.state == state
    assert words in decision.reason


def test_a_post_on_time_counts_at_its_slot_and_a_late_one_when_it_was_decided() -> None:
    on_time, late = decided(Late(), 0.5), decided(Late(), 30)
    assert on_time.post is not None
    assert on_time.post.at == NOON
    assert late.post is not None
    assert late.post.at == NOON + timedelta(minutes=30)


def test_a_late_post_does_not_slip_into_the_quiet_hours() -> None:
    decision = decided(Late(), 40, due="2026-11-25 22:00")
    assert decision.state is SlotState.SKIPPED
    assert decision.reason == "22:40 is in the quiet hours 22:30-08:00"


def test_a_slot_of_the_quiet_hours_is_not_made_good_after_them() -> None:
    setting = settings(calendar([slot("07:30")]))
    decision = decide(
        situation(setting), the_slot(setting, "2026-11-25 07:30"), at("2026-11-25 08:10")
    )
    assert decision.reason == "07:30 is in the quiet hours 22:30-08:00"


def test_a_paused_group_gets_nothing_and_the_row_says_so() -> None:
    decision = decided(Late(), 0, history=History(paused_at=NOON))
    assert (decision.state, decision.reason) == (SlotState.SKIPPED, "paused")


def test_a_slot_of_a_solemn_day_is_skipped_with_the_days_name() -> None:
    decision = decided(Late(), 0, due="2026-12-13 12:00")
    assert decision.state is SlotState.SKIPPED
    assert "国家公祭日" in decision.reason


def test_a_slot_too_soon_after_an_owners_post_is_skipped() -> None:
    history = History((post(NOON - timedelta(minutes=30), item("a")),))
    assert "only 30 minutes from the post at 11:30" in decided(Late(), 0, history=history).reason


def test_an_empty_library_is_told_and_nobody_is_asked_about_it() -> None:
    setting = settings(calendar(WEEKLY, late=Late(policy="ask")), content=[])
    decision = decide(situation(setting), the_slot(setting), NOON + timedelta(minutes=5))
    assert decision.state is SlotState.SKIPPED
    assert "no story item (none in the library)" in decision.reason


def owners_post(when: str, history: History) -> Decision:
    setting = settings(calendar(WEEKLY))
    wish = Slot(f"{GROUP}/manual/1", GROUP, at(when), tuple(Kind))
    return decide_owners_post(situation(setting, history), wish)


def test_an_owners_word_goes_through_at_night_in_a_pause_and_right_after_a_post() -> None:
    history = History((post(at("2026-11-25 22:59"), item("a")),), paused_at=NOON)
    decision = owners_post("2026-11-25 23:00", history)
    assert decision.state is SlotState.PUBLISHED
    assert decision.reason.startswith("the owner's word; ")


def test_an_owners_word_does_not_break_a_solemn_day_or_the_mix() -> None:
    assert owners_post("2026-12-13 12:00", History()).state is SlotState.SKIPPED
    one = settings(content=[item("a", Kind.PRODUCT)])
    wish = Slot(f"{GROUP}/manual/1", GROUP, NOON, tuple(Kind))
    after = replace(History(), posts=(post(NOON - timedelta(days=1), item("b", Kind.PRODUCT)),))
    assert decide_owners_post(situation(one, after), wish).state is SlotState.SKIPPED
