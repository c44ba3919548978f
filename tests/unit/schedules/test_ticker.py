"""The ticker: every job, one after the other, never twice at once, whatever fails."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.core.clock import ManualClock
from bot.core.metrics import Metrics
from bot.schedules import ticker as ticking
from bot.schedules.ticker import Job, Ticker

from .support import at

NOW = at("2026-11-22 09:00")


@dataclass
class Recorder:
    """A job that notes when it ran; it may fail, and it may wait for a gate."""

    name: str = "recorder"
    due: datetime | None = None
    failure: BaseException | None = None
    gate: asyncio.Event | None = None
    ran: list[datetime] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0

    async def run(self, now: datetime) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.ran.append(now)
        self.began.set()
        try:
            if self.gate is not None:
                await self.gate.wait()
            if self.failure is not None:
                raise self.failure
        finally:
            self.at_once -= 1
        self.ended.set()

    async def next_due(self, now: datetime) -> datetime | None:
        return self.due


def make(*jobs: Job, clock: ManualClock | None = None, metrics: Metrics | None = None) -> Ticker:
    return Ticker(jobs, clock or ManualClock(NOW), metrics or Metrics())


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticking, "TICK_SECONDS", 0.005)


async def soon(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), timeout=10)


async def test_a_tick_runs_every_job_once_in_order_with_the_clocks_time() -> None:
    order: list[str] = []

    def job(name: str) -> Recorder:
        class Noted(Recorder):
            async def run(self, now: datetime) -> None:
                order.append(name)
                await super().run(now)

        return Noted(name)

    jobs = [job(name) for name in ("first", "second", "third")]
    clock = ManualClock(NOW)
    ticker = make(*jobs, clock=clock)
    await ticker.tick()
    clock.advance(timedelta(hours=1))
    await ticker.tick()
    assert order == ["first", "second", "third"] * 2
    assert jobs[2].ran == [NOW, NOW + timedelta(hours=1)]


async def test_a_failing_job_is_logged_and_counted_and_the_others_run() -> None:
    bad, good = Recorder("bad", failure=RuntimeError("broken")), Recorder("good")
    metrics = Metrics()
    with capture_logs() as logs:
        await make(bad, good, metrics=metrics).tick()
    assert len(good.ran) == 1
    assert [(entry["event"], entry["job"]) for entry in logs] == [("job failed", "bad")]
    assert b'yutang_jobs_failed_total{job="bad"} 1.0' in metrics.render()


async def test_ticks_from_outside_wait_for_each_other() -> None:
    gate = asyncio.Event()
    job = Recorder(gate=gate)
    ticker = make(job)
    both = asyncio.gather(ticker.tick(), ticker.tick())
    await soon(job.began)
    assert len(job.ran) == 1
    gate.set()
    await both
    assert (len(job.ran), job.most_at_once) == (2, 1)


async def test_the_clock_ticks_by_itself_and_stops_when_told(fast: None) -> None:
    job = Recorder()
    ticker = make(job)
    ticker.start()
    await soon(job.ended)
    await ticker.stop()
    count = len(job.ran)
    again = asyncio.Event()
    asyncio.get_running_loop().call_later(0.03, again.set)
    await soon(again)
    assert len(job.ran) == count


async def test_a_slow_tick_is_neither_overtaken_nor_cut_short_by_stopping(fast: None) -> None:
    gate = asyncio.Event()
    job = Recorder(gate=gate)
    ticker = make(job)
    ticker.start()
    await soon(job.began)
    stopping = asyncio.ensure_future(ticker.stop())
    later = asyncio.Event()
    asyncio.get_running_loop().call_later(0.03, later.set)
    await soon(later)
    assert not stopping.done()
    gate.set()
    await asyncio.wait_for(stopping, timeout=10)
    assert job.ended.is_set()
    assert (len(job.ran), job.most_at_once) == (1, 1)


async def test_wake_ups_during_a_tick_from_outside_add_nothing(fast: None) -> None:
    gate = asyncio.Event()
    job = Recorder(gate=gate)
    ticker = make(job)
    outside = asyncio.ensure_future(ticker.tick())
    await soon(job.began)
    ticker.start()
    later = asyncio.Event()
    asyncio.get_running_loop().call_later(0.03, later.set)
    await soon(later)
    stopping = asyncio.ensure_future(ticker.stop())
    gate.set()
    await asyncio.gather(outside, stopping)
    assert len(job.ran) == 1


async def test_a_failure_does_not_stop_the_clock(fast: None) -> None:
    job = Recorder(failure=RuntimeError("once"))
    ticker = make(job)
    with capture_logs():
        ticker.start()
        await soon(job.began)
        job.failure = None
        await soon(job.ended)
        await ticker.stop()
    assert len(job.ran) >= 2


async def test_stopping_a_ticker_that_was_not_started_is_no_mistake() -> None:
    ticker = make(Recorder())
    await ticker.stop()
    await ticker.stop()


@pytest.mark.parametrize(
    ("hours", "expected"), [((None, 5, 3), 3), ((None, None), None), ((), None)]
)
async def test_the_next_instant_is_the_earliest_of_all_jobs(
    hours: tuple[int | None, ...], expected: int | None
) -> None:
    instant: Callable[[int | None], datetime | None] = lambda hour: (  # noqa: E731
        None if hour is None else NOW + timedelta(hours=hour)
    )
    ticker = make(*(Recorder(due=instant(hour)) for hour in hours))
    assert await ticker.next_due() == instant(expected)
