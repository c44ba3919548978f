"""Who must approve a post: asked once in private, bound to the words, and without a yes no post."""

import json
from datetime import datetime
from typing import Any

import pytest

from bot.core.ids import EventKey
from bot.outbox.models import OutboxRow
from bot.schedules.approval import all_approvers, approvers_of
from bot.schedules.edits import Edits, Written
from bot.schedules.planner import Asked, Changed, Planner, Refusal, Refused
from bot.schedules.publisher import NotPublished, Published, Publisher
from bot.schedules.shelf import shelf_of
from bot.schedules.slots import Slot
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.calendar import Approval, Late
from bot.settings.settings import ContentItem
from bot.store.db import Store
from tests.support.stores import read_value

from .support import (
    EVENING,
    EVERY_KIND,
    GROUP,
    MINUTE,
    START,
    Live,
    at,
    calendar,
    full_library,
    group,
    item,
    publisher,
    settings,
    slot,
    states,
)

KEY = f"{GROUP}/2026-11-25/20:00"
BOSS = Approval(by=("boss", "chief"), of=("all",), ask_hours=2)
ASKS = at("2026-11-25 18:00")


class Desk:
    """A group with one post a day, which the boss or the chief must approve."""

    def __init__(self, store: Store, live: Live, **parts: Any) -> None:
        self.live = live
        live.change(calendar=calendar([slot("20:00")], **{"approval": BOSS, **parts}))
        self.ours: Publisher = publisher(store, live)
        self.planner = Planner(self.ours, Edits(store))

    async def at(self, *instants: datetime) -> None:
        for instant in instants:
            await self.ours.run(instant)

    def asked(self, by: str, when: datetime = ASKS) -> Asked:
        return Asked(group(), KEY, by, when)

    async def approve(self, by: str = "boss", when: datetime = ASKS) -> Changed | Refused:
        return await self.planner.approve(self.asked(by, when))


@pytest.fixture
def desk(store: Store, live: Live) -> Desk:
    return Desk(store, live)


async def letters(about: str = "/approval/") -> list[tuple[str, str, str]]:
    """To whom, on which channel, and what: of the letters whose key holds ``about``."""
    rows = await OutboxRow.all().order_by("id")
    return [
        (row.target, row.channel, json.loads(row.message)["text"])
        for row in rows
        if about in row.key
    ]


async def posts() -> list[str]:
    return [text for _, channel, text in await letters("") if channel == "posts"]


# ---- who


@pytest.mark.parametrize(
    ("nature", "of", "is_asked"),
    [
        ("promotion", ("promotion",), True),
        ("plain", ("promotion", "handwritten", "campaign", "adopted"), False),
        ("plain", ("all",), True),
        ("written", ("handwritten",), True),
        ("written", ("promotion",), False),
        ("campaign", ("campaign",), True),
        ("adopted", ("adopted",), True),
        ("adopted", ("handwritten",), False),
    ],
)
def test_the_calendar_names_people_for_kinds_of_posts(
    nature: str, of: tuple[str, ...], is_asked: bool
) -> None:
    items = {
        "promotion": item("a", promotion=True),
        "plain": item("a"),
        "campaign": item("a"),
        "written": Written("t", "t", Pillar.USER, Kind.STORY).as_item(KEY),
        "adopted": item("ugc-7", Kind.STORY, Pillar.USER),
    }
    where = Slot(KEY, GROUP, EVENING, EVERY_KIND, campaign="c" if nature == "campaign" else "")
    approval = Approval.model_validate({"by": ("boss",), "of": of})
    given = settings(calendar(approval=approval))
    assert approvers_of(given, where, items[nature]) == (("boss",) if is_asked else ())


def test_a_file_may_name_its_own_people_beside_the_calendars() -> None:
    where = Slot(KEY, GROUP, EVENING, EVERY_KIND)
    own = item("a", approval=("expert", "boss"))
    assert approvers_of(settings(), where, own) == ("expert", "boss")
    given = settings(calendar(approval=BOSS), [own])
    assert approvers_of(given, where, own) == ("expert", "boss", "chief")
    assert all_approvers(given, shelf_of(given)) == {"expert", "boss", "chief"}


