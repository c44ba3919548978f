"""The books on SQLite: load what the items name, decide, write. A handful of statements a batch.

``post`` is the synchronous core. Lanes whose own work moves points (check-ins, packets,
referrals) call it, or ``post_all``, inside their transaction, so their rows and the points that
belong to them are written together or not at all.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from bot.core.errors import LedgerError
from bot.core.money import Currency
from bot.rewards.ledger.posting import Account, Books, Decision, Recorded, decide
from bot.rewards.ledger.transfers import AccountKind, AccountRef, Posted, Reason, Transfer
from bot.store.batch import picked, read_batch, write_batch
from bot.store.fields import to_micros

_LOAD_ACCOUNTS = """
SELECT json_group_array(json_array(
    account.id, account.currency, account.kind, account.holder, account.balance
))
FROM json_each(?) AS wanted
CROSS JOIN account ON account.currency = wanted.value ->> 0
    AND account.kind = wanted.value ->> 1 AND account.holder = wanted.value ->> 2
"""

_LOAD_TRANSFERS = """
SELECT transfer.id, transfer.key, transfer.input_hash, transfer.amount, transfer.reason,
    giver.currency, giver.kind AS debit_kind, giver.holder AS debit_holder,
    taker.kind AS credit_kind, taker.holder AS credit_holder,
    given.balance_after AS debit_balance, taken.balance_after AS credit_balance,
    transfer.reverses IS NOT NULL AS is_reversal,
    EXISTS (SELECT 1 FROM transfer AS later WHERE later.reverses = transfer.id) AS is_reversed
FROM json_each(?) AS wanted
CROSS JOIN transfer ON transfer.key = wanted.value
JOIN account AS giver ON giver.id = transfer.debit_account_id
JOIN account AS taker ON taker.id = transfer.credit_account_id
JOIN entry AS given
    ON given.transfer_id = transfer.id AND given.account_id = transfer.debit_account_id
JOIN entry AS taken
    ON taken.transfer_id = transfer.id AND taken.account_id = transfer.credit_account_id
"""

_LOAD_LAST_IDS = """
SELECT (SELECT coalesce(max(id), 0) FROM account), (SELECT coalesce(max(id), 0) FROM transfer)
"""

_WRITE_ACCOUNT = f"""
INSERT INTO account (id, currency, kind, holder, balance, overdraft) {picked(6)}
ON CONFLICT (id) DO UPDATE SET balance = excluded.balance, overdraft = excluded.overdraft
"""

_WRITE_TRANSFER = f"""
INSERT INTO transfer (id, key, input_hash, debit_account_id, credit_account_id, amount, reason,
    reference, actor, at, reverses)
{picked(11)}
"""

_WRITE_ENTRY = f"""
INSERT INTO entry (transfer_id, account_id, amount, balance_after) {picked(4)}
"""


def post(
    connection: sqlite3.Connection, items: Sequence[Sequence[Transfer]]
) -> list[tuple[Posted, ...] | LedgerError]:
    """Post ``items`` in order within the open transaction; one verdict for each.

    Each item is all or nothing. A refused one (Insufficient, KeyReused, NotReversible) writes
    nothing and leaves its neighbours alone.
    """
    if not any(items):
        return [() for _ in items]
    decision = decide(_load(connection, items), items)
    _write(connection, decision)
    return decision.verdicts


def post_all(
    connection: sqlite3.Connection, items: Sequence[Sequence[Transfer]]
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


def load_accounts(
    connection: sqlite3.Connection, refs: Iterable[AccountRef]
) -> dict[AccountRef, Account]:
    """Those of the accounts that exist. Reads only."""
    wanted = [(ref.currency, ref.kind, ref.holder) for ref in refs]
    return {
        AccountRef(Currency(currency), AccountKind(kind), holder): Account(account_id, balance)
        for account_id, currency, kind, holder, balance in read_batch(
            connection, _LOAD_ACCOUNTS, wanted
        )
    }


def _load(connection: sqlite3.Connection, items: Sequence[Sequence[Transfer]]) -> Books:
    refs: set[AccountRef] = set()
    keys: set[str] = set()
    for item in items:
        for transfer in item:
            refs.add(transfer.debit)
            refs.add(transfer.credit)
            keys.add(transfer.key)
            if transfer.reverses is not None:
                keys.add(transfer.reverses)
    last_account_id, last_transfer_id = connection.execute(_LOAD_LAST_IDS).fetchone()
    recorded = (
        _recorded(row) for row in connection.execute(_LOAD_TRANSFERS, (json.dumps(sorted(keys)),))
    )
    return Books(
        accounts=load_accounts(connection, refs),
        transfers={transfer.key: transfer for transfer in recorded},
        last_account_id=last_account_id,
        last_transfer_id=last_transfer_id,
    )


def _recorded(row: sqlite3.Row) -> Recorded:
    currency = Currency(row["currency"])
    return Recorded(
        id=row["id"],
        key=row["key"],
        digest=row["input_hash"],
        debit=AccountRef(currency, AccountKind(row["debit_kind"]), row["debit_holder"]),
        credit=AccountRef(currency, AccountKind(row["credit_kind"]), row["credit_holder"]),
        amount=row["amount"],
        reason=Reason(row["reason"]),
        debit_balance=row["debit_balance"],
        credit_balance=row["credit_balance"],
        is_reversal=bool(row["is_reversal"]),
        is_reversed=bool(row["is_reversed"]),
    )


def _write(connection: sqlite3.Connection, decision: Decision) -> None:
    accounts = decision.accounts
    write_batch(
        connection,
        _WRITE_ACCOUNT,
        [
            (account.id, ref.currency, ref.kind, ref.holder, account.balance, account.overdraft)
            for ref, account in accounts.items()
        ],
    )
    transfers, entries = [], []
    for entered in decision.entered:
        asked = entered.transfer
        giver, taker = accounts[asked.debit].id, accounts[asked.credit].id
        row = (entered.id, asked.key, entered.digest, giver, taker, asked.amount, asked.reason)
        story = (asked.reference, asked.actor, to_micros(asked.at), entered.reverses_id)
        transfers.append((*row, *story))
        entries.append((entered.id, giver, -asked.amount, entered.debit_balance))
        entries.append((entered.id, taker, asked.amount, entered.credit_balance))
    write_batch(connection, _WRITE_TRANSFER, transfers)
    write_batch(connection, _WRITE_ENTRY, entries)
