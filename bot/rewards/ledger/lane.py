"""The books in the database: load what the items name, decide, write; a few statements a batch.

``post`` is the synchronous core. Lanes whose own work moves points (check-ins, packets,
referrals) call it, or ``post_all``, inside their transaction, so their rows and the points that
belong to them are written together or not at all.
"""

from collections.abc import Iterable, Sequence

from bot.core.errors import LedgerError
from bot.core.money import Currency
from bot.rewards.ledger.lots import Parts
from bot.rewards.ledger.posting import Account, Books, Decision, Recorded, Sides, decide
from bot.rewards.ledger.transfers import AccountKind, AccountRef, Posted, Transfer
from bot.store.connection import Connection, Row
from bot.store.fields import to_micros
from bot.store.sql import over

_LOAD_ACCOUNTS = over(
    "currency text, kind text, holder text",
    """
SELECT account.id, account.currency, account.kind, account.holder, account.balance,
    account.last_entry_id
FROM rows
CROSS JOIN account ON account.currency = rows.currency
    AND account.kind = rows.kind AND account.holder = rows.holder
""",
)

_LOAD_LOTS = over(
    "currency text, kind text, holder text",
    """
SELECT account.currency, account.kind, account.holder, lot.expires_on, lot.points
FROM rows
CROSS JOIN account ON account.currency = rows.currency
    AND account.kind = rows.kind AND account.holder = rows.holder
CROSS JOIN lot ON lot.account_id = account.id
WHERE lot.points > 0
""",
)

_LOAD_TRANSFERS = over(
    "key text",
    """
SELECT transfer.id, transfer.key, transfer.input_hash, transfer.amount, transfer.reason,
    giver.currency, giver.kind AS debit_kind, giver.holder AS debit_holder,
    taker.kind AS credit_kind, taker.holder AS credit_holder,
    transfer.reverses IS NOT NULL AS is_reversal,
    EXISTS (SELECT 1 FROM transfer AS later WHERE later.reverses = transfer.id) AS is_reversed
FROM rows
CROSS JOIN transfer ON transfer.key = rows.key
CROSS JOIN account AS giver ON giver.id = transfer.debit_account_id
CROSS JOIN account AS taker ON taker.id = transfer.credit_account_id
""",
)

_LOAD_ENTRIES = over(
    "transfer_id int",
    """
SELECT entry.transfer_id, entry.lot, entry.amount, entry.balance_after
FROM rows
CROSS JOIN entry ON entry.transfer_id = rows.transfer_id
ORDER BY entry.id
""",
)

_LOAD_LAST_IDS = """
SELECT (SELECT coalesce(max(id), 0) FROM account), (SELECT coalesce(max(id), 0) FROM transfer),
    (SELECT coalesce(max(id), 0) FROM entry)
"""

_OPEN_ACCOUNT = over(
    "id int, currency text, kind text, holder text, balance int, overdraft int, last_entry_id int",
    """
INSERT INTO account (id, currency, kind, holder, balance, overdraft, last_entry_id)
SELECT id, currency, kind, holder, balance, overdraft, last_entry_id FROM rows
""",
)

_UPDATE_ACCOUNT = over(
    "id int, balance int, overdraft int, last_entry_id int",
    """
UPDATE account SET balance = rows.balance, overdraft = rows.overdraft,
    last_entry_id = rows.last_entry_id
FROM rows WHERE account.id = rows.id
""",
)

_ADD_TO_LOT = over(
    "account_id int, expires_on text, points int",
    """
INSERT INTO lot (account_id, expires_on, points)
SELECT account_id, expires_on, points FROM rows WHERE true
ON CONFLICT (account_id, expires_on) DO UPDATE SET points = lot.points + excluded.points
""",
)

_TAKE_FROM_LOT = over(
    "account_id int, expires_on text, points int",
    """
UPDATE lot SET points = lot.points - rows.points FROM rows
WHERE lot.account_id = rows.account_id AND lot.expires_on = rows.expires_on
""",
)

