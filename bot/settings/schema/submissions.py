"""members.yaml, submissions: what members send in 晒单 投稿, and what becomes of it.

Nothing is used without a member's express yes, and what he did not say yes to is not kept.
"""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Positive, Section, Words


class Credits(Section):
    """How the line says whose it is; {name} is the member's, {number} the submission's."""

    show: Words = Field(default="——来自群友 {name} 的晒单", examples=["——来自群友 {name} 的晒单"])
    """Of a picture with words, by a member who wants to be named."""

    story: Words = Field(default="——来自群友 {name} 的投稿", examples=["——来自群友 {name} 的投稿"])
    """Of words, by a member who wants to be named."""

    anonymous: Words = "——来自一位群友"
    """Of somebody who does not, or whose name is not known or cannot be said."""


class SubmissionRules(Section):
    """晒单, 投稿."""

    least_characters: Positive = 15
    """Letters and digits that it needs; emoji and repetitions do not count."""

    most_characters: Annotated[int, Field(strict=True, ge=20, le=2000)] = 500
    """Characters that it may have."""

    most_pictures: Annotated[int, Field(strict=True, ge=1, le=9)] = 3
    """Pictures that are kept of one."""

    most_waiting: Positive = 3
    """So many of one member may wait for him or for a reviewer at a time."""

    picture_minutes: Positive = 10
    """So long a picture that he sends in private belongs to what he has just written."""

    consent_hours: Annotated[int, Field(strict=True, ge=1, le=72)] = 72
    """Without his yes within so many hours it is dropped, with its pictures."""

    review_hours: Positive = 24
    """After so many hours without a decision the operators are reminded, once."""

    valid_days: Annotated[int, Field(strict=True, ge=1, le=730)] = 180
    """So long after its approval it may be posted."""

    credits: Credits = Credits()
    """The line that says whose it is."""

    questions: Annotated[tuple[Words, ...], Field(min_length=1)] = ("你们呢？",)
    """What a post of it ends with; they take turns by the submission's number."""

    @property
    def consent_time(self) -> timedelta:
        """``consent_hours`` as a span."""
        return timedelta(hours=self.consent_hours)

    @property
    def picture_time(self) -> timedelta:
        """``picture_minutes`` as a span."""
        return timedelta(minutes=self.picture_minutes)

    @property
    def review_time(self) -> timedelta:
        """``review_hours`` as a span."""
        return timedelta(hours=self.review_hours)
