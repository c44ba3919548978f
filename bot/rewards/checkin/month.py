"""A member's month: what the calendar 签到日历 shows, and what he can still do about it."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.core.pictures import DayState
from bot.rewards.checkin.days import ONE_DAY, DayKind
from bot.rewards.checkin.makeup import first_to_make_up
from bot.settings.schema.rewards.checkin import MakeUp

_STATES: Final = {
    DayKind.CAME: DayState.DONE,
    DayKind.MADE_UP: DayState.MADE_UP,
    DayKind.FROZEN: DayState.FROZEN,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest day of a member, the streak up to it, and the freezes that he holds."""

    on_date: date
    streak: int
    freezes: int

    def is_alive(self, today: date) -> bool:
        """Whether a check-in ``today`` goes on with the streak, by freezes if need be."""
        return (today - self.on_date).days - 1 <= self.freezes


@dataclass(frozen=True, slots=True)
class Month:
    """The calendar month of ``today``, and the days before it that can still be made up.

    ``days`` are the member's, ``first`` is his first ever, ``standing`` his newest; both are None
    for who never came. ``cards_used`` counts the cards of this month.
    """

    today: date
    days: Mapping[date, DayKind]
    first: date | None
    standing: Standing | None
    cards_used: int

    @property
    def streak(self) -> int:
        """The living streak, up to today or, until he comes, to his last day; else 0."""
        standing = self.standing
        return standing.streak if standing and standing.is_alive(self.today) else 0

    @property
    def freezes(self) -> int:
        """How many freezes he holds; those for ``covered`` days are among them."""
        return 0 if self.standing is None else self.standing.freezes

    @property
    def covered(self) -> tuple[date, ...]:
        """Missed days for which freezes will stand in when he checks in today."""
        standing = self.standing
        if standing is None or not standing.is_alive(self.today):
            return ()
        missed = (self.today - standing.on_date).days - 1
        return tuple(standing.on_date + number * ONE_DAY for number in range(1, missed + 1))

    def missed(self, since: date) -> tuple[date, ...]:
        """Missed days from ``since`` up to yesterday, but not those that are covered."""
        if self.first is None:
            return ()
        begin = max(since, self.first)
        spans = (begin + number * ONE_DAY for number in range((self.today - begin).days))
        return tuple(day for day in spans if day not in self.days and day not in self.covered)

    def cards_left(self, rules: MakeUp) -> int:
        """Cards that can still be bought this month."""
        return max(0, rules.most_a_month - self.cards_used)

    def within_reach(self, rules: MakeUp) -> tuple[date, ...]:
        """Missed days that a card can make up today."""
        return self.missed(first_to_make_up(self.today, rules.days_back))

    def states(self) -> tuple[DayState, ...]:
        """Every day of the month as its picture shows it."""
        begin = self.today.replace(day=1)
        _, length = calendar.monthrange(begin.year, begin.month)
        missed = set(self.missed(begin))
        return tuple(self._state(begin + timedelta(days=day), missed) for day in range(length))

    def _state(self, day: date, missed: set[date]) -> DayState:
        kind = self.days.get(day)
        if kind is not None:
            return _STATES[kind]
        if day in missed:
            return DayState.MISSED
        if day in self.covered:
            return DayState.FROZEN
        return DayState.TODAY if day == self.today else DayState.FUTURE
