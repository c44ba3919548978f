"""Roles as bot.yaml gives them: exactly these are stored, whatever they were before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.core.ids import MemberId, UserId
from bot.members.lane import identify
from bot.members.people import PersonRef, Role
from bot.settings.schema.bot import Group
from bot.settings.schema.channels import realm_of
from bot.settings.settings import Settings
from bot.store.connection import Connection
from bot.store.fields import to_micros
from bot.store.sql import over

_UNBLOCK: Final = over(
    "member_id int",
    "UPDATE member SET blocked_at = NULL FROM rows WHERE member.id = rows.member_id",
)

_BLOCK: Final = over(
    "member_id int, at int",
    "UPDATE member SET blocked_at = coalesce(member.blocked_at, rows.at) FROM rows"
    " WHERE member.id = rows.member_id",
)

_APPOINT: Final = over(
    "group_key text, member_id int, role text",
    "INSERT INTO appointment (group_key, member_id, role)"
    " SELECT group_key, member_id, role FROM rows WHERE true ON CONFLICT DO NOTHING",
)


def apply_appointments(
    connection: Connection, items: Sequence[tuple[Settings, datetime]]
) -> list[None]:
    """The appointments lane: the last settings win.

    Who is blocked follows the file as well; the instant of the first blocking stays.
    """
    settings, now = items[-1]
    roles: list[tuple[str, PersonRef, Role]] = []
    realms = {realm for group in settings.bot.groups for realm in _realms_of(settings, group)}
    for realm in realms:
        roles += [
            ("", PersonRef(realm, UserId(user)), Role.OPERATOR) for user in settings.bot.operators
        ]
        for group in settings.bot.groups:
            roles += [
                (group.key, PersonRef(realm, UserId(user)), Role.OWNER) for user in group.owners
            ]
    everywhere = {realm_of(one, settings.bot.channels) for one in settings.bot.channels.values()}
    blocked = [
        PersonRef(realm, UserId(user))
        for realm in everywhere - {""}
        for user in settings.bot.blocked
    ]
    people = [person for _, person, _ in roles] + blocked
    ids = identify(connection, [(person, now) for person in people])
    shall = {ids[person] for person in blocked}
    were = {
        MemberId(row["id"])
        for row in connection.execute("SELECT id FROM member WHERE blocked_at IS NOT NULL")
    }
    connection.write(_UNBLOCK, [(member_id,) for member_id in were - shall])
    connection.write(_BLOCK, [(member_id, to_micros(now)) for member_id in shall])
    connection.execute("DELETE FROM appointment")
    connection.write(_APPOINT, [(group, ids[person], role) for group, person, role in roles])
    return [None] * len(items)


def _realms_of(settings: Settings, group: Group) -> set[str]:
    """The companies whose people can be in the group."""
    channels = settings.bot.channels
    addresses = (group.hears, group.roster)
    return {realm_of(channels[one.channel], channels) for one in addresses if one is not None}
