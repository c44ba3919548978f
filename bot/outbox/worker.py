"""The sender: takes rows that are due, within the platforms' limits, and keeps what became of each.

An attempt that ended in silence is ``unknown`` and never repeated by itself, unless the channel
drops repeats. Rows to one chat go one after the other; chats side by side. Urgent rows (a welcome
has 20 seconds) are looked for first and have hands of their own: nobody's slow send delays them.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.core.clock import Clock
from bot.core.ids import ChannelKey
from bot.core.messages import Outgoing, TargetKind
from bot.core.metrics import Metrics
from bot.core.ports import Outcome, Pause, Sender, SendResult
from bot.outbox import lane
from bot.outbox.enqueue import outgoing_of
from bot.outbox.models import OutboxState
from bot.outbox.pacing import backoff_seconds
from bot.store.connection import Row
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros

MOST_ATTEMPTS = 10
"""After so many attempts without effect a row is given up as dead."""

ATTEMPT_LIMIT = timedelta(seconds=180)
"""No attempt lasts longer, files included; a row in ``sending`` for longer has lost its sender."""

SIDE_BY_SIDE = 64
"""Ordinary sends under way at the same time."""

URGENT_AT_ONCE = 500
"""Urgent rows looked at in one go; all of them are sent side by side."""

TIDY_EVERY = timedelta(minutes=1)
"""How often rows that lost their sender are looked for, and old attempts forgotten."""

Refuses = Callable[[Outgoing], str]
"""Returns why a message may not leave the house, or an empty string."""


class OutboxWorker:
    """Sends what is in the outbox. ``wake`` it after writing rows."""

    def __init__(
        self,
        *,
        store: Store,
        senders: Mapping[ChannelKey, Sender],
        clock: Clock,
        refuses: Refuses,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._senders = senders
        self._clock = clock
        self._refuses = refuses
        self._metrics = metrics
        self._log = structlog.get_logger("outbox")
        self._leases = store.lane("outbox lease", lane.lease)
        self._results = store.lane("outbox results", lane.write_results)
        self._closings = store.lane("outbox pauses", lane.close_channels)
        self._forgetting = store.lane("outbox attempts", lane.forget_attempts)
        self._tidy_at: datetime | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.handed = asyncio.Event()
        """Set whenever a row has become a task that an employee must confirm."""

    async def start(self) -> None:
        """End what the process before has left half done, then send.

        Where no other process can be using the database, what is being sent was the dead one's.
        """
        if self._store.alone:
            await self._end_stranded(self._clock.now())
        self._task = asyncio.create_task(self._run(), name="outbox")

    async def stop(self) -> None:
        """Stop after the attempts that are under way."""
        if self._task is None:
            return
        async with self._turn:
            self._task.cancel()
        await asyncio.gather(self._task, *self._under_way, return_exceptions=True)
        self._task = None

    def wake(self) -> None:
        """Tell the worker that rows may be waiting."""
        self._wake.set()

    async def send_due(self) -> None:
        """Send everything that is due and allowed now; returns when it is over."""
        while await self._start_due() or self._under_way:
            if self._under_way:
                await asyncio.wait(self._under_way)

    async def next_due(self) -> datetime | None:
        """When the next row can be tried, or None when nothing waits."""
        due_at = (await self._store.read(lane.NEXT_DUE))[0]["due_at"]
        return None if due_at is None else max(from_micros(due_at), self._clock.now())

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._start_due()
                pause = await self._pause()
            except Exception:  # noqa: BLE001 (worker loop: logs, counts and goes on)
                self._log.exception("outbox round failed")
                self._metrics.jobs_failed.labels("outbox").inc()
                pause = 1.0
            try:
                await asyncio.wait_for(self._wake.wait(), timeout=pause)
            except TimeoutError:
                continue

    async def _pause(self) -> float:
        """Seconds until something is due; at most one, because the clock may be moved."""
        due = await self.next_due()
        if due is None:
            return 1.0
        return min(max((due - self._clock.now()).total_seconds(), 0.01), 1.0)

    async def _start_due(self) -> bool:
        """Begin to send what is due and allowed; whether anything was begun or ended."""
        async with self._turn:
            now = self._clock.now()
            if self._tidy_at is None or now >= self._tidy_at:
                self._tidy_at = now + TIDY_EVERY
                await self._end_stranded(now - ATTEMPT_LIMIT)
                await self._forgetting.submit(now)
            begun = False
            while await self._start_some(now):
                begun = True
            return begun

    async def _start_some(self, now: datetime) -> bool:
        room = max(SIDE_BY_SIDE - len(self._under_way), 0)
        rows = await self._store.read(lane.DUE, [to_micros(now), 1, URGENT_AT_ONCE])
        rows += await self._store.read(lane.DUE, [to_micros(now), 0, room]) if room else []
        refused = [(row, why) for row in rows if (why := self._refusal(outgoing_of(row), now))]
        for row, why in refused:
            refusal = SendResult(Outcome.DEAD, why)
            await self._end(row, refusal, OutboxState.QUEUED, row["attempts"])
        dropped = {row["id"] for row, _ in refused}
        fit = [row for row in rows if row["id"] not in dropped]
        leased = await asyncio.gather(*[self._leases.submit(self._lease(row, now)) for row in fit])
        ours = [row for row, mine in zip(fit, leased, strict=True) if mine]
        for row in ours:
            task = asyncio.create_task(self._send(row), name=f"send {row['key']}")
            self._under_way.add(task)
            task.add_done_callback(self._sent)
        return bool(ours or refused)

    def _lease(self, row: Row, now: datetime) -> lane.Lease:
        channel = ChannelKey(row["channel"])
        return lane.Lease(
            row["id"],
            channel,
            row["conversation"],
            TargetKind(row["target_kind"]),
            self._senders[channel].capabilities,
            now,
        )

    def _refusal(self, outgoing: Outgoing, now: datetime) -> str:
        """Why a message is not even tried, and so costs nothing of the limits; empty when it is."""
        if outgoing.channel not in self._senders:
            return f"channel {outgoing.channel} is not in bot.yaml any more"
        if outgoing.expires_at is not None and now >= outgoing.expires_at:
            return "too late: the message had lost its point"
        return self._refuses(outgoing)

    async def _send(self, row: Row) -> None:
        outgoing = outgoing_of(row)
        try:
            result = await self._senders[outgoing.channel].send(outgoing)
        except Exception as defect:  # noqa: BLE001 (worker loop: logs, counts and goes on)
            self._log.exception("the channel failed", key=row["key"], channel=outgoing.channel)
            self._metrics.jobs_failed.labels("outbox").inc()
            result = SendResult(Outcome.UNKNOWN, f"a defect of the channel: {defect!r}")
        if result.pauses is not Pause.ROW:
            await self._close(outgoing.channel, result)
        await self._end(row, result, OutboxState.SENDING, row["attempts"] + 1)

    def _sent(self, task: asyncio.Task[None]) -> None:
        """Whatever comes next in the same chat may go now."""
        self._under_way.discard(task)
        self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            self._log.error("end not kept", send=task.get_name(), exc_info=task.exception())

    async def _close(self, channel: ChannelKey, result: SendResult) -> None:
        """The platform said that it has had enough, or that nothing works: tell every worker."""
        now, until = self._clock.now(), None
        if result.pauses is Pause.CHANNEL:
            until = now + timedelta(seconds=result.retry_after_seconds or 0)
        await self._closings.submit(lane.Closing(channel, now, until))

    async def _end(self, row: Row, result: SendResult, found: OutboxState, attempt: int) -> None:
        """Count, log and write down what became of a row."""
        self._metrics.sends.labels(row["channel"], result.outcome).inc()
        if result.outcome not in (Outcome.SENT, Outcome.HANDED):
            self._log.warning(
                "send did not succeed",
                key=row["key"],
                channel=row["channel"],
                outcome=str(result.outcome),
                errcode=result.errcode,
                reason=result.reason,
            )
        await self._results.submit(self._verdict(row, result, found, attempt))
        if result.outcome is Outcome.HANDED:
            self.handed.set()

    def _verdict(
        self, row: Row, result: SendResult, found: OutboxState, attempt: int
    ) -> lane.Result:
        now = self._clock.now()
        due_at = None
        match result.outcome:
            case Outcome.SENT:
                state = OutboxState.SENT
            case Outcome.HANDED:
                state = OutboxState.HANDED
            case Outcome.UNKNOWN:
                state = OutboxState.UNKNOWN
            case Outcome.RETRY if attempt < MOST_ATTEMPTS or result.pauses is not Pause.ROW:
                state = OutboxState.QUEUED
                wait = result.retry_after_seconds or backoff_seconds(attempt)
                due_at = now + timedelta(seconds=wait)
            case _:
                state = OutboxState.DEAD
        return lane.Result(
            row["id"],
            found,
            attempt,
            state,
            now,
            errcode=result.errcode,
            reason=result.reason,
            due_at=due_at,
            counts=result.pauses is Pause.ROW,
            reference=result.reference,
            update_code=result.update_code,
        )

    async def _end_stranded(self, begun_before: datetime) -> None:
        """Rows whose sender died in the middle: repeat where that is safe, else ``unknown``."""
        now = self._clock.now()
        for row in await self._store.read(lane.STRANDED, [to_micros(begun_before)]):
            sender = self._senders.get(ChannelKey(row["channel"]))
            kind = TargetKind(row["target_kind"])
            safe = sender is not None and kind in sender.capabilities.repeat_is_safe_to
            again = safe and row["attempts"] < MOST_ATTEMPTS
            result = lane.Result(
                row["id"],
                OutboxState.SENDING,
                row["attempts"],
                OutboxState.QUEUED if again else OutboxState.UNKNOWN,
                now,
                reason="the program stopped while sending",
                due_at=now if again else None,
            )
            await self._results.submit(result)
