"""rewards.yaml, boards: what is compared, over which time, and what the group is shown of it."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from bot.settings.schema.base import Count, LocalTime, Positive, Section, Words


class Measure(StrEnum):
    """What a board counts."""

    POINTS = "points"
    """Points earned by acts; corrections, gifts and luck are not counted."""

    STREAK = "streak"
    """The longest streak 连签 that was reached."""

    INVITES = "invites"
    """Friends who joined, stayed, and were paid for."""


class Period(StrEnum):
    """Over which time a board counts, in community days."""

    DAY = "day"
    WEEK = "week"
    """From Monday."""

    MONTH = "month"
    SEASON = "season"
    """A quarter of the year."""

    CAMPAIGN = "campaign"


class Source(StrEnum):
    """What points may be counted for: reasons of the ledger that an act is behind."""

    CHECKIN = "checkin"
    CHECKIN_MILESTONE = "checkin_milestone"
    EARNING = "earning"
    """By rules; damped, see ``full_points_a_day``."""

    THANKS = "thanks"
    REFERRAL_INVITER = "referral_inviter"
    REFERRAL_FRIEND = "referral_friend"
    PACKET_CLAIM = "packet_claim"


class BoardCampaign(Section):
    """A board from one day to another."""

    name: Words
    measure: Measure
    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _goes_forward(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("last_day must not be before first_day")
        return self


_KEPT = {
    Period.DAY: (Measure.POINTS,),
    Period.WEEK: (Measure.POINTS, Measure.STREAK, Measure.INVITES),
    Period.MONTH: (Measure.POINTS, Measure.STREAK, Measure.INVITES),
    Period.SEASON: (Measure.POINTS, Measure.INVITES),
}
_POSTED = {
    Period.WEEK: Measure.POINTS,
    Period.MONTH: Measure.INVITES,
    Period.SEASON: Measure.POINTS,
}


class Boards(Section):
    """排行榜."""

    sources: Annotated[tuple[Source, ...], Field(min_length=1)] = Field(
        default=(
            Source.CHECKIN,
            Source.CHECKIN_MILESTONE,
            Source.EARNING,
            Source.THANKS,
            Source.REFERRAL_INVITER,
            Source.REFERRAL_FRIEND,
        )
    )
    """Which points count."""

    full_points_a_day: Positive = 20
    """So many points a day by rules count in full; twice as many need four times as much doing."""

    top: Annotated[int, Field(strict=True, ge=1, le=50)] = 10
    """How many places are shown."""

    kept: dict[Period, tuple[Measure, ...]] = Field(default=_KEPT)
    """Which boards are kept for good when their time is over. Those of campaigns always are."""

    posted: dict[Period, Measure] = Field(default=_POSTED)
    """Which of them the group is shown. Those of campaigns always are."""

    posted_at: LocalTime = Field(default=time(9, 0), json_schema_extra={"default": "09:00"})
    """The earliest hour at which a board is posted; it is closed when the community day turns."""

    settle_minutes: Annotated[int, Field(strict=True, ge=0, le=240)] = 15
    """A board is kept so long after its end, so that what is under way still counts."""

    refresh_seconds: Count = 60
    """A running board is counted anew when it is older than this."""

    campaigns: tuple[BoardCampaign, ...] = ()
    """Boards of their own."""

    @model_validator(mode="after")
    def _posts_what_is_kept(self) -> Self:
        if Period.CAMPAIGN in self.kept or Period.CAMPAIGN in self.posted:
            raise ValueError(
                "boards of campaigns are always kept and posted: list them in campaigns"
            )
        for period, measure in self.posted.items():
            if measure not in self.kept.get(period, ()):
                raise ValueError(f"{measure} of the {period} is posted, so it must be in kept too")
        return self
