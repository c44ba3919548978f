"""What we know about a member (画像): read when somebody asks, nothing is kept twice."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import GroupKey, MemberId
from bot.settings.schema.members import Act
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros


@dataclass(frozen=True, slots=True)
class HeldTag:
    """A tag with what it rests on. ``expires_at`` is None for tags set by hand."""

    tag: str
    source: str
    confidence: float
    evidence: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Portrait:
    """``joined_at`` is None for members who were there before the bot."""

    member_id: MemberId
    joined_at: datetime | None
    last_seen_at: datetime | None
    acts: tuple[tuple[Act, int], ...]
    tags: tuple[HeldTag, ...]


@dataclass(frozen=True, slots=True)
class GroupNumbers:
    """A group's numbers since an instant; ``members`` is now."""

    members: int
    joined: int
    left: int
    speakers: int
    acts: tuple[tuple[Act, int], ...]

    def count(self, act: Act) -> int:
        """How often ``act`` happened."""
        return dict(self.acts).get(act, 0)


async def read_portrait(
    store: Store, member_id: MemberId, group_key: GroupKey, now: datetime
) -> Portrait:
    """The portrait of a member, with his stay in one group."""
    stays = await store.read(
        "SELECT joined_at FROM membership WHERE member_id = ? AND group_key = ?"
        " ORDER BY left_at IS NOT NULL, id DESC LIMIT 1",
        [member_id, group_key],
    )
    acts = await store.read(
        "SELECT act, count(*) AS n, max(at) AS last FROM interaction WHERE member_id = ?"
        " GROUP BY act ORDER BY n DESC, act",
        [member_id],
    )
    joined_at = stays[0]["joined_at"] if stays else None
    return Portrait(
        member_id=member_id,
        joined_at=None if joined_at is None else from_micros(joined_at),
        last_seen_at=from_micros(max(row["last"] for row in acts)) if acts else None,
        acts=tuple((Act(row["act"]), row["n"]) for row in acts),
        tags=await read_tags(store, member_id, now),
    )


async def read_tags(store: Store, member_id: MemberId, now: datetime) -> tuple[HeldTag, ...]:
    """The tags that hold at ``now``, the surest first."""
    rows = await store.read(
        "SELECT * FROM member_tag WHERE member_id = ? AND (expires_at IS NULL OR expires_at > ?)"
        " ORDER BY confidence DESC, tag",
        [member_id, to_micros(now)],
    )
    return tuple(
        HeldTag(
            tag=row["tag"],
            source=row["source"],
            confidence=row["confidence"],
            evidence=row["evidence"],
            expires_at=None if row["expires_at"] is None else from_micros(row["expires_at"]),
        )
        for row in rows
    )


async def read_group_numbers(store: Store, group_key: GroupKey, since: datetime) -> GroupNumbers:
    """What happened in a group since an instant."""
    start = to_micros(since)
    stays = await store.read(
        "SELECT count(*) FILTER (WHERE left_at IS NULL) AS members,"
        " count(*) FILTER (WHERE joined_at >= ?) AS joined,"
        ' count(*) FILTER (WHERE left_at >= ?) AS "left" FROM membership WHERE group_key = ?',
        [start, start, group_key],
    )
    acts = await store.read(
        "SELECT act, count(*) AS n FROM interaction WHERE group_key = ? AND at >= ? GROUP BY act",
        [group_key, start],
    )
    speakers = await store.read(
        "SELECT count(DISTINCT member_id) AS n FROM interaction"
        " WHERE group_key = ? AND at >= ? AND act NOT IN ('join', 'leave')",
        [group_key, start],
    )
    return GroupNumbers(
        members=stays[0]["members"],
        joined=stays[0]["joined"],
        left=stays[0]["left"],
        speakers=speakers[0]["n"],
        acts=tuple((Act(row["act"]), row["n"]) for row in acts),
    )
