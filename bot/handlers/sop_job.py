"""The job that follows sop.yaml: who is due is found, what may be said goes out, the rest is told.

When nothing is due it costs one query a minute. A row is decided once, whatever happens: each
write finds it as it was read, or leaves it for the next look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.messages import Outgoing, Text
from bot.handlers.sop_words import calling_text, private_text
from bot.persona.voice import Voice
from bot.schedules.sop.decide import Case, Place, Rulings, send_until, tells_figures
from bot.schedules.sop.lane import SopMessage
from bot.schedules.sop.rows import Figures
from bot.schedules.sop.sop import Sop
from bot.settings.settings import HasSettings, Settings

LOOK_EVERY: Final = timedelta(minutes=1)
"""Another process may have opened what is due earlier."""

BATCH: Final = 500
BATCHES: Final = 4
"""So many rows at a time, and so often in one run: the other jobs wait meanwhile."""

_NOTHING: Final = Figures(checkins=0, talks=0, points=0)


@dataclass(slots=True)
class SopJob:
    """Runs with the ticker. What it did not finish is found due after a crash."""

    sop: Sop
    voice: Voice
    live: HasSettings
    name: str = "sop"
    _rest: tuple[str, datetime, datetime] | None = None
    """By which settings there is nothing to do, since when and until when."""

    async def run(self, now: datetime) -> None:
        """Open what came due, and decide what is waiting."""
        settings = self.live.current
        if self._rests(settings, now):
            return
        await self.sop.open_due(settings, now)
        for _ in range(BATCHES):
            count, rulings = await self.sop.decide_due(settings, now, BATCH)
            await self.sop.hold(rulings, now)
            await self.sop.tell(await self._messages(settings, rulings, now))
            if count < BATCH:
                break
        due = await self.sop.next_due(settings, now)
        until = now + LOOK_EVERY
        self._rest = (settings.fingerprint, now, until if due is None else min(due, until))

    async def next_due(self, now: datetime) -> datetime | None:
        """When a row is to be looked at, or somebody may come due."""
        return await self.sop.next_due(self.live.current, now)

    def _rests(self, settings: Settings, now: datetime) -> bool:
        """Whether the last look still tells; a clock that went back asks for a new one."""
        if self._rest is None:
            return False
        fingerprint, since, until = self._rest
        return fingerprint == settings.fingerprint and since <= now < until

    async def _messages(
        self, settings: Settings, rulings: Rulings, now: datetime
    ) -> list[SopMessage]:
        """What goes out now."""
        asked = [case.row for case, _ in rulings.private if tells_figures(case.step)]
        figures = await self.sop.read_figures(asked)
        messages = []
        for case, place in rulings.private:
            told = figures.get(case.row.row_id, _NOTHING)
            text = private_text(self.voice, settings, case, told, now)
            messages.append(_message(settings, (case,), place, text, now))
        gap = timedelta(minutes=settings.sop.gap_minutes)
        for cases, place in rulings.together:
            text = calling_text(self.voice, settings, cases, now)
            messages.append(_message(settings, cases, place, text, now, gap))
        return messages


def _message(
    settings: Settings,
    cases: Sequence[Case],
    place: Place,
    text: Text,
    now: datetime,
    gap: timedelta | None = None,
) -> SopMessage:
    first = cases[0]
    outgoing = Outgoing(
        f"sop/{first.row.row_id}", *place, text, expires_at=send_until(settings, first, now)
    )
    today = now.astimezone(settings.zone).date()
    return SopMessage(tuple(case.row for case in cases), outgoing, today, now, gap)
