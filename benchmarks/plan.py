"""Laying posts out and publishing them: what a post costs, and whether that grows with groups.

* ``plan``: 14 days for 10, 100 and 1,000 groups of the example brand, beside the ordinary way: for
  each slot the first item of a fitting kind that is not in cool-down, without mix, rules or steps.
* ``year``: a year of 50 groups through the publisher, every tick and every decision on a real
  database (SQLite, synchronous=FULL), beside the floor: the same rows of slots and outbox written
  by a bare loop, as many in a transaction.

    python -m benchmarks.plan [--groups 10,100,1000] [--year 50] [--days 365] [--rounds 3]

The cost of a post with the most groups divided by that with the fewest tells whether the cost grows
linearly with the number of posts: 1.0 is exactly linear. Nothing is sent: sending is paced by the
platform's limits, not by us.
"""

import argparse
import asyncio
import logging
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final

import structlog

from bot.core.ids import GroupKey
from bot.persona.voice import Voice
from bot.schedules.agenda import slots_between
from bot.schedules.decide import Situation
from bot.schedules.plan import lay_out
from bot.schedules.publisher import Publisher
from bot.schedules.records import History
from bot.schedules.rendering import Renderer
from bot.schedules.shelf import NothingAdopted, shelf_of
from bot.settings.pages import Pages
from bot.settings.reload import LiveSettings
from bot.settings.settings import Settings
from bot.store.db import DATABASE_FILE, Store
from bot.tables import MODELS
from tests.support.brand import brand

START: Final = datetime(2026, 11, 23, 1, tzinfo=UTC)
PLAN_DAYS: Final = 14
GOAL_SECONDS: Final = 60.0
GOAL_GROWTH: Final = 1.2

Seconds = float


def community(count: int) -> Settings:
    """The example brand with ``count`` groups like its first one."""
    settings = brand()
    first = settings.bot.groups[0]
    groups = tuple(
        first.model_copy(update={"key": f"group-{number:04d}", "name": f"第 {number} 群"})
        for number in range(count)
    )
    return replace(settings, bot=settings.bot.model_copy(update={"groups": groups}))


def plan_all(settings: Settings) -> int:
    """Ours: the plan of every group. How many posts it has."""
    shelf = shelf_of(settings)
    posts = 0
    for group in settings.bot.groups:
        plan = lay_out(Situation(settings, group, shelf, History()), START, PLAN_DAYS)
        posts += sum(post.choice is not None for post in plan.posts)
    return posts


def plan_ordinarily(settings: Settings) -> int:
    """The ordinary way: any item that is not in cool-down. How many posts it has."""
    rest = timedelta(days=settings.calendar.limits.item_cooldown_days)
    posts = 0
    for group in settings.bot.groups:
        used: dict[str, datetime] = {}
        until = START + timedelta(days=PLAN_DAYS)
        for slot in slots_between(settings, GroupKey(group.key), START, until):
            for item in settings.content:
                last = used.get(item.key)
                if item.front.kind in slot.kinds and (last is None or slot.due_at - last >= rest):
                    used[item.key] = slot.due_at
                    posts += 1
                    break
    return posts


