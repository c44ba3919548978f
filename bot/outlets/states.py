"""The life of a draft for Moments 朋友圈."""

from enum import StrEnum
from typing import Final


class MomentState(StrEnum):
    """How a draft stands. ``unknown`` 结果未知 is never made again."""

    SKIPPED = "skipped"
    COPIED = "copied"
    HANDED = "handed"
    """On its way to the platform, which prepares it."""

    WAITING = "waiting"
    """Employees have yet to confirm it."""

    PUBLISHED = "published"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"


NOT_SHOWN: Final = (MomentState.SKIPPED, MomentState.EXPIRED, MomentState.FAILED)
"""States of what surely nobody saw: it counts for no mix, and its item rests for nothing."""
