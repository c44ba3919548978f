"""The records of turns are kept for a while and then deleted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.persona.model.thinker import Thinker
from bot.settings.settings import HasSettings

KEEP_DAYS: Final = 30
"""Where bot.yaml has no model any more; what it left behind goes all the same."""


@dataclass(frozen=True, slots=True)
class ModelRecords:
    """A job of the ticker's."""

    thinker: Thinker
    live: HasSettings
    name: str = "model records"

    async def run(self, now: datetime) -> None:
        """Delete what has been kept for long enough."""
        oldest = await self.thinker.oldest()
        if oldest is not None and oldest + self._keep <= now:
            await self.thinker.purge(now - self._keep)

    async def next_due(self, _now: datetime) -> datetime | None:
        """When the oldest record has been kept for long enough."""
        oldest = await self.thinker.oldest()
        return None if oldest is None else oldest + self._keep

    @property
    def _keep(self) -> timedelta:
        section = self.live.current.bot.model
        return timedelta(days=KEEP_DAYS if section is None else section.keep_days)
