"""A member's days 签到日: which he came on, which a card made up, which a freeze stood in for.

A streak 连签 is the number of days up to one that were neither missed nor frozen, as far back as
no day is missing. Every day's row keeps the streak as it was when it was written, because that is
what was paid for. A day that is written between others only ever lengthens the streak of those
behind it: its row says so (``raises``), and theirs stay as they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from bot.core.ids import EventKey, MemberId

ONE_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """How a day got into the streak."""

    CAME = "day"
    MADE_UP = "made_up"
    """补签: by a card."""
    FROZEN = "frozen"
    """冻结: by a freeze, which keeps a streak and does not lengthen it."""


@dataclass(frozen=True, slots=True)
class Raise:
    """The streak up to ``on_date`` is ``streak`` days from now on."""

    on_date: date
    streak: int


@dataclass(frozen=True, slots=True)
class StreakDay:
    """One day of a member: ``points`` and ``bonus`` as paid, ``extra`` as ``campaign`` added it.

    ``streak`` is what it was when the day was written, ``standing`` what it is now. ``freezes`` is
    how many the member holds after this day. ``raises`` is there where days follow that were
    written earlier: the last of them with its streak.
    """

    member_id: MemberId
    on_date: date
    kind: DayKind
    streak: int
    standing: int
    points: int
    bonus: int
    freezes: int
    key: EventKey
    raises: Raise | None = None
    extra: int = 0
    campaign: str = ""


class MemberDays:
    """The days of one member that a decision needs, and those that it adds.

    That is every day from the last one before the wanted day that is not frozen.
    """

    def __init__(self, days: Iterable[StreakDay] = ()) -> None:
        self._days = {day.on_date: day for day in days}

    def on(self, on_date: date) -> StreakDay | None:
        """The row of a day, if there is one."""
        return self._days.get(on_date)

    def last_before(self, on_date: date) -> StreakDay | None:
        """The nearest earlier day."""
        return max(
            (day for day in self._days.values() if day.on_date < on_date),
            key=lambda day: day.on_date,
            default=None,
        )

    def is_followed(self, on_date: date) -> bool:
        """Whether there is a later day."""
        return any(later > on_date for later in self._days)

    def streak_before(self, on_date: date) -> int:
        """The streak up to the day before; 0 when that was missed."""
        day_before = self._days.get(on_date - ONE_DAY)
        return 0 if day_before is None else day_before.standing

    def frozen_before(self, on_date: date) -> int:
        """On how many days right before this one a freeze stood in."""
        count = 0
        while (day := self._days.get(on_date - (count + 1) * ONE_DAY)) is not None:
            if day.kind is not DayKind.FROZEN:
                break
            count += 1
        return count

    def add(self, day: StreakDay) -> StreakDay:
        """Put ``day`` where none is; returns it with what it raises."""
        head, longer = day.on_date, 0
        while (later := self._days.get(head + ONE_DAY)) is not None:
            head = later.on_date
            longer += later.kind is not DayKind.FROZEN
        if head != day.on_date:
            raised = Raise(head, day.streak + longer)
            self._days[head] = replace(self._days[head], standing=raised.streak)
            day = replace(day, raises=raised)
        self._days[day.on_date] = day
        return day
