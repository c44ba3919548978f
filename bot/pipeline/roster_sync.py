"""Reading member lists: what the platform did not tell as an event becomes one here.

Member groups raise no events at all, and customer groups lose and reorder theirs, and never say by
which way somebody came. So the list is read from time to time, and whenever a callback hints at it,
and every difference goes the same road as any other event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.core.errors import ChatUnreachable, PlatformError, TransportError
from bot.core.events import Conversation, Event, EventKind, Place
from bot.core.ids import ChannelKey, EventKey, GroupKey, UserId
from bot.core.ports import Directory, Profile
from bot.members.people import PersonRef
from bot.members.reconciliation import LAG, Shown, Step, StepKind, compare
from bot.members.roster import Move, MoveKind, Roster
from bot.pipeline.catching_up import tell_all
from bot.pipeline.dispatch import realm_of
from bot.pipeline.hints import Hints, Topic
from bot.pipeline.names import Names
from bot.pipeline.worker import Worker
from bot.settings.schema.bot import Group
from bot.settings.settings import HasSettings, Settings
from bot.store.fields import to_micros

_EVENTS: Final = {StepKind.BEGAN: EventKind.JOINED, StepKind.ENDED: EventKind.LEFT}
_MOVES: Final = {
    StepKind.FOUND: MoveKind.FOUND,
    StepKind.ENDED: MoveKind.LEFT,
    StepKind.DATED: MoveKind.DATED,
}

RETRY: Final = timedelta(minutes=1)
"""A list that could not be read is read again: a hint may have been lost with it."""


class RosterSync:
    """The job that reads the member list of every group whose platform shows it."""

    name = "roster"

    def __init__(
        self,
        *,
        directories: Mapping[ChannelKey, Directory],
        roster: Roster,
        names: Names,
        worker: Worker,
        hints: Hints,
        live: HasSettings,
    ) -> None:
        self._directories = directories
        self._roster = roster
        self._names = names
        self._worker = worker
        self._hints = hints
        self._live = live
        self._next: dict[str, datetime] = {}
        self._doubtful: set[str] = set()
        self._log = structlog.get_logger("roster")

    def hurry(self) -> None:
        """Let the next run read every list, whenever it was read last."""
        self._next.clear()

    async def run(self, now: datetime) -> None:
        """Read the lists that are due and hand the differences to the pipeline."""
        settings = self._live.current
        told = {
            channel: {hint.chat_id for hint in self._hints.take(channel, Topic.CHATS)}
            for channel in self._directories
        }
        for group in settings.bot.groups:
            channel, chat_id = ChannelKey(group.roster.channel), group.roster.chat_id
            if channel not in self._directories:
                continue
            hinted = not told[channel].isdisjoint({chat_id, ""}) or group.key not in self._next
            if not hinted and self._next[group.key] > now:
                continue
            hinted = hinted or group.key in self._doubtful
            self._next[group.key] = now + timedelta(seconds=settings.bot.roster_sync_seconds)
            self._doubtful.discard(group.key)
            try:
                await self._sync(settings, group, now, hinted=hinted)
            except ChatUnreachable as error:
                self._log.warning(
                    "the group is gone, its members are left as they are",
                    group=group.key,
                    reason=error.message,
                )
            except (PlatformError, TransportError) as error:
                self._log.warning("member list not read", group=group.key, reason=error.message)
                self._next[group.key] = min(self._next[group.key], now + RETRY)

    async def next_due(self, now: datetime) -> datetime | None:
        """When somebody in doubt is looked at again; the rest whenever this job is woken."""
        del now
        return min((at for key, at in self._next.items() if key in self._doubtful), default=None)

    async def _sync(self, settings: Settings, group: Group, now: datetime, *, hinted: bool) -> None:
        key, channel = GroupKey(group.key), ChannelKey(group.roster.channel)
        realm = realm_of(settings, channel)
        chat = await self._directories[channel].read_chat(group.roster.chat_id)
        reading = await self._roster.read_reading(key)
        if chat.version and chat.version == reading.version and not hinted:
            return
        known = await self._roster.read_stays(realm, key)
        if not chat.members and any(stay.ended_at is None for stay in known.values()):
            # everybody's leaving would take rewards back: more likely the list is wrong
            self._log.error("member list is empty and was not believed", group=group.key)
            return
        profiles = {one.user_id: Profile(one.name, one.union_id) for one in chat.members}
        await self._names.keep(realm, profiles, now)
        unheard = {UserId(one) for one in (*settings.bot.own_user_ids, *settings.bot.blocked)}
        comparison = compare(
            known,
            {one.user_id: Shown(one.joined_at, one.source) for one in chat.members},
            now=now,
            first_read_at=reading.synced_at,
            unheard=unheard,
            events=any(one.joined_at is not None for one in chat.members),
        )
        await self._roster.move_all(
            Move(_MOVES[step.kind], PersonRef(realm, user_id), key, step.at, step.source)
            for user_id, path in comparison.steps.items()
            for step in path
            if user_id in unheard or step.kind not in _EVENTS
        )
        await tell_all(
            self._worker,
            [
                _story(group, user_id, path, now)
                for user_id, path in comparison.steps.items()
                if user_id not in unheard
            ],
        )
        if comparison.doubtful:
            self._doubtful.add(group.key)
            self._next[group.key] = min(self._next[group.key], now + LAG)
            chat = replace(chat, version=reading.version)
        await self._roster.mark_synced(key, now, chat)
        await self._names.learn_missing(realm, key)


def _story(group: Group, user_id: UserId, path: Sequence[Step], now: datetime) -> list[Event]:
    """What was found out about a person, as events."""
    return [
        Event(
            key=EventKey(f"roster/{group.key}/{user_id}/{kind}/{to_micros(now)}"),
            channel=ChannelKey(group.roster.channel),
            kind=kind,
            conversation=Conversation(Place.GROUP, group.roster.chat_id),
            user_id=user_id,
            at=step.at,
            source=step.source,
        )
        for step in path
        if (kind := _EVENTS.get(step.kind)) is not None
    ]
