"""Whatever members and staff do in whatever order, no call is lost and none is there twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import Place
from bot.core.ids import ChannelKey, EventKey, MemberId, UserId
from bot.members.tickets.lane import FollowUp, Verdict, Wish, apply_wishes
from bot.members.tickets.office import OfficeClock
from bot.members.tickets.rows import COLUMNS, ticket_of
from bot.members.tickets.ticket import (
    Answer,
    Call,
    Caller,
    Close,
    Take,
    Ticket,
    TicketId,
    Withdraw,
    next_due,
)
from bot.settings.schema.base import Weekday
from bot.settings.schema.manners import Manners, Office
from bot.store.connection import Connection
from tests.support.events import NOW
from tests.support.stores import in_transaction, memory_database

CLOCK = OfficeClock(Office(), ZoneInfo("Asia/Shanghai"))
MANNERS = Manners()
MEMBERS = (1, 2)
STAFF = (3, 4)


@dataclass(frozen=True)
class Move:
    """A move of the game; ``number`` is a ticket's, which may not exist."""

    kind: str
    who: int
    number: int
    minutes: int
    urgent: bool = False


moves = st.lists(
    st.one_of(
        st.builds(
            Move,
            kind=st.sampled_from(["call", "withdraw"]),
            who=st.sampled_from(MEMBERS),
            number=st.just(0),
            minutes=st.integers(0, 3000),
            urgent=st.booleans(),
        ),
        st.builds(
            Move,
            kind=st.sampled_from(["take", "answer", "close"]),
            who=st.sampled_from(STAFF),
            number=st.integers(1, 3),
            minutes=st.integers(0, 3000),
        ),
        st.builds(
            Move,
            kind=st.just("clock"),
            who=st.just(0),
            number=st.integers(1, 3),
            minutes=st.integers(0, 3000),
        ),
    ),
    max_size=14,
)


def new_database() -> Connection:
    connection = memory_database()
    connection.begin()
    for number in (*MEMBERS, *STAFF):
        connection.execute("INSERT INTO member (id, created_at) VALUES (?, 0)", (number,))
    connection.execute("INSERT INTO appointment VALUES ('', 3, 'operator')")
    connection.execute("INSERT INTO appointment VALUES ('hejian', 4, 'owner')")
    connection.commit()
    return connection


def tickets(database: Connection) -> dict[int, Ticket]:
    rows = database.execute(f"SELECT {COLUMNS} FROM ticket AS t ORDER BY t.id").fetchall()
    return {row["id"]: ticket_of(row) for row in rows}


def wish_of(move: Move, place: int, at: datetime, known: dict[int, Ticket]) -> Wish | None:
    number, who, key = TicketId(move.number), MemberId(move.who), EventKey(f"move/{place}")
    match move.kind:
        case "call":
            caller = Caller(who, UserId("u"), ChannelKey("app"), Place.PRIVATE, "hejian")
            return Call(caller, "说", move.urgent, at + timedelta(minutes=30), at, key)
        case "withdraw":
            return Withdraw(who, at)
        case "take":
            return Take(number, who, at)
        case "answer":
            return Answer(number, who, "答", at, key)
        case "close":
            return Close(number, who, at)
    ticket = known.get(move.number)
    due = None if ticket is None else next_due(ticket, MANNERS, CLOCK)
    return None if ticket is None or due is None else FollowUp(ticket, due, (), max(at, due.at))


def do(database: Connection, wishes: Sequence[Wish]) -> list[Verdict]:
    return in_transaction(database, lambda: apply_wishes(database, wishes))


@given(moves)
@pytest.mark.usefixtures("engine")
def test_a_member_has_one_open_call_at_most_and_whatever_waits_comes_up_again(
    game: list[Move],
) -> None:
    database, at = new_database(), NOW
    try:
        for place, move in enumerate(game):
            at += timedelta(minutes=move.minutes)
            wish = wish_of(move, place, at, tickets(database))
            if wish is None:
                continue
            before = tickets(database)
            do(database, [wish])
            after = tickets(database)
            for number, ticket in before.items():
                assert not ticket.is_over or after[number] == ticket, "what is over stays so"
                if ticket.answered_at is not None:
                    assert after[number].answered_at == ticket.answered_at
            open_ones = [ticket for ticket in after.values() if not ticket.is_over]
            owners = [ticket.caller.member_id for ticket in open_ones]
            assert len(owners) == len(set(owners))
            assert all(next_due(ticket, MANNERS, CLOCK) is not None for ticket in open_ones)
    finally:
        database.close()


@given(moves)
@pytest.mark.usefixtures("engine")
def test_a_batch_does_what_its_wishes_do_one_by_one(game: list[Move]) -> None:
    one_by_one, at_once, at = new_database(), new_database(), NOW
    try:
        wishes = []
        for place, move in enumerate(game):
            at += timedelta(minutes=move.minutes)
            wish = wish_of(move, place, at, {})
            if wish is not None:
                wishes.append(wish)
        verdicts = [do(one_by_one, [wish])[0] for wish in wishes]
        assert do(at_once, wishes) == verdicts
        assert tickets(at_once) == tickets(one_by_one)
    finally:
        one_by_one.close()
        at_once.close()


offices = st.builds(
    Office,
    days=st.lists(st.sampled_from(Weekday), min_size=1, unique=True).map(tuple),
    opens=st.sampled_from([time(0), time(9), time(10, 30)]),
    closes=st.sampled_from([time(11), time(18), time(23, 59)]),
    closed_on=st.lists(
        st.dates(min_value=date(2026, 11, 20), max_value=date(2026, 12, 10)), max_size=4
    ).map(tuple),
)
instants = st.datetimes(
    min_value=datetime(2026, 11, 20),  # noqa: DTZ001 (the strategy wants it so)
    max_value=datetime(2026, 12, 20),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(offices, instants, st.integers(1, 2000), st.integers(1, 2000))
def test_promises_are_due_while_somebody_is_there_and_add_up(
    office: Office, since: datetime, first: int, then: int
) -> None:
    clock = OfficeClock(office, ZoneInfo("Asia/Shanghai"))
    due = clock.after(since, first)

    assert due - since >= timedelta(minutes=first)
    local = due.astimezone(clock.zone)
    assert office.opens <= local.time() <= office.closes
    assert local.date() not in office.closed_on
    assert clock.after(due, then) == clock.after(since, first + then)
    assert clock.opens_after(due) > due
