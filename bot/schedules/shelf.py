"""What may be posted: the library, what members wrote and operators adopted, campaigns' posts.

The mix chooses among the everyday items only; a campaign's posts have slots of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from bot.schedules.campaign_days import campaign_items
from bot.settings.settings import ContentItem, Settings


class Adopted(Protocol):
    """Where adopted items come from (``members.submissions``)."""

    async def adopted(self) -> tuple[ContentItem, ...]:
        """The items; the same tuple as long as nothing has changed."""
        ...


class NothingAdopted:
    """For whoever looks at the files alone."""

    async def adopted(self) -> tuple[ContentItem, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True)
class Shelf:
    """All items that may be posted under ``settings``."""

    everyday: tuple[ContentItem, ...]
    of_campaigns: tuple[ContentItem, ...] = ()

    @cached_property
    def _by_key(self) -> Mapping[str, ContentItem]:
        return {item.key: item for item in (*self.everyday, *self.of_campaigns)}

    @cached_property
    def asks_approval(self) -> bool:
        """Whether some item names people who must approve it."""
        return any(item.front.approval for item in (*self.everyday, *self.of_campaigns))

    def find(self, key: str) -> ContentItem | None:
        """The item with this key."""
        return self._by_key.get(key)


def shelf_of(settings: Settings, adopted: Sequence[ContentItem] = ()) -> Shelf:
    """The shelf of ``settings`` with what was adopted."""
    return Shelf((*settings.content, *adopted), campaign_items(settings))
