"""Tags both ways: ours on a member, the company's on his ties, and what was asked between the two.

A row says of a tag on a tie that it is there, or that it was asked for and not seen yet. What is
there without our asking was set by an employee, and what went away without our asking was taken
away by one: a person's word becomes ours. What changes on our side is asked of the platform.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import groupby
from typing import Final

from bot.core.ids import ChannelKey, MemberId, UserId
from bot.core.messages import Outgoing, TagChange, Target, TargetKind
from bot.core.ports import Tie
from bot.members.lane import take_tags
from bot.members.tags import rivals_of
from bot.outbox.enqueue import enqueue_all
from bot.settings.schema.members import Tag
from bot.store.connection import Connection, Row
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.sql import over

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


_TAGS_OF_TIES: Final = over(
    "user_id text, employee text",
    "SELECT number, t.id AS tie_id, t.member_id, r.tag, r.state, r.asked_at"
    " FROM rows CROSS JOIN identity AS i ON i.realm = ?1 AND i.user_id = rows.user_id"
    " CROSS JOIN tie AS t ON t.realm = ?1 AND t.employee = rows.employee"
    " AND t.member_id = i.member_id AND t.until IS NULL"
    " LEFT JOIN tie_tag AS r ON r.tie_id = t.id",
)

_NOTE: Final = over(
    "tie_id int, tag text, state text, asked_at int",
    "INSERT INTO tie_tag (tie_id, tag, state, asked_at)"
    " SELECT tie_id, tag, state, asked_at FROM rows WHERE true ON CONFLICT (tie_id, tag)"
    " DO UPDATE SET state = excluded.state, asked_at = excluded.asked_at",
)


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


def see_tags(connection: Connection, items: Sequence[TagsSeen]) -> list[None]:
    """The lane of what the platform shows, in its order: a later employee's word comes last."""
    for item in items:
        for number, row in _rows_of(connection, item).items():
            _see_tie(connection, item, row, item.ties[number])
    return [None] * len(items)


def _rows_of(connection: Connection, item: TagsSeen) -> dict[int, _Row]:
    """The current ties among those seen, by their place in the item."""
    found = connection.read(
        _TAGS_OF_TIES, [(tie.user_id, tie.employee) for tie in item.ties], item.realm
    )
    rows: dict[int, _Row] = {}
    for number, tie_id, member_id, name, state, asked_at in found:
        row = rows.setdefault(number, _Row(tie_id, MemberId(member_id)))
        if name is not None:
            row.tags[name] = (state, None if asked_at is None else from_micros(asked_at))
    return dict(sorted(rows.items()))


def _see_tie(connection: Connection, item: TagsSeen, row: _Row, tie: Tie) -> None:
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
            take_tags(connection, row.member_id, [tag.key])


def _set_by_hand(
    connection: Connection,
    member_id: MemberId,
    tag: Tag,
    item: TagsSeen,
    employee: UserId,
) -> None:
    """An employee's tag is ours for good, and pushes out what excludes it."""
    take_tags(connection, member_id, rivals_of(tag, item.tags))
    connection.execute(
        "INSERT INTO member_tag"
        " (member_id, tag, source, confidence, evidence, added_at, expires_at)"
        " VALUES (?, ?, 'person', 1, ?, ?, NULL)"
        " ON CONFLICT (member_id, tag) DO UPDATE SET source = 'person', confidence = 1,"
        " evidence = excluded.evidence, expires_at = NULL",
        (member_id, tag.key, employee, to_micros(item.at)),
    )


_DIFFERENCES: Final = """
WITH library(key, name) AS (VALUES {library}), wanted AS (
  SELECT t.id AS tie_id, w.name AS name
  FROM library AS w
  JOIN member_tag AS m ON m.tag = w.key AND (m.expires_at IS NULL OR m.expires_at > ?2)
  JOIN tie AS t ON t.member_id = m.member_id AND t.until IS NULL
), differing AS (
  SELECT tie_id, name, 'adding' AS change FROM wanted
  WHERE NOT EXISTS (SELECT 1 FROM tie_tag AS r
    WHERE r.tie_id = wanted.tie_id AND r.tag = wanted.name AND r.state IN ('there', 'adding'))
  UNION ALL
  SELECT r.tie_id, r.tag, 'removing' FROM tie_tag AS r
  WHERE r.state IN ('there', 'adding') AND r.tag IN (SELECT name FROM library)
    AND NOT EXISTS (SELECT 1 FROM wanted WHERE wanted.tie_id = r.tie_id AND wanted.name = r.tag)
)
SELECT d.tie_id, d.name, d.change, t.employee, i.user_id
FROM differing AS d
JOIN tie AS t ON t.id = d.tie_id AND t.realm = ?1 AND t.until IS NULL
JOIN identity AS i ON i.realm = t.realm AND i.member_id = t.member_id
ORDER BY d.tie_id, d.name
"""


async def differs(store: Store, wanted: TagsWanted) -> bool:
    """Whether there is anything to ask for; looking takes long where there are many customers."""
    if not wanted.tags:
        return False
    query, parameters = _differences(wanted)
    rows = await store.read(f"SELECT EXISTS (SELECT 1 FROM ({query}) AS d) AS found", parameters)
    return bool(rows[0]["found"])


def ask_for_tags(connection: Connection, items: Sequence[TagsWanted]) -> list[int]:
    """The lane of what is asked: one change a tie, its rows and its message together.

    Returns how many ties each look has found to change.
    """
    return [_ask(connection, item) for item in items]


def _differences(wanted: TagsWanted) -> tuple[str, tuple[str | int, ...]]:
    """The query of what differs, with its parameters."""
    places = [f"(?{place}, ?{place + 1})" for place in range(3, 3 + 2 * len(wanted.tags), 2)]
    library = [text for tag in wanted.tags for text in (tag.key, tag.name)]
    query = _DIFFERENCES.format(library=", ".join(places))
    return query, (wanted.realm, to_micros(wanted.at), *library)


def _ask(connection: Connection, item: TagsWanted) -> int:
    if not item.tags:
        return 0
    found = connection.execute(*_differences(item)).fetchall()
    _note(
        connection,
        [(row["tie_id"], row["name"], row["change"], to_micros(item.at)) for row in found],
    )
    changes = [list(rows) for _, rows in groupby(found, key=lambda row: int(row["tie_id"]))]
    enqueue_all(connection, [(_outgoing(item, rows), item.at) for rows in changes])
    return len(changes)


def _outgoing(item: TagsWanted, rows: Sequence[Row]) -> Outgoing:
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


def _note(connection: Connection, rows: Iterable[tuple[int, str, str, int | None]]) -> None:
    """Keep the state of tags on ties, and when they were asked for."""
    connection.write(_NOTE, rows)
