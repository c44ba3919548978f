"""Slots 档期: the weekly times of the calendar on real dates, and the limits that hold for them.

A slot's key is the local date and time that the calendar gives it, so it exists once, whatever the
clock or a holiday does: a local time that a change of the clocks skips is due an hour later, one
that comes twice is due the first time, and what a day off moves keeps the key of its own day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.ids import GroupKey
from bot.schedules.node_days import node_days_on
from bot.schedules.records import Post
from bot.schedules.week import Week
from bot.settings.checks.plan import is_quiet
from bot.settings.schema.base import Kind
from bot.settings.schema.bot import Group
from bot.settings.schema.calendar import PostLimits, QuietHours
from bot.settings.settings import Settings

_DAY = timedelta(days=1)


LAST_POSTS = 200
"""Among so many of the last decided posts are all those of a few days."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which the bot should post. ``blocked`` says why it may not, if it may not.

    A campaign's slot names the campaign, and the one ``item`` that it is for. ``of_day`` is how
    many posts the plan has for its day.
    """

    key: str
    group_key: GroupKey
    due_at: datetime
    kinds: tuple[Kind, ...]
    blocked: str = ""
    campaign: str = ""
    item: str = ""
    of_day: int = 1


def due_slots(
    settings: Settings, group_key: GroupKey, after: datetime, until: datetime
) -> list[Slot]:
    """The group's slots due from ``after`` to ``until``, both included, in order of time.

    Those that a holiday, a solemn day or quiet hours forbid are in the list as well, with
    ``blocked`` set: a slot is never silently lost. Entries of calendar.yaml for the same time are
    one slot of all kinds. A group that is not configured has none.
    """
    group = settings.group(group_key)
    if group is None:
        return []
    zone = settings.zone_of(group)
    week = Week(settings, group_key)
    # a change of the clocks may move a slot of yesterday over midnight
    day = after.astimezone(zone).date() - _DAY
    last = until.astimezone(zone).date()
    found = []
    while day <= last:
        for time_of_day in week.times_on(day):
            due_at = datetime.combine(day, time_of_day.at, zone).astimezone(UTC)
            if after <= due_at <= until:
                key = f"{group_key}/{time_of_day.written_for}/{time_of_day.at:%H:%M}"
                blocked = time_of_day.blocked or why_closed(due_at, settings, group)
                found.append(Slot(key, group_key, due_at, time_of_day.kinds, blocked))
        day += _DAY
    return sorted(found, key=lambda slot: (slot.due_at, slot.key))


def why_closed(at: datetime, settings: Settings, group: Group) -> str:
    """Why nothing may be posted by itself at ``at``: a solemn day or quiet hours; else empty."""
    quiet = settings.calendar.quiet_hours
    return why_solemn(at, settings, group) or _why_quiet(at, settings.zone_of(group), quiet)


def why_solemn(at: datetime, settings: Settings, group: Group) -> str:
    """Names the solemn day that ``at`` is on in the group; else empty."""
    today = at.astimezone(settings.zone_of(group)).date()
    for day in node_days_on(today, settings.calendar):
        if day.solemn:
            return f"{day.name} is a solemn day: nothing is posted"
    return ""


def why_over_limits(at: datetime, posts: Sequence[Post], zone: ZoneInfo, limits: PostLimits) -> str:
    """Why one more post at ``at`` would be too much in the group; else empty.

    The owner's posts count as well: members do not see the difference.
    """
    today = at.astimezone(zone).date()
    gap = timedelta(minutes=limits.gap_minutes)
    first, last = at - gap - 2 * _DAY, at + gap + 2 * _DAY
    near = [post for post in posts[-LAST_POSTS:] if first < post.at < last]
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
        day += _DAY
    return starts


def _why_quiet(at: datetime, zone: ZoneInfo, quiet: QuietHours) -> str:
    local = at.astimezone(zone).time()
    starts, ends = quiet.starts, quiet.ends
    if not is_quiet(local, starts, ends):
        return ""
    return f"{local:%H:%M} is in the quiet hours {starts:%H:%M}-{ends:%H:%M}"
