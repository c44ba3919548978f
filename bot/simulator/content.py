"""Reads the content of a message that a bot sends, and refuses what the platform would refuse.

Source: 90236 (to people), 90248 (into groups of an app), 99110 (webhook).
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.cards import read_card
from bot.simulator.limits import (
    CHAT_TEXT_BYTES,
    MPNEWS_AUTHOR_BYTES,
    MPNEWS_CONTENT_BYTES,
    NEWS_ARTICLES,
    NOTICE_TYPES,
    PERSON_TEXT_BYTES,
    PROGRAM_ITEMS,
    PROGRAM_WORD_CHARACTERS,
    TEXTCARD_BUTTON_CHARACTERS,
    TEXTCARD_DESCRIPTION_BYTES,
    TEXTCARD_TITLE_BYTES,
    URL_BYTES,
    WEBHOOK_IMAGE_BYTES,
    WEBHOOK_MARKDOWN_BYTES,
    WEBHOOK_TEXT_BYTES,
)
from bot.simulator.media import Shelf
from bot.simulator.refusal import Refused, bad_parameter, missing
from bot.simulator.shapes import Attachment, Draft, Kind

_MEDIA: Final = frozenset(kind.value for kind in MediaKind)


@dataclass(frozen=True, slots=True)
class Door:
    """What one of the platform's doors lets in."""

    types: frozenset[str]
    text_bytes: int
    markdown_bytes: int
    cards: frozenset[str] | None = None
    """Types of template cards, None for all."""

    appless: bool = False
    """No app is behind it: pictures come as bytes, and articles lead to pages only."""


TO_PERSON: Final = Door(
    _MEDIA
    | {"text", "markdown", "textcard", "news", "mpnews", "miniprogram_notice", "template_card"},
    PERSON_TEXT_BYTES,
    PERSON_TEXT_BYTES,
)
TO_CHAT: Final = Door(
    _MEDIA | {"text", "markdown", "textcard", "news", "mpnews"},
    CHAT_TEXT_BYTES,
    CHAT_TEXT_BYTES,
)
TO_WEBHOOK: Final = Door(
    frozenset({"text", "markdown", "markdown_v2", "image", "news", "file", "voice"})
    | {"template_card"},
    WEBHOOK_TEXT_BYTES,
    WEBHOOK_MARKDOWN_BYTES,
    NOTICE_TYPES,
    appless=True,
)


def read_content(body: dict[str, Any], door: Door, shelf: Shelf) -> Draft:
    """The message of a call, with media from ``shelf``. Raises Refused."""
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
        return _template_card(content, door, shelf)
    if kind == "image" and door.appless:
        raw = read_picture(content, WEBHOOK_IMAGE_BYTES)
        return Draft(Kind.IMAGE, media=(shelf.keep(MediaKind.IMAGE, raw),))
    if kind in _MEDIA:
        return read_medium(MediaKind(kind), content, shelf)
    if kind == "news" and door.appless:
        for article in _articles(content):
            _bounded(article, "url", URL_BYTES)
    return _OTHERS[kind](content, shelf)


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


def read_picture(content: dict[str, Any], limit_bytes: int) -> bytes:
    """A picture as ``base64`` and the ``md5`` of its bytes. Raises Refused."""
    try:
        raw = base64.b64decode(str(content.get("base64", "")), validate=True)
    except (binascii.Error, ValueError):
        raise bad_parameter("image.base64") from None
    if not raw or len(raw) > limit_bytes:
        raise Refused(40009, "invalid image size")
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != content.get("md5"):
        raise bad_parameter("image.md5")
    return raw


def read_medium(kind: MediaKind, content: dict[str, Any], shelf: Shelf) -> Draft:
    """A picture, voice, film or file by its ``media_id``; films may have a title."""
    attachment = shelf.take(content.get("media_id"), kind)
    words = ""
    if kind is MediaKind.VIDEO:
        title = _optional(content, "title", TEXTCARD_TITLE_BYTES)
        description = _optional(content, "description", TEXTCARD_DESCRIPTION_BYTES)
        words = "\n".join(part for part in (title, description) if part)
    return Draft(Kind(kind.value), words, media=(attachment,))


def _mentions(content: dict[str, Any]) -> tuple[str, ...]:
    listed = content.get("mentioned_list", [])
    if not isinstance(listed, list) or not all(isinstance(who, str) for who in listed):
        raise bad_parameter("mentioned_list")
    return tuple(listed)


