"""What Official Accounts hear and say, between the platform's words and ours.

Whatever a follower writes becomes words or media, what he does an event of his own kind. All else
keeps its name, so that it can be counted.

Source: developers.weixin.qq.com/doc/service: receiving messages and events, passive replies,
sendCustomMessage, sendTemplateMessage.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final

from bot.channels.render import as_plain, fit
from bot.channels.xml import Element, Fields
from bot.core.errors import BadPayload
from bot.core.events import Conversation, Event, EventKind, MediaKind, MediaRef, Place, Receipt
from bot.core.ids import ChannelKey, EventKey, UserId
from bot.core.messages import Attachment, HandOver, Link, Media, Message, Notice
from bot.platforms.limits import ACCOUNT_TEXT_BYTES, KEYWORD, KEYWORD_CHARACTERS
from bot.settings.schema.channels import NoticeTemplate

SCENE_MARK: Final = "qrscene_"
"""Stands before the scene of our code when somebody follows by it."""

_MEDIA: Final = {
    "image": MediaKind.IMAGE,
    "voice": MediaKind.VOICE,
    "video": MediaKind.VIDEO,
    "shortvideo": MediaKind.VIDEO,
}
_NAMELESS: Final = "nameless"


def read_account_message(document: Element, *, channel: ChannelKey) -> Receipt:
    """What a decrypted message or event says. Raises BadPayload without a sender or a time."""
    kind = document.value("MsgType")
    if kind == "event":
        return _read_event(document, channel)
    words = _words(kind, document)
    if words is not None:
        return _heard(document, channel, EventKind.TEXT, text=words)
    media_id = document.value("MediaId")
    if kind in _MEDIA and media_id:
        return _heard(document, channel, EventKind.MEDIA, media=(MediaRef(_MEDIA[kind], media_id),))
    return _of_no_use(kind, document.value("Event"))


def passive_reply(message: Message) -> Fields:
    """The fields that make ``message`` an answer, without its addresses; none for no words.

    A link is news with one article. Handing over passes the follower's message on to the people
    of the account; they are told nothing else.
    """
    match message:
        case HandOver():
            return (("MsgType", "transfer_customer_service"),)
        case Link():
            article = (
                ("Title", message.title),
                ("Description", message.text),
                ("PicUrl", message.picture_url),
                ("Url", message.url),
            )
            return (("MsgType", "news"), ("ArticleCount", 1), ("Articles", (("item", article),)))
        case _:
            text = as_plain(message, ACCOUNT_TEXT_BYTES)
            return (("MsgType", "text"), ("Content", text)) if text else ()


def custom_message(message: Message) -> dict[str, Any] | None:
    """The content of a customer message (客服消息), None when there are no words in it."""
    if isinstance(message, Link):
        article = {
            "title": message.title,
            "description": message.text,
            "url": message.url,
            "picurl": message.picture_url,
        }
        return {"msgtype": "news", "news": {"articles": [article]}}
    text = as_plain(message, ACCOUNT_TEXT_BYTES)
    return {"msgtype": "text", "text": {"content": text}} if text else None


def custom_media(attachment: Attachment, media_id: str) -> dict[str, Any]:
    """The content of a customer message that shows an uploaded file."""
    shown = {"media_id": media_id}
    if isinstance(attachment, Media) and attachment.kind is MediaKind.VIDEO and attachment.name:
        shown["title"] = attachment.name
    return {"msgtype": attachment.kind.value, attachment.kind.value: shown}


def keyword_data(template: NoticeTemplate, notice: Notice) -> dict[str, dict[str, str]]:
    """The ``data`` of a template or subscription message: each keyword with our value.

    The words ``text`` and ``url`` name the notice's own when no value is called so. Prose is cut
    to what its kind of keyword takes; numbers, times and codes are not, for cut they would say
    something else.
    """
    values = {"text": notice.text, "url": notice.url, **dict(notice.values)}
    return {
        keyword: {"value": _fitting(keyword, values.get(name, ""))}
        for keyword, name in template.fields.items()
    }


def _read_event(document: Element, channel: ChannelKey) -> Receipt:
    name, key = document.value("Event"), document.value("EventKey")
    match name:
        case "subscribe":
            source = key.removeprefix(SCENE_MARK) if key.startswith(SCENE_MARK) else ""
            return _heard(document, channel, EventKind.BEFRIENDED, source=source)
        case "unsubscribe":
            gone = _event(document, channel, EventKind.UNFRIENDED)
            return Receipt((gone,))
        case "SCAN":
            return _heard(document, channel, EventKind.SCANNED, source=key)
        case "CLICK" if key:
            return _heard(document, channel, EventKind.CHOSE, text=key)
        case _:
            return _of_no_use(name, document.value("Status"))


def _heard(
    document: Element,
    channel: ChannelKey,
    kind: EventKind,
    *,
    text: str = "",
    source: str = "",
    media: tuple[MediaRef, ...] = (),
) -> Receipt:
    """A receipt that may be answered in the open request."""
    event = _event(document, channel, kind, text=text, source=source, media=media)
    return Receipt((event,), answerable=True)


def _of_no_use(*path: str) -> Receipt:
    return Receipt((), unsupported=fit("/".join(part for part in path if part) or _NAMELESS, 64))


def _words(kind: str, document: Element) -> str | None:
    """The words of a message, or None when it has none."""
    match kind:
        case "text":
            return document.value("Content")
        case "voice":
            return document.value("Recognition") or None
        case "location":
            point = f"{document.value('Location_X')},{document.value('Location_Y')}"
            return f"{document.value('Label')} {point}".strip()
        case "link":
            return f"{document.value('Title')}\n{document.value('Url')}".strip()
        case _:
            return None


def _event(
    document: Element,
    channel: ChannelKey,
    kind: EventKind,
    *,
    text: str = "",
    source: str = "",
    media: tuple[MediaRef, ...] = (),
) -> Event:
    open_id = document.needed("FromUserName")
    at = _instant(document)
    return Event(
        key=EventKey(f"{channel}/{open_id}/{_own_part(document, at)}"),
        channel=channel,
        kind=kind,
        conversation=Conversation(Place.PRIVATE, open_id),
        user_id=UserId(open_id),
        at=at,
        text=text,
        source=source,
        media=media,
    )


def _own_part(document: Element, at: datetime) -> str:
    """The platform's MsgId; for events without one, the second and a digest of what they are."""
    message_id = document.value("MsgId").strip()
    if message_id:
        return message_id
    own = json.dumps([document.value(name) for name in ("Event", "EventKey", "Ticket")])
    return f"{int(at.timestamp())}/{hashlib.sha256(own.encode()).hexdigest()[:32]}"


def _instant(document: Element) -> datetime:
    seconds = document.needed("CreateTime")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        raise BadPayload("The callback's CreateTime is not a number of seconds.")
    return datetime.fromtimestamp(int(seconds), UTC)


def _fitting(keyword: str, value: str) -> str:
    """``value``, in one line and cut when ``keyword`` is prose of a limited kind (as thing1)."""
    matched = KEYWORD.fullmatch(keyword)
    kind = "" if matched is None else matched[1]
    most = KEYWORD_CHARACTERS.get(kind)
    if most is None:
        return value
    line = " ".join(value.split())
    if kind == "thing" and len(line) > most:  # the others take no punctuation
        return line[: most - 1] + "…"
    return line[:most]