_WRITE_TRANSFER = over(
    "id int, key text, input_hash text, giver int, taker int, amount int, reason text,"
    " reference text, actor text, at int, reverses int",
    """
INSERT INTO transfer (id, key, input_hash, debit_account_id, credit_account_id, amount, reason,
    reference, actor, at, reverses)
SELECT id, key, input_hash, giver, taker, amount, reason, reference, actor, at, reverses FROM rows
""",
)

_WRITE_ENTRY = over(
    "transfer_id int, account_id int, lot text, amount int, balance_after int, previous_id int",
    """
INSERT INTO entry (id, transfer_id, account_id, lot, amount, balance_after, previous_id)
SELECT ? + number, transfer_id, account_id, lot, amount, balance_after, previous_id FROM rows
""",
)


def post(
    connection: Connection, items: Sequence[Sequence[Transfer]]
) -> list[tuple[Posted, ...] | LedgerError]:
    """Post ``items`` in order within the open transaction; one verdict for each.

    Each item is all or nothing. A refused one (Insufficient, KeyReused, NotReversible) writes
    nothing and leaves its neighbours alone.
    """
    if not any(items):
        return [() for _ in items]
    books = _load(connection, items)
    decision = decide(books, items)
    chain = _chain(decision, books.last_entry_id)
    _write_accounts(connection, decision, chain, books.last_account_id)
    _write_transfers(connection, decision)
    connection.write(_WRITE_ENTRY, chain.entries, books.last_entry_id + 1)
    _write_lots(connection, decision)
    return decision.verdicts


def post_all(
    connection: Connection, items: Sequence[Sequence[Transfer]]
) -> list[tuple[Posted, ...]]:
    """``post`` for lanes whose own decisions leave the books nothing to refuse.

    Raises the first refusal: rows and books then disagree, and the lane takes the batch back.
    """
    posted = []
    for verdict in post(connection, items):
        if isinstance(verdict, LedgerError):
            raise verdict
        posted.append(verdict)
    return posted


def load_accounts(connection: Connection, refs: Iterable[AccountRef]) -> dict[AccountRef, Account]:
    """Those of the accounts that exist. Reads only."""
    by_name = {(ref.currency, ref.kind, ref.holder): ref for ref in refs}
    return {
        by_name[currency, kind, holder]: Account(account_id, balance, last_entry_id)
        for account_id, currency, kind, holder, balance, last_entry_id in connection.read(
            _LOAD_ACCOUNTS, by_name
        )
    }


def load_lots(
    connection: Connection, refs: Iterable[AccountRef]
) -> dict[AccountRef, dict[str, int]]:
    """What is in the lots of those accounts, by the last day of use. Reads only."""
    by_name = {(ref.currency, ref.kind, ref.holder): ref for ref in refs}
    lots: dict[AccountRef, dict[str, int]] = {}
    for currency, kind, holder, expires_on, points in connection.read(_LOAD_LOTS, by_name):
        lots.setdefault(by_name[currency, kind, holder], {})[expires_on] = points
    return lots


def _load(connection: Connection, items: Sequence[Sequence[Transfer]]) -> Books:
    refs: set[AccountRef] = set()
    givers: set[AccountRef] = set()
    keys: set[str] = set()
    for item in items:
        for transfer in item:
            refs.add(transfer.debit)
            refs.add(transfer.credit)
            keys.add(transfer.key)
            if transfer.debit.has_lots:
                givers.add(transfer.debit)
            if transfer.reverses is not None:
                keys.add(transfer.reverses)
    last_account_id, last_transfer_id, last_entry_id = connection.execute(_LOAD_LAST_IDS).fetchone()
    return Books(
        accounts=load_accounts(connection, refs),
        lots=load_lots(connection, givers),
        transfers=_load_transfers(connection, keys),
        last_account_id=last_account_id,
        last_transfer_id=last_transfer_id,
        last_entry_id=last_entry_id,
    )


