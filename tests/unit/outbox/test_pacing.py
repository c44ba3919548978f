"""How long a pause lasts, and that no limit is ever passed: by anybody, after anything."""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.clock import ManualClock
from bot.core.events import EventKind
from bot.core.ids import ChannelKey
from bot.core.messages import Outgoing, Target, TargetKind, Text
from bot.core.metrics import Metrics
from bot.core.ports import Capabilities, Outcome, Pause, Rate, SendResult, Window
from bot.outbox.enqueue import post
from bot.outbox.lane import hear
from bot.outbox.models import OutboxRow, OutboxState
from bot.outbox.pacing import HOUR, MINUTE, backoff_seconds, next_step, pause_end
from bot.outbox.worker import OutboxWorker
from bot.platforms.table import CAPABILITIES
from bot.store.connection import Connection
from bot.store.db import Store
from tests.support.events import NOW, SECOND
from tests.support.senders import FakeSender, capabilities
from tests.support.stores import open_store

CHANNEL = ChannelKey("posts")
LIMITED = SendResult(Outcome.RETRY, "too many calls", 45009, pauses=Pause.LIMIT)


class Desk:
    """A worker, its sender and a clock that the test moves."""

    def __init__(self, store: Store, table: Capabilities) -> None:
        self.store = store
        self.clock = ManualClock(NOW)
        self.sender = FakeSender(CHANNEL, self.clock, table)
        self.worker = self.another_worker()
        self.numbers = itertools.count()

    def another_worker(self) -> OutboxWorker:
        """As a second process would run it: it shares nothing but the database."""
        return OutboxWorker(
            store=self.store,
            senders={CHANNEL: self.sender},
            clock=self.clock,
            refuses=lambda _: "",
            metrics=Metrics(),
        )

    async def want(
        self, chat: str, kind: TargetKind = TargetKind.GROUP, *, expires_at: datetime | None = None
    ) -> None:
        key = f"{next(self.numbers):05}"
        outgoing = Outgoing(key, CHANNEL, Target(kind, chat), Text(key), expires_at=expires_at)
        await post(self.store, [outgoing], now=self.clock.now())

    async def hear(self, chat: str, kind: EventKind) -> None:
        await self.store.lane("hear", heard).submit((CHANNEL, chat, kind, self.clock.now()))

    def times(self, chat: str | None = None) -> list[datetime]:
        return [
            at
            for at, outgoing in self.sender.sends
            if chat is None or outgoing.conversation == chat
        ]

    async def states(self) -> Counter[OutboxState]:
        return Counter([row.state for row in await OutboxRow.all()])


Heard = tuple[ChannelKey, str, EventKind, datetime]


def heard(connection: Connection, items: Sequence[Heard]) -> list[None]:
    hear(connection, items)
    return [None] * len(items)


def most_within(times: Iterable[datetime], seconds: int) -> int:
    """The largest number of instants in any half-open window of that length."""
    ordered, best, start = sorted(times), 0, 0
    for end, at in enumerate(ordered):
        while ordered[start] <= at - timedelta(seconds=seconds):
            start += 1
        best = max(best, end - start + 1)
    return best


def test_each_failed_attempt_doubles_the_wait_up_to_five_minutes() -> None:
    assert [backoff_seconds(attempts) for attempts in (1, 2, 3, 9, 10, 40)] == [
        *(1, 2, 4, 256, 300, 300)
    ]


def test_a_pause_lasts_as_long_as_the_window_that_was_exceeded() -> None:
    at = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # 12:30 in China

    assert pause_end(0, at) == at + MINUTE
    assert pause_end(1, at) == at + HOUR
    assert pause_end(2, at) == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)  # midnight in China


def test_a_limit_that_is_met_again_right_after_its_pause_is_taken_for_the_next_longer_one() -> None:
    until = NOW

    assert next_step(0, until, until) == 1
    assert next_step(0, until, until + MINUTE) == 0
    assert next_step(1, until, until + MINUTE) == 2
    assert next_step(1, until, until + HOUR) == 0
    assert next_step(2, until, until + HOUR) == 2


SLOW = {  # limits that a test can reach
    kind: rates
    for kind, table in CAPABILITIES.items()
    if (rates := [rate for rate in table.rates if rate.limit <= 1000])
}


