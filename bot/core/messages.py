"""What goes out, in our own words: a message, where it goes, and what became of it.

Channels translate these into a platform's fields; what a channel cannot show degrades by the
rule of its capability table, never by a feature asking for the channel's name.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.core.ids import ChannelKey, UserId


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text; ``mentions`` are people to call (@), shown by the platform."""

    text: str
    mentions: tuple[UserId, ...] = ()


@dataclass(frozen=True, slots=True)
class Markdown:
    """Text in the platforms' markdown subset (bold, quote, list, link)."""

    text: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a card; a tap comes back as an event with this ``key``."""

    label: str
    key: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card with buttons. ``task_id`` is unique per channel and comes back with each tap."""

    title: str
    text: str
    buttons: tuple[Button, ...]
    task_id: str


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """What one person sees in place of a card after tapping it; only an answer to a tap."""

    user_id: UserId
    card: Card


Message = Text | Markdown | Card | CardUpdate


class TargetKind(StrEnum):
    """The kinds of places a message can go to."""

    GROUP = "group"
    PERSON = "person"
    CALLBACK = "callback"
    """A one-use address that came with a callback (the robot's response_url)."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: ``address`` is a chat id, a user id or a one-use URL."""

    kind: TargetKind
    address: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way out.

    ``key`` makes it unique: the same key is enqueued once. ``not_before`` is the earliest instant
    for sending; None means now. ``expires_at`` is when it has lost its point (a one-use address,
    a greeting): past it the row ends as dead, not as late news.
    """

    key: str
    channel: ChannelKey
    target: Target
    message: Message
    not_before: datetime | None = None
    expires_at: datetime | None = None


def message_to_json(message: Message) -> dict[str, Any]:
    """A message as JSON-ready data, tagged with its type."""
    match message:
        case Text():
            return {"type": "text", "text": message.text, "mentions": list(message.mentions)}
        case Markdown():
            return {"type": "markdown", "text": message.text}
        case Card():
            return {"type": "card", **_card_to_json(message)}
        case CardUpdate():
            return {
                "type": "card_update",
                "user_id": message.user_id,
                "card": _card_to_json(message.card),
            }


def message_from_json(data: dict[str, Any]) -> Message:
    """The inverse of ``message_to_json``. Raises ValueError for an unknown type."""
    match data["type"]:
        case "text":
            return Text(data["text"], tuple(UserId(user) for user in data["mentions"]))
        case "markdown":
            return Markdown(data["text"])
        case "card":
            return _card_from_json(data)
        case "card_update":
            return CardUpdate(UserId(data["user_id"]), _card_from_json(data["card"]))
        case other:
            raise ValueError(f"unknown message type {other!r}")


def plain_text(message: Message) -> str:
    """All words of a message that a reader would see, for screening and for plain channels."""
    match message:
        case Text() | Markdown():
            return message.text
        case Card():
            return "\n".join([message.title, message.text, *(b.label for b in message.buttons)])
        case CardUpdate():
            return plain_text(message.card)


def _card_to_json(card: Card) -> dict[str, Any]:
    return {
        "title": card.title,
        "text": card.text,
        "buttons": [[button.label, button.key] for button in card.buttons],
        "task_id": card.task_id,
    }


def _card_from_json(data: dict[str, Any]) -> Card:
    buttons = tuple(Button(label, key) for label, key in data["buttons"])
    return Card(data["title"], data["text"], buttons, data["task_id"])
