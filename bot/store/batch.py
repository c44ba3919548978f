"""Whole batches in one step of SQLite: a JSON list goes in, a JSON list comes out.

The sqlite3 module lets go of the interpreter's lock at every step, that is for every row read or
written, and in a busy program getting the lock back takes longer than the row. So the hot
statements of the lanes read their input with ``json_each(?)`` and give their output as one value.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

Value = str | int | float | None


def picked(count: int) -> str:
    """``SELECT value ->> 0, value ->> 1 ... FROM json_each(?) WHERE true`` for so many columns.

    The WHERE keeps a following ON CONFLICT from being read as part of a join.
    """
    columns = ", ".join(f"value ->> {number}" for number in range(count))
    return f"SELECT {columns} FROM json_each(?) WHERE true"


def write_batch(
    connection: sqlite3.Connection, statement: str, rows: Iterable[Sequence[Value]]
) -> None:
    """Run a statement that takes its rows from ``json_each(?)`` as ``value ->> 0``, 1 and so on.

    Without rows nothing is run.
    """
    batch = list(rows)
    if batch:
        connection.execute(statement, (json.dumps(batch, ensure_ascii=False),))


def read_batch(
    connection: sqlite3.Connection, query: str, rows: Iterable[Sequence[Value]], *more: Value
) -> list[list[Any]]:
    """The result of a query whose one value is ``json_group_array(json_array(...))``.

    The query takes ``rows`` from ``json_each(?1)`` and ``more`` as ?2, ?3 and so on. Without rows
    nothing is asked.
    """
    batch = list(rows)
    if not batch:
        return []
    (value,) = connection.execute(query, (json.dumps(batch, ensure_ascii=False), *more)).fetchone()
    result: list[list[Any]] = json.loads(value)
    return result
