"""What operators write into spreadsheets: Chinese names of columns and values, and their dates.

The head of a Markdown file has one spelling; a table may be written the way people talk.
"""

import re
from collections.abc import Mapping
from typing import Final

from bot.settings.problems import Path
from bot.settings.schema.front_matter import ContentFront
from bot.settings.shape import shape_of

COLUMNS: Final[Mapping[str, str]] = {
    "编号": "key",
    "标题": "title",
    "内容维度": "pillar",
    "维度": "pillar",
    "内容类型": "kind",
    "类型": "kind",
    "正文": "text",
    "目的": "purpose",
    "诉求": "appeal",
    "依据": "evidence",
    "群": "groups",
    "灰度": "rollout",
    "链接": "link",
    "月份": "months",
    "节点": "node",
    "促销": "promotion",
    "审批": "approval",
    "裂变": "fission",
    "图片": "pictures",
    "开始": "valid_from",
    "结束": "valid_to",
}
"""Chinese names of columns; of two for the same the last is told."""

_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "pillar": {"品牌": "brand", "产品": "product", "行业": "industry", "用户": "user"},
    "kind": {
        "故事": "story",
        "活动": "activity",
        "产品": "product",
        "红包": "red_packet",
        "课堂": "lesson",
    },
    "purpose": {
        "信任": "trust",
        "进群": "joins",
        "点击": "clicks",
        "发言": "speakers",
        "学习": "learning",
    },
    "appeal": {"信任": "trust", "情感": "emotion", "优惠": "discount"},
    "promotion": {"是": "true", "否": "false"},
    "days": {
        "周一": "mon",
        "周二": "tue",
        "周三": "wed",
        "周四": "thu",
        "周五": "fri",
        "周六": "sat",
        "周日": "sun",
        "工作日": "workday",
        "休息日": "dayoff",
    },
}

LISTS: Final = frozenset(
    name
    for name, node in shape_of(ContentFront).root["properties"].items()
    if node.get("type") == "array"
)
"""Keys of an item's head that hold lists."""

_BETWEEN: Final = re.compile(r"[\s,，、;；]+")
_DATE: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def values_in(key: str, text: str) -> list[str]:
    """What a cell holds for a key of a head, spelt as in a file.

    Several values, with spaces or commas between, for a key that holds a list; else one, or none
    when the cell is empty.
    """
    parts = _BETWEEN.split(text.strip()) if key in LISTS else [text.strip()]
    return [_spelt(key, part) for part in parts if part]


def in_english(path: Path, text: str) -> str | None:
    """What a Chinese word in a file stands for at a path such as ("slots", 0, "kinds", 1)."""
    names = [part.removesuffix("s") for part in path if isinstance(part, str)]
    for key in (names[-1], f"{names[-1]}s") if names else ():
        if word := _VALUES.get(key, {}).get(text.strip()):
            return word
    return None


def _spelt(key: str, text: str) -> str:
    if key == "months":
        return text.removesuffix("月")
    if key.startswith("valid_") and (date := _DATE.fullmatch(text)):
        return f"{date[1]}-{date[2]:0>2}-{date[3]:0>2}"
    return _VALUES.get(key, {}).get(text, text)
