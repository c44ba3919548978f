"""Schedules: each slot once and none lost, the hard rules always, the mix within one post.

The stories run against a real database; what cannot touch it is checked on pure functions.
"""

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.ids import EventKey
from bot.members.models import GroupRow
from bot.outbox.models import OutboxRow
from bot.schedules.decide import decide
from bot.schedules.models import SlotRow
from bot.schedules.node_days import node_days_between
from bot.schedules.plan import lay_out, undecided_slots
from bot.schedules.publisher import NotPublished, Published
from bot.schedules.records import History, Post, SlotState, read_history
from bot.schedules.slots import due_slots
from bot.settings.schema.base import Kind, Pillar, Weekday
from bot.settings.schema.calendar import CalendarFile, Late, NodeDay, PostLimits, WeeklySlot
from bot.settings.settings import ContentItem, Settings
from bot.store.db import Store
from tests.unit.schedules import support
from tests.unit.schedules.support import GROUP, SHANGHAI, at

ZONES = [SHANGHAI, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]
MINUTE = timedelta(minutes=1)


def shares(names: Sequence[Any], most_first: int = 100) -> st.SearchStrategy[dict[Any, int]]:
    """Percentages that add up to 100, the first at most ``most_first``."""
    cuts = st.lists(st.integers(0, 100), min_size=len(names) - 1, max_size=len(names) - 1)

    def split(points: list[int]) -> dict[Any, int]:
        steps = pairwise([0, *sorted(points), 100])
        return {name: after - before for name, (before, after) in zip(names, steps, strict=True)}

    return cuts.map(split).filter(lambda table: table[names[0]] <= most_first)


@st.composite
def items(draw: st.DrawFn) -> tuple[ContentItem, ...]:
    count = draw(st.integers(0, 40))
    heads = st.fixed_dictionaries(
        {
            "kind": st.sampled_from(Kind),
            "pillar": st.sampled_from(Pillar),
            "promotion": st.booleans(),
            "months": st.sampled_from([(), (), (), (11,), (12, 1), (3,)]),
            "node": st.sampled_from(["", "", "", "", "thanksgiving", "double_12", "birthday"]),
            "fission": st.sampled_from(["rotate", "rotate", "friend"]),
        }
    )
    return tuple(support.item(f"item-{n:02d}", **draw(heads)) for n in range(count))


@st.composite
def calendars(draw: st.DrawFn) -> CalendarFile:
    slots = draw(
        st.lists(
            st.builds(
                WeeklySlot,
                at=st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
                days=st.lists(st.sampled_from(Weekday), min_size=1, max_size=7).map(tuple),
                kinds=st.lists(st.sampled_from(Kind), min_size=1, max_size=5).map(tuple),
            ),
            min_size=1,
            max_size=6,
        )
    )
    return support.calendar(
        slots,
        late=Late(
            policy=draw(st.sampled_from(["publish", "skip", "ask"])),
            within_minutes=draw(st.integers(1, 300)),
        ),
        limits=PostLimits(
            posts_a_day=draw(st.integers(1, 5)),
            gap_minutes=draw(st.integers(0, 240)),
            item_cooldown_days=draw(st.integers(0, 20)),
        ),
        node_days=[
            NodeDay(key="birthday", name="店庆", month=11, day=24),
            NodeDay(key="mourning", name="追思日", month=11, day=25, solemn=True),
        ],
        pillars=draw(shares(list(Pillar))),
        kinds=draw(shares(list(Kind))),
        window_days=draw(st.integers(7, 30)),
        fission_cooldown_days=draw(st.integers(0, 10)),
    )


@st.composite
def situations(draw: st.DrawFn) -> Settings:
    zone = draw(st.sampled_from(ZONES))
    return support.settings(draw(calendars()), draw(items()), zone=zone)


STARTS = st.datetimes(datetime(2026, 10, 25), datetime(2026, 12, 12)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=SHANGHAI, second=0, microsecond=0)
)
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
            async with support.open_store(Path(folder)) as store:
                story = Story(store, given, start)
                await story.tell(steps)
                rows = await SlotRow.all().order_by("sequence")
                outbox = {row.key: row for row in await OutboxRow.all()}
                return Ending(given, rows, outbox, story)

    return asyncio.run(whole())


@settings(max_examples=60, deadline=None)
@given(situations(), STARTS, st.lists(STEPS, max_size=14))
def test_every_slot_is_decided_once_and_no_rule_is_ever_broken(
    given_settings: Settings, start: datetime, steps: list[tuple[str, Any]]
) -> None:
    ending = play(given_settings, start, steps)
    check_every_slot_has_one_row(ending)
    check_messages(ending)
    posts = [row for row in ending.rows if row.state == "published"]
    check_mix_rules(given_settings, posts)
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


