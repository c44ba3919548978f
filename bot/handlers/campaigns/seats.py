"""报名, 取消报名, 活动签到, 报名名单: seats from the first word to the door."""

from dataclasses import dataclass
from typing import Final, assert_never

from bot.campaigns.door import Arrived, DoorAnswer, Paused, WrongCode
from bot.campaigns.seat_lane import Arrival, GiveUp, SignUp
from bot.campaigns.seats import (
    Closed,
    Full,
    GivenUp,
    NotHere,
    NotOpenYet,
    NotSignedUp,
    Queued,
    Seat,
    Seated,
    SeatState,
    SignUpAnswer,
)
from bot.campaigns.signups import Signups
from bot.handlers.campaigns.terms import door_terms, moment, seat_terms, today_of, typed_words
from bot.handlers.speech import answer, comma_list, in_private, words
from bot.members.roster import Roster
from bot.persona.voice import Voice
from bot.pipeline.campaigns import Running, campaigns_in, find_campaign
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, member_command, owner_command
from bot.rewards.ledger.lots import expiry_of
from bot.settings.schema import campaigns as files
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act

Event = tuple[Running, files.SignUp]
"""A campaign that one can sign up for, with what its file says of it."""

_TO_THE_DOOR: Final = 2
"""A member with seats in several campaigns names the one he means before the word."""


