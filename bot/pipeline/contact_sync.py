"""Reading whose friends the customers are: lost and late contact events are made up for.

All ties are read from time to time, one of them whenever a callback hints at it; every difference
becomes an event. Whoever was there at the first reading is noted and nobody is told, and nobody is
welcomed for having been found.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.core.errors import PlatformError, TransportError
from bot.core.events import Conversation, Event, EventKind, Place
from bot.core.ids import ChannelKey, EventKey, UserId
from bot.core.ports import Contacts, Profile, Tie
from bot.members.people import PersonRef
from bot.members.reconciliation import LAG, Known, Shown, Step, StepKind, compare
from bot.members.ties import CutBy, Pair, TieKind, TieMove, Ties
from bot.pipeline.catching_up import tell_all
from bot.pipeline.dispatch import realm_of
from bot.pipeline.hints import Hints, Topic
from bot.pipeline.names import Names
from bot.pipeline.tag_sync import TagSync
from bot.pipeline.worker import Worker
from bot.settings.settings import HasSettings
from bot.store.fields import to_micros

_EVENTS: Final = {StepKind.BEGAN: EventKind.BEFRIENDED, StepKind.ENDED: EventKind.UNFRIENDED}
_MOVES: Final = {
    StepKind.FOUND: TieKind.FOUND,
    StepKind.ENDED: TieKind.UNFRIENDED,
    StepKind.DATED: TieKind.DATED,
}

READ_AT_ONCE: Final = 20
"""Single ties read in one run, so that the other jobs get their turn."""

RETRY: Final = timedelta(minutes=1)
"""After a reading that failed everything is read again; a hint may have been lost with it."""


class ContactSync:
    """The job that reads the ties of every company."""

    name = "contacts"

    def __init__(
        self,
        *,
        contacts: Mapping[ChannelKey, Contacts],
        ties: Ties,
        names: Names,
        tags: TagSync,
        worker: Worker,
        hints: Hints,
        live: HasSettings,
    ) -> None:
        self._contacts = contacts
        self._ties = ties
        self._names = names
        self._tags = tags
        self._worker = worker
        self._hints = hints
        self._live = live
        self._next: dict[ChannelKey, datetime] = {}
        self._look_at: dict[tuple[ChannelKey, Pair], datetime] = {}
        self._log = structlog.get_logger("contacts")

    def hurry(self) -> None:
        """Let the next run read everything, whenever it was read last."""
        self._next.clear()

    async def run(self, now: datetime) -> None:
        """Read what is due and hand the differences to the pipeline."""
        for channel in self._contacts:
            for hint in self._hints.take(channel, Topic.TIES):
                if hint.user_id:
                    pair = (UserId(hint.user_id), UserId(hint.employee))
                    self._look_at[channel, pair] = now
                else:
                    self._next.pop(channel, None)
            try:
                await self._look(channel, now)
            except (PlatformError, TransportError) as error:
                self._log.warning("ties not read", channel=channel, reason=error.message)
                self._next[channel] = min(self._next[channel], now + RETRY)

    async def next_due(self, now: datetime) -> datetime | None:
        """When a tie in doubt is looked at again; the rest whenever this job is woken."""
        del now
        return min(self._look_at.values(), default=None)

    async def _look(self, channel: ChannelKey, now: datetime) -> None:
        if self._next.get(channel, now) <= now:
            period = self._live.current.bot.contact_sync_seconds
            self._next[channel] = now + timedelta(seconds=period)
            for pair in self._due(channel, now):
                del self._look_at[channel, pair]
            await self._read_all(channel, now)
            return
        for pair in self._due(channel, now)[:READ_AT_ONCE]:
            del self._look_at[channel, pair]
            await self._read_one(channel, pair, now)

    def _due(self, channel: ChannelKey, now: datetime) -> list[Pair]:
        """The ties at which somebody hinted, or whose doubt has lasted long enough."""
        return [pair for (key, pair), at in self._look_at.items() if key == channel and at <= now]

    async def _read_all(self, channel: ChannelKey, now: datetime) -> None:
        """Everything; the ties of an employee whom the app no longer sees are left as they are."""
        contacts, realm = self._contacts[channel], realm_of(self._live.current, channel)
        employees = await contacts.read_employees()
        ties = await contacts.read_ties(employees)
        known = await self._ties.read_last(realm, frozenset(employees))
        if not ties and any(tie.ended_at is None for tie in known.values()):
            self._log.error("the list of ties is empty and was not believed", channel=channel)
            return
        first_read_at = await self._ties.read_first_reading(realm)
        await self._follow(channel, ties, known, first_read_at, now)
        await self._ties.mark_read(realm, now)

    async def _read_one(self, channel: ChannelKey, pair: Pair, now: datetime) -> None:
        realm = realm_of(self._live.current, channel)
        customer, employee = pair
        tie = await self._contacts[channel].read_tie(customer, employee)
        known = await self._ties.read_last(realm, {employee}, customer)
        await self._follow(channel, () if tie is None else (tie,), known, now, now)

    async def _follow(
        self,
        channel: ChannelKey,
        ties: Sequence[Tie],
        known: Mapping[Pair, Known],
        first_read_at: datetime | None,
        now: datetime,
    ) -> None:
        """Catch up with the list ``ties``, and with the tags that it shows."""
        settings = self._live.current
        realm = realm_of(settings, channel)
        profiles = {tie.user_id: Profile(tie.name, tie.union_id) for tie in ties}
        await self._names.keep(realm, profiles, now)
        shown = {(tie.user_id, tie.employee): Shown(tie.since, tie.source) for tie in ties}
        unheard = {pair for pair in {*shown, *known} if pair[0] in settings.bot.blocked}
        comparison = compare(
            known,
            shown,
            now=now,
            first_read_at=first_read_at,
            unheard=unheard,
            events=True,
        )
        await self._ties.move_all(
            TieMove(
                _MOVES[step.kind], PersonRef(realm, pair[0]), pair[1], step.at, source=step.source
            )
            for pair, path in comparison.steps.items()
            for step in path
            if pair in unheard or step.kind not in _EVENTS
        )
        await tell_all(
            self._worker,
            [
                _story(channel, pair, path, now)
                for pair, path in comparison.steps.items()
                if pair not in unheard
            ],
        )
        for pair in comparison.doubtful:
            self._look_at[channel, pair] = now + LAG
        await self._tags.learn(channel, ties, now)


def _story(channel: ChannelKey, pair: Pair, path: Sequence[Step], now: datetime) -> list[Event]:
    """What was found out about a customer and an employee, as events."""
    customer, employee = pair
    return [
        Event(
            key=EventKey(f"contacts/{channel}/{customer}/{employee}/{kind}/{to_micros(now)}"),
            channel=channel,
            kind=kind,
            conversation=Conversation(Place.PRIVATE, customer),
            user_id=customer,
            at=step.at,
            text=CutBy.LIST if kind is EventKind.UNFRIENDED else "",
            source=step.source,
            employee=employee,
        )
        for step in path
        if (kind := _EVENTS.get(step.kind)) is not None
    ]
