"""What is turned away before any handler sees it."""

from collections import deque
from datetime import datetime, timedelta

from bot.core.ids import MemberId

FLOOD_MESSAGES = 12
FLOOD_SECONDS = 10
"""More than so many messages of one person in so many seconds is a flood."""


class FloodGate:
    """Counts each person's recent messages in memory; a restart forgives."""

    def __init__(self) -> None:
        self._recent: dict[MemberId, deque[datetime]] = {}
        self._warned: dict[MemberId, datetime] = {}

    def is_flooding(self, member_id: MemberId, now: datetime) -> bool:
        """Count a message and tell whether it is one too many."""
        recent = self._recent.setdefault(member_id, deque())
        while recent and recent[0] <= now - timedelta(seconds=FLOOD_SECONDS):
            recent.popleft()
        recent.append(now)
        if len(self._recent) > 100_000:
            self._recent.clear()
        return len(recent) > FLOOD_MESSAGES

    def should_warn(self, member_id: MemberId, now: datetime) -> bool:
        """True once in each flood; the rest of it is met with silence."""
        last = self._warned.get(member_id)
        self._warned[member_id] = now
        return last is None or now - last > timedelta(seconds=FLOOD_SECONDS)
