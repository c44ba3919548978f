"""How often a visitor may come to the counter: no platform stands before our pages and counts."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.core.ids import UserId

MOST_A_MINUTE: Final = 120
"""Requests of one visitor. A page that asks again for a slow answer makes some 40 in a minute."""


@dataclass(slots=True)
class Turnstile:
    """Counts in memory, by the minutes of the clock; a restart forgives."""

    _minute: datetime | None = field(default=None, init=False)
    _counts: Counter[UserId] = field(default_factory=Counter, init=False)

    def lets_in(self, user_id: UserId, now: datetime) -> bool:
        """Count a request and tell whether it is not one too many."""
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        self._counts[user_id] += 1
        return self._counts[user_id] <= MOST_A_MINUTE
