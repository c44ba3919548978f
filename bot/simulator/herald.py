"""Tells apps what happened on the platform by itself: customers come and go, groups change.

Nobody waits for the answer to such an event; events of one app go out in the order in which they
happened. In a drill some contact and group events are lost, come late, come again, or let the next
one of their app pass. What is put off becomes due by the simulator's clock: whoever moves the clock
must ask ``next_due`` and ``deliver_due``, and a clock that runs by itself is watched meanwhile.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.core.clock import Clock
from bot.simulator.callbacks import Callbacks
from bot.simulator.faults import Fault, FaultPlan
from bot.simulator.limits import MESSAGE_TRIES
from bot.simulator.platform_log import Level, PlatformLog

HOLD_SECONDS: Final = 60
"""How long, in simulated seconds, an event waits for the one that is to pass it."""

_WATCH_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class _News:
    """An event that is due ``at`` an instant; ``fault`` is why not at once, if there is a why.

    An ``announced`` one has its faults from the herald: it comes again ``repeat_seconds`` after it
    went out (0: it does not). The others have theirs from the callbacks.
    """

    key: str
    plaintext: str
    what: str
    at: datetime
    fault: Fault | None = None
    announced: bool = False
    repeat_seconds: int = 0


class Herald:
    """Delivers events in the background, one after the other for each app."""

    def __init__(
        self, callbacks: Callbacks, *, clock: Clock, faults: FaultPlan, log: PlatformLog
    ) -> None:
        self._callbacks = callbacks
        self._clock = clock
        self._faults = faults
        self._log = log
        self._queues: dict[str, deque[_News]] = {}
        self._overtaken: dict[str, _News] = {}
        self._repeats: list[_News] = []
        self._last: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._late: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None

    def tell(self, key: str, plaintext: str, *, what: str) -> asyncio.Task[None]:
        """Deliver an event to channel ``key``; the task ends when that is over.

        In a drill it may come twice, no more: it waits for nothing that is put off.
        """
        now = self._clock.now()
        return self._start(_News(key, plaintext, what, now), now)

    def announce(self, key: str, plaintext: str, *, what: str) -> asyncio.Task[None]:
        """Deliver a contact or group event to channel ``key``, as far as the drill lets it.

        The task ends when everything is over that has gone out to the channel so far; what a drill
        loses or puts off is not waited for.
        """
        now, fate = self._clock.now(), self._faults.of_event(key)
        news = _News(key, plaintext, what, now, announced=True, repeat_seconds=fate.repeat_seconds)
        if fate.lost:
            self._faults.happened(Fault.LOST)
            self._tell_fault(news, "丢失")
        elif fate.reordered and key not in self._overtaken:
            self._overtaken[key] = replace(news, at=now + timedelta(seconds=HOLD_SECONDS))
            self._tell_fault(news, "让下一个事件先到")
        elif fate.delay_seconds:
            due = now + timedelta(seconds=fate.delay_seconds)
            self._queue(replace(news, at=due, fault=Fault.DELAYED))
            self._tell_fault(news, f"推迟 {fate.delay_seconds} 秒")
        else:
            self._queue(news)
        self._start_due(now)
        return self._last.get(key) or asyncio.create_task(asyncio.sleep(0))

    def next_due(self) -> datetime | None:
        """The next instant at which something that was put off goes out."""
        heads = (queue[0] for queue in self._queues.values() if queue)
        waiting = (*heads, *self._overtaken.values(), *self._repeats)
        return min((news.at for news in waiting), default=None)

    async def deliver_due(self) -> None:
        """Deliver what was put off until now; returns when that is over."""
        self._late |= self._start_due(self._clock.now())
        while self._late:
            await asyncio.wait(self._late)

    async def stop(self) -> None:
        """Give up what is under way."""
        tasks = [*self._tasks, *([self._watch] if self._watch else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _queue(self, news: _News) -> None:
        """Put it behind what is due to its app before; one that waits to be passed comes next."""
        queue = self._queues.setdefault(news.key, deque())
        queue.append(news)
        overtaken = self._overtaken.pop(news.key, None)
        if overtaken is not None:
            queue.append(replace(overtaken, at=news.at, fault=Fault.REORDERED))

    def _start_due(self, now: datetime) -> set[asyncio.Task[None]]:
        """Begin to deliver what is due."""
        for key, news in list(self._overtaken.items()):
            if news.at <= now:  # nothing came to pass it
                del self._overtaken[key]
                self._queue(news)
        started = set()
        for queue in self._queues.values():
            while queue and queue[0].at <= now:
                started.add(self._start(queue.popleft(), now))
        due = sorted((news for news in self._repeats if news.at <= now), key=lambda news: news.at)
        self._repeats = [news for news in self._repeats if news.at > now]
        started |= {self._start(news, now) for news in due}
        self._watch_clock()
        return started

    def _start(self, news: _News, now: datetime) -> asyncio.Task[None]:
        if news.repeat_seconds:
            again = now + timedelta(seconds=news.repeat_seconds)
            self._repeats.append(replace(news, at=again, fault=Fault.DOUBLED, repeat_seconds=0))
            self._tell_fault(news, f"{news.repeat_seconds} 秒后再来一次")
        task = asyncio.create_task(self._deliver(news, self._last.get(news.key)))
        self._last[news.key] = task
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._late.discard(task)

    async def _deliver(self, news: _News, before: asyncio.Task[None] | None) -> None:
        with self._callbacks.busy():
            if before is not None:
                await asyncio.wait([before])
            await self._callbacks.deliver(
                news.key,
                news.plaintext,
                what=news.what,
                tries=MESSAGE_TRIES,
                may_double=not news.announced,
            )
        if news.fault is not None:
            self._faults.happened(news.fault)

    def _watch_clock(self) -> None:
        """See to it that what was put off goes out even if nobody moves the clock."""
        if self.next_due() is not None and (self._watch is None or self._watch.done()):
            self._watch = asyncio.create_task(self._follow_clock())

    async def _follow_clock(self) -> None:
        while self.next_due() is not None:
            await asyncio.sleep(_WATCH_SECONDS)
            self._late |= self._start_due(self._clock.now())

    def _tell_fault(self, news: _News, what: str) -> None:
        self._log.write(
            Level.INFO, "fault", f"演习：{news.key} {news.what}{what}", channel=news.key
        )
