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
from bot.schedules.agenda import slots_between
from bot.schedules.campaign_days import campaign_items
from bot.schedules.edits import HAND_PREFIX, Edits
from bot.schedules.node_days import node_days_between
from bot.schedules.plan import lay_out
from bot.schedules.planner import Asked, Changed, Planner
from bot.schedules.publisher import NotPublished, Published
from bot.schedules.records import History, SlotRecord
from bot.settings.settings import Settings
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import to_micros
from tests.support.stores import open_store
from tests.unit.schedules import support
from tests.unit.schedules.support import GROUP

from .schedule_strategies import STARTS, situations

MINUTE = timedelta(minutes=1)
WISHES = ["swap", "pin", "skip", "write", "restore", "approve"]
STEPS = st.one_of(
    st.tuples(st.just("on"), st.integers(0, 90)),
    st.tuples(st.just("on"), st.integers(90, 4000)),
    st.tuples(st.just("on"), st.integers(10_000, 15_000)),  # a week and more
    st.tuples(st.just("talk"), st.integers(1, 5)),
    st.tuples(st.just("wish"), st.tuples(st.sampled_from(WISHES), st.integers(0, 5))),
    st.tuples(st.just("back"), st.integers(1, 300)),
    st.tuples(st.just("walk"), st.integers(1, 5)),
    st.tuples(st.just("word"), st.integers(0, 5)),
    st.tuples(st.just("pause"), st.booleans()),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("edit"), st.none()),
)


def write_messages(connection: Connection, items: Sequence[tuple[int, int]]) -> list[None]:
    """Messages of one member, each with its number and instant."""
    connection.execute(
        "INSERT INTO member (id, created_at) VALUES (1, 0) ON CONFLICT (id) DO NOTHING"
    )
    for number, at in items:
        connection.execute(
            "INSERT INTO interaction (member_id, group_key, act, at, event_key)"
            " VALUES (1, ?, 'message', ?, ?)",
            (GROUP, at, f"talk-{number}"),
        )
    return [None] * len(items)


class Story:
    """A group over days: outages, jumps of the clock, owners' words, two publishers racing."""

    def __init__(self, store: Store, given: Settings, start: datetime) -> None:
        self.store = store
        self.live = support.Live(given)
        self.start = self.now = self.latest = start
        self.answers: dict[str, Published | NotPublished] = {}
        self.said = 0
        self.messages = store.lane("messages", write_messages)
        self.skipped: dict[str, datetime] = {}
        self.restart()

    def restart(self) -> None:
        self.ours = support.publisher(self.store, self.live)
        self.theirs = support.publisher(self.store, self.live)
        self.planner = Planner(self.ours, Edits(self.store))

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
                case "talk":
                    await self.talk(much)
                case "wish":
                    await self.wish(*much)
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

    async def talk(self, count: int) -> None:
        """A member writes ``count`` messages."""
        for _ in range(count):
            self.said += 1
            await self.messages.submit((self.said, to_micros(self.now)))

    async def wish(self, verb: str, place: int) -> None:
        """An owner wants something with one of the next slots."""
        group = self.live.current.bot.groups[0]
        plan = await self.planner.plan(group, self.now)
        if not plan.posts:
            return
        post = plan.posts[place % len(plan.posts)]
        asked = Asked(group, post.slot.key, "owner-1", self.now)
        if verb == "write":
            await self.planner.write(asked, "in my own words")
            return
        settled = await getattr(self.planner, verb)(asked)
        if verb == "skip" and isinstance(settled, Changed):
            self.skipped[post.slot.key] = self.now
        elif isinstance(settled, Changed) and verb != "approve":
            self.skipped.pop(post.slot.key, None)

    async def pause(self, paused_at: datetime | None) -> None:
        async def write() -> None:
            await GroupRow.update_or_create(key=GROUP, defaults={"paused_at": paused_at})

        await self.store.transaction(write)


@dataclass
class Ending:
    """What a story left behind."""

    given: Settings
    rows: Sequence[SlotRecord]
    outbox: dict[str, OutboxRow]
    story: Story


def play(given: Settings, start: datetime, steps: Sequence[tuple[str, Any]]) -> Ending:
    async def whole() -> Ending:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(Path(folder)) as store:
                story = Story(store, given, start)
                await story.tell(steps)
                rows = await support.records(store)
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
    check_wishes(ending)
    posts = [row for row in ending.rows if row.state == "published"]
    check_mix_rules(given_settings, posts)
    check_steps(posts)
    check_times(given_settings, posts)


def posted(row: SlotRecord) -> datetime:
    """When a published slot was posted."""
    assert row.posted_at is not None
    return row.posted_at


def check_every_slot_has_one_row(ending: Ending) -> None:
    """Each slot that came has one row; one that members' talk made wait may have none yet."""
    slots = slots_between(ending.given, GROUP, ending.story.start, ending.story.latest)
    decided = [row.key for row in ending.rows if row.origin != "owner"]
    known = {slot.key for slot in slots}
    assert len(decided) == len(set(decided))
    assert set(decided) <= known
    patience = ending.given.calendar.talk
    waiting = timedelta(minutes=patience.minutes * patience.times)
    for slot in slots:
        if slot.key not in decided:
            first_left_out = min(one.due_at for one in slots if one.key not in decided)
            assert ending.story.latest - first_left_out < waiting
            assert slot.due_at >= first_left_out
    assert [row.sequence for row in ending.rows] == list(range(1, len(ending.rows) + 1))
    assert all(row.reason for row in ending.rows)
    words = {row.key.rpartition("/")[2] for row in ending.rows if row.origin == "owner"}
    assert words == set(ending.story.answers)


