"""A call for a person is one ticket, is promised what can be kept, and is not forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.events import Place
from bot.core.ids import ChannelKey, EventKey, MemberId, UserId
from bot.core.messages import Outgoing, Target, TargetKind, Text
from bot.members.tickets.crisis import in_crisis
from bot.members.tickets.lane import FollowUp, Verdict, Wish, apply_wishes
from bot.members.tickets.office import OfficeClock
from bot.members.tickets.ticket import (
    Answer,
    Call,
    Called,
    Caller,
    Close,
    Done,
    Due,
    NoSuchTicket,
    Over,
    Step,
    Take,
    TakenByOther,
    Ticket,
    TicketId,
    TicketState,
    Withdraw,
    next_due,
    step,
)
from bot.settings.schema.manners import Crisis, Manners, Office, TicketRules
from bot.store.connection import Connection
from bot.store.sql import Dialect
from tests.support.brand import brand
from tests.support.events import HOUR, MINUTE
from tests.support.stores import in_transaction, memory_database

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOCK = OfficeClock(Office(), SHANGHAI)
MANNERS = Manners()
FIRST = TicketId(1)
HERS, HIS, STAFF, COLLEAGUE, OWNER = (MemberId(number) for number in range(1, 6))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November 2026 by Shanghai's clock; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


NOON = at(25, 12)


# ---- the office clock


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        (at(25, 10), at(25, 10)),
        (at(25, 18, 59), at(25, 18, 59)),
        (at(25, 9, 59), at(25, 10)),
        (at(25, 19), at(26, 10)),
        (at(27, 23), at(30, 10)),
        (at(28, 12), at(30, 10)),
    ],
)
def test_the_office_is_open_or_opens_on_its_next_day(asked: datetime, opens: datetime) -> None:
    assert CLOCK.opens_at(asked) == opens
    assert CLOCK.is_open(asked) is (asked == opens)


def test_a_holiday_is_no_day_of_the_office() -> None:
    clock = OfficeClock(Office(closed_on=(date(2026, 11, 26), date(2026, 11, 27))), SHANGHAI)
    assert clock.opens_at(at(25, 20)) == at(30, 10)


@pytest.mark.parametrize(
    ("since", "minutes", "due"),
    [
        (at(25, 12), 30, at(25, 12, 30)),
        (at(25, 18, 45), 15, at(25, 19)),
        (at(25, 18, 45), 30, at(26, 10, 15)),
        (at(25, 3), 30, at(25, 10, 30)),
        (at(27, 18, 50), 30, at(30, 10, 20)),
        (at(25, 12), 9 * 60 * 3, at(30, 12)),
    ],
)
def test_only_minutes_of_the_office_count(since: datetime, minutes: int, due: datetime) -> None:
    assert CLOCK.after(since, minutes) == due


# ---- words of somebody in danger


@pytest.mark.parametrize(
    "said", ["我不想活了", "真的 不 想 活 了", "有人想自杀怎么办", "活着没意思"]
)
def test_words_of_danger_are_heard(said: str) -> None:
    assert in_crisis(said, brand().persona.manners.crisis)


@pytest.mark.parametrize(
    "said", ["周末不想活动", "自杀式护肤说的就是我", "签到", "这价格真香", "想死你们啦", "跳楼价"]
)
def test_ordinary_words_are_not(said: str) -> None:
    assert not in_crisis(said, brand().persona.manners.crisis)


def test_a_harmless_phrase_does_not_hide_the_words_beside_it() -> None:
    rules = Crisis(words=("不想活",), unless=("不想活动",))
    assert not in_crisis("不想活动", rules)
    assert in_crisis("不想活动了，也不想活了", rules)


# ---- the lane


@pytest.fixture
def database(engine: Dialect) -> Iterator[Connection]:
    """Two members; an operator and another; the owner of the group."""
    del engine
    connection = memory_database()
    connection.begin()
    for number in range(1, 6):
        connection.execute("INSERT INTO member (id, created_at) VALUES (?, 0)", (number,))
    for group, who, role in (
        ("", STAFF, "operator"),
        ("", COLLEAGUE, "operator"),
        ("hejian", OWNER, "owner"),
    ):
        connection.execute("INSERT INTO appointment VALUES (?, ?, ?)", (group, who, role))
    connection.commit()
    yield connection
    connection.close()


def caller(who: MemberId = HERS, group: str = "hejian") -> Caller:
    return Caller(who, UserId(f"user{who}"), ChannelKey("app"), Place.PRIVATE, group)


def call(
    key: str = "call/1",
    *,
    who: MemberId = HERS,
    when: datetime = NOON,
    urgent: bool = False,
    group: str = "hejian",
) -> Call:
    return Call(
        caller=caller(who, group),
        text="少了一件",
        urgent=urgent,
        promised_at=when + 30 * MINUTE,
        at=when,
        key=EventKey(key),
    )


def reply(staff: MemberId = STAFF, key: str = "reply/1", when: datetime = NOON + HOUR) -> Answer:
    return Answer(FIRST, staff, "补发了", when, EventKey(key))


def do(database: Connection, *wishes: Wish) -> list[Verdict]:
    return in_transaction(database, lambda: apply_wishes(database, wishes))


def called(verdict: Verdict) -> Called:
    assert isinstance(verdict, Called)
    return verdict


def done(verdict: Verdict) -> Ticket:
    assert isinstance(verdict, Done), verdict
    return verdict.ticket


def said(database: Connection) -> list[tuple[int, str]]:
    rows = database.execute("SELECT by_staff, text FROM ticket_line ORDER BY id").fetchall()
    return [(row["by_staff"], row["text"]) for row in rows]


def test_a_call_opens_a_ticket_and_another_word_joins_it(database: Connection) -> None:
    (first,) = do(database, call())
    (second,) = do(database, call("call/2", when=NOON + MINUTE))

    assert not called(first).joined
    assert called(second).joined
    assert called(second).ticket.ticket_id == called(first).ticket.ticket_id == FIRST
    assert called(second).ticket.waiting_since == NOON, "he has waited since his first word"
    assert called(second).ticket.promised_at == NOON + 30 * MINUTE
    assert len(said(database)) == 2


def test_two_calls_in_one_batch_are_one_ticket_and_two_members_have_two(
    database: Connection,
) -> None:
    verdicts = do(database, call("1"), call("2"), call("3", who=HIS))

    assert [called(verdict).ticket.ticket_id for verdict in verdicts] == [1, 1, 2]


def test_the_same_call_again_is_answered_as_it_was(database: Connection) -> None:
    first = do(database, call())
    assert do(database, call()) == first
    assert len(said(database)) == 1


def test_a_ticket_is_taken_answered_and_closed(database: Connection) -> None:
    do(database, call())

    taken = done(do(database, Take(FIRST, STAFF, NOON + MINUTE))[0])
    assert (taken.state, taken.taken_by) == (TicketState.TAKEN, STAFF)
    (answered,) = do(database, reply())
    assert isinstance(answered, Done)
    assert answered.first
    assert answered.ticket.state is TicketState.ANSWERED
    assert answered.ticket.first_answer_seconds == 3600
    closed = done(do(database, Close(FIRST, STAFF, NOON + 2 * HOUR))[0])
    assert closed.is_over
    assert said(database) == [(0, "少了一件"), (1, "补发了")]
    (again,) = do(database, call("call/2", when=NOON + 3 * HOUR))
    assert called(again).ticket.ticket_id == 2


def test_who_answers_takes_what_nobody_has_taken(database: Connection) -> None:
    do(database, call())
    assert done(do(database, reply(OWNER))[0]).taken_by == OWNER


def test_a_word_after_the_answer_waits_anew_and_keeps_the_first_answer(
    database: Connection,
) -> None:
    do(database, call(), reply())
    later = NOON + 2 * HOUR
    ticket = called(do(database, call("call/2", when=later))[0]).ticket

    assert (ticket.state, ticket.waiting_since) == (TicketState.TAKEN, later)
    assert ticket.promised_at == later + 30 * MINUTE
    (second,) = do(database, reply(key="reply/2", when=later + MINUTE))
    assert isinstance(second, Done)
    assert not second.first
    assert second.ticket.answered_at == NOON + HOUR


def test_what_is_taken_or_over_is_said_so(database: Connection) -> None:
    do(database, call(), Take(FIRST, STAFF, NOON))
    assert isinstance(do(database, Take(FIRST, COLLEAGUE, NOON))[0], TakenByOther)
    assert isinstance(do(database, Take(FIRST, STAFF, NOON))[0], Done), "it is his already"
    do(database, Close(FIRST, STAFF, NOON))
    late = (
        Take(FIRST, STAFF, NOON),
        reply(),
        Close(FIRST, STAFF, NOON),
    )
    for wish in late:
        assert isinstance(do(database, wish)[0], Over)


@pytest.mark.parametrize(
    ("group", "staff", "may"),
    [
        ("hejian", STAFF, True),
        ("hejian", OWNER, True),
        ("friends", OWNER, False),
        ("", OWNER, False),
        ("", STAFF, True),
        ("hejian", HIS, False),
    ],
)
def test_only_who_answers_for_the_group_may_handle_its_calls(
    database: Connection, group: str, staff: MemberId, may: bool
) -> None:
    do(database, call(group=group))
    for wish in (Take(FIRST, staff, NOON), reply(staff), Close(FIRST, staff, NOON)):
        (verdict,) = do(database, wish)
        assert isinstance(verdict, NoSuchTicket) is not may


def test_the_same_answer_again_is_said_once(database: Connection) -> None:
    do(database, call())
    do(database, reply())
    (again,) = do(database, reply())
    assert isinstance(again, Done)
    assert not again.first
    assert len(said(database)) == 2


def test_a_member_withdraws_his_own_call_and_has_none_then(database: Connection) -> None:
    do(database, call(), call("2", who=HIS))
    assert done(do(database, Withdraw(HERS, NOON))[0]).is_over
    assert isinstance(do(database, Withdraw(HERS, NOON))[0], NoSuchTicket)
    assert called(do(database, call("3", who=HIS))[0]).joined, "another's is untouched"


def test_danger_makes_a_ticket_urgent_and_takes_it_from_nobody_s_queue(
    database: Connection,
) -> None:
    do(database, call(), Take(FIRST, STAFF, NOON))
    ticket = called(do(database, call("call/2", urgent=True, when=NOON + HOUR))[0]).ticket

    assert ticket.urgent
    assert (ticket.state, ticket.taken_by) == (TicketState.OPEN, None)
    assert ticket.waiting_since == NOON + HOUR
    assert called(do(database, call("call/3"))[0]).ticket.urgent, "and it stays so"


def test_a_step_of_the_clock_is_written_with_its_messages_and_only_on_what_was_seen(
    database: Connection,
) -> None:
    seen = called(do(database, call())[0]).ticket
    due = Due(NOON, Step.REMIND)
    letter = Outgoing(
        "k", ChannelKey("app"), Target(TargetKind.PERSON, "ayun"), Text("工单 1 号还在等")
    )
    follow_up = FollowUp(seen, due, (letter,), NOON)

    assert done(do(database, follow_up)[0]).reminders == 1
    assert isinstance(do(database, follow_up)[0], NoSuchTicket), "it stands otherwise now"
    assert database.execute("SELECT count(*) FROM outbox").fetchone()[0] == 1


# ---- what the clock asks for


def ladder(ticket: Ticket, steps: int, manners: Manners = MANNERS) -> list[tuple[datetime, Step]]:
    """What happens to a ticket that nobody touches."""
    happened = []
    for _ in range(steps):
        due = next_due(ticket, manners, CLOCK)
        assert due is not None
        happened.append((due.at, due.step))
        ticket = step(ticket, due, due.at)
        if ticket.is_over:
            assert next_due(ticket, manners, CLOCK) is None
            break
    return happened


def waiting(since: datetime = NOON, *, urgent: bool = False) -> Ticket:
    return Ticket(
        ticket_id=FIRST,
        caller=caller(),
        urgent=urgent,
        state=TicketState.OPEN,
        opened_at=since,
        promised_at=CLOCK.after(since, MANNERS.tickets.answer_minutes),
        last_at=since,
        waiting_since=since,
    )


def test_those_on_duty_are_reminded_twice_then_everybody_then_daily() -> None:
    assert ladder(waiting(), 6) == [
        (at(25, 12, 15), Step.REMIND),
        (at(25, 12, 30), Step.REMIND),
        (at(25, 12, 30), Step.TELL_LATE),
        (at(25, 12, 45), Step.ESCALATE),
        (at(26, 10), Step.ESCALATE),
        (at(27, 10), Step.ESCALATE),
    ]


def test_nobody_is_reminded_by_night_and_the_promise_waits_as_well() -> None:
    assert ladder(waiting(at(27, 23)), 3) == [
        (at(30, 10, 15), Step.REMIND),
        (at(30, 10, 30), Step.REMIND),
        (at(30, 10, 30), Step.TELL_LATE),
    ]


def test_an_urgent_call_asks_day_and_night_until_somebody_takes_it() -> None:
    ticket = waiting(at(28, 2), urgent=True)
    assert ladder(ticket, 3) == [
        (at(28, 2, 5), Step.ESCALATE),
        (at(28, 2, 10), Step.ESCALATE),
        (at(28, 2, 15), Step.ESCALATE),
    ]
    taken = replace(ticket, state=TicketState.TAKEN, taken_by=STAFF, taken_at=at(28, 2, 1))
    assert ladder(taken, 1) == [(at(30, 10, 15), Step.REMIND)]


def test_an_answered_call_ends_quietly_when_nothing_more_is_said() -> None:
    answered = replace(waiting(), state=TicketState.ANSWERED, waiting_since=None, answered_at=NOON)
    hours = MANNERS.tickets.close_hours
    assert ladder(answered, 2) == [(NOON + timedelta(hours=hours), Step.CLOSE)]


def test_without_reminders_everybody_is_told_at_once_when_it_is_time() -> None:
    manners = Manners(tickets=TicketRules(reminders=0, answer_minutes=60))
    ticket = replace(waiting(), promised_at=NOON + HOUR)
    assert ladder(ticket, 2, manners)[0] == (at(25, 12, 15), Step.ESCALATE)


def test_office_hours_are_those_of_the_community() -> None:
    office = Office(opens=time(0), closes=time(23, 59))
    clock = OfficeClock(office, ZoneInfo("America/New_York"))
    assert clock.is_open(at(25, 12))
    assert not clock.is_open(at(23, 12)), "Monday noon in Shanghai is Sunday night in New York"
