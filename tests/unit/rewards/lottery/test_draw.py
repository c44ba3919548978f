"""How a draw falls: by the seed alone, without bias, within stock."""

import hashlib
import hmac
from collections import Counter
from datetime import timedelta
from itertools import islice

import pytest

from bot.core.ids import MemberId
from bot.rewards.lottery.draw import (
    Tally,
    Ticket,
    entrants_hash,
    fall,
    let_out,
    next_winner,
    numbers,
    odds,
    ranked,
    uniform,
    winnable_prizes,
    winners,
)
from bot.rewards.lottery.terms import Terms
from tests.unit.rewards.support import NOW, TODAY

from .support import SEED, blank, gift, prize, terms, ticket

ANNA = MemberId(7)


def roll(rules: Terms, tally: Tally, member: int = ANNA, number: int = 1) -> str | None:
    """The prize of a draw now; None for no win."""
    result = fall(
        rules, tally, seed=SEED, campaign="box/1", member_id=MemberId(member), number=number,
        at=NOW, on_date=TODAY,
    )  # fmt: skip
    return result.prize.key if result.prize else None


def test_a_number_is_the_hmac_that_anyone_can_compute() -> None:
    digest = hmac.new(SEED.encode(), b"box/1:7:3", hashlib.sha256).hexdigest()
    assert next(numbers(SEED, "box/1", ANNA, 3)) == int(digest, 16)


def test_later_numbers_of_a_draw_are_those_of_the_counted_message() -> None:
    digest = hmac.new(SEED.encode(), b"box/1:7:3:1", hashlib.sha256).hexdigest()
    assert list(islice(numbers(SEED, "box/1", ANNA, 3), 2))[1] == int(digest, 16)


