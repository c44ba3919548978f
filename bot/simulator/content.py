"""Reads the content of a message that a bot sends, and refuses what the platform would refuse.

Source: 90236 (to people), 90248 (into groups of an app), 99110 (webhook).
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bot.simulator.cards import read_card
from bot.simulator.limits import (
    CHAT_TEXT_BYTES,
    NEWS_ARTICLES,
    NOTICE_TYPES,
    PERSON_TEXT_BYTES,
    TEXTCARD_DESCRIPTION_BYTES,
    TEXTCARD_TITLE_BYTES,
    URL_BYTES,
    WEBHOOK_IMAGE_BYTES,
    WEBHOOK_MARKDOWN_BYTES,
    WEBHOOK_TEXT_BYTES,
)
from bot.simulator.refusal import Refused, bad_parameter, missing
from bot.simulator.shapes import Draft, Kind

_MEDIA: Final = frozenset({"image", "voice", "video", "file", "mpnews", "miniprogram_notice"})


@dataclass(frozen=True, slots=True)
class Door:
    """What one of the platform's doors lets in."""

    types: frozenset[str]
    text_bytes: int
    markdown_bytes: int
    cards: frozenset[str] | None = None
    """Types of template cards, None for all."""


TO_PERSON: Final = Door(
    _MEDIA | {"text", "markdown", "textcard", "news", "template_card"},
    PERSON_TEXT_BYTES,
    PERSON_TEXT_BYTES,
)
TO_CHAT: Final = Door(
    frozenset({"text", "markdown", "textcard", "news", "mpnews"})
    | {"image", "voice", "video", "file"},
    CHAT_TEXT_BYTES,
    CHAT_TEXT_BYTES,
)
TO_WEBHOOK: Final = Door(
    frozenset({"text", "markdown", "markdown_v2", "image", "news", "file", "voice"})
    | {"template_card"},
    WEBHOOK_TEXT_BYTES,
    WEBHOOK_MARKDOWN_BYTES,
    NOTICE_TYPES,
)


def read_content(body: dict[str, Any], door: Door) -> Draft:
    """The message of a call. Raises Refused."""
    kind = body.get("msgtype")
    if not isinstance(kind, str) or kind not in door.types:
        raise Refused(40008, "invalid message type")
    content = body.get(kind)
    if not isinstance(content, dict):
        raise missing(kind)
    if kind == "text":
        words = read_words(content, door.text_bytes)
        return Draft(Kind.TEXT, words, mentions=_mentions(content))
    if kind in {"markdown", "markdown_v2"}:
        return Draft(Kind.MARKDOWN, read_words(content, door.markdown_bytes))
    if kind == "template_card":
        card = read_card(content)
        if door.cards is not None and card.card_type not in door.cards:
            raise bad_parameter("card_type")
        return Draft(Kind.CARD, card=card)
    return _OTHERS.get(kind, _media)(content)


def read_words(content: dict[str, Any], limit_bytes: int) -> str:
    """``content.content``: not empty (44004), at most ``limit_bytes`` in UTF-8 (45002)."""
    words = content.get("content")
    if words is None or (isinstance(words, str) and not words.strip()):
        raise Refused(44004, "empty content")
    if not isinstance(words, str):
        raise bad_parameter("content")
    if len(words.encode("utf-8", "surrogatepass")) > limit_bytes:
        raise Refused(45002, f"content size out of limit: {limit_bytes} bytes")
    return words


def _mentions(content: dict[str, Any]) -> tuple[str, ...]:
    listed = content.get("mentioned_list", [])
    if not isinstance(listed, list) or not all(isinstance(who, str) for who in listed):
        raise bad_parameter("mentioned_list")
    return tuple(listed)


def _textcard(content: dict[str, Any]) -> Draft:
    title = _bounded(content, "title", TEXTCARD_TITLE_BYTES)
    description = _bounded(content, "description", TEXTCARD_DESCRIPTION_BYTES)
    url = _bounded(content, "url", URL_BYTES)
    return Draft(Kind.NEWS, f"{title}\n{description}\n{url}")


def _news(content: dict[str, Any]) -> Draft:
    articles = content.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= NEWS_ARTICLES:
        raise bad_parameter(f"articles: 1 to {NEWS_ARTICLES}")
    shown = []
    for article in articles:
        if not isinstance(article, dict):
            raise bad_parameter("articles")
        title = _bounded(article, "title", TEXTCARD_TITLE_BYTES)
        shown.append(f"{title}\n{_bounded(article, 'url', URL_BYTES)}")
    return Draft(Kind.NEWS, "\n".join(shown))


def _image(content: dict[str, Any]) -> Draft:
    if "base64" not in content:
        return _media(content)
    try:
        raw = base64.b64decode(str(content["base64"]), validate=True)
    except binascii.Error:
        raise bad_parameter("image.base64") from None
    if not raw or len(raw) > WEBHOOK_IMAGE_BYTES:
        raise Refused(40009, "invalid image size")
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != content.get("md5"):
        raise bad_parameter("image.md5")
    return Draft(Kind.IMAGE, "[图片]")


def _media(_content: dict[str, Any]) -> Draft:
    """There is no upload in the simulator, so no media id is a good one."""
    raise Refused(40007, "invalid media_id")


def _bounded(content: dict[str, Any], name: str, limit_bytes: int) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value.strip():
        raise missing(name)
    if len(value.encode("utf-8", "surrogatepass")) > limit_bytes:
        raise bad_parameter(f"{name}: at most {limit_bytes} bytes")
    return value


_OTHERS: Final[dict[str, Callable[[dict[str, Any]], Draft]]] = {
    "textcard": _textcard,
    "news": _news,
    "image": _image,
}
