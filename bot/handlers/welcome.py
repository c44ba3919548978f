"""Who comes and who goes: the roster, the shared welcome, and what hangs on staying."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.events import EventKind
from bot.core.ids import ChannelKey, GroupKey
from bot.core.messages import Outgoing, Text
from bot.growth.invites import Invites
from bot.handlers.codes import entry_of
from bot.members.choices import Choices
from bot.members.people import Choice, PersonRef
from bot.members.roster import Move, MoveKind, Newcomer, Roster
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Nobody, Outcome, Reply
from bot.pipeline.dispatch import realm_of
from bot.pipeline.routing import Route
from bot.settings.schema.bot import Group
from bot.settings.settings import HasSettings, Settings, posting_place

WELCOME_WINDOW = timedelta(seconds=60)
"""Joins within this time share one welcome."""


@dataclass(frozen=True, slots=True)
class MembershipHandlers:
    """Joining and leaving."""

    roster: Roster
    invites: Invites

    def routes(self) -> tuple[Route, ...]:
        """The events of this topic."""
        return (
            Route("joined", self.joined, kind=EventKind.JOINED),
            Route("left", self.left, kind=EventKind.LEFT),
        )

    async def joined(self, context: Context) -> Outcome:
        """Someone is in: his stay begins; the welcome follows with the others of his minute.

        When the platform tells by which way he came, and it is a member's code, that is his
        entering it, however late it is told. He typed nothing, so nothing is answered.
        """
        moved = await self.roster.move(self._move(context, MoveKind.JOINED))
        source = context.event.source
        if source:
            await self.invites.enter(entry_of(context, source))
        return Reply(detail=source) if moved.changed else Nobody("was in the group already")

    async def left(self, context: Context) -> Outcome:
        """Someone is out: his stay ends, and what hung on it is taken back."""
        moved = await self.roster.move(self._move(context, MoveKind.LEFT))
        await self.invites.left(
            moved.member_id, context.group_key, context.event.at, context.settings.rewards
        )
        return Reply() if moved.changed else Nobody("was not in the group")

    @staticmethod
    def _move(context: Context, kind: MoveKind) -> Move:
        event = context.event
        person = PersonRef(context.realm, event.user_id)
        return Move(kind, person, context.group_key, event.at, event.source)


@dataclass(frozen=True, slots=True)
class WelcomeJob:
    """The job that greets: one text for everyone who joined within a minute."""

    roster: Roster
    choices: Choices
    voice: Voice
    live: HasSettings
    name: str = "welcome"

    async def run(self, now: datetime) -> None:
        """Greet in every group whose first unwelcomed newcomer has waited long enough."""
        settings = self.live.current
        for group in _greeted(settings):
            newcomers = await self._newcomers(settings, group)
            if newcomers and newcomers[0].joined_at + WELCOME_WINDOW <= now:
                await self._greet(group, newcomers, now)

    async def next_due(self, _now: datetime) -> datetime | None:
        """When the next minute of newcomers is over."""
        settings = self.live.current
        firsts = [await self._newcomers(settings, group) for group in _greeted(settings)]
        return min((first[0].joined_at + WELCOME_WINDOW for first in firsts if first), default=None)

    async def _newcomers(self, settings: Settings, group: Group) -> tuple[Newcomer, ...]:
        realm = realm_of(settings, ChannelKey(group.roster.channel))
        return await self.roster.read_newcomers(realm, GroupKey(group.key))

    async def _greet(self, group: Group, newcomers: tuple[Newcomer, ...], now: datetime) -> None:
        outgoings = []
        greeted = [person for person in newcomers if not await self._left_alone(person)]
        for returning, template in ((False, "welcome.new"), (True, "welcome.back")):
            people = [person for person in greeted if person.returning is returning]
            if people:
                outgoings.append(await self._welcome(group, people, template))
        await self.roster.welcome([person.stay_id for person in newcomers], outgoings, now)

    async def _left_alone(self, newcomer: Newcomer) -> bool:
        """Whether he wants no persona that calls him by @."""
        return Choice.STEPPED_OUT in await self.choices.read(newcomer.member_id)

    async def _welcome(self, group: Group, people: list[Newcomer], template: str) -> Outgoing:
        names = [await self.roster.read_name(person.member_id) for person in people]
        persona = self.live.current.persona_of(group)
        text = self.voice.speaking_as(persona).say(
            template,
            scope=f"group/{group.key}",
            names=" ".join(f"@{name}" for name in names),
            persona=persona.name,
            group=group.name,
        )
        channel, target = posting_place(group)
        key = f"welcome/{group.key}/{people[0].stay_id}"
        return Outgoing(key=key, channel=channel, target=target, message=Text(text))


def _greeted(settings: Settings) -> list[Group]:
    """Groups in which we can speak at once.

    In a customer group an employee would have to confirm it, once a day; there the platform greets,
    with the welcome that the group's owner sets in his client.
    """
    return [group for group in settings.bot.groups if not settings.is_customer_group(group)]
