"""Changes to the plan: tried before they are written, and refused with the reason."""

from typing import Any

import pytest

from bot.schedules.edits import Edits
from bot.schedules.planner import Asked, Changed, Planner, Refusal, Refused
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.calendar import PostLimits
from bot.settings.settings import ContentItem
from bot.store.db import Store

from .support import (
    EVENING,
    GROUP,
    MINUTE,
    START,
    Live,
    calendar,
    full_library,
    group,
    item,
    publisher,
    records,
    slot,
)

FIRST, SECOND, THIRD = (
    f"{GROUP}/2026-11-25/20:00",
    f"{GROUP}/2026-11-26/08:30",
    f"{GROUP}/2026-11-26/20:00",
)


class Hands:
    """Two posts a day from a small library, and somebody who changes the plan."""

    def __init__(self, store: Store, live: Live) -> None:
        live.change(content=full_library(3))
        self.live = live
        self.edits = Edits(store)
        self.ours = publisher(store, live)
        self.planner = Planner(self.ours, self.edits)

    def asked(self, key: str = FIRST) -> Asked:
        return Asked(group(), key, "owner-1", START)

    async def items(self) -> list[ContentItem | None]:
        return [post.item for post in (await self.planner.plan(group(), START)).posts]

    async def swap(self, item: ContentItem, key: str = FIRST) -> Changed | Refused:
        return await self.planner.swap(self.asked(key), item.front.title)


@pytest.fixture
async def hands(store: Store, live: Live) -> Hands:
    hands = Hands(store, live)
    await hands.ours.run(START)
    return hands


def of(kind: Kind, pillar: Pillar, number: int = 0) -> ContentItem:
    return item(f"{pillar}-{kind}-{number:03d}", kind, pillar)


async def test_without_a_title_the_next_best_item_comes_and_the_rest_is_laid_out_anew(
    hands: Hands,
) -> None:
    first, *_ = await hands.items()
    changed = await hands.planner.swap(hands.asked())
    assert isinstance(changed, Changed)
    after = await hands.items()
    assert after[0] == changed.post.item != first
    assert changed.post.reason == "chosen by owner-1"
    assert len([one.key for one in after if one]) == len({one.key for one in after if one}) == 28


async def test_where_nothing_else_could_come_it_is_told_what_lacks(
    hands: Hands, live: Live
) -> None:
    live.change(content=(item("only"),))
    refused = await hands.planner.swap(hands.asked())
    assert isinstance(refused, Refused)
    assert refused.why is Refusal.NO_OTHER
    assert "none in the library" in refused.detail


@pytest.mark.parametrize(
    ("title", "answer"),
    [
        ("title of user-story-0001", Refused(Refusal.NEAR_ITEM, "title of user-story-001")),
        ("什么都不像", Refused(Refusal.NO_ITEM)),
    ],
)
async def test_a_title_that_is_none_is_refused_with_the_nearest(
    hands: Hands, title: str, answer: Refused
) -> None:
    assert await hands.planner.swap(hands.asked(), title) == answer


@pytest.mark.parametrize("title", ["TITLE of user-story-002", "user-story-002", "ser-story-002"])
async def test_a_title_may_be_typed_loosely_in_part_or_as_the_files_name(
    hands: Hands, title: str
) -> None:
    changed = await hands.planner.swap(hands.asked(), title)
    assert isinstance(changed, Changed)
    assert changed.post.item == of(Kind.STORY, Pillar.USER, 2)


async def test_an_item_that_is_put_somewhere_comes_nowhere_before(hands: Hands) -> None:
    (first, *_) = await hands.items()
    assert first is not None
    assert isinstance(await hands.swap(first, THIRD), Changed)
    items = await hands.items()
    assert items.index(first) == 2
    assert items.count(first) == 1


async def test_a_product_that_is_settled_keeps_products_away_from_the_slot_before_it(
    hands: Hands,
) -> None:
    assert isinstance(await hands.swap(of(Kind.PRODUCT, Pillar.BRAND), SECOND), Changed)
    refused = await hands.swap(of(Kind.PRODUCT, Pillar.USER))
    assert isinstance(refused, Refused)
    assert refused.why is Refusal.FORBIDDEN
    assert "before a product post that is settled" in refused.detail
    items = await hands.items()
    assert items[0] is not None
    assert items[0].front.kind is not Kind.PRODUCT
    assert items[1] == of(Kind.PRODUCT, Pillar.BRAND)


async def test_nobody_loses_what_is_settled_to_a_later_wish(hands: Hands) -> None:
    assert isinstance(await hands.swap(of(Kind.PRODUCT, Pillar.BRAND)), Changed)
    refused = await hands.swap(of(Kind.PRODUCT, Pillar.USER), SECOND)
    assert isinstance(refused, Refused)
    assert refused.detail.startswith("brand-product-000 (chosen by owner-1): before a product")
    assert (await hands.items())[0] == of(Kind.PRODUCT, Pillar.BRAND)
    assert set(await hands.edits.of_group(GROUP)) == {FIRST}


