"""Schedules: each slot once and none lost, the hard rules always, and as planned.

The stories run against a real database, with two publishers that race for every slot.
"""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.ids import EventKey
from bot.members.models import GroupRow
from bot.outbox.models import OutboxRow
from bot.schedules.models import SlotRow
from bot.schedules.node_days import node_days_between
from bot.schedules.plan import lay_out
from bot.schedules.publisher import NotPublished, Published
from bot.schedules.records import History, read_history
from bot.schedules.slots import due_slots
from bot.settings.settings import Settings
from bot.store.db import Store
from tests.support.stores import open_store
from tests.unit.schedules import support
from tests.unit.schedules.support import GROUP

from .schedule_strategies import STARTS, situations

MINUTE = timedelta(minutes=1)
STEPS = st.one_of(
    st.tuples(st.just("on"), st.integers(0, 90)),
    st.tuples(st.just("on"), st.integers(90, 4000)),
    st.tuples(st.just("back"), st.integers(1, 300)),
    st.tuples(st.just("walk"), st.integers(1, 5)),
    st.tuples(st.just("word"), st.integers(0, 5)),
    st.tuples(st.just("pause"), st.booleans()),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("edit"), st.none()),
)


class Story:
    """A group over days: outages, jumps of the clock, owners' words, two publishers racing."""

    def __init__(self, store: Store, given: Settings, start: datetime) -> None:
        self.store = store
        self.live = support.Live(given)
        self.start = self.now = self.latest = start
        self.answers: dict[str, Published | NotPublished] = {}
        self.restart()

    def restart(self) -> None:
        self.ours = support.publisher(self.store, self.live)
        self.theirs = support.publisher(self.store, self.live)

    async def tell(self, steps: Sequence[tuple[str, Any]]) -> None:
        await self.run()
        for verb, much in steps:
            match verb:
                case "on":
                    self.now += much * MINUTE
                case "back":
                    self.now -= much * MINUTE
                case "walk":
                    await self.walk(much)
                case "word":
                    await self.say(f"event-{much}")
                case "pause":
                    await self.pause(self.now if much else None)
                case "restart":
                    self.restart()
                case _:
                    self.live.change()
            await self.run()

    async def walk(self, count: int) -> None:
        for _ in range(count):
            due = await self.ours.next_due(self.now)
            assert due is not None
            self.now = max(self.now, due)
            await self.run()

    async def run(self) -> None:
        self.latest = max(self.latest, self.now)
        await asyncio.gather(self.ours.run(self.now), self.theirs.run(self.now))

    async def say(self, event: str) -> None:
        both = await asyncio.gather(
            self.ours.publish_next(GROUP, self.now, EventKey(event)),
            self.theirs.publish_next(GROUP, self.now, EventKey(event)),
        )
        first = self.answers.setdefault(event, both[0])
        assert set(both) == {first}

    async def pause(self, paused_at: datetime | None) -> None:
        async def write() -> None:
            await GroupRow.update_or_create(key=GROUP, defaults={"paused_at": paused_at})

        await self.store.transaction(write)


@dataclass
class Ending:
    """What a story left behind."""

    given: Settings
    rows: list[SlotRow]
    outbox: dict[str, OutboxRow]
    story: Story


def play(given: Settings, start: datetime, steps: Sequence[tuple[str, Any]]) -> Ending:
    async def whole() -> Ending:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(Path(folder)) as store:
                story = Story(store, given, start)
                await story.tell(steps)
                rows = await SlotRow.all().order_by("sequence")
                outbox = {row.key: row for row in await OutboxRow.all()}
                return Ending(given, rows, outbox, story)

    return asyncio.run(whole())


@settings(max_examples=60)
@given(situations(), STARTS, st.lists(STEPS, max_size=14))
def test_every_slot_is_decided_once_and_no_rule_is_ever_broken(
    given_settings: Settings, start: datetime, steps: list[tuple[str, Any]]
) -> None:
    ending = play(given_settings, start, steps)
    check_every_slot_has_one_row(ending)
    check_messages(ending)
    posts = [row for row in ending.rows if row.state == "published"]
    check_mix_rules(given_settings, posts)
    check_steps(given_settings, posts)
    check_times(given_settings, posts)


def check_every_slot_has_one_row(ending: Ending) -> None:
    slots = due_slots(
        ending.given.calendar, ending.given.zone, GROUP, ending.story.start, ending.story.latest
    )
    decided = [row.key for row in ending.rows if row.origin == "calendar"]
    assert sorted(decided) == sorted(slot.key for slot in slots)
    assert [row.sequence for row in ending.rows] == list(range(1, len(ending.rows) + 1))
    assert all(row.reason for row in ending.rows)
    words = {row.key.rpartition("/")[2] for row in ending.rows if row.origin == "owner"}
    assert words == set(ending.story.answers)


