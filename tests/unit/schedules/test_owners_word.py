"""发布: the next item at an owner's word, once, and counted with the others."""

import asyncio
from datetime import timedelta

from bot.core.ids import EventKey, GroupKey
from bot.outbox.models import OutboxRow
from bot.schedules.plan import lay_out
from bot.schedules.publisher import NotPublished, Published
from bot.schedules.records import read_recent_slots
from bot.settings.schema.base import Kind
from bot.settings.schema.calendar import Late
from bot.store.db import Store

from .support import (
    EVENING,
    GROUP,
    MINUTE,
    SECOND,
    START,
    Live,
    at,
    calendar,
    group,
    keys_in_outbox,
    publisher,
    records,
    states,
)


async def test_an_unanswered_question_is_no_post_and_the_owners_word_posts_its_item(
    store: Store, live: Live
) -> None:
    live.change(calendar=calendar(late=Late(policy="ask")))
    ours = publisher(store, live)
    await ours.run(START)
    await ours.run(EVENING + 7 * MINUTE)
    asked = (await read_recent_slots(store, GROUP, START))[0]
    answer = await ours.publish_next(GROUP, EVENING + 9 * MINUTE, EventKey("yes"))
    assert answer == Published(asked.title)


async def test_the_owners_word_posts_the_next_item_of_the_plan_and_the_plan_goes_on(
    store: Store, live: Live
) -> None:
    ours = publisher(store, live)
    await ours.run(START)
    planned = lay_out(await ours.situation(group(), START), START).posts[0]
    assert planned.item is not None
    answer = await ours.publish_next(GROUP, START, EventKey("e1"))
    assert answer == Published(planned.item.front.title)
    assert await keys_in_outbox() == [f"slot/{GROUP}/manual/e1"]
    after = lay_out(await ours.situation(group(), START), START).posts[0]
    assert after.item is not planned.item
    assert after.slot.key == planned.slot.key


async def test_the_owners_word_in_the_night_is_sent_without_an_end(
    store: Store, live: Live
) -> None:
    ours = publisher(store, live)
    answer = await ours.publish_next(GROUP, at("2026-11-25 23:30"), EventKey("e1"))
    assert isinstance(answer, Published)
    assert (await OutboxRow.get()).expires_at is None


async def test_a_replayed_word_gives_the_first_answer_and_posts_once(
    store: Store, live: Live
) -> None:
    ours = publisher(store, live)
    answers = await asyncio.gather(
        *(ours.publish_next(GROUP, START + SECOND * n, EventKey("e1")) for n in range(5))
    )
    live.change(content=())
    answers.append(await publisher(store, live).publish_next(GROUP, EVENING, EventKey("e1")))
    assert len(set(answers)) == 1
    assert isinstance(answers[0], Published)
    assert len(await keys_in_outbox()) == 1


async def test_a_replayed_refusal_stays_a_refusal(store: Store, live: Live) -> None:
    solemn = at("2026-12-13 12:00")
    ours = publisher(store, live)
    first = await ours.publish_next(GROUP, solemn, EventKey("e1"))
    assert first == NotPublished("国家公祭日 is a solemn day: nothing is posted")
    assert await ours.publish_next(GROUP, solemn + timedelta(days=1), EventKey("e1")) == first
    assert await keys_in_outbox() == []


async def test_different_words_of_owners_at_the_same_time_post_different_items(
    store: Store, live: Live
) -> None:
    ours, theirs = publisher(store, live), publisher(store, live)
    answers = await asyncio.gather(
        ours.publish_next(GROUP, START, EventKey("e1")),
        theirs.publish_next(GROUP, START, EventKey("e2")),
        ours.publish_next(GROUP, START, EventKey("e3")),
    )
    titles = [answer.title for answer in answers if isinstance(answer, Published)]
    assert len(set(titles)) == 3
    kinds = [row.kind for row in await records(store)]
    assert kinds.count(Kind.PRODUCT) <= 1


async def test_a_group_that_is_not_configured_gets_no_post(store: Store, live: Live) -> None:
    answer = await publisher(store, live).publish_next(GroupKey("other"), START, EventKey("e"))
    assert answer == NotPublished("group other is not in bot.yaml any more")


async def test_an_owners_post_does_not_make_the_slots_before_it_vanish(
    store: Store, live: Live
) -> None:
    ours = publisher(store, live)
    await ours.run(START)
    await ours.publish_next(GROUP, EVENING + 30 * MINUTE, EventKey("e1"))
    await ours.run(EVENING + 31 * MINUTE)
    assert (await states(store))[1][:2] == ("2026-11-25/20:00", "skipped")
