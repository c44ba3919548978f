"""calendar.yaml: slots keep their distance, days exist, and whoever is named is a group."""

import calendar
from collections.abc import Iterator, Sequence
from datetime import date, time
from itertools import combinations, pairwise

from bot.settings.checks.draft import Check, Draft, content_file, repeated
from bot.settings.nearest import nearest
from bot.settings.problems import Finding, Path
from bot.settings.schema.base import Weekday
from bot.settings.schema.calendar import BUILT_IN_NODE_KEYS, SALES_KEYS, NodeDay, WeeklySlot
from bot.settings.schema.holidays import Days, OnHolidays, SlotDay
from bot.settings.schema.rollout import ALL

FILE = "calendar.yaml"

MOST_DAYS_OFF = 15
"""No list of the State Council has had so many days off in a row; more is a slip of the year."""

_LEAP_YEAR = 2024
_LONGEST_LUNAR_MONTH = 30
_WEEKEND = (Weekday.SAT, Weekday.SUN)


def check_slots(draft: Draft) -> Iterator[Finding]:
    """Slots of a day keep the least gap and are no more than a day may have, in every group."""
    slots, limits = draft.calendar.slots, draft.calendar.limits
    close: dict[tuple[int, int], list[Weekday]] = {}
    many: dict[int, list[Weekday]] = {}
    for weekday in Weekday:
        for group_key in _audiences(slots):
            today = [
                index
                for index, slot in enumerate(slots)
                if runs_on(slot, weekday) and _reaches(slot, group_key)
            ]
            for index in today[limits.posts_a_day :]:
                _note(many.setdefault(index, []), weekday)
            in_order = sorted(today, key=lambda index: (_minutes(slots[index].at), index))
            for first, second in pairwise(in_order):
                if _apart(draft, first, second) < max(limits.gap_minutes, 1):
                    pair = min(first, second), max(first, second)
                    _note(close.setdefault(pair, []), weekday)
    for (first, second), days in close.items():
        yield _too_close(draft, first, second, days)
    for index, days in many.items():
        what = f"more than {limits.posts_a_day} slots on {_names(days)}"
        instead = "remove the day from a slot, or raise limits.posts_a_day"
        yield Finding(FILE, ("slots", index, "days"), what, instead, "key")


def _audiences(slots: Sequence[WeeklySlot]) -> list[str]:
    """Every group that a slot names, and one that none does."""
    named = {key for slot in slots for key in (*slot.groups, slot.rollout)}
    return ["", *sorted(named)]


def _reaches(slot: WeeklySlot, group_key: str) -> bool:
    """Whether the slot may run in the group; a share of the groups may fall on any."""
    rollout = slot.rollout
    shared = rollout in (ALL, group_key) or rollout.endswith("%")
    return shared and (not slot.groups or group_key in slot.groups)


def runs_on(slot: WeeklySlot, weekday: Weekday) -> bool:
    """Whether the slot runs on this day of an ordinary week."""
    work = SlotDay.DAYOFF if weekday in _WEEKEND else SlotDay.WORKDAY
    if slot.holidays is OnHolidays.ONLY and work is SlotDay.WORKDAY:
        return False
    return SlotDay(weekday.value) in slot.days or work in slot.days


def _note(days: list[Weekday], weekday: Weekday) -> None:
    if weekday not in days:
        days.append(weekday)


def _too_close(draft: Draft, first: int, second: int, days: list[Weekday]) -> Finding:
    apart = _apart(draft, first, second)
    where = f"slots[{first}] on {_names(days)}"
    what = f"{apart} minutes from {where}" if apart else f"the same time as {where}"
    gap = draft.calendar.limits.gap_minutes
    instead = f"leave {gap} minutes between slots (limits.gap_minutes)"
    if not gap:
        instead = "choose another time or day"
    return Finding(FILE, ("slots", second, "at"), what, instead)


def _apart(draft: Draft, first: int, second: int) -> int:
    slots = draft.calendar.slots
    return abs(_minutes(slots[second].at) - _minutes(slots[first].at))


def check_slot_days(draft: Draft) -> Iterator[Finding]:
    """A slot names each day once, and there is a day on which it can run."""
    for index, slot in enumerate(draft.calendar.slots):
        for day, _ in repeated(slot.days):
            path: Path = ("slots", index, "days", day)
            yield Finding(FILE, path, "the day is named twice", "remove one of the two")
        if slot.holidays is OnHolidays.ONLY and set(slot.days) == {SlotDay.WORKDAY}:
            what = "only days off, and days has working days alone: it never runs"
            instead = "write days: [dayoff], or another rule for holidays"
            yield Finding(FILE, ("slots", index, "holidays"), what, instead)


def check_slot_groups(draft: Draft) -> Iterator[Finding]:
    """Slots are for groups that exist."""
    for index, slot in enumerate(draft.calendar.slots):
        yield from unknown_groups(draft, FILE, ("slots", index), slot.groups, slot.rollout)


def check_mix_groups(draft: Draft) -> Iterator[Finding]:
    """Mixes of their own are for groups that exist."""
    for index, mix in enumerate(draft.calendar.mix.others):
        yield from unknown_groups(draft, FILE, ("mix", "others", index), mix.groups)


