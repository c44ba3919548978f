"""Reads what a service account sends, and refuses what the platform would refuse.

Source: 96427 (messages), 96428 (answers to events).
"""

from collections.abc import Callable
from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.content import read_words
from bot.simulator.media import MediaStore
from bot.simulator.refusal import Refused, bad_parameter, missing
from bot.simulator.service.limits import (
    LINK_TEXT_BYTES,
    LINK_TITLE_BYTES,
    LINK_URL_BYTES,
    MENU_CLICK_BYTES,
    MENU_ID_BYTES,
    MENU_ITEMS,
    MENU_VIEW_BYTES,
    MENU_WORDS_BYTES,
    PROGRAM_TITLE_BYTES,
    TEXT_BYTES,
)
from bot.simulator.shapes import Button, Card, Draft, Kind

MENU_CARD: Final = "msgmenu"
"""The ``card_type`` under which a chat shows a menu message."""

_MEDIA: Final = frozenset({"image", "voice", "video", "file"})
_COVERED: Final = frozenset({"link", "miniprogram"})

Content = dict[str, Any]


def read_content(
    body: Content, *, store: MediaStore, owner: str, types: frozenset[str] | None = None
) -> Draft:
    """The message of a call; ``types`` narrows what is allowed. Raises Refused."""
    kind = body.get("msgtype")
    allowed = types or (_MEDIA | frozenset(_READERS))
    if not isinstance(kind, str) or kind not in allowed:
        raise Refused(40008, "invalid message type")
    content = body.get(kind)
    if not isinstance(content, dict):
        raise missing(kind)
    if kind in _MEDIA:
        medium = store.take(owner, content.get("media_id"), MediaKind(kind))
        return Draft(Kind(kind), media=(medium.attachment(),))
    if kind in _COVERED:
        store.take(owner, content.get("thumb_media_id"), MediaKind.IMAGE)
    return _READERS[kind](content)


def _text(content: Content) -> Draft:
    return Draft(Kind.TEXT, read_words(content, TEXT_BYTES))


def _link(content: Content) -> Draft:
    title = _bounded(content, "title", LINK_TITLE_BYTES)
    words = _bounded(content, "desc", LINK_TEXT_BYTES, may_be_empty=True)
    return Draft(Kind.NEWS, f"{title}\n{words}\n{_bounded(content, 'url', LINK_URL_BYTES)}")


def _program(content: Content) -> Draft:
    _bounded(content, "appid", LINK_URL_BYTES)
    title = _bounded(content, "title", PROGRAM_TITLE_BYTES, may_be_empty=True)
    page = _bounded(content, "pagepath", LINK_URL_BYTES)
    return Draft(Kind.NEWS, f"[小程序] {title}\n{page}")


def _location(content: Content) -> Draft:
    for name in ("latitude", "longitude"):
        if not isinstance(content.get(name), int | float):
            raise bad_parameter(name)
    return Draft(Kind.TEXT, f"[位置] {content.get('name', '')} {content.get('address', '')}")


def _menu(content: Content) -> Draft:
    """Entries that are tapped become buttons; links and words are shown as they are."""
    listed = content.get("list", [])
    if not isinstance(listed, list):
        raise bad_parameter("msgmenu.list")
    if len(listed) > MENU_ITEMS:
        raise Refused(95008, f"menu items out of limit: {MENU_ITEMS}")
    head = _bounded(content, "head_content", MENU_WORDS_BYTES, may_be_empty=True)
    tail = _bounded(content, "tail_content", MENU_WORDS_BYTES, may_be_empty=True)
    lines, buttons = [], []
    for item in listed:
        shown = _menu_item(item)
        if isinstance(shown, Button):
            buttons.append(shown)
        else:
            lines.append(shown)
    if not (head or tail or listed):
        raise Refused(44004, "empty content")
    words = "\n".join([*lines, *([tail] if tail else [])])
    return Draft(Kind.CARD, card=Card(MENU_CARD, head, words, tuple(buttons), ""))


def _menu_item(item: object) -> Button | str:
    """A button to tap, or a line."""
    kind = item.get("type") if isinstance(item, dict) else None
    inner = item.get(kind) if isinstance(item, dict) and isinstance(kind, str) else None
    if kind not in {"click", "view", "miniprogram", "text"} or not isinstance(inner, dict):
        raise Refused(95009, "invalid menu item type")
    if kind == "click":
        words = _bounded(inner, "content", MENU_CLICK_BYTES)
        return Button(words, _bounded(inner, "id", MENU_ID_BYTES))
    words = _bounded(inner, "content", MENU_VIEW_BYTES)
    match kind:
        case "view":
            return f"{words} {_bounded(inner, 'url', LINK_URL_BYTES)}"
        case "miniprogram":
            _bounded(inner, "appid", LINK_URL_BYTES)
            return f"{words} {_bounded(inner, 'pagepath', LINK_URL_BYTES)}"
        case _:
            return words


def _bounded(content: Content, name: str, limit_bytes: int, *, may_be_empty: bool = False) -> str:
    value = content.get(name, "")
    if not isinstance(value, str):
        raise bad_parameter(name)
    if not value and not may_be_empty:
        raise missing(name)
    if len(value.encode("utf-8", "surrogatepass")) > limit_bytes:
        raise bad_parameter(f"{name}: at most {limit_bytes} bytes")
    return value


_READERS: Final[dict[str, Callable[[Content], Draft]]] = {
    "text": _text,
    "link": _link,
    "miniprogram": _program,
    "msgmenu": _menu,
    "location": _location,
}
