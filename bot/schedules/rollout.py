"""Rollout 灰度: what is new reaches one group first, then a share of the groups, then all.

A share is taken from the top of a ranking: every subject (an item, a slot, a campaign) ranks
the groups by a hash of its own, which depends on nothing else. So the same groups stay in
when a share grows, no group is the guinea pig of everything, and any share reaches at least one.
"""

from functools import lru_cache
from hashlib import sha256

from bot.core.ids import GroupKey
from bot.settings.schema.rollout import ALL
from bot.settings.settings import Settings


def in_rollout(
    settings: Settings,
    rollout: str,
    group_key: GroupKey,
    subject: str,
    groups: tuple[str, ...] = (),
) -> bool:
    """Whether ``subject`` reaches the group; of n groups ``10%`` reaches ⌈n ÷ 10⌉.

    ``groups`` are the keys of those that it is for at all, empty: every scheduled one. ``subject``
    names what is rolled out among everything that is; its share falls on the same groups for ever,
    but for the few that move up when groups come and go.
    """
    if groups and group_key not in groups:
        return False
    if rollout == ALL:
        return True
    if not rollout.endswith("%"):
        return rollout == group_key
    return group_key in _reached(int(rollout[:-1]), subject, groups or settings.scheduled)


@lru_cache(maxsize=1024)
def _reached(percent: int, subject: str, groups: tuple[str, ...]) -> frozenset[str]:
    ranking = sorted(groups, key=lambda key: sha256(f"{subject}/{key}".encode()).digest())
    count = -(-percent * len(groups) // 100)
    return frozenset(ranking[:count])
