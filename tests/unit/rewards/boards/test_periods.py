"""Periods: whole community days, without a gap and without a day twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from bot.rewards.boards.periods import Span, kept_at, kept_spans, span_before, span_of
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.rewards.boards import Measure, Period
from tests.unit.rewards.support import RULES, SHANGHAI, TODAY


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.DAY, date(2026, 11, 22), date(2026, 11, 22)),
        (Period.WEEK, date(2026, 11, 16), date(2026, 11, 22)),
        (Period.MONTH, date(2026, 11, 1), date(2026, 11, 30)),
        (Period.SEASON, date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_a_sunday_in_november_lies_in_each_period(period: Period, first: date, last: date) -> None:
    assert span_of(period, TODAY) == Span(period, first, last)


def test_a_week_may_lie_in_two_years() -> None:
    assert span_of(Period.WEEK, date(2027, 1, 1)).first == date(2026, 12, 28)


@pytest.mark.parametrize("period", [period for period in Period if period is not Period.CAMPAIGN])
def test_periods_follow_each_other_day_by_day(period: Period) -> None:
    span = span_of(period, date(2028, 3, 1))
    for _ in range(30):
        before = span_before(span)
        assert before.last == span.first - timedelta(days=1)
        assert {span_of(period, before.first), span_of(period, before.last)} == {before}
        span = before


def test_a_campaign_has_no_day_of_its_own_to_be_found_by() -> None:
    with pytest.raises(ValueError, match=r"rewards\.yaml"):
        span_of(Period.CAMPAIGN, TODAY)


def test_a_span_begins_and_ends_when_the_community_day_turns() -> None:
    week = span_of(Period.WEEK, TODAY)
    assert week.begins_at(SHANGHAI, RULES) == datetime(2026, 11, 15, 20, 0, tzinfo=UTC)
    assert week.ends_at(SHANGHAI, RULES) == datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    assert kept_at(week, SHANGHAI, RULES) == datetime(2026, 11, 22, 20, 15, tzinfo=UTC)


def boards(**settings: object) -> RewardsFile:
    return RewardsFile.model_validate({"boards": settings})


def test_kept_are_the_running_board_the_one_before_it_and_every_campaign() -> None:
    campaign = {
        "name": "双十二", "measure": "invites", "first_day": "2026-12-05", "last_day": "2026-12-12",
    }  # fmt: skip
    rules = boards(kept={"week": ["streak"]}, posted={}, campaigns=[campaign])
    week = span_of(Period.WEEK, TODAY)
    assert list(kept_spans(rules, TODAY)) == [
        (Measure.STREAK, span_before(week)),
        (Measure.STREAK, week),
        (Measure.INVITES, Span(Period.CAMPAIGN, date(2026, 12, 5), date(2026, 12, 12))),
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"kept": {"week": ["points"]}, "posted": {"week": "streak"}},
        {"kept": {"week": ["points"]}, "posted": {"day": "points"}},
        {"kept": {"campaign": ["points"]}, "posted": {}},
        {"campaigns": [{"name": "a", "measure": "points", "first_day": "2026-12-05",
                        "last_day": "2026-12-04"}]},
        {"sources": ["adjustment"]},
        {"top": 51},
    ],
)  # fmt: skip
def test_settings_that_contradict_themselves_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        boards(**settings)
