"""The breaker: it opens after failures in a row, tries once, and learns from that."""

from datetime import timedelta

from bot.persona.model.breaker import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MOST_FAILURES,
    Breaker,
    BreakerState,
)
from tests.unit.persona.model.support import NOW


def opened() -> Breaker:
    breaker = Breaker()
    for _ in range(MOST_FAILURES):
        breaker = breaker.failed(NOW)
    return breaker


def test_it_stays_closed_until_failures_come_in_a_row() -> None:
    breaker = Breaker()
    for _ in range(MOST_FAILURES - 1):
        breaker = breaker.failed(NOW)
    assert breaker.state(NOW) is BreakerState.CLOSED
    breaker = breaker.succeeded()
    for _ in range(MOST_FAILURES - 1):
        breaker = breaker.failed(NOW)
    assert breaker.admit(NOW) is not None


def test_when_open_it_admits_nobody_before_the_pause_is_over() -> None:
    assert opened().state(NOW) is BreakerState.OPEN
    assert opened().admit(NOW + FIRST_PAUSE - timedelta(seconds=1)) is None


def test_half_open_it_admits_one() -> None:
    later = NOW + FIRST_PAUSE
    trying = opened().admit(later)
    assert trying is not None
    assert trying.state(later) is BreakerState.HALF_OPEN
    assert trying.admit(later) is None


def test_a_trial_that_works_closes_it() -> None:
    trying = opened().admit(NOW + FIRST_PAUSE)
    assert trying is not None
    assert trying.succeeded() == Breaker()


def test_a_trial_that_fails_makes_the_pause_longer_up_to_a_limit() -> None:
    breaker, now, pauses = opened(), NOW, []
    for _ in range(8):
        assert breaker.until is not None
        now = breaker.until
        trying = breaker.admit(now)
        assert trying is not None
        breaker = trying.failed(now)
        pauses.append(breaker.pause)
    assert pauses[0] == FIRST_PAUSE * 2
    assert pauses[-1] == LONGEST_PAUSE


def test_a_trial_that_never_ends_does_not_shut_it_for_good() -> None:
    trying = opened().admit(NOW + FIRST_PAUSE)
    assert trying is not None
    assert trying.admit(NOW + FIRST_PAUSE * 2) is not None


def test_questions_from_before_it_opened_change_nothing_more() -> None:
    assert opened().failed(NOW) == opened()
