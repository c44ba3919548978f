"""Events that were stored and not handled: a process died, or handling failed; looked for often."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.pipeline.worker import Worker

TAKEOVER_SECONDS = 2
"""How often events that a dead process left behind are looked for."""


@dataclass(slots=True)
class TakeoverJob:
    """Looks for events that were stored and not handled."""

    worker: Worker
    name: str = "takeover"
    _next: datetime | None = field(default=None, init=False)

    async def run(self, now: datetime) -> None:
        """Hand them to the worker."""
        if self._next is None or now >= self._next:
            self._next = now + timedelta(seconds=TAKEOVER_SECONDS)
            await self.worker.take_over()

    async def next_due(self, now: datetime) -> datetime | None:
        """Only real time strands events, so no instant is due."""
        del now
        return None
