"""Budgets are a hard stop, and say when they open again."""

from datetime import date
from typing import Any

import pytest

from bot.core.money import Currency
from bot.rewards.budgets import (
    BudgetBook,
    BudgetKind,
    BudgetSpent,
    BudgetTaken,
    Spending,
    take_budget,
)
from bot.settings.schema.rewards.budgets import Budgets
from bot.store.connection import Connection
from tests.unit.rewards.earning.support import run

TODAY = date(2026, 11, 30)
"""The last day of its month."""


def limits(**sections: Any) -> Budgets:
    return Budgets.model_validate({"points": {}, "fen": {}, **sections})


def take(connection: Connection, rules: Budgets, *spendings: Spending) -> list[Any]:
    return run(connection, take_budget, *[(rules, spending) for spending in spendings])


def points(amount: int, on_date: date = TODAY) -> Spending:
    return Spending(amount, on_date)


def test_a_budget_gives_to_the_last_point_and_not_one_more(pond: Connection) -> None:
    rules = limits(points={"a_day": 10})

    assert take(pond, rules, points(6), points(4)) == [BudgetTaken()] * 2
    assert take(pond, rules, points(1)) == [
        BudgetSpent(BudgetKind.DAY, Currency.POINTS, 10, 0, 1, date(2026, 12, 1))
    ]


def test_wishes_of_one_batch_see_each_other_and_a_refused_one_takes_nothing(
    pond: Connection,
) -> None:
    answers = take(pond, limits(points={"a_day": 10}), points(6), points(6), points(4))

    assert [type(answer) for answer in answers] == [BudgetTaken, BudgetSpent, BudgetTaken]


def test_a_days_budget_is_new_the_next_day(pond: Connection) -> None:
    rules = limits(points={"a_day": 10})
    take(pond, rules, points(10))

    assert take(pond, rules, points(10, date(2026, 12, 1))) == [BudgetTaken()]


@pytest.mark.parametrize(
    ("today", "opens"),
    [(date(2026, 11, 1), date(2026, 12, 1)), (date(2026, 12, 31), date(2027, 1, 1))],
)
def test_a_spent_month_opens_on_the_first_of_the_next(
    pond: Connection, today: date, opens: date
) -> None:
    rules = limits(points={"a_day": 10, "a_month": 10})
    take(pond, rules, points(10, today))

    (refused,) = take(pond, rules, points(1, today))

    assert (refused.kind, refused.opens_on) == (BudgetKind.MONTH, opens)


def test_what_is_more_than_the_whole_budget_never_opens(pond: Connection) -> None:
    (refused,) = take(pond, limits(points={"a_day": 10}), points(11))

    assert (refused.left, refused.opens_on) == (10, None)


def test_cash_and_points_are_counted_apart() -> None:
    rules, book = limits(points={"a_day": 10}, fen={"a_day": 100}), BudgetBook({})

    assert book.take(rules, points(10)) == BudgetTaken()
    assert book.take(rules, Spending(100, TODAY, Currency.FEN)) == BudgetTaken()
    refused = book.take(rules, Spending(1, TODAY, Currency.FEN))

    assert isinstance(refused, BudgetSpent)
    assert refused.currency is Currency.FEN


def test_what_is_given_back_may_be_issued_again_in_its_day_and_month() -> None:
    rules, book = limits(points={"a_day": 10, "a_month": 10}), BudgetBook({})
    book.take(rules, points(10))

    book.give_back(points(4))

    assert book.take(rules, points(4)) == BudgetTaken()
    assert isinstance(book.take(rules, points(1)), BudgetSpent)


def test_what_was_issued_without_a_limit_counts_when_one_is_written(pond: Connection) -> None:
    take(pond, limits(), points(8))

    (refused,) = take(pond, limits(points={"a_day": 10}), points(3))

    assert refused.left == 2
