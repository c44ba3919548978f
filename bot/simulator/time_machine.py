"""Moves the clock forward, event by event, so that everything happens in its order and at its hour.

Between two jumps everything that is due is done, what a drill has put off as well, and no callback
is under way while it jumps.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.simulator.callbacks import Callbacks
from bot.simulator.feed import Feed
from bot.simulator.herald import Herald
from bot.simulator.world import World

Settle = Callable[[], Awaitable[datetime | None]]
"""Does everything that is due now; returns the next instant at which something is due, or None."""

MAX_STEPS: Final = 100_000
MAX_SECONDS: Final = 400 * 86_400
_PROGRESS_SECONDS: Final = 0.1
_LEAST_STEP: Final = timedelta(seconds=1)


class TooManySteps(Exception):
    """The clock was not moved all the way: something stays due however often it is done."""


@dataclass(frozen=True, slots=True)
class Journey:
    """A move that is done: its ends, and how many steps it took."""

    began_at: datetime
    ended_at: datetime
    steps: int


class TimeMachine:
    """One journey at a time; a second one waits."""

    def __init__(
        self,
        world: World,
        callbacks: Callbacks,
        herald: Herald,
        feed: Feed,
        *,
        max_steps: int = MAX_STEPS,
    ) -> None:
        self.settle: Settle = nothing_due
        self._world = world
        self._callbacks = callbacks
        self._herald = herald
        self._feed = feed
        self._max_steps = max_steps
        self._turn = asyncio.Lock()
        self._target: datetime | None = None
        self._shown = 0.0

    def clock_json(self) -> dict[str, Any]:
        """The hour, and where the clock is moving to."""
        target = self._target
        return {
            "now": self._world.now().isoformat(),
            "moving_to": None if target is None else target.isoformat(),
        }

    async def advance(self, seconds: float) -> Journey:
        """Move forward by ``seconds`` (0 to ``MAX_SECONDS``) and do what falls due on the way.

        Raises TooManySteps when ``max_steps`` did not suffice; the clock then stays where it got.
        """
        if not 0 <= seconds <= MAX_SECONDS:
            raise ValueError(f"the clock moves forward, by at most {MAX_SECONDS} seconds")
        async with self._turn:
            began_at = self._world.now()
            self._target = began_at + timedelta(seconds=seconds)
            try:
                steps = await self._travel(self._target)
            finally:
                self._target = None
                self._feed.publish("clock", self.clock_json())
            return Journey(began_at, self._world.now(), steps)

    async def _travel(self, target: datetime) -> int:
        before: datetime | None = None
        self._shown = float("-inf")
        for step in range(self._max_steps):
            self._show_progress()
            await self._herald.deliver_due()
            due = _earlier(await self.settle(), self._herald.next_due())
            await self._callbacks.idle()
            now = self._world.now()
            if now >= target:
                return step
            if due is not None and due <= now and due != before:
                before = due  # something was done and more is due: do it before moving on
                continue
            before = due
            goal = target if due is None else min(due if due > now else now + _LEAST_STEP, target)
            self._world.move_clock(goal - now)
            await asyncio.sleep(0)
        raise TooManySteps(
            f"after {self._max_steps} steps it is still only {self._world.now().isoformat()}:"
            " something stays due however often it is done"
        )

    def _show_progress(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._shown >= _PROGRESS_SECONDS:
            self._shown = now
            self._feed.publish("clock", self.clock_json())


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((instant for instant in (one, other) if instant is not None), default=None)


async def nothing_due() -> datetime | None:
    """A ``settle`` for a stage without a bot."""
    return None
