"""When a step is due, for one member and for all of them at once.

The later something began, the later its step is due. So all who are due by now are those whose
beginning lies before one instant, ``cutoff``: nobody has to be looked at one by one. Pure.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.settings.schema.base import Weekday
from bot.settings.schema.sop import Step

FURTHEST: Final = timedelta(days=31)
"""A day on which a step may be sent is looked for so far ahead; no step lives longer."""

_DAY: Final = timedelta(days=1)
_WEEKDAYS: Final = tuple(Weekday)

IsOpen = Callable[[date], bool]
"""Whether anything may be said on a local date."""


def due_of(step: Step, began_at: datetime, zone: ZoneInfo) -> datetime:
    """When ``step`` is due for whom the plan began at ``began_at``: by local dates, at its hour.

    With no days between, it is the next time of that hour.
    """
    began_on = began_at.astimezone(zone).date()
    due_at = _instant(began_on + step.days * _DAY, step.at, zone)
    while step.days == 0 and due_at <= began_at:
        began_on += _DAY
        due_at = _instant(began_on, step.at, zone)
    return due_at


def cutoff(step: Step, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant before which a plan must have begun for ``step`` to be due at ``now``.

    ``due_of(step, t, zone) <= now`` says the same as ``t < cutoff(step, now, zone)``.
    """
    day = now.astimezone(zone).date() + _DAY
    while (due_at := _instant(day, step.at, zone)) > now:
        day -= _DAY
    if step.days == 0:
        return due_at
    return _instant(day - step.days * _DAY + _DAY, time(), zone)


def next_hour(step: Step, now: datetime, zone: ZoneInfo) -> datetime:
    """The next instant after ``now`` at which somebody may become due."""
    day = now.astimezone(zone).date() - _DAY
    while (at := _instant(day, step.at, zone)) <= now:
        day += _DAY
    return at


def next_opening(
    step: Step, now: datetime, zone: ZoneInfo, *, closes: time, is_open: IsOpen
) -> datetime | None:
    """The first instant, now or later, within the step's hours on a day on which it may be sent.

    ``closes`` is when the quiet hours begin. None when the next weeks have no such day.
    """
    day = now.astimezone(zone).date()
    last = day + FURTHEST
    while day <= last:
        starts = _instant(day, step.at, zone)
        ends = _instant(day, _end(step, closes), zone)
        if now < ends and _WEEKDAYS[day.weekday()] in step.weekdays and is_open(day):
            return max(now, starts)
        day += _DAY
    return None


def end_of_hours(step: Step, now: datetime, zone: ZoneInfo, *, closes: time) -> datetime:
    """When the step's hours of the day of ``now`` end."""
    return _instant(now.astimezone(zone).date(), _end(step, closes), zone)


def next_day(now: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of the next local day."""
    return _instant(now.astimezone(zone).date() + _DAY, time(), zone)


def _end(step: Step, closes: time) -> time:
    """When the step's hours end; quiet hours that begin after midnight leave it the whole day."""
    return step.until or (closes if closes > step.at else time.max)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
