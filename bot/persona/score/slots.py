"""What the slots of texts are filled with when nobody has asked yet."""

from collections.abc import Mapping
from string import Formatter
from typing import Final

SLOTS: Final[Mapping[str, str]] = {
    # people
    **dict.fromkeys(("name", "member", "inviter"), "小鹿"),
    **dict.fromkeys(("friend", "receiver", "winner", "best_name"), "阿晴"),
    "names": "小鹿、阿晴",
    "owner": "汤圆",
    "group": "护肤小屋",
    "tag": "干皮",
    "level": "小锦鲤",
    "next_level": "大锦鲤",
    # figures
    "points": "10",
    "balance": "320",
    "bonus": "30",
    "streak": "7",
    "earned": "500",
    "spent": "180",
    "amount": "8.88",
    "fee": "20",
    "price": "50",
    "number": "12",
    "count": "3",
    "shares": "10",
    "left": "4",
    "days": "3",
    "hours": "24",
    "minutes": "30",
    "seconds": "8",
    "day": "3月5日",
    "month": "3",
    "at": "18:30",
    "until": "3月9日 20:00",
    "again": "明天 08:00",
    # things and words
    **dict.fromkeys(("item", "items"), "谷雨霜"),
    "title": "周末惊喜",
    "prize": "洁面小样",
    "prizes": "洁面小样 5 份",
    "unit": "分",
    "word": "签到",
    "typed": "签到",
    "command": "排行",
    "mine": "我的现金",
    "code": "H7K2QM",
    "help": "每天一次领积分",
    "lines": "1. 洁面小样",
    "what": "一条记录",
    "source": "说明书",
    "question": "防晒多久补一次",
    "answer": "先从低浓度开始，隔天用。",
    "purpose": "只用来寄这份东西",
    "url": "https://example.cn/m",
}
"""Samples by slot."""

ANYTHING: Final = "一件东西"
"""What stands in a slot that no sample is known for."""


def fill(text: str, own: Mapping[str, str] | None = None) -> str:
    """``text`` with every slot filled, from ``own`` first."""
    slots = {slot for _, slot, _, _ in Formatter().parse(text) if slot}
    known = {**SLOTS, **(own or {})}
    return text.format_map({slot: known.get(slot, ANYTHING) for slot in slots})
