"""rewards.yaml: what members earn and what it may cost. A file a topic, joined here."""

from datetime import time

from pydantic import Field

from bot.settings.schema.base import LocalTime, Section
from bot.settings.schema.rewards.adjustments import Adjustments
from bot.settings.schema.rewards.boards import Boards
from bot.settings.schema.rewards.budgets import Budgets
from bot.settings.schema.rewards.checkin import CheckIn
from bot.settings.schema.rewards.earning import Earning
from bot.settings.schema.rewards.levels import LEVELS, Level
from bot.settings.schema.rewards.lottery import Lottery
from bot.settings.schema.rewards.packets import Packets
from bot.settings.schema.rewards.payout import Payout
from bot.settings.schema.rewards.points import Points
from bot.settings.schema.rewards.referral import Referral
from bot.settings.schema.rewards.shop import Shop
from bot.settings.schema.rewards.thanks import Thanks

__all__ = ["CheckIn", "Lottery", "Packets", "Payout", "Points", "Referral", "RewardsFile"]


class RewardsFile(Section):
    """rewards.yaml."""

    day_starts_at: LocalTime = Field(default=time(4, 0), json_schema_extra={"default": "04:00"})
    """The local hour at which the community's day turns."""

    points: Points = Points()
    """积分: how long they last."""

    checkin: CheckIn = CheckIn()
    """签到."""

    packets: Packets = Packets()
    """积分红包."""

    payout: Payout = Payout()
    """提现."""

    lotteries: tuple[Lottery, ...] = ()
    """抽奖."""

    referral: Referral = Referral()
    """邀请."""

    shop: Shop = Shop()
    """积分商城."""

    earning: Earning = Earning()
    """积分规则: what members earn by what they do."""

    levels: tuple[Level, ...] = Field(
        default=LEVELS,
        min_length=1,
        json_schema_extra={"default": [level.model_dump() for level in LEVELS]},
    )
    """等级, the lowest first."""

    thanks: Thanks = Thanks()
    """感谢."""

    budgets: Budgets = Budgets()
    """预算."""

    adjustments: Adjustments = Adjustments()
    """人工更正."""

    boards: Boards = Boards()
    """排行榜."""
