"""The office clock: when somebody is there, and what a promise of so many minutes comes to.

Only minutes within office hours count, so a promise is never due while nobody is there. Pure.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.settings.schema.base import Weekday
from bot.settings.schema.manners import Office

_DAY = timedelta(days=1)
_WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class OfficeClock:
    """Office hours on the clock of a community. Instants come back in UTC."""

    office: Office
    zone: tzinfo

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there."""
        return self.opens_at(at) == at

    def opens_at(self, at: datetime) -> datetime:
        """``at`` when somebody is there then, else when the office opens next."""
        day = self._day_of(at)
        opens, closes = self._hours(day)
        if not self._works_on(day) or at >= closes:
            return self._hours(self._next_work_day(day))[0]
        return max(at, opens)

    def opens_after(self, at: datetime) -> datetime:
        """When the office opens on the next working day after that of ``at``."""
        return self._hours(self._next_work_day(self._day_of(at)))[0]

    def after(self, at: datetime, minutes: int) -> datetime:
        """The instant by which so many minutes of office time have passed since ``at``."""
        left = timedelta(minutes=minutes)
        begins = self.opens_at(at)
        while True:
            closes = self._hours(self._day_of(begins))[1]
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
            begins = self.opens_after(begins)

    def _day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _works_on(self, day: date) -> bool:
        return _WEEKDAYS[day.weekday()] in self.office.days and day not in self.office.closed_on

    def _next_work_day(self, day: date) -> date:
        day += _DAY
        while not self._works_on(day):
            day += _DAY
        return day

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        return self._instant(day, self.office.opens), self._instant(day, self.office.closes)

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)