def timed(work: Callable[[], int]) -> tuple[Seconds, int]:
    """How long ``work`` takes, and what it returns."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def measure_plans(counts: Sequence[int], rounds: int) -> float:
    """Print a line for each number of groups; the growth of the cost of a post."""
    costs: dict[int, list[float]] = {count: [] for count in counts}
    ratios: dict[int, list[float]] = {count: [] for count in counts}
    posts: dict[int, int] = {}
    plan_all(community(1))  # the almanac of the year is reckoned once
    for _ in range(rounds):
        for count in counts:
            settings = community(count)
            ours, posts[count] = timed(lambda settings=settings: plan_all(settings))  # type: ignore[misc]
            theirs, ordinary = timed(lambda settings=settings: plan_ordinarily(settings))  # type: ignore[misc]
            costs[count].append(ours / posts[count])
            ratios[count].append((ours / posts[count]) / (theirs / ordinary))
    for count in counts:
        cost, ratio = statistics.median(costs[count]), statistics.median(ratios[count])
        print(
            f"plan   {count:6,d} groups  {posts[count]:8,d} posts  {cost * 1e6:8.0f} µs a post  "
            f"{cost * posts[count]:7.2f} s in all  {ratio:5.1f} x the ordinary way"
        )
    growth = statistics.median(costs[max(counts)]) / statistics.median(costs[min(counts)])
    print(
        f"growth of the cost of a post from {min(counts):,} to {max(counts):,} groups: {growth:.2f}"
    )
    return growth


async def publish_year(directory: Path, count: int, days: int) -> tuple[Seconds, int]:
    """Ours: every tick of ``days``. Seconds, and how many slots were decided."""
    live = LiveSettings(community(count))
    store = Store(directory, MODELS)
    await store.open()
    try:
        renderer = Renderer(Voice(live, random.Random(1)), Pages(live, ""))
        publisher = Publisher(store, renderer, live, NothingAdopted())
        decided, now = 0, START
        began = time.perf_counter()
        await publisher.run(now)
        while (due := await publisher.next_due(now)) is not None and due < START + timedelta(days):
            now = due
            decided += await publisher.run(now)
        return time.perf_counter() - began, decided
    finally:
        await store.close()


def write_again(source: Path, directory: Path) -> Seconds:
    """The floor: the rows of ``source`` again, those of an instant in one durable transaction."""
    old = sqlite3.connect(source)
    new = sqlite3.connect(directory / "floor.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"):
        new.execute(statement)
    tables = {}
    for table, moment in (("slot", "decided_at"), ("outbox", "created_at")):
        (schema,) = old.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()
        new.execute(schema)
        rows = old.execute(f"SELECT *, {moment} AS moment FROM {table} ORDER BY moment").fetchall()
        marks = ", ".join("?" * (len(rows[0]) - 1))
        by_moment = {
            at: [row[:-1] for row in found] for at, found in groupby(rows, lambda r: r[-1])
        }
        tables[f"INSERT INTO {table} VALUES ({marks})"] = by_moment
    moments = sorted({at for by_moment in tables.values() for at in by_moment})
    began = time.perf_counter()
    for at in moments:
        new.execute("BEGIN IMMEDIATE")
        for statement, by_moment in tables.items():
            new.executemany(statement, by_moment.get(at, []))
        new.execute("COMMIT")
    took = time.perf_counter() - began
    old.close()
    new.close()
    return took


def measure_year(count: int, days: int, rounds: int) -> Seconds:
    """Print a line for the year; the median of its seconds."""
    takes, ratios = [], []
    states: Counter[str] = Counter()
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            directory = Path(folder)
            took, decided = asyncio.run(publish_year(directory, count, days))
            with sqlite3.connect(directory / DATABASE_FILE) as connection:
                states = Counter(
                    dict(connection.execute("SELECT state, count(*) FROM slot GROUP BY state"))
                )
            assert sum(states.values()) == decided, "each decision is a row"
            takes.append(took)
            ratios.append(took / write_again(directory / DATABASE_FILE, directory))
    took = statistics.median(takes)
    told = ", ".join(f"{number:,} {state}" for state, number in sorted(states.items()))
    print(
        f"year   {count:6,d} groups  {sum(states.values()):8,d} slots  "
        f"{took / sum(states.values()) * 1e6:8.0f} µs a slot  {took:7.2f} s in all  "
        f"{statistics.median(ratios):5.1f} x the bare rows  ({told}; {days} days)"
    )
    return took


def main() -> int:
    """0 when both goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", default="10,100,1000", help="how many groups to plan for")
    parser.add_argument("--year", type=int, default=50, help="groups of the year")
    parser.add_argument("--days", type=int, default=365, help="days of the year")
    parser.add_argument("--rounds", type=int, default=3, help="medians are told")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    growth = measure_plans([int(part) for part in arguments.groups.split(",")], arguments.rounds)
    took = measure_year(arguments.year, arguments.days, arguments.rounds)
    met = growth <= GOAL_GROWTH and took < GOAL_SECONDS
    print(
        f"goals: growth <= {GOAL_GROWTH}, year < {GOAL_SECONDS:.0f} s: {'met' if met else 'MISSED'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
