"""Whether a model that keeps failing is asked again: after a pause, and then by one question only.

A breaker is a value: each end of a question makes the next one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MOST_FAILURES: Final = 5
"""So many failures in a row open it."""

FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=10)


class BreakerState(StrEnum):
    """Closed lets every question through, half open one that tries, open none."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Breaker:
    """``failures`` in a row; ``until`` when it may be tried again; ``trying`` since when it is."""

    failures: int = 0
    pause: timedelta = FIRST_PAUSE
    until: datetime | None = None
    trying: datetime | None = None

    def state(self, now: datetime) -> BreakerState:
        """How it stands."""
        if self.until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self.until else BreakerState.HALF_OPEN

    def admit(self, now: datetime) -> "Breaker | None":
        """The breaker once a question has been let through; None when it must not be.

        A trial that never ended is given up after a pause, so that nothing stays shut for good.
        """
        match self.state(now):
            case BreakerState.CLOSED:
                return self
            case BreakerState.OPEN:
                return None
        if self.trying is not None and now - self.trying < self.pause:
            return None
        return replace(self, trying=now)

    def succeeded(self) -> "Breaker":
        """After an answer."""
        return Breaker()

    def failed(self, now: datetime) -> "Breaker":
        """After a failure; one of a question from before it opened changes nothing more."""
        if self.until is None:
            failures = self.failures + 1
            until = now + self.pause if failures >= MOST_FAILURES else None
            return replace(self, failures=failures, until=until)
        if self.trying is None:
            return self
        pause = min(self.pause * 2, LONGEST_PAUSE)
        return Breaker(self.failures + 1, pause, now + pause)
