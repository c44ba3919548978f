"""Frequencies, counted by the simulator's clock in sliding windows.

Whoever exceeds a window that bans is refused for the length of that window (90312).
"""

from collections import deque
from datetime import datetime, timedelta

from bot.simulator.limits import Window


class Frequency:
    """Counts what each key has used of ``windows``."""

    def __init__(self, windows: tuple[Window, ...], *, bans: bool) -> None:
        self._bans = bans
        self._windows = windows
        self._tallies: dict[tuple[str, Window], _Tally] = {}
        self._closed_until: dict[str, datetime] = {}

    def take(self, key: str, now: datetime, weight: int = 1) -> bool:
        """Use ``weight`` of every window, or of none and say False."""
        if now < self._closed_until.get(key, now):
            return False
        tallies = [self._tally(key, window) for window in self._windows]
        for tally in tallies:
            if not tally.has_room(now, weight):
                if self._bans:
                    self._closed_until[key] = now + tally.length
                return False
        for tally in tallies:
            tally.add(now, weight)
        return True

    def _tally(self, key: str, window: Window) -> "_Tally":
        return self._tallies.setdefault((key, window), _Tally(window))


class _Tally:
    """What was used of one window."""

    def __init__(self, window: Window) -> None:
        self.length = timedelta(seconds=window.seconds)
        self._limit = window.limit
        self._uses: deque[tuple[datetime, int]] = deque()
        self._total = 0

    def has_room(self, now: datetime, weight: int) -> bool:
        while self._uses and self._uses[0][0] <= now - self.length:
            self._total -= self._uses.popleft()[1]
        return self._total + weight <= self._limit

    def add(self, now: datetime, weight: int) -> None:
        self._uses.append((now, weight))
        self._total += weight
