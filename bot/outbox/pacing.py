"""How long to wait: after failures, and after a limit was exceeded. Pure.

How many sends a limit allows is decided where an attempt is written down (``lane.lease``), so
that it holds over restarts and for all processes together.
"""

from datetime import datetime, timedelta, timezone
from typing import Final

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

_PLATFORM_DAY: Final = timezone(timedelta(hours=8))
"""The platform counts its days in China's time."""

MOST_STEPS: Final = 2
"""Limits are of a minute (step 0), an hour (1) or a day (2)."""


def backoff_seconds(attempts: int) -> float:
    """How long to wait after so many failed attempts: 1, 2, 4 … seconds, at most five minutes."""
    return float(min(2 ** (attempts - 1), 300))


def next_step(step: int, until: datetime, now: datetime) -> int:
    """Which window was exceeded, when the last pause ended at ``until`` as ``step``.

    The platform does not say. Met again within the same span after that pause, it must be the next
    longer one; otherwise it is taken for the shortest.
    """
    span = (MINUTE, HOUR, timedelta(days=1))[step]
    return min(step + 1, MOST_STEPS) if now < until + span else 0


def pause_end(step: int, now: datetime) -> datetime:
    """When a limit that was exceeded at ``now`` opens again.

    Bans last a minute, an hour, or for the rest of the platform's day
    [developer.work.weixin.qq.com/document/path/90312].
    """
    if step < MOST_STEPS:
        return now + (MINUTE, HOUR)[step]
    return day_end(now)


def day_end(now: datetime) -> datetime:
    """When the platform's day is over."""
    midnight = now.astimezone(_PLATFORM_DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=1)).astimezone(now.tzinfo)
