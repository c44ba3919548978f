"""Time is an argument: everything that asks the hour asks a Clock.

``SystemClock`` serves production, ``ShiftableClock`` the simulator (real time plus what the
operator has skipped) and ``ManualClock`` the tests (moves only when told). Nobody sleeps until an
instant: work that is due later is a row with its instant, looked up when the ticker wakes.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, timezone-aware, in UTC. It never goes back."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 (this is the adapter)


class ShiftableClock:
    """Real time plus an offset that only grows; the simulator moves it."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of the machine's."""
        return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset  # noqa: TID251 (this is the adapter)

    def advance(self, by: timedelta) -> None:
        """Move forward by ``by`` (>= 0)."""
        if by < timedelta():
            raise ValueError("a clock moves forward only")
        self._offset += by


class ManualClock:
    """Stands still until told; for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move forward by ``by`` (>= 0)."""
        if by < timedelta():
            raise ValueError("a clock moves forward only")
        self._now += by
