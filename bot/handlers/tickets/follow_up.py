"""The job that lets no call be forgotten: reminders, honest words about a late one, a quiet end."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import structlog

from bot.core.ids import ChannelKey
from bot.core.messages import Outgoing, Text
from bot.handlers.letters import letters_to_staff
from bot.handlers.ticket_words import (
    Say,
    cut,
    everybody,
    group_of,
    on_duty,
    road_to_caller,
    span,
)
from bot.members.choices import Choices
from bot.members.roster import Roster
from bot.members.tickets.lane import FollowUp
from bot.members.tickets.office import OfficeClock
from bot.members.tickets.ticket import Due, Step, Ticket, next_due
from bot.members.tickets.tickets import Tickets
from bot.persona.voice import Voice
from bot.pipeline.dispatch import realm_of
from bot.settings.schema.commands import CommandName
from bot.settings.settings import HasSettings, Settings
from bot.store.fields import to_micros


@dataclass(frozen=True, slots=True)
class TicketJob:
    """Runs with the ticker. A step and what it tells are one write, so a crash repeats neither."""

    tickets: Tickets
    roster: Roster
    choices: Choices
    voice: Voice
    live: HasSettings
    name: str = "tickets"

    async def run(self, now: datetime) -> None:
        """Do what is due for each ticket that is not closed."""
        settings = self.live.current
        for ticket in await self.tickets.read_unfinished():
            due = _due(settings, ticket)
            if due is None or due.at > now:
                continue
            told = await self._tell(settings, ticket, due.step, now)
            await self.tickets.move(FollowUp(ticket, due, tuple(told), now))
            if due.step is Step.ESCALATE:
                structlog.get_logger("tickets").warning(
                    "a call has no answer", ticket=ticket.ticket_id, urgent=ticket.urgent
                )

    async def next_due(self, _now: datetime) -> datetime | None:
        """When the next step of any ticket is due."""
        settings = self.live.current
        dues = [_due(settings, ticket) for ticket in await self.tickets.read_unfinished()]
        return min((due.at for due in dues if due is not None), default=None)

    async def _tell(
        self, settings: Settings, ticket: Ticket, step: Step, now: datetime
    ) -> list[Outgoing]:
        """What a step tells, and to whom. A ticket that ends quietly tells nobody."""
        key = f"ticket/{ticket.ticket_id}/{step}/{to_micros(now)}"
        group = group_of(settings, ticket)
        match step:
            case Step.REMIND:
                people = await self._looked_after_by(settings, ticket)
                return await self._remind(settings, ticket, people, key, now)
            case Step.ESCALATE:
                people = everybody(settings, group)
                return await self._remind(settings, ticket, people, key, now)
            case Step.TELL_LATE:
                return await self._own_up(settings, ticket, key)
            case Step.CLOSE:
                return []
        assert_never(step)

    async def _looked_after_by(self, settings: Settings, ticket: Ticket) -> tuple[str, ...]:
        """Who took it; while nobody did, those on duty."""
        group = group_of(settings, ticket) or settings.bot.groups[0]
        realm = realm_of(settings, ChannelKey(group.roster.channel))
        if ticket.taken_by is not None:
            user_id = await self.roster.read_user_id(realm, ticket.taken_by)
            if user_id is not None:
                return (user_id,)
        return on_duty(settings)

    async def _remind(
        self,
        settings: Settings,
        ticket: Ticket,
        people: tuple[str, ...],
        key: str,
        now: datetime,
    ) -> list[Outgoing]:
        say = self._say(settings, ticket, "operators")
        text = say(
            "tickets.staff_urgent" if ticket.urgent else "tickets.staff_reminder",
            number=ticket.ticket_id,
            member=await self.roster.read_name(ticket.caller.member_id),
            waited=span(say, (now - (ticket.waiting_since or now)).total_seconds()),
            text=cut(await self.tickets.read_last_words(ticket.ticket_id)),
            take=_word(settings, CommandName.TAKE_TICKET),
            answer=_word(settings, CommandName.ANSWER_TICKET),
        )
        about = group_of(settings, ticket)
        return letters_to_staff(settings, people, key, Text(text), about=about)

    async def _own_up(self, settings: Settings, ticket: Ticket, key: str) -> list[Outgoing]:
        """The member is told that the promise was not kept, and that it is not forgotten."""
        say = self._say(settings, ticket, f"member/{ticket.caller.member_id}")
        text = say(
            "tickets.late",
            name=await self.roster.read_name(ticket.caller.member_id),
            number=ticket.ticket_id,
        )
        road = await road_to_caller(settings, self.roster, self.choices, ticket, key, text)
        return [] if road is None else [road]

    def _say(self, settings: Settings, ticket: Ticket, scope: str) -> Say:
        group = group_of(settings, ticket) or settings.bot.groups[0]
        voice = self.voice.speaking_as(settings.persona_of(group))

        def say(template: str, **slots: object) -> str:
            return voice.say(template, scope=scope, **slots)

        return say


def _due(settings: Settings, ticket: Ticket) -> Due | None:
    manners = settings.persona.manners
    return next_due(ticket, manners, OfficeClock(manners.office, settings.zone))


def _word(settings: Settings, name: CommandName) -> str:
    return settings.commands.commands[name].words[0]
