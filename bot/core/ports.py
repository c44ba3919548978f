"""The sockets of the house: what a channel must offer, whatever platform it speaks to."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.core.events import Event, EventKind, MediaKind, MediaRef, Receipt
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import Message, Outgoing, TargetKind


class Hears(StrEnum):
    """Which group text a channel is given by its platform."""

    NOTHING = "nothing"
    MENTIONS = "mentions"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``limit`` sends in any ``seconds``, over the channel or for each chat alone.

    ``kinds`` are the kinds of target that count; None means all. ``daily`` limits count the
    platform's day instead of any 24 hours.
    """

    limit: int
    seconds: int
    per_chat: bool
    kinds: frozenset[TargetKind] | None = None
    daily: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """After an act of the person's at most ``limit`` messages within ``seconds`` of it.

    A later act opens its own window in place of the one before.
    """

    limit: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a kind of channel can do, as data. Features ask this table, never the channel's name.

    Inbound: ``hears_in_groups``; ``hears_in_private``; ``sees_members`` (who joins and leaves is
    told or can be read). Answers: ``answers_in_request`` (the platform takes them in the open
    request), ``answers_later`` (it gives a one-use address for one), ``streams`` (an answer may
    begin before it is known), ``answers_wait`` (whoever asked asks again until it is there, so it
    goes by no other road), ``changes_cards_later`` (a tapped card can be changed by a code).

    Sends: ``pushes_to`` lists the kinds of target that can be addressed unasked; sends to those of
    ``tasks_to`` become a task that an employee must confirm. To those of ``repeat_is_safe_to`` the
    platform drops a second send of the same content, so that an attempt which ended in silence may
    be tried again. ``windows`` say after which acts of a person he may be written to; empty means
    always. ``first_word`` tells that somebody must have written in a chat before it can be pushed
    to.

    What is shown: byte limits are of the UTF-8 text, 0 means cannot; ``cards`` that pushes may
    carry with buttons, ``cards_in_answers``, ``mentions``, ``links``, ``media``, ``notices`` (the
    platform's templates) and ``attachments``, how many media go with one text.
    """

    hears_in_groups: Hears = Hears.NOTHING
    hears_in_private: bool = False
    sees_members: bool = False
    answers_in_request: bool = False
    answers_later: bool = False
    streams: bool = False
    answers_wait: bool = False
    changes_cards_later: bool = False
    pushes_to: frozenset[TargetKind] = frozenset()
    tasks_to: frozenset[TargetKind] = frozenset()
    repeat_is_safe_to: frozenset[TargetKind] = frozenset()
    windows: Mapping[EventKind, Window] = field(default_factory=dict)
    first_word: bool = False
    text_bytes: int = 0
    markdown_bytes: int = 0
    cards: frozenset[TargetKind] = frozenset()
    cards_in_answers: bool = False
    mentions: bool = False
    links: bool = False
    media: frozenset[MediaKind] = frozenset()
    notices: bool = False
    attachments: int = 0
    hands_over: bool = False
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The body for the open request. ``body`` is empty when there is nothing to say."""

    body: bytes = b""
    content_type: str = "text/plain"


class Codec(Protocol):
    """The inbound half of a channel: reads callbacks, writes answers. No network, no state."""

    @property
    def key(self) -> ChannelKey: ...

    def check_address(self, query: Mapping[str, str]) -> str:
        """Answer the platform's check of our address (GET) with the echo it wants.

        Raises BadSignature or BadPayload.
        """
        ...

    def read(self, query: Mapping[str, str], body: bytes, received_at: datetime) -> Receipt:
        """Check, decrypt and decode a callback. Raises BadSignature or BadPayload."""
        ...

    def write_answer(self, receipt: Receipt, message: Message, answered_at: datetime) -> Answer:
        """Encrypt ``message`` as the answer in the open request of ``receipt``."""
        ...


class Outcome(StrEnum):
    """What became of one attempt to send."""

    SENT = "sent"
    HANDED = "handed"
    """It waits for the employee who must confirm it; ``reference`` asks after it."""
    RETRY = "retry"
    """It surely had no effect and may work later."""
    DEAD = "dead"
    """It surely had no effect and never will."""
    UNKNOWN = "unknown"
    """It ended in silence: it may have been shown."""


class Pause(StrEnum):
    """What has to wait together with a message that is to be tried again."""

    ROW = "row"
    """Only this message (and, in its chat, those after it)."""
    CHANNEL = "channel"
    """Everything on the channel, for as long: its secret fails, its connection is down."""

    LIMIT = "limit"
    """Everything on the channel, until the window of the limit that was exceeded has passed."""


@dataclass(frozen=True, slots=True)
class SendResult:
    """``reason`` is a sentence for the operator; ``retry_after_seconds`` goes with RETRY.

    ``reference`` is what the platform calls the message (for recalling it, for asking after a
    task), ``update_code`` the one-use code by which its card can be changed later.
    """

    outcome: Outcome
    reason: str = ""
    errcode: int = 0
    retry_after_seconds: float | None = None
    pauses: Pause = Pause.ROW
    reference: str = ""
    update_code: str = ""


class Login(Protocol):
    """Channels that can tell who is visiting a page of ours."""

    def address(self, return_to: str, state: str) -> str:
        """Where to send the visitor. He comes back to ``return_to`` with ``code`` and ``state``.

        ``state`` is 1 to 128 letters and digits; ValueError otherwise.
        """
        ...

    async def visitor(self, code: str) -> UserId:
        """Who brought ``code``.

        Raises CodeUsedUp when it is used or too old, PersonUnreachable when he is nobody whom the
        channel knows, other PlatformErrors and TransportError.
        """
        ...


class Sender(Protocol):
    """The outbound half of a channel."""

    @property
    def key(self) -> ChannelKey: ...

    @property
    def capabilities(self) -> Capabilities: ...

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Make one attempt. Never raises for what the platform or the network does."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


@dataclass(frozen=True, slots=True)
class ChatMember:
    """Someone in a chat, as far as the platform tells.

    ``source`` is the state of the join way he came by; ``name`` and ``union_id`` may be empty.
    """

    user_id: UserId
    joined_at: datetime | None = None
    source: str = ""
    name: str = ""
    union_id: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as its platform shows it now. ``version`` names this state of the member list."""

    members: tuple[ChatMember, ...]
    name: str = ""
    owner: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform tells about a person; ``name`` is empty when it does not tell one."""

    name: str = ""
    union_id: str = ""


class Directory(Protocol):
    """Channels that know who is in a group and what people are called."""

    async def read_chat(self, chat_id: str) -> Chat:
        """The chat and everyone in it now. Raises PlatformError or TransportError."""
        ...

    async def read_profile(self, user_id: UserId) -> Profile:
        """The person. Raises PlatformError or TransportError for what may pass."""
        ...


@dataclass(frozen=True, slots=True)
class Tie:
    """A customer is a friend of an employee. ``tags`` are the company tags between the two."""

    user_id: UserId
    employee: UserId
    since: datetime
    source: str = ""
    name: str = ""
    union_id: str = ""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """A way to join a group or to add an employee: its code's picture and what names it."""

    config_id: str
    picture_url: str


class Contacts(Protocol):
    """Channels that manage an employee's customers (客户联系)."""

    async def read_employees(self) -> tuple[UserId, ...]:
        """Everyone who may have customers and whom the app may see."""
        ...

    async def read_ties(self, employees: tuple[UserId, ...]) -> tuple[Tie, ...]:
        """All customers of ``employees``."""
        ...

    async def read_tie(self, user_id: UserId, employee: UserId) -> Tie | None:
        """One of them now; None when they are not friends."""
        ...

    async def make_group_way(self, chat_ids: tuple[str, ...], source: str, remark: str) -> Way:
        """A code that leads into the first chat with room; ``source`` comes back with who joins."""
        ...

    async def make_friend_way(self, employee: UserId, source: str, remark: str) -> Way:
        """A code that adds ``employee``; ``source`` comes back with who used it."""
        ...


class TaskState(StrEnum):
    """What became of a task that an employee had to confirm."""

    OPEN = "open"
    SENT = "sent"
    REFUSED = "refused"
    """The platform would not send it: the receiver is gone, or got another mass message."""
    CANCELLED = "cancelled"


class Tasks(Protocol):
    """Channels whose sends an employee confirms. All raise PlatformError or TransportError."""

    async def read_task(self, reference: str) -> TaskState:
        """How the task stands."""
        ...

    async def remind_of_task(self, reference: str) -> None:
        """Let the platform remind the employee; three times in a day at most."""
        ...

    async def cancel_task(self, reference: str) -> None:
        """Call the task off."""
        ...


@dataclass(frozen=True, slots=True)
class Pulled:
    """A page of what happened. ``cursor`` is where the next page begins.

    ``unsupported`` names what is genuine but of no use to us, one name each, to be counted.
    """

    events: tuple[Event, ...]
    cursor: str
    more: bool
    unsupported: tuple[str, ...] = ()


class Pull(Protocol):
    """Channels whose messages are fetched, not brought."""

    async def pull(self, cursor: str, ticket: str, received_at: datetime) -> Pulled:
        """What happened after ``cursor``. Raises PlatformError or TransportError."""
        ...


Take = Callable[[Receipt], Awaitable[None]]
"""Stores what came in; returns when it is durable. Raises StoreError."""


class Listener(Protocol):
    """Channels that hold a connection open and are told through it."""

    async def listen(self, take: Take) -> None:
        """Connect, stay connected, hand over what comes. Returns only when cancelled."""
        ...

    @property
    def trouble(self) -> str:
        """Why nothing is heard at the moment, as a sentence; empty when all is well."""
        ...


class MediaSource(Protocol):
    """Channels that can fetch the media people send."""

    async def read_media(self, media: MediaRef) -> bytes:
        """The decrypted file. Raises PlatformError, TransportError, or BadPayload."""
        ...
