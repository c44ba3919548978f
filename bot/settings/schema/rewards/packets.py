"""rewards.yaml, packets: what owners may give away, and who may claim."""

from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Count, Positive, Section

_Seconds = Annotated[int, Field(strict=True, ge=1, le=600)]


class Packets(Section):
    """积分红包."""

    pool_points_a_day: Count = 500
    """What each group's pool is filled up to every day; owners' packets are paid from it."""

    owner_points_a_day: Count = 0
    """What each owner's own pool in a group is filled up to every day, beside the group's; a packet
    is paid from it while it holds enough. 0: owners have none."""

    most_points_a_day: Count = 1000
    """Most points that one owner sends in a day, whatever pays them; 0: no such limit."""

    most_points: Positive = 500
    """Most points of one packet."""

    most_shares: Annotated[int, Field(strict=True, ge=1, le=20_000)] = 100
    """Most shares of one packet."""

    least_share_points: Positive = 1
    """Least points of one share."""

    expire_hours: Annotated[int, Field(strict=True, ge=1, le=168)] = 24
    """What is left after this time goes back to where it came from."""

    membership_hours: Count = 24
    """Who joined later than this may not claim; 0 lets newcomers claim at once. A packet may say
    otherwise."""

    claims_a_day: Count = 30
    """Most shares that one member takes in a day; 0: no such limit."""

    claims_a_campaign: Count = 0
    """Most shares that one member takes of the packets of one campaign; 0: no such limit."""

    tries: Annotated[int, Field(strict=True, ge=1, le=50)] = 5
    """So many wrong words 口令 …"""

    tries_minutes: Annotated[int, Field(strict=True, ge=1, le=1440)] = 10
    """… within so many minutes, then a pause until the oldest of them is as old."""

    most_drops: Annotated[int, Field(strict=True, ge=1, le=100)] = 20
    """Most drops of one rain 红包雨."""

    rain_wait_seconds: _Seconds = 60
    """From the announcement of a rain to its first drop."""

    rain_every_seconds: _Seconds = 20
    """From one drop to the next."""

    rain_minutes: Annotated[int, Field(strict=True, ge=1, le=1440)] = 10
    """So long after the last drop fell a rain is over, and its rest goes back."""

    confirm_minutes: Annotated[int, Field(strict=True, ge=1, le=60)] = 5
    """An owner confirms a packet within this time."""

    cash: bool = False
    """Whether a campaign's budget in fen may pay packets of cash 现金. Needs a payout provider."""

    most_fen: Positive = 20_000
    """Most of one cash packet, in fen."""

    least_share_fen: Positive = 100
    """Least of one share of a cash packet, in fen."""
