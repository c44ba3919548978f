"""The audit that runs by itself: once a night, of what is new; once a week, of everything."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from bot.rewards.audit.audit import AuditReport, Mark, audit
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import to_micros
from bot.store.sql import over

STARTS: Final = time(4, 30)
"""Local time at which the night's audit is due: after the day has turned, before anybody is up."""

WHOLE_ON: Final = 6
"""The weekday (Monday is 0) on which everything is looked at."""

_READ_MARK = """
SELECT transfer_id, entry_id FROM audit_run WHERE broken = 0 ORDER BY id DESC LIMIT 1
"""

_WRITE = over(
    "on_date text, at int, whole int, facts int, broken int, transfer_id int, entry_id int",
    """
INSERT INTO audit_run (on_date, at, whole, facts, broken, transfer_id, entry_id)
SELECT on_date, at, whole, facts, broken, transfer_id, entry_id FROM rows WHERE true
ON CONFLICT (on_date) DO NOTHING
""",
)


@dataclass(frozen=True, slots=True)
class AuditRun:
    """A night's audit."""

    on_date: date
    at: datetime
    whole: bool
    report: AuditReport


class NightlyAudit:
    """Audits the books of a store, once a night."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runs = store.lane("audit run", _write_runs)

    async def due_at(self, now: datetime, zone: tzinfo) -> datetime:
        """When the next audit is due; an instant that is past means now."""
        today = now.astimezone(zone).date()
        rows = await self._store.read("SELECT max(on_date) AS on_date FROM audit_run")
        done = rows[0]["on_date"]
        night = _begins(today, zone)
        if done is not None and done >= today.isoformat():
            return _begins(today + timedelta(days=1), zone)
        return night

    async def run(self, now: datetime, zone: tzinfo) -> AuditRun | None:
        """The audit of tonight, unless it is not due yet or was done."""
        if await self.due_at(now, zone) > now:
            return None
        today = now.astimezone(zone).date()
        whole = today.weekday() == WHOLE_ON
        report = await asyncio.to_thread(self._audit, whole=whole)
        done = AuditRun(today, now, whole, report)
        await self._runs.submit(done)
        return done

    def _audit(self, *, whole: bool) -> AuditReport:
        with closing(self._store.open_reader()) as connection:
            return audit(connection, None if whole else read_mark(connection))


def read_mark(connection: Connection) -> Mark:
    """How far the books were when they were last found right."""
    row = connection.execute(_READ_MARK).fetchone()
    return Mark() if row is None else Mark(row["transfer_id"], row["entry_id"])


def _begins(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, STARTS, tzinfo=zone).astimezone(UTC)


def _write_runs(connection: Connection, runs: Sequence[AuditRun]) -> list[None]:
    connection.write(
        _WRITE,
        [
            (
                run.on_date.isoformat(),
                to_micros(run.at),
                int(run.whole),
                len(run.report.facts),
                len(run.report.broken),
                run.report.mark.transfer_id,
                run.report.mark.entry_id,
            )
            for run in runs
        ],
    )
    return [None] * len(runs)
