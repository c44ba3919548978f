"""Tags both ways: what an employee sets by hand becomes ours, what changes here is asked of him.

The platform is read by ``ContactSync``, which hands on what it saw; this job compares our own side
from time to time, and the changes go out like any other message.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.core.ids import ChannelKey
from bot.core.ports import Contacts, Tie
from bot.members.tie_tags import TagsSeen, TagsWanted, ask_for_tags, differs, see_tags
from bot.pipeline.dispatch import realm_of
from bot.settings.settings import HasSettings
from bot.store.db import Store

ASK_EVERY: Final = timedelta(seconds=60)
"""How often our own side is compared; tags are in no hurry."""

SHARE: Final = 500
"""Ties taken in at once, so that other writers get their turn."""


class TagSync:
    """The job that brings our tags to the employees' customers, and takes theirs in."""

    name = "tags"

    def __init__(
        self, *, contacts: Mapping[ChannelKey, Contacts], store: Store, live: HasSettings
    ) -> None:
        self._channels = tuple(contacts)
        self._store = store
        self._live = live
        self._seen = store.lane("tags seen", see_tags)
        self._wanted = store.lane("tags wanted", ask_for_tags)
        self._next: datetime | None = None

    def hurry(self) -> None:
        """Let the next run compare, whenever it did last."""
        self._next = None

    async def learn(self, channel: ChannelKey, ties: Sequence[Tie], now: datetime) -> None:
        """Take in the tags of ``ties`` as the platform shows them."""
        settings = self._live.current
        realm = realm_of(settings, channel)
        for start in range(0, len(ties), SHARE):
            share = ties[start : start + SHARE]
            await self._seen.submit(TagsSeen(realm, share, settings.members.tags, now))

    async def run(self, now: datetime) -> None:
        """Ask for whatever differs; one message for each tie that does."""
        if self._next is not None and now < self._next:
            return
        self._next = now + ASK_EVERY
        settings = self._live.current
        for channel in self._channels:
            realm = realm_of(settings, channel)
            wanted = TagsWanted(realm, channel, settings.members.tags, now)
            if await differs(self._store, wanted):
                await self._wanted.submit(wanted)

    async def next_due(self, now: datetime) -> datetime | None:
        """Nothing waits for this job: it looks again whenever it is woken after its time."""
        del now
        return None
