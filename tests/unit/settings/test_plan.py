from datetime import time

import pytest

from bot.settings.checks.plan import is_quiet
from bot.settings.schema.calendar import BUILT_IN_NODE_KEYS

from .good_config import Configuration


@pytest.mark.parametrize(
    ("old", "new", "mark", "problem"),
    [
        (
            "    lesson: 20\n",
            "",
            "kinds",
            "mix.kinds.lesson  missing key  add lesson: a share, or 0",
        ),
        ("story: 20", "story: 19", "kinds", "mix.kinds  the shares add up to 99"),
        (
            "at: 12:30",
            "at: 09:00",
            "09:00\n    days: [mon]",
            "slots[1].at  the same time as slots[0] on mon  leave 90 minutes between slots",
        ),
        (
            "at: 12:30",
            "at: 22:00",
            "22:00",
            "slots[1].at  inside the quiet hours, 22:00 to 08:00  choose a time outside",
        ),
        (
            "days: [mon, wed]",
            "days: [mon, mon]",
            "mon]",
            "slots[0].days[1]  the day is named twice",
        ),
        (
            "quiet_hours:",
            "limits:\n  posts_a_day: 1\nquiet_hours:",
            "days: [mon]",
            "slots[1].days  more than 1 slots on mon  remove the day from a slot",
        ),
        (
            "key: ask_a_friend",
            "key: bring_a_friend",
            "bring_a_friend\n    texts:\n      - 身边",
            "fission_steps[1].key  the same key as fission_steps[0]",
        ),
        (
            "key: ask_a_friend",
            "key: rotate",
            "rotate",
            "fission_steps[1].key  rotate means whichever step is due",
        ),
        (
            "key: tea_day",
            "key: qixi",
            "qixi",
            "node_days[0].key  a node day that is built in  remove it, or choose another key",
        ),
        (
            "month: 5\n    day: 21",
            "month: 4\n    day: 31",
            "31",
            "node_days[0].day  month 4 has no such day  write a whole number from 1 to 30",
        ),
        (
            "day: 21",
            "day: 31\n    lunar: true",
            "31",
            "node_days[0].day  month 5 has no such day  write a whole number from 1 to 30",
        ),
    ],
)
def test_a_mistake_in_the_plan_is_told_at_its_place(
    config: Configuration, old: str, new: str, mark: str, problem: str
) -> None:
    config.edit("calendar.yaml", old, new)

    lines = [line for line in config.problems() if problem.split("  ", maxsplit=1)[0] in line]

    assert len(lines) == 1, config.problems()
    assert lines[0].startswith(f"{config.place('calendar.yaml', mark)}  {problem}")


@pytest.mark.parametrize(
    "text",
    [
        "转发后可领积分",
        "转发才能看答案",
        "转 发 得 红包",
        "分享到朋友圈截图领积分",
        "集赞换礼",
        "帮我砍一刀",
    ],
)
def test_a_step_that_rewards_sharing_itself_is_refused(config: Configuration, text: str) -> None:
    config.edit("calendar.yaml", "身边也有爱茶的人？请他一起来。", text)

    (problem,) = config.problems()
    place = f"{config.place('calendar.yaml', text)}  fission_steps[1].texts[0]"
    assert problem.startswith(f"{place}  contains ")
    assert "诱导分享" in problem
    assert problem.endswith("  奖励只给真实的参与，例如签到、到场、朋友自己进群")


def test_fewer_texts_than_posts_in_their_rest_are_told_with_how_many_are_missing(
    config: Configuration,
) -> None:
    config.edit("calendar.yaml", "days: [mon, wed]", "days: [mon, tue, wed, thu, fri, sat]")

    (problem,) = config.problems()
    assert problem.startswith(f"{config.place('calendar.yaml', 'fission_steps:')}  fission_steps  ")
    assert "7 posts a week, and 6 texts for groups of where: robot" in problem
    assert problem.endswith("write 2 more, under steps of where: everywhere or robot")


OTHER = """\
mix:
  others:
    - key: friday
      days: [fri]
      pillars: {brand: 50, product: 0, industry: 0, user: 50}
      kinds: {story: 100, activity: 0, product: 0, red_packet: 0, lesson: 0}
"""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("brand: 50", "brand: 40", "mix.others[0].pillars  the shares add up to 90"),
        ("days: [fri]", "groups: [nobody]", "mix.others[0].groups[0]  "),
        (
            "days: [fri]",
            "first_day: 2026-12-02\n      last_day: 2026-12-01",
            "mix.others[0].last_day  the last day is before first_day",
        ),
    ],
)
def test_another_mix_is_checked_like_the_usual_one(
    config: Configuration, old: str, new: str, problem: str
) -> None:
    config.edit("calendar.yaml", "mix:\n", OTHER)
    assert config.settings().calendar.mix.others[0].key == "friday"

    config.edit("calendar.yaml", old, new)
    (found,) = config.problems()
    assert problem in found


def test_slots_that_are_close_on_different_days_are_fine(config: Configuration) -> None:
    config.edit("calendar.yaml", "at: 12:30\n    days: [mon]", "at: 09:30\n    days: [tue]")

    assert len(config.settings().calendar.slots) == 2


def test_without_a_gap_only_the_same_time_is_a_problem(config: Configuration) -> None:
    config.edit("calendar.yaml", "quiet_hours:", "limits:\n  gap_minutes: 0\nquiet_hours:")
    config.edit("calendar.yaml", "at: 12:30", "at: 09:01")
    assert config.settings()

    config.edit("calendar.yaml", "at: 09:01", "at: 09:00")
    assert len(config.problems()) == 1


def test_quiet_hours_may_run_over_midnight_and_end_with_their_last_minute() -> None:
    night, morning = time(22), time(8)

    assert is_quiet(time(22), night, morning)
    assert is_quiet(time(0), night, morning)
    assert not is_quiet(time(8), night, morning)
    assert not is_quiet(time(21, 59), night, morning)
    assert is_quiet(time(12), time(12), time(14))
    assert not is_quiet(time(14), time(12), time(14))
    assert not is_quiet(time(12), time(12), time(12))


def test_a_content_item_may_name_built_in_and_own_node_days(config: Configuration) -> None:
    for number, key in enumerate([*sorted(BUILT_IN_NODE_KEYS), "tea_day"]):
        head = f"title: 节点{number}\npillar: user\nkind: story\nnode: {key}"
        config.write(f"content/node-{number}.md", f"---\n{head}\n---\n节日快乐。\n")

    assert len(config.settings().content) == 2 + len(BUILT_IN_NODE_KEYS) + 1