@settings(max_examples=40, deadline=None)
@given(situations(), STARTS, st.lists(STEPS, max_size=5))
def test_the_plan_is_what_the_publisher_then_does(
    given_settings: Settings, start: datetime, steps: list[tuple[str, Any]]
) -> None:
    async def whole() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with support.open_store(Path(folder)) as store:
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


def published(given: Settings, start: datetime, days: int) -> list[Post]:
    """All posts of ``days``, each slot decided in its second."""
    history = History()
    for slot in undecided_slots(given, GROUP, history, start, start + timedelta(days=days)):
        decision = decide(given, slot, history, slot.due_at)
        assert decision.state is SlotState.PUBLISHED, decision.reason
        history = decision.after(history)
    return list(history.posts)


def worst_deviation(given: Settings, posts: list[Post], start: datetime) -> float:
    """The most that a pillar or kind is away from its target, in posts, over all full windows."""
    mix = given.calendar.mix
    length = timedelta(days=mix.window_days)
    worst = 0.0
    for index, last in enumerate(posts):
        if last.at < start + length:
            continue
        window = [post for post in posts[: index + 1] if post.at > last.at - length]
        pillars = Counter(post.pillar for post in window)
        kinds = Counter(post.kind for post in window)
        away = [abs(mix.pillars[p] * len(window) / 100 - pillars[p]) for p in Pillar]
        away += [abs(mix.kinds[k] * len(window) / 100 - kinds[k]) for k in Kind]
        worst = max(worst, *away)
    return worst


HOURS = ["08:30", "12:10", "16:00", "20:00"]
FREE_SPRING = at("2026-05-13 00:00")  # the first of seven months without a solemn day
PRODUCT_FIRST = [Kind.PRODUCT, Kind.STORY, Kind.ACTIVITY, Kind.RED_PACKET, Kind.LESSON]


def open_week(counts: Sequence[int]) -> list[WeeklySlot]:
    """A week with so many slots on each day, which take every kind."""
    return [
        support.slot(
            hour, days=[day for day, count in zip(Weekday, counts, strict=True) if n < count]
        )
        for n, hour in enumerate(HOURS)
        if max(counts) > n
    ]


@settings(max_examples=60, deadline=None)
@given(
    pillars=shares(list(Pillar)),
    kinds=shares(PRODUCT_FIRST, most_first=33),
    counts=st.lists(st.integers(0, 4), min_size=7, max_size=7).filter(any),
    weeks=st.integers(1, 4),
)
@example(dict.fromkeys(Pillar, 25), dict.fromkeys(Kind, 20), [1, 1, 2, 2, 3, 1, 3], 4)
def test_every_full_window_is_within_one_post_of_the_target_when_all_can_be_supplied(
    pillars: dict[Pillar, int], kinds: dict[Kind, int], counts: list[int], weeks: int
) -> None:
    """Supplied means: every slot takes every kind, there is a rested item of every pillar and kind
    that is no promotion, and no slot is skipped. The window is whole weeks, so that as many posts
    leave it as come. At most a third of the posts is of kind product, because two in a row are
    forbidden.
    """
    days = 7 * weeks
    given_settings = support.settings(
        support.calendar(
            open_week(counts),
            pillars=pillars,
            kinds=kinds,
            window_days=days,
            limits=PostLimits(item_cooldown_days=2),
        ),
        support.full_library(8),
    )
    posts = published(given_settings, FREE_SPRING, 3 * days)
    assert worst_deviation(given_settings, posts, FREE_SPRING) <= 1


@settings(max_examples=40, deadline=None)
@given(
    pillars=shares(list(Pillar)),
    kinds=shares(PRODUCT_FIRST, most_first=33),
    counts=st.lists(st.integers(0, 4), min_size=7, max_size=7).filter(any),
    window_days=st.integers(7, 30),
    lost=st.sets(st.integers(0, 400), max_size=60),
)
def test_lost_slots_and_broken_weeks_leave_the_mix_within_three_posts(
    pillars: dict[Pillar, int],
    kinds: dict[Kind, int],
    counts: list[int],
    window_days: int,
    lost: set[int],
) -> None:
    """As above, but slots are skipped and the window is no whole number of weeks.

    Three is no theorem: 2.2 was the most in some thousand random cases.
    """
    given_settings = support.settings(
        support.calendar(
            open_week(counts),
            pillars=pillars,
            kinds=kinds,
            window_days=window_days,
            limits=PostLimits(item_cooldown_days=2),
        ),
        support.full_library(8),
    )
    history = History()
    end = FREE_SPRING + timedelta(days=3 * window_days)
    slots = undecided_slots(given_settings, GROUP, history, FREE_SPRING, end)
    for number, slot in enumerate(slots):
        if number not in lost:
            history = decide(given_settings, slot, history, slot.due_at).after(history)
    assert worst_deviation(given_settings, list(history.posts), FREE_SPRING) <= 3


@settings(max_examples=100, deadline=None)
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


@settings(max_examples=60, deadline=None)
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
