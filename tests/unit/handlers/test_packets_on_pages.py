"""A red packet of a customer group: opened and claimed on its page, announced in the group."""

import json

import pytest

from bot.core.events import Event
from bot.core.ids import GroupKey, UserId
from bot.core.messages import Card, CardUpdate, Message, Target, TargetKind, Text
from bot.members.roster import MoveKind
from bot.store.db import Store
from bot.web.pages.acts import event_of, read_act
from tests.support.books import assert_stored_books_are_right
from tests.support.customers import CONTACT, POND, POND_CHAT
from tests.support.events import GROUP, NOW
from tests.support.pages import CUSTOMER, OWNER, PAGES, new_id, open_pipeline
from tests.support.pipeline import Pipeline, texts_of
from tests.support.stores import read_value

PAGE = f"http://127.0.0.1/m/{POND}"
SECOND_CUSTOMER = UserId("wmMOMO0001")


@pytest.fixture
async def pipeline(store: Store) -> Pipeline:
    """Two customers are in the group; its owner is an employee."""
    opened = await open_pipeline(store)
    for user in (OWNER, CUSTOMER, SECOND_CUSTOMER):
        await opened.join(user, MoveKind.FOUND, group=POND)
    return opened


def act(user: UserId, *, group: str = POND, **body: str) -> Event:
    """What ``user`` does on a page, as the page makes it an event."""
    act = read_act(json.dumps({"id": new_id(), **body}).encode())
    return event_of(act, PAGES, GroupKey(group), user, NOW)


async def open_packet(pipeline: Pipeline, points: int = 10, shares: int = 2) -> Card:
    """The owner proposes and confirms; the card that he is shown."""
    proposed = await pipeline.ask(act(OWNER, text=f"发红包 {points} {shares} 普通"))
    assert isinstance(proposed, Text)
    card = await pipeline.ask(act(OWNER, text="确认"))
    assert isinstance(card, Card), card
    return card


async def tap(pipeline: Pipeline, user: UserId, card: Card, *, group: str = POND) -> Message | None:
    button = card.buttons[0].key
    return await pipeline.ask(act(user, group=group, button=button, task=card.task_id))


async def claims(store: Store) -> list[tuple[str, int]]:
    """Who got how much, by user id."""
    assert_stored_books_are_right(store)
    rows = await store.read(
        "SELECT i.user_id, c.amount FROM packet_claim AS c JOIN identity AS i USING (member_id)"
        " ORDER BY i.user_id"
    )
    return [(row["user_id"], row["amount"]) for row in rows]


async def test_the_owner_sees_the_card_and_the_group_is_told_where_to_claim(
    pipeline: Pipeline,
) -> None:
    card = await open_packet(pipeline)

    assert card.buttons[0].key.startswith("claim:")
    (announced,) = await pipeline.outbox()
    assert (announced.channel, announced.target) == (CONTACT, Target(TargetKind.GROUP, POND_CHAT))
    assert isinstance(announced.message, Text)
    assert announced.message.text in texts_of(
        pipeline, "packet.posted", owner=OWNER, points=10, unit="分", shares=2, url=PAGE
    )
    assert announced.expires_at is not None


async def test_members_claim_by_a_word_and_by_the_button_and_see_what_they_got(
    pipeline: Pipeline, store: Store
) -> None:
    card = await open_packet(pipeline)
    by_word = await pipeline.ask(act(CUSTOMER, text="抢"))
    by_tap = await tap(pipeline, SECOND_CUSTOMER, card)

    assert isinstance(by_word, Text)
    claimed = {"name": CUSTOMER, "points": 5, "left": 1, "balance": 5, "unit": "分"}
    assert by_word.text in texts_of(pipeline, "packet.claimed", **claimed)
    assert isinstance(by_tap, CardUpdate)
    assert by_tap.card.title in texts_of(
        pipeline, "packet.claimed_card", points=5, left=0, unit="分"
    )
    assert await claims(store) == [(SECOND_CUSTOMER, 5), (CUSTOMER, 5)]
    assert len(await pipeline.outbox()) == 1, "the end is not worth a task of an employee"


async def test_a_second_claim_says_so_whichever_way_it_is_made(
    pipeline: Pipeline, store: Store
) -> None:
    card = await open_packet(pipeline)
    await pipeline.ask(act(CUSTOMER, text="抢"))
    again = texts_of(pipeline, "packet.again", name=CUSTOMER, points=5, unit="分")

    by_word = await pipeline.ask(act(CUSTOMER, text="抢"))
    assert isinstance(by_word, Text)
    assert by_word.text in again
    by_tap = await tap(pipeline, CUSTOMER, card)
    assert isinstance(by_tap, CardUpdate)
    assert by_tap.card.title in again
    assert await claims(store) == [(CUSTOMER, 5)]


async def test_outsiders_take_nothing(pipeline: Pipeline, store: Store) -> None:
    card = await open_packet(pipeline)
    stranger, neighbour, leaver = UserId("wmSTRANGER"), UserId("xiaolu"), SECOND_CUSTOMER
    await pipeline.join(neighbour, group=GROUP)
    await pipeline.join(leaver, MoveKind.LEFT, group=POND)

    for user in (stranger, neighbour, leaver):
        refused = texts_of(pipeline, "refused.not_member", name=user, command="抢红包")
        by_word = await pipeline.ask(act(user, text="抢"))
        assert isinstance(by_word, Text)
        assert by_word.text in refused
        assert not isinstance(await tap(pipeline, user, card), CardUpdate)
    assert await claims(store) == []


async def test_a_packet_is_not_claimed_on_the_page_of_another_group(
    pipeline: Pipeline, store: Store
) -> None:
    card = await open_packet(pipeline)
    await pipeline.join(CUSTOMER, MoveKind.FOUND, group=GROUP)

    assert await tap(pipeline, CUSTOMER, card, group=GROUP) is None
    assert await claims(store) == []


@pytest.mark.parametrize("word", ["发红包 10 2", "确认", "取消"])
async def test_a_member_opens_no_packet(pipeline: Pipeline, store: Store, word: str) -> None:
    refused = await pipeline.ask(act(CUSTOMER, text=word))

    assert isinstance(refused, Text)
    command = word.split(maxsplit=1)[0]
    assert refused.text in texts_of(pipeline, "refused.not_owner", name=CUSTOMER, command=command)
    assert await read_value(store, "SELECT count(*) FROM packet") == 0


async def test_the_same_act_confirms_once(pipeline: Pipeline, store: Store) -> None:
    await pipeline.ask(act(OWNER, text="发红包 10 2"))
    confirm = act(OWNER, text="确认")
    answers = [await pipeline.ask(confirm) for _ in range(3)]

    assert isinstance(answers[0], Card)
    assert answers[1:] == answers[:1] * 2
    assert await read_value(store, "SELECT count(*) FROM packet") == 1
