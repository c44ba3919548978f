"""Budgets 预算: what may be issued in a day and in a month. A hard stop.

Whoever issues counts it in the same transaction, by ``take_budget`` or with a ``BudgetBook`` of
its own; nothing is issued that was not counted. Limits come with each wish and may change at any
time: what is counted stays counted, without a limit too.

Points are counted when they are issued to a member; what pools and campaigns give was set aside
for them and ends with them. Cash is counted when a packet of it is opened: that promises it. What
goes back unclaimed is taken off again; a payout moves what was promised and counts nothing anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from bot.core.money import Currency
from bot.settings.schema.rewards.budgets import Budget, Budgets
from bot.store.connection import Connection
from bot.store.sql import over

_LOAD: Final = over(
    "currency text, period text",
    "SELECT budget_spent.currency, budget_spent.period, budget_spent.spent FROM rows"
    " CROSS JOIN budget_spent ON budget_spent.currency = rows.currency"
    " AND budget_spent.period = rows.period",
)

_WRITE: Final = over(
    "currency text, period text, spent int",
    "INSERT INTO budget_spent (currency, period, spent)"
    " SELECT currency, period, spent FROM rows WHERE true"
    " ON CONFLICT (currency, period) DO UPDATE SET spent = excluded.spent",
)


class BudgetKind(StrEnum):
    """Which budget it is."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Spending:
    """A wish to issue ``amount`` (>= 0, in points or fen) on a community's day.

    It counts in the day and the month.
    """

    amount: int
    on_date: date
    currency: Currency = Currency.POINTS


@dataclass(frozen=True, slots=True)
class BudgetSpent:
    """Nothing was issued: this budget, of ``limit``, has ``left`` and ``asked`` was wanted.

    ``opens_on`` is the day on which it opens again; None when it never will for so much.
    """

    kind: BudgetKind
    currency: Currency
    limit: int
    left: int
    asked: int
    opens_on: date | None


@dataclass(frozen=True, slots=True)
class BudgetTaken:
    """It was counted and may be issued."""


class BudgetBook:
    """What was issued so far, and what a batch adds to it."""

    def __init__(self, spent: dict[tuple[Currency, str], int]) -> None:
        self._spent = spent
        self.changed: set[tuple[Currency, str]] = set()

    def take(self, limits: Budgets, *spendings: Spending) -> BudgetTaken | BudgetSpent:
        """Count all of ``spendings``, or none when one of them finds a budget spent."""
        before, changed = dict(self._spent), set(self.changed)
        for spending in spendings:
            refusals = [
                refusal
                for account in _accounts_of(limits, spending)
                if (refusal := self._count(account, spending)) is not None
            ]
            if refusals:
                self._spent, self.changed = before, changed
                return max(reversed(refusals), key=_closed_for)
        return BudgetTaken()

    def give_back(self, spending: Spending) -> None:
        """Take off what was counted on its day and was not issued after all."""
        for period in periods_of(spending):
            key = (spending.currency, period)
            self._spent[key] = max(0, self._spent.get(key, 0) - spending.amount)
            self.changed.add(key)

    def spent(self, currency: Currency, period: str) -> int:
        """What was issued in a period."""
        return self._spent.get((currency, period), 0)

    def _count(self, account: "_Account", spending: Spending) -> BudgetSpent | None:
        key = (spending.currency, account.period)
        spent = self._spent.get(key, 0)
        self._spent[key] = spent + spending.amount
        self.changed.add(key)
        if account.limit is None or spent + spending.amount <= account.limit:
            return None
        return BudgetSpent(
            kind=account.kind,
            currency=spending.currency,
            limit=account.limit,
            left=max(0, account.limit - spent),
            asked=spending.amount,
            opens_on=account.opens_on if spending.amount <= account.limit else None,
        )


@dataclass(frozen=True, slots=True)
class _Account:
    kind: BudgetKind
    period: str
    limit: int | None
    opens_on: date


def take_budget(
    connection: Connection, wishes: Sequence[tuple[Budgets, Spending]]
) -> list[BudgetTaken | BudgetSpent]:
    """Count the wishes of a lane's batch in order; one answer for each. Writes.

    Call it in the transaction that issues, once for what is new: a repeat must not come here.
    """
    book = load_budgets(connection, [spending for _, spending in wishes])
    answers = [book.take(limits, spending) for limits, spending in wishes]
    write_budgets(connection, book)
    return answers


def load_budgets(connection: Connection, spendings: Iterable[Spending]) -> BudgetBook:
    """What was issued in all periods that these spendings count in."""
    wanted = {
        (spending.currency, period) for spending in spendings for period in periods_of(spending)
    }
    return BudgetBook(
        {
            (Currency(currency), period): spent
            for currency, period, spent in connection.read(_LOAD, sorted(wanted))
        }
    )


def write_budgets(connection: Connection, book: BudgetBook) -> None:
    """Keep what a book has counted."""
    rows = [(currency, period, book.spent(currency, period)) for currency, period in book.changed]
    connection.write(_WRITE, sorted(rows))


def periods_of(spending: Spending) -> tuple[str, str]:
    """The periods in which a spending counts, as they are named in the database."""
    return (f"day/{spending.on_date.isoformat()}", f"month/{spending.on_date:%Y-%m}")


def _accounts_of(limits: Budgets, spending: Spending) -> Iterable[_Account]:
    budget = _budget_of(limits, spending.currency)
    day, month = periods_of(spending)
    next_month = (spending.on_date.replace(day=1) + timedelta(days=32)).replace(day=1)
    yield _Account(BudgetKind.DAY, day, budget.a_day, spending.on_date + timedelta(days=1))
    yield _Account(BudgetKind.MONTH, month, budget.a_month, next_month)


def _budget_of(limits: Budgets, currency: Currency) -> Budget:
    match currency:
        case Currency.POINTS:
            return limits.points
        case Currency.FEN:
            return limits.fen
        case _:
            raise ValueError(f"there are budgets for points and fen, not for {currency}")


def _closed_for(refusal: BudgetSpent) -> date:
    """Of several refusals the one that holds longest is told, of equal ones the widest."""
    return refusal.opens_on or date.max
