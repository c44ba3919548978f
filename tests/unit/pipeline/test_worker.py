"""Handling: in order within a conversation, side by side between them, answered on some road."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from bot.core.events import EventKind, Place
from bot.core.ids import UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    Message,
    Outgoing,
    Target,
    TargetKind,
    Text,
)
from bot.pipeline import worker as worker_module
from bot.pipeline.context import Context, Nobody, Outcome, Reply
from bot.pipeline.routing import Route, command
from bot.pipeline.worker import MOST_ATTEMPTS
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act
from bot.settings.schema.persona import PersonaFile
from bot.store.db import Store
from tests.support.events import (
    APP,
    GROUP,
    HOUR,
    NOW,
    ROBOT,
    ROBOT_CHAT,
    SECOND,
    make_event,
)
from tests.support.pipeline import Pipeline, texts_of
from tests.support.senders import capabilities
from tests.support.stores import read_value

URL = "https://example.com/answer/1"


def answering(message: Message, *posts: Outgoing) -> Route:
    async def handle(_context: Context) -> Outcome:
        return Reply(message, posts)

    return Route("answering", handle)


@dataclass
class Gates:
    """A handler that waits at a gate of each text and notes who went in and out."""

    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    arrived: dict[str, asyncio.Event] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def gate(self, text: str) -> asyncio.Event:
        return self.gates.setdefault(text, asyncio.Event())

    def arrival(self, text: str) -> asyncio.Event:
        return self.arrived.setdefault(text, asyncio.Event())

    async def handle(self, context: Context) -> Outcome:
        text = context.event.text
        self.notes.append(f"in {text}")
        self.arrival(text).set()
        await self.gate(text).wait()
        self.notes.append(f"out {text}")
        return Reply(Text(f"answer to {text}"))

    @property
    def route(self) -> Route:
        return Route("gates", self.handle)


# ---- order


async def test_one_conversation_is_handled_in_order_even_when_the_first_event_is_slow(
    store: Store,
) -> None:
    gates = Gates()
    pipeline = Pipeline(store, gates.route)
    gates.gate("two").set()
    await pipeline.worker.receive(make_event("one"))
    await pipeline.worker.receive(make_event("two", user="momo"))
    await gates.arrival("one").wait()
    assert gates.notes == ["in one"]

    gates.gate("one").set()
    await pipeline.worker.idle()

    assert gates.notes == ["in one", "out one", "in two", "out two"]


async def test_different_conversations_are_handled_side_by_side(store: Store) -> None:
    gates = Gates()
    pipeline = Pipeline(store, gates.route)
    gates.gate("two").set()
    await pipeline.worker.receive(make_event("one"))
    await pipeline.worker.receive(make_event("two", place=Place.PRIVATE, user="momo"))
    await asyncio.wait_for(gates.arrival("one").wait(), 5)
    await asyncio.wait_for(gates.arrival("two").wait(), 5)

    gates.gate("one").set()
    await pipeline.worker.idle()
    assert gates.notes.index("out two") < gates.notes.index("out one")


async def test_taps_of_two_people_in_one_group_do_not_wait_for_each_other(store: Store) -> None:
    gates = Gates()
    route = Route("tap", gates.handle, kind=EventKind.TAPPED, button="claim:")
    pipeline = Pipeline(store, route)
    for user in ("xiaolu", "momo"):
        event = make_event(user, user=user, kind=EventKind.TAPPED, button="claim:1")
        await pipeline.worker.receive(event)

    await asyncio.wait_for(gates.arrival("xiaolu").wait(), 5)
    await asyncio.wait_for(gates.arrival("momo").wait(), 5)
    gates.gate("xiaolu").set()
    gates.gate("momo").set()
    await pipeline.worker.idle()


async def test_taps_of_one_person_keep_their_order(store: Store) -> None:
    gates = Gates()
    route = Route("tap", gates.handle, kind=EventKind.TAPPED, button="claim:")
    pipeline = Pipeline(store, route)
    gates.gate("two").set()
    for text in ("one", "two"):
        await pipeline.worker.receive(make_event(text, kind=EventKind.TAPPED, button="claim:1"))
    await gates.arrival("one").wait()
    assert gates.notes == ["in one"]
    gates.gate("one").set()
    await pipeline.worker.idle()

    assert gates.notes == ["in one", "out one", "in two", "out two"]


async def test_the_same_event_brought_again_while_it_is_handled_is_handled_once(
    store: Store,
) -> None:
    gates = Gates()
    pipeline = Pipeline(store, gates.route)
    event = make_event("one")
    first = asyncio.create_task(pipeline.ask(event))
    await gates.arrival("one").wait()
    second = asyncio.create_task(pipeline.ask(event))
    third = await pipeline.worker.receive(event)
    assert not third.fresh
    gates.gate("one").set()

    assert list(await asyncio.gather(first, second)) == [Text("answer to one")] * 2
    assert gates.notes == ["in one", "out one"]
    assert await pipeline.ask(event) == Text("answer to one"), "later from the store"
    assert await pipeline.outbox() == []


async def test_a_caller_that_gives_up_does_not_stop_the_handling(store: Store) -> None:
    gates = Gates()
    pipeline = Pipeline(store, gates.route)
    caller = asyncio.create_task(pipeline.ask(make_event("one")))
    await gates.arrival("one").wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gates.gate("one").set()
    await pipeline.worker.idle()

    assert await pipeline.records() == [("done", "gates")]
    assert len(await pipeline.outbox()) == 1, "its answer goes by another road"


# ---- roads of the answer


async def test_an_answer_that_is_ready_in_time_goes_into_the_open_request(store: Store) -> None:
    pipeline = Pipeline(store, answering(Text("hello")))

    assert await pipeline.ask(make_event("x", reply_to=URL)) == Text("hello")
    assert await pipeline.outbox() == []


async def answer_by_another_road(
    store: Store, pipeline: Pipeline, place: Place = Place.GROUP, url: str = ""
) -> Outgoing:
    event = make_event("x", place=place, reply_to=url, key="event/x")
    await pipeline.bring(event)
    (outgoing,) = await pipeline.outbox()
    assert outgoing.key == "event/x/answer"
    return outgoing


async def test_an_answer_that_nobody_waits_for_goes_to_the_one_use_address(store: Store) -> None:
    pipeline = Pipeline(store, answering(Text("hello")))
    outgoing = await answer_by_another_road(store, pipeline, url=URL)

    assert outgoing.target == Target(TargetKind.CALLBACK, URL)
    assert (outgoing.channel, outgoing.message) == (ROBOT, Text("hello"))
    assert outgoing.expires_at == NOW + HOUR
    assert (outgoing.conversation, outgoing.urgent) == (ROBOT_CHAT, False)


async def test_without_an_address_a_private_answer_goes_to_the_person(store: Store) -> None:
    pipeline = Pipeline(store, answering(Text("hello")))
    outgoing = await answer_by_another_road(store, pipeline, Place.PRIVATE)

    assert outgoing.target == Target(TargetKind.PERSON, "xiaolu")
    assert (outgoing.channel, outgoing.message) == (APP, Text("hello"))


async def test_without_an_address_an_answer_in_a_group_names_who_asked(store: Store) -> None:
    pipeline = Pipeline(store, answering(Text("hello")))
    outgoing = await answer_by_another_road(store, pipeline)

    assert outgoing.target == Target(TargetKind.GROUP, GROUP)
    assert outgoing.channel == "posts"
    assert outgoing.message == Text("hello", mentions=(UserId("xiaolu"),))


async def test_an_address_is_not_used_on_a_channel_that_cannot_answer_later(store: Store) -> None:
    tables = {ROBOT: capabilities(answers_later=False), APP: capabilities()}
    pipeline = Pipeline(store, answering(Text("hello")), tables=tables)
    outgoing = await answer_by_another_road(store, pipeline, url=URL)

    assert outgoing.target.kind is TargetKind.GROUP


async def test_the_answer_of_a_private_chat_is_never_shown_to_the_group(store: Store) -> None:
    tables = {ROBOT: capabilities(), APP: capabilities(pushes_to=[TargetKind.GROUP])}
    pipeline = Pipeline(store, answering(Text("your points")), tables=tables)
    await pipeline.bring(make_event("x", place=Place.PRIVATE))

    assert all(item.target.kind is not TargetKind.GROUP for item in await pipeline.outbox())


async def test_a_channel_that_cannot_answer_in_the_request_never_does(store: Store) -> None:
    tables = {ROBOT: capabilities(answers_in_request=False), APP: capabilities()}
    pipeline = Pipeline(store, answering(Text("hello")), tables=tables)

    assert await pipeline.ask(make_event("x")) is None
    assert len(await pipeline.outbox()) == 1


async def test_a_card_update_that_missed_its_request_is_said_in_words(store: Store) -> None:
    update = CardUpdate(UserId("xiaolu"), Card("you got 7", "", (Button("done", "b"),), "t"))
    pipeline = Pipeline(store, answering(update))
    outgoing = await answer_by_another_road(store, pipeline, url=URL)

    assert outgoing.message == Text("you got 7\n\ndone")


async def test_a_request_is_not_kept_open_for_a_slow_handler(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "ANSWER_SECONDS", 0.01)
    gates = Gates()
    pipeline = Pipeline(store, gates.route)

    assert await pipeline.ask(make_event("one", reply_to=URL)) is None
    assert await pipeline.outbox() == []
    gates.gate("one").set()
    await pipeline.worker.idle()

    (outgoing,) = await pipeline.outbox()
    assert outgoing.message == Text("answer to one")


async def hold_the_pen(store: Store, until: asyncio.Event) -> asyncio.Task[None]:
    """Keep every lane waiting until the event is set."""
    held = asyncio.Event()

    async def hold() -> None:
        held.set()
        await until.wait()

    task = asyncio.create_task(store.transaction(hold))
    await held.wait()
    return task


async def test_an_answer_that_was_promised_to_a_request_is_waited_for_beyond_its_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    gates, commit = Gates(), asyncio.Event()
    pipeline = Pipeline(store, gates.route)
    accepted = await pipeline.worker.receive(make_event("one"))
    await gates.arrival("one").wait()
    holding = await hold_the_pen(store, commit)
    monkeypatch.setattr(worker_module, "ANSWER_SECONDS", 0.01)
    asking = asyncio.create_task(pipeline.worker.answer(accepted))
    await asyncio.sleep(0)
    gates.gate("one").set()
    await asyncio.wait([asking], timeout=0.05)
    assert not asking.done()
    commit.set()
    await holding

    assert await asking == Text("answer to one")
    assert await pipeline.outbox() == []


async def test_a_promised_answer_whose_commit_takes_too_long_makes_the_platform_ask_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    gates, commit = Gates(), asyncio.Event()
    pipeline = Pipeline(store, gates.route)
    event = make_event("one")
    accepted = await pipeline.worker.receive(event)
    await gates.arrival("one").wait()
    holding = await hold_the_pen(store, commit)
    monkeypatch.setattr(worker_module, "ANSWER_SECONDS", 0.01)
    monkeypatch.setattr(worker_module, "COMMIT_SECONDS", 0.01)
    asking = asyncio.create_task(pipeline.worker.answer(accepted))
    await asyncio.sleep(0)
    gates.gate("one").set()

    with pytest.raises(TimeoutError):
        await asking
    commit.set()
    await holding
    await pipeline.worker.idle()
    assert await pipeline.ask(event) == Text("answer to one")


async def test_posts_go_out_beside_the_answer(store: Store) -> None:
    post = Outgoing("event/1/post", ROBOT, Target(TargetKind.GROUP, "g"), Text("to all"))
    pipeline = Pipeline(store, answering(Text("to you"), post))

    assert await pipeline.ask(make_event("x")) == Text("to you")
    assert await pipeline.outbox() == [post]


# ---- failing


def failing(times: int, then: Outcome | None = None) -> tuple[Route, list[int]]:
    """A handler that fails so many times."""
    calls: list[int] = []

    async def handle(context: Context) -> Outcome:
        calls.append(len(calls) + 1)
        if len(calls) <= times:
            raise RuntimeError("a defect")
        return then or Reply(Text("at last"))

    return Route("failing", handle), calls


async def retry(pipeline: Pipeline, seconds: int) -> None:
    pipeline.clock.advance(seconds * SECOND)
    await pipeline.worker.take_over()
    await pipeline.worker.idle()


async def test_a_failed_event_is_tried_again_after_a_growing_pause_and_then_answered(
    store: Store,
) -> None:
    route, calls = failing(2)
    pipeline = Pipeline(store, route)

    assert await pipeline.ask(make_event("x")) is None
    assert await pipeline.records() == [("waiting", "")]
    await retry(pipeline, 1)
    assert calls == [1]
    await retry(pipeline, 1)
    assert calls == [1, 2]
    await retry(pipeline, 3)
    assert calls == [1, 2]
    await retry(pipeline, 1)

    assert calls == [1, 2, 3]
    assert await pipeline.records() == [("done", "failing")]
    (answer,) = await pipeline.outbox()
    assert answer.message == Text("at last", mentions=(UserId("xiaolu"),))


async def test_after_five_failures_an_event_is_parked_and_its_sender_told(store: Store) -> None:
    route, calls = failing(99)
    pipeline = Pipeline(store, route)
    await pipeline.bring(make_event("x"))
    for _ in range(MOST_ATTEMPTS + 3):
        await retry(pipeline, 60)

    assert len(calls) == MOST_ATTEMPTS == 5
    assert await pipeline.records() == [("parked", "failed too often")]
    (apology,) = await pipeline.outbox()
    assert isinstance(apology.message, Text)
    assert apology.message.text in texts_of(pipeline, "trouble.sorry", name="xiaolu")


async def test_a_failing_event_does_not_stop_what_comes_after_it(store: Store) -> None:
    async def handle(context: Context) -> Outcome:
        if context.event.text == "bad":
            raise RuntimeError("a defect")
        return Reply(Text("fine"))

    pipeline = Pipeline(store, Route("some", handle))
    await pipeline.bring(make_event("bad"), make_event("good"))

    assert await pipeline.records() == [("waiting", ""), ("done", "some")]


async def test_what_a_dead_process_left_behind_is_handled_by_the_next_one(store: Store) -> None:
    died = Pipeline(store)
    await died.inbox.accept(
        worker_module.arrival_of(make_event("left behind"), died.live.current, NOW, capabilities())
    )
    reborn = Pipeline(store, answering(Text("here")))
    await reborn.worker.take_over()
    await reborn.worker.idle()
    assert await reborn.records() == [("waiting", "")], "it may still be alive"

    await retry(reborn, 30)
    assert await reborn.records() == [("done", "answering")]
    assert len(await reborn.outbox()) == 1


async def test_an_event_under_way_is_not_taken_over_by_its_own_process(store: Store) -> None:
    gates = Gates()
    pipeline = Pipeline(store, gates.route)
    await pipeline.worker.receive(make_event("one"))
    await gates.arrival("one").wait()
    pipeline.clock.advance(HOUR)
    await pipeline.worker.take_over()
    gates.gate("one").set()
    await pipeline.worker.idle()

    assert gates.notes == ["in one", "out one"]


# ---- what is counted


async def count_acts(
    store: Store, text: str, outcome: Callable[[Context], Awaitable[Outcome]]
) -> list[tuple[str, str]]:
    pipeline = Pipeline(store, command(CommandName.CHECKIN, outcome), Route("any", outcome))
    await pipeline.bring(make_event(text))
    return await pipeline.acts()


async def test_a_message_is_an_act_whether_it_was_answered_or_not(store: Store) -> None:
    async def silent(_context: Context) -> Outcome:
        return Nobody("nothing to say")

    assert await count_acts(store, "今天真热", silent) == [("message", "")]


async def test_a_question_is_a_message_as_well(store: Store) -> None:
    async def asked(_context: Context) -> Outcome:
        return Reply(Text("a")).doing(Act.QUESTION, "order")

    assert await count_acts(store, "顺序呢", asked) == [("message", "order"), ("question", "order")]


async def test_a_command_is_what_it_did_or_else_a_command(store: Store) -> None:
    async def did(_context: Context) -> Outcome:
        return Reply(Text("a")).doing(Act.CHECKIN)

    assert await count_acts(store, "签到", did) == [("checkin", "checkin")]


async def test_a_command_without_an_act_of_its_own_is_a_command(store: Store) -> None:
    async def did(_context: Context) -> Outcome:
        return Reply(Text("a"))

    assert await count_acts(store, "签到", did) == [("command", "checkin")]


@pytest.mark.parametrize(
    ("kind", "act"),
    [(EventKind.JOINED, "join"), (EventKind.LEFT, "leave"), (EventKind.OPENED, None)],
)
async def test_coming_and_going_are_acts_and_opening_a_chat_is_none(
    store: Store, kind: EventKind, act: str | None
) -> None:
    pipeline = Pipeline(store)
    await pipeline.bring(make_event(kind=kind))

    assert [name for name, _ in await pipeline.acts()] == ([] if act is None else [act])


async def test_tags_follow_from_what_was_said(store: Store) -> None:
    pipeline = Pipeline(store)
    await pipeline.bring(make_event("我是干皮，求推荐"))

    assert await read_value(store, "SELECT tag FROM member_tag") == "dry"


async def test_the_outbox_is_woken_for_what_an_event_left_in_it_and_for_nothing_else(
    store: Store,
) -> None:
    silent = Pipeline(store)
    await silent.bring(make_event("x"))
    assert not silent.worker.posted.is_set()

    speaking = Pipeline(store, answering(Text("hello")))
    await speaking.bring(make_event("x"))
    assert speaking.worker.posted.is_set()


async def test_an_answer_that_may_not_leave_the_house_is_withheld_and_counted(
    store: Store,
) -> None:
    def screen(text: str, persona: PersonaFile | None) -> str:
        assert persona is not None, "it is known who answers"
        return "a forbidden word" if "forbidden" in text else ""

    pipeline = Pipeline(store, answering(Text("this is forbidden")), screen=screen)
    answer = await pipeline.ask(make_event("x"))

    assert isinstance(answer, Text)
    assert answer.text in {
        variant.format(name="xiaolu")
        for variant in pipeline.live.current.persona.templates["answer.withheld"]
    }
    counted = pipeline.metrics.registry.get_sample_value("yutang_texts_withheld_total")
    assert counted == 1
