"""The company's tag library 企业标签库, by name: whoever needs a tag that is not there makes it.

The platform marks with ids, we speak in names. The library is read rarely, and always before a tag
is made, so that one which somebody made by hand is found; one task at a time reads and makes.

Source: developer.work.weixin.qq.com/document/path/92563.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.channels.api import PlatformApi
from bot.channels.contact_reading import needed, part, parts, words
from bot.channels.http import garbled
from bot.core.clock import Clock

LIBRARY_SECONDS: Final = 600
"""How long the library is believed without a look: a tag that was renamed by hand meanwhile would
be put on somebody under its new name."""


class TagLibrary:
    """Names and ids of the company's tags. New tags go into the group called ``group_name``."""

    def __init__(self, api: PlatformApi, group_name: str, clock: Clock) -> None:
        self._api = api
        self._group_name = group_name
        self._clock = clock
        self._lock = asyncio.Lock()
        self._group_id = ""
        self._ids: dict[str, list[str]] = {}
        self._good_until: datetime | None = None

    async def ids_to_add(self, names: Sequence[str]) -> list[str]:
        """An id for each name, of a tag in our group if there is one; what is missing is made.

        Raises PlatformError or TransportError; asking again is safe.
        """
        async with self._lock:
            await self._look_for(names)
            if missing := self._missing(names):
                await self._make(missing)
            if self._missing(names):
                raise garbled("externalcontact/add_corp_tag")
            return [self._ids[name][0] for name in names]

    async def ids_to_remove(self, names: Sequence[str]) -> list[str]:
        """The ids of all tags of these names. Raises PlatformError or TransportError."""
        async with self._lock:
            await self._look_for(names)
            return [tag_id for name in names for tag_id in self._ids.get(name, ())]

    async def read_names(self) -> dict[str, str]:
        """The names of all tags by id, as they are now. Raises PlatformError or TransportError."""
        async with self._lock:
            await self._read()
            return {tag_id: name for name, ids in self._ids.items() for tag_id in ids}

    def forget(self) -> None:
        """Look again before the next use: the platform does not know one of the ids."""
        self._good_until = None

    async def _look_for(self, names: Sequence[str]) -> None:
        old = self._good_until is None or self._clock.now() >= self._good_until
        if names and (old or self._missing(names)):
            await self._read()

    def _missing(self, names: Sequence[str]) -> list[str]:
        return [name for name in dict.fromkeys(names) if name not in self._ids]

    async def _read(self) -> None:
        answer = await self._api.post("externalcontact/get_corp_tag_list", json={})
        groups = [group for group in parts(answer, "tag_group") if not group.get("deleted")]
        groups.sort(key=lambda group: words(group, "group_name") != self._group_name)
        ids: dict[str, list[str]] = defaultdict(list)
        for group in groups:
            for tag in parts(group, "tag"):
                if not tag.get("deleted"):
                    ids[needed(tag, "name")].append(needed(tag, "id"))
        own = bool(groups) and words(groups[0], "group_name") == self._group_name
        self._group_id = needed(groups[0], "group_id") if own else ""
        self._ids = dict(ids)
        self._good_until = self._clock.now() + timedelta(seconds=LIBRARY_SECONDS)

    async def _make(self, names: list[str]) -> None:
        group = {"group_id": self._group_id} if self._group_id else {"group_name": self._group_name}
        body = {**group, "tag": [{"name": name} for name in names]}
        answer = await self._api.post("externalcontact/add_corp_tag", json=body)
        made = part(answer, "tag_group")
        self._group_id = needed(made, "group_id")
        for tag in parts(made, "tag"):
            self._ids.setdefault(needed(tag, "name"), [needed(tag, "id")])
