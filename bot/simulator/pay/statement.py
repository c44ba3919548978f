"""The account's statement 资金账单 of a day, as the platform writes it.

Source: pay.weixin.qq.com/doc/v3/merchant/4012760535: a backtick before each value, a second table
of sums, made from nine o'clock of the next day on.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.channels.pay_statement import COLUMNS, SUMS
from bot.platforms.pay import PLATFORM_ZONE
from bot.simulator.pay.merchant import Movement

MADE_AT: Final = time(9)
_ZONE: Final = ZoneInfo(PLATFORM_ZONE)
_SUMS: Final = (SUMS, "收入笔数", "收入金额", "支出笔数", "支出金额")


def is_there(on_date: date, now: datetime) -> bool:
    """Whether a day's statement has been made."""
    return now >= datetime.combine(on_date + timedelta(days=1), MADE_AT, tzinfo=_ZONE)


def write_statement(on_date: date, movements: Sequence[Movement]) -> bytes | None:
    """The file; None for a day without movements."""
    day = [one for one in movements if one.at.astimezone(_ZONE).date() == on_date]
    if not day:
        return None
    gone, come = [one for one in day if one.amount < 0], [one for one in day if one.amount > 0]
    sums = (len(day), len(come), _yuan(_sum(come)), len(gone), _yuan(-_sum(gone)))
    lines = [",".join(COLUMNS), *(_line(place, one) for place, one in enumerate(day, start=1))]
    lines += [",".join(_SUMS), ",".join(f"`{value}" for value in sums)]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def _line(place: int, one: Movement) -> str:
    at = one.at.astimezone(_ZONE)
    out = one.amount < 0
    values = (
        *(f"{at:%Y-%m-%d %H:%M:%S}", one.reference, f"{at:%Y%m%d}{place:08d}", "商家转账"),
        *("转账" if out else "转账退回", "支出" if out else "收入", _yuan(abs(one.amount))),
        *(_yuan(one.balance), "system", "商家转账", one.number),
    )
    return ",".join(f"`{value}" for value in values)


def _sum(movements: Sequence[Movement]) -> int:
    return sum(one.amount for one in movements)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
