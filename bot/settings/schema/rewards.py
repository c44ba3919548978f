"""rewards.yaml: what members earn and what it may cost."""

from datetime import time
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Count, LocalTime, Positive, Section


class CheckIn(Section):
    """签到."""

    points: Positive = 10
    """Points for a day's check-in."""

    milestones: dict[Annotated[int, Field(ge=2)], Positive] = Field(
        default={3: 20, 7: 60, 14: 100, 30: 300}
    )
    """Extra points when a streak 连签 reaches so many days."""


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


class Referral(Section):
    """邀请: rewards hang on the friend's joining and staying, never on sharing."""

    inviter_points: Count = 100
    """For the member who invited."""

    friend_points: Count = 50
    """For the new member."""

    code_minutes: Annotated[int, Field(strict=True, ge=1, le=10080)] = 30
    """A newcomer can enter a code so many minutes after joining."""

    qualify_hours: Annotated[int, Field(strict=True, ge=1, le=720)] = 24
    """The friend must stay so long, and act once, before anybody is paid."""

    clawback_days: Count = 7
    """Leaving within so many days after the payment takes it back."""

    most_a_day: Positive = 10
    """Paid referrals of one inviter a day."""

    most_a_month: Positive = 30
    """Paid referrals of one inviter in a calendar month."""

    hold_joins_a_minute: Positive = 10
    """More joins with one code in 60 seconds are held for review."""

    hold_joins_an_hour: Positive = 30
    """More joins with one code in an hour are held for review."""


class RewardsFile(Section):
    """rewards.yaml."""

    day_starts_at: LocalTime = Field(default=time(4, 0), json_schema_extra={"default": "04:00"})
    """The local hour at which the community's day turns."""

    checkin: CheckIn = CheckIn()
    """签到."""

    packets: Packets = Packets()
    """积分红包."""

    referral: Referral = Referral()
    """邀请."""
