"""Lots: points of a member that may be used until the same day. Pure.

A member's balance is what his lots hold, minus his debt. Whoever spends uses up what expires
first; what is earned after a claw-back repays the debt before it becomes a lot.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from bot.settings.schema.rewards.points import Expiry, Points

NEVER: Final = "9999-12-31"
"""The lot of points that do not expire; it sorts after every day."""

DEBT: Final = "debt"
"""What a claw-back took from a member beyond what he had. No lot: entries of it, and no row."""

PLAIN: Final = ""
"""Entries of accounts that have no lots."""

Parts = tuple[tuple[str, int], ...]
"""How an amount is spread over lots: lot and amount, in the order of the entries."""


def expiry_of(rules: Points, on_date: date) -> date | None:
    """The last day on which points may be used that are earned on ``on_date``; None: for ever."""
    return _expiry_of(rules.expiry, rules.days, on_date)


@lru_cache(maxsize=64)  # every claim of a day asks for the same one
def _expiry_of(expiry: Expiry, days: int, on_date: date) -> date | None:
    match expiry:
        case Expiry.NEVER:
            return None
        case Expiry.DAYS:
            return on_date + timedelta(days=days)
        case Expiry.MONTH_END:
            later = on_date + timedelta(days=days)
            first = later.replace(day=1)
            return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        case Expiry.NEXT_YEAR_END:
            return date(on_date.year + 1, 12, 31)


def lot_of(expires_on: date | None) -> str:
    """The name of the lot of points that may be used until a day."""
    return NEVER if expires_on is None else expires_on.isoformat()


def add(amount: int, balance: int, lot: str) -> Parts:
    """Spread what comes in: first it repays the debt, the rest goes into ``lot``."""
    repaid = min(amount, max(0, -balance))
    if not repaid:
        return ((lot, amount),)
    if repaid == amount:
        return ((DEBT, amount),)
    return ((DEBT, repaid), (lot, amount - repaid))


def take(amount: int, lots: Mapping[str, int], *, first: Mapping[str, int]) -> Parts:
    """Spread what goes out: what is named in ``first``, then what expires first, then debt.

    ``lots`` is what each holds. ``first`` bounds what is taken of some before all others (a
    reward that is taken back goes out of the lot that it went into). Whether there may be debt is
    for the caller to decide.
    """
    taken: dict[str, int] = {}
    left = amount
    for lot in sorted(first):
        part = min(left, first[lot], lots.get(lot, 0))
        if part > 0:
            taken[lot] = part
            left -= part
    for lot in sorted(lots):
        part = min(left, lots[lot] - taken.get(lot, 0))
        if part > 0:
            taken[lot] = taken.get(lot, 0) + part
            left -= part
    if left:
        taken[DEBT] = left
    return tuple((lot, -part) for lot, part in taken.items())
