"""The week of a group: which of the calendar's times fall on a day, and where days off move them.

A time belongs to the date that the calendar writes it for. On that date exactly one of three things
becomes of it: it runs, it is blocked and says why, or it moves to the next working day. At most one
moves to the same day and time: an entry of that day comes first, then the earliest day off.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time

from bot.core.ids import GroupKey
from bot.schedules.rollout import in_rollout
from bot.schedules.workdays import (
    DayKind,
    DayType,
    day_type,
    days_off_before,
    next_working_day,
)
from bot.settings.schema.base import Kind
from bot.settings.schema.calendar import WeeklySlot
from bot.settings.schema.holidays import OnHolidays, SlotDay
from bot.settings.settings import Settings

Kinds = tuple[Kind, ...]

_WEEKDAYS = tuple(SlotDay)[:7]


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time at which something is posted on a day, or is not because of ``blocked``.

    ``written_for`` is the date that the calendar gives it, which a day off may have moved.
    """

    written_for: date
    at: time
    kinds: Kinds
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class _Day:
    """The times that are written for a date, by what becomes of them, each with its kinds.

    A time stands in one of the three.
    """

    type: DayType
    runs: dict[time, Kinds] = field(default_factory=dict)
    moves: dict[time, Kinds] = field(default_factory=dict)
    rests: dict[time, Kinds] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """Why something rests or moves on this day."""
        if self.type.kind is DayKind.MAKE_UP_WORKDAY:
            return "a weekend that is worked"
        return f"a day off ({self.type.name or 'by calendar.yaml'})"


class Week:
    """The weekly slots that reach a group, on real dates."""

    def __init__(self, settings: Settings, group_key: GroupKey) -> None:
        self._holidays = settings.calendar.holidays
        self._entries = tuple(
            slot for slot in settings.calendar.slots if _reaches(settings, slot, group_key)
        )
        self._days: dict[date, _Day] = {}

    def times_on(self, day: date) -> Iterator[TimeOfDay]:
        """The times that fall on ``day``: its own that stay, and those that moved to it."""
        for at, written_for in self._running_on(day).items():
            origin = self._day(written_for)
            yield TimeOfDay(written_for, at, origin.runs.get(at) or origin.moves[at])
        today = self._day(day)
        for at, kinds in today.rests.items():
            yield TimeOfDay(day, at, kinds, f"{today.why}: this slot rests")
        for at, kinds in today.moves.items():
            target = next_working_day(day, self._holidays)
            if self._running_on(target)[at] != day:
                blocked = f"{today.why}: {target} has a slot at {at:%H:%M} already"
                yield TimeOfDay(day, at, kinds, blocked)

    def _running_on(self, day: date) -> Mapping[time, date]:
        """The times that run on ``day``, each with the date that it was written for."""
        today = self._day(day)
        running = dict.fromkeys(today.runs, day)
        if not today.type.is_off:
            for day_off in days_off_before(day, self._holidays):
                for at in self._day(day_off).moves:
                    running.setdefault(at, day_off)
        return running

    def _day(self, day: date) -> _Day:
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = self._read(day)
        return found

    def _read(self, day: date) -> _Day:
        found = _Day(day_type(day, self._holidays))
        work = SlotDay.DAYOFF if found.type.is_off else SlotDay.WORKDAY
        named = {_WEEKDAYS[day.weekday()], work}
        for entry in self._entries:
            times = None if named.isdisjoint(entry.days) else _fate(entry.holidays, found)
            if times is not None:
                times[entry.at] = tuple(dict.fromkeys((*times.get(entry.at, ()), *entry.kinds)))
        # entries for the same time are one slot: it runs when one of them does
        for at in found.runs:
            found.moves.pop(at, None)
        for at in (*found.runs, *found.moves):
            found.rests.pop(at, None)
        return found


def _fate(rule: OnHolidays, day: _Day) -> dict[time, Kinds] | None:
    """Among which times of ``day`` a slot with this rule is; None: it is not written for it."""
    match rule, day.type.kind:
        case OnHolidays.SKIP, DayKind.HOLIDAY:
            return day.rests
        case OnHolidays.SHIFT, DayKind.HOLIDAY:
            return day.moves
        case OnHolidays.ONLY, DayKind.MAKE_UP_WORKDAY:
            return day.rests
        case OnHolidays.ONLY, DayKind.WORKDAY:
            return None
        case _:
            return day.runs


def _reaches(settings: Settings, slot: WeeklySlot, group_key: GroupKey) -> bool:
    subject = f"slot/{slot.at:%H:%M}"
    return in_rollout(settings, slot.rollout, group_key, subject, slot.groups)
