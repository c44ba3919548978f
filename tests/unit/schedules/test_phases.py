"""What the days around a node day are for: T-7 … T+3."""

from datetime import date, timedelta

import pytest

from bot.schedules.node_days import (
    NodePhase,
    Phase,
    built_in_days,
    node_days_between,
    node_days_on,
    phase_of,
)
from bot.settings.schema.calendar import CalendarFile
from bot.settings.schema.calendar import NodeDay as OwnDay

from .support import calendar

DOUBLE_12 = next(day for day in built_in_days(2026, "north") if day.key == "double_12")


@pytest.mark.parametrize(
    ("days", "phase"),
    [
        (-8, None),
        (-7, Phase.TEASE),
        (-4, Phase.TEASE),
        (-3, Phase.RULES),
        (-2, Phase.RULES),
        (-1, Phase.REMIND),
        (0, Phase.OPEN),
        (1, Phase.THANKS),
        (2, Phase.THANKS),
        (3, Phase.REVIEW),
        (4, None),
    ],
)
def test_a_phase_goes_on_until_the_next_begins(days: int, phase: Phase | None) -> None:
    found = phase_of(DOUBLE_12, DOUBLE_12.on + timedelta(days=days))
    assert (found.phase if found else None) == phase
    assert found is None or found.day == days


def test_a_season_is_t0_all_along_and_its_thanks_follow_its_last_day() -> None:
    presale = next(d for d in node_days_on(date(2026, 11, 1), calendar()))
    days = [date(2026, 10, 19), presale.on, date(2026, 11, 1), presale.last, date(2026, 11, 11)]
    found = [phase_of(presale, on) for on in days]
    assert [(it.phase, it.day) for it in found if it] == [
        (Phase.REMIND, -1),
        (Phase.OPEN, 0),
        (Phase.OPEN, 0),
        (Phase.OPEN, 0),
        (Phase.THANKS, 1),
    ]


def phases_on(on: date, calendar: CalendarFile) -> list[NodePhase]:
    """What ``on`` is for each node day around it that a campaign may be about."""
    around = node_days_between(on - timedelta(days=9), on + timedelta(days=9), calendar)
    return [phase for day in around if day.is_occasion and (phase := phase_of(day, on))]


def test_a_date_may_be_in_phases_of_several_days_over_the_turn_of_the_year() -> None:
    found = phases_on(date(2026, 12, 28), calendar())
    assert [(it.node.key, it.node.on.year, it.phase, it.day) for it in found] == [
        ("christmas", 2026, Phase.REVIEW, 3),
        ("new_year", 2027, Phase.TEASE, -4),
    ]


def test_solar_terms_and_days_of_mourning_have_no_phases() -> None:
    # 大雪 is on 7 December, the memorial day on the 13th
    found = phases_on(date(2026, 12, 7), calendar())
    assert [it.node.key for it in found] == ["double_12"]


def test_a_brands_own_day_has_phases_and_its_mourning_has_none() -> None:
    own = [
        OwnDay(key="birthday", name="店庆", month=8, day=3),
        OwnDay(key="mourning", name="追思日", month=8, day=3, solemn=True),
    ]
    found = phases_on(date(2026, 8, 2), calendar(node_days=own))
    assert [(it.node.key, it.phase) for it in found] == [("birthday", Phase.REMIND)]
