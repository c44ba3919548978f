"""rewards.yaml, referral: what bringing a friend pays, and what stands against cheating."""

from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Count, Positive, Section


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
