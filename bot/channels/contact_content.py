"""What a welcome or a mass message may carry: words and up to nine attachments beneath them.

Words lose their marks, cards and menus become numbered text. What nobody can be shown, such as a
change of tags, is not content.

Source: developer.work.weixin.qq.com/document/path/92135 (mass messages), 92137 (welcomes).
"""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.render import as_plain, fit
from bot.core.events import MediaKind
from bot.core.messages import (
    Attachment,
    CardUpdate,
    Drawing,
    HandOver,
    Link,
    Media,
    Message,
    Post,
    Recall,
    TagChange,
    Waiting,
)
from bot.platforms.limits import (
    MASS_ATTACHMENTS,
    MASS_LINK_TEXT_BYTES,
    MASS_LINK_TITLE_BYTES,
    MASS_LINK_URL_BYTES,
    MASS_TEXT_BYTES,
)

FindMediaId = Callable[[Attachment], Awaitable[str]]
"""The media id of a file, uploaded if need be."""


def why_unsendable(message: Message) -> str:
    """Why a customer cannot be sent ``message``, as a sentence; empty when he can."""
    if isinstance(message, CardUpdate | HandOver | Recall | TagChange | Waiting):
        return "Customers cannot be sent a message of this kind."
    attachments = _attachments(message)
    if len(attachments) > MASS_ATTACHMENTS:
        return f"At most {MASS_ATTACHMENTS} files can go with one message."
    for item in attachments:
        if isinstance(item, Media) and item.kind is MediaKind.VOICE:
            return "A voice message cannot be sent to customers."
        if isinstance(item, Link) and not 0 < _byte_count(item.url) <= MASS_LINK_URL_BYTES:
            return f"The link's address must have 1 to {MASS_LINK_URL_BYTES} bytes."
    return "" if attachments or _text(message) else "The message is empty."


async def content_of(message: Message, find_media_id: FindMediaId) -> dict[str, Any]:
    """The fields ``text`` and ``attachments`` of a message that is sendable.

    What ``find_media_id`` raises passes through.
    """
    content: dict[str, Any] = {}
    if text := _text(message):
        content["text"] = {"content": text}
    if attachments := [await _attachment(item, find_media_id) for item in _attachments(message)]:
        content["attachments"] = attachments
    return content


def _text(message: Message) -> str:
    """The words; space alone counts as none."""
    if isinstance(message, Media | Link):
        return ""
    text = as_plain(message, MASS_TEXT_BYTES)
    return text if text.strip() else ""


def _attachments(message: Message) -> tuple[Attachment | Link, ...]:
    match message:
        case Media() | Drawing() | Link():
            return (message,)
        case Post():
            return message.media
        case _:
            return ()


async def _attachment(item: Attachment | Link, find_media_id: FindMediaId) -> dict[str, Any]:
    if isinstance(item, Attachment):
        return {
            "msgtype": item.kind.value,
            item.kind.value: {"media_id": await find_media_id(item)},
        }
    link = {
        "title": fit(item.title or item.url, MASS_LINK_TITLE_BYTES),
        "picurl": item.picture_url,
        "desc": fit(item.text, MASS_LINK_TEXT_BYTES),
        "url": item.url,
    }
    return {"msgtype": "link", "link": {name: value for name, value in link.items() if value}}


def _byte_count(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