@dataclass(frozen=True, slots=True)
class SeatHandlers:
    """Seats of campaigns that run."""

    voice: Voice
    signups: Signups
    roster: Roster

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            member_command(CommandName.SIGN_UP, self.sign_up),
            member_command(CommandName.GIVE_UP_SEAT, self.give_up),
            member_command(CommandName.ARRIVE, self.arrive),
            owner_command(CommandName.SIGN_UP_LIST, self.list_seats),
        )

    async def sign_up(self, context: Context) -> Outcome:
        """报名, 报名 2, 报名 NAME: a seat, or a place in the line."""
        event = self._choose(context, typed_words(context), CommandName.SIGN_UP)
        if isinstance(event, Reply):
            return event
        running, signup = event
        terms = seat_terms(context.settings, running, signup)
        done = await self.signups.sign_up(
            SignUp(
                key=context.event.key,
                campaign=running.key,
                member_id=context.member.member_id,
                group_key=context.group_key,
                at=context.event.at,
                terms=terms,
            )
        )
        reply = self._sign_up_words(context, event, done)
        new = isinstance(done, Seated | Queued) and not done.already
        return reply.doing(Act.SIGNED_UP, running.key) if new else reply

    def _sign_up_words(self, context: Context, event: Event, done: SignUpAnswer) -> Reply:
        running, signup = event
        slots: dict[str, object] = {"campaign": running.file.name}
        door = door_terms(context.settings, running, signup)
        match done:
            case Seated():
                template = "seat.already" if done.already else "seat.taken"
                slots |= {"number": done.number, "at": moment(context, door.opens_at)}
            case Queued():
                template = "seat.queued_already" if done.already else "seat.queued"
                slots["place"] = done.place
            case NotOpenYet():
                template = "seat.not_open"
                slots["at"] = moment(context, done.opens_at)
            case Closed():
                template = "seat.closed"
                slots["at"] = moment(context, done.closed_at)
            case Full():
                template = "seat.full"
                slots |= {"quota": done.quota, "at": moment(context, door.opens_at)}
            case NotHere():
                template = "seat.not_here"
            case _:
                assert_never(done)
        return answer(self.voice, context, template, **slots)

    async def give_up(self, context: Context) -> Outcome:
        """取消报名: the seat is free for the head of the line."""
        event = self._choose(context, typed_words(context), CommandName.GIVE_UP_SEAT)
        if isinstance(event, Reply):
            return event
        running, signup = event
        done = await self.signups.give_up(
            GiveUp(
                key=context.event.key,
                campaign=running.key,
                member_id=context.member.member_id,
                at=context.event.at,
                terms=seat_terms(context.settings, running, signup),
            )
        )
        slots: dict[str, object] = {"campaign": running.file.name}
        match done:
            case GivenUp():
                template = "seat.given_up" if done.was_seated else "seat.left_line"
            case NotSignedUp():
                template = "seat.none"
            case Closed():
                template = "seat.too_late"
            case _:
                assert_never(done)
        return answer(self.voice, context, template, **slots)

    async def arrive(self, context: Context) -> Outcome:
        """活动签到 CODE: who has a seat was there, and gets his points once."""
        typed = typed_words(context)
        events = self._events(context)
        if not events:
            return answer(self.voice, context, "seat.no_event")
        if not typed:
            return answer(self.voice, context, "arrival.bad_form")
        running, signup, word = await self._read_word(context, events, typed)
        settings = context.settings
        terms = door_terms(settings, running, signup)
        today = today_of(settings, context.event.at)
        done = await self.signups.arrive(
            Arrival(
                key=context.event.key,
                campaign=running.key,
                member_id=context.member.member_id,
                group_key=context.group_key,
                at=context.event.at,
                word=word,
                terms=terms,
                expires_on=expiry_of(settings.rewards.points, today),
            )
        )
        reply = self._door_words(context, running, done)
        new = isinstance(done, Arrived) and not done.already
        return reply.doing(Act.ARRIVED, running.key) if new else reply

    async def _read_word(
        self, context: Context, events: list[Event], typed: str
    ) -> tuple[Running, files.SignUp, str]:
        """Which door is meant, and the word: the named one, else that of a seat, else the first."""
        parts = typed.split(maxsplit=1)
        if len(events) > 1 and len(parts) == _TO_THE_DOOR:
            named = find_campaign([running for running, _ in events], parts[0])
            for running, signup in events:
                if running is named:
                    return running, signup, parts[1]
        chosen = events[0]
        for event in events:
            held = await self.signups.read_held(event[0].key)
            if any(seat.member_id == context.member.member_id for seat in held):
                chosen = event
                break
        return *chosen, typed

    def _door_words(self, context: Context, running: Running, done: DoorAnswer) -> Reply:
        slots: dict[str, object] = {"campaign": running.file.name}
        match done:
            case Arrived(already=True):
                template = "arrival.already"
            case Arrived(promised=0):
                template = "arrival.plain"
            case Arrived(points=0):
                template = "arrival.unpaid"
            case Arrived(points=points):
                template = "arrival.done"
                slots["points"] = points
            case WrongCode():
                template = "arrival.wrong"
                slots["left"] = done.left
            case Paused():
                template = "arrival.paused"
                slots["at"] = moment(context, done.until)
            case NotOpenYet():
                template = "arrival.not_open"
                slots["at"] = moment(context, done.opens_at)
            case Closed():
                template = "arrival.closed"
                slots["at"] = moment(context, done.closed_at)
            case NotSignedUp():
                template = "arrival.no_seat"
            case Queued():
                template = "arrival.waiting"
                slots["place"] = done.place
            case NotHere():
                template = "seat.not_here"
            case _:
                assert_never(done)
        return answer(self.voice, context, template, **slots)

    async def list_seats(self, context: Context) -> Outcome:
        """报名名单: who has which seat, who came, and who waits; for the owner alone."""
        event = self._choose(context, typed_words(context), CommandName.SIGN_UP_LIST)
        if isinstance(event, Reply):
            return event
        running, signup = event
        held = await self.signups.read_held(running.key)
        seated = sorted(
            (seat for seat in held if seat.number is not None), key=lambda seat: seat.number or 0
        )
        lines = [await self._seat_line(context, seat) for seat in seated]
        waiting = [seat for seat in held if seat.state is SeatState.WAITING]
        if waiting:
            names = [await self.roster.read_name(seat.member_id) for seat in waiting]
            listed = comma_list(self.voice, context, names)
            lines.append(words(self.voice, context, "seat.list_waiting", names=listed))
        text = words(
            self.voice,
            context,
            "seat.list",
            campaign=running.file.name,
            seated=len(seated),
            quota=signup.quota,
            arrived=sum(seat.arrived_at is not None for seat in seated),
            lines="\n".join(lines) or words(self.voice, context, "seat.list_empty"),
        )
        return in_private(context, text, words(self.voice, context, "campaign.sent"))

    async def _seat_line(self, context: Context, seat: Seat) -> str:
        template = "seat.list_line" if seat.arrived_at is None else "seat.list_arrived"
        member = await self.roster.read_name(seat.member_id)
        return words(self.voice, context, template, number=seat.number, member=member)

    def _choose(self, context: Context, typed: str, command: CommandName) -> Event | Reply:
        """The event that is meant; of several one has to be named."""
        events = self._events(context)
        if not events:
            return answer(self.voice, context, "seat.no_event")
        campaigns = [running for running, _ in events]
        if not typed and len(events) == 1:
            return events[0]
        found = find_campaign(campaigns, typed) if typed else None
        for event in events:
            if event[0] is found:
                return event
        names = [f"{place} {running.file.name}" for place, running in enumerate(campaigns, start=1)]
        return answer(
            self.voice,
            context,
            "seat.which",
            names=comma_list(self.voice, context, names),
            command=context.word(command),
        )

    @staticmethod
    def _events(context: Context) -> list[Event]:
        """The group's campaigns that have seats."""
        today = today_of(context.settings, context.event.at)
        return [
            (running, running.file.signup)
            for running in campaigns_in(context.settings, context.group_key, today)
            if running.file.signup is not None
        ]
