"""How many mass messages a receiver takes, by the company's setting."""

import calendar
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.contact.tasks import PLATFORM_ZONE, Allowance

moments = st.integers(min_value=0, max_value=730 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
gaps = st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3)), max_size=150)


def taken(allowance: Allowance, start: datetime, gaps: list[timedelta]) -> list[datetime]:
    """What a receiver takes of messages that come with these gaps between them, in his days."""
    sent: list[datetime] = []
    now = start
    for gap in gaps:
        now += gap
        if not allowance.is_used_up(sent, now):
            sent.append(now)
    return [moment.astimezone(PLATFORM_ZONE) for moment in sent]


@given(start=moments, gaps=gaps)
def test_no_day_has_two_and_no_free_day_is_refused(start: datetime, gaps: list[timedelta]) -> None:
    days = [moment.date() for moment in taken(Allowance.DAILY, start, gaps)]
    assert len(days) == len(set(days))
    offered, now = set(), start
    for gap in gaps:
        now += gap
        offered.add(now.astimezone(PLATFORM_ZONE).date())
    assert set(days) == offered


@given(start=moments, gaps=gaps)
def test_no_week_has_more_than_seven(start: datetime, gaps: list[timedelta]) -> None:
    weeks = [moment.isocalendar()[:2] for moment in taken(Allowance.WEEKLY, start, gaps)]
    assert all(weeks.count(week) <= 7 for week in weeks)


@given(start=moments, gaps=gaps)
def test_no_month_has_more_than_its_days(start: datetime, gaps: list[timedelta]) -> None:
    months = [(moment.year, moment.month) for moment in taken(Allowance.MONTHLY, start, gaps)]
    assert all(months.count(month) <= calendar.monthrange(*month)[1] for month in months)


def test_each_setting_takes_as_many_as_it_says() -> None:
    sunday = datetime(2026, 11, 22, 1, tzinfo=UTC)  # of a month of thirty days
    many = [timedelta(minutes=1)] * 60
    assert len(taken(Allowance.DAILY, sunday, many)) == 1
    assert len(taken(Allowance.WEEKLY, sunday, many)) == 7
    assert len(taken(Allowance.MONTHLY, sunday, many)) == 30
    first = datetime(2026, 11, 1, 1, tzinfo=UTC)
    assert len(taken(Allowance.MONTHLY, first, many)) == 30
    across = [*many, timedelta(days=1), *many]
    assert len(taken(Allowance.WEEKLY, sunday, across)) == 14
    assert len(taken(Allowance.MONTHLY, sunday, across)) == 30
