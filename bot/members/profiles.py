"""What people are called, and what they are called everywhere: as the platform tells it, kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.core.ids import UserId
from bot.core.ports import Profile
from bot.members.lane import identify
from bot.members.people import PersonRef
from bot.store.connection import Connection
from bot.store.sql import over

_COLUMNS: Final = {
    column: over(
        "member_id int, told text",
        f"UPDATE member SET {column} = rows.told FROM rows"
        f" WHERE member.id = rows.member_id AND member.{column} <> rows.told",
    )
    for column in ("name", "union_id")
}


@dataclass(frozen=True, slots=True)
class Learned:
    """The people of one realm, as the platform told them at ``at``."""

    realm: str
    profiles: Mapping[UserId, Profile]
    at: datetime


def apply_profiles(connection: Connection, items: Sequence[Learned]) -> list[None]:
    """The profiles lane: people never seen are added, what is empty is not told."""
    told = [
        (PersonRef(item.realm, user_id), profile, item.at)
        for item in items
        for user_id, profile in item.profiles.items()
    ]
    ids = identify(connection, [(person, at) for person, _, at in told])
    for column, values in (
        ("name", {ids[person]: profile.name for person, profile, _ in told if profile.name}),
        ("union_id", {ids[who]: profile.union_id for who, profile, _ in told if profile.union_id}),
    ):
        connection.write(_COLUMNS[column], values.items())
    return [None] * len(items)