# ---- asking


async def test_each_of_them_is_asked_once_in_private_with_the_text(desk: Desk) -> None:
    await desk.at(START, ASKS - MINUTE)
    assert await letters() == []
    await desk.at(ASKS, ASKS + MINUTE, ASKS + 20 * MINUTE)
    asked = await letters()
    assert [(who, channel) for who, channel, _ in asked] == [("boss", "app"), ("chief", "app")]
    plan = await desk.planner.plan(group(), ASKS)
    assert plan.posts[0].item is not None
    title, text = plan.posts[0].item.front.title, plan.posts[0].item.text
    assert asked[0][2] == f"鱼塘 11-25 20:00 {title} {text}"
    assert plan.posts[0].awaits == ("boss", "chief")


async def test_what_was_asked_about_is_held_although_a_better_item_comes(
    desk: Desk, live: Live
) -> None:
    await desk.at(START, ASKS)
    held = (await desk.planner.plan(group(), ASKS)).posts[0].item
    better = item("aaa", Kind.LESSON, Pillar.INDUSTRY, months=(11,))
    live.change(content=(better, *live.current.content))
    assert (await desk.planner.plan(group(), ASKS)).posts[0].item == held
    restored = await desk.planner.restore(desk.asked("owner-1"))
    assert isinstance(restored, Changed)
    assert restored.post.item == better


async def test_a_yes_posts_it_and_its_row_says_whose(desk: Desk, store: Store) -> None:
    await desk.at(START, ASKS)
    changed = await desk.approve("chief")
    assert isinstance(changed, Changed)
    assert (changed.post.awaits, changed.post.approved_by) == ((), "chief")
    await desk.at(EVENING)
    assert len(await posts()) == 1
    assert await read_value(store, "SELECT approved_by FROM slot") == "chief"
    assert await letters("not_approved") == []


async def test_a_yes_ahead_of_the_question_spares_the_question(desk: Desk) -> None:
    await desk.at(START)
    assert isinstance(await desk.approve("boss", START), Changed)
    await desk.at(ASKS, EVENING)
    assert await letters() == []
    assert len(await posts()) == 1


async def test_without_a_yes_the_row_and_a_letter_say_who_could_have_given_it(
    desk: Desk, store: Store
) -> None:
    await desk.at(START, ASKS, EVENING, EVENING + MINUTE)
    assert await states(store) == [
        ("2026-11-25/20:00", "skipped", "nobody has approved it: boss, chief could")
    ]
    assert await posts() == []
    told = await letters("not_approved")
    assert [who for who, _, _ in told] == ["boss", "chief", "owner-1", "owner-2"]
    assert told[0][2].startswith("鱼塘 11-25 20:00 title of")
    assert told[0][2].endswith("boss、chief")


# ---- bound to the words


def rewritten(live: Live, text: str) -> None:
    live.change(
        content=tuple(
            ContentItem(one.key, one.front, f"{one.text} {text}") for one in live.current.content
        )
    )


async def test_a_text_that_changes_after_the_yes_is_asked_about_again_and_not_posted_without(
    desk: Desk, live: Live, store: Store
) -> None:
    await desk.at(START, ASKS)
    await desk.approve()
    rewritten(live, "and more")
    await desk.at(ASKS + MINUTE)
    again = await letters()
    assert [who for who, _, _ in again] == ["boss", "chief"] * 2
    assert again[2][2].endswith("and more")
    await desk.at(EVENING)
    assert await posts() == []
    assert (await states(store))[0][2].startswith("nobody has approved it")
    assert await read_value(store, "SELECT approved_by FROM slot") == ""


async def test_nobody_says_yes_to_what_he_was_not_shown(desk: Desk, live: Live) -> None:
    await desk.at(START, ASKS)
    rewritten(live, "and more")
    assert await desk.approve() == Refused(Refusal.CHANGED)
    await desk.at(ASKS + MINUTE)
    assert isinstance(await desk.approve(when=ASKS + MINUTE), Changed)


