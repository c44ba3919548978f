"""Pacing as properties: never too fast in any window, and never slower than the limits ask."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.ids import ChannelKey
from bot.core.ports import Rate
from bot.outbox.pacing import Pacer, backoff_seconds
from tests.support.events import NOW, SECOND

CHANNEL = ChannelKey("posts")
OTHER = ChannelKey("app")
RATES = st.builds(Rate, st.integers(1, 4), st.integers(1, 30), st.booleans())
TARGETS = st.sampled_from(["a", "b"])
REQUESTS = st.lists(st.tuples(st.integers(0, 9_000), TARGETS), min_size=1, max_size=40)
"""Milliseconds since the request before, and for whom."""


def send_all(
    pacer: Pacer, requests: Sequence[tuple[int, str]]
) -> list[tuple[datetime, datetime, str]]:
    """Each request is sent as soon as it is allowed: (asked, sent, target)."""
    now = NOW
    sent = []
    for pause, target in requests:
        now += timedelta(milliseconds=pause)
        asked = now
        now = pacer.earliest(CHANNEL, target, now)
        pacer.record(CHANNEL, target, now)
        sent.append((asked, now, target))
    return sent


def counted(sent: Sequence[tuple[datetime, str]], rate: Rate, target: str) -> list[datetime]:
    return [at for at, to in sent if to == target or not rate.per_target]


@given(st.lists(RATES, max_size=3, unique=True), REQUESTS)
def test_no_window_ever_holds_more_sends_than_its_limit(
    rates: list[Rate], requests: list[tuple[int, str]]
) -> None:
    sent = [(at, target) for _, at, target in send_all(Pacer({CHANNEL: rates}), requests)]

    for rate in rates:
        window = timedelta(seconds=rate.seconds)
        for at, target in sent:
            ours = counted(sent, rate, target)
            assert sum(at <= other < at + window for other in ours) <= rate.limit


@given(st.lists(RATES, max_size=3, unique=True), REQUESTS)
@example([Rate(1, 1, per_target=True)], [(0, "a"), (0, "b")])
def test_nobody_waits_longer_than_some_limit_asks(
    rates: list[Rate], requests: list[tuple[int, str]]
) -> None:
    sent = send_all(Pacer({CHANNEL: rates}), requests)

    for number, (asked, at, target) in enumerate(sent):
        if at == asked:
            continue
        before = [(earlier, to) for _, earlier, to in sent[:number]]
        just_before = at - timedelta(microseconds=1)
        assert any(
            sum(
                just_before - timedelta(seconds=rate.seconds) < other <= just_before
                for other in counted(before, rate, target)
            )
            >= rate.limit
            for rate in rates
        ), "an instant earlier would have been allowed"


def test_a_limit_for_each_target_lets_another_target_go_at_once() -> None:
    pacer = Pacer({CHANNEL: [Rate(1, 60, per_target=True)]})
    pacer.record(CHANNEL, "a", NOW)

    assert pacer.earliest(CHANNEL, "a", NOW) == NOW + 60 * SECOND
    assert pacer.earliest(CHANNEL, "b", NOW) == NOW


def test_a_limit_of_the_channel_counts_all_its_targets_and_no_other_channel() -> None:
    rate = Rate(2, 60, per_target=False)
    pacer = Pacer({CHANNEL: [rate], OTHER: [rate]})
    pacer.record(CHANNEL, "a", NOW)
    pacer.record(CHANNEL, "b", NOW + SECOND)

    assert pacer.earliest(CHANNEL, "c", NOW + 2 * SECOND) == NOW + 60 * SECOND
    assert pacer.earliest(OTHER, "c", NOW + 2 * SECOND) == NOW + 2 * SECOND


def test_a_channel_without_limits_is_never_held_back() -> None:
    pacer = Pacer({})
    for _ in range(100):
        pacer.record(CHANNEL, "a", NOW)

    assert pacer.earliest(CHANNEL, "a", NOW) == NOW


def test_what_was_sent_under_a_wider_limit_counts_under_a_narrower_one() -> None:
    pacer = Pacer({CHANNEL: [Rate(1, 60, per_target=True)]})
    for second in (0, 10, 20):
        pacer.record(CHANNEL, "a", NOW + second * SECOND)

    assert pacer.earliest(CHANNEL, "a", NOW + 30 * SECOND) == NOW + 80 * SECOND


def test_a_closed_channel_opens_at_its_instant_and_other_channels_stay_open() -> None:
    pacer = Pacer({CHANNEL: [], OTHER: []})
    pacer.close(CHANNEL, NOW + 30 * SECOND)

    assert pacer.earliest(CHANNEL, "a", NOW) == NOW + 30 * SECOND
    assert pacer.earliest(CHANNEL, "a", NOW + 31 * SECOND) == NOW + 31 * SECOND
    assert pacer.earliest(OTHER, "a", NOW) == NOW


def test_closing_a_channel_again_for_a_shorter_time_does_not_open_it_earlier() -> None:
    pacer = Pacer({CHANNEL: []})
    pacer.close(CHANNEL, NOW + 30 * SECOND)
    pacer.close(CHANNEL, NOW + 5 * SECOND)

    assert pacer.earliest(CHANNEL, "a", NOW) == NOW + 30 * SECOND


def test_the_longest_window_is_the_longest_of_all_channels() -> None:
    rates = [Rate(20, 60, per_target=False), Rate(1, 5, per_target=True)]

    assert Pacer({CHANNEL: rates, OTHER: []}).longest_window() == 60 * SECOND
    assert Pacer({}).longest_window() == timedelta()


@given(st.integers(1, 60))
def test_each_wait_is_twice_the_one_before_until_five_minutes(attempts: int) -> None:
    wait = backoff_seconds(attempts)

    assert backoff_seconds(1) == 1
    assert wait == 300 or backoff_seconds(attempts + 1) == min(2 * wait, 300)
    assert 1 <= wait <= 300
