"""The shelves, decided: the configuration says a number, the books follow it. Pure.

``stock`` in rewards.yaml counts every piece that was ever given to the shop, so reading the same
file twice changes nothing, and a higher number adds the difference. A lower one takes pieces off
the shelf, but never one that is held for somebody or his already.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.core.money import Currency
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.redemption.goods import Goods, GoodsKind


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was put on a shelf so far, by ``changes`` changes, and what is ``left`` on it now."""

    stocked: int = 0
    changes: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Out:
    """What of a coupon is out or used: ``pieces`` with a face value of ``fen`` altogether."""

    pieces: int = 0
    fen: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a shelf: ``pieces`` more (or, negative, fewer), so that ``shelf`` results.

    ``missing`` is how many pieces should have come off and could not, because people have them.
    """

    goods: Goods
    pieces: int
    shelf: Shelf
    missing: int


def wanted_pieces(goods: Goods, out: Out) -> int:
    """How many pieces the configuration has given altogether.

    Of a coupon: those that are out, and as many more as the rest of the budget pays for.
    """
    if goods.kind is GoodsKind.COUPON:
        return out.pieces + max(0, goods.budget_fen - out.fen) // goods.value_fen
    return goods.stock or 0


def decide_change(goods: Goods, shelf: Shelf, out: Out) -> Change:
    """What has to happen to a shelf so that it is as the configuration says."""
    difference = wanted_pieces(goods, out) - shelf.stocked
    pieces = max(difference, -shelf.left)
    after = Shelf(shelf.stocked + pieces, shelf.changes + bool(pieces), shelf.left + pieces)
    return Change(goods, pieces, after, missing=pieces - difference)


def transfer_of(change: Change, at: datetime) -> Transfer | None:
    """What a change moves between the issuance and the shelf; None when it changes nothing."""
    shelf, unit = change.goods.shelf, change.goods.kind.unit
    if not change.pieces or shelf is None or unit is None:
        return None
    outside = AccountRef.issuance(unit)
    more = change.pieces > 0
    return Transfer(
        key=stock_key(unit, change.goods.key, change.shelf.changes),
        debit=outside if more else shelf,
        credit=shelf if more else outside,
        amount=abs(change.pieces),
        reason=Reason.STOCKED if more else Reason.UNSTOCKED,
        reference=f"shop/{change.goods.key}",
        actor="configuration",
        at=at,
    )


def stock_key(unit: Currency, item: str, change: int) -> str:
    """Key of the ``change``-th (from 1) change of a shelf."""
    return f"stock/{unit}/{item}/{change}"
