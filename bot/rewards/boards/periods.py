"""The time that a board counts: whole community days, from the first to the last."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from bot.rewards.days import day_begins_at
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.rewards.boards import BoardCampaign, Measure, Period

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From ``first`` to ``last``, both counted."""

    period: Period
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def begins_at(self, zone: tzinfo, rules: RewardsFile) -> datetime:
        """Its first instant (UTC)."""
        return day_begins_at(self.first, zone, rules.day_starts_at)

    def ends_at(self, zone: tzinfo, rules: RewardsFile) -> datetime:
        """The first instant (UTC) that does not belong to it any more."""
        return day_begins_at(self.last + _DAY, zone, rules.day_starts_at)


def span_of(period: Period, day: date) -> Span:
    """The span of ``period`` in which ``day`` lies. Raises ValueError for campaigns."""
    match period:
        case Period.DAY:
            return Span(period, day, day)
        case Period.WEEK:
            monday = day - timedelta(days=day.weekday())
            return Span(period, monday, monday + 6 * _DAY)
        case Period.MONTH:
            return Span(period, day.replace(day=1), _end_of_month(day.year, day.month))
        case Period.SEASON:
            begins = (day.month - 1) // 3 * 3 + 1
            return Span(period, date(day.year, begins, 1), _end_of_month(day.year, begins + 2))
        case Period.CAMPAIGN:
            raise ValueError("a campaign has the days that rewards.yaml gives it")


def span_before(span: Span) -> Span:
    """The one before it. Raises ValueError for campaigns."""
    return span_of(span.period, span.first - _DAY)


def kept_spans(rules: RewardsFile, today: date) -> Iterator[tuple[Measure, Span]]:
    """Every board that is kept when its time is over: what runs, what ran before it, campaigns."""
    for period, measures in rules.boards.kept.items():
        running = span_of(period, today)
        for measure in measures:
            yield measure, span_before(running)
            yield measure, running
    for campaign in rules.boards.campaigns:
        yield campaign.measure, span_of_campaign(campaign)


def span_of_campaign(campaign: BoardCampaign) -> Span:
    """The days that rewards.yaml gives it."""
    return Span(Period.CAMPAIGN, campaign.first_day, campaign.last_day)


def kept_at(span: Span, zone: tzinfo, rules: RewardsFile) -> datetime:
    """When its board is kept: a little after its end, so that what is under way still counts."""
    return span.ends_at(zone, rules) + timedelta(minutes=rules.boards.settle_minutes)


def _end_of_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - _DAY
