"""Answers that take long: a beginning is shown, and the rest comes by exactly one road."""

import asyncio

import pytest

from bot.core.events import Event, EventKind, Hint, Receipt
from bot.core.ids import UserId
from bot.core.messages import Card, CardUpdate, Target, TargetKind, Text, Waiting
from bot.outbox.models import OutboxRow, OutboxState
from bot.pipeline import worker as worker_module
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.hints import Hints, Topic
from bot.pipeline.reception import Reception
from bot.pipeline.routing import Route
from bot.pipeline.streams import GRACE
from bot.store.db import Store
from tests.support.events import APP, NOW, ROBOT, SECOND, make_event
from tests.support.pipeline import Pipeline
from tests.support.senders import capabilities

URL = "https://example.com/answer/1"


class Slow:
    """A handler that answers when it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()

    async def handle(self, context: Context) -> Outcome:
        del context
        await self.let.wait()
        return Reply(Text("the answer"))


def streaming(store: Store, slow: Slow, *, in_request: bool = True) -> Pipeline:
    table = capabilities(streams=True, answers_in_request=in_request)
    tables = {ROBOT: table, APP: capabilities()}
    return Pipeline(store, Route("slow", slow.handle), tables=tables)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "ANSWER_SECONDS", 0.01)


@pytest.mark.usefixtures("_impatient")
async def test_a_slow_answer_begins_with_words_that_stand_for_it(store: Store) -> None:
    slow = Slow()
    pipeline = streaming(store, slow)
    event = make_event("x", reply_to=URL)

    assert isinstance(await pipeline.ask(event), Waiting)
    assert isinstance(await pipeline.worker.refresh(event.key), Waiting)
    slow.let.set()
    await pipeline.worker.idle()

    assert await pipeline.worker.refresh(event.key) == Text("the answer")
    assert await pipeline.worker.refresh(event.key) == Text("the answer"), "as often as asked"


@pytest.mark.usefixtures("_impatient")
async def test_an_answer_that_was_shown_in_the_stream_goes_by_no_other_road(store: Store) -> None:
    slow = Slow()
    pipeline = streaming(store, slow)
    event = make_event("x", reply_to=URL)
    await pipeline.ask(event)
    slow.let.set()
    await pipeline.worker.idle()

    row = await OutboxRow.get(key=f"{event.key}/answer")
    assert (row.state, row.due_at) == (OutboxState.QUEUED, NOW + GRACE), "in case nobody asks"
    await pipeline.worker.refresh(event.key)
    await row.refresh_from_db()
    assert (row.state, row.reason) == (OutboxState.SENT, "shown in the stream")


@pytest.mark.usefixtures("_impatient")
async def test_an_answer_that_went_by_another_road_is_not_shown_again(store: Store) -> None:
    slow = Slow()
    pipeline = streaming(store, slow)
    event = make_event("x", reply_to=URL)
    await pipeline.ask(event)
    slow.let.set()
    await pipeline.worker.idle()
    await OutboxRow.filter(key=f"{event.key}/answer").update(state=OutboxState.SENDING)

    assert await pipeline.worker.refresh(event.key) is None


async def test_a_stream_of_an_event_that_nobody_knows_has_no_answer(store: Store) -> None:
    pipeline = streaming(store, Slow())

    assert await pipeline.worker.refresh(make_event("x").key) is None


@pytest.mark.usefixtures("_impatient")
async def test_where_no_request_is_open_the_beginning_is_sent(store: Store) -> None:
    slow = Slow()
    pipeline = streaming(store, slow, in_request=False)
    event = make_event("x", reply_to="msg:1")
    await pipeline.worker.receive(event)
    await asyncio.wait_for(pipeline.worker.posted.wait(), 5)
    slow.let.set()
    await pipeline.worker.idle()

    beginning, answer = await pipeline.outbox()
    assert isinstance(beginning.message, Waiting)
    assert (beginning.key, answer.key) == (f"{event.key}/waiting", f"{event.key}/answer")
    assert beginning.target == answer.target == Target(TargetKind.CALLBACK, "msg:1")


async def test_a_quick_answer_needs_no_beginning(store: Store) -> None:
    slow = Slow()
    slow.let.set()
    pipeline = streaming(store, slow, in_request=False)
    await pipeline.bring(make_event("x", reply_to="msg:1"))

    (answer,) = await pipeline.outbox()
    assert answer.message == Text("the answer")


async def test_an_answer_whose_address_ends_in_seconds_is_urgent(store: Store) -> None:
    slow = Slow()
    slow.let.set()
    pipeline = streaming(store, slow, in_request=False)
    await pipeline.bring(make_event("x", reply_to="code", reply_until=NOW + 20 * SECOND))

    (answer,) = await pipeline.outbox()
    assert (answer.urgent, answer.expires_at) == (True, NOW + 20 * SECOND)


async def test_a_changed_card_goes_by_its_code_where_cards_change_later(store: Store) -> None:
    update = CardUpdate(UserId("xiaolu"), Card("done", "", (), "t"))

    async def answer(context: Context) -> Outcome:
        del context
        return Reply(update)

    table = capabilities(answers_in_request=True, changes_cards_later=True, cards_in_answers=False)
    route = Route("tap", answer, kind=EventKind.TAPPED)
    pipeline = Pipeline(store, route, tables={ROBOT: table, APP: capabilities()})
    event = make_event(kind=EventKind.TAPPED, button="b", reply_to="update-code")

    assert await pipeline.ask(event) is None
    (outgoing,) = await pipeline.outbox()
    assert (outgoing.message, outgoing.target.address) == (update, "update-code")


def reception(pipeline: Pipeline) -> tuple[Reception, Hints]:
    hints = Hints()
    return Reception(pipeline.worker, hints), hints


async def test_a_receipt_is_durable_when_it_was_taken_and_its_hints_wait(store: Store) -> None:
    slow = Slow()
    pipeline = streaming(store, slow)
    taken, hints = reception(pipeline)
    events: tuple[Event, ...] = (make_event("a"), make_event("b"))
    hint = Hint(ROBOT, chat_id="wr1")

    await taken.take(Receipt(events, hints=(hint, hint)))

    assert [state for state, _ in await pipeline.records()] == ["waiting", "waiting"]
    assert hints.take(ROBOT, Topic.CHATS) == (hint,)
    assert not hints.waiting(ROBOT, Topic.CHATS)
    slow.let.set()
    await pipeline.worker.idle()


@pytest.mark.usefixtures("_impatient")
async def test_a_refresh_is_answered_with_how_the_stream_stands(store: Store) -> None:
    slow = Slow()
    pipeline = streaming(store, slow)
    taken, _ = reception(pipeline)
    event = make_event("x", reply_to=URL)
    await taken.answer(Receipt((event,), answerable=True))
    slow.let.set()
    await pipeline.worker.idle()

    asked = Receipt((), answerable=True, refreshes=event.key)
    assert await taken.answer(asked) == Text("the answer")


async def test_words_that_answer_a_tap_are_pushed_where_its_address_has_seconds(
    store: Store,
) -> None:
    async def answer(context: Context) -> Outcome:
        del context
        return Reply(Text("too late for this one"))

    table = capabilities(answers_in_request=False, changes_cards_later=True)
    route = Route("tap", answer, kind=EventKind.TAPPED)
    pipeline = Pipeline(store, route, tables={ROBOT: table, APP: capabilities()})
    tap = make_event(
        kind=EventKind.TAPPED, button="b", reply_to="update:1", reply_until=NOW + 5 * SECOND
    )

    await pipeline.bring(tap)
    (outgoing,) = await pipeline.outbox()
    assert (outgoing.target.kind, outgoing.expires_at) == (TargetKind.GROUP, None)