@pytest.mark.parametrize("total", [1, 2, 3, 7, 100, 255, 256])
def test_every_remainder_has_exactly_the_same_number_of_values(total: int) -> None:
    fair = [value for value in range(256) if value < 256 - 256 % total]
    counts = Counter(uniform(iter([value]), total, span=256) for value in fair)
    assert set(counts.values()) == {256 // total}
    assert len(counts) == total


def test_a_value_of_the_incomplete_stretch_is_passed_over() -> None:
    assert uniform(iter([255, 252, 4]), 7, span=256) == 4


def test_ten_thousand_draws_follow_the_weights() -> None:
    """Four standard deviations of the binomial: 0.006 % of honest seeds would fail."""
    rules = terms(prize(stock=10**6, weight=30), blank(70))
    wins = sum(roll(rules, Tally(), member=n) is not None for n in range(10_000))
    assert abs(wins - 3000) < 4 * (10_000 * 0.3 * 0.7) ** 0.5


def test_an_empty_prize_gives_its_weight_to_no_win() -> None:
    rules = terms(prize("a", weight=3), prize("b", weight=5), blank(2))
    assert odds(rules, [rules.prize("b")], 0) == [(rules.prize("b"), 5), (None, 5)]


def test_an_empty_prize_leaves_the_others_to_share_when_renormalised() -> None:
    rules = terms(prize("a", weight=3), prize("b", weight=5), blank(2), when_empty="renormalise")
    assert odds(rules, [rules.prize("b")], 0) == [(rules.prize("b"), 5), (None, 2)]


def test_soft_pity_takes_from_no_win_only() -> None:
    pity = {"prize": "a", "soft_from": 3, "soft_weight": 4}
    rules = terms(prize("a", weight=1), prize("b", weight=1), blank(10), pity=pity)
    both = rules.real_prizes
    at = {misses: dict(odds(rules, both, misses)) for misses in range(6)}
    assert [at[misses][rules.prize("a")] for misses in range(6)] == [1, 1, 5, 9, 11, 11]
    assert {at[misses][rules.prize("b")] for misses in range(6)} == {1}
    assert {sum(at[misses].values()) for misses in range(6)} == {12}


def test_hard_pity_wins_surely_by_its_draw() -> None:
    rules = terms(prize("a", weight=1), blank(10**6), pity={"prize": "a", "hard": 4})
    tally = Tally()
    tally.misses[ANNA] = 2
    assert roll(rules, tally) is None
    tally.misses[ANNA] = 3
    assert roll(rules, tally) == "a"


def test_pity_never_goes_beyond_the_stock() -> None:
    rules = terms(prize("a", stock=1), blank(1), pity={"prize": "a", "hard": 1})
    tally = Tally()
    tally.won["a"] = 1
    assert roll(rules, tally) is None


def test_a_win_ends_the_series_of_misses() -> None:
    tally = Tally()
    tally.misses[ANNA] = 5
    tally.count(terms(), terms().prize("ten"), ANNA, NOW, TODAY)
    assert tally.misses[ANNA] == 0


@pytest.mark.parametrize(
    ("cap", "mark"),
    [("most_a_member", "won_by"), ("most_a_day", "won_on"), ("stock", "won")],
)
def test_a_prize_at_its_cap_cannot_be_won(cap: str, mark: str) -> None:
    rules = terms(prize() | {cap: 2}, blank())
    tally = Tally()
    key = {"won_by": ("ten", ANNA), "won_on": ("ten", TODAY), "won": "ten"}[mark]
    for won, left in ((1, 1), (2, 0)):
        getattr(tally, mark)[key] = won
        able = winnable_prizes(rules, tally, member_id=ANNA, at=NOW, on_date=TODAY)
        assert len(able) == left


def test_slices_let_out_the_stock_evenly_and_all_of_it() -> None:
    rules = terms(prize(stock=10, slice_hours=24), blank())
    out = [let_out(rules, rules.prize("ten"), day) for day in range(-1, 7)]
    assert out == [0, 1, 2, 4, 5, 7, 8, 10]


def sliced(roll_over: bool) -> Terms:
    return terms(prize(stock=7, slice_hours=24, roll_over=roll_over), blank())


def is_winnable(rules: Terms, tally: Tally, day: int) -> bool:
    at = NOW + timedelta(days=day)
    return bool(winnable_prizes(rules, tally, member_id=ANNA, at=at, on_date=TODAY))


def test_what_is_left_of_a_slice_joins_the_next_one() -> None:
    rules, tally = sliced(roll_over=True), Tally()
    tally.won["ten"] = 2
    assert not is_winnable(rules, tally, 1)
    assert is_winnable(rules, tally, 2)


def test_without_roll_over_a_day_gives_its_own_part_only() -> None:
    rules, tally = sliced(roll_over=False), Tally()
    tally.won["ten"] = tally.won_in["ten", 3] = 1
    assert not is_winnable(rules, tally, 3)
    assert is_winnable(rules, tally, 4)


def test_prizes_go_to_the_first_in_the_order_and_once_to_a_member() -> None:
    rules = terms(gift("big", stock=1, weight=0), gift("small", stock=2, weight=0), mode="at_time")
    order = [ticket(0, 1), ticket(1, 1, 2), ticket(2, 2), ticket(3, 3), ticket(4, 4)]
    assert [(it.member_id, won.key) for it, won in winners(rules, order)] == [
        (1, "big"), (2, "small"), (3, "small"),
    ]  # fmt: skip
    assert next_winner(order, [MemberId(1), MemberId(2)]) == order[3]
    assert next_winner(order, [MemberId(n) for n in (1, 2, 3, 4)]) is None


def test_the_order_hangs_on_the_seed_and_not_on_who_came_first() -> None:
    tickets = [ticket(position, position + 1) for position in range(50)]
    order = ranked(SEED, "box/1", tickets)
    assert sorted(order, key=lambda it: it.position) == tickets
    assert order == ranked(SEED, "box/1", reversed(tickets))
    assert order != ranked("0" * 64, "box/1", tickets)


def test_each_entrant_comes_first_equally_often() -> None:
    """Chi-squared with 9 degrees of freedom: above 27.9 by chance once in a thousand."""
    tickets = [ticket(position, position + 1) for position in range(10)]
    firsts = Counter(ranked(SEED, f"box/{n}", tickets)[0].position for n in range(5000))
    assert sum((firsts[n] - 500) ** 2 / 500 for n in range(10)) < 27.9


def test_the_list_of_draws_is_hashed_as_it_is_published() -> None:
    text = "7:1\n9:1\n7:2\n"
    tickets = [Ticket(0, ANNA, 1), Ticket(1, MemberId(9), 1), Ticket(2, ANNA, 2)]
    assert entrants_hash(tickets) == hashlib.sha256(text.encode()).hexdigest()
