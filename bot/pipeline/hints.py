"""Where callbacks told to look again: kept in memory until the job that looks takes them.

A hint that a crash loses costs time and nothing else: whoever looks also looks from time to time.
"""

from collections.abc import Iterable
from enum import Enum, auto

from bot.core.events import Hint
from bot.core.ids import ChannelKey


class Topic(Enum):
    """What there may be to see; each is looked at by a job of its own."""

    MESSAGES = auto()
    CHATS = auto()
    TIES = auto()


class Hints:
    """The hints of all channels, by topic. One that names nothing is about everything."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[ChannelKey, Topic], dict[Hint, None]] = {}

    def tell(self, hints: Iterable[Hint]) -> None:
        """Keep ``hints``; the same one twice is one."""
        for hint in hints:
            for topic in _topics_of(hint):
                self._waiting.setdefault((hint.channel, topic), {})[hint] = None

    def take(self, channel: ChannelKey, topic: Topic = Topic.MESSAGES) -> tuple[Hint, ...]:
        """What was told about ``channel`` since the last look, in the order of telling."""
        return tuple(self._waiting.pop((channel, topic), {}))

    def waiting(self, channel: ChannelKey, topic: Topic = Topic.MESSAGES) -> bool:
        """Whether something was told about ``channel``."""
        return (channel, topic) in self._waiting


def _topics_of(hint: Hint) -> tuple[Topic, ...]:
    if hint.chat_id:
        return (Topic.CHATS,)
    if hint.user_id:
        return (Topic.TIES,)
    return (Topic.MESSAGES,) if hint.ticket else tuple(Topic)
