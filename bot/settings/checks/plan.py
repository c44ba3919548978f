"""calendar.yaml: shares add up, nobody is woken, steps have keys of their own."""

from collections.abc import Iterator
from datetime import time

from bot.settings.checks.days import runs_on
from bot.settings.checks.draft import Check, Draft, repeated
from bot.settings.problems import Finding, Path
from bot.settings.schema.base import Kind, Pillar, Weekday
from bot.settings.schema.front_matter import ROTATE

FILE = "calendar.yaml"

_PILLARS = [pillar.value for pillar in Pillar]
_KINDS = [kind.value for kind in Kind]

_LEAP_YEAR = 2024
_LONGEST_LUNAR_MONTH = 30


def check_mix(draft: Draft) -> Iterator[Finding]:
    """Each table of shares names everything and adds up to 100."""
    mix = draft.calendar.mix
    pillars = {key.value: share for key, share in mix.pillars.items()}
    kinds = {key.value: share for key, share in mix.kinds.items()}
    if draft.is_whole("calendar", "mix", "pillars"):
        yield from _check_table(("mix", "pillars"), pillars, _PILLARS)
    if draft.is_whole("calendar", "mix", "kinds"):
        yield from _check_table(("mix", "kinds"), kinds, _KINDS)


def check_other_mixes(draft: Draft) -> Iterator[Finding]:
    """Other mixes are whole as well and have names of their own."""
    others = draft.calendar.mix.others
    for index, first in repeated(other.key for other in others):
        path: Path = ("mix", "others", index, "key")
        what = f"the same key as others[{first}]"
        yield Finding(FILE, path, what, "give each mix its own key")
    for index, other in enumerate(others):
        path = ("mix", "others", index)
        pillars = {key.value: share for key, share in other.pillars.items()}
        kinds = {key.value: share for key, share in other.kinds.items()}
        yield from _check_table((*path, "pillars"), pillars, _PILLARS)
        yield from _check_table((*path, "kinds"), kinds, _KINDS)
        if other.first_day and other.last_day and other.last_day < other.first_day:
            what = "the last day is before first_day"
            yield Finding(FILE, (*path, "last_day"), what, "write the same day or a later one")


def _check_table(path: Path, table: dict[str, int], wanted: list[str]) -> Iterator[Finding]:
    for key in wanted:
        if key not in table:
            yield Finding(FILE, (*path, key), "missing key", f"add {key}: a share, or 0", "key")
    total = sum(table.values())
    if total != 100:
        instead = "change the shares so that they add up to 100"
        yield Finding(FILE, path, f"the shares add up to {total}", instead, "key")


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


def check_enough_steps(draft: Draft) -> Iterator[Finding]:
    """Every group's weekly posts find a wording of a fission step that has rested."""
    slots, steps = draft.calendar.slots, draft.calendar.fission_steps
    weekly = sum(runs_on(slot, weekday) for slot in slots for weekday in Weekday)
    rest = max(step.rest_days for step in steps)
    needed = weekly * rest // 7 + 1
    for where, is_there in (
        ("robot", any(group.hears is not None for group in draft.bot.groups)),
        ("page", any(group.hears is None for group in draft.bot.groups)),
    ):
        found = sum(len(step.texts) for step in steps if step.where in ("everywhere", where))
        if is_there and found < needed:
            what = (
                f"{weekly} posts a week, and {found} texts for groups of where: {where}, "
                f"each of which rests {rest} days"
            )
            instead = f"write {needed - found} more, under steps of where: everywhere or {where}"
            yield Finding(FILE, ("fission_steps",), what, instead, "key")


_SLOTS = frozenset({"calendar.slots"})

CHECKS = (
    Check(check_mix, reads=frozenset({"calendar.mix"})),
    Check(check_quiet_hours, reads=_SLOTS, whole=frozenset({"calendar.quiet_hours"})),
    Check(check_fission_steps, reads=frozenset({"calendar.fission_steps"})),
    Check(
        check_other_mixes,
        reads=frozenset({"calendar.mix"}),
        whole=frozenset({"calendar.mix.others"}),
    ),
    Check(
        check_enough_steps,
        reads=frozenset({"calendar.fission_steps", "calendar.slots", "bot.groups"}),
        whole=frozenset({"calendar.fission_steps", "calendar.slots", "bot.groups"}),
    ),
)
