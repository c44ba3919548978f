"""Keeping boards: a board is written once, whoever comes first, and never changed.

What a board says was counted before it comes here: the span is over, so nothing is added to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.core.ids import GroupKey, MemberId
from bot.rewards.boards.periods import Span
from bot.rewards.boards.ranking import Place
from bot.settings.schema.rewards.boards import Measure
from bot.store.connection import Connection
from bot.store.fields import to_micros
from bot.store.sql import over


class Naming(StrEnum):
    """Whether others read a member's name on boards."""

    NAMED = "named"
    SHY = "shy"


@dataclass(frozen=True, slots=True)
class KeepRequest:
    """A board whose span is over, as it is to be kept."""

    group_key: GroupKey
    measure: Measure
    span: Span
    places: tuple[Place, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class NamingWish:
    """How a member wants to be shown from ``at`` on."""

    member_id: MemberId
    naming: Naming
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """These boards were posted, or there was nothing to post."""

    board_ids: tuple[int, ...]
    at: datetime


_KEEP: Final = """
INSERT INTO board (group_key, measure, period, from_date, to_date, line_count, frozen_at)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id
"""

_KEEP_LINES: Final = over(
    "board_id int, rank int, member_id int, score int, reached_at int",
    "INSERT INTO board_line (board_id, rank, member_id, score, reached_at)"
    " SELECT board_id, rank, member_id, score, reached_at FROM rows",
)

_SHOWN: Final = over(
    "board_id int",
    "UPDATE board SET announced_at = ? FROM rows"
    " WHERE board.id = rows.board_id AND board.announced_at IS NULL",
)


def apply_keeps(connection: Connection, requests: Sequence[KeepRequest]) -> list[bool]:
    """Write boards within the open transaction. False for one that was kept before."""
    return [_keep(connection, request) for request in requests]


def apply_wishes(connection: Connection, wishes: Sequence[NamingWish]) -> list[bool]:
    """Write how members want to be shown. False where it was so already."""
    return [_name(connection, wish) for wish in wishes]


def apply_shown(connection: Connection, items: Sequence[Shown]) -> list[None]:
    """Note what the groups were shown. May be repeated; the first instant stays."""
    for item in items:
        rows = [(board_id,) for board_id in item.board_ids]
        connection.write(_SHOWN, rows, to_micros(item.at))
    return [None] * len(items)


def _keep(connection: Connection, request: KeepRequest) -> bool:
    span = request.span
    row = connection.execute(
        _KEEP,
        (
            request.group_key,
            request.measure,
            span.period,
            span.first.isoformat(),
            span.last.isoformat(),
            len(request.places),
            to_micros(request.at),
        ),
    ).fetchone()
    if row is None:
        return False
    connection.write(
        _KEEP_LINES,
        [
            (row["id"], place.rank, place.member_id, place.score, to_micros(place.reached_at))
            for place in request.places
        ],
    )
    return True


def _name(connection: Connection, wish: NamingWish) -> bool:
    match wish.naming:
        case Naming.SHY:
            done = connection.execute(
                "INSERT INTO board_shy (member_id, since) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (wish.member_id, to_micros(wish.at)),
            )
        case Naming.NAMED:
            done = connection.execute(
                "DELETE FROM board_shy WHERE member_id = ?", (wish.member_id,)
            )
    return done.rowcount > 0
