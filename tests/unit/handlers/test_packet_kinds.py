"""All kinds of red packets by words alone, on the page of a customer group."""

import json
import random
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.core.events import Event
from bot.core.ids import GroupKey, UserId
from bot.core.messages import Card, CardUpdate, Message, Text
from bot.handlers.packets.ending import PacketExpiry
from bot.members.roster import MoveKind
from bot.rewards.packets.packets import Packets
from bot.store.db import Store
from bot.web.pages.acts import event_of, read_act
from tests.support.books import assert_stored_books_are_right
from tests.support.customers import POND
from tests.support.events import NOW
from tests.support.pages import CUSTOMER, OWNER, PAGES, new_id, open_pipeline
from tests.support.pipeline import Pipeline, texts_of
from tests.support.stores import execute, read_value

SECOND_CUSTOMER = UserId("wmMOMO0001")


@pytest.fixture
async def pipeline(store: Store) -> Pipeline:
    """Two customers are in the group; its owner is an employee."""
    opened = await open_pipeline(store)
    for user in (OWNER, CUSTOMER, SECOND_CUSTOMER):
        await opened.join(user, MoveKind.FOUND, group=POND)
    return opened


def act(user: UserId, pipeline: Pipeline, **body: str) -> Event:
    """What ``user`` does on the page."""
    done = read_act(json.dumps({"id": new_id(), **body}).encode())
    return event_of(done, PAGES, GroupKey(POND), user, pipeline.clock.now())


async def say(pipeline: Pipeline, user: UserId, text: str) -> str:
    """What is answered to words."""
    answer = await pipeline.ask(act(user, pipeline, text=text))
    assert isinstance(answer, Text), answer
    return answer.text


async def send(pipeline: Pipeline, form: str) -> Card:
    """The owner's packet."""
    await say(pipeline, OWNER, f"发红包 {form}")
    card = await pipeline.ask(act(OWNER, pipeline, text="确认"))
    assert isinstance(card, Card), card
    return card


async def tap(pipeline: Pipeline, user: UserId, card: Card) -> str:
    """The title of the card after a tap."""
    event = act(user, pipeline, button=card.buttons[0].key, task=card.task_id)
    answer: Message | None = await pipeline.ask(event)
    assert isinstance(answer, CardUpdate), answer
    return answer.card.title


async def claims(store: Store) -> object:
    assert_stored_books_are_right(store)
    return await read_value(store, "SELECT count(*) FROM packet_claim")


def got(pipeline: Pipeline, user: UserId, points: int, left: int) -> Sequence[str]:
    """What a member is told who got a share as his first points."""
    slots = {"name": user, "points": points, "unit": "分", "left": left, "balance": points}
    return texts_of(pipeline, "packet.claimed", **slots)


async def test_a_password_is_said_after_the_word_for_claiming(
    pipeline: Pipeline, store: Store
) -> None:
    card = await send(pipeline, "10 2 普通 口令 春风 Ten")
    assert "春风" not in card.text
    assert await say(pipeline, CUSTOMER, "抢") in texts_of(
        pipeline, "packet.word_missing", name=CUSTOMER
    )
    assert await say(pipeline, CUSTOMER, "抢 夏雨") in texts_of(
        pipeline, "packet.wrong_word", name=CUSTOMER, left=4
    )
    answer = await say(pipeline, CUSTOMER, "抢 春风　ＴＥＮ！")
    assert answer in got(pipeline, CUSTOMER, 5, 1)
    assert await claims(store) == 1


async def test_after_too_many_wrong_words_it_is_told_until_when_to_wait(
    pipeline: Pipeline,
) -> None:
    await send(pipeline, "10 2 口令 春风")
    answers = [await say(pipeline, CUSTOMER, f"抢 夏雨{number}") for number in range(5)]
    paused = texts_of(pipeline, "packet.paused", name=CUSTOMER, at="12:10:00")
    assert answers[-1] in paused
    assert await say(pipeline, CUSTOMER, "抢 春风") in paused
    pipeline.clock.advance(timedelta(minutes=10))
    assert await say(pipeline, CUSTOMER, "抢 春风") not in paused


async def test_an_exclusive_packet_is_for_whom_it_names(pipeline: Pipeline, store: Store) -> None:
    card = await send(pipeline, f"10 2 普通 专属 @{CUSTOMER}")
    assert CUSTOMER in card.text
    assert await tap(pipeline, SECOND_CUSTOMER, card) in texts_of(
        pipeline, "packet.not_invited", name=SECOND_CUSTOMER
    )
    assert await say(pipeline, CUSTOMER, "抢") in got(pipeline, CUSTOMER, 5, 1)
    assert await claims(store) == 1


async def test_a_packet_for_others_does_not_hide_the_one_before_it(pipeline: Pipeline) -> None:
    await send(pipeline, "10 2 普通")
    await send(pipeline, f"10 1 普通 专属 @{CUSTOMER}")
    answer = await say(pipeline, SECOND_CUSTOMER, "抢")
    assert answer in got(pipeline, SECOND_CUSTOMER, 5, 1)


async def test_a_name_that_nobody_has_opens_nothing(pipeline: Pipeline, store: Store) -> None:
    answer = await say(pipeline, OWNER, "发红包 10 2 专属 @没有的人")
    assert answer in texts_of(pipeline, "packet.unknown_guest", name="没有的人")
    await say(pipeline, OWNER, "确认")
    assert await read_value(store, "SELECT count(*) FROM packet") == 0


