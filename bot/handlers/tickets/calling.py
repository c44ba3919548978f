"""人工: a member calls a person, adds to his call, or needs nobody any more.

What he is promised is reckoned by the office clock, so it can be kept. Somebody who may be in
danger is answered with care, in private where there is a road, and people are told at any hour.
"""

from dataclasses import dataclass

from bot.core.messages import HandOver, Message, Outgoing, Target, TargetKind, Text
from bot.handlers.letters import letters_to_operators, letters_to_staff
from bot.handlers.speech import answer, in_private, words
from bot.handlers.ticket_words import everybody, moment, on_duty, say_in
from bot.members.tickets.crisis import in_crisis
from bot.members.tickets.office import OfficeClock
from bot.members.tickets.ticket import Call, Called, Caller, Done, Ticket, Withdraw
from bot.members.tickets.tickets import Tickets
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Nobody, Outcome, Pass, Reply
from bot.pipeline.routing import Route, command
from bot.settings.schema.commands import CommandName
from bot.settings.schema.manners import Manners


@dataclass(frozen=True, slots=True)
class CallHandlers:
    """The member's side of a ticket."""

    voice: Voice
    tickets: Tickets

    def first_routes(self) -> tuple[Route, ...]:
        """What comes before every other route, whatever command the words look like."""
        return (
            Route("crisis", self.crisis, commands=frozenset(CommandName)),
            Route("crisis", self.crisis),
        )

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            command(CommandName.HUMAN, self.human),
            command(CommandName.NO_NEED, self.no_need),
        )

    async def crisis(self, context: Context) -> Outcome:
        """Words of somebody who may be in danger: people are told, and he gets careful words.

        What he wrote is kept with the ticket alone.
        """
        if not in_crisis(context.event.text, _manners(context).crisis):
            return Pass()
        called = await self._call(context, context.event.text, urgent=True)
        notice = self._notice(context, called.ticket, context.event.text, "tickets.staff_crisis")
        people = everybody(context.settings, context.group)
        key = f"{context.event.key}/crisis"
        told = letters_to_staff(context.settings, people, key, Text(notice), about=context.group)
        careful = words(self.voice, context, "tickets.crisis")
        looked_for = words(self.voice, context, "tickets.crisis_in_group")
        reply = in_private(context, careful, looked_for)
        return Reply(reply.answer, (*reply.posts, *told), forgets=True)

    async def human(self, context: Context) -> Outcome:
        """人工: opens a ticket or joins the open one; where the platform has people, they come."""
        typed = (context.invocation.words if context.invocation else "") or context.event.text
        if context.settings.table(context.event.channel).hands_over:
            return self._hand_over(context)
        called = await self._call(context, typed, urgent=False)
        template = "tickets.staff_more" if called.joined else "tickets.staff_called"
        notice = self._notice(context, called.ticket, typed, template)
        people = on_duty(context.settings)
        key = f"{context.event.key}/human"
        told = letters_to_staff(context.settings, people, key, Text(notice), about=context.group)
        return Reply(Text(self._promise(context, called)), tuple(told))

    async def no_need(self, context: Context) -> Outcome:
        """不用了: ends one's own ticket; of who has none it is a way to end a talk."""
        moved = await self.tickets.move(Withdraw(context.member.member_id, context.now))
        if not isinstance(moved, Done):
            return Nobody("nobody was called")
        return answer(self.voice, context, "tickets.withdrawn", number=moved.ticket.ticket_id)

    async def _call(self, context: Context, text: str, *, urgent: bool) -> Called:
        office = OfficeClock(_manners(context).office, context.settings.zone)
        minutes = _manners(context).tickets.answer_minutes
        return await self.tickets.call(
            Call(
                caller=_caller(context),
                text=text,
                urgent=urgent,
                promised_at=office.after(context.now, minutes),
                at=context.event.at,
                key=context.event.key,
            )
        )

    def _promise(self, context: Context, called: Called) -> str:
        """The number, and by when he will be answered."""
        office = OfficeClock(_manners(context).office, context.settings.zone)
        say = say_in(self.voice, context)
        slots = {
            "number": called.ticket.ticket_id,
            "at": moment(say, context.settings, called.ticket.promised_at, context.now),
            "withdraw": context.word(CommandName.NO_NEED),
        }
        if called.joined:
            if called.ticket.promised_at <= context.now:
                return say("tickets.joined_late", number=called.ticket.ticket_id)
            return say("tickets.joined", **slots)
        if office.is_open(context.now):
            return say("tickets.called", **slots)
        opens = moment(say, context.settings, office.opens_at(context.now), context.now)
        return say("tickets.called_later", opens=opens, **slots)

    def _notice(self, context: Context, ticket: Ticket, text: str, template: str) -> str:
        """What the staff is told, with how to answer."""
        return words(
            self.voice,
            context,
            template,
            number=ticket.ticket_id,
            group=context.group.name,
            text=text,
            take=context.word(CommandName.TAKE_TICKET),
            answer=context.word(CommandName.ANSWER_TICKET),
        )

    def _hand_over(self, context: Context) -> Outcome:
        """The platform's own people take the chat over; it keeps their queue, and we no ticket."""
        group = context.group
        text = words(self.voice, context, "human.notice", group=group.name, text=context.event.text)
        key = f"{context.event.key}/human"
        notices = letters_to_operators(context.settings, key, Text(text), about=group)
        called: Message = Text(words(self.voice, context, "human.called"))
        if context.settings.table(context.event.channel).answers_in_request:
            called = HandOver(text)
        else:
            person = Target(TargetKind.PERSON, context.event.user_id)
            key = f"{context.event.key}/hand_over"
            notices.append(Outgoing(key, context.event.channel, person, HandOver(text)))
        return Reply(called, tuple(notices))


def _manners(context: Context) -> Manners:
    return context.settings.persona.manners


def _caller(context: Context) -> Caller:
    member, event = context.member, context.event
    about = context.group.key if context.is_of_group or member.group_key is not None else ""
    return Caller(
        member_id=member.member_id,
        user_id=event.user_id,
        channel=event.channel,
        place=event.conversation.place,
        group_key=about,
    )
