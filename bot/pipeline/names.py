"""What people are called: asked of the platform when they are first met, and kept.

Callbacks carry user ids only. A name is worth a moment's wait, so that the first answer greets
the person by it; when the platform is slow or does not tell, the user id has to do.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot.core.errors import PlatformError, TransportError
from bot.core.ids import ChannelKey, GroupKey, UserId
from bot.core.ports import Directory
from bot.members.people import Standing
from bot.members.roster import Roster
from bot.pipeline.dispatch import realm_of
from bot.settings.settings import HasSettings

WAIT_SECONDS = 1.0
"""Longest wait for a name before an event is handled without it."""

NAMES_AT_ONCE = 20
"""Names read in one look at a group; the platform tells them one by one."""


class Names:
    """Asks the directories of the configured companies."""

    def __init__(
        self, *, directories: Mapping[ChannelKey, Directory], roster: Roster, live: HasSettings
    ) -> None:
        self._directories = directories
        self._roster = roster
        self._live = live
        self._asking: dict[tuple[str, UserId], asyncio.Task[str]] = {}
        self._log = structlog.get_logger("names")

    async def introduce(self, realm: str, standing: Standing) -> Standing:
        """``standing`` with the person's name, if the platform tells it in time.

        Each person is asked for once in the life of the program, however many of his messages come
        at once; later the group's member list brings what was missing.
        """
        if standing.named:
            return standing
        try:
            name = await asyncio.wait_for(
                asyncio.shield(self._ask(realm, standing.user_id)), WAIT_SECONDS
            )
        except TimeoutError:
            return standing
        return replace(standing, name=name, named=True) if name else standing

    async def learn_missing(self, realm: str, group_key: GroupKey) -> None:
        """Ask for some of the names in the group that are not known, those not asked for first."""
        nameless = await self._roster.read_nameless(realm, group_key)
        fresh = [user_id for user_id in nameless if (realm, user_id) not in self._asking]
        if not fresh:  # everybody was asked for: begin anew, with this look's share
            for user_id in nameless:
                self._asking.pop((realm, user_id), None)
        for user_id in (fresh or nameless)[:NAMES_AT_ONCE]:
            await self._ask(realm, user_id)

    def _ask(self, realm: str, user_id: UserId) -> asyncio.Task[str]:
        """The question for one person: asked at the first call, the same answer later."""
        who = (realm, user_id)
        if who not in self._asking:
            self._asking[who] = asyncio.create_task(self._learn(realm, user_id))
        return self._asking[who]

    async def _learn(self, realm: str, user_id: UserId) -> str:
        directory = self._directory(realm)
        if directory is None:
            return ""
        try:
            name = await directory.read_name(user_id)
        except (PlatformError, TransportError) as error:
            self._log.warning("name not read", user_id=user_id, reason=error.message)
            return ""
        if name:
            await self._roster.name(realm, {user_id: name})
        return name

    def _directory(self, realm: str) -> Directory | None:
        settings = self._live.current
        return next(
            (
                directory
                for key, directory in self._directories.items()
                if realm_of(settings, key) == realm
            ),
            None,
        )
