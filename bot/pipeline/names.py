"""Who people are: asked of the platform when they are first met, and kept.

Callbacks carry user ids only. A name is worth a moment's wait, so that the first answer greets
the person by it; when the platform is slow or does not tell, the user id has to do. A union id
that comes along may show that we know the person already.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.core.clock import Clock
from bot.core.errors import PlatformError, TransportError
from bot.core.ids import ChannelKey, GroupKey, MemberId, UserId
from bot.core.ports import Directory, Profile
from bot.members.people import PersonRef, Standing
from bot.members.roster import Roster
from bot.pipeline.dispatch import realm_of
from bot.pipeline.linking import Linking
from bot.settings.settings import HasSettings

WAIT_SECONDS = 1.0
"""Longest wait for a name before an event is handled without it."""

NAMES_AT_ONCE = 20
"""Names read in one look at a group; the platform tells them one by one."""

KEPT_AT_ONCE = 500
"""Profiles kept in one write, so that other writers get their turn."""


@dataclass(frozen=True, slots=True)
class Met:
    """What was learnt about a person, and which member he turned out to be."""

    name: str
    member_id: MemberId | None


class Names:
    """Asks the directories of the configured companies and accounts."""

    def __init__(
        self,
        *,
        directories: Mapping[ChannelKey, Directory],
        roster: Roster,
        linking: Linking,
        live: HasSettings,
        clock: Clock,
    ) -> None:
        self._directories = directories
        self._roster = roster
        self._linking = linking
        self._live = live
        self._clock = clock
        self._asking: dict[tuple[str, UserId], asyncio.Task[Met]] = {}
        self._log = structlog.get_logger("names")

    async def introduce(self, realm: str, standing: Standing) -> Standing:
        """``standing`` with the person's name, if the platform tells it in time.

        Each person is asked for once in the life of the program, however many of his messages come
        at once; later the group's member list brings what was missing. Whoever turns out to be a
        member known from elsewhere stands as that one.
        """
        if standing.named:
            return standing
        try:
            met = await asyncio.wait_for(
                asyncio.shield(self._ask(realm, standing.user_id)), WAIT_SECONDS
            )
        except TimeoutError:
            return standing
        if met.member_id not in (None, standing.member_id):
            person = PersonRef(realm, standing.user_id)
            standing = await self._roster.see(person, standing.group_key, self._clock.now())
        return replace(standing, name=met.name, named=True) if met.name else standing

    async def learn_missing(self, realm: str, group_key: GroupKey) -> None:
        """Ask for some of the names in the group that are not known, those not asked for first."""
        nameless = await self._roster.read_nameless(realm, group_key)
        fresh = [user_id for user_id in nameless if (realm, user_id) not in self._asking]
        if not fresh:  # everybody was asked for: begin anew, with this look's share
            for user_id in nameless:
                self._asking.pop((realm, user_id), None)
        for user_id in (fresh or nameless)[:NAMES_AT_ONCE]:
            await self._ask(realm, user_id)

    async def keep(self, realm: str, profiles: Mapping[UserId, Profile], now: datetime) -> None:
        """Keep what the platform told; those never seen become members. Links who is the same."""
        told = [(user, profile) for user, profile in profiles.items() if profile != Profile()]
        for start in range(0, len(told), KEPT_AT_ONCE):
            await self._roster.learn(realm, dict(told[start : start + KEPT_AT_ONCE]), now)
        union_ids = {profile.union_id for _, profile in told if profile.union_id}
        if union_ids:
            await self._linking.link(union_ids)

    def _ask(self, realm: str, user_id: UserId) -> asyncio.Task[Met]:
        """The question for one person: asked at the first call, the same answer later."""
        who = (realm, user_id)
        if who not in self._asking:
            self._asking[who] = asyncio.create_task(self._learn(realm, user_id))
        return self._asking[who]

    async def _learn(self, realm: str, user_id: UserId) -> Met:
        profile = await self._read(realm, user_id)
        await self.keep(realm, {user_id: profile}, self._clock.now())
        return Met(profile.name, await self._roster.find(PersonRef(realm, user_id)))

    async def _read(self, realm: str, user_id: UserId) -> Profile:
        """What the realm's channels tell: a company's app knows employees, others its customers."""
        profile = Profile()
        for directory in self._directories_of(realm):
            try:
                told = await directory.read_profile(user_id)
            except (PlatformError, TransportError) as error:
                self._log.warning("profile not read", user_id=user_id, reason=error.message)
                continue
            profile = Profile(profile.name or told.name, profile.union_id or told.union_id)
            if profile.name:
                break
        return profile

    def _directories_of(self, realm: str) -> Iterator[Directory]:
        settings = self._live.current
        for key, directory in self._directories.items():
            if realm_of(settings, key) == realm:
                yield directory
