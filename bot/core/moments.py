"""What a channel must offer that gives employees moments 朋友圈 to confirm, and what it tells."""

from dataclasses import dataclass
from typing import Protocol

from bot.core.ids import UserId


@dataclass(frozen=True, slots=True)
class Making:
    """The platform still prepares a moment 朋友圈."""


@dataclass(frozen=True, slots=True)
class Made:
    """A moment waits for its employees; ``moment_id`` asks after it from now on.

    ``strangers`` are those of them whom the platform does not know or the app may not see.
    """

    moment_id: str
    strangers: tuple[UserId, ...] = ()


@dataclass(frozen=True, slots=True)
class NotMade:
    """The platform will show nothing; ``reason`` is a sentence for the operator."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reactions:
    """What customers did with a moment, as far as the platform tells."""

    likes: int = 0
    comments: int = 0


class Moments(Protocol):
    """Channels that give employees moments to confirm. All raise PlatformError, TransportError."""

    async def read_job(self, job: str) -> Making | Made | NotMade:
        """What became of a send; ``job`` is its reference, good for 24 hours."""
        ...

    async def read_publishers(self, moment_id: str) -> dict[UserId, bool]:
        """Every employee whose moment it is, and whether he has published it."""
        ...

    async def read_reactions(self, moment_id: str, employee: UserId) -> Reactions:
        """Likes and comments under the moment of one who has published it."""
        ...

    async def cancel_moment(self, moment_id: str) -> None:
        """Call it off for those who have not published it yet."""
        ...
