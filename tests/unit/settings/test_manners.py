"""What manners may not say: each mistake is told at its place, with what to write instead."""

import pytest

from .good_config import Configuration

MANNERS = """\
manners:
  office:
    days: [mon, tue]
    opens: "09:00"
    closes: "18:00"
    closed_on: [2027-02-17]
  tickets:
    on_duty: [lao]
  crisis:
    words: [不想活]
    unless: [不想活动]
templates:
"""


@pytest.fixture
def manners(config: Configuration) -> Configuration:
    owners = config.settings().bot.groups[0].owners
    config.edit("persona.yaml", "templates:\n", MANNERS.replace("lao", owners[0]))
    return config


def test_good_manners_have_no_problems(manners: Configuration) -> None:
    settings = manners.settings()
    assert settings.persona.manners.office.closed_on[0].isoformat() == "2027-02-17"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'closes: "18:00"',
            'closes: "09:00"',
            "manners.office.closes  the office would close before it opens at 09:00  write a later",
        ),
        (
            "on_duty: [",
            "on_duty: [nobody_knows_him, ",
            "manners.tickets.on_duty[0]  nobody with this user_id may answer calls  write one of",
        ),
        (
            "unless: [不想活动]",
            "unless: [不想活动, 跳楼价]",
            "manners.crisis.unless[1]  contains none of manners.crisis.words  write a phrase",
        ),
        ("days: [mon, tue]", "days: []", "manners.office.days"),
    ],
)
def test_a_mistake_in_manners_is_told_at_its_place(
    manners: Configuration, old: str, new: str, problem: str
) -> None:
    manners.edit("persona.yaml", old, new)

    lines = [line for line in manners.problems() if problem in line]

    assert len(lines) == 1, manners.problems()


@pytest.mark.parametrize("minutes", [0, 121])
def test_nobody_can_keep_quiet_that_it_is_an_ai(manners: Configuration, minutes: int) -> None:
    notice = f"manners:\n  ai_notice:\n    again_minutes: {minutes}\n"
    manners.edit("persona.yaml", "manners:\n", notice)

    assert any("manners.ai_notice.again_minutes" in line for line in manners.problems())
