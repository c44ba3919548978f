"""The books: double entry, whole numbers, append-only, every transfer at most once by its key.

All accounts of a currency add up to zero at every commit. Nobody goes below zero but by a
claw-back, and what is earned later repays it. A mistake is corrected by a reversal.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.rewards.ledger.lane import post, post_all
from bot.rewards.ledger.models import TransferRow
from bot.rewards.ledger.transfers import (
    AccountKind,
    AccountRef,
    NotReversible,
    Posted,
    Reason,
    Transfer,
)
from bot.store.db import Store
from bot.store.lane import Lane

__all__ = [
    "AccountKind",
    "AccountRef",
    "Ledger",
    "NotReversible",
    "Posted",
    "Reason",
    "Transfer",
    "post",
    "post_all",
]


class Ledger:
    """The lane on which transfers are posted."""

    def __init__(self, store: Store) -> None:
        self._lane: Lane[Sequence[Transfer], tuple[Posted, ...]] = store.lane("ledger", post)

    async def transfer(self, transfer: Transfer) -> Posted:
        """Post one transfer durably, or give the first answer when its key was posted before.

        Raises Insufficient, KeyReused (same key, other input) or NotReversible; nothing is
        written then.
        """
        (posted,) = await self._lane.submit((transfer,))
        return posted

    async def transfer_many(self, transfers: Sequence[Transfer]) -> list[Posted]:
        """Post all of ``transfers`` in order, or none. Raises as ``transfer`` does."""
        return list(await self._lane.submit(tuple(transfers)))

    async def reverse(
        self,
        *,
        key: str,
        original: str,
        reason: Reason,
        reference: str,
        actor: str,
        at: datetime,
    ) -> Posted:
        """Post the mirror image of the transfer with the key ``original``, at most once.

        ``reason`` is ADJUSTMENT or, for a referral's reward, REFERRAL_CLAWBACK. Raises
        NotReversible, Insufficient when the receiver has spent it, KeyReused, or ValueError for
        a transfer of a packet: those are never reversed.
        """
        row = (
            await TransferRow.filter(key=original)
            .select_related("debit_account", "credit_account")
            .first()
        )
        if row is None:
            raise NotReversible(f"there is no transfer {original} to reverse")
        mirrored = Transfer(
            key=key,
            debit=row.credit_account.ref,
            credit=row.debit_account.ref,
            amount=row.amount,
            reason=reason,
            reference=reference,
            actor=actor,
            at=at,
            reverses=original,
        )
        return await self.transfer(mirrored)
