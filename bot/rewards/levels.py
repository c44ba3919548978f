"""Levels 等级: what follows from all that a member has earned, whatever he has left of it.

What was taken back counts as never earned. The sum is kept with the last entry that is in it, so
that it costs the same after ten years of entries. A level is congratulated on once, even when a
reversal takes it away and it is reached again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.ids import MemberId
from bot.settings.schema.rewards.levels import Level
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.sql import over

_EARNED: Final = """
    coalesce(max(walked.id), 0) AS last,
    CAST(coalesce(sum(CASE WHEN (walked.amount > 0) = (transfer.reverses IS NULL)
        THEN walked.amount ELSE 0 END), 0) AS INTEGER) AS earned
"""

_LOAD_KEPT: Final = over(
    "member_id int",
    "SELECT member_level.member_id, member_level.earned, member_level.through_entry,"
    " member_level.told_level FROM rows"
    " CROSS JOIN member_level ON member_level.member_id = rows.member_id",
)

_LOAD_NEW: Final = over(
    "member_id int, holder text, through_entry int",
    f"""
WITH RECURSIVE walked AS (
    SELECT rows.member_id, rows.through_entry, entry.id, entry.previous_id, entry.transfer_id,
        entry.amount
    FROM rows
    CROSS JOIN account ON account.currency = 'points' AND account.kind = 'member'
        AND account.holder = rows.holder
    CROSS JOIN entry ON entry.id = account.last_entry_id AND entry.id > rows.through_entry
    UNION ALL
    SELECT walked.member_id, walked.through_entry, entry.id, entry.previous_id, entry.transfer_id,
        entry.amount
    FROM walked
    CROSS JOIN entry ON entry.id = walked.previous_id AND entry.id > walked.through_entry
)
SELECT walked.member_id, {_EARNED}
FROM walked CROSS JOIN transfer ON transfer.id = walked.transfer_id
GROUP BY walked.member_id
""",
)
"""From an account's last entry back to those that are in the sum."""

_WRITE: Final = over(
    "member_id int, earned int, through_entry int, told_level int",
    "INSERT INTO member_level (member_id, earned, through_entry, told_level)"
    " SELECT member_id, earned, through_entry, told_level FROM rows WHERE true"
    " ON CONFLICT (member_id) DO UPDATE SET earned = excluded.earned,"
    " through_entry = excluded.through_entry,"
    " told_level = greatest(member_level.told_level, excluded.told_level)",
)

_READ: Final = f"""
WITH RECURSIVE kept AS (
    SELECT coalesce(max(earned), 0) AS earned, coalesce(max(through_entry), 0) AS through_entry,
        coalesce(max(told_level), 0) AS told_level
    FROM member_level WHERE member_id = ?1
), walked AS (
    SELECT entry.id, entry.previous_id, entry.transfer_id, entry.amount
    FROM account CROSS JOIN entry ON entry.id = account.last_entry_id
        AND entry.id > (SELECT through_entry FROM kept)
    WHERE account.currency = 'points' AND account.kind = 'member' AND account.holder = ?2
    UNION ALL
    SELECT entry.id, entry.previous_id, entry.transfer_id, entry.amount
    FROM walked CROSS JOIN entry ON entry.id = walked.previous_id
        AND entry.id > (SELECT through_entry FROM kept)
)
SELECT (SELECT earned FROM kept) AS before, (SELECT through_entry FROM kept) AS through_entry,
    (SELECT told_level FROM kept) AS told_level, {_EARNED}
FROM walked CROSS JOIN transfer ON transfer.id = walked.transfer_id
"""


@dataclass(frozen=True, slots=True)
class LifeSum:
    """All points that a member ever earned, through an entry of the books, and what he was told."""

    earned: int = 0
    through_entry: int = 0
    told_level: int = 0


@dataclass(frozen=True, slots=True)
class Rank:
    """A member's level: ``place`` counts from 0; ``next`` is what comes above, None at the top."""

    place: int
    level: Level
    next: Level | None


@dataclass(frozen=True, slots=True)
class LevelTold:
    """A member was congratulated on the level at ``place``."""

    member_id: MemberId
    place: int


def rank_of(levels: Sequence[Level], earned: int) -> Rank:
    """The highest of ``levels`` (ascending, the first from 0) that ``earned`` points reach."""
    place = max(
        (place for place, level in enumerate(levels) if earned >= level.from_points), default=0
    )
    return Rank(place, levels[place], levels[place + 1] if place + 1 < len(levels) else None)


class Levels:
    """Reading members' levels. Writes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, member_id: MemberId) -> LifeSum:
        """What the member has earned in his life, up to now."""
        (row,) = await self._store.read(_READ, (member_id, str(member_id)))
        before = LifeSum(row["before"], row["through_entry"], row["told_level"])
        return _added(before, row["last"], row["earned"])


def load_life_sums(
    connection: Connection, members: Collection[MemberId]
) -> dict[MemberId, LifeSum]:
    """What each of ``members`` has earned in his life, for use inside a lane."""
    wanted = sorted(set(members))
    kept = {
        MemberId(member_id): LifeSum(earned, through_entry, told_level)
        for member_id, earned, through_entry, told_level in connection.read(
            _LOAD_KEPT, [(member_id,) for member_id in wanted]
        )
    }
    sums = {member_id: kept.get(member_id, LifeSum()) for member_id in wanted}
    rows = [(member_id, str(member_id), sums[member_id].through_entry) for member_id in wanted]
    for member_id, last, earned in connection.read(_LOAD_NEW, rows):
        sums[MemberId(member_id)] = _added(sums[MemberId(member_id)], last, earned)
    return sums


def write_life_sums(connection: Connection, sums: Mapping[MemberId, LifeSum]) -> None:
    """Keep sums, so that only what comes later has to be added up."""
    connection.write(
        _WRITE,
        [
            (member_id, life.earned, life.through_entry, life.told_level)
            for member_id, life in sorted(sums.items())
        ],
    )


def tell_levels(connection: Connection, told: Sequence[LevelTold]) -> None:
    """Note who was congratulated, within the transaction that sends the words."""
    sums = load_life_sums(connection, [item.member_id for item in told])
    for item in told:
        life = sums[item.member_id]
        told_level = max(life.told_level, item.place)
        sums[item.member_id] = LifeSum(life.earned, life.through_entry, told_level)
    write_life_sums(connection, sums)


def _added(before: LifeSum, last: int, earned: int) -> LifeSum:
    through = max(before.through_entry, last)
    return LifeSum(before.earned + earned, through, before.told_level)
