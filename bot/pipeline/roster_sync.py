"""Reading member lists: what the platform did not tell as an event becomes one here.

Member groups raise no events at all, and customer groups lose and reorder theirs. So the list is
read from time to time, and every difference goes the same road as any other event.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.core.errors import PlatformError, TransportError
from bot.core.events import Conversation, Event, EventKind, Place
from bot.core.ids import ChannelKey, EventKey, GroupKey, UserId
from bot.core.ports import Directory
from bot.members.people import PersonRef
from bot.members.roster import Move, MoveKind, Roster
from bot.pipeline.dispatch import realm_of
from bot.pipeline.names import Names
from bot.pipeline.worker import Worker
from bot.settings.schema.bot import Group
from bot.settings.settings import HasSettings, Settings
from bot.store.fields import to_micros


class RosterSync:
    """The job that reads the member list of every group."""

    name = "roster"

    def __init__(
        self,
        *,
        directories: Mapping[ChannelKey, Directory],
        roster: Roster,
        names: Names,
        worker: Worker,
        live: HasSettings,
    ) -> None:
        self._directories = directories
        self._roster = roster
        self._names = names
        self._worker = worker
        self._live = live
        self._next: dict[str, datetime] = {}
        self._log = structlog.get_logger("roster")

    def hurry(self) -> None:
        """Let the next run read every list, whenever it was read last."""
        self._next.clear()

    async def run(self, now: datetime) -> None:
        """Read the lists that are due and hand the differences to the pipeline."""
        settings = self._live.current
        for group in settings.bot.groups:
            if self._next.get(group.key, now) > now:
                continue
            self._next[group.key] = now + timedelta(seconds=settings.bot.roster_sync_seconds)
            try:
                await self._sync(settings, group, now)
            except (PlatformError, TransportError) as error:
                self._log.warning("member list not read", group=group.key, reason=error.message)

    async def next_due(self, now: datetime) -> datetime | None:
        """Nothing waits for this job: it looks again whenever it is woken after its time."""
        del now
        return None

    async def _sync(self, settings: Settings, group: Group, now: datetime) -> None:
        key, channel = GroupKey(group.key), ChannelKey(group.roster.channel)
        directory = self._directories[channel]
        realm = realm_of(settings, channel)
        there = frozenset(await directory.read_group_members(group.roster.chat_id))
        if await self._roster.is_synced(key):
            known = await self._roster.read_present(realm, key)
            if known and not there:
                # everybody's leaving would take rewards back: more likely the list is wrong
                self._log.error("member list is empty and was not believed", group=group.key)
                return
            changes = [(user_id, EventKind.JOINED) for user_id in sorted(there - known)]
            changes += [(user_id, EventKind.LEFT) for user_id in sorted(known - there)]
            await asyncio.gather(*[self._tell(group, *change, now) for change in changes])
        else:
            people = [PersonRef(realm, user_id) for user_id in sorted(there)]
            found = [Move(MoveKind.FOUND, person, key, now) for person in people]
            await asyncio.gather(*[self._roster.move(move) for move in found])
            await self._roster.mark_synced(key, now)
        await self._names.learn_missing(realm, key)

    async def _tell(self, group: Group, user_id: UserId, kind: EventKind, now: datetime) -> None:
        event = Event(
            key=EventKey(f"roster/{group.key}/{user_id}/{kind}/{to_micros(now)}"),
            channel=ChannelKey(group.roster.channel),
            kind=kind,
            conversation=Conversation(Place.GROUP, group.roster.chat_id),
            user_id=user_id,
            at=now,
        )
        await self._worker.handled(await self._worker.receive(event))
