"""The community's day: it turns at a chosen local hour, so that night owls keep their evening."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache


def community_date(now: datetime, zone: tzinfo, day_starts_at: time) -> date:
    """The date of the community's day at ``now`` (aware).

    A day begins at the first instant at which the clocks of ``zone`` show ``day_starts_at``. It
    never runs backwards: an hour that the clocks show twice belongs to the day that began.
    """
    today = now.astimezone(zone).date()
    begins_at, ends_at = _bounds(today, zone, day_starts_at)
    if begins_at <= now < ends_at:
        return today
    return today + timedelta(days=1 if now >= ends_at else -1)


@lru_cache(maxsize=64)  # every claim asks for the same day
def _bounds(day: date, zone: tzinfo, day_starts_at: time) -> tuple[datetime, datetime]:
    """When the community's ``day`` begins and when the next one does."""
    following = day + timedelta(days=1)
    return day_begins_at(day, zone, day_starts_at), day_begins_at(following, zone, day_starts_at)


@lru_cache(maxsize=64)
def day_begins_at(day: date, zone: tzinfo, day_starts_at: time) -> datetime:
    """The first instant (UTC) of the community's ``day``."""
    return datetime.combine(day, day_starts_at, tzinfo=zone).astimezone(UTC)
