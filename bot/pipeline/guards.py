"""What is turned away before any handler sees it."""

from collections import deque
from datetime import datetime, timedelta

from bot.core.ids import MemberId

FLOOD_MESSAGES = 12
WINDOW = timedelta(seconds=10)
"""More than so many messages of one person within this time are a flood."""


class FloodGate:
    """Counts each person's recent messages in memory; a restart forgives."""

    def __init__(self) -> None:
        self._recent: dict[MemberId, deque[datetime]] = {}
        self._warned: dict[MemberId, datetime] = {}
        self._swept_at: datetime | None = None

    def is_flooding(self, member_id: MemberId, now: datetime) -> bool:
        """Count a message and tell whether it is one too many."""
        self._sweep(now)
        recent = self._recent.setdefault(member_id, deque())
        while recent and recent[0] <= now - WINDOW:
            recent.popleft()
        recent.append(now)
        return len(recent) > FLOOD_MESSAGES

    def should_warn(self, member_id: MemberId, now: datetime) -> bool:
        """True once in each flood; the rest of it is met with silence."""
        last = self._warned.get(member_id)
        self._warned[member_id] = now
        return last is None or now - last > WINDOW

    def _sweep(self, now: datetime) -> None:
        """Once a window, forget those who have been quiet for one."""
        if self._swept_at is not None and now - self._swept_at <= WINDOW:
            return
        self._swept_at = now
        begins = now - WINDOW
        self._recent = {who: times for who, times in self._recent.items() if times[-1] > begins}
        self._warned = {who: at for who, at in self._warned.items() if at > begins}
