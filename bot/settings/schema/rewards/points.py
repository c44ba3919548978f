"""rewards.yaml, points: how long points last."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Section


class Expiry(StrEnum):
    """When points expire that are earned today."""

    NEVER = "never"
    DAYS = "days"
    """After `days` days."""
    MONTH_END = "month_end"
    """At the end of the month in which `days` days are over."""
    NEXT_YEAR_END = "next_year_end"
    """At the end of next year."""


class Points(Section):
    """积分."""

    expiry: Expiry = Expiry.MONTH_END
    """When points expire: never, days, month_end or next_year_end."""

    days: Annotated[int, Field(strict=True, ge=1, le=3650)] = 365
    """How many days points last at least, for `days` and `month_end`."""

    remind_days: tuple[Annotated[int, Field(strict=True, ge=1, le=365)], ...] = (30, 7)
    """A member is told so many days before some of his points expire."""

    returned_days: Annotated[int, Field(strict=True, ge=0, le=365)] = 30
    """Points that are given back can be used for so many days at least."""
