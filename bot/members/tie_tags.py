"""Tags both ways: ours on a member, the company's on his ties, and what was asked between the two.

A row says of a tag on a tie that it is there, or that it was asked for and not seen yet. What is
there without our asking was set by an employee, and what went away without our asking was taken
away by one: a person's word becomes ours. What changes on our side is asked of the platform. In
SQLite's SQL.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import groupby
from typing import Final

from bot.core.ids import ChannelKey, MemberId, UserId
from bot.core.messages import Outgoing, TagChange, Target, TargetKind
from bot.core.ports import Tie
from bot.members.tags import rivals_of
from bot.outbox.enqueue import insert_sqlite
from bot.settings.schema.members import Tag
from bot.store.batch import read_batch, write_batch
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros

PATIENCE: Final = timedelta(hours=1)
"""What was asked and is not seen after this time is asked again."""


@dataclass(frozen=True, slots=True)
class TagsSeen:
    """The company tags of ``ties``, as the platform showed them at ``at``."""

    realm: str
    ties: Sequence[Tie]
    tags: Sequence[Tag]
    at: datetime


@dataclass(frozen=True, slots=True)
class TagsWanted:
    """At ``at``, let ``channel`` change whatever differs on the ties of ``realm`` from our tags."""

    realm: str
    channel: ChannelKey
    tags: Sequence[Tag]
    at: datetime


class Seen(Enum):
    """What it means that a tag is shown on a tie, or is not."""

    AS_KNOWN = auto()
    ARRIVED = auto()
    """It is there; if its removal was asked for, that is to be asked again."""
    SET = auto()
    """An employee set it."""
    TAKEN = auto()
    """An employee took it away."""
    GONE = auto()
    """It is not there; if it was asked for, it is to be asked for again."""


def judge_tag(state: str, *, shown: bool, late: bool) -> Seen:
    """What a look at a tag says. Pure.

    ``state`` is that of its row, empty for none. ``late`` tells that it was asked for so long ago
    that it should be seen by now.
    """
    match state, shown:
        case "", True:
            return Seen.SET
        case "there", False:
            return Seen.TAKEN
        case "adding", True:
            return Seen.ARRIVED
        case "removing", False:
            return Seen.GONE
        case "removing", True if late:
            return Seen.ARRIVED
        case "adding", False if late:
            return Seen.GONE
        case _:
            return Seen.AS_KNOWN


@dataclass(slots=True)
class _Row:
    """A tie and its tags: state and instant of asking, by name."""

    tie_id: int
    member_id: MemberId
    tags: dict[str, tuple[str, datetime | None]] = field(default_factory=dict)


def see_tags(connection: sqlite3.Connection, items: Sequence[TagsSeen]) -> list[None]:
    """The lane of what the platform shows, in its order: a later employee's word comes last."""
    for item in items:
        for number, row in _rows_of(connection, item).items():
            _see_tie(connection, item, row, item.ties[number])
    return [None] * len(items)


def _rows_of(connection: sqlite3.Connection, item: TagsSeen) -> dict[int, _Row]:
    """The current ties among those seen, by their place in the item."""
    found = read_batch(
        connection,
        "SELECT json_group_array(json_array(w.key, t.id, t.member_id, r.tag, r.state, r.asked_at))"
        " FROM json_each(?1) AS w CROSS JOIN identity AS i"
        " ON i.realm = ?2 AND i.user_id = w.value ->> 0"
        " CROSS JOIN tie AS t ON t.realm = ?2 AND t.employee = w.value ->> 1"
        " AND t.member_id = i.member_id AND t.until IS NULL"
        " LEFT JOIN tie_tag AS r ON r.tie_id = t.id",
        [(tie.user_id, tie.employee) for tie in item.ties],
        item.realm,
    )
    rows: dict[int, _Row] = {}
    for number, tie_id, member_id, name, state, asked_at in found:
        row = rows.setdefault(number, _Row(tie_id, MemberId(member_id)))
        if name is not None:
            row.tags[name] = (state, None if asked_at is None else from_micros(asked_at))
    return dict(sorted(rows.items()))


def _see_tie(connection: sqlite3.Connection, item: TagsSeen, row: _Row, tie: Tie) -> None:
    for tag in item.tags:
        state, asked_at = row.tags.get(tag.name, ("", None))
        late = asked_at is not None and item.at - asked_at > PATIENCE
        seen = judge_tag(state, shown=tag.name in tie.tags, late=late)
        if seen in (Seen.ARRIVED, Seen.SET):
            _note(connection, [(row.tie_id, tag.name, "there", None)])
        elif seen in (Seen.TAKEN, Seen.GONE):
            connection.execute(
                "DELETE FROM tie_tag WHERE tie_id = ? AND tag = ?", (row.tie_id, tag.name)
            )
        if seen is Seen.SET:
            _set_by_hand(connection, row.member_id, tag, item, tie.employee)
        elif seen is Seen.TAKEN:
            _take_ours(connection, row.member_id, [tag.key])