def _load_transfers(connection: Connection, keys: Iterable[str]) -> dict[str, Recorded]:
    found = connection.read(_LOAD_TRANSFERS, [(key,) for key in keys])
    sides: dict[int, tuple[list[Row], list[Row]]] = {row["id"]: ([], []) for row in found}
    for entry in connection.read(_LOAD_ENTRIES, [(row["id"],) for row in found]):
        given, received = sides[entry["transfer_id"]]
        (given if entry["amount"] < 0 else received).append(entry)
    return {row["key"]: _recorded(row, *sides[row["id"]]) for row in found}


def _recorded(row: Row, given: Sequence[Row], received: Sequence[Row]) -> Recorded:
    currency = Currency(row["currency"])
    return Recorded(
        id=row["id"],
        key=row["key"],
        digest=row["input_hash"],
        transfer=Sides(
            debit=AccountRef(currency, AccountKind(row["debit_kind"]), row["debit_holder"]),
            credit=AccountRef(currency, AccountKind(row["credit_kind"]), row["credit_holder"]),
            amount=row["amount"],
            reason=row["reason"],
        ),
        debit_balance=given[-1]["balance_after"],
        credit_balance=received[-1]["balance_after"],
        given=_parts(given),
        received=_parts(received),
        is_reversal=bool(row["is_reversal"]),
        is_reversed=bool(row["is_reversed"]),
    )


def _parts(entries: Sequence[Row]) -> Parts:
    return tuple((entry["lot"], entry["amount"]) for entry in entries)


class _Chain:
    """New entries in the order of their ids, each linked to the one before it of its account."""

    def __init__(self, last_entry_id: int, ends: dict[int, int | None]) -> None:
        self.entries: list[tuple[int | str | None, ...]] = []
        self.ends = ends
        self._last_id = last_entry_id

    def add(self, transfer_id: int, account_id: int, parts: Parts, balance: int) -> None:
        """One side of a transfer: an entry a lot; ``balance`` is the one before it."""
        for lot, amount in parts:
            balance += amount
            self._last_id += 1
            previous_id = self.ends[account_id]
            self.entries.append((transfer_id, account_id, lot, amount, balance, previous_id))
            self.ends[account_id] = self._last_id


def _chain(decision: Decision, last_entry_id: int) -> _Chain:
    accounts = decision.accounts
    ends = {account.id: account.last_entry_id for account in accounts.values()}
    chain = _Chain(last_entry_id, ends)
    for entered in decision.entered:
        asked = entered.transfer
        giver, taker = accounts[asked.debit].id, accounts[asked.credit].id
        chain.add(entered.id, giver, entered.given, entered.debit_balance + asked.amount)
        chain.add(entered.id, taker, entered.received, entered.credit_balance - asked.amount)
    return chain


def _write_accounts(
    connection: Connection, decision: Decision, chain: _Chain, last_account_id: int
) -> None:
    opened, changed = [], []
    for ref, account in decision.accounts.items():
        state = (account.balance, account.overdraft, chain.ends[account.id])
        if account.id > last_account_id:
            opened.append((account.id, ref.currency, ref.kind, ref.holder, *state))
        else:
            changed.append((account.id, *state))
    connection.write(_OPEN_ACCOUNT, opened)
    connection.write(_UPDATE_ACCOUNT, changed)


def _write_transfers(connection: Connection, decision: Decision) -> None:
    accounts = decision.accounts
    transfers = []
    for entered in decision.entered:
        asked = entered.transfer
        giver, taker = accounts[asked.debit].id, accounts[asked.credit].id
        row = (entered.id, asked.key, entered.digest, giver, taker, asked.amount, asked.reason)
        story = (asked.reference, asked.actor, to_micros(asked.at), entered.reverses_id)
        transfers.append((*row, *story))
    connection.write(_WRITE_TRANSFER, transfers)


def _write_lots(connection: Connection, decision: Decision) -> None:
    added, taken = [], []
    for ref, changes in decision.lots.items():
        account_id = decision.accounts[ref].id
        for lot, change in changes.items():
            if change < 0:
                taken.append((account_id, lot, -change))
            elif change > 0:
                added.append((account_id, lot, change))
    connection.write(_ADD_TO_LOT, added)
    connection.write(_TAKE_FROM_LOT, taken)