def check_messages(ending: Ending) -> None:
    """A post is one message, and there are no others but letters about slots."""
    posts, letters = set(), set()
    owners = ending.given.bot.groups[0].owners
    for row in ending.rows:
        if row.state == "published":
            posts.add(f"slot/{row.key}")
            text = json.loads(ending.outbox[f"slot/{row.key}"].message)["text"]
            assert text.endswith(f"\n\nstep {row.step.replace('.', ' ')}")
            assert row.step.partition(".")[0] in support.STEPS
            if row.item.startswith("item-"):
                assert text.startswith(f"text of {row.item}")
        elif row.state == "asked":
            letters |= {f"slot/{row.key}/ask/{owner}" for owner in owners}
    requests = {key for key in ending.outbox if "/approval/" in key or "/not_approved/" in key}
    assert set(ending.outbox) - requests == posts | letters


def check_wishes(ending: Ending) -> None:
    """What was skipped in time, and not put back, is not posted; nor is what nobody approved."""
    for row in ending.rows:
        if row.key in ending.story.skipped:
            assert row.state == "skipped"
        approval = ending.given.calendar.approval
        if approval and "handwritten" in approval.of and row.item.startswith(HAND_PREFIX):
            assert row.state != "published" or row.approved_by in approval.by


def check_mix_rules(given: Settings, posts: Sequence[SlotRecord]) -> None:
    library = {part.key: part.front for part in (*given.content, *campaign_items(given))}
    kinds = [row.kind for row in posts]
    assert ("product", "product") not in pairwise(kinds)
    for index in range(len(posts)):
        assert sum(row.promotion for row in posts[index : index + 4]) <= 1
    rest = max(given.calendar.limits.item_cooldown_days, 1)
    last: dict[str, Any] = {}
    for row in posts:
        on = posted(row).astimezone(given.zone).date()
        if row.item.startswith(HAND_PREFIX):
            continue
        front = library[row.item]
        assert row.item not in last or (on - last[row.item]).days >= rest
        last[row.item] = on
        assert not front.months or on.month in front.months
        today = node_days_between(on, on, given.calendar)
        assert not front.node or front.node in {day.key for day in today}
        assert not any(day.solemn for day in today)
        assert row.step


def check_steps(posts: Sequence[SlotRecord]) -> None:
    """Every post ends with a step, and none that the group was shown within seven days."""
    shown: dict[str, datetime] = {}
    for row in posts:
        if row.step in shown:
            assert posted(row) - shown[row.step] >= timedelta(days=7)
        shown[row.step] = posted(row)


def check_times(given: Settings, posts: Sequence[SlotRecord]) -> None:
    limits, quiet = given.calendar.limits, given.calendar.quiet_hours
    for index, row in enumerate(posts):
        if row.origin == "owner":
            continue
        local = posted(row).astimezone(given.zone)
        assert quiet.ends <= local.time() < quiet.starts
        assert row.decided_at - row.due_at <= given.calendar.late.within_minutes * MINUTE
        before = [posted(other) for other in posts[:index]]
        assert all(abs(posted(row) - other) > (limits.gap_minutes - 1) * MINUTE for other in before)
        same_day = [
            other for other in before if other.astimezone(given.zone).date() == local.date()
        ]
        assert len(same_day) < limits.posts_a_day


@settings(max_examples=40)
@given(situations(), STARTS, st.lists(STEPS, max_size=5))
def test_the_plan_is_what_the_publisher_then_does(
    given_settings: Settings, start: datetime, steps: list[tuple[str, Any]]
) -> None:
    """Where nobody must approve: the plan shows what needs a yes as if it had it."""
    free = given_settings.calendar.model_copy(update={"approval": None})
    given_settings = replace(given_settings, calendar=free)

    async def whole() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(Path(folder)) as store:
                story = Story(store, given_settings, start)
                await story.tell(steps)
                await story.pause(None)
                story.now = story.latest
                group = given_settings.bot.groups[0]
                plan = lay_out(await story.ours.situation(group, story.now), story.now, 14)
                for planned in plan.posts:
                    story.now = planned.slot.due_at + timedelta(seconds=planned.slot.due_at.day)
                    await story.run()
                rows = {row.key: row for row in await support.records(store)}
                for planned in plan.posts:
                    row = rows[planned.slot.key]
                    assert row.reason == planned.reason
                    posted = row.state == "published"
                    assert (row.item if posted else None) == (
                        planned.item.key if planned.item else None
                    )
                    assert (row.step if posted else None) == (
                        planned.choice.step.key if planned.choice else None
                    )

    asyncio.run(whole())


@settings(max_examples=100)
@given(situations(), STARTS, st.integers(1, 30))
def test_slots_of_two_spans_are_the_slots_of_the_whole(
    given_settings: Settings, start: datetime, days: int
) -> None:
    middle, end = start + timedelta(days=days), start + timedelta(days=30)

    def keys(after: datetime, until: datetime) -> list[str]:
        return [slot.key for slot in slots_between(given_settings, GROUP, after, until)]

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
    first, second = (
        lay_out(support.situation(given, History()), start) for given in (given_settings, other)
    )
    assert first.posts == second.posts
    assert first.mix == second.mix
