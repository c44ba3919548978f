"""Reading what the books say about a member or a group. Writes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.rewards.ledger.models import read_account_balance
from bot.rewards.ledger.transfers import AccountRef, Reason
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.sql import over

_TOTALS = """
WITH RECURSIVE walked AS (
    SELECT entry.previous_id, entry.transfer_id, entry.amount
    FROM account CROSS JOIN entry ON entry.id = account.last_entry_id
    WHERE account.currency = ? AND account.kind = ? AND account.holder = ?
    UNION ALL
    SELECT entry.previous_id, entry.transfer_id, entry.amount
    FROM walked CROSS JOIN entry ON entry.id = walked.previous_id
)
SELECT
    coalesce(sum(CASE WHEN (walked.amount > 0) = (transfer.reverses IS NULL)
        THEN walked.amount END), 0) AS earned,
    coalesce(-sum(CASE WHEN (walked.amount > 0) <> (transfer.reverses IS NULL)
        THEN walked.amount END), 0) AS spent
FROM walked CROSS JOIN transfer ON transfer.id = walked.transfer_id
"""

_EARNED = over(
    "holder text",
    """
SELECT coalesce(sum(entry.amount), 0) AS points
FROM transfer
CROSS JOIN entry ON entry.transfer_id = transfer.id
CROSS JOIN account ON account.id = entry.account_id
WHERE transfer.at >= ? AND (entry.amount > 0) = (transfer.reverses IS NULL)
    AND account.currency = 'points' AND account.kind = 'member'
    AND account.holder IN (SELECT holder FROM rows)
""",
)

_LINES = """
WITH RECURSIVE walked AS (
    SELECT 1 AS place, entry.id, entry.previous_id, entry.transfer_id, entry.amount
    FROM account CROSS JOIN entry ON entry.id = account.last_entry_id
    WHERE account.currency = ?1 AND account.kind = ?2 AND account.holder = ?3
    UNION ALL
    SELECT walked.place + CASE WHEN entry.transfer_id = walked.transfer_id THEN 0 ELSE 1 END,
        entry.id, entry.previous_id, entry.transfer_id, entry.amount
    FROM walked CROSS JOIN entry ON entry.id = walked.previous_id
    WHERE walked.place < ?4 OR entry.transfer_id = walked.transfer_id
)
SELECT transfer.at, transfer.reason, transfer.reference, line.amount, last.balance_after
FROM (
    SELECT transfer_id, CAST(sum(amount) AS INTEGER) AS amount, max(id) AS last_id
    FROM walked GROUP BY transfer_id
) AS line
JOIN transfer ON transfer.id = line.transfer_id
JOIN entry AS last ON last.id = line.last_id
ORDER BY transfer.id DESC
"""
"""``place`` counts movements, of which one may be an entry of each of several lots."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement 流水 of a member's account; ``amount`` is negative when something left it."""

    at: datetime
    amount: int
    reason: Reason
    reference: str
    balance_after: int


@dataclass(frozen=True, slots=True)
class Totals:
    """A member's points over his lifetime; ``earned - spent`` is his balance.

    What was taken back counts as never earned, what was given back as never spent.
    """

    earned: int
    spent: int


class Statements:
    """What members and operators may ask the books."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read_balance(self, member_id: MemberId) -> int:
        """The member's points; below zero only after a claw-back."""
        return await read_account_balance(AccountRef.member(member_id))

    async def read_statement(
        self, member_id: MemberId, limit: int, currency: Currency = Currency.POINTS
    ) -> list[StatementLine]:
        """The member's last ``limit`` (>= 1) movements, newest first."""
        ref = AccountRef.member(member_id, currency)
        rows = await self._store.read(_LINES, (ref.currency, ref.kind, ref.holder, limit))
        return [
            StatementLine(
                at=from_micros(row["at"]),
                amount=row["amount"],
                reason=Reason(row["reason"]),
                reference=row["reference"],
                balance_after=row["balance_after"],
            )
            for row in rows
        ]

    async def read_totals(self, member_id: MemberId) -> Totals:
        """What the member has earned and spent so far."""
        ref = AccountRef.member(member_id)
        (row,) = await self._store.read(_TOTALS, (ref.currency, ref.kind, ref.holder))
        return Totals(earned=row["earned"], spent=row["spent"])

    async def read_earned(self, member_ids: Collection[MemberId], since: datetime) -> int:
        """Points that these members, a group's for example, earned since an instant."""
        holders = [(str(member_id),) for member_id in member_ids]
        rows = await self._store.read_over(_EARNED, holders, to_micros(since))
        return int(rows[0]["points"]) if rows else 0
