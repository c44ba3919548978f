"""Whatever people do and accounts send: never more than the last act allows, never less."""

import random
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from bot.core.clock import ManualClock
from bot.simulator.account.allowance import Act, Allowances
from bot.simulator.cast import read_cast
from bot.simulator.feed import Feed
from bot.simulator.journal import Journal
from bot.simulator.refusal import Refused
from bot.simulator.world import World
from tests.unit.simulator.account.town import YUE, town
from tests.unit.simulator.stub_bot import NINE

ALLOWED = {
    Act.WROTE: (5, 48 * 3600),
    Act.CLICKED: (3, 60),
    Act.FOLLOWED: (3, 60),
    Act.SCANNED: (3, 60),
}
SETTINGS = town()
CAST = read_cast(SETTINGS)
ACCOUNT = CAST.accounts["account"]

Step = Act | timedelta | int
"""What somebody does, how much time passes, or how many messages the account tries to send."""

STEPS = st.lists(
    st.one_of(
        st.sampled_from(Act),
        st.sampled_from([1, 20, 59, 60, 3600, 48 * 3600 - 1, 48 * 3600]).map(
            lambda seconds: timedelta(seconds=seconds)
        ),
        st.integers(1, 6),
    ),
    max_size=40,
)


def new_world(directory: Path, clock: ManualClock) -> tuple[World, Allowances]:
    world = World(
        SETTINGS,
        cast=CAST,
        clock=clock,
        journal=Journal(directory / "journal.jsonl"),
        feed=Feed(),
        dice=random.Random(1),
    )
    allowances = Allowances(world)
    world.add(allowances)
    world.replay()
    return world, allowances


def spend(allowances: Allowances) -> int:
    try:
        allowances.spend(ACCOUNT, YUE)
    except Refused as refused:
        return refused.errcode
    return 0


@given(steps=STEPS)
def test_an_account_sends_exactly_what_the_last_act_allows(steps: list[Step]) -> None:
    with TemporaryDirectory() as directory:
        clock = ManualClock(NINE)
        _, allowances = new_world(Path(directory), clock)
        last: Act | None = None
        act_at, sent = NINE, 0
        for step in steps:
            match step:
                case Act():
                    allowances.open(ACCOUNT, YUE, step)
                    last, act_at, sent = step, clock.now(), 0
                case timedelta():
                    clock.advance(step)
                case _:
                    most, life = ALLOWED[last] if last else (0, 0)
                    is_late = clock.now() >= act_at + timedelta(seconds=life)
                    for _ in range(step):
                        expected = 45015 if is_late else 45047 if sent >= most else 0
                        assert spend(allowances) == expected
                        sent += expected == 0


@given(steps=STEPS)
def test_a_restart_in_between_changes_nothing(steps: list[Step]) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as two:
        steady, restarted = ManualClock(NINE), ManualClock(NINE)
        _, first = new_world(Path(one), steady)
        for step in steps:
            _, second = new_world(Path(two), restarted)
            match step:
                case Act():
                    first.open(ACCOUNT, YUE, step)
                    second.open(ACCOUNT, YUE, step)
                case timedelta():
                    steady.advance(step)
                    restarted.advance(step)
                case _:
                    assert [spend(first) for _ in range(step)] == [
                        spend(second) for _ in range(step)
                    ]
