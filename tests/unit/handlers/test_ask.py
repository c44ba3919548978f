"""Questions in a conversation: the roads in their order, and what is kept of the asking."""

from datetime import timedelta

import pytest

from bot.core.messages import plain_text
from bot.core.ports import Hears
from bot.settings.schema.card import Addressing
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import APP, ROBOT, make_event
from tests.support.pages import member_routes
from tests.support.pipeline import Pipeline
from tests.support.senders import capabilities
from tests.support.stores import execute

QUESTION = "烟酰胺能天天用吗"


def open_pipeline(store: Store, live: Live, *, hears: Hears = Hears.MENTIONS) -> Pipeline:
    tables = {ROBOT: capabilities(hears=hears), APP: capabilities()}
    return Pipeline(store, *member_routes(store, live), live=live, tables=tables)


@pytest.fixture
def live() -> Live:
    return Live(brand())


@pytest.fixture
def pipeline(store: Store, live: Live) -> Pipeline:
    return open_pipeline(store, live)


async def ask(pipeline: Pipeline, text: str, user: str = "xiaolu") -> str:
    answer = await pipeline.ask(make_event(text, user=user))
    return "" if answer is None else plain_text(answer)


async def test_an_answer_is_counted_in_the_register_in_which_it_was_said(
    pipeline: Pipeline, store: Store
) -> None:
    await ask(pipeline, QUESTION)
    await ask(pipeline, "早上好")
    rows = await store.read("SELECT detail FROM interaction WHERE act = 'question' ORDER BY id")
    assert [str(row["detail"]).partition(":")[0] for row in rows] == ["expert", "friend"]


async def test_a_number_answers_what_was_offered(pipeline: Pipeline) -> None:
    offered = await ask(pipeline, "防嗮多久补一次")
    assert "1. " in offered
    answered = await ask(pipeline, "1")
    assert answered
    assert "1. " not in answered
    assert await pipeline.records() == [("done", "ask"), ("done", "offered")]


async def test_a_number_that_nobody_offered_is_a_question_like_any_other(
    pipeline: Pipeline,
) -> None:
    await ask(pipeline, "防嗮多久补一次")
    assert await ask(pipeline, "1", user="aqing") != await ask(pipeline, "1")


async def test_a_slip_of_a_command_is_told_and_not_carried_out(pipeline: Pipeline) -> None:
    assert "签到" in await ask(pipeline, "签道")
    assert ("checkin", "checkin") not in await pipeline.acts()


async def test_what_nothing_answers_waits_for_somebody_who_knows(
    pipeline: Pipeline, store: Store
) -> None:
    await ask(pipeline, "火星上的飞船几点出发")
    rows = await store.read("SELECT text FROM open_question")
    assert [row["text"] for row in rows] == ["火星上的飞船几点出发"]


async def test_of_talk_among_members_only_a_question_with_a_sure_answer_is_answered(
    store: Store, live: Live
) -> None:
    pipeline = open_pipeline(store, live, hears=Hears.EVERYTHING)
    assert await ask(pipeline, QUESTION)
    for talk in ("早上好", "火星上的飞船几点出发", "防嗮多久补一次"):
        assert await ask(pipeline, talk) == ""
    assert await store.read("SELECT 1 FROM open_question") == []


async def test_members_of_a_level_are_called_as_the_card_says(store: Store) -> None:
    settings = brand()
    top = settings.rewards.levels[-1]
    card = settings.persona.model_copy(
        update={"addressing": Addressing(levels={top.name: "{name}大人"})}
    )
    live = Live(settings)
    live.change(persona=card)
    pipeline = open_pipeline(store, live)
    assert "大人" not in await ask(pipeline, "早上好")
    (row,) = await store.read("SELECT id FROM member")
    await execute(
        store,
        "INSERT INTO member_level (member_id, earned, through_entry, told_level)"
        f" VALUES ({row['id']}, {top.from_points}, 0, 0)",
    )
    assert "xiaolu大人" in await ask(pipeline, "早上好")


async def test_members_with_a_tag_are_called_so_unless_they_want_nothing_personal(
    store: Store,
) -> None:
    settings = brand()
    tag = settings.members.tags[0].key
    card = settings.persona.model_copy(update={"addressing": Addressing(tags={tag: "{name}姐妹"})})
    live = Live(settings)
    live.change(persona=card)
    pipeline = open_pipeline(store, live)
    await ask(pipeline, "早上好")
    (row,) = await store.read("SELECT id FROM member")
    await execute(
        store,
        "INSERT INTO member_tag"
        " (member_id, tag, source, confidence, evidence, added_at, expires_at)"
        f" VALUES ({row['id']}, '{tag}', 'rule', 1.0, 'x', 0, NULL)",
    )
    assert "xiaolu姐妹" in await ask(pipeline, "早上好")
    await execute(store, f"UPDATE member SET impersonal_since = 1 WHERE id = {row['id']}")
    assert "姐妹" not in await ask(pipeline, "早上好")


async def test_the_time_of_day_adds_variants(store: Store) -> None:
    settings = brand()
    templates = {
        **settings.persona.templates,
        "ask.fallback": ("白天说的",),
        "ask.fallback@night": ("夜里说的",),
    }
    live = Live(settings)
    live.change(persona=settings.persona.model_copy(update={"templates": templates}))
    pipeline = open_pipeline(store, live)
    local = pipeline.clock.now().astimezone(settings.zone)
    pipeline.clock.advance(timedelta(hours=(26 - local.hour)))
    heard = {await ask(pipeline, f"火星上的飞船{number}号几点出发") for number in range(4)}
    assert heard == {"白天说的", "夜里说的"}, "at two in the morning"
