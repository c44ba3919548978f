"""rewards.yaml: what members earn and what it may cost. A file a topic, joined here."""

from datetime import time

from pydantic import Field

from bot.settings.schema.base import LocalTime, Section
from bot.settings.schema.rewards.checkin import CheckIn
from bot.settings.schema.rewards.packets import Packets
from bot.settings.schema.rewards.referral import Referral

__all__ = ["CheckIn", "Packets", "Referral", "RewardsFile"]


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
