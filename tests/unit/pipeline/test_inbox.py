"""Taking events in: stored once, answered as the first time, leased by one at a time."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.events import Event, EventKind
from bot.core.ids import RecordId, UserId
from bot.core.messages import Card, CardUpdate, Message, Text
from bot.members.people import PersonRef
from bot.members.roster import Move, MoveKind, Roster
from bot.pipeline.completion import Completion, complete
from bot.pipeline.inbox import LEASE, Accepted, Arrival, Inbox
from bot.store.db import Store
from bot.store.lane import Lane
from tests.support.events import GROUP, HOUR, NOW, REALM, SECOND, make_event
from tests.support.stores import read_value


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store)


@pytest.fixture
def completions(store: Store) -> Lane[Completion, bool]:
    return store.lane("completion", complete)


def arrival(event: Event, at: datetime = NOW) -> Arrival:
    present = event.kind in (EventKind.TEXT, EventKind.TAPPED)
    return Arrival(event, REALM, GROUP, present, at)


def ending(
    record_id: RecordId, answer: Message | None = None, *, parked: bool = False
) -> Completion:
    return Completion(
        record_id=record_id,
        outcome="test",
        answer=answer,
        outgoings=(),
        interactions=(),
        hits=(),
        said=(),
        now=NOW,
        parked=parked,
    )


async def test_a_new_event_is_stored_and_waits(inbox: Inbox) -> None:
    event = make_event("签到")
    accepted = await inbox.accept(arrival(event))

    assert (accepted.fresh, accepted.done, accepted.answer) == (True, False, None)
    assert accepted.event == event
    assert accepted.standing.user_id == "xiaolu"
    assert accepted.standing.in_group
    assert await inbox.count_waiting() == 1


async def test_a_repeat_before_the_end_is_known_but_has_no_answer_yet(inbox: Inbox) -> None:
    event = make_event("签到")
    first = await inbox.accept(arrival(event))
    again = await inbox.accept(arrival(event, NOW + SECOND))

    assert again.record_id == first.record_id
    assert (again.fresh, again.done, again.answer, again.conflict) == (False, False, None, False)
    assert await inbox.count_waiting() == 1


@pytest.mark.parametrize(
    "answer",
    [None, Text("好", (UserId("xiaolu"),)), CardUpdate(UserId("momo"), Card("t", "", (), "p-1"))],
)
async def test_a_repeat_after_the_end_gets_the_answer_of_the_first_time(
    inbox: Inbox, completions: Lane[Completion, bool], answer: Message | None
) -> None:
    event = make_event("签到")
    first = await inbox.accept(arrival(event))
    assert await completions.submit(ending(first.record_id, answer))

    again = await inbox.accept(arrival(event, NOW + HOUR))

    assert (again.fresh, again.done, again.answer) == (False, True, answer)
    assert await inbox.count_waiting() == 0


async def test_the_same_event_many_times_at_once_is_fresh_for_one(inbox: Inbox) -> None:
    event = make_event("签到")
    accepted = await asyncio.gather(*[inbox.accept(arrival(event)) for _ in range(10)])

    assert sum(item.fresh for item in accepted) == 1
    assert len({item.record_id for item in accepted}) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"text": "积分"},
        {"user_id": UserId("momo")},
        {"kind": EventKind.LEFT},
        {"button": "claim:2"},
        {"conversation": make_event(chat_id="elsewhere").conversation},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_one_key_for_two_different_events_is_a_conflict_and_the_first_one_stands(
    inbox: Inbox, change: dict[str, object]
) -> None:
    event = make_event("签到", key="same")
    await inbox.accept(arrival(event))
    other = replace(event, **change)  # type: ignore[arg-type]

    accepted = await inbox.accept(arrival(other))

    assert (accepted.conflict, accepted.fresh, accepted.event) == (True, False, event)


async def test_a_repeat_with_a_new_time_and_a_new_answer_address_is_no_conflict(
    inbox: Inbox,
) -> None:
    event = make_event("签到", reply_to="https://example.com/1")
    await inbox.accept(arrival(event))
    again = replace(event, at=NOW + SECOND, reply_to="https://example.com/2")

    assert not (await inbox.accept(arrival(again))).conflict


async def test_two_events_of_one_person_in_the_same_second_are_two(inbox: Inbox) -> None:
    one, other = make_event("签到"), make_event("积分")
    first, second = await asyncio.gather(inbox.accept(arrival(one)), inbox.accept(arrival(other)))

    assert first.fresh
    assert second.fresh
    assert first.record_id != second.record_id
    assert first.standing.member_id == second.standing.member_id


async def test_an_event_comes_back_from_the_store_as_it_went_in(inbox: Inbox) -> None:
    event = make_event(
        "签到 “引号” \\ \U0001f389",
        kind=EventKind.TAPPED,
        button="claim:7",
        task_id="packet-7",
        reply_to="https://example.com/?a=b&c",
        at=NOW + timedelta(microseconds=123_456),
    )
    await inbox.accept(arrival(event))
    (stranded,) = await inbox.take_over(NOW + LEASE)

    assert stranded.event == event
    assert stranded.received_at == NOW


async def test_a_leased_record_is_left_alone_until_its_lease_runs_out(inbox: Inbox) -> None:
    await inbox.accept(arrival(make_event("签到")))

    assert await inbox.take_over(NOW + LEASE - SECOND) == []
    (stranded,) = await inbox.take_over(NOW + LEASE)
    assert stranded.attempts == 2


async def test_a_stranded_record_is_leased_once_and_its_attempts_are_counted(
    inbox: Inbox,
) -> None:
    accepted = await inbox.accept(arrival(make_event("签到")))
    now = NOW + LEASE
    taken = await asyncio.gather(*[inbox.take_over(now) for _ in range(3)])

    assert sorted(len(items) for items in taken) == [0, 0, 1]
    assert await inbox.take_over(now + LEASE - SECOND) == []
    attempts = []
    for _ in range(3):
        now += LEASE
        (item,) = await inbox.take_over(now)
        attempts.append(item.attempts)
        assert item.record_id == accepted.record_id
    assert attempts == [3, 4, 5]


async def test_stranded_records_come_in_the_order_in_which_they_were_stored(
    inbox: Inbox,
) -> None:
    events = [make_event(str(number)) for number in range(20)]
    for event in events:
        await inbox.accept(arrival(event))

    taken = await inbox.take_over(NOW + LEASE)
    assert [item.event.text for item in taken] == [event.text for event in events]


async def test_a_failed_record_is_given_back_for_its_instant(inbox: Inbox) -> None:
    accepted = await inbox.accept(arrival(make_event("签到")))
    await inbox.retry_at(accepted.record_id, NOW + 2 * SECOND)

    assert await inbox.take_over(NOW + SECOND) == []
    assert len(await inbox.take_over(NOW + 2 * SECOND)) == 1


@pytest.mark.parametrize("parked", [False, True])
async def test_what_has_ended_is_not_taken_over(
    inbox: Inbox, completions: Lane[Completion, bool], parked: bool
) -> None:
    accepted = await inbox.accept(arrival(make_event("签到")))
    await completions.submit(ending(accepted.record_id, parked=parked))
    await inbox.retry_at(accepted.record_id, NOW)

    assert await inbox.take_over(NOW + HOUR) == []
    assert (await inbox.accept(arrival(accepted.event))).done


async def leave(store: Store, at: datetime) -> None:
    person = PersonRef(REALM, UserId("xiaolu"))
    await Roster(store).move(Move(MoveKind.LEFT, person, GROUP, at))


async def present(store: Store) -> object:
    return await read_value(store, "SELECT count(*) FROM membership WHERE left_at IS NULL")


async def test_a_repeated_message_does_not_bring_back_who_has_left_since(
    inbox: Inbox, store: Store
) -> None:
    event = make_event("再见")
    await inbox.accept(arrival(event))
    await leave(store, NOW + SECOND)
    assert await present(store) == 0

    repeat: Accepted = await inbox.accept(arrival(event, NOW + 5 * SECOND))

    assert not repeat.fresh
    assert await present(store) == 0