async def test_another_item_is_asked_about_at_once_and_the_first_one_back_keeps_its_yes(
    desk: Desk, live: Live
) -> None:
    await desk.at(START, ASKS)
    first = (await desk.planner.plan(group(), ASKS)).posts[0].item
    assert first is not None
    await desk.approve()
    swapped = await desk.planner.swap(desk.asked("owner-1"))
    assert isinstance(swapped, Changed)
    assert swapped.post.awaits == ("boss", "chief")
    assert await desk.ours.next_due(ASKS) == ASKS
    await desk.at(ASKS)
    assert len(await letters()) == 4
    back = await desk.planner.swap(desk.asked("owner-1"), first.front.title)
    assert isinstance(back, Changed)
    assert back.post.approved_by == "boss"


async def test_whoever_may_approve_need_not_approve_his_own_change(desk: Desk) -> None:
    await desk.at(START)
    changed = await desk.planner.write(desk.asked("boss", START), "今晚见")
    assert isinstance(changed, Changed)
    assert changed.post.approved_by == "boss"
    await desk.at(ASKS, EVENING)
    assert await letters() == []
    assert [text.partition("\n")[0] for text in await posts()] == ["今晚见"]


async def test_a_yes_after_the_lock_counts_and_one_that_follows_a_skip_does_not(
    desk: Desk,
) -> None:
    late = EVENING - 10 * MINUTE
    await desk.at(START, ASKS, EVENING - 30 * MINUTE)
    assert isinstance(await desk.approve(when=late), Changed)
    assert isinstance(await desk.planner.skip(desk.asked("owner-1", late)), Changed)
    assert await desk.approve(when=late) == Refused(Refusal.EMPTY, "skipped by owner-1")
    await desk.at(EVENING)
    assert await posts() == []


async def test_who_is_not_named_is_told_who_is(desk: Desk, live: Live) -> None:
    await desk.at(START)
    assert await desk.approve("owner-1") == Refused(Refusal.NOT_ASKED, "boss, chief")
    live.change(calendar=calendar([slot("20:00")]))
    assert await desk.approve("boss") == Refused(Refusal.NO_NEED)


# ---- an owner's word


async def test_an_owners_word_posts_nothing_that_waits_for_somebody_elses_yes(
    desk: Desk, live: Live, store: Store
) -> None:
    await desk.at(START)
    answer = await desk.ours.publish_next(GROUP, START, EventKey("1"), by="owner-1")
    assert answer == NotPublished("everything that could come waits for somebody's approval")
    answer = await desk.ours.publish_next(GROUP, START, EventKey("2"), by="boss")
    assert isinstance(answer, Published)
    approved = "SELECT approved_by FROM slot WHERE state = 'published'"
    assert await read_value(store, approved) == "boss"
    free = item("free", Kind.LESSON)
    live.change(
        calendar=calendar([slot("20:00")]),
        content=(item("sale", Kind.LESSON, approval=("chief",)), free),
    )
    answer = await desk.ours.publish_next(GROUP, START, EventKey("3"), by="owner-1")
    assert answer == Published(free.front.title)


async def test_a_late_post_in_somebodys_own_words_is_asked_about_and_posted_as_it_was_approved(
    store: Store, live: Live
) -> None:
    desk = Desk(store, live, late=Late(policy="ask"))
    await desk.at(START)
    await desk.planner.write(desk.asked("boss", START), "今晚见")
    await desk.at(EVENING + 7 * MINUTE)
    assert [state for _, state, _ in await states(store)] == ["asked"]
    rewritten(live, "and more")
    answer = await desk.ours.publish_next(GROUP, EVENING + 9 * MINUTE, EventKey("yes"))
    assert answer == Published("今晚见")
    assert [text.partition("\n")[0] for text in await posts()] == ["今晚见"]


async def test_the_question_about_a_late_post_ends_with_the_next_decision(
    store: Store, live: Live
) -> None:
    live.change(calendar=calendar(late=Late(policy="ask")), content=full_library(3))
    ours, edits = publisher(store, live), Edits(store)
    await ours.run(START)
    await ours.run(EVENING + 7 * MINUTE)
    assert set(await edits.of_group(GROUP)) == {KEY}
    await ours.run(at("2026-11-26 08:30"))
    assert set(await edits.of_group(GROUP)) == set()
