"""Who is in which group: stays that begin and end, and are never deleted.

The platform loses and reorders member events, so the roster believes three sources: events of
joining and leaving, members who speak, and the member list that is read from time to time.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.core.ids import GroupKey, MemberId, UserId
from bot.core.messages import Outgoing
from bot.core.ports import Chat, Profile
from bot.core.text import fold
from bot.members.appointments import apply_appointments
from bot.members.lane import Sighting, identify, sight
from bot.members.models import GroupRow, MembershipRow
from bot.members.people import PersonRef, Standing
from bot.members.profiles import Learned, apply_profiles
from bot.members.reconciliation import Known
from bot.members.spans import Change, SpanTable, begin, date, end, find
from bot.outbox.enqueue import enqueue
from bot.settings.settings import Settings
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import from_micros, maybe_instant, to_micros

STAYS: Final = SpanTable("membership", ("group_key",), began="joined_at", ended="left_at")


class MoveKind(StrEnum):
    """What can happen to a stay."""

    JOINED = "joined"
    LEFT = "left"
    FOUND = "found"
    """He was there when the group's member list was read for the first time."""
    DATED = "dated"
    """The member list tells when the present stay began; whoever is only dated is no newcomer."""


@dataclass(frozen=True, slots=True)
class Move:
    """``person`` joined or left ``group_key``, or was found there, at ``at``.

    ``source`` is the way by which he came, empty when it is not told.
    """

    kind: MoveKind
    person: PersonRef
    group_key: GroupKey
    at: datetime
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was noted when a group's member list was read; ``synced_at`` is the first time."""

    synced_at: datetime | None = None
    name: str = ""
    owner: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """``changed`` is False for a repeat: he was in, or out, already."""

    member_id: MemberId
    changed: bool


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Someone who joined and was not welcomed yet; ``returning`` when he was there before."""

    stay_id: int
    member_id: MemberId
    user_id: UserId
    joined_at: datetime
    returning: bool


class Roster:
    """The roster of all groups."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._moves = store.lane("roster", apply_moves)
        self._appointments = store.lane("appointments", apply_appointments)
        self._profiles = store.lane("profiles", apply_profiles)
        self._sightings = store.lane("sightings", sight)

    async def move(self, move: Move) -> Moved:
        """Write that someone joined or left; a repeat changes nothing."""
        return await self._moves.submit(move)

    async def move_all(self, moves: Iterable[Move]) -> None:
        """Write ``moves`` in their order."""
        await asyncio.gather(*[self._moves.submit(move) for move in moves])

    async def appoint(self, settings: Settings, now: datetime) -> None:
        """Store the roles that bot.yaml gives: exactly these, whatever they were before."""
        await self._appointments.submit((settings, now))

    async def read_stays(self, realm: str, group_key: GroupKey) -> dict[UserId, Known]:
        """The last stay of everyone who ever was in the group, as far as we know."""
        rows = await self._store.read(
            "SELECT i.user_id, s.joined_at, s.left_at, s.source FROM membership AS s"
            " JOIN identity AS i ON i.member_id = s.member_id AND i.realm = ?"
            " WHERE s.group_key = ? ORDER BY s.left_at IS NULL, s.left_at, s.id",
            [realm, group_key],
        )
        return {
            UserId(row["user_id"]): Known(
                began_at=maybe_instant(row["joined_at"]),
                ended_at=maybe_instant(row["left_at"]),
                source=row["source"],
            )
            for row in rows
        }

    async def read_nameless(self, realm: str, group_key: GroupKey) -> tuple[UserId, ...]:
        """Those in the group whose name was not read yet."""
        rows = await self._store.read(
            "SELECT i.user_id FROM membership AS s JOIN member AS m ON m.id = s.member_id"
            " JOIN identity AS i ON i.member_id = s.member_id AND i.realm = ?"
            " WHERE s.group_key = ? AND s.left_at IS NULL AND m.name = ''",
            [realm, group_key],
        )
        return tuple(UserId(row["user_id"]) for row in rows)

    async def learn(self, realm: str, profiles: Mapping[UserId, Profile], now: datetime) -> None:
        """Keep what the platform tells about people; those never seen become members."""
        await self._profiles.submit(Learned(realm, profiles, now))

    async def see(self, person: PersonRef, group_key: GroupKey | None, now: datetime) -> Standing:
        """How someone stands towards a group now; with None towards the first he is in."""
        return await self._sightings.submit(Sighting(person, group_key, present=False, at=now))

    async def find(self, person: PersonRef) -> MemberId | None:
        """The member behind a platform's id, if we ever saw him."""
        rows = await self._store.read(
            "SELECT member_id FROM identity WHERE realm = ? AND user_id = ?",
            [person.realm, person.user_id],
        )
        return MemberId(rows[0]["member_id"]) if rows else None

    async def find_by_name(self, group_key: GroupKey, name: str) -> tuple[MemberId, ...]:
        """Everyone present in the group with this display name or user id, however it is typed."""
        rows = await self._store.read(
            "SELECT m.id, m.name, i.user_id FROM membership AS s"
            " JOIN member AS m ON m.id = s.member_id JOIN identity AS i ON i.member_id = m.id"
            " WHERE s.group_key = ? AND s.left_at IS NULL ORDER BY m.id",
            [group_key],
        )
        wanted = fold(name)
        found = [row["id"] for row in rows if wanted in (fold(row["name"]), fold(row["user_id"]))]
        return tuple(MemberId(member_id) for member_id in dict.fromkeys(found))

    async def read_members(self, group_key: GroupKey) -> tuple[MemberId, ...]:
        """Everyone who is in the group now."""
        rows = await self._store.read(
            "SELECT member_id FROM membership WHERE group_key = ? AND left_at IS NULL",
            [group_key],
        )
        return tuple(MemberId(row["member_id"]) for row in rows)

    async def read_groups(self, member_id: MemberId) -> tuple[GroupKey, ...]:
        """The groups that the member is in now, the one he has been in longest first."""
        rows = await self._store.read(
            "SELECT group_key FROM membership WHERE member_id = ? AND left_at IS NULL ORDER BY id",
            [member_id],
        )
        return tuple(GroupKey(row["group_key"]) for row in rows)

    async def read_name(self, member_id: MemberId) -> str:
        """What to call a member: his name, else his user id."""
        rows = await self._store.read(
            "SELECT m.name, i.user_id FROM member AS m JOIN identity AS i ON i.member_id = m.id"
            " WHERE m.id = ? LIMIT 1",
            [member_id],
        )
        return (rows[0]["name"] or rows[0]["user_id"]) if rows else ""

    async def read_other_names(self, group_key: GroupKey, member_id: MemberId) -> frozenset[str]:
        """What everybody in the group but ``member_id`` is called."""
        rows = await self._store.read(
            "SELECT m.name FROM membership AS s JOIN member AS m ON m.id = s.member_id"
            " WHERE s.group_key = ? AND s.left_at IS NULL AND m.id <> ? AND m.name <> ''",
            [group_key, member_id],
        )
        return frozenset(row["name"] for row in rows)

    async def read_user_id(self, realm: str, member_id: MemberId) -> UserId | None:
        """The platform's id of a member."""
        rows = await self._store.read(
            "SELECT user_id FROM identity WHERE realm = ? AND member_id = ?", [realm, member_id]
        )
        return UserId(rows[0]["user_id"]) if rows else None

    async def read_newcomers(self, realm: str, group_key: GroupKey) -> tuple[Newcomer, ...]:
        """Those who joined and were not welcomed yet, the first one first."""
        rows = await self._store.read(
            "SELECT s.id, s.member_id, s.joined_at, i.user_id, EXISTS (SELECT 1"
            " FROM membership AS e WHERE e.group_key = s.group_key"
            " AND e.member_id = s.member_id AND e.id < s.id) AS returning_member"
            " FROM membership AS s JOIN identity AS i ON i.member_id = s.member_id AND i.realm = ?"
            " WHERE s.group_key = ? AND s.welcomed_at IS NULL AND s.left_at IS NULL"
            " AND s.joined_at IS NOT NULL ORDER BY s.joined_at, s.id",
            [realm, group_key],
        )
        return tuple(
            Newcomer(
                stay_id=row["id"],
                member_id=MemberId(row["member_id"]),
                user_id=UserId(row["user_id"]),
                joined_at=from_micros(row["joined_at"]),
                returning=bool(row["returning_member"]),
            )
            for row in rows
        )

    async def welcome(
        self, stay_ids: Iterable[int], outgoings: Sequence[Outgoing], now: datetime
    ) -> None:
        """Enqueue the welcome and note who got it, in one transaction.

        Nothing is written when another process has greeted one of them meanwhile: the next look
        sees who is left.
        """
        stays = list(stay_ids)

        async def write() -> None:
            fresh = MembershipRow.filter(id__in=stays, welcomed_at__isnull=True)
            if await fresh.count() == len(stays):
                await fresh.update(welcomed_at=now)
                await enqueue(outgoings, now=now)

        await self._store.transaction(write)

    async def read_reading(self, group_key: GroupKey) -> Reading:
        """What was noted when the group's member list was read."""
        row = await GroupRow.get_or_none(key=group_key)
        if row is None:
            return Reading()
        return Reading(row.synced_at, row.name, row.owner, row.version)

    async def read_owner(self, group_key: GroupKey) -> UserId:
        """Who owns the group's chat on the platform; empty when it does not tell."""
        return UserId((await self.read_reading(group_key)).owner)

    async def mark_synced(
        self, group_key: GroupKey, now: datetime, chat: Chat | None = None
    ) -> None:
        """Note that the group's member list was read, and what ``chat`` tells of the group."""
        before = await self.read_reading(group_key)
        after = replace(before, synced_at=before.synced_at or now)
        if chat is not None:
            after = replace(after, name=chat.name, owner=chat.owner, version=chat.version)

        async def write() -> None:
            await GroupRow.update_or_create(key=group_key, defaults=asdict(after))

        if after != before:
            await self._store.transaction(write)

    async def is_paused(self, group_key: GroupKey) -> bool:
        """Whether an owner paused scheduled posts in the group."""
        row = await GroupRow.get_or_none(key=group_key)
        return row is not None and row.paused_at is not None

    async def pause(self, group_key: GroupKey, paused_at: datetime | None) -> bool:
        """Pause (an instant) or resume (None) scheduled posts; False when it was so already."""
        changed = (await self.is_paused(group_key)) != (paused_at is not None)

        async def write() -> None:
            await GroupRow.update_or_create(key=group_key, defaults={"paused_at": paused_at})

        if changed:
            await self._store.transaction(write)
        return changed


def apply_moves(connection: Connection, moves: Sequence[Move]) -> list[Moved]:
    """The roster lane."""
    ids = identify(connection, [(move.person, move.at) for move in moves])
    return [_apply_move(connection, move, ids[move.person]) for move in moves]


def _apply_move(connection: Connection, move: Move, member_id: MemberId) -> Moved:
    whose = (move.group_key, member_id)
    change: Change | None
    match move.kind:
        case MoveKind.JOINED:
            change = begin(connection, STAYS, whose, move.at, move.source)
        case MoveKind.LEFT:
            change = end(connection, STAYS, whose, move.at)
        case MoveKind.FOUND:
            change = find(connection, STAYS, whose, move.source)
        case MoveKind.DATED:
            connection.execute(
                "UPDATE membership SET welcomed_at = ? WHERE group_key = ? AND member_id = ?"
                " AND joined_at IS NULL AND welcomed_at IS NULL",
                (to_micros(move.at), *whose),
            )
            change = date(connection, STAYS, whose, move.at)
    return Moved(member_id, changed=change is not None and change.changed)
