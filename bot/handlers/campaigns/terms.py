"""What a campaign's file means on real days: instants, and how they are said."""

from datetime import UTC, date, datetime, timedelta

from bot.campaigns.door import DoorTerms
from bot.campaigns.seats import SeatTerms
from bot.pipeline.campaigns import Running
from bot.pipeline.context import Context
from bot.rewards.days import community_date, day_begins_at
from bot.settings.schema.campaigns import SignUp
from bot.settings.settings import Settings

_DAY = timedelta(days=1)


def today_of(settings: Settings, at: datetime) -> date:
    """The community's day of an instant; a campaign's days are the community's."""
    return community_date(at, settings.zone, settings.rewards.day_starts_at)


def begins(settings: Settings, day: date) -> datetime:
    """The first instant of a community day."""
    return day_begins_at(day, settings.zone, settings.rewards.day_starts_at)


def door_terms(settings: Settings, running: Running, signup: SignUp) -> DoorTerms:
    """When the door of a campaign is open, the word, and what it pays."""
    day = running.run.day(signup.code_day)
    opens_at = datetime.combine(day, signup.code_at, tzinfo=settings.zone).astimezone(UTC)
    packets = settings.rewards.packets
    return DoorTerms(
        opens_at=opens_at,
        closes_at=opens_at + timedelta(minutes=signup.code_minutes),
        code=signup.code,
        points=signup.points,
        tries=packets.tries,
        window=timedelta(minutes=packets.tries_minutes),
    )


def seat_terms(settings: Settings, running: Running, signup: SignUp) -> SeatTerms:
    """From when to when members sign up for a campaign, and for how many seats."""
    door_closes_at = door_terms(settings, running, signup).closes_at
    last_day_ends_at = begins(settings, running.run.day(signup.closes) + _DAY)
    return SeatTerms(
        opens_at=begins(settings, running.run.day(signup.opens)),
        closes_at=min(last_day_ends_at, door_closes_at),
        quota=signup.quota,
        waitlist=signup.waitlist,
        moves_until=door_closes_at,
    )


def moment(context: Context, instant: datetime) -> str:
    """An instant as month, day and hour on the community's clock."""
    return moment_of(context.settings, instant)


def moment_of(settings: Settings, instant: datetime) -> str:
    """The same, outside of a conversation."""
    return f"{instant.astimezone(settings.zone):%m-%d %H:%M}"


def typed_words(context: Context) -> str:
    """What followed the command."""
    return context.invocation.words.strip() if context.invocation else ""
