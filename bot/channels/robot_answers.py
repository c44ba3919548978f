"""What an intelligent robot says, and where: the bodies and the addresses of both of its modes.

Source: developer.work.weixin.qq.com/document/path/101031 (answers), 101032 (cards), 101138
(response_url), 101463 (WebSocket mode).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.channels.media import inline_picture
from bot.channels.render import as_markdown, as_plain, fits_card, template_card
from bot.core.events import Place
from bot.core.messages import Attachment, Card, CardUpdate, Drawing, Message, Text, Waiting
from bot.drawing.draw import draw
from bot.platforms.limits import ROBOT_CONTENT_BYTES, ROBOT_FEEDBACK_BYTES, ROBOT_WELCOME_BYTES


class Use(StrEnum):
    """What the platform takes at an address that came with a callback."""

    URL = "url"
    """Words by HTTP, once; a card too when the chat is private."""

    MESSAGE = "msg"
    """The answer to a message, over the connection."""

    WELCOME = "welcome"
    """A greeting, over the connection."""

    UPDATE = "update"
    """A change of the tapped card, over the connection."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for an answer: the ``reply_to`` of a robot's event.

    ``token`` is the response_url or the callback's req_id.
    """

    use: Use
    place: Place
    token: str

    def __str__(self) -> str:
        return f"{self.use}:{self.place}:{self.token}"

    @classmethod
    def parse(cls, address: str) -> "Slot | None":
        """The inverse of ``str``; None when it is no such address."""
        use, _, rest = address.partition(":")
        place, _, token = rest.partition(":")
        if use not in set(Use) or place not in set(Place) or not token:
            return None
        return cls(Use(use), Place(place), token)


def stream(stream_id: str, message: Message, *, rated_as: str = "") -> dict[str, Any]:
    """The state of a stream: the words of ``message``, finished unless it is a Waiting.

    Beneath the words of a Drawing stands its picture, drawn here: call it in a thread then.

    ``rated_as`` lets people rate the answer and comes back with the rating; only a stream's first
    state takes it.
    """
    state: dict[str, Any] = {
        "id": stream_id,
        "finish": not isinstance(message, Waiting),
        "content": as_markdown(message, ROBOT_CONTENT_BYTES),
    }
    if rated_as and len(rated_as.encode()) <= ROBOT_FEEDBACK_BYTES:
        state["feedback"] = {"id": rated_as}
    if isinstance(message, Drawing):
        picture = {"msgtype": "image", "image": inline_picture(draw(message.picture))}
        state["msg_item"] = [picture]  # 101031: in the last state only
    return {"msgtype": "stream", "stream": state}


def card(message: Message) -> dict[str, Any] | None:
    """The card, if ``message`` is one that the platform takes."""
    if not isinstance(message, Card) or not fits_card(message):
        return None
    return {"msgtype": "template_card", "template_card": template_card(message, message.task_id)}


def stream_with_card(stream_id: str, message: Message) -> dict[str, Any] | None:
    """The end of a stream whose answer is a card: its title takes the place of what stood there."""
    if not isinstance(message, Card) or (shown := card(message)) is None:
        return None
    ended = stream(stream_id, Text(message.title or message.text))
    return {**ended, **shown, "msgtype": "stream_with_template_card"}


def markdown(message: Message) -> dict[str, Any]:
    """Any words outside a stream."""
    content = as_markdown(message, ROBOT_CONTENT_BYTES)
    return {"msgtype": "markdown", "markdown": {"content": content}}


def media(message: Attachment, media_id: str) -> dict[str, Any]:
    """A file that was uploaded."""
    return {"msgtype": message.kind, message.kind: {"media_id": media_id}}


def welcome(message: Message) -> dict[str, Any]:
    """A greeting: a card or plain text."""
    text = {"content": as_plain(message, ROBOT_WELCOME_BYTES)}
    return card(message) or {"msgtype": "text", "text": text}


def card_change(update: CardUpdate, task_id: str = "") -> dict[str, Any]:
    """The card that one person sees from now on in place of the tapped one, ``task_id``."""
    return {
        "response_type": "update_template_card",
        "userids": [update.user_id],
        "template_card": template_card(update.card, task_id or update.card.task_id),
    }
