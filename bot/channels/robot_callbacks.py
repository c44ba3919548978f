"""What an intelligent robot is told, the same in both of its modes: JSON becomes events.

What is genuine is an event, the question for the next state of a stream, or acknowledged by its
name. Where an answer may go is the mode's own matter and is not read here.

Source: developer.work.weixin.qq.com/document/path/100719 (messages), 101027 (events), 101463 (the
keys of the files in WebSocket mode).
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from bot.channels.render import fit
from bot.core.errors import BadPayload
from bot.core.events import (
    Conversation,
    Event,
    EventKind,
    MediaKind,
    MediaRef,
    Place,
    Receipt,
)
from bot.core.ids import ChannelKey, EventKey, UserId

_MENTION_ENDS: Final = r"(?=[\s,.:;!?、，。：；！？]|$)"
_MEDIA: Final = {
    "image": MediaKind.IMAGE,
    "file": MediaKind.FILE,
    "video": MediaKind.VIDEO,
}
_RATINGS: Final = {1: "good", 2: "bad", 3: "withdrawn"}
_REASONS: Final = {1: "off topic", 2: "incomplete", 3: "wrong", 4: "bad analysis"}


class RobotCallbacks:
    """Reads for the robot ``channel``; ``name`` is what stands behind the @ when it is called."""

    def __init__(self, channel: ChannelKey, name: str) -> None:
        self._channel = channel
        mention = re.escape(f"@{name}")
        self._mentions = (
            re.compile(rf"{mention}{_MENTION_ENDS}\s*"),
            re.compile(rf"{mention}(?![0-9A-Za-z_])"),
        )

    def event_key(self, msgid: str) -> EventKey:
        """The key of the event that a callback with ``msgid`` brings."""
        return EventKey(f"{self._channel}/{msgid}")

    def msgid(self, event_key: str) -> str:
        """The inverse of ``event_key``."""
        return event_key.removeprefix(f"{self._channel}/")

    def read(self, data: dict[str, Any], received_at: datetime) -> Receipt:
        """The receipt of a decrypted callback. Raises BadPayload when a needed part is missing.

        A stream is named after the message that it answers, so that the question for its next
        state names that event.
        """
        kind = json_string(data, "msgtype")
        if kind == "stream":
            msgid = json_string(json_member(data, "stream"), "id")
            return Receipt((), answerable=True, refreshes=self.event_key(msgid))
        if kind == "event":
            return self._read_event(data, received_at)
        text, media = _words(kind, data), _media_of(kind, data)
        if text is None and not media:
            return _unsupported(kind)
        return self._receipt(
            data,
            EventKind.MEDIA if media else EventKind.TEXT,
            received_at,
            text=self._without_mention(text or ""),
            quote=_quoted(data),
            media=media,
        )

    def _read_event(self, data: dict[str, Any], received_at: datetime) -> Receipt:
        what = json_member(data, "event")
        kind = json_string(what, "eventtype")
        if kind == "enter_chat":
            return self._receipt(data, EventKind.OPENED, received_at)
        if kind == "template_card_event":
            tap = json_member(what, kind)
            return self._receipt(
                data,
                EventKind.TAPPED,
                received_at,
                text=_selected(tap),
                button=json_string(tap, "event_key"),
                task_id=json_text(tap, "task_id"),
            )
        if kind == "feedback_event":
            return self._rating(data, json_member(what, kind), received_at)
        return _unsupported(kind)

    def _rating(
        self, data: dict[str, Any], feedback: dict[str, Any], received_at: datetime
    ) -> Receipt:
        """A rating of ``task_id``, the message that was answered; it takes no answer (101027)."""
        rating = _RATINGS.get(_number(feedback.get("type")))
        if rating is None:
            return _unsupported(_name(data))
        codes = feedback.get("inaccurate_reason_list")
        known = codes if isinstance(codes, list) else []
        reasons = [_REASONS.get(_number(code)) for code in known]
        lines = [rating, *reasons, json_text(feedback, "content")]
        receipt = self._receipt(
            data,
            EventKind.RATED,
            received_at,
            text="\n".join(line for line in lines if line),
            task_id=json_text(feedback, "id"),
        )
        return replace(receipt, answerable=False)

    def _receipt(
        self,
        data: dict[str, Any],
        kind: EventKind,
        received_at: datetime,
        *,
        text: str = "",
        quote: str = "",
        button: str = "",
        task_id: str = "",
        media: tuple[MediaRef, ...] = (),
    ) -> Receipt:
        """With the event; in a kind of chat that is new to us it is of no use."""
        user_id = json_string(json_member(data, "from"), "userid")
        chat_type = json_text(data, "chattype") or ("group" if data.get("chatid") else "single")
        if chat_type not in {"group", "single"}:
            return _unsupported(_name(data))
        conversation = (
            Conversation(Place.GROUP, json_string(data, "chatid"))
            if chat_type == "group"
            else Conversation(Place.PRIVATE, user_id)
        )
        event = Event(
            key=self.event_key(json_string(data, "msgid")),
            channel=self._channel,
            kind=kind,
            conversation=conversation,
            user_id=UserId(user_id),
            at=_instant(data.get("create_time"), received_at),
            text=text,
            quote=quote,
            button=button,
            task_id=task_id,
            media=media,
        )
        return Receipt((event,), answerable=True)

    def _without_mention(self, text: str) -> str:
        """Without "@name"; one that runs into the next word counts when none stands alone."""
        apart, joined = self._mentions
        cut, count = apart.subn("", text)
        return (cut if count else joined.sub("", text)).strip()


def json_object(document: str | bytes) -> dict[str, Any]:
    """A JSON object. Raises BadPayload for anything else."""
    try:
        data = json.loads(document)
    except (ValueError, RecursionError):
        raise BadPayload("The callback is not JSON.") from None
    if not isinstance(data, dict):
        raise BadPayload("The callback is not a JSON object.")
    return data


def json_member(data: dict[str, Any], name: str) -> dict[str, Any]:
    """The object ``name`` of ``data``. Raises BadPayload when there is none."""
    member = data.get(name)
    if not isinstance(member, dict):
        raise BadPayload(f"The callback has no object {name}.")
    return member


def json_string(data: dict[str, Any], name: str) -> str:
    """The text ``name`` of ``data``. Raises BadPayload when there is none."""
    value = json_text(data, name)
    if not value:
        raise BadPayload(f"The callback has no text {name}.")
    return value


def json_text(data: dict[str, Any], name: str) -> str:
    """A text, empty when missing, without what a database cannot store (NUL, half characters).

    Raises BadPayload when it is something else.
    """
    value = data.get(name, "")
    if not isinstance(value, str):
        raise BadPayload(f"The callback's {name} is not text.")
    return _storable(value)


def _name(data: dict[str, Any]) -> str:
    """What the platform calls this callback."""
    event = data.get("event")
    return json_text(event, "eventtype") if isinstance(event, dict) else json_text(data, "msgtype")


def _words(kind: str, data: dict[str, Any]) -> str | None:
    """The words of a message (100719), or None when it has none."""
    if kind in {"text", "voice"}:
        return json_text(json_member(data, kind), "content")
    if kind != "mixed":
        return None
    texts = [
        json_text(json_member(item, "text"), "content")
        for item in _items(data)
        if item.get("msgtype") == "text"
    ]
    return "\n".join(texts) if texts else None


def _media_of(kind: str, data: dict[str, Any]) -> tuple[MediaRef, ...]:
    if kind in _MEDIA:
        return (_media(kind, json_member(data, kind)),)
    if kind != "mixed":
        return ()
    return tuple(
        _media("image", json_member(item, "image"))
        for item in _items(data)
        if item.get("msgtype") == "image"
    )


def _media(kind: str, data: dict[str, Any]) -> MediaRef:
    return MediaRef(_MEDIA[kind], json_string(data, "url"), json_text(data, "aeskey"))


def _quoted(data: dict[str, Any]) -> str:
    """The words of the quoted message, which has the shape of a message."""
    quote = data.get("quote")
    if not isinstance(quote, dict):
        return ""
    return _words(json_text(quote, "msgtype"), quote) or ""


def _selected(tap: dict[str, Any]) -> str:
    """What was chosen in a card's lists: question=option,option with ; between the questions.

    Empty for cards without lists, whatever the platform writes in their place.
    """
    chosen = tap.get("selected_items")
    items = chosen.get("selected_item") if isinstance(chosen, dict) else None
    return ";".join(
        f"{json_text(item, 'question_key')}={','.join(_options(item))}"
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
    )


def _options(item: dict[str, Any]) -> list[str]:
    chosen = item.get("option_ids")
    options = chosen.get("option_id") if isinstance(chosen, dict) else None
    known = options if isinstance(options, list) else []
    return [_storable(option) for option in known if isinstance(option, str)]


def _items(data: dict[str, Any]) -> list[dict[str, Any]]:
    items = json_member(data, "mixed").get("msg_item")
    if not isinstance(items, list):
        raise BadPayload("The callback's msg_item is not a list.")
    return [item for item in items if isinstance(item, dict)]


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _unsupported(name: str) -> Receipt:
    return Receipt((), unsupported=fit(name, 64))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _instant(seconds: object, otherwise: datetime) -> datetime:
    """When the platform says it happened; most callbacks do not say."""
    if isinstance(seconds, int) and 0 < seconds < 10**11:
        return datetime.fromtimestamp(seconds, UTC)
    return otherwise
