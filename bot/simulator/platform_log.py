"""The platform log: what the platform did and what it thinks of us, in words, newest last.

It is for people and tests; nothing is decided by it. Secrets, tokens and keys never enter it.
"""

from collections import deque
from enum import StrEnum
from typing import Any, Final

from bot.core.clock import Clock
from bot.simulator.feed import Feed

LINES_KEPT: Final = 1000


class Level(StrEnum):
    """How much a line wants to be read."""

    QUIET = "quiet"
    """A reading call that went well."""

    INFO = "info"
    ERROR = "error"


class PlatformLog:
    """The last lines, in memory."""

    def __init__(self, clock: Clock, feed: Feed) -> None:
        self._clock = clock
        self._feed = feed
        self._lines: deque[dict[str, Any]] = deque(maxlen=LINES_KEPT)
        self._next = 1

    def write(self, level: Level, what: str, text: str, **facts: str | int) -> None:
        """Add a line. ``text`` is a sentence.

        ``what`` is "callback", "check", "api", "answer", "socket", "mail", "sms" or, in a drill,
        "fault".
        """
        line = {
            "id": self._next,
            "at": self._clock.now().isoformat(),
            "level": level,
            "what": what,
            "text": text,
            **facts,
        }
        self._next += 1
        self._lines.append(line)
        self._feed.publish("log", line)

    def lines(self, *, after: int = 0) -> list[dict[str, Any]]:
        """Lines with an id above ``after``, oldest first."""
        return [line for line in self._lines if line["id"] > after]
