"""Boosts 加成: on its days a campaign adds to what members earn, out of its own account.

Who earns gets what the rule pays in any case; what the campaign adds is there whole while its
account holds it, and not at all afterwards. It is a transfer of its own beside the rule's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from bot.rewards.ledger.lane import load_accounts
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True)
class Boost:
    """While this run of a ``campaign`` is on, something pays ``percent`` (above 100) of itself."""

    campaign: str
    percent: int


NO_BOOSTS: Final[Mapping[str, Boost]] = MappingProxyType({})


class Purses:
    """What campaigns have left, while a batch is decided."""

    def __init__(self, left: dict[str, int] | None = None) -> None:
        self._left = left or {}

    def take(self, campaign: str, points: int) -> bool:
        """Take ``points`` (>= 1) out of a campaign's account; False when it does not hold them."""
        left = self._left.get(campaign, 0)
        if left < points:
            return False
        self._left[campaign] = left - points
        return True


def load_purses(connection: Connection, campaigns: Iterable[str]) -> Purses:
    """The points in the accounts of these campaigns."""
    refs = {AccountRef.campaign(campaign): campaign for campaign in campaigns}
    accounts = load_accounts(connection, refs) if refs else {}
    return Purses({refs[ref]: account.balance for ref, account in accounts.items()})


def extra_of(base: Transfer, campaign: str, points: int) -> Transfer:
    """What ``campaign`` adds to what ``base`` pays; it lasts as long as that does."""
    return replace(
        base,
        key=f"{base.key}/extra",
        debit=AccountRef.campaign(campaign),
        amount=points,
        reason=Reason.CAMPAIGN_EXTRA,
    )


def percent_of(points: int, percent: int) -> int:
    """So much of points, in whole points; a half is rounded up."""
    return (points * percent + 50) // 100
