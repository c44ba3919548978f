"""Openings of links: a row for each visitor of a day, told apart by what is known of him.

Somebody who is known and is not in the group has the link from somebody else: it was forwarded.
Programs that look at links before people do have rows of their own and are never counted as people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from bot.members.people import PersonRef
from bot.store.connection import Connection
from bot.store.fields import to_micros
from bot.store.sql import over

_LOOK: Final = over(
    "token text, realm text, user_id text",
    "SELECT number, EXISTS (SELECT 1 FROM identity AS i"
    "  JOIN membership AS s ON s.member_id = i.member_id AND s.left_at IS NULL"
    "  WHERE i.realm = rows.realm AND i.user_id = rows.user_id"
    "  AND s.group_key = l.group_key) AS is_member"
    " FROM rows CROSS JOIN post_link AS l ON l.token = rows.token",
)

_COUNT: Final = over(
    "token text, on_date text, visitor text, how text, openings int, at int",
    "INSERT INTO link_opening (token, on_date, visitor, how, openings, at)"
    " SELECT token, on_date, visitor, how, openings, at FROM rows WHERE true"
    " ON CONFLICT (token, on_date, visitor)"
    " DO UPDATE SET openings = link_opening.openings + excluded.openings",
)


class OpenedBy(StrEnum):
    """Who opened a link."""

    MEMBER = "member"
    FORWARDED = "forwarded"
    UNKNOWN = "unknown"
    ROBOT = "robot"


@dataclass(frozen=True, slots=True)
class Opening:
    """The link of ``token`` was opened at ``at``, on the community's day ``on_date``.

    ``visitor`` is his digest of that day. ``person`` is who he is, where a login of our pages told.
    """

    token: str
    on_date: date
    visitor: str
    person: PersonRef | None
    robot: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Digests of openings up to this instant (microseconds) are emptied."""

    until: int


@dataclass(slots=True)
class _Count:
    how: OpenedBy
    at: int
    openings: int = 0


def opened_by(opening: Opening, *, is_member: bool) -> OpenedBy:
    """Who it was; ``is_member`` tells whether the known person is in the group of the post."""
    if opening.robot:
        return OpenedBy.ROBOT
    if opening.person is None:
        return OpenedBy.UNKNOWN
    return OpenedBy.MEMBER if is_member else OpenedBy.FORWARDED


def apply_openings(connection: Connection, openings: Sequence[Opening]) -> list[None]:
    """The lane: openings of links that exist are added up for each visitor and day."""
    looked = connection.read(_LOOK, [(one.token, *_names(one.person)) for one in openings])
    members = {row["number"]: bool(row["is_member"]) for row in looked}
    counts: dict[tuple[str, str, str], _Count] = {}
    for number, one in enumerate(openings):
        if number in members:
            key = (one.token, one.on_date.isoformat(), one.visitor)
            how = opened_by(one, is_member=members[number])
            counts.setdefault(key, _Count(how, to_micros(one.at))).openings += 1
    connection.write(
        _COUNT, [(*key, count.how, count.openings, count.at) for key, count in counts.items()]
    )
    return [None] * len(openings)


def apply_forgetting(connection: Connection, items: Sequence[Forgetting]) -> list[int]:
    """The lane: visitors become nobody; their rows can still be counted."""
    return [
        connection.execute(
            "UPDATE link_opening SET visitor = NULL WHERE visitor IS NOT NULL AND at <= ?",
            (item.until,),
        ).rowcount
        for item in items
    ]


def _names(person: PersonRef | None) -> tuple[str | None, str | None]:
    return (None, None) if person is None else (person.realm, person.user_id)
