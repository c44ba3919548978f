"""What comes in, in our own words: a channel decodes a callback into a Receipt of events."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.ids import ChannelKey, EventKey, UserId


class EventKind(StrEnum):
    """What can happen, whatever platform tells it."""

    TEXT = "text"
    """Someone wrote words (a voice message arrives as its transcript)."""

    TAPPED = "tapped"
    """Someone tapped a button of a card of ours."""

    JOINED = "joined"
    """Someone is now in the group."""

    LEFT = "left"
    """Someone is no longer in the group."""

    OPENED = "opened"
    """Someone opened a private chat with us."""


class Place(StrEnum):
    """Where an event happened."""

    GROUP = "group"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat on a platform: ``chat_id`` is the platform's id, for private chats the user's."""

    place: Place
    chat_id: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    ``key`` is unique and the same on every redelivery. ``text`` is what was typed, without the
    mention of the robot. ``button`` and ``task_id`` belong to a tap. ``response_url`` is the
    one-use address for a later answer, where the platform gives one.
    """

    key: EventKey
    channel: ChannelKey
    kind: EventKind
    conversation: Conversation
    user_id: UserId
    at: datetime
    text: str = ""
    button: str = ""
    task_id: str = ""
    response_url: str = ""

    @property
    def ordering_key(self) -> str:
        """Events with the same ordering key are handled one after the other.

        Words in a chat keep their order. Taps are ordered per person only: the card they tap
        exists, so its packet does too, and a thousand people may tap at once.
        """
        chat = f"{self.channel}/{self.conversation.chat_id}"
        return f"{chat}/{self.user_id}" if self.kind is EventKind.TAPPED else chat


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a callback said.

    ``events`` is empty for callbacks that are genuine but of no use to us; ``unsupported`` then
    names the kind, to be counted. ``answerable`` tells whether the platform takes an answer in
    the open request; ``nonce`` is the callback's own, which some platforms want back.
    """

    events: tuple[Event, ...]
    answerable: bool = False
    nonce: str = ""
    unsupported: str = ""


def event_to_json(event: Event) -> str:
    """An event as one line of JSON, for the inbox."""
    conversation = event.conversation
    return json.dumps(
        {
            "key": event.key,
            "channel": event.channel,
            "kind": event.kind,
            "conversation": {"place": conversation.place, "chat_id": conversation.chat_id},
            "user_id": event.user_id,
            "at": event.at.isoformat(),
            "text": event.text,
            "button": event.button,
            "task_id": event.task_id,
            "response_url": event.response_url,
        },
        ensure_ascii=False,
    )


def event_from_json(line: str) -> Event:
    """The inverse of ``event_to_json``."""
    data = json.loads(line)
    conversation = data["conversation"]
    return Event(
        key=EventKey(data["key"]),
        channel=ChannelKey(data["channel"]),
        kind=EventKind(data["kind"]),
        conversation=Conversation(Place(conversation["place"]), conversation["chat_id"]),
        user_id=UserId(data["user_id"]),
        at=datetime.fromisoformat(data["at"]),
        text=data["text"],
        button=data["button"],
        task_id=data["task_id"],
        response_url=data["response_url"],
    )
