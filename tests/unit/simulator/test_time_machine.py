"""The time machine: everything in its order and at its hour, and never backwards."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from bot.core.clock import ManualClock
from tests.unit.simulator.stub_bot import NINE, Stage, on_stage


class Diary:
    """Things to do at instants; doing them may add more."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.due: list[tuple[datetime, str]] = []
        self.done: list[tuple[datetime, str]] = []
        self.settled = 0

    async def settle(self) -> datetime | None:
        self.settled += 1
        now = self.clock.now()
        for item in sorted(self.due):
            if item[0] <= now:
                self.due.remove(item)
                self.done.append((now, item[1]))
        return min(self.due)[0] if self.due else None


def with_diary(stage: Stage, *plans: tuple[int, str]) -> Diary:
    assert isinstance(stage.clock, ManualClock)
    diary = Diary(stage.clock)
    diary.due = [(NINE + timedelta(seconds=after), what) for after, what in plans]
    stage.simulator.settle = diary.settle
    return diary


async def test_each_thing_happens_at_its_own_hour(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        diary = with_diary(stage, (7200, "second"), (0, "at once"), (3600, "first"), (7201, "late"))
        answer = await stage.post("clock", {"advance_seconds": 7200})
        assert [(at - NINE, what) for at, what in diary.done] == [
            (timedelta(0), "at once"),
            (timedelta(hours=1), "first"),
            (timedelta(hours=2), "second"),
        ]
        assert stage.clock.now() == NINE + timedelta(hours=2)
        assert answer["advanced_seconds"] == 7200
        assert answer["moving_to"] is None


async def test_with_nothing_due_it_jumps_there_at_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await stage.post("clock", {"advance_seconds": 30 * 86_400})
        assert answer["steps"] == 1
        assert stage.clock.now() == NINE + timedelta(days=30)


async def test_what_keeps_being_due_does_not_hold_the_clock(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:

        async def stuck() -> datetime:
            return NINE

        stage.simulator.settle = stuck
        await stage.post("clock", {"advance_seconds": 5})
        assert stage.clock.now() == NINE + timedelta(seconds=5)


async def test_more_work_for_the_same_instant_is_done_before_moving_on(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        seen: list[datetime] = []
        answers = iter([NINE, NINE + timedelta(seconds=60), None])

        async def settle() -> datetime | None:
            seen.append(stage.clock.now())
            return next(answers, None)

        stage.simulator.settle = settle
        await stage.post("clock", {"advance_seconds": 60})
        assert seen == [NINE, NINE, NINE + timedelta(seconds=60)]


async def test_it_ends_with_a_settle_at_the_target(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        diary = with_diary(stage)
        await stage.post("clock", {"advance_seconds": 0})
        assert diary.settled == 1
        await stage.post("clock", {"advance_seconds": 10})
        assert diary.settled == 3


async def test_too_many_steps_end_in_a_sentence_and_no_jump(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.simulator.building.time_machine._max_steps = 50

        async def every_second() -> datetime:
            return stage.clock.now() + timedelta(seconds=1)

        stage.simulator.settle = every_second
        error = await stage.post("clock", {"advance_seconds": 3600}, 400)
        assert "after 50 steps" in error["error"]
        assert stage.clock.now() == NINE + timedelta(seconds=50)


async def test_two_journeys_take_turns(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first = stage.post("clock", {"advance_seconds": 3600})
        second = stage.post("clock", {"advance_seconds": 3600})
        await asyncio.gather(first, second)
        assert stage.clock.now() == NINE + timedelta(hours=2)


async def test_the_clock_can_go_to_the_next_local_time_of_day(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.post("clock", {"advance_to": "09:30"})
        assert stage.clock.now() == NINE + timedelta(minutes=30)
        await stage.post("clock", {"advance_to": "08:30"})
        assert stage.clock.now() == NINE + timedelta(hours=23, minutes=30)
        await stage.post("clock", {"advance_to": "08:30"})
        assert stage.clock.now() == NINE + timedelta(hours=47, minutes=30)


async def test_bad_moves_are_refused(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for body in (
            {"advance_seconds": -1},
            {"advance_seconds": "60"},
            {"advance_seconds": True},
            {"advance_seconds": 1e12},
            {"advance_to": "25:00"},
            {},
        ):
            assert (await stage.post("clock", body, 400))["error"]
        assert stage.clock.now() == NINE
        assert (await stage.get("clock"))["now"] == NINE.isoformat()
