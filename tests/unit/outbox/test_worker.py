"""The sender on a real store: every row is sent once, or its end is known."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.core.clock import ManualClock
from bot.core.ids import ChannelKey
from bot.core.messages import (
    Button,
    Card,
    Message,
    Outgoing,
    Target,
    TargetKind,
    Text,
    plain_text,
)
from bot.core.metrics import Metrics
from bot.core.ports import Outcome, Pause, Rate, SendResult
from bot.outbox.enqueue import enqueue, enqueue_all, post
from bot.outbox.lane import Lease, lease
from bot.outbox.models import OutboxRow, OutboxState
from bot.outbox.worker import (
    ATTEMPT_LIMIT,
    MOST_ATTEMPTS,
    SIDE_BY_SIDE,
    TIDY_EVERY,
    OutboxWorker,
)
from bot.store.connection import Connection
from bot.store.db import Store
from tests.support.events import HOUR, MINUTE, NOW, SECOND
from tests.support.senders import FakeSender, capabilities

POSTS = ChannelKey("posts")
PLENTY = (Rate(20, 60, per_chat=True),)

RETRY = SendResult(Outcome.RETRY, "busy", errcode=-1)
UNKNOWN = SendResult(Outcome.UNKNOWN, "silence")
DEAD = SendResult(Outcome.DEAD, "no such chat", errcode=40008)


@dataclass
class House:
    """A store with a worker and one channel that a test speaks through."""

    store: Store
    clock: ManualClock
    sender: FakeSender
    worker: OutboxWorker
    metrics: Metrics = field(default_factory=Metrics)

    async def put(self, *outgoings: Outgoing) -> None:
        await post(self.store, outgoings, now=self.clock.now())

    async def row(self, key: str) -> OutboxRow:
        return await OutboxRow.get(key=key)

    async def states(self) -> dict[str, OutboxState]:
        return {row.key: row.state for row in await OutboxRow.all().order_by("id")}

    async def send_at(self, instant: datetime) -> None:
        self.clock.advance(instant - self.clock.now())
        await self.worker.send_due()


def message(
    key: str,
    *,
    target: str = "pond",
    kind: TargetKind = TargetKind.GROUP,
    content: Message | None = None,
    channel: ChannelKey = POSTS,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> Outgoing:
    return Outgoing(
        key=key,
        channel=channel,
        target=Target(kind, target),
        message=content or Text(f"text of {key}"),
        not_before=not_before,
        expires_at=expires_at,
    )


def make_worker(
    store: Store, clock: ManualClock, senders: Mapping[ChannelKey, FakeSender]
) -> OutboxWorker:
    return OutboxWorker(
        store=store, senders=senders, clock=clock, refuses=refuses, metrics=Metrics()
    )


def refuses(outgoing: Outgoing) -> str:
    text = plain_text(outgoing.message)
    return "it contains 'forbidden'" if "forbidden" in text else ""


def make_house(store: Store, **table: object) -> House:
    clock = ManualClock(NOW)
    sender = FakeSender(POSTS, clock, capabilities(**table))  # type: ignore[arg-type]
    return House(store, clock, sender, make_worker(store, clock, {POSTS: sender}))


@pytest.fixture
def house(store: Store) -> House:
    return make_house(store)


async def test_a_message_is_sent_once_and_its_row_says_so(house: House) -> None:
    await house.put(message("a"))

    await house.worker.send_due()
    await house.worker.send_due()

    assert house.sender.sends == [(NOW, message("a"))]
    row = await house.row("a")
    assert (row.state, row.attempts, row.ended_at) == (OutboxState.SENT, 1, NOW)


async def test_what_was_enqueued_is_what_is_sent(house: House) -> None:
    card = Card("红包", "来抢", (Button("抢", "claim:1"),), "packet-1")
    whole = message("a", content=card, kind=TargetKind.PERSON, expires_at=NOW + HOUR)
    await house.put(whole)

    await house.worker.send_due()

    assert [outgoing for _, outgoing in house.sender.sends] == [whole]


def put_in_lane(connection: Connection, items: Sequence[tuple[Outgoing, datetime]]) -> list[None]:
    enqueue_all(connection, items)
    return [None] * len(items)


async def test_the_same_key_enqueued_twice_is_one_row_and_the_first_one_stands(
    house: House, store: Store
) -> None:
    await house.put(message("a", content=Text("first")))
    await house.put(message("a", content=Text("second")), message("b"))
    again = message("a", content=Text("third"))
    await store.lane("put", put_in_lane).submit((again, NOW))

    await house.worker.send_due()

    assert await OutboxRow.all().count() == 2
    assert [outgoing.message for _, outgoing in house.sender.sends] == [
        Text("first"),
        Text("text of b"),
    ]


async def test_enqueuing_is_part_of_the_transaction_around_it(house: House, store: Store) -> None:
    async def half() -> None:
        await enqueue([message("a")], now=NOW)
        raise LookupError("what caused the message failed")

    with pytest.raises(LookupError):
        await store.transaction(half)
    assert await OutboxRow.all().count() == 0


async def test_a_message_for_later_waits_for_its_instant(house: House) -> None:
    await house.put(message("a", not_before=NOW + HOUR))

    await house.worker.send_due()
    assert house.sender.keys == []
    assert await house.worker.next_due() == NOW + HOUR

    await house.send_at(NOW + HOUR)
    assert house.sender.keys == ["a"]
    assert await house.worker.next_due() is None


async def test_rows_to_one_target_go_in_the_order_in_which_they_were_written(house: House) -> None:
    await house.put(*[message(key) for key in "abcd"])

    await house.worker.send_due()

    assert house.sender.keys == ["a", "b", "c", "d"]


async def test_the_order_to_a_target_is_kept_while_one_of_its_rows_waits_for_its_next_attempt(
    house: House,
) -> None:
    house.sender.answers.extend([RETRY, RETRY])
    await house.put(message("a"), message("b"))

    await house.worker.send_due()
    await house.send_at(NOW + SECOND)
    assert house.sender.keys == ["a", "a"]
    await house.send_at(NOW + 2 * SECOND)
    assert house.sender.keys == ["a", "a"]
    await house.send_at(NOW + 3 * SECOND)

    assert house.sender.keys == ["a", "a", "a", "b"]


async def test_another_target_is_served_while_one_waits_for_its_next_attempt(house: House) -> None:
    house.sender.answers.append(RETRY)
    await house.put(message("a"))
    await house.worker.send_due()
    await house.put(message("x", target="lake"))

    await house.worker.send_due()

    assert house.sender.keys == ["a", "x"]


async def test_an_attempt_without_effect_is_repeated_after_a_growing_pause(house: House) -> None:
    house.sender.otherwise = RETRY
    await house.put(message("a"))

    due = [NOW]
    for pause in (1, 2, 4, 8):
        await house.send_at(due[-1])
        row = await house.row("a")
        assert (row.state, row.reason, row.errcode) == (OutboxState.QUEUED, "busy", -1)
        due.append(due[-1] + pause * SECOND)
        assert await house.worker.next_due() == due[-1]
        await house.send_at(due[-1] - timedelta(milliseconds=1))
    assert [at for at, _ in house.sender.sends] == due[:4]


async def test_ten_attempts_without_effect_are_the_last_ones(house: House) -> None:
    house.sender.otherwise = RETRY
    await house.put(message("a"), message("b"))

    for _ in range(MOST_ATTEMPTS + 3):
        await house.send_at(house.clock.now() + 5 * MINUTE)
    row = await house.row("a")

    assert house.sender.keys.count("a") == MOST_ATTEMPTS == 10
    assert (row.state, row.reason, row.errcode) == (OutboxState.DEAD, "busy", -1)
    assert row.ended_at is not None
    assert "b" in house.sender.keys, "a dead row holds nothing back"


async def test_a_platform_that_asks_for_a_pause_closes_its_whole_channel_for_that_long(
    house: House,
) -> None:
    house.sender.answers.append(SendResult(Outcome.RETRY, "wrong secret", 40001, 90, Pause.CHANNEL))
    await house.put(message("a"))
    await house.worker.send_due()
    await house.put(message("x", target="lake"))

    await house.send_at(NOW + 89 * SECOND)
    assert house.sender.keys == ["a"]
    assert await house.worker.next_due() == NOW + 90 * SECOND

    await house.send_at(NOW + 90 * SECOND)
    assert sorted(house.sender.keys) == ["a", "a", "x"]


async def test_an_attempt_that_ended_in_silence_is_never_repeated(house: House) -> None:
    house.sender.answers.append(UNKNOWN)
    await house.put(message("a"), message("b"))

    await house.worker.send_due()
    await house.send_at(NOW + HOUR)

    assert house.sender.keys == ["a", "b"]
    row = await house.row("a")
    assert (row.state, row.reason) == (OutboxState.UNKNOWN, "silence")


async def test_what_the_platform_refuses_for_good_is_dead_with_its_reason(house: House) -> None:
    house.sender.answers.append(DEAD)
    await house.put(message("a"))

    await house.worker.send_due()
    await house.send_at(NOW + HOUR)

    assert house.sender.keys == ["a"]
    row = await house.row("a")
    assert (row.state, row.reason, row.errcode) == (OutboxState.DEAD, "no such chat", 40008)


async def strand(house: House, *outgoings: Outgoing) -> None:
    """Leave rows as a process that was killed in the middle of sending leaves them."""
    await house.put(*outgoings)
    lane = house.store.lane("lease", lease)
    for outgoing in outgoings:
        row = await house.row(outgoing.key)
        kind, table = outgoing.target.kind, house.sender.capabilities
        item = Lease(
            row.id, outgoing.channel, outgoing.conversation, kind, table, house.clock.now()
        )
        assert await lane.submit(item)


async def test_a_row_that_lost_its_sender_is_unknown_where_a_repeat_could_be_seen_twice(
    house: House,
) -> None:
    await strand(house, message("a"))
    await house.put(message("b"))

    await house.send_at(NOW + ATTEMPT_LIMIT - SECOND)
    assert (await house.states())["a"] is OutboxState.SENDING
    assert house.sender.keys == [], "what comes after it waits until its end is known"

    await house.send_at(NOW + ATTEMPT_LIMIT + TIDY_EVERY)
    assert await house.states() == {"a": OutboxState.UNKNOWN, "b": OutboxState.SENT}
    assert house.sender.keys == ["b"]


async def test_a_row_that_lost_its_sender_is_sent_again_where_the_platform_drops_repeats(
    store: Store,
) -> None:
    house = make_house(store, repeat_is_safe_to=[TargetKind.PERSON])
    await strand(
        house, message("a", kind=TargetKind.PERSON, target="xiaolu"), message("g", target="pond")
    )

    await house.send_at(NOW + ATTEMPT_LIMIT + TIDY_EVERY)

    assert await house.states() == {"a": OutboxState.SENT, "g": OutboxState.UNKNOWN}
    assert house.sender.keys == ["a"]
    assert (await house.row("a")).attempts == 2


async def test_a_row_that_lost_its_sender_and_its_channel_is_unknown(house: House) -> None:
    await strand(house, message("a", channel=ChannelKey("gone")))

    await house.send_at(NOW + ATTEMPT_LIMIT + TIDY_EVERY)

    assert await house.states() == {"a": OutboxState.UNKNOWN}


async def test_a_program_that_starts_again_ends_what_its_dead_predecessor_was_sending(
    house: House,
) -> None:
    """At once where it must be dead; where others may be at work, when no attempt lasts so long."""
    await strand(house, message("a"))
    successor = make_worker(house.store, house.clock, {POSTS: house.sender})

    await successor.start()
    await successor.stop()

    at_once = OutboxState.UNKNOWN if house.store.alone else OutboxState.SENDING
    assert (await house.row("a")).state is at_once
    assert house.sender.keys == []


async def test_a_sender_with_a_defect_costs_its_own_row_only(house: House) -> None:
    house.sender.answers.append(RuntimeError("a defect of the channel"))
    await house.put(message("a"), message("x", target="lake"))

    await house.worker.send_due()

    assert await house.states() == {"a": OutboxState.UNKNOWN, "x": OutboxState.SENT}
    assert "a defect of the channel" in (await house.row("a")).reason


async def test_a_message_that_lost_its_point_is_dead_and_not_late_news(house: House) -> None:
    await house.put(message("a", expires_at=NOW + MINUTE), message("b", expires_at=NOW + HOUR))

    await house.send_at(NOW + MINUTE)

    assert house.sender.keys == ["b"]
    row = await house.row("a")
    assert row.state is OutboxState.DEAD
    assert row.reason.startswith("too late")


async def test_a_blocked_word_keeps_a_message_in_the_house_and_the_reason_is_kept(
    house: House,
) -> None:
    card = Card("title", "text", (Button("forbidden", "key"),), "task")
    await house.put(message("a", content=card), message("b", content=Text("fine")))

    await house.worker.send_due()

    assert house.sender.keys == ["b"]
    row = await house.row("a")
    assert (row.state, row.reason) == (OutboxState.DEAD, "it contains 'forbidden'")


async def test_a_message_for_a_channel_that_is_not_configured_is_dead_with_its_reason(
    house: House,
) -> None:
    await house.put(message("a", channel=ChannelKey("gone")))

    await house.worker.send_due()

    row = await house.row("a")
    assert row.state is OutboxState.DEAD
    assert "gone is not in bot.yaml" in row.reason


async def test_a_channel_is_used_no_faster_than_its_limits_allow(store: Store) -> None:
    house = make_house(store, rates=PLENTY)
    await house.put(*[message(f"{number:02}") for number in range(50)])

    for second in range(0, 121, 5):
        await house.send_at(NOW + second * SECOND)

    times = [at for at, _ in house.sender.sends]
    assert len(times) == 50
    assert [times.count(NOW + 60 * minute * SECOND) for minute in range(3)] == [20, 20, 10]
    assert house.sender.keys == sorted(house.sender.keys)


async def test_the_next_instant_is_when_the_limits_allow_the_next_send(store: Store) -> None:
    house = make_house(store, rates=[Rate(1, 30, per_chat=True)])
    await house.put(message("a"), message("b"))
    await house.worker.send_due()

    assert house.sender.keys == ["a"]
    assert await house.worker.next_due() == NOW + 30 * SECOND


async def test_a_restart_forgets_no_attempt(store: Store) -> None:
    house = make_house(store, rates=PLENTY)
    await house.put(*[message(f"{number:02}") for number in range(50)])
    await house.send_at(NOW)
    assert len(house.sender.sends) == 20

    house.clock.advance(20 * SECOND)
    reborn = make_worker(store, house.clock, {POSTS: house.sender})
    await reborn.start()
    await reborn.stop()
    await reborn.send_due()
    assert len(house.sender.sends) == 20, "twenty were sent in this minute, by whatever process"

    house.clock.advance(40 * SECOND)
    await reborn.send_due()
    assert len(house.sender.sends) == 40


async def test_a_worker_that_was_started_sends_what_it_is_woken_for_and_stops(
    house: House,
) -> None:
    class Announcing(FakeSender):
        async def send(self, outgoing: Outgoing) -> SendResult:
            arrived.set()
            return await super().send(outgoing)

    arrived = asyncio.Event()
    sender = Announcing(POSTS, house.clock)
    worker = make_worker(house.store, house.clock, {POSTS: sender})
    await worker.start()
    await house.put(message("a"))
    worker.wake()
    await asyncio.wait_for(arrived.wait(), 5)
    await worker.stop()

    assert sender.keys == ["a"]
    assert await house.states() == {"a": OutboxState.SENT}


async def test_two_workers_on_one_store_send_every_row_once(house: House) -> None:
    other = make_worker(house.store, house.clock, {POSTS: house.sender})
    await house.put(*[message(f"{a}{b}", target=a) for a, b in itertools.product("abcde", "12")])

    await asyncio.gather(house.worker.send_due(), other.send_due())

    assert len(house.sender.keys) == 10
    assert len(set(house.sender.keys)) == 10


async def test_a_long_queue_for_one_target_does_not_hold_up_the_others(store: Store) -> None:
    house = make_house(store, rates=[Rate(20, 60, per_chat=True)])
    await house.put(*[message(f"{number:03}") for number in range(SIDE_BY_SIDE + 20)])
    await house.put(message("x", target="lake"))

    await house.worker.send_due()

    assert len(house.sender.keys) == 21
    assert "x" in house.sender.keys


async def test_messages_that_are_not_sent_use_nothing_of_the_channels_limit(store: Store) -> None:
    house = make_house(store, rates=[Rate(2, 60, per_chat=True)])
    await house.put(
        message("late 1", expires_at=NOW),
        message("late 2", expires_at=NOW),
        message("blocked", content=Text("forbidden")),
        message("fine 1"),
        message("fine 2"),
    )

    await house.worker.send_due()

    assert house.sender.keys == ["fine 1", "fine 2"]


async def test_urgent_messages_wait_for_nobodys_slow_send(store: Store) -> None:
    class Slow(FakeSender):
        async def send(self, outgoing: Outgoing) -> SendResult:
            if not outgoing.urgent:
                await release.wait()
            else:
                greeted.set()
            return await super().send(outgoing)

    release, greeted = asyncio.Event(), asyncio.Event()
    clock = ManualClock(NOW)
    sender = Slow(POSTS, clock)
    worker = make_worker(store, clock, {POSTS: sender})
    slow = [message(f"slow {number}", target=f"{number}") for number in range(SIDE_BY_SIDE + 5)]
    await post(store, slow, now=NOW)
    await worker.start()
    await post(store, [replace(message("hello", target="code"), urgent=True)], now=NOW)
    worker.wake()

    await asyncio.wait_for(greeted.wait(), 5)
    assert set(sender.keys) <= {"hello"}, "the slow ones are still under way"
    release.set()
    await worker.send_due()
    await worker.stop()

    assert len(sender.keys) == SIDE_BY_SIDE + 6


async def test_a_one_use_address_waits_its_turn_in_the_chat_that_shows_it(house: House) -> None:
    """Order is a chat's: the answer by address comes after what was said before it."""
    house.sender.answers.append(RETRY)
    answer = replace(message("b", target="https://once", kind=TargetKind.CALLBACK), chat="pond")
    await house.put(message("a"), answer)

    await house.worker.send_due()
    assert house.sender.keys == ["a"]

    await house.send_at(NOW + SECOND)
    assert house.sender.keys == ["a", "a", "b"]


async def test_what_an_employee_must_confirm_is_handed_over_and_not_yet_sent(house: House) -> None:
    house.sender.answers.append(SendResult(Outcome.HANDED, reference="msg-1"))
    await house.put(message("a"))

    await house.worker.send_due()

    row = await house.row("a")
    assert (row.state, row.reference, row.ended_at) == (OutboxState.HANDED, "msg-1", None)
    assert house.worker.handed.is_set()


async def test_a_channel_that_is_down_for_hours_costs_its_rows_no_attempt(house: House) -> None:
    down = SendResult(Outcome.RETRY, "wrong secret", 40001, 300, Pause.CHANNEL)
    house.sender.answers.extend([down] * (3 * MOST_ATTEMPTS))
    await house.put(message("a"))

    for number in range(3 * MOST_ATTEMPTS + 1):
        await house.send_at(NOW + number * 300 * SECOND)

    row = await house.row("a")
    assert (row.state, row.attempts) == (OutboxState.SENT, 1)
