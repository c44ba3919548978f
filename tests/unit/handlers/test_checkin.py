"""What is typed after 补签, and the words of every answer."""

from datetime import date, timedelta

import pytest

from bot.handlers.checkin import make_up_words, read_day, read_spans
from bot.rewards.checkin.checkins import (
    MadeUp,
    MakeUpResult,
    NeverBefore,
    NoCardsLeft,
    NotMissed,
    NotOver,
    TooFewPoints,
    TooLongAgo,
)
from bot.settings.schema.rewards.checkin import CheckIn
from bot.settings.schema.templates import TEMPLATES
from tests.support.brand import brand

TODAY = date(2027, 1, 3)
PHRASES = brand().persona.templates


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("昨天", date(2027, 1, 2)),
        ("前天", date(2027, 1, 1)),
        ("大前天", date(2026, 12, 31)),
        ("今天", TODAY),
        ("01-02", date(2027, 1, 2)),
        ("1.2", date(2027, 1, 2)),
        ("12-31", date(2026, 12, 31)),
        ("12/31", date(2026, 12, 31)),
        ("12月31日", date(2026, 12, 31)),
        ("12月31号", date(2026, 12, 31)),
        ("31号", date(2026, 12, 31)),
        ("2", date(2027, 1, 2)),
        ("4", date(2027, 1, 4)),
        ("2026-12-31", date(2026, 12, 31)),
        ("2026年12月31日", date(2026, 12, 31)),
    ],
)
def test_a_day_is_read_however_it_is_written(typed: str, day: date) -> None:
    assert read_day(typed, TODAY, PHRASES) == day


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "哪天都行",
        "13-01",
        "02-30",
        "0",
        "32号",
        "2020-12-31",
        "昨天和前天",
        "1-2-3-4",
        "3天",
        "1月",
        "2月3月",
    ],
)
def test_what_names_no_day_is_not_taken_for_one(typed: str) -> None:
    assert read_day(typed, TODAY, PHRASES) is None


def test_days_in_a_row_are_told_as_one() -> None:
    assert read_spans([1, 2, 3, 5, 7, 8]) == ["1–3", "5", "7–8"]
    assert read_spans([]) == []


@pytest.mark.parametrize(
    "result",
    [
        MadeUp(TODAY, streak=3, price=50, balance=1, cards_left=2),
        NotMissed(TODAY),
        NotOver(TODAY),
        TooLongAgo(TODAY, earliest=TODAY - timedelta(days=7)),
        NeverBefore(TODAY),
        NoCardsLeft(3, again_on=date(2027, 2, 1)),
        TooFewPoints(balance=10, price=50),
    ],
    ids=lambda result: type(result).__name__,
)
def test_every_answer_has_its_words_and_all_that_they_need(result: MakeUpResult) -> None:
    template, slots = make_up_words(result, CheckIn())
    assert slots.keys() | {"name"} == TEMPLATES[template].slots


def test_who_has_too_few_points_is_told_how_many_are_missing() -> None:
    _, slots = make_up_words(TooFewPoints(balance=-20, price=50), CheckIn())
    assert slots["missing"] == 70
