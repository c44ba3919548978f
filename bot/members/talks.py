"""Talks with the persona, as they are kept: one row a member, written with each answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.core.ids import MemberId
from bot.members.people import Talk
from bot.store.connection import Connection
from bot.store.fields import maybe_micros, to_micros
from bot.store.sql import over

_KEEP: Final = over(
    "member_id int, began_at int, last_at int, told_at int",
    "INSERT INTO talk (member_id, began_at, last_at, told_at)"
    " SELECT member_id, began_at, last_at, told_at FROM rows WHERE true"
    " ON CONFLICT (member_id) DO UPDATE SET began_at = excluded.began_at,"
    " last_at = excluded.last_at, told_at = excluded.told_at",
)


@dataclass(frozen=True, slots=True)
class Talked:
    """How a member's talk stands after an answer."""

    member_id: MemberId
    talk: Talk


def record_talks(connection: Connection, talks: Iterable[Talked]) -> None:
    """Keep how the talks stand; of one member the last counts."""
    last = {item.member_id: item.talk for item in talks}
    connection.write(
        _KEEP,
        [
            (
                member_id,
                to_micros(talk.began_at),
                to_micros(talk.last_at),
                maybe_micros(talk.told_at),
            )
            for member_id, talk in last.items()
        ],
    )
