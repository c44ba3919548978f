"""Edited files are taken as a whole or not at all."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.settings.problems import Problem, Problems
from bot.settings.reload import Change, LiveSettings, needs_restart
from bot.settings.settings import Settings

from .good_config import ENVIRONMENT, Configuration

PATIENCE_SECONDS = 20


@pytest.fixture
def live(config: Configuration) -> LiveSettings:
    return LiveSettings(config.settings())


def test_a_good_edit_replaces_the_settings(config: Configuration, live: LiveSettings) -> None:
    old = live.current
    config.edit("rewards.yaml", "points: 10", "points: 11")

    change = live.refresh(config.load)

    assert change == Change(old, live.current)
    assert live.current.rewards.checkin.points == 11


def test_a_bad_edit_leaves_the_old_settings_and_is_told_once(
    config: Configuration, live: LiveSettings
) -> None:
    old = live.current
    config.edit("rewards.yaml", "points: 10", "points: -1")
    assert isinstance(live.refresh(config.load), Problems)
    assert live.refresh(config.load) is None

    config.edit("members.yaml", "tag: green_tea", "tag: greentea")
    problems = live.refresh(config.load)
    assert isinstance(problems, Problems)
    assert len(problems.problems) == 2
    assert live.current is old


def test_the_same_mistake_is_told_again_after_it_was_mended(
    config: Configuration, live: LiveSettings
) -> None:
    config.edit("rewards.yaml", "points: 10", "points: -1")
    assert live.refresh(config.load)
    config.edit("rewards.yaml", "points: -1", "points: 10")
    assert isinstance(live.refresh(config.load), Change), "that it is mended is news as well"
    assert live.refresh(config.load) is None

    config.edit("rewards.yaml", "points: 10", "points: -1")
    assert isinstance(live.refresh(config.load), Problems)


def test_saving_without_a_change_tells_nothing(config: Configuration, live: LiveSettings) -> None:
    old = live.current
    config.write("rewards.yaml", (config.directory / "rewards.yaml").read_text(encoding="utf-8"))

    assert live.refresh(config.load) is None
    assert live.current is old


RESTARTS: list[tuple[str, str, str]] = [
    ("channels", "agent_id: 1000002", "agent_id: 1000003"),
    ("simulator", "in_group: [owner_one]", "in_group: []"),
    ("storage", "brand:", "storage:\n  directory: elsewhere\nbrand:"),
    ("web", "brand:", "web:\n  port: 9000\nbrand:"),
]


@pytest.mark.parametrize(("section", "old", "new"), RESTARTS)
def test_what_cannot_change_while_running_is_refused_as_a_whole(
    config: Configuration, live: LiveSettings, section: str, old: str, new: str
) -> None:
    before = live.current
    config.edit("bot.yaml", old, new)
    config.edit("rewards.yaml", "points: 10", "points: 11")

    notice = live.refresh(config.load)

    assert needs_restart(before, config.settings()) == (section,)
    line = int(config.place("bot.yaml", f"{section}:").split(":")[1])
    what = "needs a restart; until then all settings stay as they were"
    instead = "restart the program, or take the change back"
    problem = Problem(f"{config.directory}/bot.yaml", line, 1, section, what, instead)
    assert notice == Problems((problem,))
    assert live.current is before
    assert live.refresh(config.load) is None


def test_groups_may_change_while_running(config: Configuration, live: LiveSettings) -> None:
    config.edit("bot.yaml", "owners: [owner_one]", "owners: [owner_one, operator_one]")

    assert isinstance(live.refresh(config.load), Change)


class Watched:
    """A running watch with what it called, in order."""

    def __init__(self) -> None:
        self.calls: asyncio.Queue[tuple[Settings, Settings] | Problems] = asyncio.Queue()

    async def on_change(self, old: Settings, new: Settings) -> None:
        await self.calls.put((old, new))

    async def on_problems(self, problems: Problems) -> None:
        await self.calls.put(problems)

    async def after(self, edit: Callable[[], None]) -> tuple[Settings, Settings] | Problems:
        """What is called after ``edit``; edits again while the watch is not yet up."""
        for _ in range(PATIENCE_SECONDS):
            edit()
            try:
                return await asyncio.wait_for(self.calls.get(), timeout=1)
            except TimeoutError:
                continue
        raise AssertionError("the watch did not notice")


@asynccontextmanager
async def watching(config: Configuration, live: LiveSettings) -> AsyncIterator[Watched]:
    watched, stop = Watched(), asyncio.Event()
    task = asyncio.create_task(
        live.watch(config.directory, ENVIRONMENT, watched.on_change, watched.on_problems, stop)
    )
    try:
        yield watched
    finally:
        stop.set()
        await asyncio.wait_for(task, timeout=PATIENCE_SECONDS)


async def test_a_watch_takes_good_edits_and_tells_bad_ones(
    config: Configuration, live: LiveSettings
) -> None:
    old = live.current

    def write_good() -> None:
        config.write("rewards.yaml", "checkin:\n  points: 12\n")

    def write_bad() -> None:
        config.write("rewards.yaml", "checkin:\n  points: -12\n")

    async with watching(config, live) as watched:
        assert await watched.after(write_good) == (old, live.current)
        assert live.current.rewards.checkin.points == 12

        problems = await watched.after(write_bad)
        assert isinstance(problems, Problems)
        assert len(problems.problems) == 1
        assert live.current.rewards.checkin.points == 12


async def test_a_watch_notices_what_was_edited_before_it_began(
    config: Configuration, live: LiveSettings
) -> None:
    config.edit("rewards.yaml", "points: 10", "points: 13")

    async with watching(config, live) as watched:
        await asyncio.wait_for(watched.calls.get(), timeout=PATIENCE_SECONDS)

    assert live.current.rewards.checkin.points == 13
