"""rewards.yaml, checkin: what a day's check-in pays."""

from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Positive, Section


class CheckIn(Section):
    """签到."""

    points: Positive = 10
    """Points for a day's check-in."""

    milestones: dict[Annotated[int, Field(ge=2)], Positive] = Field(
        default={3: 20, 7: 60, 14: 100, 30: 300}
    )
    """Extra points when a streak 连签 reaches so many days."""
