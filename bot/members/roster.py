"""Who is in which group: stays that begin and end, and are never deleted.

The platform loses and reorders member events, so the roster believes three sources: events of
joining and leaving, members who speak, and the member list that is read from time to time.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.ids import GroupKey, MemberId, UserId
from bot.core.messages import Outgoing
from bot.core.text import fold
from bot.members.models import GroupRow, MemberRow, MembershipRow
from bot.members.people import PersonRef, Role
from bot.members.sqlite import identify
from bot.outbox.enqueue import enqueue
from bot.settings.settings import Settings
from bot.store.batch import write_batch
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros


class MoveKind(StrEnum):
    """What can happen to a stay."""

    JOINED = "joined"
    LEFT = "left"
    FOUND = "found"
    """He was there when the group's member list was read for the first time."""


@dataclass(frozen=True, slots=True)
class Move:
    """``person`` joined or left ``group_key``, or was found there, at ``at``."""

    kind: MoveKind
    person: PersonRef
    group_key: GroupKey
    at: datetime


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

    async def move(self, move: Move) -> Moved:
        """Write that someone joined or left; a repeat changes nothing."""
        return await self._moves.submit(move)

    async def appoint(self, settings: Settings, now: datetime) -> None:
        """Store the roles that bot.yaml gives: exactly these, whatever they were before."""
        await self._appointments.submit((settings, now))

    async def read_present(self, realm: str, group_key: GroupKey) -> frozenset[UserId]:
        """Everyone who is in the group now, as far as we know."""
        rows = await self._store.read(
            "SELECT i.user_id FROM membership AS s"
            " JOIN identity AS i ON i.member_id = s.member_id AND i.realm = ?"
            " WHERE s.group_key = ? AND s.left_at IS NULL",
            [realm, group_key],
        )
        return frozenset(UserId(row["user_id"]) for row in rows)

    async def read_nameless(self, realm: str, group_key: GroupKey) -> tuple[UserId, ...]:
        """Those in the group whose name was not read yet."""
        rows = await self._store.read(
            "SELECT i.user_id FROM membership AS s JOIN member AS m ON m.id = s.member_id"
            " JOIN identity AS i ON i.member_id = s.member_id AND i.realm = ?"
            " WHERE s.group_key = ? AND s.left_at IS NULL AND m.name = ''",
            [realm, group_key],
        )
        return tuple(UserId(row["user_id"]) for row in rows)

    async def name(self, realm: str, names: Mapping[UserId, str]) -> None:
        """Keep what people are called."""

        async def write() -> None:
            for user_id, name in names.items():
                member_id = await self.find(PersonRef(realm, user_id))
                if member_id is not None:
                    await MemberRow.filter(id=member_id).update(name=name)

        await self._store.transaction(write)

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

    async def read_name(self, member_id: MemberId) -> str:
        """What to call a member: his name, else his user id."""
        rows = await self._store.read(
            "SELECT m.name, i.user_id FROM member AS m JOIN identity AS i ON i.member_id = m.id"
            " WHERE m.id = ? LIMIT 1",
            [member_id],
        )
        return (rows[0]["name"] or rows[0]["user_id"]) if rows else ""

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
        """Enqueue the welcome and note who got it, in one transaction."""

        async def write() -> None:
            await MembershipRow.filter(id__in=list(stay_ids)).update(welcomed_at=now)
            await enqueue(outgoings, now=now)

        await self._store.transaction(write)

    async def is_synced(self, group_key: GroupKey) -> bool:
        """Whether the group's member list was ever read."""
        row = await GroupRow.get_or_none(key=group_key)
        return row is not None and row.synced_at is not None

    async def mark_synced(self, group_key: GroupKey, now: datetime) -> None:
        """Note that the group's member list was read."""

        async def write() -> None:
            await GroupRow.update_or_create(key=group_key, defaults={"synced_at": now})

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


def apply_moves(connection: sqlite3.Connection, moves: Sequence[Move]) -> list[Moved]:
    """The roster lane in SQLite's SQL."""
    ids = identify(connection, [(move.person, move.at) for move in moves])
    return [_apply_move(connection, move, ids[move.person]) for move in moves]


def _apply_move(connection: sqlite3.Connection, move: Move, member_id: MemberId) -> Moved:
    if move.kind is MoveKind.LEFT:
        cursor = connection.execute(
            "UPDATE membership SET left_at = ?"
            " WHERE group_key = ? AND member_id = ? AND left_at IS NULL"
            " AND coalesce(joined_at, 0) <= ?",
            (to_micros(move.at), move.group_key, member_id, to_micros(move.at)),
        )
    else:
        joined_at = to_micros(move.at) if move.kind is MoveKind.JOINED else None
        cursor = connection.execute(
            "INSERT INTO membership (group_key, member_id, joined_at) SELECT ?1, ?2, ?3"
            " WHERE NOT EXISTS (SELECT 1 FROM membership"
            " WHERE group_key = ?1 AND member_id = ?2 AND left_at IS NULL)",
            (move.group_key, member_id, joined_at),
        )
    return Moved(member_id, changed=cursor.rowcount > 0)


def apply_appointments(
    connection: sqlite3.Connection, items: Sequence[tuple[Settings, datetime]]
) -> list[None]:
    """The appointments lane in SQLite's SQL: the last settings win.

    Who is blocked follows the file as well; the instant of the first blocking stays.
    """
    settings, now = items[-1]
    roles: list[tuple[str, PersonRef, Role]] = []
    realms = {
        channel.corp_id
        for channel in settings.bot.channels.values()
        if channel.kind != "group_webhook"
    }
    for realm in realms:
        roles += [
            ("", PersonRef(realm, UserId(user)), Role.OPERATOR) for user in settings.bot.operators
        ]
        for group in settings.bot.groups:
            roles += [
                (group.key, PersonRef(realm, UserId(user)), Role.OWNER) for user in group.owners
            ]
    blocked = [PersonRef(realm, UserId(user)) for realm in realms for user in settings.bot.blocked]
    people = [person for _, person, _ in roles] + blocked
    ids = identify(connection, [(person, now) for person in people])
    connection.execute(
        "UPDATE member SET blocked_at = NULL WHERE blocked_at IS NOT NULL"
        " AND id NOT IN (SELECT value FROM json_each(?))",
        (json.dumps([ids[person] for person in blocked]),),
    )
    write_batch(
        connection,
        "UPDATE member SET blocked_at = coalesce(blocked_at, w.value ->> 1)"
        " FROM json_each(?) AS w WHERE member.id = w.value ->> 0",
        [(ids[person], to_micros(now)) for person in blocked],
    )
    connection.execute("DELETE FROM appointment")
    connection.executemany(
        "INSERT INTO appointment VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(group, ids[person], role) for group, person, role in roles],
    )
    return [None] * len(items)
