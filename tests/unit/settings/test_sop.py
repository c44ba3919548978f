"""What sop.yaml may not say: each mistake at its place, with what to write instead."""

import pytest

from .good_config import Configuration

SOP = """\
plans:
  - key: newcomer
    name: 新人
    begins: {on: joined}
    groups: [tea]
    steps:
      - key: first
        days: 1
        at: "09:00"
        until: "12:00"
        unless_tags: [green_tea]
        texts: ["{name}，早。"]
      - key: month
        days: 30
        at: "20:00"
        only_if: silent
        within_days: 20
        texts: ["你签到 {checkins} 次。", "签到 {checkins} 次，还在就好。"]
  - key: green
    name: 绿茶
    begins: {on: tag, tag: green_tea}
    steps:
      - {key: first, days: 0, at: "20:00", texts: ["{name}，泡茶用八十度的水。"]}
"""


@pytest.fixture
def sop(config: Configuration) -> Configuration:
    config.write("sop.yaml", SOP)
    return config


def test_good_plans_have_no_problems(sop: Configuration) -> None:
    assert [plan.key for plan in sop.settings().sop.plans] == ["newcomer", "green"]


def test_without_the_file_there_are_no_plans(config: Configuration) -> None:
    assert config.settings().sop.plans == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("key: green", "key: newcomer", "plans[1].key  the same key as plans[0]"),
        ("key: month", "key: first", "plans[0].steps[1].key  the same key as steps[0]"),
        ("on: joined", "on: act", "plans[0].begins.on  act is missing  add act: what it is"),
        ("on: joined", "on: node_day", "plans[0].begins.on  node is missing"),
        (
            "on: joined",
            "on: joined, nth: 2",
            "plans[0].begins.nth  belongs to on: act  remove it",
        ),
        (
            "on: joined",
            "on: node_day, node: double_13",
            "plans[0].begins.node  there is no such node day  write double_1",
        ),
        (
            "tag: green_tea",
            "tag: green_te",
            "plans[1].begins.tag  there is no such tag in members.yaml  write green_tea instead",
        ),
        (
            "unless_tags: [green_tea]",
            "unless_tags: [green]",
            "plans[0].steps[0].unless_tags[0]  there is no such tag in members.yaml",
        ),
        (
            "[green_tea]",
            "[green_tea]\n        tags: [green_tea]",
            "stands under tags as well",
        ),
        ("groups: [tea]", "groups: [tee]", "plans[0].groups[0]  bot.yaml has no group"),
        ('at: "09:00"', 'at: "23:00"', "plans[0].steps[0].at  inside the quiet hours"),
        ('until: "12:00"', 'until: "08:30"', "until  ends before it begins  write a time after"),
        ('until: "12:00"', 'until: "23:30"', "until  reaches into the quiet hours"),
        ("days: 1\n", "days: -1\n", "plans[0].steps[0].days  only a node day is known before"),
        ("days: 1\n", "days: 31\n", "plans[0].steps[1].days  comes before steps[0], which is on"),
        ("only_if: silent\n", "\n", "within_days  tells how far only_if looks back"),
        ("{name}，早。", "{nick}，早。", "plans[0].steps[0].texts[0]  unknown slot {nick}"),
        (
            "only_if: silent\n",
            "only_if: silent\n        place: group\n",
            "texts[0]  {checkins} is nobody's business but his own",
        ),
        ("{name}，早。", "别潜水啦，早。", "潜水 tells a member that he is watched"),
        (
            "{name}，早。",
            "{name}，转发到朋友圈就送积分。",
            "plans[0].steps[0].texts[0]  contains",
        ),
        ("{name}，早。", "🌿🌿🌿🌿🌿🌿🌿🌿", "plans[0].steps[0].texts[0]  8 emoji"),
        ("days: 0,", "days: soon,", "plans[1].steps[0].days  "),
    ],
)
def test_a_mistake_is_told_at_its_place(
    sop: Configuration, old: str, new: str, problem: str
) -> None:
    sop.edit("sop.yaml", old, new)
    assert [line for line in sop.problems() if problem in line], sop.problems()


def test_a_step_in_the_night_of_other_quiet_hours_is_found(sop: Configuration) -> None:
    sop.edit("calendar.yaml", "ends: 08:00", "ends: 09:30")
    place = sop.place("sop.yaml", '"09:00"')
    assert any(line.startswith(place) for line in sop.problems())
