"""Time is an argument: everything that asks the hour asks a Clock.

``SystemClock`` serves production, ``ShiftableClock`` the simulator (real time plus what the
operator has skipped) and ``ManualClock`` the tests (moves only when told).
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells UTC instants and waits for them."""

    def now(self) -> datetime:
        """The present instant, timezone-aware, in UTC."""
        ...

    async def sleep_until(self, instant: datetime) -> None:
        """Return once ``now() >= instant``, also when the clock is moved there."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 (this is the adapter)

    async def sleep_until(self, instant: datetime) -> None:
        while (left := (instant - self.now()).total_seconds()) > 0:
            await asyncio.sleep(left)


class _MovableClock:
    """Shared half of the clocks that can be moved: sleepers wake when it moves."""

    def __init__(self) -> None:
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        raise NotImplementedError

    def _announce(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()


class ShiftableClock(_MovableClock):
    """Real time plus an offset that only grows; the simulator moves it."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        super().__init__()
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of the machine's."""
        return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset  # noqa: TID251 (this is the adapter)

    def advance(self, by: timedelta) -> None:
        """Move forward by ``by`` (>= 0) and wake whoever is due."""
        if by < timedelta():
            raise ValueError("a clock moves forward only")
        self._offset += by
        self._announce()

    async def sleep_until(self, instant: datetime) -> None:
        while (left := (instant - self.now()).total_seconds()) > 0:
            moved = self._moved
            try:
                await asyncio.wait_for(moved.wait(), timeout=left)
            except TimeoutError:
                continue


class ManualClock(_MovableClock):
    """Stands still until told; for tests."""

    def __init__(self, start: datetime) -> None:
        super().__init__()
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move forward by ``by`` (>= 0) and wake whoever is due."""
        if by < timedelta():
            raise ValueError("a clock moves forward only")
        self._now += by
        self._announce()

    async def sleep_until(self, instant: datetime) -> None:
        while self._now < instant:
            await self._moved.wait()
