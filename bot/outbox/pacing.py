"""How fast a channel may be used: sliding windows over the attempts made, pure and by the clock.

An attempt counts whether it succeeded or not, because the platform counts it too. The windows are
filled from the table at start, so a restart forgets nothing.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.core.ids import ChannelKey
from bot.core.ports import Rate


class Pacer:
    """Remembers attempts and tells when the next one is allowed."""

    def __init__(self, rates: Mapping[ChannelKey, Sequence[Rate]]) -> None:
        self._rates = rates
        self._attempts: dict[tuple[ChannelKey, Rate, str], deque[datetime]] = {}
        self._closed_until: dict[ChannelKey, datetime] = {}

    def earliest(self, channel: ChannelKey, target: str, now: datetime) -> datetime:
        """The first instant, ``now`` or later, at which a send to ``target`` is allowed."""
        instants = [now, self._closed_until.get(channel, now)]
        for rate in self._rates.get(channel, ()):
            window = self._window(channel, rate, target)
            while window and window[0] <= now - timedelta(seconds=rate.seconds):
                window.popleft()
            if len(window) >= rate.limit:
                instants.append(window[-rate.limit] + timedelta(seconds=rate.seconds))
        return max(instants)

    def record(self, channel: ChannelKey, target: str, at: datetime) -> None:
        """Count an attempt. Attempts are recorded in the order of time."""
        for rate in self._rates.get(channel, ()):
            self._window(channel, rate, target).append(at)

    def close(self, channel: ChannelKey, until: datetime) -> None:
        """The platform said that it has had enough: nothing on this channel before ``until``."""
        self._closed_until[channel] = max(until, self._closed_until.get(channel, until))

    def longest_window(self) -> timedelta:
        """How far back attempts matter."""
        seconds = [rate.seconds for rates in self._rates.values() for rate in rates]
        return timedelta(seconds=max(seconds, default=0))

    def _window(self, channel: ChannelKey, rate: Rate, target: str) -> deque[datetime]:
        key = (channel, rate, target if rate.per_target else "")
        return self._attempts.setdefault(key, deque())


def backoff_seconds(attempts: int) -> float:
    """How long to wait after so many failed attempts: 1, 2, 4 … seconds, at most five minutes."""
    return float(min(2 ** (attempts - 1), 300))
