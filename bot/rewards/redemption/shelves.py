"""The shelves in the database: filled and thinned as the configuration says, each change once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.rewards.ledger.lane import load_accounts, post_all
from bot.rewards.redemption.asking import BUDGETED
from bot.rewards.redemption.goods import Goods
from bot.rewards.redemption.stock import Change, Out, Shelf, decide_change, transfer_of
from bot.store.connection import Connection
from bot.store.sql import over

_LOAD_SHELVES = over(
    "item text, currency text",
    """
SELECT shelf.item, shelf.currency, shelf.stocked, shelf.changes
FROM rows CROSS JOIN shelf ON shelf.item = rows.item AND shelf.currency = rows.currency
""",
)

_LOAD_OUT = over(
    "item text",
    f"""
SELECT redemption.item, count(*) AS pieces, CAST(sum(redemption.value_fen) AS INTEGER) AS fen
FROM rows CROSS JOIN redemption ON redemption.item = rows.item AND redemption.kind = 'coupon'
WHERE redemption.state IN ({", ".join(f"'{state}'" for state in sorted(BUDGETED))})
GROUP BY redemption.item
""",
)

_WRITE_SHELF = over(
    "item text, currency text, stocked int, changes int",
    """
INSERT INTO shelf (item, currency, stocked, changes)
SELECT item, currency, stocked, changes FROM rows WHERE true
ON CONFLICT (item, currency) DO UPDATE SET stocked = excluded.stocked, changes = excluded.changes
""",
)


@dataclass(frozen=True, slots=True)
class Stocking:
    """Everything on offer, as the configuration has it at ``at``."""

    goods: tuple[Goods, ...]
    at: datetime


def apply_stockings(
    connection: Connection, stockings: Sequence[Stocking]
) -> list[tuple[Change, ...]]:
    """Make the shelves what each stocking says; the answers are the changes that it took."""
    return [_stock(connection, stocking) for stocking in stockings]


def _stock(connection: Connection, stocking: Stocking) -> tuple[Change, ...]:
    goods = [item for item in stocking.goods if item.shelf is not None]
    shelves = _load_shelves(connection, goods)
    out = {
        item: Out(pieces, fen)
        for item, pieces, fen in connection.read(_LOAD_OUT, [(item.key,) for item in goods])
    }
    changes = [decide_change(item, shelves[item.key], out.get(item.key, Out())) for item in goods]
    transfers = [(change, transfer_of(change, stocking.at)) for change in changes]
    post_all(connection, [(transfer,) for _, transfer in transfers if transfer is not None])
    changed = [change for change, transfer in transfers if transfer is not None]
    connection.write(
        _WRITE_SHELF,
        [
            (change.goods.key, str(change.goods.kind.unit), change.shelf.stocked,
             change.shelf.changes)
            for change in changed
        ],
    )  # fmt: skip
    return tuple(change for change in changes if change.pieces or change.missing)


def _load_shelves(connection: Connection, goods: Sequence[Goods]) -> dict[str, Shelf]:
    accounts = load_accounts(connection, [item.shelf for item in goods if item.shelf is not None])
    names = [(item.key, str(item.kind.unit)) for item in goods]
    filled = {
        (item, currency): (stocked, changes)
        for item, currency, stocked, changes in connection.read(_LOAD_SHELVES, names)
    }
    shelves = {}
    for item in goods:
        stocked, changes = filled.get((item.key, str(item.kind.unit)), (0, 0))
        account = None if item.shelf is None else accounts.get(item.shelf)
        shelves[item.key] = Shelf(stocked, changes, 0 if account is None else account.balance)
    return shelves
