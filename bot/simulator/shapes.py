"""What can be seen in a chat: people, messages, cards, and how they are written down as JSON."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class SenderKind(StrEnum):
    """Who can put something into a chat."""

    USER = "user"
    ROBOT = "robot"
    WEBHOOK = "webhook"
    APP = "app"
    SYSTEM = "system"
    """The client itself: somebody joined, somebody left."""


class Kind(StrEnum):
    """How a message looks."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CARD = "card"
    NEWS = "news"
    IMAGE = "image"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the company."""

    user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a card."""

    label: str
    key: str


@dataclass(frozen=True, slots=True)
class Card:
    """A template card, as far as a reader sees it."""

    card_type: str
    title: str
    text: str
    buttons: tuple[Button, ...]
    task_id: str


@dataclass(frozen=True, slots=True)
class Sender:
    """``id`` is a user id or a channel key, ``name`` what the chat shows."""

    kind: SenderKind
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is not in a chat yet. ``quote`` is the id of a message of that chat."""

    kind: Kind
    text: str = ""
    mentions: tuple[str, ...] = ()
    quote: int = 0
    card: Card | None = None


@dataclass(slots=True)
class Message:
    """A message in a chat; ids count from 1 in each chat.

    ``card_states`` holds what a person sees in place of the card, for those who see another one.
    """

    id: int
    at: datetime
    sender: Sender
    draft: Draft
    card_states: dict[str, Card] = field(default_factory=dict)

    def card_for(self, user_id: str) -> Card | None:
        """The card that this person sees now."""
        return self.card_states.get(user_id, self.draft.card)


def card_to_json(card: Card) -> dict[str, Any]:
    """A card for the journal and for the page."""
    return {
        "card_type": card.card_type,
        "title": card.title,
        "text": card.text,
        "buttons": [{"label": button.label, "key": button.key} for button in card.buttons],
        "task_id": card.task_id,
    }


def card_from_json(data: dict[str, Any]) -> Card:
    """The inverse of ``card_to_json``."""
    buttons = tuple(Button(button["label"], button["key"]) for button in data["buttons"])
    return Card(data["card_type"], data["title"], data["text"], buttons, data["task_id"])


def message_to_json(message: Message) -> dict[str, Any]:
    """A message as scripts and the page read it; a card's words stand beside the other fields."""
    draft, card = message.draft, message.draft.card
    return {
        "id": message.id,
        "at": message.at.isoformat(),
        "from": message.sender.id,
        "from_kind": message.sender.kind,
        "name": message.sender.name,
        "kind": draft.kind,
        "text": draft.text if card is None else card.text,
        "mentions": list(draft.mentions),
        "quote": draft.quote or None,
        "card_type": "" if card is None else card.card_type,
        "title": "" if card is None else card.title,
        "buttons": [] if card is None else card_to_json(card)["buttons"],
        "task_id": "" if card is None else card.task_id,
        "card_states": {who: card_to_json(seen) for who, seen in message.card_states.items()},
    }


def message_from_json(data: dict[str, Any]) -> Message:
    """The inverse of ``message_to_json``."""
    kind = Kind(data["kind"])
    draft = Draft(
        kind,
        "" if kind is Kind.CARD else data["text"],
        tuple(data["mentions"]),
        data["quote"] or 0,
        card_from_json(data) if kind is Kind.CARD else None,
    )
    sender = Sender(SenderKind(data["from_kind"]), data["from"], data["name"])
    states = {who: card_from_json(card) for who, card in data["card_states"].items()}
    return Message(data["id"], datetime.fromisoformat(data["at"]), sender, draft, states)
