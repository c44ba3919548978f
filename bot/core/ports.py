"""The sockets of the house: what a channel must offer, whatever platform it speaks to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.core.events import Receipt
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import Message, Outgoing, TargetKind


class Hears(StrEnum):
    """Which group text a channel is given by its platform."""

    NOTHING = "nothing"
    MENTIONS = "mentions"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``limit`` sends in any ``seconds``, over the channel or for each target alone."""

    limit: int
    seconds: int
    per_target: bool


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do, as data. Features ask this table, never the channel's name.

    ``pushes_to`` lists the kinds of target that can be addressed unasked. To those of
    ``repeat_is_safe_to`` the platform drops a second send of the same content, so that an attempt
    which ended in silence may be tried again. Byte limits are of the UTF-8 text; 0 means: cannot.
    """

    hears_in_groups: Hears
    sees_members: bool
    answers_in_request: bool
    answers_later: bool
    pushes_to: frozenset[TargetKind]
    repeat_is_safe_to: frozenset[TargetKind]
    cards_in_answers: bool
    mentions: bool
    text_bytes: int
    markdown_bytes: int
    rates: tuple[Rate, ...]


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
        """Answer the platform's check of our address (GET) with the decrypted echo.

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
    RETRY = "retry"
    """It surely had no effect and may work later."""
    DEAD = "dead"
    """It surely had no effect and never will."""
    UNKNOWN = "unknown"
    """It ended in silence: it may have been shown."""


@dataclass(frozen=True, slots=True)
class SendResult:
    """``reason`` is a sentence for the operator; ``retry_after_seconds`` goes with RETRY."""

    outcome: Outcome
    reason: str = ""
    errcode: int = 0
    retry_after_seconds: float | None = None


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


class Directory(Protocol):
    """Channels that know who is in a group and what people are called."""

    async def read_group_members(self, chat_id: str) -> tuple[UserId, ...]:
        """Everyone in the chat now. Raises PlatformError or TransportError."""
        ...

    async def read_name(self, user_id: UserId) -> str:
        """The person's display name, empty when the platform does not tell one.

        Raises PlatformError or TransportError for what may pass.
        """
        ...
