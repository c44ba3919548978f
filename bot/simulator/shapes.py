"""What can be seen in a chat: people, messages, cards, and how they are written down as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.core.events import MediaKind


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
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"
    MIXED = "mixed"
    """Words and pictures of a person."""

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
class Question:
    """Something that a card asks; ``options`` are labels by id, of which one or ``many`` fit."""

    key: str
    title: str
    options: tuple[tuple[str, str], ...]
    many: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A template card, as far as a reader sees it. ``menu`` is behind its upper right corner."""

    card_type: str
    title: str
    text: str
    buttons: tuple[Button, ...]
    task_id: str
    questions: tuple[Question, ...] = ()
    menu: tuple[Button, ...] = ()


_LABELS: Final = {
    MediaKind.IMAGE: "[图片]",
    MediaKind.VOICE: "[语音]",
    MediaKind.VIDEO: "[视频]",
    MediaKind.FILE: "[文件]",
}


@dataclass(frozen=True, slots=True)
class Attachment:
    """Media in a message: ``id`` is the platform's, ``words`` what was said, of a voice."""

    kind: MediaKind
    id: str
    name: str = ""
    words: str = ""

    @property
    def label(self) -> str:
        """How a chat shows it in one line."""
        return " ".join(part for part in (_LABELS[self.kind], self.words or self.name) if part)


@dataclass(frozen=True, slots=True)
class Sender:
    """``id`` is a user id or a channel key, ``name`` what the chat shows."""

    kind: SenderKind
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is not in a chat yet. ``quote`` is the id of a message of that chat.

    ``feedback`` is the robot's own id for the answer, where it lets people rate it.
    """

    kind: Kind
    text: str = ""
    mentions: tuple[str, ...] = ()
    quote: int = 0
    card: Card | None = None
    media: tuple[Attachment, ...] = ()
    feedback: str = ""

    @property
    def shown(self) -> str:
        """Everything in words, media as their labels."""
        words = self.text if self.card is None else self.card.text
        return "\n".join([*([words] if words else []), *(item.label for item in self.media)])


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
        "buttons": _buttons_to_json(card.buttons),
        "task_id": card.task_id,
        "questions": [
            {
                "key": question.key,
                "title": question.title,
                "options": [{"id": id_, "label": label} for id_, label in question.options],
                "many": question.many,
            }
            for question in card.questions
        ],
        "menu": _buttons_to_json(card.menu),
    }


def card_from_json(data: dict[str, Any]) -> Card:
    """The inverse of ``card_to_json``."""
    return Card(
        data["card_type"],
        data["title"],
        data["text"],
        _buttons_from_json(data["buttons"]),
        data["task_id"],
        tuple(_question_from_json(question) for question in data.get("questions", ())),
        _buttons_from_json(data.get("menu", ())),
    )


def message_to_json(message: Message) -> dict[str, Any]:
    """A message as scripts and the page read it; a card's words stand beside the other fields.

    Where there are media, ``text`` holds their labels too and ``words`` does not.
    """
    draft, card = message.draft, message.draft.card
    face = card_to_json(card or _NO_CARD)
    return {
        "id": message.id,
        "at": message.at.isoformat(),
        "from": message.sender.id,
        "from_kind": message.sender.kind,
        "name": message.sender.name,
        "kind": draft.kind,
        "mentions": list(draft.mentions),
        "quote": draft.quote or None,
        **face,
        "text": draft.shown,
        **({"words": draft.text} if draft.media else {}),
        "media": [
            {"kind": item.kind, "id": item.id, "name": item.name, "words": item.words}
            for item in draft.media
        ],
        "feedback": draft.feedback,
        "card_states": {who: card_to_json(seen) for who, seen in message.card_states.items()},
    }


def message_from_json(data: dict[str, Any]) -> Message:
    """The inverse of ``message_to_json``."""
    kind = Kind(data["kind"])
    is_card = kind is Kind.CARD
    draft = Draft(
        kind,
        "" if is_card else data.get("words", data["text"]),
        tuple(data["mentions"]),
        data["quote"] or 0,
        card_from_json(data) if is_card else None,
        tuple(
            Attachment(MediaKind(item["kind"]), item["id"], item["name"], item["words"])
            for item in data.get("media", ())
        ),
        data.get("feedback", ""),
    )
    sender = Sender(SenderKind(data["from_kind"]), data["from"], data["name"])
    states = {who: card_from_json(card) for who, card in data["card_states"].items()}
    return Message(data["id"], datetime.fromisoformat(data["at"]), sender, draft, states)


_NO_CARD: Final = Card("", "", "", (), "")


def _buttons_to_json(buttons: tuple[Button, ...]) -> list[dict[str, str]]:
    return [{"label": button.label, "key": button.key} for button in buttons]


def _buttons_from_json(data: Iterable[dict[str, str]]) -> tuple[Button, ...]:
    return tuple(Button(button["label"], button["key"]) for button in data)


def _question_from_json(data: dict[str, Any]) -> Question:
    options = tuple((option["id"], option["label"]) for option in data["options"])
    return Question(data["key"], data["title"], options, data["many"])
