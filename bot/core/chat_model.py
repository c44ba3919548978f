"""The socket for a language model: words in, words out, and no other power."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Speaker(StrEnum):
    """Whose words a message to a language model holds."""

    RULES = "system"
    PERSON = "user"
    BOT = "assistant"


@dataclass(frozen=True, slots=True)
class ModelMessage:
    """One message of a request to a language model."""

    speaker: Speaker
    text: str


class ModelTrouble(StrEnum):
    """Why a language model gave no answer."""

    SLOW = "slow"
    UNREACHABLE = "unreachable"
    BUSY = "busy"
    SETTINGS = "settings"
    """The key, the address or the model's name is wrong."""
    REFUSED = "refused"
    """It does not take this request; others may work."""
    BROKEN = "broken"
    GARBLED = "garbled"
    """Its answer is cut, too long, or not what the protocol promises."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a language model wrote: words, and nothing else. ``tokens`` None: it does not say."""

    text: str
    model: str
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class NoCompletion:
    """It wrote nothing that can be used; ``what`` says more for the log, without any secret."""

    trouble: ModelTrouble
    what: str


class ChatModel(Protocol):
    """A language model that continues a talk."""

    async def complete(
        self, messages: Sequence[ModelMessage], *, on_text: Callable[[str], None] | None = None
    ) -> Completion | NoCompletion:
        """Ask once. ``on_text`` gets the words as they come, piece by piece.

        Ends within the time that the settings allow, whatever the network does, and never raises
        for it. A caller that is cancelled takes the request with it.
        """
        ...
