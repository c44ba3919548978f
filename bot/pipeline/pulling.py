"""Messages that are fetched, not brought: each page is stored before the next is asked for.

The cursor moves when a page's events are durable. A crash between the two fetches the page again,
and its events are known by their keys.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.core.errors import PlatformError, TransportError
from bot.core.events import Receipt
from bot.core.ids import ChannelKey
from bot.core.ports import Pull
from bot.pipeline.hints import Hints
from bot.pipeline.reception import Reception
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.sql import over

FIRST_LOOK = timedelta(minutes=10)
"""At the very first fetch the platform brings days of history; what is older was answered by
people, and an answer now would come out of nowhere."""

PULL_EVERY = timedelta(seconds=60)
"""How often it is asked without being told: a notice may have been lost."""

MOST_PAGES = 50
"""Pages of one channel in one run, so that the other jobs get their turn."""

_KEEP_CURSORS: Final = over(
    "channel text, cursor text",
    "INSERT INTO pull_cursor (channel, cursor) SELECT channel, cursor FROM rows WHERE true"
    " ON CONFLICT (channel) DO UPDATE SET cursor = excluded.cursor",
)


class Pulling:
    """The job that fetches, for all channels that must be asked."""

    name = "pulling"

    def __init__(
        self,
        *,
        pulls: Mapping[ChannelKey, Pull],
        store: Store,
        reception: Reception,
        hints: Hints,
    ) -> None:
        self._pulls = pulls
        self._store = store
        self._reception = reception
        self._hints = hints
        self._cursors = store.lane("pull cursors", keep_cursors)
        self._next: dict[ChannelKey, datetime] = {}
        self._log = structlog.get_logger("pulling")

    async def run(self, now: datetime) -> None:
        """Fetch from every channel that has told that there is something, or whose turn it is."""
        for channel, pull in self._pulls.items():
            if not self._hints.waiting(channel) and self._next.get(channel, now) > now:
                continue
            self._next[channel] = now + PULL_EVERY
            ticket = next((hint.ticket for hint in reversed(self._hints.take(channel))), "")
            try:
                await self._fetch(channel, pull, ticket, now)
            except (PlatformError, TransportError) as error:
                self._log.warning("messages not fetched", channel=channel, reason=error.message)

    async def next_due(self, now: datetime) -> datetime | None:
        """Now, when something was told; otherwise it asks whenever it is woken after its time."""
        return now if any(map(self._hints.waiting, self._pulls)) else None

    async def _fetch(self, channel: ChannelKey, pull: Pull, ticket: str, now: datetime) -> None:
        rows = await self._store.read("SELECT cursor FROM pull_cursor WHERE channel = ?", [channel])
        cursor = rows[0]["cursor"] if rows else ""
        for _ in range(MOST_PAGES):
            page = await pull.pull(cursor, ticket, now)
            events = [event for event in page.events if cursor or now - event.at <= FIRST_LOOK]
            await self._reception.take(Receipt(tuple(events)))
            for what in page.unsupported:
                self._log.info("message of no use to us", channel=channel, kind=what)
            if page.cursor != cursor:
                await self._cursors.submit((channel, page.cursor))
            if not page.more or page.cursor == cursor:
                return
            cursor = page.cursor
        self._next[channel] = now  # there is more: go on in the next run


def keep_cursors(connection: Connection, items: Sequence[tuple[ChannelKey, str]]) -> list[None]:
    """The cursor lane: the last cursor of each channel stays."""
    connection.write(_KEEP_CURSORS, dict(items).items())
    return [None] * len(items)
