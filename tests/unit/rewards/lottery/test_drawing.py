"""Draws in the books: gates in their order, stock, numbers without gaps, and what is paid."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.errors import KeyReused
from bot.core.ids import GroupKey, MemberId
from bot.core.money import Currency
from bot.rewards.checkin.lane import apply_check_ins
from bot.rewards.ledger.transfers import ROADS, AccountKind, AccountRef, Reason
from bot.rewards.lottery.rounds import QuizAnswer, RefusedBecause, WinState
from bot.store.connection import Connection
from tests.unit.rewards.support import DAY, NOW, balance, check_in, member, run

from .support import ENDS, blank, draw, drawn, gift, give, prize, publish, refusal, settle, wish


def test_a_draw_pays_its_points_at_once(books: Connection) -> None:
    publish(books, prize(amount=10))
    (answer,) = drawn(books, wish(7, "a"))
    assert answer.win is not None
    assert answer.win.state is WinState.PAID
    assert (answer.balance, balance(books, member(7))) == (10, 10)


def test_money_comes_out_of_the_budget_that_was_set_aside(books: Connection) -> None:
    publish(books, prize("fen", kind="fen", amount=88, stock=3))
    drawn(books, wish(7, "a"))
    budget = AccountRef.campaign("lottery/1/fen", Currency.FEN)
    assert balance(books, budget) == 2 * 88
    assert balance(books, AccountRef.member(MemberId(7), Currency.FEN)) == 88
    settle(books)
    assert balance(books, budget) == 0


def test_a_gift_is_a_right_that_ends(books: Connection) -> None:
    publish(books, gift(), claim_days=3)
    (answer,) = drawn(books, wish(7, "a"))
    assert answer.win is not None
    assert answer.win.state is WinState.OPEN
    assert answer.win.claim_until == NOW + 3 * DAY
    assert balance(books, AccountRef.member(MemberId(7), Currency.GIFT)) == 1


def test_the_same_event_gets_the_same_answer(books: Connection) -> None:
    publish(books, prize(), gift(), blank())
    first = drawn(books, *[wish(n, f"e{n}") for n in range(1, 9)])
    again = drawn(books, *[wish(n, f"e{n}") for n in range(1, 9)])
    assert again == first


def test_the_same_event_twice_in_one_batch_draws_once(books: Connection) -> None:
    publish(books, prize(stock=5))
    first, second = drawn(books, wish(7, "a"), wish(7, "a"))
    assert first == second
    assert balance(books, member(7)) == 10


def test_another_member_cannot_use_the_event(books: Connection) -> None:
    publish(books)
    drawn(books, wish(7, "a"))
    (answer,) = draw(books, wish(8, "a"))
    assert isinstance(answer, KeyReused)


def test_two_draws_at_once_do_not_win_the_same_last_prize(books: Connection) -> None:
    publish(books, prize(stock=1))
    first, second = draw(books, wish(7, "a"), wish(8, "b"))
    assert first.win is not None
    assert second.because is RefusedBecause.ALL_WON


@pytest.mark.parametrize("batch", [1, 5, 40])
def test_no_batch_wins_more_than_there_is(books: Connection, batch: int) -> None:
    publish(books, prize(stock=4, weight=9), gift(stock=3), blank(2))
    wishes = [wish(n, f"e{n}") for n in range(1, 41)]
    for start in range(0, 40, batch):
        draw(books, *wishes[start : start + batch])
    won = dict(books.execute("SELECT prize_key, count(*) FROM lottery_win GROUP BY 1").fetchall())
    assert won == {"ten": 4, "sample": 3}


def test_the_result_does_not_hang_on_how_draws_are_batched(books: Connection) -> None:
    publish(books, prize(stock=100, weight=3), blank(2))
    together = drawn(books, *[wish(n, f"e{n}") for n in range(1, 11)])
    publish_second = publish(books, prize(stock=100, weight=3), blank(2), key="twin")
    alone = [
        drawn(books, wish(n, f"t{n}", lottery_id=publish_second.lottery_id))[0]
        for n in range(1, 11)
    ]
    assert [it.draw.ticket.position for it in together] == [it.draw.ticket.position for it in alone]
    assert {it.draw.total for it in (*together, *alone)} == {5}


def test_a_members_draws_are_numbered_without_gaps(books: Connection) -> None:
    publish(books, prize(stock=100))
    drawn(books, wish(7, "a"), wish(8, "b"), wish(7, "c"))
    drawn(books, wish(7, "d"), wish(8, "e"))
    rows = books.execute("SELECT position, member_id, number FROM lottery_draw ORDER BY position")
    assert [tuple(row) for row in rows] == [
        (0, 7, 1), (1, 8, 1), (2, 7, 2), (3, 7, 3), (4, 8, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "changes", "because", "until"),
    [
        ({}, {"is_blocked": True, "is_staff": True}, RefusedBecause.BLOCKED, None),
        ({}, {"is_staff": True}, RefusedBecause.STAFF, None),
        ({}, {"at": ENDS, "is_staff": True}, RefusedBecause.OVER, None),
        ({}, {"at": NOW - DAY}, RefusedBecause.NOT_STARTED, NOW),
        ({}, {"in_groups": frozenset({GroupKey("far")})}, RefusedBecause.NOT_IN_GROUP, None),
        ({"fee_points": 5}, {}, RefusedBecause.POINTS_SHORT, None),
        ({"mode": "checkin"}, {}, RefusedBecause.CHECK_IN_FIRST, None),
    ],
)
def test_each_gate_says_why(
    books: Connection,
    rules: dict[str, Any],
    changes: dict[str, Any],
    because: RefusedBecause,
    until: Any,
) -> None:
    publish(books, **rules)
    refused = refusal(books, wish(7, "a", **changes))
    assert (refused.because, refused.until) == (because, until)
    assert books.execute("SELECT count(*) FROM lottery_draw").fetchone()[0] == 0


def test_a_lottery_that_is_not_there_is_said_so(books: Connection) -> None:
    assert refusal(books, wish(7, "a", lottery_id=9)).because is RefusedBecause.NO_SUCH_LOTTERY


def test_the_daily_limit_is_for_the_day_and_not_for_life(books: Connection) -> None:
    publish(books, prize(stock=9), draws_a_day=2)
    drawn(books, wish(7, "a"), wish(7, "b"))
    refused = refusal(books, wish(7, "c"))
    assert refused.because is RefusedBecause.NO_DRAWS_TODAY
    assert refused.until is not None
    drawn(books, wish(7, "d", at=refused.until))


def test_the_limit_of_all_draws_is_for_the_whole_lottery(books: Connection) -> None:
    publish(books, prize(stock=9), draws=2)
    drawn(books, wish(7, "a"), wish(7, "b", at=NOW + DAY))
    refused = refusal(books, wish(7, "c", at=NOW + 2 * DAY))
    assert (refused.because, refused.until) == (RefusedBecause.NO_DRAWS, None)


def test_who_has_won_a_gift_rests_in_every_lottery(books: Connection) -> None:
    publish(books, gift())
    other = publish(books, prize(stock=9), key="other", winner_rest_days=2)
    drawn(books, wish(7, "a"))
    refused = refusal(books, wish(7, "b", lottery_id=other.lottery_id))
    assert (refused.because, refused.until) == (RefusedBecause.RESTING, NOW + 2 * DAY)
    drawn(books, wish(7, "c", lottery_id=other.lottery_id, at=NOW + 2 * DAY))


def test_who_has_won_points_does_not_rest(books: Connection) -> None:
    publish(books, prize(stock=9), winner_rest_days=7)
    drawn(books, wish(7, "a"), wish(7, "b"))
    drawn(books, wish(7, "c"))


def test_a_draw_costs_its_points_once(books: Connection) -> None:
    publish(books, prize(amount=1, stock=9), fee_points=5)
    give(books, 7, 8)
    (answer,) = drawn(books, wish(7, "a"))
    drawn(books, wish(7, "a"))
    assert (answer.balance, balance(books, member(7))) == (4, 4)


def test_two_draws_at_once_cannot_spend_the_same_points(books: Connection) -> None:
    publish(books, prize(amount=1, stock=9), fee_points=5)
    give(books, 7, 8)
    _, second = draw(books, wish(7, "a"), wish(7, "b"))
    assert second.because is RefusedBecause.POINTS_SHORT
    assert dict(second.data) == {"fee": 5, "balance": 4}


def test_nobody_pays_where_nothing_can_be_won(books: Connection) -> None:
    publish(
        books, prize(stock=1, amount=1), blank(), fee_points=5, pity={"prize": "ten", "hard": 1}
    )
    give(books, 7, 50)
    drawn(books, wish(7, "a"))
    refused = refusal(books, wish(7, "b"))
    assert (refused.because, refused.until) == (RefusedBecause.ALL_WON, None)
    assert balance(books, member(7)) == 46


def test_a_daily_cap_says_that_there_is_more_tomorrow(books: Connection) -> None:
    publish(books, prize(stock=9, most_a_day=1))
    drawn(books, wish(7, "a"))
    refused = refusal(books, wish(8, "b"))
    assert refused.because is RefusedBecause.ALL_WON
    assert refused.until is not None
    drawn(books, wish(8, "c", at=refused.until))


def test_a_slice_that_is_gone_says_when_the_next_one_comes(books: Connection) -> None:
    publish(books, prize(stock=7, slice_hours=24, roll_over=False))
    drawn(books, wish(7, "a"))
    assert refusal(books, wish(8, "b")).until == NOW + DAY
    drawn(books, wish(8, "c", at=NOW + DAY))
    assert refusal(books, wish(9, "d", at=NOW + DAY)).until == NOW + 2 * DAY


def test_a_check_in_gives_one_draw_a_day(books: Connection) -> None:
    publish(books, prize(stock=9), mode="checkin", draws_a_day=0)
    run(books, apply_check_ins, check_in(7, "morning"))
    drawn(books, wish(7, "a"))
    assert refusal(books, wish(7, "b")).because is RefusedBecause.NO_DRAWS_TODAY
    refused = refusal(books, wish(7, "c", at=NOW + DAY))
    assert refused.because is RefusedBecause.CHECK_IN_FIRST


QUIZ: dict[str, Any] = {"mode": "quiz", "quiz": {"question": "水杨酸是什么酸?", "answers": ["B"]}}


def test_a_question_comes_before_the_draw(books: Connection) -> None:
    publish(books, prize(stock=9), **QUIZ)
    assert refusal(books, wish(7, "a")).because is RefusedBecause.ANSWER_FIRST
    drawn(books, wish(7, "b", answer=QuizAnswer.RIGHT))


def test_a_wrong_answer_uses_up_a_try_once(books: Connection) -> None:
    publish(books, prize(stock=9), **QUIZ)
    wrong = wish(7, "a", answer=QuizAnswer.WRONG, quiz_tries=2)
    assert dict(refusal(books, wrong).data) == {"left": 1}
    assert dict(refusal(books, wrong).data) == {"left": 1}
    second = refusal(books, replace(wrong, key=wish(7, "b").key))
    assert (dict(second.data), second.until) == ({"left": 0}, wrong.day_ends_at)
    right: dict[str, Any] = {"answer": QuizAnswer.RIGHT, "quiz_tries": 2}
    assert refusal(books, wish(7, "c", **right)).because is RefusedBecause.NO_TRIES
    drawn(books, wish(7, "d", at=NOW + DAY, **right))


def test_points_come_from_activity_so_none_that_were_bought_can_be_staked() -> None:
    """A member's points come from the reasons below. None of them is a purchase."""
    roads = {
        reason
        for reason, pairs in ROADS.items()
        if any(taker is AccountKind.MEMBER for _, taker in pairs)
    }
    assert not [reason for reason in roads if "bought" in reason or "purchase" in reason]
    assert (AccountKind.PAID, AccountKind.MEMBER) not in set().union(*ROADS.values())
    assert ROADS[Reason.LOTTERY_FEE] == {(AccountKind.MEMBER, AccountKind.SPENT)}
