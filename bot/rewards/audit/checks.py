"""What a check is: something that must be true, in a sentence, and how to find what breaks it.

Books only grow. What is said of one transfer, or of one entry and the one before it, stays true
once it was seen; such checks look only at what is newer than the last audit when they are told to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.store.connection import Row


class Span(StrEnum):
    """How much of the books a check looks at."""

    ALL = "all"
    """Everything, always."""

    TRANSFERS = "transfers"
    """Transfers whose id is above the one parameter of its queries."""

    ENTRIES = "entries"
    """Entries whose id is above the one parameter of its queries."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true; ``name`` is stable, for machines and tests.

    ``counted`` says how many things the check looks at. ``exceptions`` yields a row for everything
    that is wrong: a sentence, and the transfer and the account whose entries stand behind it
    (either may be null). Both are SQL for both databases (see ``bot/store/sql.py``).

    Books are long: a join finds its rows by an index or a hash. A key that has to be made first
    (``'payout/' || id``) is made in a materialized CTE and cast to text, for SQLite makes an index
    for the query only over what it knows to be text, and reads everything for each row otherwise.
    """

    name: str
    sentence: str
    counted: str
    exceptions: str
    span: Span = Span.ALL


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A thing that must be true of every row and takes more than SQL to see.

    ``rows`` yields a row for each, with the columns ``transfer_id`` and ``account_id`` (either may
    be null) beside what ``wrong`` needs; ``wrong`` says in a sentence what is wrong with a row. A
    check of transfers has a second parameter: at most so many, in the order of their ids.
    """

    name: str
    sentence: str
    rows: str
    wrong: Callable[[Row], str | None]
    span: Span = Span.ALL


AnyCheck = Check | RowCheck
