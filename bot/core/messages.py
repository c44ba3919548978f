"""What goes out, in our own words: a message, where it goes, and what became of it.

Channels translate these into a platform's fields; what a channel cannot show degrades by the
rule of its capability table, never by a feature asking for the channel's name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.core.events import MediaKind
from bot.core.ids import ChannelKey, UserId
from bot.core.pictures import Picture, picture_from_json


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
    """What one person sees in place of a card: the answer to a tap, or later by a one-use code."""

    user_id: UserId
    card: Card


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, voice, film or file. ``path`` is the file's, relative to the configuration."""

    kind: MediaKind
    path: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of ours, stored as its facts and drawn where it is sent.

    ``text`` tells the same in words: it is what channels show that cannot show pictures, and what
    is screened. Where a picture and words go together, it stands above the picture.
    """

    picture: Picture
    text: str

    @property
    def kind(self) -> MediaKind:
        """It goes out as an image."""
        return MediaKind.IMAGE


Attachment = Media | Drawing
"""What a platform is given as a file."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page, shown with its title, a few words and perhaps a picture (an address)."""

    title: str
    text: str
    url: str
    picture_url: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """Words with media beneath them, shown together where the platform can."""

    text: str
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A service notice that the platform words: its template is filled with our ``values``.

    ``template`` is our name for it in bot.yaml. ``text`` is the same for channels without
    templates. ``url`` is where a tap leads; a page path for mini programs.
    """

    template: str
    values: tuple[tuple[str, str], ...]
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """Text with a subject, as mail has it. ``leave_url`` takes the reader off the list."""

    subject: str
    text: str
    leave_url: str = ""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry of a menu: it leads to ``url``, or opens ``items`` (the second and last level)."""

    label: str
    url: str = ""
    items: tuple["MenuItem", ...] = ()


@dataclass(frozen=True, slots=True)
class Menu:
    """Words above a menu of at most two levels."""

    text: str
    items: tuple[MenuItem, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Stands where the answer will be, until it comes."""

    text: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Hands the private chat to a person of the company. ``text`` tells him what it is about."""

    text: str


@dataclass(frozen=True, slots=True)
class TagChange:
    """Changes the company tags 企业标签 that ``employee`` has put on a customer, by name."""

    employee: UserId
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recall:
    """Takes back an earlier message; ``reference`` is what the platform called it when sent."""

    reference: str


Message = (
    Text
    | Markdown
    | Card
    | CardUpdate
    | Media
    | Drawing
    | Link
    | Post
    | Notice
    | Letter
    | Menu
    | Waiting
    | HandOver
    | TagChange
    | Recall
)


class TargetKind(StrEnum):
    """The kinds of places a message can go to."""

    GROUP = "group"
    PERSON = "person"
    CALLBACK = "callback"
    """A one-use address that came with a callback (response_url, request id, welcome code)."""

    RECORD = "record"
    """What the company notes about a person; nobody is shown anything."""

    MOMENTS = "moments"
    """The Moments 朋友圈 of employees; the address is their user ids with | between them."""


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

    ``chat`` is the chat in which a one-use address will show it: order and rates are a chat's. It
    is empty where the target's own address says it. ``urgent`` rows have seconds only, and wait
    for nobody's.
    """

    key: str
    channel: ChannelKey
    target: Target
    message: Message
    not_before: datetime | None = None
    expires_at: datetime | None = None
    chat: str = ""
    urgent: bool = False

    @property
    def conversation(self) -> str:
        """The chat that it is for."""
        return self.chat or self.target.address


def message_to_json(message: Message) -> dict[str, Any]:
    """A message as JSON-ready data: its fields, and ``type``, the snake-case name of its class."""
    return {"type": _NAMES[type(message)], **_plain(message)}


def message_from_json(data: dict[str, Any]) -> Message:
    """The inverse of ``message_to_json``. Raises ValueError for an unknown type."""
    read = _READERS.get(data["type"])
    if read is None:
        raise ValueError(f"unknown message type {data['type']!r}")
    return read(data)


def plain_text(message: Message) -> str:
    """All words of a message that a reader would see, for screening and for plain channels."""
    match message:
        case Text() | Markdown() | Waiting() | HandOver() | Post() | Drawing():
            return message.text
        case Card():
            return "\n".join([message.title, message.text, *(b.label for b in message.buttons)])
        case CardUpdate():
            return plain_text(message.card)
        case Media():
            return message.name
        case Link():
            return "\n".join(part for part in (message.title, message.text, message.url) if part)
        case Notice():
            return "\n".join(part for part in (message.text, message.url) if part)
        case Letter():
            return "\n".join(part for part in (message.subject, message.text) if part)
        case Menu():
            return "\n".join([message.text, *_labels(message.items)])
        case TagChange() | Recall():
            return ""


def _labels(items: tuple[MenuItem, ...]) -> Iterator[str]:
    for item in items:
        yield item.label
        yield from _labels(item.items)


def _plain(value: Any) -> Any:
    """Frozen dataclasses as dicts, tuples as lists: what JSON knows."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def _card(data: dict[str, Any]) -> Card:
    buttons = tuple(Button(button["label"], button["key"]) for button in data["buttons"])
    return Card(data["title"], data["text"], buttons, data["task_id"])


def _media(data: dict[str, Any]) -> Media:
    return Media(MediaKind(data["kind"]), data["path"], data["name"])


def _items(data: list[dict[str, Any]]) -> tuple[MenuItem, ...]:
    return tuple(MenuItem(item["label"], item["url"], _items(item["items"])) for item in data)


_READERS: Final[dict[str, Callable[[dict[str, Any]], Message]]] = {
    "text": lambda data: Text(data["text"], tuple(UserId(user) for user in data["mentions"])),
    "markdown": lambda data: Markdown(data["text"]),
    "card": _card,
    "card_update": lambda data: CardUpdate(UserId(data["user_id"]), _card(data["card"])),
    "media": _media,
    "drawing": lambda data: Drawing(picture_from_json(data["picture"]), data["text"]),
    "link": lambda data: Link(data["title"], data["text"], data["url"], data["picture_url"]),
    "post": lambda data: Post(data["text"], tuple(_media(item) for item in data["media"])),
    "notice": lambda data: Notice(
        data["template"],
        tuple((name, value) for name, value in data["values"]),
        data["text"],
        data["url"],
    ),
    "letter": lambda data: Letter(data["subject"], data["text"], data["leave_url"]),
    "menu": lambda data: Menu(data["text"], _items(data["items"])),
    "waiting": lambda data: Waiting(data["text"]),
    "hand_over": lambda data: HandOver(data["text"]),
    "tag_change": lambda data: TagChange(
        UserId(data["employee"]), tuple(data["add"]), tuple(data["remove"])
    ),
    "recall": lambda data: Recall(data["reference"]),
}

_NAMES: Final[dict[type[Message], str]] = {
    Text: "text",
    Markdown: "markdown",
    Card: "card",
    CardUpdate: "card_update",
    Media: "media",
    Drawing: "drawing",
    Link: "link",
    Post: "post",
    Notice: "notice",
    Letter: "letter",
    Menu: "menu",
    Waiting: "waiting",
    HandOver: "hand_over",
    TagChange: "tag_change",
    Recall: "recall",
}
