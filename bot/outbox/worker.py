"""The sender: takes rows that are due, within the platforms' limits, and keeps what became of each.

An attempt that ended in silence is ``unknown`` and never repeated by itself, unless the channel
drops repeats. Rows to one target go one after the other; different targets side by side.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.core.clock import Clock
from bot.core.ids import ChannelKey
from bot.core.messages import Outgoing, TargetKind, plain_text
from bot.core.metrics import Metrics
from bot.core.ports import Outcome, Sender, SendResult
from bot.outbox import sqlite
from bot.outbox.enqueue import outgoing_of
from bot.outbox.models import OutboxState
from bot.outbox.pacing import Pacer, backoff_seconds
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros

MOST_ATTEMPTS = 10
"""After so many attempts without effect a row is given up as dead."""

ATTEMPT_LIMIT = timedelta(seconds=60)
"""No attempt lasts longer; a row in ``sending`` for longer has lost its sender."""

LOOK_LIMIT = 200
"""Rows looked at in one go."""

Screen = Callable[[str], str]
"""Returns why a text may not leave the house, or an empty string."""


class OutboxWorker:
    """Sends what is in the outbox. ``wake`` it after writing rows."""

    def __init__(
        self,
        *,
        store: Store,
        senders: Mapping[ChannelKey, Sender],
        clock: Clock,
        screen: Screen,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._senders = senders
        self._clock = clock
        self._screen = screen
        self._metrics = metrics
        self._log = structlog.get_logger("outbox")
        self._pacer = Pacer({key: sender.capabilities.rates for key, sender in senders.items()})
        self._leases = store.lane("outbox lease", sqlite.lease)
        self._results = store.lane("outbox results", sqlite.write_results)
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take over from the process before: its attempts, its unfinished rows. Then send.

        No other process uses this database (SQLite), so what is being sent was the dead one's.
        """
        now = self._clock.now()
        await self._end_stranded(now)
        since = to_micros(now - self._pacer.longest_window())
        for row in await self._store.read(sqlite.ATTEMPTS, [since]):
            self._pacer.record(
                ChannelKey(row["channel"]), row["target"], from_micros(row["attempted_at"])
            )
        self._task = asyncio.create_task(self._run(), name="outbox")

    async def stop(self) -> None:
        """Stop after the attempts that are under way."""
        if self._task is None:
            return
        async with self._turn:
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    def wake(self) -> None:
        """Tell the worker that rows may be waiting."""
        self._wake.set()

    async def send_due(self) -> None:
        """Send everything that is due and allowed now."""
        async with self._turn:
            await self._end_stranded(self._clock.now() - ATTEMPT_LIMIT)
            while await self._send_some():
                pass

    async def next_due(self) -> datetime | None:
        """When the next row can go, or None when nothing waits."""
        now = self._clock.now()
        later = (await self._store.read(sqlite.NEXT_DUE, [to_micros(now)]))[0]["due_at"]
        instants = [] if later is None else [from_micros(later)]
        instants += [
            self._pacer.earliest(ChannelKey(row["channel"]), row["target"], now)
            for row in await self._store.read(sqlite.DUE, [to_micros(now), LOOK_LIMIT])
        ]
        return min(instants, default=None)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.send_due()
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

    async def _send_some(self) -> bool:
        now = self._clock.now()
        rows = await self._store.read(sqlite.DUE, [to_micros(now), LOOK_LIMIT])
        refused = [(row, why) for row in rows if (why := self._refusal(outgoing_of(row), now))]
        for row, why in refused:
            await self._end(row, SendResult(Outcome.DEAD, why))
        dropped = {row["id"] for row, _ in refused}
        chosen = self._choose([row for row in rows if row["id"] not in dropped], now)
        leased = await asyncio.gather(
            *[self._leases.submit(sqlite.Lease(row["id"], now)) for row in chosen]
        )
        ours = [row for row, mine in zip(chosen, leased, strict=True) if mine]
        await asyncio.gather(*[self._send(row) for row in ours])
        return bool(ours or refused)

    def _choose(self, rows: list[sqlite3.Row], now: datetime) -> list[sqlite3.Row]:
        """As many of the rows, one of each target, as the limits allow together."""
        chosen = []
        for row in rows:
            channel, target = ChannelKey(row["channel"]), row["target"]
            if self._pacer.earliest(channel, target, now) <= now:
                self._pacer.record(channel, target, now)
                chosen.append(row)
        return chosen

    def _refusal(self, outgoing: Outgoing, now: datetime) -> str:
        """Why a message is not even tried, and so costs nothing of the limits; empty when it is."""
        if outgoing.channel not in self._senders:
            return f"channel {outgoing.channel} is not in bot.yaml any more"
        if outgoing.expires_at is not None and now >= outgoing.expires_at:
            return "too late: the message had lost its point"
        return self._screen(plain_text(outgoing.message))

    async def _send(self, row: sqlite3.Row) -> None:
        outgoing = outgoing_of(row)
        result = await self._senders[outgoing.channel].send(outgoing)
        if result.outcome is Outcome.RETRY and result.retry_after_seconds:
            self._pacer.close(
                outgoing.channel,
                self._clock.now() + timedelta(seconds=result.retry_after_seconds),
            )
        await self._end(row, result)

    async def _end(self, row: sqlite3.Row, result: SendResult) -> None:
        """Count, log and write down what became of a row."""
        self._metrics.sends.labels(row["channel"], result.outcome).inc()
        if result.outcome is not Outcome.SENT:
            self._log.warning(
                "send did not succeed",
                key=row["key"],
                channel=row["channel"],
                outcome=str(result.outcome),
                errcode=result.errcode,
                reason=result.reason,
            )
        await self._results.submit(self._verdict(row, result))

    def _verdict(self, row: sqlite3.Row, result: SendResult) -> sqlite.Result:
        now = self._clock.now()
        attempts = row["attempts"] + 1
        match result.outcome:
            case Outcome.SENT:
                return sqlite.Result(row["id"], OutboxState.SENT, now)
            case Outcome.DEAD:
                state = OutboxState.DEAD
            case Outcome.UNKNOWN:
                state = OutboxState.UNKNOWN
            case Outcome.RETRY if attempts >= MOST_ATTEMPTS:
                state = OutboxState.DEAD
            case Outcome.RETRY:
                wait = result.retry_after_seconds or backoff_seconds(attempts)
                return sqlite.Result(
                    row["id"],
                    OutboxState.QUEUED,
                    now,
                    errcode=result.errcode,
                    reason=result.reason,
                    due_at=now + timedelta(seconds=wait),
                )
        return sqlite.Result(row["id"], state, now, errcode=result.errcode, reason=result.reason)

    async def _end_stranded(self, begun_before: datetime) -> None:
        """Rows whose sender died in the middle: repeat where that is safe, else ``unknown``."""
        now = self._clock.now()
        for row in await self._store.read(sqlite.STRANDED, [to_micros(begun_before)]):
            sender = self._senders.get(ChannelKey(row["channel"]))
            kind = TargetKind(row["target_kind"])
            safe = sender is not None and kind in sender.capabilities.repeat_is_safe_to
            again = safe and row["attempts"] < MOST_ATTEMPTS
            result = sqlite.Result(
                row["id"],
                OutboxState.QUEUED if again else OutboxState.UNKNOWN,
                now,
                reason="the program stopped while sending",
                due_at=now if again else None,
            )
            await self._results.submit(result)
