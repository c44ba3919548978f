"""Answers that take seconds: the conversation goes on meanwhile, and each comes once."""

import asyncio
from datetime import timedelta

import pytest

from bot.core.ids import UserId
from bot.core.messages import Text, Waiting
from bot.core.ports import Hears
from bot.pipeline import worker as worker_module
from bot.pipeline.context import Context, Outcome, Pass, Reply, Show, Slow
from bot.pipeline.routing import Route
from bot.store.db import Store
from tests.support.events import APP, ROBOT, make_event
from tests.support.pipeline import Pipeline, Seen
from tests.support.senders import capabilities

URL = "https://example.com/answer/1"


class Thinker:
    """Thinks about texts with a question mark until it is let; passes everything else on."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.asked = 0
        self.beginning = ""

    async def handle(self, context: Context) -> Outcome:
        return Slow(self.think) if context.event.text.endswith("?") else Pass()

    async def think(self, show: Show) -> Reply:
        self.asked += 1
        if self.beginning:
            show(self.beginning)
        await self.let.wait()
        return Reply(Text("thought"))


@pytest.fixture
def thinker() -> Thinker:
    return Thinker()


@pytest.fixture
def pipeline(store: Store, thinker: Thinker) -> Pipeline:
    tables = {ROBOT: capabilities(streams=True), APP: capabilities()}
    return Pipeline(store, Route("think", thinker.handle, overhears=True), tables=tables)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "ANSWER_SECONDS", 0.01)


async def test_the_conversation_goes_on_while_an_answer_is_thought_about(
    pipeline: Pipeline, thinker: Thinker
) -> None:
    await pipeline.worker.receive(make_event("why?"))
    after = await pipeline.worker.receive(make_event("hello"))
    await pipeline.worker.handled(after)

    assert pipeline.seen.texts == ["hello"]
    assert await pipeline.records() == [("waiting", ""), ("done", "rest")]
    thinker.let.set()
    await pipeline.worker.idle()
    assert await pipeline.records() == [("done", "think"), ("done", "rest")]


async def test_slow_answers_leave_the_room_of_quick_ones(
    pipeline: Pipeline, thinker: Thinker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline.worker, "_room", asyncio.Semaphore(1))
    for number in range(3):
        await pipeline.worker.receive(make_event(f"why {number}?"))
    quick = await pipeline.worker.receive(make_event("hello"))
    await pipeline.worker.handled(quick)

    assert pipeline.seen.texts == ["hello"]
    thinker.let.set()
    await pipeline.worker.idle()


@pytest.mark.usefixtures("_impatient")
async def test_what_there_is_already_is_shown_where_answers_stream(
    pipeline: Pipeline, thinker: Thinker
) -> None:
    thinker.beginning = "Let me see."
    event = make_event("why?", reply_to=URL)
    await pipeline.ask(event)

    assert await pipeline.worker.refresh(event.key) == Waiting("Let me see.")
    thinker.let.set()
    await pipeline.worker.idle()
    assert await pipeline.worker.refresh(event.key) == Text("thought")


async def test_a_repeat_of_a_question_under_way_is_not_thought_about_twice(
    pipeline: Pipeline, thinker: Thinker
) -> None:
    event = make_event("why?")
    await pipeline.worker.receive(event)
    repeated = await pipeline.worker.receive(event)
    again = asyncio.create_task(pipeline.worker.answer(repeated))
    await asyncio.sleep(0)
    thinker.let.set()

    assert await again == Text("thought")
    assert thinker.asked == 1


async def test_a_question_that_a_dead_process_was_thinking_about_is_thought_about_again(
    pipeline: Pipeline, thinker: Thinker
) -> None:
    await pipeline.inbox.accept(
        worker_module.arrival_of(
            make_event("why?"), pipeline.live.current, pipeline.clock.now(), capabilities()
        )
    )
    thinker.let.set()
    pipeline.clock.advance(timedelta(seconds=31))
    await pipeline.worker.take_over()
    await pipeline.worker.idle()

    assert thinker.asked == 1
    assert await pipeline.records() == [("done", "think")]
    assert [outgoing.message for outgoing in await pipeline.outbox()] == [
        Text("thought", mentions=(UserId("xiaolu"),))
    ]


async def test_thinking_that_fails_is_tried_again_like_any_handling(
    store: Store, thinker: Thinker
) -> None:
    async def fail(show: Show) -> Reply:
        del show
        raise RuntimeError("the thinker broke")

    async def handle(context: Context) -> Outcome:
        del context
        return Slow(fail)

    pipeline = Pipeline(store, Route("think", handle))
    await pipeline.bring(make_event("why?"))
    assert await pipeline.records() == [("waiting", "")]


async def test_what_a_route_passes_on_goes_to_the_next_that_fits(store: Store) -> None:
    asked: list[str] = []

    def passing(name: str) -> Route:
        async def handle(context: Context) -> Outcome:
            del context
            asked.append(name)
            return Pass()

        return Route(name, handle)

    pipeline = Pipeline(store, passing("first"), passing("second"))
    await pipeline.bring(make_event("hello"))
    assert asked == ["first", "second"]
    assert await pipeline.records() == [("done", "rest")]


async def test_talk_that_was_not_addressed_to_the_bot_reaches_only_routes_that_overhear(
    store: Store, thinker: Thinker
) -> None:
    other = Seen()
    tables = {ROBOT: capabilities(hears=Hears.EVERYTHING), APP: capabilities()}
    pipeline = Pipeline(
        store,
        Route("other", other.handle),
        Route("think", thinker.handle, overhears=True),
        tables=tables,
    )
    thinker.let.set()
    await pipeline.bring(make_event("why?"), make_event("hello"))

    assert (other.texts, thinker.asked) == ([], 1)
    assert await pipeline.records() == [
        ("done", "think"),
        ("done", "nobody: talk that was not addressed to the bot"),
    ]
