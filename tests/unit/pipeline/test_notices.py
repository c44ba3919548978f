"""When the persona says that it is an AI, with which answers, and that it is kept."""

from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from bot.core.events import Event, MediaKind
from bot.core.ids import UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    Drawing,
    HandOver,
    Markdown,
    Message,
    Text,
)
from bot.core.pictures import CalendarPicture, DayState
from bot.members.people import Talk
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.inbox import Arrival
from bot.pipeline.notices import ROOM_BYTES, Notice, Notices, go_on, says_both, with_words
from bot.pipeline.routing import Route
from bot.settings.schema.manners import AiNotice
from bot.store.db import Store
from tests.support.brand import brand
from tests.support.events import GROUP, HOUR, MINUTE, NOW, REALM, make_event
from tests.support.pipeline import Pipeline
from tests.support.senders import capabilities

RULES = AiNotice()
ROOM = capabilities()


@pytest.mark.parametrize(
    ("talk", "at", "due"),
    [
        (None, NOW, Notice.FIRST),
        (Talk(NOW, NOW, None), NOW + MINUTE, Notice.FIRST),
        (Talk(NOW, NOW, NOW), NOW + MINUTE, None),
        (Talk(NOW, NOW + 119 * MINUTE, NOW), NOW + 120 * MINUTE, Notice.LONG),
        (Talk(NOW, NOW + 119 * MINUTE, NOW), NOW + 119 * MINUTE, None),
        (Talk(NOW - HOUR, NOW + HOUR, NOW), NOW + HOUR + MINUTE, None),
        (Talk(NOW, NOW + HOUR, NOW), NOW + 2 * HOUR, None),
    ],
    ids=["never", "not yet", "a moment ago", "two hours", "less", "told meanwhile", "a new talk"],
)
def test_it_is_due_at_first_and_after_two_hours_without_a_pause(
    talk: Talk | None, at: datetime, due: Notice | None
) -> None:
    assert go_on(talk, at, RULES)[1] is due


def test_a_talk_goes_on_until_a_pause_ends_it() -> None:
    talk = Talk(NOW, NOW, NOW)
    on, _ = go_on(talk, NOW + 29 * MINUTE, RULES)
    assert (on.began_at, on.last_at) == (NOW, NOW + 29 * MINUTE)
    new, _ = go_on(talk, NOW + 30 * MINUTE, RULES)
    assert (new.began_at, new.last_at) == (NOW + 30 * MINUTE, NOW + 30 * MINUTE)


def test_every_talk_begins_with_it_where_the_settings_say_so() -> None:
    rules = AiNotice(each_talk=True)
    talk = Talk(NOW, NOW, NOW)
    assert go_on(talk, NOW + MINUTE, rules)[1] is None
    assert go_on(talk, NOW + HOUR, rules)[1] is Notice.TALK


def test_an_event_from_the_past_turns_no_clock_back() -> None:
    talk, due = go_on(Talk(NOW, NOW, NOW), NOW - MINUTE, RULES)
    assert (talk.last_at, due) == (NOW, None)


DRAWING = Drawing(CalendarPicture("2026-11", "题", (DayState.FUTURE,) * 30, 0), "字")
CARD = Card("题", "字", (Button("抢", "k"),), "id")


def test_it_stands_beneath_words() -> None:
    calls = (UserId("xiaolu"),)
    assert with_words(Text("好", calls), "我是 AI", ROOM) == Text("好\n我是 AI", calls)
    assert with_words(Markdown("好"), "我是 AI", ROOM) == Markdown("好\n我是 AI")


def test_it_stands_beneath_the_words_of_a_picture_where_they_are_shown() -> None:
    shown = with_words(DRAWING, "我是 AI", ROOM)
    assert isinstance(shown, Drawing)
    assert shown.text == "字\n我是 AI"
    pictures_only = replace(ROOM, media=frozenset({MediaKind.IMAGE}))
    assert with_words(DRAWING, "我是 AI", pictures_only) is None


