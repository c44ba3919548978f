"""Reads an order as strictly as the platform: every field, its type, its length, nothing beside.

Source: pay.weixin.qq.com, transfer-to-user.
"""

import ipaddress
from typing import Any, Final
from urllib.parse import urlsplit

from bot.platforms.pay import BILL_NO, OPENID_CHARACTERS, REAL_NAME_FEN, REMARK_CHARACTERS

_NEEDED: Final = {
    "appid": str,
    "out_bill_no": str,
    "transfer_scene_id": str,
    "openid": str,
    "transfer_amount": int,
    "transfer_remark": str,
    "transfer_scene_report_infos": list,
}
_OPTIONAL: Final = {"user_name": str, "notify_url": str, "user_recv_perception": str}
_SCENE_REPORTS: Final = {"1000": {"活动名称", "奖励说明"}}
"""What a scene wants to be told, for those that we know."""


class PayRefused(Exception):
    """The answer is an error: its HTTP status, code and sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message


def check_order(fields: dict[str, Any], app_id: str) -> None:
    """See that an order can be taken. Raises PayRefused."""
    known = _NEEDED | _OPTIONAL
    for name, value in fields.items():
        if name not in known:
            raise _bad(f"没有 {name} 这个参数")
        if type(value) is not known[name] or value in ("", []):
            raise _bad(f"{name} 的格式不对")
    if missing := [name for name in _NEEDED if name not in fields]:
        raise _bad(f"缺少 {missing[0]}")
    if fields["appid"] != app_id:
        raise PayRefused(403, "NO_AUTH", "appid 与商户号没有绑定")
    if not BILL_NO.fullmatch(fields["out_bill_no"]):
        raise _bad("out_bill_no 只能是 1 到 32 位数字和字母")
    if len(fields["openid"]) > OPENID_CHARACTERS:
        raise _bad("openid 太长")
    if len(fields["transfer_remark"]) > REMARK_CHARACTERS:
        raise _bad("transfer_remark 最多 32 个字")
    if fields["transfer_amount"] < 1:
        raise _bad("transfer_amount 要大于 0")
    if fields["transfer_amount"] >= REAL_NAME_FEN and "user_name" not in fields:
        raise _bad("2000 元及以上要填 user_name")
    _check_address(fields.get("notify_url", ""))
    _check_reports(fields["transfer_scene_id"], fields["transfer_scene_report_infos"])


def _check_address(url: str) -> None:
    address = urlsplit(url)
    if address.query or address.fragment:
        raise _bad("notify_url 不能带参数")
    if url and address.scheme != "https" and not _is_here(address.hostname or ""):
        raise _bad("notify_url 要用 https")


def _check_reports(scene_id: str, reports: list[Any]) -> None:
    for report in reports:
        if not isinstance(report, dict) or set(report) != {"info_type", "info_content"}:
            raise _bad("transfer_scene_report_infos 的格式不对")
        if not all(isinstance(value, str) and value for value in report.values()):
            raise _bad("transfer_scene_report_infos 的格式不对")
    kinds = [report["info_type"] for report in reports]
    wanted = _SCENE_REPORTS.get(scene_id, set(kinds))
    if len(kinds) != len(set(kinds)) or set(kinds) != wanted:
        raise _bad("转账场景报备信息不对")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bad(message: str) -> PayRefused:
    return PayRefused(400, "PARAM_ERROR", message)
