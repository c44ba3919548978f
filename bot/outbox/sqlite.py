"""The outbox lanes in SQLite's SQL: leasing rows and writing down what became of them."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.outbox.models import OutboxState
from bot.store.fields import maybe_micros, to_micros

DUE = """
SELECT * FROM (
  SELECT o.*, row_number() OVER (PARTITION BY channel, target ORDER BY due_at, id) AS place
  FROM outbox AS o WHERE o.state = 'queued' AND o.due_at <= ?
    AND NOT EXISTS (
      SELECT 1 FROM outbox AS earlier
      WHERE earlier.state IN ('queued', 'sending') AND earlier.id < o.id AND earlier.attempts > 0
        AND earlier.channel = o.channel AND earlier.target = o.target
    )
) WHERE place = 1
ORDER BY due_at, id LIMIT ?
"""
"""The next row of each target, so that a long queue of one does not hide the others. A row that
waits for its next attempt holds back later ones to its target: a group reads its posts in order."""

NEXT_DUE = "SELECT min(due_at) AS due_at FROM outbox WHERE state = 'queued' AND due_at > ?"

STRANDED = "SELECT * FROM outbox WHERE state = 'sending' AND attempted_at <= ?"
"""Rows whose sender has surely died: no attempt lasts that long."""

ATTEMPTS = """
SELECT channel, target, attempted_at FROM outbox
WHERE attempted_at > ? ORDER BY attempted_at
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """Take this row for one attempt at ``at``."""

    row_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an attempt. ``due_at`` is the next one, for rows that go on."""

    row_id: int
    state: OutboxState
    at: datetime
    errcode: int = 0
    reason: str = ""
    due_at: datetime | None = None


def lease(connection: sqlite3.Connection, items: Sequence[Lease]) -> list[bool]:
    """True for each row that was still waiting and is now ours."""
    rows = connection.execute(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1,"
        " attempted_at = (SELECT value ->> 1 FROM json_each(?1) WHERE value ->> 0 = outbox.id)"
        " WHERE state = 'queued' AND id IN (SELECT value ->> 0 FROM json_each(?1)) RETURNING id",
        (json.dumps([[item.row_id, to_micros(item.at)] for item in items]),),
    )
    leased = {row["id"] for row in rows}
    return [item.row_id in leased for item in items]


def write_results(connection: sqlite3.Connection, items: Sequence[Result]) -> list[None]:
    """Write down what became of each attempt."""
    connection.executemany(
        "UPDATE outbox SET state = ?, errcode = ?, reason = ?, due_at = coalesce(?, due_at),"
        " ended_at = ? WHERE id = ?",
        [
            (
                item.state,
                item.errcode,
                item.reason,
                maybe_micros(item.due_at),
                None if item.state is OutboxState.QUEUED else to_micros(item.at),
                item.row_id,
            )
            for item in items
        ],
    )
    return [None] * len(items)
