"""The dry run of a campaign: it says what the publisher will do, and what stands in the way."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from bot.core.ids import GroupKey
from bot.schedules.campaign_days import next_occurrence
from bot.schedules.costs import ceiling, costs_of
from bot.schedules.records import History, Post
from bot.schedules.rehearsal import Rehearsal, Weight, rehearse
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.calendar import Approval
from bot.settings.schema.rewards import RewardsFile
from bot.settings.settings import Settings
from tests.support.brand import brand

from .support import GROUP, at, calendar, group, settings, situation, slot
from .test_campaign_days import campaign, with_campaigns

NOW = at("2026-12-01 09:00")
RARELY = calendar([slot("09:30", [Kind.LESSON])])
"""Weekly slots that leave room."""


def dry_run(
    setting: Settings,
    now: datetime = NOW,
    *,
    history: History | None = None,
    members: dict[GroupKey, int] | None = None,
) -> Rehearsal:
    run = next_occurrence("tea", setting, date(2026, 1, 1))
    assert run is not None
    situations = {GROUP: situation(setting, history)}
    return rehearse(setting, run, situations, members or {GROUP: 120}, now=now)


def told(found: Rehearsal, weight: Weight) -> list[tuple[str, str]]:
    return [(f"{one.on or ''}", one.what) for one in found.conflicts if one.weight is weight]


def test_what_nothing_hinders_can_run() -> None:
    setting = with_campaigns(settings(RARELY), tea=campaign((-7, "20:00"), (0, "20:00")))

    found = dry_run(setting)

    assert found.can_run
    assert found.lost == ()
    assert [(f"{line.at:%m-%d %H:%M}", line.group) for line in found.lines] == [
        ("12-05 20:00", "pond"),
        ("12-12 20:00", "pond"),
    ]
    assert (found.reach[0].members, found.reach[0].confirmed_by) == (120, "")
    assert told(found, Weight.LOSS) == []


def test_a_solemn_day_takes_a_post_and_the_dry_run_says_which() -> None:
    setting = with_campaigns(settings(RARELY), tea=campaign((0, "20:00"), (1, "20:00")))

    found = dry_run(setting)

    assert found.can_run
    assert [line.post.phase for line in found.lost] == [1]
    why = "国家公祭日 is a solemn day: nothing is posted"
    assert told(found, Weight.LOSS) == [("2026-12-13", f"20:00 day 1 at 20:00: {why}")]
    assert ("2026-12-13", "国家公祭日: nothing is posted, in any group") in told(found, Weight.NOTE)


def test_a_campaign_about_a_solemn_day_cannot_run() -> None:
    setting = with_campaigns(tea=campaign((-1, "20:00"), node="nanjing_memorial"))

    found = dry_run(setting)

    assert not found.can_run
    assert told(found, Weight.STOP) == [
        ("2026-12-13", "T0 is 国家公祭日, a solemn day: choose another node day")
    ]


def test_a_campaign_none_of_whose_posts_appears_cannot_run() -> None:
    setting = with_campaigns(tea=campaign((1, "20:00")))

    found = dry_run(setting)

    assert told(found, Weight.STOP) == [("", "none of its posts will appear")]


def test_a_campaign_that_reaches_nobody_cannot_run() -> None:
    setting = with_campaigns(tea=campaign(groups=("lake",)))

    found = dry_run(setting)

    ((_, what),) = told(found, Weight.STOP)
    assert what.startswith("it reaches no group")


def test_a_campaign_that_is_over_cannot_run() -> None:
    setting = with_campaigns(tea=campaign(node="", on=date(2026, 11, 20)))

    found = dry_run(setting)

    assert told(found, Weight.STOP) == [("2026-11-23", "it is over")]


def test_two_promotions_too_close_lose_the_second() -> None:
    file = campaign((0, "08:30"), (0, "20:00"))
    posts = tuple(post.model_copy(update={"promotion": True}) for post in file.posts)
    setting = with_campaigns(settings(RARELY), tea=file.model_copy(update={"posts": posts}))

    found = dry_run(setting)

    why = "a promotion within four posts of another"
    assert told(found, Weight.LOSS) == [("2026-12-12", f"20:00 day 0 at 20:00: {why}")]


@pytest.mark.parametrize(
    ("now", "weight", "words"),
    [
        ("2026-12-10 09:00", Weight.NOTE, "needs the yes of boss, asked on 12-11 20:00"),
        ("2026-12-12 09:00", Weight.NOTE, "approval is late: boss should say yes now"),
        ("2026-12-12 19:45", Weight.LOSS, "too late for the approval of boss"),
    ],
)
def test_it_says_who_must_approve_and_whether_it_is_late(
    now: str, weight: Weight, words: str
) -> None:
    approval = Approval(by=("boss",), of=("campaign",), ask_hours=24)
    base = settings(calendar([slot("09:30", [Kind.LESSON])], approval=approval))
    setting = with_campaigns(base, tea=campaign((0, "20:00")))

    found = dry_run(setting, at(now))

    assert found.lines[0].waits_for == ("boss",)
    assert bool(found.lost) is (weight is Weight.LOSS)
    assert ("2026-12-12", f"20:00 day 0 at 20:00: {words}") in told(found, weight)


def test_what_was_posted_is_not_lost_and_what_was_missed_is() -> None:
    setting = with_campaigns(settings(RARELY), tea=campaign((-7, "20:00"), (-3, "20:00")))
    history = History(
        posts=(Post(at("2026-12-05 20:00"), Pillar.USER, Kind.STORY, "tea/T-7-2000", False, "s"),),
        since=at("2026-12-10 09:00"),
    )

    found = dry_run(setting, at("2026-12-10 10:00"), history=history)

    first, second = found.lines
    assert (first.is_posted, first.lost) == (True, "")
    assert (second.is_posted, second.lost) == (False, "its time has passed")


def test_other_campaigns_displaced_slots_and_holidays_are_noted() -> None:
    setting = with_campaigns(
        settings(calendar([slot("19:30")])),
        tea=campaign((0, "20:00"), node="national_day", last_day=1),
        other=campaign((0, "12:00"), node="", on=date(2026, 10, 2), first_day=0, last_day=0),
        elsewhere=campaign(node="", on=date(2026, 10, 2), groups=("lake",)),
    )

    found = dry_run(setting, at("2026-09-20 09:00"))

    notes = told(found, Weight.NOTE)
    assert ("2026-10-01", "weekly slots make room: 19:30") in notes
    assert ("2026-10-02", "茶会 (other-2026) runs too, 10-02") in notes
    assert not any("elsewhere" in what for _, what in notes)
    assert any(on == "2026-10-01" and "holiday" in what for on, what in notes)


def test_a_paused_group_is_noted() -> None:
    setting = with_campaigns(settings(RARELY), tea=campaign((0, "20:00")))

    found = dry_run(setting, history=History(paused_at=NOW))

    assert found.lost == ()
    assert ("", "paused: nothing is posted until an owner says 继续") in told(found, Weight.NOTE)


def test_only_members_of_its_groups_count_for_the_cost() -> None:
    setting = with_campaigns(settings(RARELY), tea=campaign(type="fission"))

    found = dry_run(setting, members={GROUP: 10, GroupKey("lake"): 500})

    assert [one.fen for one in found.costs] == [45_000]


def test_what_stops_comes_first() -> None:
    setting = with_campaigns(tea=campaign((1, "20:00")))

    weights = [one.weight for one in dry_run(setting).conflicts]

    assert weights == sorted(weights, key=list(Weight).index)


def test_a_customer_groups_posts_are_confirmed_by_the_employee_who_owns_it() -> None:
    setting = replace(brand(), campaigns={"tea": campaign((0, "20:00"))})
    run = next_occurrence("tea", setting, date(2026, 1, 1))
    assert run is not None
    situations = {
        GroupKey(one.key): replace(situation(setting), group=one) for one in setting.bot.groups
    }

    found = rehearse(setting, run, situations, {}, now=NOW)

    confirmed = {one.group.key: one.confirmed_by for one in found.reach}
    assert confirmed == {"hejian": "", "friends": "tangyuan"}
    assert {one.members for one in found.reach} == {None}


def test_an_hour_is_the_groups_own() -> None:
    far = group().model_copy(update={"time_zone": "America/New_York"})
    setting = with_campaigns(settings(RARELY, groups=[far]), tea=campaign((0, "20:00")))

    (line,) = dry_run(setting).lines

    assert line.at == at("2026-12-13 09:00")
    assert line.lost == ""


REWARDS = RewardsFile.model_validate(
    {"shop": {"gifts": [{"key": "cup", "name": "茶杯", "points": 500, "stock": 4}]}}
)


def cost(members: int = 10, **parts: Any) -> dict[str, tuple[int, bool]]:
    setting = replace(settings(), rewards=REWARDS)
    found = costs_of(setting, campaign(**parts), groups=1, members=members)
    return {one.source: (one.fen, one.counts) for one in found}


def test_budgets_and_perks_add_up_and_what_they_pay_for_is_not_added_again() -> None:
    perk = {"key": "p", "name": "早鸟", "text": "t", "quota": 10, "cost_fen": 300}
    signup = {"opens": 0, "closes": 0, "quota": 20, "code": "c", "points": 5}
    parts = {
        "budget": {"points": 1000, "fen": 200},
        "points": {"checkin": 200},
        "perks": [perk],
        "signup": signup,
        "gifts": ["cup"],
    }

    found = costs_of(replace(settings(), rewards=REWARDS), campaign(**parts), groups=1, members=10)

    assert ceiling(found) == 1000 + 200 + 3000
    assert {one.source: one.fen for one in found if not one.counts} == {
        "sign-up": 100,
        "points of checkin": 1000,
        "茶杯": 2000,
    }


def test_friends_who_stay_are_reckoned_by_the_rules_of_referral() -> None:
    # 10 members x at most 30 friends in a month x (100 + 50) points
    assert cost(type="fission", first_day=-7, last_day=3) == {"friends who stay": (45_000, False)}
    # on one day at most 10 friends each
    assert cost(type="fission", first_day=0, last_day=0) == {"friends who stay": (15_000, False)}


def test_a_conflict_is_told_once() -> None:
    setting = with_campaigns(settings(RARELY), tea=campaign((0, "20:00"), (1, "20:00")))

    conflicts = dry_run(setting).conflicts

    assert len(set(conflicts)) == len(conflicts)
