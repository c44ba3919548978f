"""The account's statement 资金账单: a table in text, each value behind a backtick.

The first line names the columns; each flow follows on a line of its own; a second table with the
sums ends the file. Amounts are yuan with two decimals, instants Beijing time.

Source: pay.weixin.qq.com/doc/v3/merchant/4012760535. Which of the two numbers of a transfer stands
in which column is unverified, so both are handed on.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.payouts import Flow
from bot.platforms.pay import PLATFORM_ZONE

COLUMNS: Final = (
    *("记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型"),
    *("收支金额(元)", "账户结余(元)", "资金变更提交申请人", "备注", "业务凭证号"),
)
"""In the platform's order; only those that are read here must be there."""

SUMS: Final = "资金流水总笔数"
"""Begins the second table."""

_OUT: Final = "支出"
_IN: Final = "收入"
_ZONE: Final = ZoneInfo(PLATFORM_ZONE)


def read_flows(file: bytes) -> tuple[Flow, ...] | str:
    """All flows of a statement, or a sentence that says what is wrong with it."""
    try:
        lines = file.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return "the statement is not UTF-8"
    if not lines:
        return "the statement is empty"
    names = [_plain(name) for name in lines[0].split(",")]
    missing = [name for name in COLUMNS if name in _READ and name not in names]
    if missing:
        return f"the statement has no column {missing[0]}"
    try:
        return tuple(_flow(dict(zip(names, values, strict=True))) for values in _rows(lines))
    except (ValueError, InvalidOperation):
        return "a line of the statement cannot be read"


_READ: Final = frozenset({"记账时间", "微信支付业务单号", "收支类型", "收支金额(元)", "业务凭证号"})


def _rows(lines: list[str]) -> Iterator[list[str]]:
    for line in lines[1:]:
        if _plain(line).startswith(SUMS):
            return
        if line.strip():
            yield [value.strip() for value in line.removeprefix("`").split(",`")]
    raise ValueError("the statement is cut off before its sums")


def _flow(row: dict[str, str]) -> Flow:
    fen = Decimal(row["收支金额(元)"]) * 100
    if fen != int(fen) or row["收支类型"] not in (_IN, _OUT):
        raise ValueError("no amount")
    at = datetime.strptime(row["记账时间"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 (its zone follows)
    return Flow(
        voucher=row["业务凭证号"],
        reference=row["微信支付业务单号"],
        amount=int(fen) if row["收支类型"] == _IN else -int(fen),
        at=at.replace(tzinfo=_ZONE),
    )


def _plain(name: str) -> str:
    return name.strip().strip("`").replace("（", "(").replace("）", ")")
