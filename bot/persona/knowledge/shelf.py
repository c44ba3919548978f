"""The base of a configuration: built once, beside the event loop, and again when something changes.

Comparing what is in force with what it was built of costs nothing while it is the same object.
"""

import asyncio
from collections.abc import Iterable

from bot.persona.knowledge.base import Entry, KnowledgeBase
from bot.settings.schema.knowledge import KnowledgeSettings
from bot.settings.settings import KnowledgeItem, Settings

Entries = tuple[Entry, ...]


class Shelf:
    """Holds the knowledge base that is in force."""

    def __init__(self) -> None:
        self._building = asyncio.Lock()
        self._made_of: tuple[tuple[KnowledgeItem, ...], KnowledgeSettings, Entries] | None = None
        self._base = KnowledgeBase(())

    async def base(self, settings: Settings, learned: Entries = ()) -> KnowledgeBase:
        """The base of the files of ``settings`` and of what was learned beside them.

        Of two with the same key the item of the files counts.
        """
        parts = (settings.knowledge, settings.persona.knowledge, learned)
        async with self._building:
            if self._made_of != parts:
                self._base = await asyncio.to_thread(build, *parts)
                self._made_of = parts
            return self._base


def build(
    items: Iterable[KnowledgeItem], settings: KnowledgeSettings, learned: Iterable[Entry] = ()
) -> KnowledgeBase:
    """The base of these items and of what was learned beside them."""
    entries = {entry.key: entry for entry in learned} | {item.key: entry_of(item) for item in items}
    return KnowledgeBase(entries.values(), settings)


def entry_of(item: KnowledgeItem) -> Entry:
    """An item of the files as an entry."""
    front = item.front
    return Entry(item.key, front.question, front.also, item.answer, front.source)
