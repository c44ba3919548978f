"""Rows of the redemption tables, read and written; the statements of the lanes."""

from collections.abc import Iterable
from datetime import date

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.rewards.redemption.goods import GoodsKind
from bot.rewards.redemption.redemption import Redemption, RedemptionId, RedemptionState
from bot.store.connection import Connection, Row, Value
from bot.store.fields import from_micros, maybe_instant, maybe_micros, to_micros
from bot.store.sql import over

COLUMNS = """
SELECT redemption.id, redemption.key, redemption.member_id, redemption.group_key, redemption.item,
    redemption.name, redemption.kind, redemption.points, redemption.value_fen,
    redemption.min_spend_fen, redemption.title, redemption.code, redemption.on_date, redemption.at,
    redemption.state, redemption.due_at, redemption.ended_at, redemption.points_hold,
    redemption.piece_hold, redemption.pieces, redemption.win_id
"""
"""The start of every query that is read with ``redemption_of``."""

_WRITE = over(
    "id int, key text, member_id int, group_key text, item text, name text, kind text, points int,"
    " value_fen int, min_spend_fen int, title text, code text, on_date text, at int, state text,"
    " due_at int, ended_at int, points_hold int, piece_hold int, pieces int, win_id int",
    """
INSERT INTO redemption (id, key, member_id, group_key, item, name, kind, points, value_fen,
    min_spend_fen, title, code, on_date, at, state, due_at, ended_at, points_hold, piece_hold,
    pieces, win_id)
SELECT id, key, member_id, group_key, item, name, kind, points, value_fen,
    min_spend_fen, title, code, on_date, at, state, due_at, ended_at, points_hold, piece_hold,
    pieces, win_id
FROM rows
""",
)

_MOVE = over(
    "id int, state text, due_at int, ended_at int",
    """
UPDATE redemption SET state = rows.state, due_at = rows.due_at, ended_at = rows.ended_at,
    told_at = NULL
FROM rows WHERE redemption.id = rows.id
""",
)

_WRITE_STEP = over(
    "redemption_id int, event_key text, state text, actor text, note text, at int",
    """
INSERT INTO redemption_step (redemption_id, event_key, state, actor, note, at)
SELECT redemption_id, event_key, state, actor, note, at FROM rows ORDER BY number
""",
)


def redemption_of(row: Row) -> Redemption:
    """A redemption from a row of ``COLUMNS``."""
    return Redemption(
        redemption_id=RedemptionId(row["id"]),
        key=EventKey(row["key"]),
        member_id=MemberId(row["member_id"]),
        group_key=GroupKey(row["group_key"]),
        item=row["item"],
        name=row["name"],
        kind=GoodsKind(row["kind"]),
        points=row["points"],
        value_fen=row["value_fen"],
        min_spend_fen=row["min_spend_fen"],
        title=row["title"],
        code=row["code"],
        on_date=date.fromisoformat(row["on_date"]),
        at=from_micros(row["at"]),
        state=RedemptionState(row["state"]),
        due_at=from_micros(row["due_at"]),
        ended_at=maybe_instant(row["ended_at"]),
        points_hold=row["points_hold"],
        piece_hold=row["piece_hold"],
        pieces=row["pieces"],
        win_id=row["win_id"],
    )


def write_redemptions(connection: Connection, redemptions: Iterable[Redemption]) -> None:
    """Write new redemptions."""
    connection.write(_WRITE, [_row(redemption) for redemption in redemptions])


def move_redemptions(connection: Connection, redemptions: Iterable[Redemption]) -> None:
    """Write how redemptions stand now, each given once."""
    connection.write(
        _MOVE,
        [
            (
                redemption.redemption_id,
                redemption.state,
                to_micros(redemption.due_at),
                maybe_micros(redemption.ended_at),
            )
            for redemption in redemptions
        ],
    )


def write_steps(connection: Connection, steps: Iterable[tuple[Value, ...]]) -> None:
    """Write steps in order: redemption, event's key, state, actor, note, at (microseconds)."""
    connection.write(_WRITE_STEP, list(steps))


def _row(redemption: Redemption) -> tuple[Value, ...]:
    return (
        redemption.redemption_id,
        redemption.key,
        redemption.member_id,
        redemption.group_key,
        redemption.item,
        redemption.name,
        redemption.kind,
        redemption.points,
        redemption.value_fen,
        redemption.min_spend_fen,
        redemption.title,
        redemption.code,
        redemption.on_date.isoformat(),
        to_micros(redemption.at),
        redemption.state,
        to_micros(redemption.due_at),
        maybe_micros(redemption.ended_at),
        redemption.points_hold,
        redemption.piece_hold,
        redemption.pieces,
        redemption.win_id,
    )