def _set_by_hand(
    connection: sqlite3.Connection,
    member_id: MemberId,
    tag: Tag,
    item: TagsSeen,
    employee: UserId,
) -> None:
    """An employee's tag is ours for good, and pushes out what excludes it."""
    _take_ours(connection, member_id, rivals_of(tag, item.tags))
    connection.execute(
        "INSERT INTO member_tag VALUES (?, ?, 'person', 1, ?, ?, NULL)"
        " ON CONFLICT (member_id, tag) DO UPDATE SET source = 'person', confidence = 1,"
        " evidence = excluded.evidence, expires_at = NULL",
        (member_id, tag.key, employee, to_micros(item.at)),
    )


def _take_ours(connection: sqlite3.Connection, member_id: MemberId, keys: Sequence[str]) -> None:
    connection.execute(
        "DELETE FROM member_tag WHERE member_id = ? AND tag IN (SELECT value FROM json_each(?))",
        (member_id, json.dumps(keys)),
    )


_DIFFERENCES = """
WITH wanted AS (
  SELECT t.id AS tie_id, w.value ->> 1 AS name
  FROM json_each(?1) AS w
  JOIN member_tag AS m ON m.tag = w.value ->> 0 AND (m.expires_at IS NULL OR m.expires_at > ?3)
  JOIN tie AS t ON t.member_id = m.member_id AND t.until IS NULL
), differing AS (
  SELECT tie_id, name, 'adding' AS change FROM wanted
  WHERE NOT EXISTS (SELECT 1 FROM tie_tag AS r
    WHERE r.tie_id = wanted.tie_id AND r.tag = wanted.name AND r.state IN ('there', 'adding'))
  UNION ALL
  SELECT r.tie_id, r.tag, 'removing' FROM tie_tag AS r
  WHERE r.state IN ('there', 'adding') AND r.tag IN (SELECT value ->> 1 FROM json_each(?1))
    AND NOT EXISTS (SELECT 1 FROM wanted WHERE wanted.tie_id = r.tie_id AND wanted.name = r.tag)
)
SELECT d.tie_id, d.name, d.change, t.employee, i.user_id
FROM differing AS d
JOIN tie AS t ON t.id = d.tie_id AND t.realm = ?2 AND t.until IS NULL
JOIN identity AS i ON i.realm = t.realm AND i.member_id = t.member_id
ORDER BY d.tie_id, d.name
"""


async def differs(store: Store, wanted: TagsWanted) -> bool:
    """Whether there is anything to ask for; looking takes long where there are many customers."""
    query = f"SELECT EXISTS (SELECT 1 FROM ({_DIFFERENCES})) AS found"
    return bool((await store.read(query, _parameters(wanted)))[0]["found"])


def ask_for_tags(connection: sqlite3.Connection, items: Sequence[TagsWanted]) -> list[int]:
    """The lane of what is asked: one change a tie, its rows and its message together.

    Returns how many ties each look has found to change.
    """
    return [_ask(connection, item) for item in items]


def _parameters(wanted: TagsWanted) -> tuple[str, str, int]:
    names = json.dumps([(tag.key, tag.name) for tag in wanted.tags], ensure_ascii=False)
    return names, wanted.realm, to_micros(wanted.at)


def _ask(connection: sqlite3.Connection, item: TagsWanted) -> int:
    found = connection.execute(_DIFFERENCES, _parameters(item)).fetchall()
    _note(
        connection,
        [(row["tie_id"], row["name"], row["change"], to_micros(item.at)) for row in found],
    )
    changes = [list(rows) for _, rows in groupby(found, key=lambda row: int(row["tie_id"]))]
    insert_sqlite(connection, [(_outgoing(item, rows), item.at) for rows in changes])
    return len(changes)


def _outgoing(item: TagsWanted, rows: Sequence[sqlite3.Row]) -> Outgoing:
    """The change of one tie.

    Its key has the instant, because what is asked for again is another message, and the change, for
    a clock may stand still.
    """
    first = rows[0]
    change = TagChange(
        employee=UserId(first["employee"]),
        add=tuple(row["name"] for row in rows if row["change"] == "adding"),
        remove=tuple(row["name"] for row in rows if row["change"] == "removing"),
    )
    digest = hashlib.sha256(repr((change.add, change.remove)).encode()).hexdigest()[:8]
    return Outgoing(
        key=f"tags/{first['tie_id']}/{to_micros(item.at)}/{digest}",
        channel=item.channel,
        target=Target(TargetKind.RECORD, first["user_id"]),
        message=change,
        chat=f"tags/{first['user_id']}",
    )


def _note(connection: sqlite3.Connection, rows: Iterable[tuple[int, str, str, int | None]]) -> None:
    """Keep the state of tags on ties, and when they were asked for."""
    write_batch(
        connection,
        "INSERT INTO tie_tag SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3"
        " FROM json_each(?) WHERE true ON CONFLICT (tie_id, tag)"
        " DO UPDATE SET state = excluded.state, asked_at = excluded.asked_at",
        rows,
    )
