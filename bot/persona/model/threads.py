"""What somebody and the bot said to each other lately: in memory only, little, and soon forgotten.

A thread belongs to one person in one conversation, so nobody's words reach another one's prompt.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.chat_model import Speaker
from bot.core.ids import MemberId

MOST_LINES: Final = 8
FORGOTTEN_AFTER: Final = timedelta(minutes=30)
MOST_THREADS: Final = 2000
"""Beyond it the thread that was touched longest ago is forgotten."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a thread."""

    speaker: Speaker
    text: str
    at: datetime


class Threads:
    """The threads of one process."""

    def __init__(self) -> None:
        self._threads: OrderedDict[tuple[str, MemberId], deque[Line]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._threads)

    def read(self, conversation: str, member_id: MemberId, now: datetime) -> tuple[Line, ...]:
        """What was said within the last half hour, the oldest first."""
        lines = self._threads.get((conversation, member_id), ())
        return tuple(line for line in lines if now - line.at < FORGOTTEN_AFTER)

    def add(self, conversation: str, member_id: MemberId, *lines: Line) -> None:
        """Remember what was said."""
        key = (conversation, member_id)
        self._threads.setdefault(key, deque(maxlen=MOST_LINES)).extend(lines)
        self._threads.move_to_end(key)
        if len(self._threads) > MOST_THREADS:
            self._threads.popitem(last=False)

    def forget(self, member_id: MemberId) -> None:
        """Forget everything that was said with a member."""
        for key in [key for key in self._threads if key[1] == member_id]:
            del self._threads[key]
