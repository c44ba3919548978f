"""Roles as bot.yaml gives them: exactly these are stored, whatever they were before."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.core.ids import UserId
from bot.members.lane import identify
from bot.members.people import PersonRef, Role
from bot.settings.schema.bot import Group
from bot.settings.schema.channels import realm_of
from bot.settings.settings import Settings
from bot.store.batch import write_batch
from bot.store.fields import to_micros


def apply_appointments(
    connection: sqlite3.Connection, items: Sequence[tuple[Settings, datetime]]
) -> list[None]:
    """The appointments lane in SQLite's SQL: the last settings win.

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


def _realms_of(settings: Settings, group: Group) -> set[str]:
    """The companies whose people can be in the group."""
    channels = settings.bot.channels
    addresses = (group.hears, group.roster)
    return {realm_of(channels[one.channel], channels) for one in addresses if one is not None}
