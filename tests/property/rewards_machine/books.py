"""The books on paper: what every account and every lot must hold.

It knows the rules of the ledger and none of its code: whoever spends uses up what expires first,
what comes back returns to where it was taken from, and a debt is repaid before anything is kept.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.core.money import Currency
from bot.rewards.ledger.transfers import AccountKind, AccountRef
from bot.store.connection import Connection

DEBT = "debt"
FOR_EVER = "9999-12-31"

Parts = dict[str, int]
"""Points by the lot that they were taken from or went into."""


class Books:
    """Balances and lots by account. Nothing is checked here: the program must have done that."""

    def __init__(self) -> None:
        self.balances: defaultdict[AccountRef, int] = defaultdict(int)
        self.lots: defaultdict[AccountRef, Parts] = defaultdict(dict)
        self._taken: dict[str, Parts] = {}
        self._given: dict[str, Parts] = {}

    def move(
        self,
        giver: AccountRef,
        taker: AccountRef,
        amount: int,
        *,
        name: str = "",
        expires_on: date | None = None,
    ) -> None:
        """Move an amount; ``name`` is for who takes it back later."""
        lot = FOR_EVER if expires_on is None else expires_on.isoformat()
        self._taken[name] = self._take(giver, amount, {})
        self._given[name] = self._add(taker, {lot: amount})
        self._book(giver, taker, amount)

    def take_back(
        self,
        name: str,
        giver: AccountRef,
        taker: AccountRef,
        amount: int,
        *,
        usable_until: date | None = None,
    ) -> None:
        """Undo what was moved as ``name`` from ``taker`` to ``giver``."""
        least = "" if usable_until is None else usable_until.isoformat()
        returned: Parts = {}
        for lot, part in self._taken[name].items():
            kept = FOR_EVER if lot == DEBT else max(lot, least)
            returned[kept] = returned.get(kept, 0) + part
        self._take(giver, amount, self._given[name])
        self._add(taker, returned or {FOR_EVER: amount})
        self._book(giver, taker, amount)

    def has(self, ref: AccountRef) -> int:
        """What an account holds."""
        return self.balances[ref]

    def ended(self, today: date) -> dict[AccountRef, int]:
        """Points whose last day is over."""
        return {
            ref: points
            for ref, lots in self.lots.items()
            if (points := sum(part for lot, part in lots.items() if lot < today.isoformat()))
        }

    def _book(self, giver: AccountRef, taker: AccountRef, amount: int) -> None:
        self.balances[giver] -= amount
        self.balances[taker] += amount

    def _take(self, ref: AccountRef, amount: int, first: Mapping[str, int]) -> Parts:
        if not ref.has_lots:
            return {}
        lots, taken = self.lots[ref], Parts()
        for lot, most in [*sorted(first.items()), *((lot, amount) for lot in sorted(lots))]:
            part = min(amount, most, lots.get(lot, 0))
            if part:
                lots[lot] -= part
                taken[lot] = taken.get(lot, 0) + part
                amount -= part
        return taken | ({DEBT: amount} if amount else {})

    def _add(self, ref: AccountRef, parts: Parts) -> Parts:
        if not ref.has_lots:
            return {}
        debt = max(0, -self.balances[ref])
        added: Parts = {}
        for lot, part in parts.items():
            kept = part - min(part, debt)
            debt -= part - kept
            self.lots[ref][lot] = self.lots[ref].get(lot, 0) + kept
            added[lot] = kept
        return added


def read_books(connection: Connection) -> Books:
    """Books that begin as those of the program are."""
    books = Books()
    books.balances.update(read_balances(connection))
    for ref, lots in read_lots(connection).items():
        books.lots[ref] = lots
    return books


def read_balances(connection: Connection) -> dict[AccountRef, int]:
    """What the accounts hold that hold anything."""
    rows = connection.execute("SELECT currency, kind, holder, balance FROM account")
    return {
        AccountRef(Currency(currency), AccountKind(kind), holder): balance
        for currency, kind, holder, balance in rows
        if balance
    }


def read_lots(connection: Connection) -> dict[AccountRef, Parts]:
    """What the lots hold that hold anything."""
    lots: defaultdict[AccountRef, Parts] = defaultdict(dict)
    for currency, kind, holder, lot, points in connection.execute(
        "SELECT account.currency, account.kind, account.holder, lot.expires_on, lot.points"
        " FROM lot JOIN account ON account.id = lot.account_id WHERE lot.points <> 0"
    ):
        lots[AccountRef(Currency(currency), AccountKind(kind), holder)][lot] = points
    return dict(lots)


def differences(
    found: Mapping[AccountRef, Any], wanted: Mapping[AccountRef, Any]
) -> dict[str, tuple[Any, Any]]:
    """Where two books differ: what was found, and what is on paper."""
    return {
        f"{ref.name} {ref.currency}": (found.get(ref), wanted.get(ref))
        for ref in {**found, **wanted}
        if found.get(ref) != wanted.get(ref)
    }


def without_nothing(books: Books) -> tuple[dict[AccountRef, int], dict[AccountRef, Parts]]:
    """Balances and lots as they are read from a database: without zeroes."""
    balances = {ref: balance for ref, balance in books.balances.items() if balance}
    lots = {
        ref: {lot: part for lot, part in kept.items() if part} for ref, kept in books.lots.items()
    }
    return balances, {ref: kept for ref, kept in lots.items() if kept}