async def test_a_packet_for_a_tag_is_for_those_who_have_it(
    pipeline: Pipeline, store: Store
) -> None:
    tag = pipeline.live.current.members.tags[0]
    card = await send(pipeline, f"10 2 普通 专属 标签 {tag.name}")
    assert tag.name in card.text
    await execute(
        store,
        "INSERT INTO member_tag (member_id, tag, source, confidence, evidence, added_at)"
        f" SELECT member_id, '{tag.key}', 'person', 1, 'asked', 0 FROM identity"
        f" WHERE user_id = '{CUSTOMER}'",
    )
    assert await say(pipeline, SECOND_CUSTOMER, "抢") in texts_of(
        pipeline, "packet.not_tagged", name=SECOND_CUSTOMER, tag=tag.name
    )
    assert await say(pipeline, CUSTOMER, "抢") in got(pipeline, CUSTOMER, 5, 1)


async def test_a_packet_for_todays_check_in_says_so_and_then_pays(
    pipeline: Pipeline, store: Store
) -> None:
    await send(pipeline, "10 2 普通 任务 签到")
    assert await say(pipeline, CUSTOMER, "抢") in texts_of(
        pipeline, "packet.check_in_first", name=CUSTOMER
    )
    await say(pipeline, CUSTOMER, "签到")
    await say(pipeline, CUSTOMER, "抢")
    assert await claims(store) == 1


async def test_a_quiz_shows_its_question_and_hides_its_answer(
    pipeline: Pipeline, store: Store
) -> None:
    card = await send(pipeline, "10 2 普通 任务 答题 补水还是补油？ 补水")
    assert "补水还是补油?" in card.text
    assert await tap(pipeline, CUSTOMER, card) in texts_of(
        pipeline, "packet.question", name=CUSTOMER, question="补水还是补油?"
    )
    assert await say(pipeline, CUSTOMER, "抢 补水") in got(pipeline, CUSTOMER, 5, 1)
    assert await claims(store) == 1


async def test_a_rain_counts_down_and_falls_drop_by_drop(pipeline: Pipeline, store: Store) -> None:
    card = await send(pipeline, "12 6 普通 红包雨 3")
    assert "3" in card.text
    assert await tap(pipeline, CUSTOMER, card) in texts_of(
        pipeline, "packet.not_yet", name=CUSTOMER, seconds=60, at="12:01:00"
    )
    pipeline.clock.advance(timedelta(seconds=60))
    first = await tap(pipeline, CUSTOMER, card)
    assert first in texts_of(pipeline, "packet.claimed_card", points=2, unit="分", left=1)
    assert await tap(pipeline, CUSTOMER, card) in texts_of(
        pipeline, "packet.again", name=CUSTOMER, points=2, unit="分"
    )
    pipeline.clock.advance(timedelta(seconds=20))
    await say(pipeline, CUSTOMER, "抢")
    assert await claims(store) == 2


async def test_progress_names_who_has_a_share_and_how_much_is_left(pipeline: Pipeline) -> None:
    await send(pipeline, "10 2 普通")
    await say(pipeline, CUSTOMER, "抢")
    (line, takers) = (await say(pipeline, SECOND_CUSTOMER, "红包进度")).split("\n")
    slots = {"claimed": 1, "shares": 2, "left": 1, "points": 5, "total": 10, "unit": "分"}
    assert line in texts_of(pipeline, "packet.progress", **slots, at="11-26 12:00")
    assert takers in texts_of(pipeline, "packet.takers", names=CUSTOMER)


async def test_progress_of_a_packet_that_ended_opens_its_shares(pipeline: Pipeline) -> None:
    card = await send(pipeline, "10 2 普通")
    for user in (CUSTOMER, SECOND_CUSTOMER):
        await say(pipeline, user, "抢")
    text = await say(pipeline, CUSTOMER, "进度")
    assert "5,5" in text
    proof = next(word for word in card.text.replace("，", " ").split() if len(word) == 64)
    assert proof in text


async def test_an_owners_own_pool_pays_first(pipeline: Pipeline, store: Store) -> None:
    settings = pipeline.live.current
    packets = settings.rewards.packets.model_copy(update={"owner_points_a_day": 20})
    rewards = settings.rewards.model_copy(update={"packets": packets})
    pipeline.live.change(rewards=rewards)
    await send(pipeline, "20 2 普通")
    await send(pipeline, "20 2 普通")
    rows = await store.read("SELECT purse FROM packet ORDER BY id")
    assert [row["purse"] for row in rows] == ["owner", "group"]


async def test_the_job_ends_what_nobody_wanted_without_a_word_in_a_customer_group(
    pipeline: Pipeline, store: Store
) -> None:
    await send(pipeline, "12 6 普通 红包雨 3")
    await send(pipeline, "10 2")
    before = len(await pipeline.outbox())
    job = PacketExpiry(
        store, Packets(store, random.Random(1)), pipeline.roster, pipeline.voice, pipeline.live
    )
    await job.run(NOW + timedelta(days=1))
    assert len(await pipeline.outbox()) == before
    assert await job.next_due(NOW) is None
    assert await read_value(store, "SELECT count(*) FROM packet WHERE state = 'open'") == 0
