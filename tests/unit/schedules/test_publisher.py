"""The publisher on a real database: each slot once, a row for every one, an owner's word."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.core.errors import StoreError
from bot.core.ids import EventKey, GroupKey
from bot.outbox.models import OutboxRow
from bot.schedules import lane as writing
from bot.schedules.plan import lay_out
from bot.schedules.publisher import Publisher
from bot.schedules.records import (
    Origin,
    SlotState,
    read_history,
    read_history_from,
    read_recent_slots,
)
from bot.schedules.rendering import Renderer
from bot.schedules.shelf import NothingAdopted
from bot.settings.pages import Pages
from bot.settings.schema.calendar import Late, PostLimits
from bot.settings.schema.persona import PersonaFile
from bot.store.db import Store
from tests.support.stores import look_into

from .support import (
    EVENING,
    GROUP,
    MINUTE,
    SECOND,
    START,
    Live,
    at,
    calendar,
    full_library,
    group,
    item,
    keys_in_outbox,
    pause,
    publisher,
    records,
    settings,
    slot,
    states,
)


async def test_a_fresh_database_begins_now_and_never_publishes_the_past(
    store: Store, live: Live
) -> None:
    ours = publisher(store, live)
    assert await ours.run(START) == 0
    assert await ours.run(EVENING - SECOND) == 0
    assert await ours.run(EVENING) == 1
    assert [key for key, _, _ in await states(store)] == ["2026-11-25/20:00"]


async def test_a_slot_that_is_due_in_the_first_second_is_published(
    store: Store, live: Live
) -> None:
    assert await publisher(store, live).run(EVENING) == 1


async def test_a_post_is_one_text_to_the_groups_posting_channel_with_its_step_at_the_end(
    store: Store, live: Live
) -> None:
    ours = publisher(store, live)
    await ours.run(START)
    await ours.run(EVENING)
    row = await OutboxRow.get()
    record = (await read_recent_slots(store, GROUP, START))[0]
    assert row.key == f"slot/{GROUP}/2026-11-25/20:00"
    assert (row.channel, row.target_kind, row.target) == ("posts", "group", GROUP)
    text = f"text of {record.item}\n\nstep {record.step.replace('.', ' ')}"
    assert json.loads(row.message) == {"type": "text", "text": text, "mentions": []}
    assert record.title == f"title of {record.item}"
    assert (record.posted_at, record.origin) == (EVENING, Origin.CALENDAR)


async def test_a_post_that_cannot_be_sent_in_time_expires_at_the_latest_with_the_evening(
    store: Store, live: Live
) -> None:
    live.change(calendar=calendar([slot("20:00"), slot("22:00")]))
    ours = publisher(store, live)
    await ours.run(EVENING)
    await ours.run(at("2026-11-25 22:00"))
    expiries = [row.expires_at for row in await OutboxRow.all().order_by("id")]
    assert expiries == [EVENING + 60 * MINUTE, at("2026-11-25 22:30")]


async def test_running_again_and_after_a_restart_publishes_nothing_twice(
    store: Store, live: Live
) -> None:
    ours = publisher(store, live)
    await ours.run(EVENING)
    assert await ours.run(EVENING) == 0
    assert await publisher(store, live).run(EVENING + SECOND) == 0
    assert len(await keys_in_outbox()) == 1


async def test_a_clock_that_goes_back_repeats_nothing(store: Store, live: Live) -> None:
    ours = publisher(store, live)
    await ours.run(EVENING)
    assert await ours.run(EVENING - timedelta(hours=3)) == 0
    assert await publisher(store, live).run(EVENING - timedelta(hours=3)) == 0
    assert await ours.run(EVENING) == 0


async def test_every_slot_of_an_outage_gets_a_row_and_only_the_fresh_one_a_post(
    store: Store, live: Live
) -> None:
    ours = publisher(store, live)
    await ours.run(START)
    assert await ours.run(at("2026-11-27 09:00")) == 4
    assert [(key, state) for key, state, _ in await states(store)] == [
        ("2026-11-25/20:00", "skipped"),
        ("2026-11-26/08:30", "skipped"),
        ("2026-11-26/20:00", "skipped"),
        ("2026-11-27/08:30", "published"),
    ]
    assert (await states(store))[0][2] == "2220 minutes late, more than 60"


async def test_two_slots_that_wait_at_once_are_decided_one_on_the_other(
    store: Store, live: Live
) -> None:
    weekly = [slot("12:00"), slot("12:30")]
    live.change(calendar=calendar(weekly, limits=PostLimits(gap_minutes=0)))
    ours = publisher(store, live)
    await ours.run(START)
    assert await ours.run(at("2026-11-25 12:50")) == 2
    items = [row.item for row in await records(store) if row.state == "published"]
    assert len(set(items)) == 2
    live.change(calendar=calendar(weekly))
    await ours.run(at("2026-11-26 12:50"))
    assert [reason for _, _, reason in await states(store)][3] == (
        "only 0 minutes from the post at 12:50, 90 are asked for"
    )


async def test_late_and_asking_puts_one_question_to_each_owner(store: Store, live: Live) -> None:
    live.change(calendar=calendar(late=Late(policy="ask")))
    ours = publisher(store, live)
    await ours.run(START)
    await ours.run(EVENING + 7 * MINUTE)
    rows = await OutboxRow.all().order_by("id")
    key = f"slot/{GROUP}/2026-11-25/20:00/ask"
    assert [row.key for row in rows] == [f"{key}/owner-1", f"{key}/owner-2"]
    assert {(row.channel, row.target_kind) for row in rows} == {("app", "person")}
    record = (await read_recent_slots(store, GROUP, START))[0]
    assert (record.state, record.posted_at) == (SlotState.ASKED, None)
    assert json.loads(rows[0].message)["text"] == f"11-25 20:00 {record.title} 7"


async def test_a_group_without_owners_asks_the_operators(store: Store, live: Live) -> None:
    live.change(calendar=calendar(late=Late(policy="ask")))
    live.change(bot=live.current.bot.model_copy(update={"groups": (group(owners=()),)}))
    ours = publisher(store, live)
    await ours.run(START)
    await ours.run(EVENING + 7 * MINUTE)
    assert [row.target for row in await OutboxRow.all()] == ["operator"]


async def test_a_paused_group_gets_visible_rows_and_no_posts(store: Store, live: Live) -> None:
    await store.transaction(lambda: pause(START))
    ours = publisher(store, live)
    await ours.run(START)
    await ours.run(EVENING)
    assert await states(store) == [("2026-11-25/20:00", "skipped", "paused")]
    assert await keys_in_outbox() == []
    await store.transaction(lambda: pause(None))
    await ours.run(at("2026-11-26 08:30"))
    assert len(await keys_in_outbox()) == 1


async def test_two_publishers_on_one_database_make_each_slot_once(store: Store, live: Live) -> None:
    ours, theirs = publisher(store, live), publisher(store, live)
    await ours.run(START)
    now = START
    total = 0
    for _ in range(60):
        now += timedelta(hours=6)
        total += sum(await asyncio.gather(ours.run(now), theirs.run(now)))
    rows = await records(store)
    assert total == len(rows) == 30
    assert sorted(row.sequence for row in rows) == list(range(1, 31))
    published = sorted(f"slot/{row.key}" for row in rows if row.state == "published")
    assert sorted(await keys_in_outbox()) == published


async def test_the_plan_is_what_the_publisher_then_does(store: Store, live: Live) -> None:
    thanks = item("thanks", node="thanksgiving")
    live.change(content=(*full_library(2), thanks))
    ours = publisher(store, live)
    await ours.run(START)
    plan = lay_out(await ours.situation(group(), START), START, 30)
    for planned in plan.posts:
        await ours.run(planned.slot.due_at + 3 * SECOND)
    done = await read_recent_slots(store, GROUP, START)
    assert [(record.key, record.item, record.step, record.reason) for record in done] == [
        (
            planned.slot.key,
            planned.item.key if planned.item else "",
            planned.choice.step.key if planned.choice else "",
            planned.reason,
        )
        for planned in plan.posts
    ]
    assert {record.state for record in done} == {SlotState.PUBLISHED, SlotState.SKIPPED}


async def test_it_wakes_when_a_post_is_locked_and_when_it_is_due(store: Store, live: Live) -> None:
    ours = publisher(store, live)
    assert await ours.next_due(START) == START  # nothing is known before the first look
    await ours.run(START)
    locks = EVENING - 30 * MINUTE
    assert await ours.next_due(START) == locks
    await ours.run(locks)
    assert await ours.next_due(locks) == EVENING
    assert await ours.next_due(EVENING + MINUTE) == EVENING  # it still waits for a run
    await ours.run(EVENING + MINUTE)
    assert await ours.next_due(EVENING + MINUTE) == at("2026-11-26 08:00")


async def test_without_groups_nothing_is_due(store: Store) -> None:
    ours = publisher(store, Live(settings(groups=[])))
    assert await ours.run(START) == 0
    assert await ours.next_due(START) is None


async def test_an_edited_calendar_counts_from_the_next_second_on(store: Store, live: Live) -> None:
    ours = publisher(store, live)
    await ours.run(START)
    live.change(calendar=calendar([slot("10:05")]))
    assert await ours.run(START + 5 * MINUTE) == 1


async def test_idle_seconds_ask_the_database_nothing(
    store: Store, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = publisher(store, live)
    await ours.run(START)

    async def refuse(*_: object) -> list[object]:
        raise AssertionError("an idle second must not read")

    monkeypatch.setattr(store, "read_over", refuse)
    assert await ours.run(EVENING - 31 * MINUTE) == 0


class HoarseVoice:
    """Loses its voice in one group."""

    def say(self, template: str, /, *, scope: str, **_: object) -> str:
        if "broken" in scope:
            raise StoreError("no voice")
        return template

    def speaking_as(self, persona: PersonaFile) -> "HoarseVoice":
        del persona
        return self


async def test_one_groups_failure_leaves_the_others_alone_and_is_raised(
    store: Store, live: Live
) -> None:
    live.change(calendar=calendar(late=Late(policy="ask")))
    groups = (group("broken"), group("fine"))
    live.change(bot=live.current.bot.model_copy(update={"groups": groups}))
    ours = Publisher(store, Renderer(HoarseVoice(), Pages(live, "")), live, NothingAdopted())
    await ours.run(START)
    with pytest.raises(ExceptionGroup, match="some groups"):
        await ours.run(EVENING + 5 * MINUTE)
    assert await records(store, GroupKey("broken")) == ()
    assert len(await records(store, GroupKey("fine"))) == 1
    assert await publisher(store, live).run(EVENING + 6 * MINUTE) == 1


async def test_a_decision_is_written_with_its_message_or_not_at_all(
    store: Store, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = publisher(store, live)
    await ours.run(START)

    def fail(*_: object) -> None:
        raise StoreError("no room")

    monkeypatch.setattr(writing, "enqueue_all", fail)
    with pytest.raises(ExceptionGroup):
        await ours.run(EVENING)
    assert await states(store) == []
    monkeypatch.undo()
    assert await ours.run(EVENING + SECOND) == 1


async def test_the_command_line_reads_the_same_history(store: Store, live: Live) -> None:
    ours = publisher(store, live)
    await ours.run(START)
    await ours.run(EVENING)
    await ours.publish_next(GROUP, EVENING + 5 * MINUTE, EventKey("e1"))
    history = await read_history(store, GROUP)
    assert look_into(store, lambda reader: read_history_from(reader, GROUP)) == history
    assert (len(history.posts), history.since, history.sequence) == (2, EVENING, 2)


async def test_recent_slots_are_those_decided_since(store: Store, live: Live) -> None:
    ours = publisher(store, live)
    await ours.run(EVENING)
    await ours.run(at("2026-11-26 08:30"))
    since = at("2026-11-26 00:00")
    assert len(await read_recent_slots(store, GROUP, since)) == 1
    assert await read_recent_slots(store, GroupKey("other"), since) == ()
