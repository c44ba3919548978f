"""What comes in, in our own words: a channel decodes a callback into a Receipt of events."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.core.ids import ChannelKey, EventKey, UserId

_WORDS: Final = (
    *("text", "quote", "button", "task_id", "source"),
    *("employee", "group", "reply_to"),
)
"""The fields of an event that are text and often empty."""


class EventKind(StrEnum):
    """What can happen, whatever platform tells it."""

    TEXT = "text"
    """Someone wrote words (a voice message arrives as its transcript)."""

    MEDIA = "media"
    """Someone sent a picture, a voice, a film or a file, with words or without."""

    CHOSE = "chose"
    """Someone tapped an entry of our menu; ``text`` is the entry's key, a command's word."""

    TAPPED = "tapped"
    """Someone tapped a button of a card of ours."""

    RATED = "rated"
    """Someone rated an answer of ours; ``text`` is good, bad or withdrawn, then his reasons."""

    OPENED = "opened"
    """Someone opened a private chat with us."""

    JOINED = "joined"
    """Someone is now in the group. ``source`` is the state of the way he came by, if known."""

    LEFT = "left"
    """Someone is no longer in the group."""

    BEFRIENDED = "befriended"
    """Someone added an employee, or followed the account. ``source`` is the way's state."""

    SCANNED = "scanned"
    """Someone who follows the account already scanned a code of ours; ``source`` is its scene."""

    UNFRIENDED = "unfriended"
    """The tie is cut: by the customer, the follower or (``text`` is "employee") the employee."""


FORGOTTEN: Final = "…"
"""Stands in a stored event where words were that are not kept."""


class Place(StrEnum):
    """Where an event happened."""

    GROUP = "group"
    PRIVATE = "private"


class MediaKind(StrEnum):
    """Kinds of media, as all platforms know them."""

    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class MediaRef:
    """Media that a platform keeps for a while.

    ``address`` is a URL or a media id. ``key`` decrypts it (Base64), where each file has its own;
    empty when it is plain or the channel's key fits. ``name`` is the file's, where it has one.
    """

    kind: MediaKind
    address: str
    key: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat on a platform: ``chat_id`` is the platform's id, for private chats the user's."""

    place: Place
    chat_id: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    ``key`` is unique and the same on every redelivery. ``text`` is what was typed, without the
    mention of the robot; ``quote`` the words of the message that it quotes. ``button`` and
    ``task_id`` belong to a tap; for a rating ``task_id`` is the id of the message whose answer it
    rates. ``source`` is the short code of the way a person came by.
    ``employee`` is the employee whom a contact event is about. ``group`` is our key of the group
    that a private act is about, where the channel knows it, as our own pages do.

    ``reply_to`` is the one-use address for a later answer, where the platform gives one (a
    response_url, a request id, a welcome code), and ``reply_until`` when it ends.
    """

    key: EventKey
    channel: ChannelKey
    kind: EventKind
    conversation: Conversation
    user_id: UserId
    at: datetime
    text: str = ""
    quote: str = ""
    button: str = ""
    task_id: str = ""
    source: str = ""
    employee: str = ""
    group: str = ""
    media: tuple[MediaRef, ...] = ()
    reply_to: str = ""
    reply_until: datetime | None = None

    @property
    def has_words(self) -> bool:
        """Whether somebody says something: by typing, by a menu's entry, or beneath a picture."""
        spoken = (EventKind.TEXT, EventKind.CHOSE, EventKind.MEDIA)
        return self.kind in spoken and bool(self.text)

    @property
    def ordering_key(self) -> str:
        """Events with the same ordering key are handled one after the other.

        Words in a chat keep their order. Taps are ordered per person only: the card they tap
        exists, so its packet does too, and a thousand people may tap at once.
        """
        chat = f"{self.channel}/{self.conversation.chat_id}"
        return f"{chat}/{self.user_id}" if self.kind is EventKind.TAPPED else chat


@dataclass(frozen=True, slots=True)
class Hint:
    """A callback that says: look again. What there is to see is pulled, now and from time to time.

    ``channel`` is whose. ``chat_id`` names one chat, ``user_id`` with ``employee`` one tie; when
    all are empty everything of the channel may have changed. ``ticket`` is a short-lived token
    that the look may carry.
    """

    channel: ChannelKey
    chat_id: str = ""
    user_id: str = ""
    employee: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a callback said.

    ``events`` is empty for callbacks that are genuine but of no use to us; ``unsupported`` then
    names the kind, to be counted. ``hints`` say where to look again. ``answerable`` tells whether
    the platform takes an answer in the open request; ``nonce`` is the callback's own, which some
    platforms want back. ``refreshes`` is the key of the earlier event whose answer the platform
    asks for once more (the next state of a stream).
    """

    events: tuple[Event, ...]
    answerable: bool = False
    nonce: str = ""
    unsupported: str = ""
    hints: tuple[Hint, ...] = ()
    refreshes: str = ""


def event_to_json(event: Event) -> str:
    """An event as one line of JSON, for the inbox: what is empty is left out."""
    conversation = event.conversation
    data: dict[str, Any] = {
        "key": event.key,
        "channel": event.channel,
        "kind": event.kind,
        "conversation": {"place": conversation.place, "chat_id": conversation.chat_id},
        "user_id": event.user_id,
        "at": event.at.isoformat(),
    }
    for name in _WORDS:
        if value := getattr(event, name):
            data[name] = value
    if event.media:
        data["media"] = [[item.kind, item.address, item.key, item.name] for item in event.media]
    if event.reply_until is not None:
        data["reply_until"] = event.reply_until.isoformat()
    return json.dumps(data, ensure_ascii=False)


def event_from_json(line: str) -> Event:
    """The inverse of ``event_to_json``."""
    data: dict[str, Any] = json.loads(line)
    place, until = data["conversation"], data.get("reply_until")
    media = [MediaRef(MediaKind(kind), *rest) for kind, *rest in data.get("media", ())]
    return Event(
        key=EventKey(data["key"]),
        channel=ChannelKey(data["channel"]),
        kind=EventKind(data["kind"]),
        conversation=Conversation(Place(place["place"]), place["chat_id"]),
        user_id=UserId(data["user_id"]),
        at=datetime.fromisoformat(data["at"]),
        media=tuple(media),
        reply_until=None if until is None else datetime.fromisoformat(until),
        **{name: data.get(name, "") for name in _WORDS},
    )
