"""Reading what the books say about a member or a group. Writes nothing."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.rewards.ledger.ledger import AccountKind, AccountRef, Reason
from bot.rewards.ledger.models import EntryRow, read_account_balance
from bot.store.db import Store
from bot.store.fields import to_micros

_TOTALS = """
SELECT
    coalesce(sum(CASE WHEN (entry.amount > 0) = (transfer.reverses IS NULL)
        THEN entry.amount END), 0) AS earned,
    coalesce(-sum(CASE WHEN (entry.amount > 0) <> (transfer.reverses IS NULL)
        THEN entry.amount END), 0) AS spent
FROM account
JOIN entry ON entry.account_id = account.id
JOIN transfer ON transfer.id = entry.transfer_id
WHERE account.currency = ? AND account.kind = ? AND account.holder = ?
"""

_EARNED = """
SELECT coalesce(sum(entry.amount), 0) AS points
FROM transfer
JOIN entry ON entry.transfer_id = transfer.id
JOIN account ON account.id = entry.account_id
WHERE transfer.at >= ? AND account.currency = ? AND account.kind = ?
    AND (entry.amount > 0) = (transfer.reverses IS NULL)
    AND account.holder IN (SELECT CAST(value AS TEXT) FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry 流水 of a member's account; ``amount`` is negative when points left it."""

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

    async def read_statement(self, member_id: MemberId, limit: int) -> list[StatementLine]:
        """The member's last ``limit`` (>= 1) entries, newest first."""
        ref = AccountRef.member(member_id)
        entries = (
            await EntryRow.filter(
                account__currency=ref.currency,
                account__kind=ref.kind,
                account__holder=ref.holder,
            )
            .order_by("-id")
            .limit(limit)
            .select_related("transfer")
        )
        return [
            StatementLine(
                at=entry.transfer.at,
                amount=entry.amount,
                reason=Reason(entry.transfer.reason),
                reference=entry.transfer.reference,
                balance_after=entry.balance_after,
            )
            for entry in entries
        ]

    async def read_totals(self, member_id: MemberId) -> Totals:
        """What the member has earned and spent so far."""
        ref = AccountRef.member(member_id)
        (row,) = await self._store.read(_TOTALS, (ref.currency, ref.kind, ref.holder))
        return Totals(earned=row["earned"], spent=row["spent"])

    async def read_earned(self, member_ids: Collection[MemberId], since: datetime) -> int:
        """Points that these members, a group's for example, earned since an instant."""
        members = json.dumps(sorted(member_ids))
        parameters = (to_micros(since), Currency.POINTS, AccountKind.MEMBER, members)
        (row,) = await self._store.read(_EARNED, parameters)
        return int(row["points"])