@pytest.mark.parametrize("kind", SLOW)
async def test_an_hour_of_ten_times_the_allowed_demand_passes_no_limit_and_drops_nothing(
    kind: str, store: Store
) -> None:
    """Two workers on one database, as two processes; one of them is replaced in the middle."""
    small = [Rate(max(1, rate.limit // 10), rate.seconds, rate.per_chat) for rate in SLOW[kind]]
    desk = Desk(store, capabilities(rates=small, pushes_to=TargetKind))
    workers = [desk.worker, desk.another_worker()]
    demand = 10 * max(1, round(max(rate.limit * 3600 / rate.seconds for rate in small) / 60))
    wanted = 0
    for minute in range(60):
        for number in range(demand if minute < 6 else 0):
            await desk.want(f"chat {number % 2}")
            wanted += 1
        if minute == 30:
            workers[0] = desk.another_worker()
        for worker in workers:
            await worker.send_due()
        desk.clock.advance(MINUTE)

    for rate in small:
        chats = ["chat 0", "chat 1"] if rate.per_chat else [None]
        for chat in chats:
            assert most_within(desk.times(chat), rate.seconds) <= rate.limit
    assert await desk.states() == {
        state: count
        for state, count in (
            (OutboxState.SENT, len(desk.sender.sends)),
            (OutboxState.QUEUED, wanted - len(desk.sender.sends)),
        )
        if count
    }


@pytest.mark.usefixtures("engine")
@given(
    limits=st.lists(
        st.builds(Rate, st.integers(1, 4), st.sampled_from([1, 5, 20]), st.booleans()),
        min_size=1,
        max_size=3,
    ),
    steps=st.lists(st.tuples(st.integers(0, 4), st.sampled_from("ab")), min_size=1, max_size=25),
)
async def test_no_order_of_messages_and_hours_passes_a_limit(
    limits: list[Rate], steps: list[tuple[int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_store(tmp_path_factory.mktemp("limits")) as store:
        desk = Desk(store, capabilities(rates=limits))
        for seconds, chat in steps:
            desk.clock.advance(seconds * SECOND)
            await desk.want(chat)
            await desk.worker.send_due()
        for _ in range(200):
            due = await desk.worker.next_due()
            if due is None:
                break
            desk.clock.advance(max(due - desk.clock.now(), timedelta()))
            await desk.worker.send_due()

        for rate in limits:
            for place in ["a", "b"] if rate.per_chat else [None]:
                assert most_within(desk.times(place), rate.seconds) <= rate.limit
        assert len(desk.sender.sends) == len(steps), "waiting is no losing"
        for talk in ("a", "b"):
            texts = [o.key for _, o in desk.sender.sends if o.conversation == talk]
            assert texts == sorted(texts), "a chat reads its messages in order"


async def test_a_limit_for_one_kind_of_target_leaves_the_others_alone(store: Store) -> None:
    groups = frozenset({TargetKind.GROUP})
    desk = Desk(
        store,
        capabilities(rates=[Rate(1, 60, per_chat=True, kinds=groups)], pushes_to=TargetKind),
    )
    for _ in range(2):
        await desk.want("pond")
        await desk.want("pond", TargetKind.RECORD)
    await desk.worker.send_due()

    sent = [outgoing.target.kind for _, outgoing in desk.sender.sends]
    assert sent[:2] == [TargetKind.GROUP, TargetKind.RECORD]
    assert sent.count(TargetKind.GROUP) == 1  # the second post waits
    desk.clock.advance(MINUTE)
    await desk.worker.send_due()
    assert len(desk.sender.sends) == 4


async def test_a_refusal_by_a_limit_closes_the_channel_for_longer_each_time_and_costs_no_row(
    store: Store,
) -> None:
    desk = Desk(store, capabilities())
    desk.sender.answers.extend([LIMITED] * 12)
    await desk.want("pond")
    await desk.want("lake")

    waits = []
    for _ in range(30):
        await desk.worker.send_due()
        due = await desk.worker.next_due()
        if due is None:
            break
        waits.append(due - desk.clock.now())
        desk.clock.advance(due - desk.clock.now())

    assert waits[:2] == [MINUTE, HOUR], "a minute, then an hour, then the rest of the day"
    assert waits[2] > HOUR
    assert await desk.states() == {OutboxState.SENT: 2}


async def test_what_one_worker_was_refused_closes_the_channel_for_all(store: Store) -> None:
    desk = Desk(store, capabilities())
    desk.sender.answers.append(LIMITED)
    await desk.want("pond")
    await desk.worker.send_due()
    await desk.want("lake")

    await desk.another_worker().send_due()

    assert len(desk.sender.sends) == 1


WINDOWS = {EventKind.TEXT: Window(5, 172_800), EventKind.CHOSE: Window(3, 60)}


def service() -> Capabilities:
    """A channel that may write only after the person did."""
    return Capabilities(pushes_to=frozenset({TargetKind.PERSON}), windows=WINDOWS)


async def test_nobody_is_written_to_who_has_not_written(store: Store) -> None:
    desk = Desk(store, service())
    await desk.want("chen", TargetKind.PERSON)
    await desk.worker.send_due()
    assert desk.sender.sends == []

    await desk.hear("chen", EventKind.TEXT)
    await desk.worker.send_due()
    assert len(desk.sender.sends) == 1


async def test_five_messages_follow_a_message_and_the_sixth_waits_for_the_next(
    store: Store,
) -> None:
    desk = Desk(store, service())
    await desk.hear("chen", EventKind.TEXT)
    for _ in range(7):
        await desk.want("chen", TargetKind.PERSON)
    await desk.worker.send_due()
    assert len(desk.sender.sends) == 5

    desk.clock.advance(HOUR)
    await desk.hear("chen", EventKind.TEXT)
    await desk.worker.send_due()
    assert len(desk.sender.sends) == 7


async def test_a_later_act_opens_its_own_window_in_place_of_the_one_before(store: Store) -> None:
    desk = Desk(store, service())
    await desk.hear("chen", EventKind.TEXT)
    desk.clock.advance(SECOND)
    await desk.hear("chen", EventKind.CHOSE)
    for _ in range(5):
        await desk.want("chen", TargetKind.PERSON)
    await desk.worker.send_due()

    assert len(desk.sender.sends) == 3


async def test_a_window_closes_after_its_time(store: Store) -> None:
    desk = Desk(store, service())
    await desk.hear("chen", EventKind.TEXT)
    desk.clock.advance(timedelta(seconds=172_800))
    await desk.want("chen", TargetKind.PERSON)
    await desk.worker.send_due()

    assert desk.sender.sends == []


async def test_what_waits_for_a_word_that_does_not_come_ends_when_it_has_lost_its_point(
    store: Store,
) -> None:
    desk = Desk(store, service())
    await desk.want("chen", TargetKind.PERSON, expires_at=NOW + HOUR)
    await desk.worker.send_due()
    assert await desk.worker.next_due() == NOW + HOUR

    desk.clock.advance(HOUR)
    await desk.worker.send_due()
    assert await desk.states() == {OutboxState.DEAD: 1}


async def test_a_robot_pushes_only_where_somebody_has_spoken_to_it(store: Store) -> None:
    desk = Desk(store, Capabilities(pushes_to=frozenset(TargetKind), first_word=True))
    await desk.want("pond")
    await desk.worker.send_due()
    assert desk.sender.sends == []

    await desk.hear("pond", EventKind.TEXT)
    await desk.worker.send_due()
    assert len(desk.sender.sends) == 1


async def test_a_daily_limit_opens_with_the_platforms_next_day(store: Store) -> None:
    """The morning after a late post is another day, though not 24 hours later."""
    desk = Desk(store, capabilities(rates=[Rate(1, 86_400, per_chat=True, daily=True)]))
    desk.clock.advance(datetime(2026, 11, 25, 12, 0, tzinfo=UTC) - NOW)  # 20:00 in China
    await desk.want("pond")
    await desk.want("pond")
    await desk.worker.send_due()
    assert len(desk.sender.sends) == 1

    assert await desk.worker.next_due() == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    desk.clock.advance(4 * HOUR)
    await desk.worker.send_due()
    assert len(desk.sender.sends) == 2
