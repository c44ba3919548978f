"""The ticker: wakes the jobs every second, one after the other.

APScheduler is only the clock here: it holds no job of ours and no state, so nothing can be missed
or doubled by it. What is due is asked of the database by each job, with the instant as an argument.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.core.clock import Clock
from bot.core.metrics import Metrics

TICK_SECONDS = 1


class Job(Protocol):
    """Work that is due at certain instants. It may be run too often, and again after a crash."""

    @property
    def name(self) -> str: ...

    async def run(self, now: datetime) -> object:
        """Do what is due at ``now``; what is returned is not looked at."""
        ...

    async def next_due(self, now: datetime) -> datetime | None:
        """When there is something to do next, or None; an instant that is past means: now."""
        ...


class Ticker:
    """Runs ``jobs`` every second of real time, and whenever ``tick`` is called. Never overlaps."""

    def __init__(self, jobs: Sequence[Job], clock: Clock, metrics: Metrics) -> None:
        self.jobs = tuple(jobs)
        self._clock = clock
        self._metrics = metrics
        self._log = structlog.get_logger("ticker")
        self._turn = asyncio.Lock()
        self._scheduler: AsyncIOScheduler | None = None

    def start(self) -> None:
        """Begin to tick; to be called inside the running loop."""
        # A tick that takes longer than a second is no news to log every second.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        # A late wake-up is no reason to skip one (misfire_grace_time), and several missed ones are
        # worth one tick (coalesce): APScheduler's defaults would drop them without a word.
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._scheduler.add_job(
            self._tick_if_idle,
            "interval",
            seconds=TICK_SECONDS,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Stop ticking and wait for the tick that is under way."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is None:
            return
        # APScheduler's own shutdown cancels what is running, so wait first and hold the turn: from
        # here on its wake-ups return at once
        async with self._turn:
            scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # it shuts down in the loop's next round

    async def tick(self) -> None:
        """Run every job once, one after the other; waits for a tick that is under way.

        A job that fails is logged and counted, and the others run all the same.
        """
        async with self._turn:
            for job in self.jobs:
                await self._run(job)

    async def next_due(self) -> datetime | None:
        """The earliest instant at which a job has something to do."""
        now = self._clock.now()
        instants = [await job.next_due(now) for job in self.jobs]
        return min((at for at in instants if at is not None), default=None)

    async def _tick_if_idle(self) -> None:
        """A wake-up of the clock. It never waits: a tick that is under way does the same work."""
        if self._scheduler is not None and not self._turn.locked():
            await self.tick()

    async def _run(self, job: Job) -> None:
        try:
            await job.run(self._clock.now())
        except Exception:  # noqa: BLE001 (worker loop: logs, counts and goes on)
            self._log.exception("job failed", job=job.name)
            self._metrics.jobs_failed.labels(job.name).inc()