@pytest.mark.parametrize(
    "answer",
    [CARD, CardUpdate(UserId("xiaolu"), CARD), HandOver("找真人")],
    ids=lambda answer: type(answer).__name__,
)
def test_what_is_no_text_is_left_as_it_is(answer: Message) -> None:
    assert with_words(answer, "我是 AI", ROOM) is None


def test_it_never_makes_an_answer_longer_than_the_platform_takes() -> None:
    fits = "a" * (ROOM_BYTES - 3)
    assert with_words(Text(fits), "b" * 2, ROOM) == Text(f"{fits}\nbb")
    assert with_words(Text(fits), "b" * 3, ROOM) is None
    narrow = replace(ROOM, text_bytes=10)
    assert with_words(Text("a" * 8), "b", narrow) == Text("aaaaaaaa\nb")
    assert with_words(Text("a" * 8), "bb", narrow) is None


def test_an_answer_that_says_it_itself_needs_no_notice() -> None:
    assert says_both(Text("我是 AI 助手，找真人发“人工”"), "AI 助手", "人工")
    assert not says_both(Text("我是 AI 助手"), "AI 助手", "人工")


# ---- in the pipeline


async def say(answer: Message | None, _: Context) -> Outcome:
    return Reply(answer)


GOOD = Text("好")


def pipeline(store: Store, answer: Message | None = GOOD) -> Pipeline:
    return Pipeline(store, Route("say", partial(say, answer)), notices=Notices)


def arrival(event: Event) -> Arrival:
    return Arrival(event, REALM, GROUP, present=True, now=NOW)


def told(message: Message | None) -> bool:
    assert isinstance(message, Text)
    return brand().persona.label in message.text


async def test_a_member_is_told_with_his_first_answer_once(store: Store) -> None:
    place = pipeline(store)
    assert told(await place.ask(make_event("你好")))
    assert not told(await place.ask(make_event("你好")))
    assert told(await place.ask(make_event("你好", user="aqing")))


async def test_two_messages_at_once_are_told_once(store: Store) -> None:
    place = pipeline(store)
    first, second = make_event("一"), make_event("二")
    one, two = await place.worker.receive(first), await place.worker.receive(second)
    assert told(await place.worker.answer(one))
    assert not told(await place.worker.answer(two)), "his standing was read before the first answer"


async def test_it_waits_for_an_answer_that_it_fits_to(store: Store) -> None:
    place = pipeline(store, CARD)
    assert await place.ask(make_event("有什么好玩的")) == CARD
    place = pipeline(store)
    assert told(await place.ask(make_event("你好")))


async def test_silence_is_no_talk(store: Store) -> None:
    place = pipeline(store, None)
    await place.ask(make_event("你好"))
    assert await store.read("SELECT * FROM talk") == []


async def test_a_restart_finds_what_was_told_and_since_when_the_talk_goes_on(store: Store) -> None:
    assert told(await pipeline(store).ask(make_event("你好")))

    again = pipeline(store)
    for minutes in (25, 50, 75, 100):
        again.clock.advance(25 * MINUTE)
        assert not told(await again.ask(make_event("你好"))), minutes
    later = pipeline(store)
    later.clock.advance(120 * MINUTE)
    assert told(await later.ask(make_event("你好")))


async def test_an_event_that_is_handled_again_is_told_again(store: Store) -> None:
    notices = Notices(pipeline(store).voice)
    place = pipeline(store)
    event = make_event("你好")
    accepted = await place.inbox.accept(arrival(event))
    context = place.dispatcher.context(event, accepted.standing)
    for _ in range(2):
        reply, _ = notices.with_notice(context, Reply(Text("好")), ROOM)
        assert told(reply.answer), "the first try may have ended before it was written"


async def test_an_employee_s_greeting_is_not_the_persona_s(store: Store) -> None:
    place = pipeline(store)
    event = replace(make_event("你好"), employee="tangyuan")
    assert await place.ask(event) == Text("好")
