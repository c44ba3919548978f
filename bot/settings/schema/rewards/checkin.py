"""rewards.yaml, checkin: what a day's check-in pays, and what may stand in for a missed day."""

from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Count, Positive, Section


class MakeUp(Section):
    """补签卡: a missed day is bought back. It joins the streak and pays nothing itself."""

    price: Positive = 50
    """Points for one card."""

    days_back: Annotated[int, Field(strict=True, ge=1, le=31)] = 7
    """A day can be made up so many days later, not after that."""

    most_a_month: Count = 3
    """Cards of one member in a calendar month; 0 sells none."""


class Freezes(Section):
    """冻结卡: stands in for a missed day by itself, so that the streak goes on."""

    every_days: Annotated[int, Field(strict=True, ge=2)] = 7
    """A streak earns one whenever it has grown by so many days."""

    most_held: Annotated[int, Field(strict=True, ge=0, le=7)] = 2
    """Nobody holds more than this; 0 gives none."""


class CheckIn(Section):
    """签到."""

    points: Positive = 10
    """Points for a day's check-in."""

    milestones: dict[Annotated[int, Field(ge=2)], Positive] = Field(
        default={3: 20, 7: 60, 14: 100, 30: 300}
    )
    """Extra points when a streak 连签 reaches so many days."""

    make_up: MakeUp = MakeUp()
    """补签."""

    freezes: Freezes = Freezes()
    """冻结."""