def check_item_groups(draft: Draft) -> Iterator[Finding]:
    """Content items are for groups that exist."""
    for item in draft.content:
        front = item.front
        yield from unknown_groups(draft, content_file(item), (), front.groups, front.rollout)


def unknown_groups(
    draft: Draft, file: str, path: Path, groups: Sequence[str], rollout: str = ALL
) -> Iterator[Finding]:
    """What ``groups`` and ``rollout`` below ``path`` name and bot.yaml, or the other, does not.

    Whoever asks needs bot.groups whole.
    """
    known = [group.key for group in draft.bot.groups]
    what = "bot.yaml has no group with this key"
    for index, key in enumerate(groups):
        if key not in known:
            yield Finding(file, (*path, "groups", index), what, nearest(key, known))
    if rollout == ALL or rollout.endswith("%"):
        return
    if rollout not in known:
        yield Finding(file, (*path, "rollout"), what, nearest(rollout, [ALL, *known]))
    elif groups and rollout not in groups:
        what = "not among its groups: it reaches nobody"
        yield Finding(file, (*path, "rollout"), what, nearest(rollout, [ALL, *groups]))


def check_node_days(draft: Draft) -> Iterator[Finding]:
    """Own node days have keys of their own and a day that exists."""
    days = draft.calendar.node_days
    for index, first in repeated(day.key for day in days):
        what = f"the same key as node_days[{first}]"
        yield Finding(FILE, ("node_days", index, "key"), what, "give each node day its own key")
    for index, day in enumerate(days):
        if day.key in BUILT_IN_NODE_KEYS and day.key not in SALES_KEYS:
            what = "a node day that is built in"
            instead = "remove it, or choose another key"
            yield Finding(FILE, ("node_days", index, "key"), what, instead)
        entry: Path = ("calendar", "node_days", index)
        if not any(gap[: len(entry)] == entry for gap in draft.gaps):
            yield from _check_date(index, day)


def _check_date(index: int, day: NodeDay) -> Iterator[Finding]:
    path: Path = ("node_days", index)
    wanted = ("month", "day") if day.every == "year" else ("days",)
    for key in ("month", "day", "days"):
        given = bool(getattr(day, key))
        if key in wanted and not given:
            what = f"missing key for every: {day.every}"
            yield Finding(FILE, (*path, key), what, f"add {key}", "key")
        if given and key not in wanted:
            what = f"not a key for every: {day.every}"
            instead = f"remove it; the day is told by {' and '.join(wanted)}"
            yield Finding(FILE, (*path, key), what, instead, "key")
    if day.every == "month":
        if day.lunar:
            what = "days of every month are counted in the solar calendar"
            yield Finding(FILE, (*path, "lunar"), what, "remove it, or write every: year")
        for number, _ in repeated(map(str, day.days)):
            what = "the day is named twice"
            yield Finding(FILE, (*path, "days", number), what, "remove one of the two")
    elif day.month and day.day and day.day > (longest := _month_length(day.month, day)):
        what = f"month {day.month} has no such day"
        instead = f"write a whole number from 1 to {longest}"
        yield Finding(FILE, (*path, "day"), what, instead)


def _month_length(month: int, day: NodeDay) -> int:
    return _LONGEST_LUNAR_MONTH if day.lunar else calendar.monthrange(_LEAP_YEAR, month)[1]


def check_holidays(draft: Draft) -> Iterator[Finding]:
    """No day is off and worked, or named twice, and days off in a row end in the same season."""
    holidays = draft.calendar.holidays
    named = [
        *((("holidays", "off", index), days) for index, days in enumerate(holidays.off)),
        *((("holidays", "work", index), days) for index, days in enumerate(holidays.work)),
    ]
    for path, days in named:
        count = (days.last - days.first).days + 1
        if count > MOST_DAYS_OFF:
            what = f"{count} days in a row"
            instead = f"write at most {MOST_DAYS_OFF} days as one; look at the year"
            yield Finding(FILE, path, what, instead)
    for (first_path, first), (path, second) in combinations(named, 2):
        if (both := _shared_day(first, second)) is not None:
            where = f"holidays.{first_path[1]}[{first_path[2]}]"
            what = f"{both} is in {where} as well"
            yield Finding(FILE, path, what, "write each day once")


def _shared_day(first: Days, second: Days) -> date | None:
    day = max(first.first, second.first)
    return day if day in first and day in second else None


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _names(days: list[Weekday]) -> str:
    return ", ".join(day.value for day in days)


_SLOTS = frozenset({"calendar.slots"})
_GROUPS = frozenset({"bot.groups"})

CHECKS = (
    Check(check_slots, reads=_SLOTS, whole=frozenset({"calendar.limits"})),
    Check(check_slot_days, reads=_SLOTS),
    Check(check_slot_groups, reads=_SLOTS, whole=_GROUPS),
    Check(check_mix_groups, reads=frozenset({"calendar.mix"}), whole=_GROUPS),
    Check(check_item_groups, reads=frozenset(), whole=_GROUPS),
    Check(check_node_days, reads=frozenset({"calendar.node_days"})),
    Check(check_holidays, reads=frozenset({"calendar.holidays"})),
)
