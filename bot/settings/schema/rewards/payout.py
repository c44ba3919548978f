"""rewards.yaml, payout: cash that members may take out, by whom it is sent, and how much of it."""

from typing import Annotated, Literal

from pydantic import Field

from bot.platforms.pay import CONFIRM_HOURS, REMARK_CHARACTERS
from bot.settings.schema.base import Count, Positive, Section


class Payout(Section):
    """提现: off unless somebody switches it on."""

    means: Literal["off", "wechat", "slip"] = "off"
    """Who sends the money: WeChat Pay by bot.yaml's `pay`, an operator by hand from the list
    红包单, or nobody. `off` stops new payouts and new orders at once; what was ordered is still
    followed to its end."""

    least_fen: Positive = 100
    """Least of one payout, in fen."""

    most_fen: Positive = 20_000
    """Most of one payout, in fen."""

    member_fen_a_day: Positive = 20_000
    """Most that one member takes out in a community day, in fen."""

    member_times_a_day: Positive = 3
    """So many payouts of one member in a community day."""

    fen_a_day: Positive = 100_000
    """Most that all members take out in a community day, in fen."""

    approval_fen: Count = 10_000
    """A payout above this waits for an operator's approval; who approves a slip does not send
    it."""

    remind_hours: Annotated[int, Field(strict=True, ge=1, lt=CONFIRM_HOURS)] = 20
    """A member who has not confirmed is reminded after so many hours; the bill ends after 24."""

    remark: Annotated[str, Field(min_length=1, max_length=REMARK_CHARACTERS)] = "群福利提现"
    """What the payee reads beside the amount, in at most 32 characters."""
