"""When games may be played: outside the quiet hours, and with a last word before they begin."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from bot.settings.checks.plan import is_quiet
from bot.settings.settings import Settings

LAST_WORD: Final = timedelta(minutes=1)
"""So long before the quiet hours a game ends, so that its result is told before them."""


def quiet_until(settings: Settings, now: datetime) -> datetime | None:
    """When the quiet hours end in which ``now`` lies; None outside of them."""
    quiet, local = settings.calendar.quiet_hours, now.astimezone(settings.zone)
    if not is_quiet(local.time(), quiet.starts, quiet.ends):
        return None
    return _next(settings, now, quiet.ends)


def end_of_game(settings: Settings, now: datetime, minutes: int) -> datetime | None:
    """When a game of ``minutes`` that starts ``now`` ends; None when it is too late for one."""
    quiet = settings.calendar.quiet_hours
    ends = now + timedelta(minutes=minutes)
    if quiet_until(settings, now) is not None:
        return None
    if quiet.starts != quiet.ends:
        ends = min(ends, _next(settings, now, quiet.starts) - LAST_WORD)
    return ends if ends > now else None


def _next(settings: Settings, now: datetime, at: time) -> datetime:
    """The next instant after ``now`` at which the community's clock shows ``at``."""
    local = now.astimezone(settings.zone)
    wanted = datetime.combine(local.date(), at, tzinfo=settings.zone)
    if wanted <= local:
        wanted = datetime.combine(local.date() + timedelta(days=1), at, tzinfo=settings.zone)
    return wanted.astimezone(UTC)
