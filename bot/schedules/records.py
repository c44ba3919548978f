"""What was decided about slots so far, read from the database.

``History`` is all that the next decision depends on besides the settings, so the publisher and
the plan, which reads the same rows, cannot disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.core.ids import GroupKey
from bot.settings.schema.front_matter import Appeal
from bot.settings.settings import FIRST_VARIANT
from bot.store.connection import Connection, Row
from bot.store.db import Store
from bot.store.fields import from_micros, maybe_instant, to_micros


class SlotState(StrEnum):
    """What became of a slot."""

    PUBLISHED = "published"
    SKIPPED = "skipped"
    ASKED = "asked"
    """It was late and the owners were asked; 发布 is their yes."""


class Origin(StrEnum):
    """Who wanted a post."""

    CALENDAR = "calendar"
    CAMPAIGN = "campaign"
    HAND = "hand"
    """A slot of the plan, in somebody's own words."""

    OWNER = "owner"
    """An owner's 发布, at no slot of the plan."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the past, or a planned one. ``at`` is the instant that counts for gaps and rests.

    ``mix`` is the key of the mix that it was chosen for, empty for the usual one. ``step`` names a
    wording of a fission step.
    """

    at: datetime
    pillar: str
    kind: str
    item: str
    promotion: bool
    step: str
    discount: bool = False
    mix: str = ""
    variant: str = FIRST_VARIANT


@dataclass(frozen=True, slots=True)
class History:
    """What happened in a group so far.

    ``posts`` are in the order of decision. ``since`` is the due instant of the last decided slot,
    or the instant when the group was first seen; None when it never was. ``decided`` are the keys
    of slots that are due at ``since`` and decided. ``sequence`` is the number of decisions.
    ``asked`` is the key of the late slot about which the owners were asked just now.
    """

    posts: tuple[Post, ...] = ()
    since: datetime | None = None
    decided: frozenset[str] = frozenset()
    sequence: int = 0
    paused_at: datetime | None = None
    asked: str = ""

    def with_post(self, post: Post) -> "History":
        """The history after one more post."""
        return replace(self, posts=(*self.posts, post))


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """A decided slot, for reports. ``due_at`` of an owner's post is the instant of his word."""

    key: str
    group_key: GroupKey
    sequence: int
    origin: Origin
    due_at: datetime
    decided_at: datetime
    state: SlotState
    pillar: str
    kind: str
    item: str
    title: str
    step: str
    promotion: bool
    reason: str
    posted_at: datetime | None
    variant: str
    campaign: str
    node: str
    approved_by: str


# The order matters: a decision made after the first query takes a number, so whoever builds on
# the older number is refused when he writes.
_HEAD = (
    "SELECT coalesce(max(sequence), 0) AS sequence,"
    " max(CASE WHEN origin <> 'owner' THEN due_at END) AS decided_until,"
    " (SELECT started_at FROM schedule_start WHERE group_key = ?1) AS started_at,"
    " (SELECT paused_at FROM community_group WHERE key = ?1) AS paused_at,"
    " (SELECT key FROM slot WHERE group_key = ?1 AND state = 'asked' AND sequence ="
    " (SELECT max(sequence) FROM slot WHERE group_key = ?1)) AS asked"
    " FROM slot WHERE group_key = ?1"
)
_POSTS = (
    "SELECT posted_at, pillar, kind, item, promotion, step, appeal, mix, variant FROM slot"
    " WHERE group_key = ? AND state = 'published' ORDER BY sequence"
)
_DECIDED = "SELECT key FROM slot WHERE group_key = ? AND origin <> 'owner' AND due_at = ?"
_RECENT = "SELECT * FROM slot WHERE group_key = ? AND decided_at >= ? ORDER BY sequence"
_ONE = "SELECT * FROM slot WHERE key = ?"


async def read_history(store: Store, group_key: GroupKey) -> History:
    """The history of a group."""
    head = (await store.read(_HEAD, [group_key]))[0]
    posts = await store.read(_POSTS, [group_key])
    decided = await store.read(_DECIDED, [group_key, head["decided_until"]])
    return _history(head, posts, decided)


def read_history_from(connection: Connection, group_key: GroupKey) -> History:
    """``read_history`` for the command line, which only opens the database to look at it."""
    head = connection.execute(_HEAD, [group_key]).fetchone()
    posts = connection.execute(_POSTS, [group_key]).fetchall()
    decided = connection.execute(_DECIDED, [group_key, head["decided_until"]]).fetchall()
    return _history(head, posts, decided)


async def read_recent_slots(
    store: Store, group_key: GroupKey, since: datetime
) -> tuple[SlotRecord, ...]:
    """Everything decided in the group at or after ``since``, skipped slots too, in order."""
    rows = await store.read(_RECENT, [group_key, to_micros(since)])
    return tuple(_record(row) for row in rows)


async def read_slot(store: Store, key: str) -> SlotRecord | None:
    """The slot with this key, once it is decided."""
    rows = await store.read(_ONE, [key])
    return _record(rows[0]) if rows else None


def _history(head: Row, posts: Sequence[Row], decided: Sequence[Row]) -> History:
    since = head["decided_until"] or head["started_at"]
    return History(
        posts=tuple(
            Post(
                at=from_micros(row["posted_at"]),
                pillar=row["pillar"],
                kind=row["kind"],
                item=row["item"],
                promotion=bool(row["promotion"]),
                step=row["step"],
                discount=row["appeal"] == Appeal.DISCOUNT,
                mix=row["mix"],
                variant=row["variant"] or FIRST_VARIANT,
            )
            for row in posts
        ),
        since=maybe_instant(since),
        decided=frozenset(row["key"] for row in decided),
        sequence=head["sequence"],
        paused_at=maybe_instant(head["paused_at"]),
        asked=head["asked"] or "",
    )


def _record(row: Row) -> SlotRecord:
    return SlotRecord(
        key=row["key"],
        group_key=GroupKey(row["group_key"]),
        sequence=row["sequence"],
        origin=Origin(row["origin"]),
        due_at=from_micros(row["due_at"]),
        decided_at=from_micros(row["decided_at"]),
        state=SlotState(row["state"]),
        pillar=row["pillar"],
        kind=row["kind"],
        item=row["item"],
        title=row["title"],
        step=row["step"],
        promotion=bool(row["promotion"]),
        reason=row["reason"],
        posted_at=maybe_instant(row["posted_at"]),
        variant=row["variant"],
        campaign=row["campaign"],
        node=row["node"],
        approved_by=row["approved_by"],
    )
