"""Codes to scan, one for each member and place: whoever comes by it brings the member's code along.

The platform tells the source of each way back with the person, and does not list ways again, so
each is made once and kept. A crash between the platform's answer and our row makes a second way,
which is as good as the first and merely forgotten.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.core.ids import ChannelKey, UserId
from bot.core.ports import Contacts, Way
from bot.settings.schema.bot import Group
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import to_micros
from bot.store.sql import over

_KEEP: Final = over(
    "source text, place text, config_id text, picture_url text, made_at int",
    "INSERT INTO entry_way (source, place, config_id, picture_url, made_at)"
    " SELECT source, place, config_id, picture_url, made_at FROM rows WHERE true"
    " ON CONFLICT DO NOTHING",
)

_KEPT: Final = over(
    "source text, place text",
    "SELECT number, w.config_id, w.picture_url FROM rows CROSS JOIN entry_way AS w"
    " ON w.source = rows.source AND w.place = rows.place ORDER BY number",
)


@dataclass(frozen=True, slots=True)
class Made:
    """A way that was made at ``at``; ``source`` comes back with whoever uses it."""

    source: str
    place: str
    way: Way
    at: datetime


class Ways:
    """All entry ways."""

    def __init__(self, store: Store, contacts: Mapping[ChannelKey, Contacts]) -> None:
        self._store = store
        self._contacts = contacts
        self._keep = store.lane("entry ways", keep_ways)
        self._making: dict[tuple[str, str], asyncio.Task[Way]] = {}

    def leads_into(self, group: Group) -> bool:
        """Whether codes for the group can be made."""
        return ChannelKey(group.roster.channel) in self._contacts

    async def group_way(self, source: str, group: Group, now: datetime) -> Way:
        """The code that leads into ``group``, for which ``leads_into`` holds.

        Raises PlatformError or TransportError when it is not made yet and cannot be.
        """
        channel, chat_id = ChannelKey(group.roster.channel), group.roster.chat_id
        contacts = self._contacts[channel]
        return await self._give(
            source,
            f"{channel}/chat/{chat_id}",
            lambda: contacts.make_group_way((chat_id,), source, _remark(source)),
            now,
        )

    async def friend_way(
        self, source: str, channel: ChannelKey, employee: UserId, now: datetime
    ) -> Way:
        """The code that adds ``employee``, by a ``channel`` that manages customers.

        Raises PlatformError or TransportError when it is not made yet and cannot be.
        """
        contacts = self._contacts[channel]
        return await self._give(
            source,
            f"{channel}/employee/{employee}",
            lambda: contacts.make_friend_way(employee, source, _remark(source)),
            now,
        )

    async def _give(
        self, source: str, place: str, make: Callable[[], Awaitable[Way]], now: datetime
    ) -> Way:
        """The stored way, else a new one; who asks while it is being made waits for the same."""
        stored = await self._read(source, place)
        if stored is not None:
            return stored
        which = (source, place)
        if which not in self._making:
            task = asyncio.create_task(self._make(source, place, make, now))
            self._making[which] = task
            task.add_done_callback(lambda _: self._making.pop(which))
        return await asyncio.shield(self._making[which])

    async def _make(
        self, source: str, place: str, make: Callable[[], Awaitable[Way]], now: datetime
    ) -> Way:
        return await self._keep.submit(Made(source, place, await make(), now))

    async def _read(self, source: str, place: str) -> Way | None:
        rows = await self._store.read(
            "SELECT config_id, picture_url FROM entry_way WHERE source = ? AND place = ?",
            [source, place],
        )
        return Way(rows[0]["config_id"], rows[0]["picture_url"]) if rows else None


def keep_ways(connection: Connection, items: Sequence[Made]) -> list[Way]:
    """The lane of ways: the first of each source and place stays; what is kept."""
    connection.write(
        _KEEP,
        [
            (made.source, made.place, made.way.config_id, made.way.picture_url, to_micros(made.at))
            for made in items
        ],
    )
    kept = connection.read(_KEPT, [(made.source, made.place) for made in items])
    return [Way(row["config_id"], row["picture_url"]) for row in kept]


def _remark(source: str) -> str:
    """What the company's console shows beside the way."""
    return f"invite {source}"