def check_messages(ending: Ending) -> None:
    expected = set()
    endings = tuple(f"\n\nstep {key}" for key in support.STEPS)
    for row in ending.rows:
        if row.state == "published":
            expected.add(f"slot/{row.key}")
            text = json.loads(ending.outbox[f"slot/{row.key}"].message)["text"]
            assert text.startswith(f"text of {row.item}")
            assert text.endswith(f"\n\nstep {row.step}")
            assert text.endswith(endings)
        elif row.state == "asked":
            owners = ending.given.bot.groups[0].owners
            expected |= {f"slot/{row.key}/ask/{owner}" for owner in owners}
    assert set(ending.outbox) == expected


def check_mix_rules(given: Settings, posts: list[SlotRow]) -> None:
    library = {part.key: part.front for part in given.content}
    kinds = [row.kind for row in posts]
    assert ("product", "product") not in pairwise(kinds)
    for index in range(len(posts)):
        assert sum(row.promotion for row in posts[index : index + 4]) <= 1
    rest = max(given.calendar.limits.item_cooldown_days, 1)
    last: dict[str, Any] = {}
    for row in posts:
        on = row.posted_at.astimezone(given.zone).date()
        front = library[row.item]
        assert row.item not in last or (on - last[row.item]).days >= rest
        last[row.item] = on
        assert not front.months or on.month in front.months
        today = node_days_between(on, on, given.calendar)
        assert not front.node or front.node in {day.key for day in today}
        assert not any(day.solemn for day in today)
        assert front.fission in ("rotate", row.step)


def check_steps(given: Settings, posts: list[SlotRow]) -> None:
    """A step in rotation rests for its cool-down, unless every other one was used since."""
    rotating = {part.key for part in given.content if part.front.fission == "rotate"}
    for index, row in enumerate(posts):
        used = [other.step for other in posts[:index]]
        if row.item in rotating and row.step in used:
            assert set(used[used_last(used, row.step) :]) == set(support.STEPS)


def used_last(used: list[str], step: str) -> int:
    """Where ``step`` was used last."""
    return len(used) - 1 - used[::-1].index(step)


def check_times(given: Settings, posts: list[SlotRow]) -> None:
    limits, quiet = given.calendar.limits, given.calendar.quiet_hours
    for index, row in enumerate(posts):
        if row.origin == "owner":
            continue
        local = row.posted_at.astimezone(given.zone)
        assert quiet.ends <= local.time() < quiet.starts
        assert row.decided_at - row.due_at <= given.calendar.late.within_minutes * MINUTE
        before = [other.posted_at for other in posts[:index]]
        assert all(
            abs(row.posted_at - other) > (limits.gap_minutes - 1) * MINUTE for other in before
        )
        same_day = [
            other for other in before if other.astimezone(given.zone).date() == local.date()
        ]
        assert len(same_day) < limits.posts_a_day


@settings(max_examples=40)
@given(situations(), STARTS, st.lists(STEPS, max_size=5))
def test_the_plan_is_what_the_publisher_then_does(
    given_settings: Settings, start: datetime, steps: list[tuple[str, Any]]
) -> None:
    async def whole() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(Path(folder)) as store:
                story = Story(store, given_settings, start)
                await story.tell(steps)
                await story.pause(None)
                story.now = story.latest
                history = await read_history(store, GROUP)
                plan = lay_out(given_settings, GROUP, history, story.now, 14)
                for planned in plan.posts:
                    story.now = planned.slot.due_at + timedelta(seconds=planned.slot.due_at.day)
                    await story.run()
                rows = {row.key: row for row in await SlotRow.all()}
                for planned in plan.posts:
                    row = rows[planned.slot.key]
                    assert row.reason == planned.reason
                    posted = row.state == "published"
                    assert (row.item if posted else None) == (
                        planned.item.key if planned.item else None
                    )
                    assert (row.step if posted else None) == (
                        planned.step.key if planned.step else None
                    )

    asyncio.run(whole())


@settings(max_examples=100)
@given(situations(), STARTS, st.integers(1, 30))
def test_slots_of_two_spans_are_the_slots_of_the_whole(
    given_settings: Settings, start: datetime, days: int
) -> None:
    middle, end = start + timedelta(days=days), start + timedelta(days=30)

    def keys(after: datetime, until: datetime) -> list[str]:
        calendar, zone = given_settings.calendar, given_settings.zone
        return [slot.key for slot in due_slots(calendar, zone, GROUP, after, until)]

    halves = keys(start, middle) + keys(middle + timedelta(microseconds=1), end)
    assert halves == keys(start, end)
    assert len(set(halves)) == len(halves)


@settings(max_examples=60)
@given(situations(), STARTS, st.randoms())
def test_the_plan_does_not_depend_on_the_order_of_files(
    given_settings: Settings, start: datetime, shuffler: Any
) -> None:
    shuffled = list(given_settings.content)
    shuffler.shuffle(shuffled)
    other = replace(given_settings, content=tuple(shuffled))
    first, second = (lay_out(given, GROUP, History(), start) for given in (given_settings, other))
    assert first.posts == second.posts
    assert first.mix == second.mix
