"""The lane of tickets: calls, what staff does with them, and what the clock asks for.

Everything happens in the order of the words, on the tickets as they are then; what the clock tells
people is written with its step.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from bot.core.ids import EventKey, MemberId
from bot.core.messages import Outgoing
from bot.members.tickets.rows import (
    Line,
    last_number,
    load_duties,
    load_open_tickets,
    load_said,
    load_tickets,
    write_lines,
    write_tickets,
)
from bot.members.tickets.ticket import (
    Answer,
    Call,
    Called,
    Close,
    Done,
    Due,
    Moved,
    NoSuchTicket,
    Take,
    Ticket,
    TicketId,
    Withdraw,
    answer,
    close,
    join_ticket,
    open_ticket,
    step,
    take,
)
from bot.outbox.enqueue import enqueue_all
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The clock asks for ``due`` on a ticket that stood as ``seen``; ``outgoings`` tell of it."""

    seen: Ticket
    due: Due
    outgoings: tuple[Outgoing, ...]
    at: datetime


Wish = Call | Take | Answer | Close | Withdraw | FollowUp
Verdict = Called | Moved


@dataclass(slots=True)
class _Desk:
    """The tickets that a batch is about, as they stand while it is worked on."""

    tickets: dict[TicketId, Ticket]
    said: dict[EventKey, TicketId]
    duties: dict[MemberId, frozenset[str]]
    number: int
    changed: set[TicketId] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    outgoings: list[tuple[Outgoing, datetime]] = field(default_factory=list)

    def of_member(self, member_id: MemberId) -> Ticket | None:
        """The ticket of a member that is not closed."""
        for ticket in self.tickets.values():
            if ticket.caller.member_id == member_id and not ticket.is_over:
                return ticket
        return None

    def for_staff(self, wish: Take | Answer | Close) -> Ticket | None:
        """The ticket, if whoever asks for it answers for its group."""
        ticket = self.tickets.get(wish.ticket_id)
        duties = self.duties.get(wish.staff_id, frozenset())
        if ticket is None or not duties & {"", ticket.caller.group_key}:
            return None
        return ticket

    def put(self, ticket: Ticket) -> Ticket:
        """Let a ticket stand so from now on."""
        self.tickets[ticket.ticket_id] = ticket
        self.changed.add(ticket.ticket_id)
        return ticket

    def say(self, ticket: Ticket, wish: Call | Answer) -> None:
        """Keep the words of a member or of staff."""
        by_staff = isinstance(wish, Answer)
        who = wish.staff_id if isinstance(wish, Answer) else wish.caller.member_id
        line = Line(ticket.ticket_id, by_staff, who, wish.at, wish.text, wish.key)
        self.said[wish.key] = ticket.ticket_id
        self.lines.append(line)


def apply_wishes(connection: Connection, wishes: Sequence[Wish]) -> list[Verdict]:
    """The lane of tickets."""
    desk = _load(connection, wishes)
    verdicts = [_apply(desk, wish) for wish in wishes]
    write_tickets(connection, [desk.tickets[number] for number in sorted(desk.changed)])
    write_lines(connection, desk.lines)
    enqueue_all(connection, desk.outgoings)
    return verdicts


def _load(connection: Connection, wishes: Sequence[Wish]) -> _Desk:
    members = [wish.caller.member_id for wish in wishes if isinstance(wish, Call)]
    members += [wish.member_id for wish in wishes if isinstance(wish, Withdraw)]
    by_staff = [wish for wish in wishes if isinstance(wish, Take | Answer | Close)]
    numbers = {wish.ticket_id for wish in by_staff}
    numbers |= {wish.seen.ticket_id for wish in wishes if isinstance(wish, FollowUp)}
    keys = {wish.key for wish in wishes if isinstance(wish, Call | Answer)}
    said = load_said(connection, keys)
    found = [
        *load_tickets(connection, numbers),
        *load_open_tickets(connection, set(members)),
        *said.values(),
    ]
    return _Desk(
        tickets={ticket.ticket_id: ticket for ticket in found},
        said={key: ticket.ticket_id for key, ticket in said.items()},
        duties=load_duties(connection, {wish.staff_id for wish in by_staff}),
        number=last_number(connection),
    )


def _apply(desk: _Desk, wish: Wish) -> Verdict:
    match wish:
        case Call():
            return _call(desk, wish)
        case Take():
            ticket = desk.for_staff(wish)
            return NoSuchTicket() if ticket is None else _keep(desk, take(ticket, wish))
        case Answer():
            return _answer(desk, wish)
        case Close():
            ticket = desk.for_staff(wish)
            return NoSuchTicket() if ticket is None else _keep(desk, close(ticket, wish.at))
        case Withdraw():
            ticket = desk.of_member(wish.member_id)
            return NoSuchTicket() if ticket is None else _keep(desk, close(ticket, wish.at))
        case FollowUp():
            return _follow_up(desk, wish)
    assert_never(wish)


def _call(desk: _Desk, wish: Call) -> Called:
    if wish.key in desk.said:
        ticket = desk.tickets[desk.said[wish.key]]
        return Called(ticket, joined=ticket.opened_at != wish.at)
    ticket_before = desk.of_member(wish.caller.member_id)
    if ticket_before is None:
        desk.number += 1
        ticket = open_ticket(TicketId(desk.number), wish)
    else:
        ticket = join_ticket(ticket_before, wish)
    desk.say(desk.put(ticket), wish)
    return Called(ticket, joined=ticket_before is not None)


def _answer(desk: _Desk, wish: Answer) -> Moved:
    if wish.key in desk.said:
        return Done(desk.tickets[desk.said[wish.key]])
    ticket = desk.for_staff(wish)
    if ticket is None:
        return NoSuchTicket()
    moved = _keep(desk, answer(ticket, wish))
    if isinstance(moved, Done):
        desk.say(moved.ticket, wish)
    return moved


def _follow_up(desk: _Desk, wish: FollowUp) -> Moved:
    """Only on the ticket that was seen: what happened meanwhile may have made it needless."""
    if desk.tickets.get(wish.seen.ticket_id) != wish.seen:
        return NoSuchTicket()
    desk.outgoings += [(outgoing, wish.at) for outgoing in wish.outgoings]
    return Done(desk.put(step(wish.seen, wish.due, wish.at)))


def _keep(desk: _Desk, moved: Moved) -> Moved:
    if isinstance(moved, Done):
        desk.put(moved.ticket)
    return moved
