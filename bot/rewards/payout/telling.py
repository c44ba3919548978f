"""What people were told of a payout, so that nobody is told twice and nothing is left untold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.rewards.payout.payout import PayoutId, PayoutState
from bot.store.connection import Connection
from bot.store.fields import to_micros


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody was told: of ``state``, or reminded, or alarmed."""

    payout_id: PayoutId
    kind: str
    state: PayoutState
    at: datetime


_STATE: Final = "UPDATE payout SET told = ? WHERE id = ?"
_TIMES: Final = {
    "reminder": "UPDATE payout SET reminded_at = ? WHERE id = ? AND reminded_at IS NULL",
    "alarm": "UPDATE payout SET alarmed_at = ? WHERE id = ? AND alarmed_at IS NULL",
}


def apply_told(connection: Connection, told: Sequence[Told]) -> list[None]:
    """Note it; the first note of a reminder or an alarm stays."""
    for item in told:
        if item.kind == "state":
            connection.execute(_STATE, (item.state, item.payout_id))
        else:
            connection.execute(_TIMES[item.kind], (to_micros(item.at), item.payout_id))
    return [None] * len(told)
