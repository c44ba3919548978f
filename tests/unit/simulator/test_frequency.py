"""Sliding windows with a ban: whatever the pace, no window ever holds more than its limit."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.frequency import Frequency
from bot.simulator.limits import SOCKET_RATES, Window
from tests.unit.simulator.stub_bot import NINE

WINDOWS = (Window(3, 10), Window(5, 60))


@given(gaps=st.lists(st.integers(0, 30), max_size=60), bans=st.booleans())
def test_no_window_holds_more_than_its_limit(gaps: list[int], *, bans: bool) -> None:
    frequency, now = Frequency(WINDOWS, bans=bans), NINE
    taken: list[datetime] = []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if frequency.take("chat", now):
            taken.append(now)
    for window in WINDOWS:
        length = timedelta(seconds=window.seconds)
        for at in taken:
            assert sum(at - length < other <= at for other in taken) <= window.limit


@given(st.lists(st.integers(0, 30), max_size=60))
def test_without_a_ban_nothing_is_refused_that_fits(gaps: list[int]) -> None:
    frequency, now = Frequency(WINDOWS, bans=False), NINE
    taken: list[datetime] = []
    for gap in gaps:
        now += timedelta(seconds=gap)
        fits = all(
            sum(now - other < timedelta(seconds=window.seconds) for other in taken) < window.limit
            for window in WINDOWS
        )
        assert frequency.take("chat", now) == fits
        if fits:
            taken.append(now)


def test_whoever_exceeds_is_closed_for_the_length_of_the_window() -> None:
    frequency, later = Frequency(SOCKET_RATES, bans=True), timedelta(seconds=59)
    assert all(frequency.take("chat", NINE) for _ in range(30))
    assert not frequency.take("chat", NINE + later)
    assert not frequency.take("chat", NINE + later * 2)
    assert frequency.take("chat", NINE + later + timedelta(seconds=60))
    assert frequency.take("another", NINE)
