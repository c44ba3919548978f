"""Marks that the law wants on a text: 广告 where something is sold, AI where a model has written.

互联网广告管理办法 art. 9 (a link for buying, together with praise, is marked as advertising) and
人工智能生成合成内容标识办法 (2025-09-01: visible, and nobody may remove it). Marking twice is
marking once. The review looks whether they are there.
"""

import re
from typing import Final

from bot.wording.folding import fold, folded
from bot.wording.links import find_links, leads_to
from bot.wording.policy import Policy

AD: Final = "【广告】"
AI: Final = "（AI 生成）"

_AD_AT_START: Final = re.compile(rf"(?:【[^】]*】|\n)*{re.escape(fold(AD))}")
_AI_FOLDED: Final = fold(AI)


def mark_ad(text: str, policy: Policy) -> str:
    """``text`` with 【广告】 in front if it leads to a shop."""
    sells = any(leads_to(link.host, policy.shop_hosts) for link in find_links(folded(text)))
    return f"{AD}{text}" if sells and not is_marked_ad(fold(text)) else text


def mark_ai(text: str) -> str:
    """A model's ``text`` with （AI 生成） behind it."""
    return text if is_marked_ai(fold(text)) else f"{text.rstrip()}{AI}"


def is_marked_ad(plain: str) -> bool:
    """Whether the folded text begins with the mark; headings (【公告】) may precede it."""
    return _AD_AT_START.match(plain) is not None


def is_marked_ai(plain: str) -> bool:
    """Whether the folded text ends with the mark."""
    return plain.rstrip().endswith(_AI_FOLDED)
