"""Slots 档期: the weekly times of the calendar on real dates, and the limits that hold for them.

A slot's key is its local date and time, so it exists once, whatever the clock does: a local time
that a change of the clocks skips is due an hour later, one that comes twice is due the first time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.ids import GroupKey
from bot.schedules.node_days import node_days_between
from bot.schedules.records import Post
from bot.settings.checks.plan import is_quiet
from bot.settings.schema.base import Kind, Weekday
from bot.settings.schema.calendar import CalendarFile, PostLimits, QuietHours

_WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which the bot should post. ``blocked`` says why it may not, if it may not."""

    key: str
    group_key: GroupKey
    due_at: datetime
    kinds: tuple[Kind, ...]
    blocked: str = ""


def due_slots(
    calendar: CalendarFile, zone: ZoneInfo, group_key: GroupKey, after: datetime, until: datetime
) -> list[Slot]:
    """The slots due from ``after`` to ``until``, both included, in order of time.

    Those on a solemn day or in quiet hours are in the list as well, with ``blocked`` set: a slot
    is never silently lost. Entries of calendar.yaml for the same time are one slot of all kinds.
    """
    # a change of the clocks may move a slot of yesterday over midnight
    day = after.astimezone(zone).date() - timedelta(days=1)
    last = until.astimezone(zone).date()
    found = []
    while day <= last:
        for at, kinds in _times_of(day, calendar):
            local = datetime.combine(day, at, zone)
            due_at = local.astimezone(UTC)
            if after <= due_at <= until:
                blocked = why_closed(due_at, zone, calendar)
                key = f"{group_key}/{day.isoformat()}/{at:%H:%M}"
                found.append(Slot(key, group_key, due_at, kinds, blocked))
        day += timedelta(days=1)
    return sorted(found, key=lambda slot: (slot.due_at, slot.key))


def why_closed(at: datetime, zone: ZoneInfo, calendar: CalendarFile) -> str:
    """Why nothing may be posted by itself at ``at``: a solemn day or quiet hours; else empty."""
    return why_solemn(at, zone, calendar) or _why_quiet(at, zone, calendar.quiet_hours)


def why_solemn(at: datetime, zone: ZoneInfo, calendar: CalendarFile) -> str:
    """Names the solemn day that ``at`` is on; else empty."""
    today = at.astimezone(zone).date()
    for day in node_days_between(today, today, calendar):
        if day.solemn:
            return f"{day.name} is a solemn day: nothing is posted"
    return ""


def why_over_limits(at: datetime, posts: Sequence[Post], zone: ZoneInfo, limits: PostLimits) -> str:
    """Why one more post at ``at`` would be too much in the group; else empty.

    The owner's posts count as well: members do not see the difference.
    """
    today = at.astimezone(zone).date()
    gap = timedelta(minutes=limits.gap_minutes)
    near = [post for post in posts if abs(at - post.at) < gap + timedelta(days=2)]
    count = sum(post.at.astimezone(zone).date() == today for post in near)
    if count >= limits.posts_a_day:
        return f"{count} posts were published on this day already, {limits.posts_a_day} are allowed"
    if near:
        closest = min(near, key=lambda post: abs(at - post.at))
        minutes = abs(at - closest.at) // timedelta(minutes=1)
        if minutes < limits.gap_minutes:
            return (
                f"only {minutes} minutes from the post at {closest.at.astimezone(zone):%H:%M},"
                f" {limits.gap_minutes} are asked for"
            )
    return ""


def quiet_after(at: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """The first start of quiet hours after ``at``."""
    day = at.astimezone(zone).date()
    while (starts := datetime.combine(day, quiet.starts, zone).astimezone(UTC)) <= at:
        day += timedelta(days=1)
    return starts


def _times_of(day: date, calendar: CalendarFile) -> list[tuple[time, tuple[Kind, ...]]]:
    weekday = _WEEKDAYS[day.weekday()]
    kinds: dict[time, dict[Kind, None]] = {}
    for slot in calendar.slots:
        if weekday in slot.days:
            kinds.setdefault(slot.at, {}).update(dict.fromkeys(slot.kinds))
    return [(at, tuple(found)) for at, found in kinds.items()]


def _why_quiet(at: datetime, zone: ZoneInfo, quiet: QuietHours) -> str:
    local = at.astimezone(zone).time()
    starts, ends = quiet.starts, quiet.ends
    if not is_quiet(local, starts, ends):
        return ""
    return f"{local:%H:%M} is in the quiet hours {starts:%H:%M}-{ends:%H:%M}"
