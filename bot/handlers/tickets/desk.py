"""工单, 接单, 回复, 结单: the staff's side. Members' words are shown in private only."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from bot.core.messages import Text
from bot.core.metrics import Metrics
from bot.handlers.speech import answer, in_private, words
from bot.handlers.ticket_words import cut, road_to_caller, say_in, span
from bot.members.choices import Choices
from bot.members.roster import Roster
from bot.members.tickets.ticket import (
    Answer,
    Close,
    Done,
    NoSuchTicket,
    Over,
    Refused,
    Take,
    TakenByOther,
    Ticket,
    TicketId,
)
from bot.members.tickets.tickets import Tickets
from bot.persona.screening import first_stop
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, staff_command
from bot.settings.schema.commands import CommandName
from bot.wording.repeating import Reviewed, spelled
from bot.wording.rule import Origin

MOST_SHOWN: Final = 20
"""Tickets of a list."""

_NUMBER: Final = re.compile(r"#?([1-9][0-9]{0,11})[^\W\d]?(?:(?:\s+|\W\s*)(.*))?", re.DOTALL)
"""A number, perhaps with one sign behind it, and words."""


@dataclass(frozen=True, slots=True)
class DeskHandlers:
    """The commands of owners and operators about tickets."""

    voice: Voice
    tickets: Tickets
    roster: Roster
    choices: Choices
    metrics: Metrics

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            staff_command(CommandName.TICKETS, self.show),
            staff_command(CommandName.TAKE_TICKET, self.take),
            staff_command(CommandName.ANSWER_TICKET, self.answer),
            staff_command(CommandName.CLOSE_TICKET, self.close),
        )

    async def show(self, context: Context) -> Outcome:
        """工单: what is not closed, the most urgent first."""
        found = await self.tickets.read_for_staff(context.member.member_id)
        if not found:
            return answer(self.voice, context, "tickets.none")
        lines = [await self._line(context, ticket) for ticket in found[:MOST_SHOWN]]
        report = words(
            self.voice, context, "tickets.list", count=len(found), lines="\n".join(lines)
        )
        return in_private(context, report, words(self.voice, context, "tickets.list_sent"))

    async def take(self, context: Context) -> Outcome:
        """接单 12: this one is mine."""
        typed = read_ticket_number(context)
        if typed is None:
            return answer(self.voice, context, "tickets.bad_number", word=_typed_word(context))
        number, _ = typed
        moved = await self.tickets.move(Take(number, context.member.member_id, context.now))
        if not isinstance(moved, Done):
            return await self._why_not(context, moved)
        report = words(
            self.voice,
            context,
            "tickets.taken",
            number=number,
            member=await self.roster.read_name(moved.ticket.caller.member_id),
            text=await self.tickets.read_last_words(number),
            answer=context.word(CommandName.ANSWER_TICKET),
            close=context.word(CommandName.CLOSE_TICKET),
        )
        return in_private(context, report, words(self.voice, context, "tickets.taken_told"))

    async def answer(self, context: Context) -> Outcome:
        """回复 12 words: to the member, marked as a colleague's."""
        typed = read_ticket_number(context)
        if typed is None or not typed[1]:
            return answer(self.voice, context, "tickets.bad_answer", word=_typed_word(context))
        number, said = typed
        stop = first_stop(said, context.settings, persona=context.persona, origin=Origin.OPERATOR)
        if stop is not None:
            slots = {"word": spelled(stop.what), "why": stop.why, "instead": stop.instead}
            return answer(self.voice, context, "tickets.blocked", **slots)
        staff_id = context.member.member_id
        ticket = await self.tickets.read_one(number, staff_id)
        if ticket is None:
            return answer(self.voice, context, "tickets.no_such")
        member = await self.roster.read_name(ticket.caller.member_id)
        text = words(
            self.voice,
            context,
            "tickets.answer",
            name=member,
            colleague=context.member.name,
            text=Reviewed(said),
            number=number,
            human=context.word(CommandName.HUMAN),
            withdraw=context.word(CommandName.NO_NEED),
        )
        key = f"{context.event.key}/answer_to_member"
        road = await road_to_caller(context.settings, self.roster, self.choices, ticket, key, text)
        if road is None:
            return answer(self.voice, context, "tickets.no_road", number=number, member=member)
        moved = await self.tickets.move(
            Answer(number, staff_id, said, context.now, context.event.key)
        )
        if not isinstance(moved, Done):
            return await self._why_not(context, moved)
        if moved.first and (waited := moved.ticket.first_answer_seconds) is not None:
            self.metrics.first_answer_seconds.observe(waited)
        told = words(self.voice, context, "tickets.answered", number=number, member=member)
        return Reply(Text(told), (road,))

    async def close(self, context: Context) -> Outcome:
        """结单 12: it is done."""
        typed = read_ticket_number(context)
        if typed is None:
            return answer(self.voice, context, "tickets.bad_number", word=_typed_word(context))
        number, _ = typed
        moved = await self.tickets.move(Close(number, context.member.member_id, context.now))
        if not isinstance(moved, Done):
            return await self._why_not(context, moved)
        return answer(self.voice, context, "tickets.closed", number=number)

    async def _why_not(self, context: Context, refused: Refused) -> Reply:
        match refused:
            case NoSuchTicket():
                return answer(self.voice, context, "tickets.no_such")
            case Over(ticket):
                return answer(self.voice, context, "tickets.over", number=ticket.ticket_id)
            case TakenByOther(ticket):
                assert ticket.taken_by is not None, "somebody has taken it"
                colleague = await self.roster.read_name(ticket.taken_by)
                return answer(
                    self.voice,
                    context,
                    "tickets.taken_by_other",
                    number=ticket.ticket_id,
                    colleague=colleague,
                )
        assert_never(refused)

    async def _line(self, context: Context, ticket: Ticket) -> str:
        say = say_in(self.voice, context)
        return say(
            "tickets.line_urgent" if ticket.urgent else "tickets.line",
            number=ticket.ticket_id,
            member=await self.roster.read_name(ticket.caller.member_id),
            state=await self._state(context, ticket, context.now),
            text=cut(await self.tickets.read_last_words(ticket.ticket_id)),
        )

    async def _state(self, context: Context, ticket: Ticket, now: datetime) -> str:
        say = say_in(self.voice, context)
        if ticket.waiting_since is None:
            return say("tickets.state_answered")
        waited = span(say, (now - ticket.waiting_since).total_seconds())
        if ticket.taken_by is None:
            return say("tickets.state_open", waited=waited)
        colleague = await self.roster.read_name(ticket.taken_by)
        return say("tickets.state_taken", waited=waited, colleague=colleague)


def read_ticket_number(context: Context) -> tuple[TicketId, str] | None:
    """The number that follows a command, and the words behind it; None without a number."""
    typed = context.invocation.words if context.invocation else ""
    match = _NUMBER.fullmatch(typed.strip())
    if match is None:
        return None
    return TicketId(int(match[1])), (match[2] or "").strip()


def _typed_word(context: Context) -> str:
    assert context.invocation is not None, "routed by its command"
    return context.word(context.invocation.name)
