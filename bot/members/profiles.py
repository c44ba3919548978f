"""What people are called, and what they are called everywhere: as the platform tells it, kept."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import UserId
from bot.core.ports import Profile
from bot.members.lane import identify
from bot.members.people import PersonRef
from bot.store.batch import write_batch


@dataclass(frozen=True, slots=True)
class Learned:
    """The people of one realm, as the platform told them at ``at``."""

    realm: str
    profiles: Mapping[UserId, Profile]
    at: datetime


def apply_profiles(connection: sqlite3.Connection, items: Sequence[Learned]) -> list[None]:
    """The profiles lane in SQLite's SQL: people never seen are added, what is empty is not told."""
    told = [
        (PersonRef(item.realm, user_id), profile, item.at)
        for item in items
        for user_id, profile in item.profiles.items()
    ]
    ids = identify(connection, [(person, at) for person, _, at in told])
    for column, values in (
        ("name", [(ids[person], profile.name) for person, profile, _ in told]),
        ("union_id", [(ids[person], profile.union_id) for person, profile, _ in told]),
    ):
        write_batch(
            connection,
            f"UPDATE member SET {column} = w.value ->> 1 FROM json_each(?) AS w"
            f" WHERE member.id = w.value ->> 0 AND member.{column} <> w.value ->> 1",
            [row for row in values if row[1]],
        )
    return [None] * len(items)