def _template_card(content: dict[str, Any], door: Door, shelf: Shelf) -> Draft:
    card = read_card(content)
    if door.cards is not None and card.card_type not in door.cards:
        raise bad_parameter("card_type")
    for entry in content.get("horizontal_content_list", []):
        if isinstance(entry, dict) and entry.get("type") == 2:  # a file to be opened
            shelf.take(entry.get("media_id"), MediaKind.FILE)
    return Draft(Kind.CARD, card=card)


def _textcard(content: dict[str, Any], _shelf: Shelf) -> Draft:
    title = _bounded(content, "title", TEXTCARD_TITLE_BYTES)
    description = _bounded(content, "description", TEXTCARD_DESCRIPTION_BYTES)
    url = _bounded(content, "url", URL_BYTES)
    if len(str(content.get("btntxt", ""))) > TEXTCARD_BUTTON_CHARACTERS:
        raise bad_parameter(f"btntxt: at most {TEXTCARD_BUTTON_CHARACTERS} characters")
    return Draft(Kind.NEWS, f"{title}\n{description}\n{url}")


def _news(content: dict[str, Any], _shelf: Shelf) -> Draft:
    return Draft(Kind.NEWS, "\n".join(_article(article) for article in _articles(content)))


def _article(article: dict[str, Any]) -> str:
    """An article leads to a page, or to a mini program where an app may name one."""
    title = _bounded(article, "title", TEXTCARD_TITLE_BYTES)
    description = _optional(article, "description", TEXTCARD_DESCRIPTION_BYTES)
    if article.get("appid") and article.get("pagepath"):
        place = _bounded(article, "pagepath", TEXTCARD_TITLE_BYTES)
    else:
        place = _bounded(article, "url", URL_BYTES)
    return "\n".join(part for part in (title, description, place) if part)


def _mpnews(content: dict[str, Any], shelf: Shelf) -> Draft:
    shown: list[str] = []
    pictures: list[Attachment] = []
    for article in _articles(content):
        shown.append(_bounded(article, "title", TEXTCARD_TITLE_BYTES))
        pictures.append(shelf.take(article.get("thumb_media_id"), MediaKind.IMAGE))
        _bounded(article, "content", MPNEWS_CONTENT_BYTES)
        _optional(article, "author", MPNEWS_AUTHOR_BYTES)
        digest = _optional(article, "digest", TEXTCARD_DESCRIPTION_BYTES)
        shown += [digest] if digest else []
    return Draft(Kind.NEWS, "\n".join(shown), media=tuple(pictures))


def _articles(content: dict[str, Any]) -> list[dict[str, Any]]:
    articles = content.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= NEWS_ARTICLES:
        raise bad_parameter(f"articles: 1 to {NEWS_ARTICLES}")
    if not all(isinstance(article, dict) for article in articles):
        raise bad_parameter("articles")
    return articles


def _miniprogram_notice(content: dict[str, Any], _shelf: Shelf) -> Draft:
    least, most = PROGRAM_WORD_CHARACTERS
    _bounded(content, "appid", URL_BYTES)
    shown = [_bounded(content, "title", URL_BYTES)]
    if description := _optional(content, "description", URL_BYTES):
        shown.append(description)
    if not all(least <= len(words) <= most for words in shown):
        raise bad_parameter(f"title and description: {least} to {most} characters")
    items = content.get("content_item", [])
    if not isinstance(items, list) or len(items) > PROGRAM_ITEMS:
        raise bad_parameter(f"content_item: at most {PROGRAM_ITEMS}")
    for item in items:
        if not isinstance(item, dict):
            raise bad_parameter("content_item")
        shown.append(f"{_bounded(item, 'key', URL_BYTES)}：{_bounded(item, 'value', URL_BYTES)}")
    return Draft(Kind.NEWS, "\n".join(shown))


def _bounded(content: dict[str, Any], name: str, limit_bytes: int) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value.strip():
        raise missing(name)
    if len(value.encode("utf-8", "surrogatepass")) > limit_bytes:
        raise bad_parameter(f"{name}: at most {limit_bytes} bytes")
    return value


def _optional(content: dict[str, Any], name: str, limit_bytes: int) -> str:
    return "" if content.get(name) in (None, "") else _bounded(content, name, limit_bytes)


_OTHERS: Final[dict[str, Callable[[dict[str, Any], Shelf], Draft]]] = {
    "textcard": _textcard,
    "news": _news,
    "mpnews": _mpnews,
    "miniprogram_notice": _miniprogram_notice,
}
