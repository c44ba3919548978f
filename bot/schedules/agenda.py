"""A group's slots: the weekly ones and those of campaigns, each with how many posts its day has.

Where a campaign posts, weekly slots make room: those too close to it, and those too many for the
day. They stay in the list, with the reason. What becomes of a slot hangs on its whole day and never
on how the time is cut into pieces.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.core.ids import GroupKey
from bot.schedules.campaign_days import campaign_slots
from bot.schedules.records import History
from bot.schedules.slots import Slot, due_slots
from bot.settings.schema.bot import Group
from bot.settings.settings import Settings

_DAY = timedelta(days=1)


def undecided_slots(
    settings: Settings, group_key: GroupKey, history: History, now: datetime, until: datetime
) -> list[Slot]:
    """The group's slots up to ``until`` that are not decided; a new group has none before now."""
    since = now if history.since is None else history.since
    slots = slots_between(settings, group_key, since, until)
    return [slot for slot in slots if slot.key not in history.decided]


def slots_between(
    settings: Settings, group_key: GroupKey, after: datetime, until: datetime
) -> list[Slot]:
    """The slots due from ``after`` to ``until``, both included, in order of time."""
    group = settings.group(group_key)
    if group is None or until < after:
        return []
    zone = settings.zone_of(group)
    # a campaign's post of the evening before may be too close to a slot of the morning
    start = datetime.combine(after.astimezone(zone).date() - _DAY, time.min, zone)
    end = datetime.combine(until.astimezone(zone).date() + 2 * _DAY, time.min, zone)
    campaigns = campaign_slots(settings, group_key, start, end)
    weekly = due_slots(settings, group_key, start, end)
    slots = [*campaigns, *_making_room(settings, group, weekly, campaigns)]
    posts = Counter(_day(slot, settings, group) for slot in slots if not slot.blocked)
    shown = [
        replace(slot, of_day=max(1, posts[_day(slot, settings, group)]))
        for slot in slots
        if after <= slot.due_at <= until
    ]
    return sorted(shown, key=lambda slot: (slot.due_at, slot.key))


def _making_room(
    settings: Settings, group: Group, weekly: list[Slot], campaigns: list[Slot]
) -> Iterator[Slot]:
    """The weekly slots that are left beside the campaigns' ones."""
    limits = settings.post_limits(group)
    gap = timedelta(minutes=max(limits.gap_minutes, 1))
    taken = {slot.key for slot in campaigns}
    posting = [slot for slot in campaigns if not slot.blocked]
    posts = Counter(_day(slot, settings, group) for slot in posting)
    for slot in weekly:
        day = _day(slot, settings, group)
        near = next((one for one in posting if abs(one.due_at - slot.due_at) < gap), None)
        if slot.key in taken:
            continue
        if slot.blocked:
            yield slot
        elif near is not None:
            at = near.due_at.astimezone(settings.zone_of(group))
            name = settings.campaigns[near.campaign].name
            yield replace(slot, blocked=f"makes room for {name} at {at:%H:%M}")
        elif day in posts and posts[day] >= limits.posts_a_day:
            why = f"makes room for a campaign: {limits.posts_a_day} posts a day are allowed"
            yield replace(slot, blocked=why)
        else:
            if day in posts:
                posts[day] += 1
            yield slot


def _day(slot: Slot, settings: Settings, group: Group) -> date:
    return slot.due_at.astimezone(settings.zone_of(group)).date()
