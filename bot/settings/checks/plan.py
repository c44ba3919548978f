"""calendar.yaml: shares add up, slots keep their distance, days exist, nobody is paid to share."""

import calendar
from collections.abc import Iterator
from datetime import time
from itertools import pairwise

from bot.settings.checks.draft import Check, Draft, repeated
from bot.settings.problems import Finding, Path
from bot.settings.schema.base import Kind, Pillar, Weekday
from bot.settings.schema.calendar import BUILT_IN_NODE_KEYS, NodeDay
from bot.settings.schema.front_matter import ROTATE

FILE = "calendar.yaml"

_LEAP_YEAR = 2024
_LONGEST_LUNAR_MONTH = 30


def check_mix(draft: Draft) -> Iterator[Finding]:
    """Each table of shares names everything and adds up to 100."""
    mix = draft.calendar.mix
    pillars = {key.value: share for key, share in mix.pillars.items()}
    kinds = {key.value: share for key, share in mix.kinds.items()}
    if draft.is_whole("calendar", "mix", "pillars"):
        yield from _check_table("pillars", pillars, [pillar.value for pillar in Pillar])
    if draft.is_whole("calendar", "mix", "kinds"):
        yield from _check_table("kinds", kinds, [kind.value for kind in Kind])


def _check_table(name: str, table: dict[str, int], wanted: list[str]) -> Iterator[Finding]:
    path: Path = ("mix", name)
    for key in wanted:
        if key not in table:
            yield Finding(FILE, (*path, key), "missing key", f"add {key}: a share, or 0", "key")
    total = sum(table.values())
    if total != 100:
        instead = "change the shares so that they add up to 100"
        yield Finding(FILE, path, f"the shares add up to {total}", instead, "key")


def check_slots(draft: Draft) -> Iterator[Finding]:
    """Slots of a weekday keep the least gap and are no more than a day may have."""
    slots, limits = draft.calendar.slots, draft.calendar.limits
    for index, slot in enumerate(slots):
        for day, _ in repeated(slot.days):
            path: Path = ("slots", index, "days", day)
            yield Finding(FILE, path, "the day is named twice", "remove one of the two")
    close: dict[tuple[int, int], list[Weekday]] = {}
    many: dict[int, list[Weekday]] = {}
    for weekday in Weekday:
        today = [index for index, slot in enumerate(slots) if weekday in slot.days]
        for index in today[limits.posts_a_day :]:
            many.setdefault(index, []).append(weekday)
        in_order = sorted(today, key=lambda index: (_minutes(slots[index].at), index))
        for first, second in pairwise(in_order):
            if _apart(draft, first, second) < max(limits.gap_minutes, 1):
                close.setdefault((min(first, second), max(first, second)), []).append(weekday)
    for (first, second), days in close.items():
        yield _too_close(draft, first, second, days)
    for index, days in many.items():
        what = f"more than {limits.posts_a_day} slots on {_names(days)}"
        instead = "remove the day from a slot, or raise limits.posts_a_day"
        yield Finding(FILE, ("slots", index, "days"), what, instead, "key")


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


def check_quiet_hours(draft: Draft) -> Iterator[Finding]:
    """No slot lies in the quiet hours."""
    quiet = draft.calendar.quiet_hours
    shown = f"{quiet.starts:%H:%M} to {quiet.ends:%H:%M}"
    for index, slot in enumerate(draft.calendar.slots):
        if is_quiet(slot.at, quiet.starts, quiet.ends):
            instead = "choose a time outside, or change quiet_hours"
            what = f"inside the quiet hours, {shown}"
            yield Finding(FILE, ("slots", index, "at"), what, instead)


def is_quiet(at: time, starts: time, ends: time) -> bool:
    """Whether ``at`` lies in [starts, ends), which may run over midnight; equal ends: never."""
    return starts <= at < ends if starts <= ends else at >= starts or at < ends


def check_fission_steps(draft: Draft) -> Iterator[Finding]:
    """Steps have their own keys."""
    steps = draft.calendar.fission_steps
    for index, first in repeated(step.key for step in steps):
        what = f"the same key as fission_steps[{first}]"
        yield Finding(FILE, ("fission_steps", index, "key"), what, "give each step its own key")
    for index, step in enumerate(steps):
        if step.key == ROTATE:
            what = f"{ROTATE} means whichever step is due"
            yield Finding(FILE, ("fission_steps", index, "key"), what, "choose another key")


def check_node_days(draft: Draft) -> Iterator[Finding]:
    """Own node days have keys of their own and a day that exists."""
    days = draft.calendar.node_days
    for index, first in repeated(day.key for day in days):
        what = f"the same key as node_days[{first}]"
        yield Finding(FILE, ("node_days", index, "key"), what, "give each node day its own key")
    for index, day in enumerate(days):
        if day.key in BUILT_IN_NODE_KEYS:
            what = "a node day that is built in"
            instead = "remove it, or choose another key"
            yield Finding(FILE, ("node_days", index, "key"), what, instead)
        longest = _month_length(day)
        if day.day > longest:
            what = f"month {day.month} has no such day"
            instead = f"write a whole number from 1 to {longest}"
            yield Finding(FILE, ("node_days", index, "day"), what, instead)


def _month_length(day: NodeDay) -> int:
    return _LONGEST_LUNAR_MONTH if day.lunar else calendar.monthrange(_LEAP_YEAR, day.month)[1]


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _names(days: list[Weekday]) -> str:
    return ", ".join(day.value for day in days)


_SLOTS = frozenset({"calendar.slots"})

CHECKS = (
    Check(check_mix, reads=frozenset({"calendar.mix"})),
    Check(check_slots, reads=_SLOTS, whole=frozenset({"calendar.limits"})),
    Check(check_quiet_hours, reads=_SLOTS, whole=frozenset({"calendar.quiet_hours"})),
    Check(check_fission_steps, reads=frozenset({"calendar.fission_steps"})),
    Check(check_node_days, reads=frozenset({"calendar.node_days"})),
)
