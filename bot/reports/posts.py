"""What became of posts: each is measured until the group's next one, and for a day at most.

Windows of a group do not overlap, so nothing that happens is counted for two posts. Clicks need no
window to be told apart, because a link belongs to its post; they are counted for a day. A reply is
whatever a member does in the group or on its page and the platform lets us hear: messages (in most
groups only those to the bot), commands, taps. Staff is left out, among speakers and among members.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.core.ids import GroupKey
from bot.settings.settings import Settings
from bot.store.connection import Connection, Row
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros

WINDOW: Final = timedelta(days=1)
"""A post's time ends here if the group has no further post before."""

SOON: Final = timedelta(hours=2)
"""Who leaves so soon after a post may have left because of it."""

ECHO: Final = timedelta(hours=48)
"""So long a post may still bring friends, whatever is posted meanwhile."""

ZoneOf = Callable[[GroupKey], ZoneInfo]
"""The clock of a group's posts."""


class Measure(StrEnum):
    """What is counted after a post."""

    REPLIES = "replies"
    SPEAKERS = "speakers"
    CHECKINS = "checkins"
    CLICKS = "clicks"
    STEP_CLICKS = "step_clicks"
    JOINS = "joins"
    REFERRALS = "referrals"
    LEAVES = "leaves"


@dataclass(frozen=True, slots=True)
class PostFigures:
    """A post, and what happened from ``posted_at`` on and before ``ends_at``.

    ``members`` were in the group when it appeared. ``clicks`` and ``step_clicks`` are visitors of a
    day, None where the post had no such link; ``forwarded`` of them are known and not in the group.
    ``robots`` are programs. ``referrals`` of the ``joins`` came by a friend's code;
    ``referrals_later`` within two days, which posts share. ``left_soon`` of the ``leaves`` came
    within two hours. ``is_new`` tells that the group had never had the item.
    """

    key: str
    group_key: GroupKey
    posted_at: datetime
    ends_at: datetime
    origin: str
    pillar: str
    kind: str
    item: str
    title: str
    variant: str
    step: str
    appeal: str
    node: str
    campaign: str
    promotion: bool
    is_new: bool
    members: int
    replies: int
    speakers: int
    checkins: int
    clicks: int | None
    step_clicks: int | None
    forwarded: int
    robots: int
    joins: int
    referrals: int
    referrals_later: int
    leaves: int
    left_soon: int

    def value(self, measure: Measure) -> int | None:
        """What was counted; None where it could not be."""
        counted: int | None = getattr(self, measure)
        return counted

    def is_over(self, now: datetime) -> bool:
        """Whether everything that can happen in its window has happened."""
        ends_at = self.ends_at if self.clicks is None else self.posted_at + WINDOW
        return ends_at <= now


def zones_of(settings: Settings) -> ZoneOf:
    """The clock of each group; of one that is gone from bot.yaml, the community's."""

    def zone_of(key: GroupKey) -> ZoneInfo:
        group = settings.group(key)
        return settings.zone if group is None else settings.zone_of(group)

    return zone_of


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


_WITH_POSTS: Final = f"""
WITH ordered AS (
  SELECT slot.*, lead(posted_at) OVER (
    PARTITION BY group_key ORDER BY posted_at, sequence) AS next_at
  FROM slot WHERE state = 'published' AND posted_at >= ?1 AND (?2 = '' OR group_key = ?2)
),
post AS (
  SELECT ordered.*, CASE WHEN next_at < posted_at + {_micros(WINDOW)} THEN next_at
    ELSE posted_at + {_micros(WINDOW)} END AS ends_at FROM ordered
)
"""
"""The posts with their windows."""

_POSTS: Final = f"""
{_WITH_POSTS} SELECT key, group_key, posted_at, ends_at, origin, pillar, kind, item, title,
  variant, step, appeal, node, campaign, promotion,
  CASE WHEN EXISTS (SELECT 1 FROM slot AS e WHERE e.group_key = post.group_key
    AND e.item = post.item AND e.state = 'published' AND e.sequence < post.sequence)
    THEN 0 ELSE 1 END AS is_new
FROM post ORDER BY posted_at, group_key, sequence
"""

_MEMBER: Final = (
    "NOT EXISTS (SELECT 1 FROM appointment AS a"
    " WHERE a.member_id = {0}.member_id AND a.group_key IN ({0}.group_key, ''))"
)
"""The condition that somebody is no staff of the group."""