async def test_the_mix_leaves_a_days_kind_to_what_is_settled_later_and_people_need_not(
    hands: Hands,
) -> None:
    second = (await hands.items())[1]
    assert second is not None
    same = of(second.front.kind, Pillar.PRODUCT, 2)
    assert isinstance(await hands.swap(same, THIRD), Changed)
    then = (await hands.items())[1]
    assert then is not None
    assert then.front.kind is not second.front.kind
    assert isinstance(await hands.swap(second, SECOND), Changed)


async def test_an_item_of_a_node_day_is_put_on_no_other_day(hands: Hands, live: Live) -> None:
    thanks = item("thanks", node="thanksgiving")
    live.change(content=(*live.current.content, thanks))
    refused = await hands.swap(thanks)
    assert isinstance(refused, Refused)
    assert "made for a node day that is not today" in refused.detail
    assert isinstance(await hands.swap(thanks, SECOND), Changed)  # the day itself


async def test_a_pinned_item_stays_whatever_comes_into_the_library(
    hands: Hands, live: Live
) -> None:
    (first, *_) = await hands.items()
    changed = await hands.planner.pin(hands.asked())
    assert isinstance(changed, Changed)
    assert (changed.post.item, changed.post.reason) == (first, "kept by owner-1")
    live.change(content=(item("aaa", Kind.LESSON, Pillar.INDUSTRY, months=(11,)), *full_library(3)))
    assert (await hands.items())[0] == first
    await hands.planner.restore(hands.asked())
    restored = (await hands.items())[0]
    assert restored is not None
    assert restored.key == "aaa"


async def test_written_words_count_as_what_they_replace_and_can_be_pinned(hands: Hands) -> None:
    (first, *_) = await hands.items()
    assert first is not None
    line = "一句很长很长很长很长很长很长很长很长的话"
    for change in (
        await hands.planner.write(
            hands.asked(), " 一句很长很长很长很长很长很长很长很长的话 \n第二行"
        ),
        await hands.planner.pin(hands.asked()),
    ):
        assert isinstance(change, Changed)
        assert change.post.item is not None
        front = change.post.item.front
        assert change.post.item.text.endswith("的话 \n第二行")
        assert front.title == line[:20]
        assert (front.pillar, front.kind) == (first.front.pillar, first.front.kind)


async def test_a_wish_that_a_rule_forbids_by_the_time_gives_way_and_the_row_says_so(
    hands: Hands, store: Store, live: Live
) -> None:
    wished = of(Kind.STORY, Pillar.USER)
    assert isinstance(await hands.swap(wished), Changed)
    gone = tuple(one for one in live.current.content if one.key != wished.key)
    live.change(content=gone)
    await hands.ours.run(EVENING)
    (record,) = await records(store)
    assert record.state == "published"
    assert record.reason.startswith(
        "user-story-000 (chosen by owner-1) is not in the library any more; instead: pillar"
    )


async def test_a_slot_that_is_no_part_of_the_plan_is_refused(hands: Hands) -> None:
    nowhere = hands.asked(f"{GROUP}/2026-11-25/21:00")
    for change in (
        await hands.planner.swap(nowhere),
        await hands.planner.skip(nowhere),
        await hands.planner.approve(nowhere),
    ):
        assert change == Refused(Refusal.NO_SLOT)


async def test_a_slot_that_cannot_be_posted_takes_no_wish(hands: Hands, live: Live) -> None:
    weekly = [slot("08:30"), slot("20:00"), slot("20:30")]
    live.change(calendar=calendar(weekly, limits=PostLimits(gap_minutes=90)))
    refused = await hands.swap(of(Kind.STORY, Pillar.USER), f"{GROUP}/2026-11-25/20:30")
    assert isinstance(refused, Refused)
    assert refused == Refused(
        Refusal.FORBIDDEN, "only 30 minutes from the post at 20:00, 90 are asked for"
    )


async def test_a_change_is_seen_with_the_next_tick(hands: Hands) -> None:
    await hands.ours.run(START)
    assert await hands.ours.next_due(START) == EVENING - 30 * MINUTE
    await hands.planner.skip(hands.asked())
    assert await hands.ours.next_due(START) == START


async def test_a_change_in_the_middle_of_a_look_is_seen_with_the_next_tick(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, write = EVENING - 30 * MINUTE, hands.ours._write

    async def meanwhile(*given: Any) -> bool:
        await hands.planner.skip(hands.asked(THIRD))
        return await write(*given)

    monkeypatch.setattr(hands.ours, "_write", meanwhile)
    await hands.ours.run(now)
    assert await hands.ours.next_due(now) == now
    monkeypatch.undo()
    await hands.ours.run(now)
    assert await hands.ours.next_due(now) == EVENING


async def test_between_the_plan_and_the_word_the_slot_may_be_over(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The publisher decides while a wish is tried."""
    situation = await hands.ours.situation(group(), START)
    await hands.ours.run(EVENING)

    async def before(*_: object) -> object:
        return situation

    monkeypatch.setattr(hands.ours, "situation", before)
    assert await hands.planner.skip(hands.asked()) == Refused(Refusal.DECIDED)
