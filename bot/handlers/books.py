"""What the books need by the clock: points that end, and the audit of the night."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from bot.core.messages import Outgoing, Text
from bot.core.metrics import Metrics
from bot.handlers.letters import Letters
from bot.outbox.enqueue import post
from bot.persona.voice import Voice
from bot.rewards.audit.nightly import AuditRun, NightlyAudit
from bot.rewards.days import community_date, day_begins_at
from bot.rewards.ledger.expiry import Expiry, Notice
from bot.settings.settings import HasSettings
from bot.store.db import Store

NOTICES_AT_ONCE = 200
"""Members who are told together; the points of most may well end on one day."""


@dataclass(frozen=True, slots=True)
class ExpiryJob:
    """Ends the points of yesterday's lots and tells whose are about to end, if he wants to hear."""

    store: Store
    expiry: Expiry
    letters: Letters
    voice: Voice
    live: HasSettings
    name: str = "points expiry"

    async def run(self, now: datetime) -> None:
        """End, then tell; who was told is noted after, so a crash loses no notice."""
        settings = self.live.current
        today = community_date(now, settings.zone, settings.rewards.day_starts_at)
        end = await self.expiry.next_end()
        if end is None:
            return
        if end < today:
            await self.expiry.run(today, now)
        distances = settings.rewards.points.remind_days
        while notices := await self.expiry.read_notices(today, distances, NOTICES_AT_ONCE):
            letters = [await self._letter(notice) for notice in notices]
            await post(self.store, [letter for letter in letters if letter is not None], now=now)
            await self.expiry.mark_told(notices, now)

    async def next_due(self, now: datetime) -> datetime | None:
        """The day after the next last day, or the next day on which somebody is to be told."""
        settings = self.live.current
        end = await self.expiry.next_end()
        if end is None:
            return None
        rules = settings.rewards
        today = community_date(now, settings.zone, rules.day_starts_at)
        days = [end + timedelta(days=1)]
        days += [end - timedelta(days=distance) for distance in rules.points.remind_days]
        tomorrow = today + timedelta(days=1)
        return day_begins_at(
            min(max(day, tomorrow) for day in days), settings.zone, rules.day_starts_at
        )

    async def _letter(self, notice: Notice) -> Outgoing | None:
        """It asks him to spend them: none for who wants no such words."""
        scope, ends = f"member/{notice.member_id}", notice.expires_on
        day = self.voice.say("points.date", scope=scope, month=ends.month, day=ends.day)
        text = self.voice.say("points.ending", scope=scope, points=notice.points, day=day)
        key = f"expiry/{notice.member_id}/{notice.expires_on}/{notice.days}"
        return await self.letters.promote(notice.member_id, key, Text(text))


@dataclass(frozen=True, slots=True)
class AuditJob:
    """Proves the books by night, and says so aloud when they are wrong."""

    store: Store
    audit: NightlyAudit
    letters: Letters
    voice: Voice
    live: HasSettings
    metrics: Metrics
    name: str = "audit"

    async def run(self, now: datetime) -> None:
        """Audit when it is due; what is broken goes to the log, /metrics and the operators."""
        done = await self.audit.run(now, self.live.current.zone)
        if done is None:
            return
        self.metrics.books_broken.set(len(done.report.broken))
        log = structlog.get_logger("audit")
        if not done.report.broken:
            log.info("the books are right", facts=len(done.report.facts), whole=done.whole)
            return
        for broken in done.report.broken:
            log.error("the books are wrong", fact=broken.name, found=broken.found[:3])
        await post(self.store, self._alarm(done), now=now)

    async def next_due(self, now: datetime) -> datetime | None:
        """The next night."""
        return (await self.audit.due_at(now, self.live.current.zone)).astimezone(UTC)

    def _alarm(self, done: AuditRun) -> list[Outgoing]:
        first = done.report.broken[0]
        text = self.voice.say(
            "audit.broken",
            scope="operators",
            count=len(done.report.broken),
            what=first.found[0],
        )
        return self.letters.to_operators(f"audit/{done.on_date}", Text(text))
