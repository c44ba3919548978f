"""Figures with their doubt, against values that were worked out by hand or stand in tables."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reports.statistics import correlation, paired_difference, rate, variety


def test_a_rate_is_for_a_thousand_views() -> None:
    found = rate([(3, 100), (5, 100)])

    assert found is not None
    assert (found.count, found.views, found.n) == (8, 200, 2)
    assert found.value == 40.0


def test_its_interval_is_the_score_interval_of_a_count() -> None:
    # The posts differ less than chance would have them, so φ = 1, and with z² = 3.8415:
    # 8 + 1.9207 ± √(3.8415 · 8 + 3.6893) = 9.9207 ± 5.8664 in 200 views.
    found = rate([(4, 100), (4, 100)])

    assert found is not None
    assert found.low == pytest.approx(20.27, abs=0.01)
    assert found.high == pytest.approx(78.94, abs=0.01)


def test_posts_that_differ_more_than_chance_would_have_it_widen_it() -> None:
    # R = 0.1: (0 − 10)² ÷ 10 + (20 − 10)² ÷ 10 = 20 over one degree of freedom, so φ = 20.
    # 20 · 3.8415 = 76.83: 20 + 38.415 ± √(76.83 · 20 + 1475.7) = 58.415 ± 54.883 in 200 views.
    found = rate([(0, 100), (20, 100)])

    assert found is not None
    assert found.low == pytest.approx(17.66, abs=0.02)
    assert found.high == pytest.approx(566.5, abs=0.1)


def test_of_nothing_it_says_how_much_it_could_still_be() -> None:
    found = rate([(0, 1000)])

    assert found is not None
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(3.8415, abs=0.0001)


def test_what_nobody_could_see_has_no_rate() -> None:
    assert rate([]) is None
    assert rate([(0, 0), (3, 0)]) is None


def test_fewer_than_thirty_posts_are_no_fact() -> None:
    few, enough = rate([(1, 10)] * 29), rate([(1, 10)] * 30)

    assert few is not None
    assert enough is not None
    assert (few.is_fact, enough.is_fact) == (False, True)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=1, max_size=40))
def test_a_rate_lies_in_its_interval(posts: list[tuple[int, int]]) -> None:
    found = rate(posts)

    assert found is not None
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value <= found.high + 1e-9


def test_a_correlation_and_its_interval() -> None:
    # Around the means 3 and 4 the products add up to 9 and the squares to 10 each, so r = 0.9.
    found = correlation([1, 2, 3, 4, 5], [2, 4, 3, 5, 6])

    assert found is not None
    assert found.r == pytest.approx(0.9)
    assert found.low == pytest.approx(math.tanh(math.atanh(0.9) - 1.95996 / math.sqrt(2)), abs=1e-4)
    assert found.high == pytest.approx(
        math.tanh(math.atanh(0.9) + 1.95996 / math.sqrt(2)), abs=1e-4
    )
    assert found.n == 5


def test_what_never_changes_goes_with_nothing() -> None:
    assert correlation([1, 1, 1, 1], [1, 2, 3, 4]) is None
    assert correlation([1, 2, 3], [1, 2, 4]) is None, "three posts have no interval"


def test_what_goes_together_in_full_has_no_doubt_left() -> None:
    found = correlation([0, 0, 1, 1], [2, 2, 5, 5])

    assert found is not None
    assert (found.r, found.low, found.high) == (1.0, 1.0, 1.0)


def test_a_paired_difference_has_students_interval() -> None:
    # 15 differences: seven of 1, seven of 3, one of 2; mean 2, s² = 14 ÷ 14 = 1; t₁₄ = 2.1448.
    found = paired_difference([(1, 0)] * 7 + [(3, 0)] * 7 + [(2, 0)])

    half = 2.1448 / math.sqrt(15)
    assert (found.mean, found.pairs) == (2.0, 15)
    assert found.low == pytest.approx(2 - half, abs=1e-4)
    assert found.high == pytest.approx(2 + half, abs=1e-4)
    assert found.is_shown


def test_a_difference_that_may_be_none_is_not_shown() -> None:
    assert not paired_difference([(0, 1), (1, 0)] * 10).is_shown


def test_a_difference_turned_round_is_that_of_the_other_side() -> None:
    found = paired_difference([(1, 0), (3, 0), (2, 0)])

    assert found.turned() == paired_difference([(0, 1), (0, 3), (0, 2)])


@pytest.mark.parametrize(
    ("counts", "kinds"),
    [([], 0.0), ([7], 1.0), ([5, 5, 5, 5], 4.0), ([5, 5, 0, 0], 2.0), ([17, 1, 1, 1], 1.799)],
)
def test_variety_is_how_many_there_would_be_if_all_were_as_frequent(
    counts: list[int], kinds: float
) -> None:
    assert variety(counts) == pytest.approx(kinds, abs=0.001)
