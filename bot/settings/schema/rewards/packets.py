"""rewards.yaml, packets: what owners may give away, and who may claim."""

from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Count, Positive, Section


class Packets(Section):
    """积分红包."""

    pool_points_a_day: Count = 500
    """What each group's pool is filled up to every day; owners' packets are paid from it."""

    most_points: Positive = 500
    """Most points of one packet."""

    most_shares: Annotated[int, Field(strict=True, ge=1, le=500)] = 100
    """Most shares of one packet."""

    least_share_points: Positive = 1
    """Least points of one share."""

    expire_hours: Annotated[int, Field(strict=True, ge=1, le=168)] = 24
    """What is left after this time goes back to the pool."""

    membership_hours: Count = 24
    """Who joined later than this may not claim; 0 lets newcomers claim at once."""

    confirm_minutes: Annotated[int, Field(strict=True, ge=1, le=60)] = 5
    """An owner confirms a packet within this time."""