_COUNTS: Final[Mapping[tuple[str, ...], str]] = {
    ("members",): f"""
{_WITH_POSTS}, moves AS (
  SELECT s.group_key, coalesce(s.joined_at, 0) AS at, 0 AS place, 1 AS change, '' AS key
  FROM membership AS s WHERE (?2 = '' OR s.group_key = ?2) AND {_MEMBER.format("s")}
  UNION ALL SELECT s.group_key, s.left_at, 0, -1, '' FROM membership AS s
  WHERE s.left_at IS NOT NULL AND (?2 = '' OR s.group_key = ?2) AND {_MEMBER.format("s")}
  UNION ALL SELECT post.group_key, post.posted_at, 1, 0, post.key FROM post
),
counted AS (
  SELECT key, CAST(sum(change) OVER (
    PARTITION BY group_key ORDER BY at, place) AS INTEGER) AS members FROM moves
)
SELECT key, members FROM counted WHERE key <> ''
""",
    ("replies", "speakers", "checkins"): f"""
{_WITH_POSTS} SELECT post.key, count(DISTINCT i.event_key) AS replies,
  count(DISTINCT i.member_id) AS speakers,
  count(DISTINCT CASE WHEN i.act = 'checkin' THEN i.member_id END) AS checkins
FROM post CROSS JOIN interaction AS i
  ON i.group_key = post.group_key AND i.at >= post.posted_at AND i.at < post.ends_at
WHERE i.act NOT IN ('join', 'leave') AND {_MEMBER.format("i")} GROUP BY post.key
""",
    ("joins",): f"""
{_WITH_POSTS} SELECT post.key, count(*) AS joins FROM post CROSS JOIN membership AS s
  ON s.group_key = post.group_key
  AND s.joined_at >= post.posted_at AND s.joined_at < post.ends_at
WHERE {_MEMBER.format("s")} GROUP BY post.key
""",
    ("leaves", "left_soon"): f"""
{_WITH_POSTS} SELECT post.key, count(*) AS leaves,
  sum(CASE WHEN s.left_at < post.posted_at + {_micros(SOON)} THEN 1 ELSE 0 END) AS left_soon
FROM post CROSS JOIN membership AS s
  ON s.group_key = post.group_key AND s.left_at >= post.posted_at AND s.left_at < post.ends_at
WHERE {_MEMBER.format("s")} GROUP BY post.key
""",
    ("referrals", "referrals_later"): f"""
{_WITH_POSTS} SELECT post.key,
  sum(CASE WHEN r.joined_at < post.ends_at THEN 1 ELSE 0 END) AS referrals,
  count(*) AS referrals_later
FROM post CROSS JOIN referral AS r
  ON r.group_key = post.group_key AND r.joined_at >= post.posted_at
  AND r.joined_at < post.posted_at + {_micros(ECHO)}
WHERE r.state NOT IN ('rejected', 'reversed') GROUP BY post.key
""",
    ("clicks", "step_clicks", "forwarded", "robots"): f"""
{_WITH_POSTS} SELECT post.key,
  sum(CASE WHEN l.what <> 'content' THEN NULL WHEN o.how <> 'robot' THEN 1 ELSE 0 END) AS clicks,
  sum(CASE WHEN l.what <> 'step' THEN NULL WHEN o.how <> 'robot' THEN 1 ELSE 0 END) AS step_clicks,
  sum(CASE WHEN o.how = 'forwarded' THEN 1 ELSE 0 END) AS forwarded,
  sum(CASE WHEN o.how = 'robot' THEN 1 ELSE 0 END) AS robots
FROM post CROSS JOIN post_link AS l ON l.slot_key = post.key
  LEFT JOIN link_opening AS o ON o.token = l.token AND o.at >= post.posted_at
  AND o.at < post.posted_at + {_micros(WINDOW)}
GROUP BY post.key
""",
}
"""What is counted, and how: one pass for each table.

Members are added up as they come and go: counting those who were there for each post anew would
cost posts times members.
"""

_NONE: Final[Mapping[str, Any]] = {
    **{name: 0 for names in _COUNTS for name in names},
    "clicks": None,
    "step_clicks": None,
}
"""The counts of a post after which nothing happened, and which had no link."""

EVERY_GROUP: Final = GroupKey("")


async def read_posts(
    store: Store, since: datetime, group_key: GroupKey = EVERY_GROUP
) -> tuple[PostFigures, ...]:
    """Every post since an instant, of one group or of all, in the order of their appearance."""
    values = [to_micros(since), group_key]
    posts = await store.read(_POSTS, values)
    counted = [(names, await store.read(query, values)) for names, query in _COUNTS.items()]
    return _figures(posts, counted)


def read_posts_from(
    connection: Connection, since: datetime, group_key: GroupKey = EVERY_GROUP
) -> tuple[PostFigures, ...]:
    """``read_posts`` for the command line, which only opens the database to look at it."""
    values = (to_micros(since), group_key)
    posts = connection.execute(_POSTS, values).fetchall()
    counted = [
        (names, connection.execute(query, values).fetchall()) for names, query in _COUNTS.items()
    ]
    return _figures(posts, counted)


def _figures(
    posts: Iterable[Row], counted: Iterable[tuple[tuple[str, ...], Iterable[Row]]]
) -> tuple[PostFigures, ...]:
    counts: dict[str, dict[str, Any]] = {}
    for names, rows in counted:
        for row in rows:
            counts.setdefault(row["key"], dict(_NONE)).update((name, row[name]) for name in names)
    return tuple(
        PostFigures(
            key=row["key"],
            group_key=GroupKey(row["group_key"]),
            posted_at=from_micros(row["posted_at"]),
            ends_at=from_micros(row["ends_at"]),
            origin=row["origin"],
            pillar=row["pillar"],
            kind=row["kind"],
            item=row["item"],
            title=row["title"],
            variant=row["variant"],
            step=row["step"],
            appeal=row["appeal"],
            node=row["node"],
            campaign=row["campaign"],
            promotion=bool(row["promotion"]),
            is_new=bool(row["is_new"]),
            **counts.get(row["key"], _NONE),
        )
        for row in posts
    )
