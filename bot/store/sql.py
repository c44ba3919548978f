"""One text of SQL for both databases: written once, rendered for each.

Statements are written in the words that SQLite and PostgreSQL share, with these conventions where
they differ:

- ``?`` is a parameter, ``?2`` the second one;
- ``CROSS JOIN t ON`` fixes the order of a join for SQLite (PostgreSQL, which plans well by itself,
  reads ``JOIN``);
- ``greatest`` and ``least`` compare two values (never NULL: the databases disagree about it);
- ``INTEGER`` and ``REAL`` in a CAST are 64 bits wide.

A statement over many rows is made with ``over``: the relation ``rows`` stands for a batch of
tuples, which travel in one parameter a column (PostgreSQL) or in one altogether (SQLite).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final


class Dialect(StrEnum):
    """The databases that we speak to."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


_WIDTHS: Final = {"int": "bigint", "text": "text", "real": "double precision"}


@dataclass(frozen=True, slots=True)
class Over:
    """A statement over the relation ``rows``; ``columns`` are its names and types, in order."""

    columns: tuple[tuple[str, str], ...]
    statement: str


def over(columns: str, statement: str) -> Over:
    """A statement over rows, for example ``over("member_id int, on_date text", "SELECT ...")``.

    Types are int, text and real; values may be None. Where the statement says ``number``, the
    rows have that column as well: their place in the batch, from 0. Parameters in the statement
    are those that are given beside the rows.
    """
    pairs = []
    for column in columns.split(","):
        name, width = column.split()
        if width not in _WIDTHS:
            raise ValueError(f"a column of rows is int, text or real, not {width}")
        pairs.append((name, width))
    return Over(tuple(pairs), statement.strip())


@cache
def render(statement: str, dialect: Dialect) -> str:
    """A statement in the words of one database."""
    return _number(_speak(statement, dialect), dialect, given=0)


@cache
def render_over(statement: Over, dialect: Dialect) -> str:
    """A statement over rows in the words of one database; the rows are its first parameters."""
    names = [name for name, _ in statement.columns]
    numbered = "number" not in names and re.search(r"\bnumber\b", statement.statement) is not None
    match dialect:
        case Dialect.SQLITE:
            given = 1
            values = [f"value ->> {place}" for place in range(len(names))]
            if numbered:
                names, values = [*names, "number"], [*values, "key"]
            rows = f"rows({', '.join(names)}) AS (SELECT {', '.join(values)} FROM json_each(?1))"
        case Dialect.POSTGRES:
            given = len(names)
            arrays = ", ".join(
                f"${place}::{_WIDTHS[width]}[]"
                for place, (_, width) in enumerate(statement.columns, start=1)
            )
            source = f"unnest({arrays}) WITH ORDINALITY AS r({', '.join(names)}, place_in_batch)"
            chosen = [f"r.{name}" for name in names]
            if numbered:
                chosen.append("r.place_in_batch - 1 AS number")
            rows = f"rows AS (SELECT {', '.join(chosen)} FROM {source})"
    spoken = _number(_speak(statement.statement, dialect), dialect, given=given)
    if lead := re.match(r"WITH\s+(RECURSIVE\s+)?", spoken):
        return f"WITH {lead[1] or ''}{rows}, {spoken[lead.end() :]}"
    return f"WITH {rows} {spoken}"


def _speak(statement: str, dialect: Dialect) -> str:
    match dialect:
        case Dialect.SQLITE:
            return statement.replace("greatest(", "max(").replace("least(", "min(")
        case Dialect.POSTGRES:
            joined = re.sub(r"\bCROSS JOIN(\s+[\w.]+(?:\s+AS\s+\w+)?\s+ON\b)", r"JOIN\1", statement)
            wide = re.sub(r"\bAS INTEGER\b", "AS BIGINT", joined)
            return re.sub(r"\bAS REAL\b", "AS DOUBLE PRECISION", wide)


def _number(statement: str, dialect: Dialect, *, given: int) -> str:
    """Number the parameters after the ``given`` ones; if none is, SQLite counts by itself."""
    if dialect is Dialect.SQLITE and not given:
        return statement
    mark = "?" if dialect is Dialect.SQLITE else "$"
    count = 0

    def numbered(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{mark}{given + int(found[1] or count)}"

    return re.sub(r"\?(\d*)", numbered, statement)
