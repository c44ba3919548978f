"""Boards: counted while they run, kept for good when they are over.

A kept board is shown as it was, with the ranks and scores of its end; a member who does not want to
be named keeps his place on it, and only his name is left out, now and on older boards.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from bot.core.ids import GroupKey, MemberId
from bot.rewards.boards.lane import (
    KeepRequest,
    Naming,
    NamingWish,
    Shown,
    apply_keeps,
    apply_shown,
    apply_wishes,
)
from bot.rewards.boards.periods import Span, kept_at, kept_spans
from bot.rewards.boards.ranking import Place, rank
from bot.rewards.boards.scores import read_scores
from bot.rewards.days import community_date
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.rewards.boards import Measure, Period
from bot.store.connection import Row
from bot.store.db import Store
from bot.store.fields import from_micros
from bot.store.lane import Lane
from bot.store.sql import over

__all__ = ["Board", "Boards", "Due", "Naming"]

_BOARD: Final = "SELECT id, group_key, measure, period, from_date, to_date FROM board"

_LINES: Final = """
SELECT rank, member_id, score, reached_at FROM board_line WHERE board_id = ? ORDER BY rank
"""

_KEPT: Final = over(
    "group_key text, measure text, period text, from_date text, to_date text",
    "SELECT number FROM rows CROSS JOIN board ON board.group_key = rows.group_key"
    " AND board.measure = rows.measure AND board.period = rows.period"
    " AND board.from_date = rows.from_date AND board.to_date = rows.to_date",
)

_SHY: Final = over(
    "member_id int",
    "SELECT board_shy.member_id FROM rows"
    " CROSS JOIN board_shy ON board_shy.member_id = rows.member_id",
)


@dataclass(frozen=True, slots=True)
class Due:
    """A board that has to be kept: which, and from when on."""

    group_key: GroupKey
    measure: Measure
    span: Span
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """A board as it stands. ``board_id`` is that of a kept one, None while it is counted."""

    group_key: GroupKey
    measure: Measure
    span: Span
    places: tuple[Place, ...]
    board_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Counted:
    board: Board
    good_until: datetime


class Boards:
    """The boards of all groups."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keeps: Lane[KeepRequest, bool] = store.lane("board keeping", apply_keeps)
        self._wishes: Lane[NamingWish, bool] = store.lane("board naming", apply_wishes)
        self._shown: Lane[Shown, None] = store.lane("board shown", apply_shown)
        self._counted: dict[tuple[GroupKey, Measure, Span], _Counted] = {}

    async def read(
        self,
        group_key: GroupKey,
        measure: Measure,
        span: Span,
        *,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> Board:
        """The board as it was kept, or as it is counted now, with those who are in the group now.

        What was counted is good for ``refresh_seconds``.
        """
        kept = await self.find_kept(group_key, measure, span)
        if kept is not None:
            return kept
        counted = self._counted.get((group_key, measure, span))
        if counted is None or now >= counted.good_until:
            board = await self._count(group_key, measure, span, rules=rules, zone=zone)
            counted = _Counted(board, now + timedelta(seconds=rules.boards.refresh_seconds))
            self._forget(now)
            self._counted[group_key, measure, span] = counted
        return counted.board

    async def find_kept(self, group_key: GroupKey, measure: Measure, span: Span) -> Board | None:
        """The board of an ended span, if it was kept."""
        rows = await self._store.read(
            f"{_BOARD} WHERE group_key = ? AND measure = ? AND period = ? AND from_date = ?"
            " AND to_date = ?",
            (group_key, measure, span.period, span.first.isoformat(), span.last.isoformat()),
        )
        return await self._kept(rows[0]) if rows else None

    async def keep(self, due: Due, *, now: datetime, rules: RewardsFile, zone: tzinfo) -> bool:
        """Count a board for the last time and keep it; False when it was kept before."""
        board = await self._count(due.group_key, due.measure, due.span, rules=rules, zone=zone)
        return await self._keeps.submit(
            KeepRequest(due.group_key, due.measure, due.span, board.places, now)
        )

    async def read_due(
        self, groups: Iterable[GroupKey], *, now: datetime, rules: RewardsFile, zone: tzinfo
    ) -> list[Due]:
        """What is to be kept, now or later, and is not yet; the earliest first.

        Of each kind that is the running one and the one before it. A board whose time passed while
        nobody was here to keep it can be counted, but is not kept.
        """
        today = community_date(now, zone, rules.day_starts_at)
        wanted = sorted(
            (
                Due(group_key, measure, span, kept_at(span, zone, rules))
                for group_key in groups
                for measure, span in kept_spans(rules, today)
            ),
            key=lambda due: due.kept_at,
        )
        rows = await self._store.read_over(_KEPT, [_key(due) for due in wanted])
        kept = {row["number"] for row in rows}
        return [due for number, due in enumerate(wanted) if number not in kept]

    async def read_unannounced(self) -> list[Board]:
        """Kept boards of which it is not settled yet whether the group is shown them."""
        rows = await self._store.read(f"{_BOARD} WHERE announced_at IS NULL ORDER BY id")
        return [await self._kept(row) for row in rows]

    async def mark_announced(self, board_ids: Collection[int], now: datetime) -> None:
        """Note that the groups were shown these, or need not be. May be repeated."""
        await self._shown.submit(Shown(tuple(board_ids), now))

    async def wish(self, member_id: MemberId, naming: Naming, now: datetime) -> bool:
        """Name a member on boards or do not; False when it was so already."""
        return await self._wishes.submit(NamingWish(member_id, naming, now))

    async def read_shy(self, member_ids: Iterable[MemberId]) -> frozenset[MemberId]:
        """Who of them does not want to be named."""
        rows = await self._store.read_over(_SHY, [(member_id,) for member_id in member_ids])
        return frozenset(MemberId(row["member_id"]) for row in rows)

    async def _count(
        self,
        group_key: GroupKey,
        measure: Measure,
        span: Span,
        *,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> Board:
        scores = await read_scores(self._store, group_key, measure, span, rules=rules, zone=zone)
        return Board(group_key, measure, span, rank(scores))

    async def _kept(self, row: Row) -> Board:
        lines = await self._store.read(_LINES, (row["id"],))
        first, last = date.fromisoformat(row["from_date"]), date.fromisoformat(row["to_date"])
        return Board(
            group_key=GroupKey(row["group_key"]),
            measure=Measure(row["measure"]),
            span=Span(Period(row["period"]), first, last),
            places=tuple(
                Place(
                    rank=line["rank"],
                    member_id=MemberId(line["member_id"]),
                    score=line["score"],
                    reached_at=from_micros(line["reached_at"]),
                )
                for line in lines
            ),
            board_id=row["id"],
        )

    def _forget(self, now: datetime) -> None:
        """Drop what was counted too long ago."""
        self._counted = {
            key: counted for key, counted in self._counted.items() if counted.good_until > now
        }


def _key(due: Due) -> tuple[str, str, str, str, str]:
    span = due.span
    first, last = span.first.isoformat(), span.last.isoformat()
    return due.group_key, due.measure, span.period, first, last
