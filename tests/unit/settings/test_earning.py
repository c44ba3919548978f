"""What earning may not say: each mistake at its place, with what to write instead."""

import pytest

from .good_config import REWARDS, Configuration

EARNING = """\
earning:
  rules:
    - key: talk
      act: message
      points: 2
      to_points: 9
      formula: 1 + level
      least_characters: 5
      groups: [tea]
    - key: best
      act: claim
      points: 200
      beyond_daily_cap: true
      most_times: {a_week: 2}
    - key: hello
      act: join
      points: 20
      most_times: {in_all: 1}
levels:
  - {name: 水, from_points: 0}
  - {name: 鱼, from_points: 100}
"""


@pytest.fixture
def earning(config: Configuration) -> Configuration:
    config.edit("rewards.yaml", REWARDS, REWARDS + EARNING)
    return config


def test_good_rules_have_no_problems(earning: Configuration) -> None:
    assert earning.settings().rewards.earning.rules[0].key == "talk"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("key: best", "key: talk", "rules[1].key  the same key as rules[0]"),
        ("act: claim", "act: leave", "rules[1].act  leaving is not rewarded"),
        ("act: claim", "act: invite", "rules[1].act  entering a code is not rewarded"),
        (
            "act: message",
            "act: checkin",
            "rules[0].least_characters  act checkin has no text",
        ),
        ("to_points: 9", "to_points: 2", "rules[0].to_points  not more than points: 2"),
        ("      to_points: 9\n", "", "rules[0].formula  a formula without an end"),
        ("1 + level", "1 / level", "rules[0].formula  '1 / level' is not allowed in it"),
        (
            "      most_times: {a_week: 2}\n",
            "",
            "rules[1].beyond_daily_cap  this rule is unbounded",
        ),
        ("{in_all: 1}", "{a_day: 1}", "rules[2].act  whoever leaves and joins again"),
        ("groups: [tea]", "groups: [teas]", "rules[0].groups[0]  there is no group with this key"),
    ],
)
def test_a_mistake_in_earning_is_told(
    earning: Configuration, old: str, new: str, problem: str
) -> None:
    earning.edit("rewards.yaml", old, new)

    (line,) = earning.problems()

    assert f"earning.{problem}" in line


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{name: 水, from_points: 0}", "{name: 水, from_points: 1}", "levels[0].from_points"),
        ("from_points: 100", "from_points: 0", "levels[1].from_points  not more than levels[0]"),
        ("name: 鱼", "name: 水", "levels[1].name  the same name as levels[0]"),
    ],
)
def test_a_mistake_in_levels_is_told(
    earning: Configuration, old: str, new: str, problem: str
) -> None:
    earning.edit("rewards.yaml", old, new)

    (line,) = earning.problems()

    assert problem in line
