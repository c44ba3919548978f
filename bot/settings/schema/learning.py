"""persona.yaml, learning: what becomes of questions that had no answer."""

from datetime import time
from typing import Annotated, Final

from pydantic import Field

from bot.settings.schema.base import KeyName, LocalTime, Positive, Section, Weekday, Words

MOST_NAMED_DAYS: Final = 30
"""For so long it may be known who asked."""


class Learning(Section):
    """待答: questions without an answer, and who may answer them."""

    super_user_tags: tuple[KeyName, ...] = ()
    """Members with one of these tags may offer answers; owners and operators always may."""

    likeness: Annotated[float, Field(gt=0, le=1)] = 0.55
    """How alike two questions are, from 0 to 1, that count as one."""

    most_open: Annotated[int, Field(strict=True, ge=1, le=500)] = 300
    """Questions kept at a time; a new one takes the place of the one not asked for longest."""

    shown: Annotated[int, Field(strict=True, ge=1, le=20)] = 8
    """How many 待答 and the weekly letter show, those of most people first."""

    digest_day: Weekday = Weekday.MON
    """The day of the weekly letter about them."""

    digest_at: LocalTime = time(10)
    """Its time of day."""

    tell_days: Annotated[int, Field(strict=True, ge=0, le=MOST_NAMED_DAYS)] = 14
    """Who asked within so many days is told the answer; 0 tells nobody."""

    source: Words = "群友答疑，同事审过"
    """Named as the source of an answer that was learned."""

    keep_days: Positive = 60
    """A question that nobody has asked for so long is dropped."""
