"""The flood gate: one warning, then silence, then forgiveness."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import MemberId
from bot.pipeline.guards import FLOOD_MESSAGES, WINDOW, FloodGate
from tests.support.events import NOW, SECOND

ME, OTHER = MemberId(1), MemberId(2)


def test_one_message_more_than_allowed_within_the_window_is_a_flood() -> None:
    gate = FloodGate()
    verdicts = [gate.is_flooding(ME, NOW) for _ in range(FLOOD_MESSAGES + 2)]

    assert verdicts == [False] * FLOOD_MESSAGES + [True, True]


def test_a_flood_is_forgiven_when_the_window_has_passed() -> None:
    gate = FloodGate()
    for _ in range(FLOOD_MESSAGES + 1):
        gate.is_flooding(ME, NOW)

    assert gate.is_flooding(ME, NOW + WINDOW - SECOND)
    assert not gate.is_flooding(ME, NOW + 2 * WINDOW)


def test_the_flood_of_one_does_not_silence_another() -> None:
    gate = FloodGate()
    for _ in range(FLOOD_MESSAGES + 1):
        gate.is_flooding(ME, NOW)

    assert not gate.is_flooding(OTHER, NOW)
    assert gate.should_warn(ME, NOW)
    assert gate.should_warn(OTHER, NOW)


def test_a_flood_is_warned_of_once_however_long_it_lasts() -> None:
    gate = FloodGate()
    warnings = [gate.should_warn(ME, NOW + number * SECOND) for number in range(60)]

    assert warnings == [True] + [False] * 59


def test_the_next_flood_is_warned_of_again() -> None:
    gate = FloodGate()
    gate.should_warn(ME, NOW)

    assert not gate.should_warn(ME, NOW + WINDOW)
    assert gate.should_warn(ME, NOW + 2 * WINDOW + SECOND)


@given(st.lists(st.integers(0, 3000), max_size=60))
def test_a_flood_is_exactly_more_than_so_many_messages_within_the_window(
    pauses: list[int],
) -> None:
    gate = FloodGate()
    times, now = [], NOW
    for pause in pauses:
        now += timedelta(milliseconds=pause)
        times.append(now)
        recent = sum(now - WINDOW < at for at in times)
        assert gate.is_flooding(ME, now) is (recent > FLOOD_MESSAGES)
