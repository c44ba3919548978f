"""A ticket: one member's call for a person, from his first word to its end. Pure.

A member has one at most that is not closed; whatever he adds joins it. What waits for an answer
waits since his first unanswered word, and everything that is due is reckoned from then.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.core.events import Place
from bot.core.ids import ChannelKey, EventKey, MemberId, UserId
from bot.members.tickets.office import OfficeClock
from bot.settings.schema.manners import Manners

TicketId = NewType("TicketId", int)
"""Row id of a ticket; the number that people call it by."""


class TicketState(StrEnum):
    """How a ticket stands."""

    OPEN = "open"
    """Nobody has taken it."""

    TAKEN = "taken"
    """Somebody looks after it; the member's last words have no answer yet."""

    ANSWERED = "answered"
    CLOSED = "closed"


class Step(StrEnum):
    """What the clock may ask for."""

    REMIND = "remind"
    """Whoever looks after it is told again."""

    ESCALATE = "escalate"
    """Everybody is told."""

    TELL_LATE = "tell_late"
    """The member is told that the promise was not kept."""

    CLOSE = "close"
    """Nobody said anything more."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and where he is to be found; ``group_key`` is empty for who is in no group."""

    member_id: MemberId
    user_id: UserId
    channel: ChannelKey
    place: Place
    group_key: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """``waiting_since`` is when the words began that have no answer; None when all have one.

    ``promised_at`` is when they will have one. ``answered_at`` is a person's first answer,
    ``last_at`` the last word of either side. ``reminders`` counts those of this wait.
    """

    ticket_id: TicketId
    caller: Caller
    urgent: bool
    state: TicketState
    opened_at: datetime
    promised_at: datetime
    last_at: datetime
    waiting_since: datetime | None
    taken_by: MemberId | None = None
    taken_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    reminders: int = 0
    reminded_at: datetime | None = None
    told_late_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing can be added to it."""
        return self.state is TicketState.CLOSED

    @property
    def first_answer_seconds(self) -> float | None:
        """How long the member waited for a person's first answer; None before it."""
        if self.answered_at is None:
            return None
        return (self.answered_at - self.opened_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Call:
    """A member calls a person, or says more to who was called. ``urgent``: he may be in danger."""

    caller: Caller
    text: str
    urgent: bool
    promised_at: datetime
    at: datetime
    key: EventKey


@dataclass(frozen=True, slots=True)
class Take:
    """``staff_id`` looks after a ticket."""

    ticket_id: TicketId
    staff_id: MemberId
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """``staff_id`` answers the member."""

    ticket_id: TicketId
    staff_id: MemberId
    text: str
    at: datetime
    key: EventKey


@dataclass(frozen=True, slots=True)
class Close:
    """``staff_id`` ends a ticket."""

    ticket_id: TicketId
    staff_id: MemberId
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The member needs nobody any more."""

    member_id: MemberId
    at: datetime


@dataclass(frozen=True, slots=True)
class Called:
    """The ticket, and whether it is a new one (``joined`` is False) or the one that he had."""

    ticket: Ticket
    joined: bool


@dataclass(frozen=True, slots=True)
class Done:
    """The ticket after the step. ``first`` tells that it is the member's first answer."""

    ticket: Ticket
    first: bool = False


@dataclass(frozen=True, slots=True)
class TakenByOther:
    """Somebody else looks after it."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Over:
    """It was closed before."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class NoSuchTicket:
    """There is none with this number, or none that he may see."""


Refused = TakenByOther | Over | NoSuchTicket
Moved = Done | Refused


def open_ticket(ticket_id: TicketId, call: Call) -> Ticket:
    """The ticket of a member who has none."""
    return Ticket(
        ticket_id=ticket_id,
        caller=call.caller,
        urgent=call.urgent,
        state=TicketState.OPEN,
        opened_at=call.at,
        promised_at=call.promised_at,
        last_at=call.at,
        waiting_since=call.at,
    )


def join_ticket(ticket: Ticket, call: Call) -> Ticket:
    """The ticket with more words of its member; if all had their answer, a new wait begins.

    What makes it urgent begins anew as well, with nobody: somebody has to take it knowing that.
    """
    told = replace(ticket, caller=call.caller, last_at=call.at)
    if call.urgent and not ticket.urgent:
        told = replace(told, urgent=True, taken_by=None, taken_at=None)
    elif ticket.waiting_since is not None:
        return told
    return replace(
        told,
        state=TicketState.OPEN if told.taken_by is None else TicketState.TAKEN,
        waiting_since=call.at,
        promised_at=call.promised_at,
        reminders=0,
        reminded_at=None,
        told_late_at=None,
    )


def take(ticket: Ticket, wish: Take) -> Moved:
    """Somebody looks after it from now on; who does already goes on."""
    if ticket.is_over:
        return Over(ticket)
    if ticket.taken_by is not None:
        return Done(ticket) if ticket.taken_by == wish.staff_id else TakenByOther(ticket)
    state = TicketState.TAKEN if ticket.state is TicketState.OPEN else ticket.state
    return Done(replace(ticket, state=state, taken_by=wish.staff_id, taken_at=wish.at))


def answer(ticket: Ticket, wish: Answer) -> Moved:
    """The member is answered: nothing waits. Who answers looks after it, if nobody did."""
    if ticket.is_over:
        return Over(ticket)
    first = ticket.answered_at is None
    return Done(
        replace(
            ticket,
            state=TicketState.ANSWERED,
            waiting_since=None,
            last_at=wish.at,
            answered_at=ticket.answered_at or wish.at,
            taken_by=ticket.taken_by or wish.staff_id,
            taken_at=ticket.taken_at or wish.at,
        ),
        first=first,
    )


def close(ticket: Ticket, at: datetime) -> Moved:
    """It is over, answered or not."""
    return Over(ticket) if ticket.is_over else Done(_closed(ticket, at))


@dataclass(frozen=True, slots=True)
class Due:
    """What the clock asks for next, and when."""

    at: datetime
    step: Step


def next_due(ticket: Ticket, manners: Manners, office: OfficeClock) -> Due | None:
    """What is to be done next without anybody's word; None for a ticket that is over."""
    if ticket.is_over:
        return None
    waiting_since = ticket.waiting_since
    if waiting_since is None:
        patience = timedelta(hours=manners.tickets.close_hours)
        return Due(ticket.last_at + patience, Step.CLOSE)
    reminder = _next_reminder(ticket, waiting_since, manners, office)
    if ticket.urgent or ticket.told_late_at is not None or reminder.at <= ticket.promised_at:
        return reminder
    return Due(ticket.promised_at, Step.TELL_LATE)


def _next_reminder(
    ticket: Ticket, waiting_since: datetime, manners: Manners, office: OfficeClock
) -> Due:
    rules = manners.tickets
    if ticket.urgent and ticket.state is TicketState.OPEN:
        pause = timedelta(minutes=manners.crisis.remind_minutes)
        return Due((ticket.reminded_at or waiting_since) + pause, Step.ESCALATE)
    if ticket.reminders > rules.reminders:
        assert ticket.reminded_at is not None, "a counted reminder has its instant"
        return Due(office.opens_after(ticket.reminded_at), Step.ESCALATE)
    at = office.after(waiting_since, rules.remind_minutes * (ticket.reminders + 1))
    return Due(at, Step.REMIND if ticket.reminders < rules.reminders else Step.ESCALATE)


def step(ticket: Ticket, due: Due, at: datetime) -> Ticket:
    """The ticket after the clock has had its way."""
    match due.step:
        case Step.REMIND | Step.ESCALATE:
            return replace(ticket, reminders=ticket.reminders + 1, reminded_at=at)
        case Step.TELL_LATE:
            return replace(ticket, told_late_at=at)
        case Step.CLOSE:
            return _closed(ticket, at)


def _closed(ticket: Ticket, at: datetime) -> Ticket:
    return replace(ticket, state=TicketState.CLOSED, waiting_since=None, closed_at=at, last_at=at)
