"""Submissions as rows."""

import json
from typing import Final

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.members.submissions.submission import (
    Consent,
    Mark,
    State,
    Submission,
    SubmissionId,
    SubmissionKind,
)
from bot.store.connection import Connection, Row, Value
from bot.store.fields import from_micros, maybe_instant, maybe_micros, to_micros

_FIXED: Final = ("id", "event_key", "author_id", "group_key", "kind", "offered_at")
"""What a submission is sent in with; a trigger keeps it."""

_CHANGING: Final = (
    *("text", "sketch", "state", "picture_until", "pictures"),
    *("consent", "agreed_by", "agreed_at", "agreed_key"),
    *("decided_by", "decided_at", "decided_key", "reason", "shown_order", "unpaid"),
    *("featured_by", "featured_at", "featured_key", "featured_unpaid"),
    *("withdrawn_by", "withdrawn_at", "withdrawn_key", "reminded_at"),
)

COLUMNS: Final = ", ".join(f"s.{name}" for name in (*_FIXED, *_CHANGING))
"""What ``submission_of`` reads, of ``submission AS s``."""

_INSERT: Final = (
    f"INSERT INTO submission ({', '.join((*_FIXED, *_CHANGING))})"
    f" VALUES ({', '.join('?' for _ in (*_FIXED, *_CHANGING))})"
)

_UPDATE: Final = (
    f"UPDATE submission SET {', '.join(f'{name} = ?' for name in _CHANGING)} WHERE id = ?"
)


def submission_of(row: Row) -> Submission:
    """A row with COLUMNS."""
    consent = row["consent"]
    return Submission(
        number=SubmissionId(row["id"]),
        key=EventKey(row["event_key"]),
        author_id=MemberId(row["author_id"]),
        group_key=GroupKey(row["group_key"]),
        kind=SubmissionKind(row["kind"]),
        text=row["text"],
        sketch=row["sketch"],
        state=State(row["state"]),
        offered_at=from_micros(row["offered_at"]),
        picture_until=from_micros(row["picture_until"]),
        pictures=tuple(json.loads(row["pictures"])),
        consent=None if consent is None else Consent(consent),
        agreed=_mark(row["agreed_by"], row["agreed_at"], row["agreed_key"]),
        decided=_mark(row["decided_by"], row["decided_at"], row["decided_key"]),
        reason=row["reason"],
        order=row["shown_order"],
        unpaid=row["unpaid"],
        featured=_mark(row["featured_by"], row["featured_at"], row["featured_key"]),
        featured_unpaid=row["featured_unpaid"],
        withdrawn=_mark(row["withdrawn_by"], row["withdrawn_at"], row["withdrawn_key"]),
        reminded_at=maybe_instant(row["reminded_at"]),
    )


def find_submission(connection: Connection, number: SubmissionId) -> Submission | None:
    """The submission with this number."""
    found = find_submissions(connection, "s.id = ?", number)
    return found[0] if found else None


def find_submissions(connection: Connection, where: str, *values: Value) -> list[Submission]:
    """Those that a condition on ``s`` holds for, by their numbers."""
    query = f"SELECT {COLUMNS} FROM submission AS s WHERE {where} ORDER BY s.id"
    return [submission_of(row) for row in connection.execute(query, values).fetchall()]


def next_number(connection: Connection) -> SubmissionId:
    """The number of the next submission."""
    row = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM submission").fetchone()
    return SubmissionId(row[0])


def insert_submission(connection: Connection, one: Submission) -> None:
    """Write a new one."""
    sent_in = (one.number, one.key, one.author_id, one.group_key, one.kind)
    connection.execute(_INSERT, (*sent_in, to_micros(one.offered_at), *_changing(one)))


def update_submission(connection: Connection, one: Submission) -> None:
    """Write how one stands now."""
    connection.execute(_UPDATE, (*_changing(one), one.number))


def _changing(one: Submission) -> tuple[Value, ...]:
    """The values of _CHANGING."""
    return (
        *(one.text, one.sketch, one.state, to_micros(one.picture_until)),
        *(json.dumps(one.pictures), one.consent, *_of_mark(one.agreed)),
        *(*_of_mark(one.decided), one.reason, one.order, one.unpaid),
        *(*_of_mark(one.featured), one.featured_unpaid),
        *(*_of_mark(one.withdrawn), maybe_micros(one.reminded_at)),
    )


def _mark(by: int | None, at: int | None, key: str | None) -> Mark | None:
    if by is None or at is None or key is None:
        return None
    return Mark(MemberId(by), from_micros(at), EventKey(key))


def _of_mark(mark: Mark | None) -> tuple[Value, ...]:
    return (None, None, None) if mark is None else (mark.by, to_micros(mark.at), mark.key)
