"""A group with posts, and what members do after them, written as the program writes it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.ids import GroupKey
from bot.reports.posts import PostFigures, ZoneOf
from bot.store.connection import Connection
from bot.store.fields import to_micros

POND, LAKE = GroupKey("pond"), GroupKey("lake")
SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
"""Monday, 08:30 in Shanghai."""

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def in_shanghai(_: GroupKey) -> ZoneInfo:
    return SHANGHAI


ZONE_OF: ZoneOf = in_shanghai


class Book:
    """Hands on the tables that reports read."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._posts = 0
        self._events = 0

    def members(self, *ids: int, group: str = POND, joined_at: datetime | None = None) -> None:
        """People who are in the group, from ``joined_at`` on or from the beginning."""
        for one in ids:
            self.connection.execute(
                "INSERT INTO member (id, created_at) VALUES (?, 0) ON CONFLICT (id) DO NOTHING",
                (one,),
            )
            self.connection.execute(
                "INSERT INTO membership (group_key, member_id, joined_at) VALUES (?, ?, ?)",
                (group, one, None if joined_at is None else to_micros(joined_at)),
            )

    def leaves(self, member: int, at: datetime, group: str = POND) -> None:
        self.connection.execute(
            "UPDATE membership SET left_at = ? WHERE group_key = ? AND member_id = ?",
            (to_micros(at), group, member),
        )

    def staff(self, member: int, group: str = POND) -> None:
        self.connection.execute(
            "INSERT INTO appointment (group_key, member_id, role) VALUES (?, ?, 'owner')",
            (group, member),
        )

    def post(self, at: datetime, group: str = POND, **more: Any) -> str:
        """A post; returns its key."""
        self._posts += 1
        key = f"{group}/{self._posts}"
        row = {
            "pillar": "industry",
            "kind": "lesson",
            "item": f"item-{self._posts}",
            "title": f"title {self._posts}",
            "step": "code",
            "origin": "calendar",
            "state": "published",
            **more,
        }
        posted = row["state"] == "published"
        self.connection.execute(
            "INSERT INTO slot (key, group_key, sequence, due_at, decided_at, posted_at, reason, "
            f"{', '.join(row)}) VALUES (?, ?, ?, ?, ?, ?, '', {', '.join('?' * len(row))})",
            (
                *(key, group, self._posts, to_micros(at), to_micros(at)),
                to_micros(at) if posted else None,
                *row.values(),
            ),
        )
        return key

    def act(self, member: int, at: datetime, *acts: str, group: str = POND) -> None:
        """One thing that a member does; several acts are of one event."""
        self._events += 1
        for act in acts or ("message",):
            self.connection.execute(
                "INSERT INTO interaction (member_id, group_key, act, at, event_key)"
                " VALUES (?, ?, ?, ?, ?)",
                (member, group, act, to_micros(at), f"event-{self._events}"),
            )

    def referral(
        self, friend: int, inviter: int, at: datetime, state: str = "pending", group: str = POND
    ) -> None:
        """A friend who came by a member's code."""
        self.connection.execute(
            "INSERT INTO referral (friend_id, inviter_id, group_key, code, event_key, state,"
            " joined_at, entered_at, qualify_at) VALUES (?, ?, ?, 'CODE', ?, ?, ?, ?, ?)",
            (friend, inviter, group, f"code-{friend}", state, *[to_micros(at)] * 3),
        )

    def link(self, slot: str, what: str = "content", group: str = POND) -> str:
        """A link of a post; returns its token."""
        token = f"{what[:4]}{slot.replace('/', ''):x>8}"[:12]
        self.connection.execute(
            "INSERT INTO post_link (token, slot_key, group_key, what, url)"
            " VALUES (?, ?, ?, ?, 'https://example.com/')",
            (token, slot, group, what),
        )
        return token

    def opening(self, token: str, visitor: str, at: datetime, how: str = "unknown") -> None:
        self.connection.execute(
            "INSERT INTO link_opening (token, on_date, visitor, how, openings, at)"
            " VALUES (?, ?, ?, ?, 1, ?)",
            (token, at.date().isoformat(), visitor, how, to_micros(at)),
        )


PLAIN = PostFigures(
    key="pond/0",
    group_key=POND,
    posted_at=START,
    ends_at=START + DAY,
    origin="calendar",
    pillar="industry",
    kind="lesson",
    item="item",
    title="title",
    variant="a",
    step="code",
    appeal="trust",
    node="",
    campaign="",
    promotion=False,
    is_new=False,
    members=100,
    replies=5,
    speakers=5,
    checkins=0,
    clicks=None,
    step_clicks=None,
    forwarded=0,
    robots=0,
    joins=0,
    referrals=0,
    referrals_later=0,
    leaves=0,
    left_soon=0,
)


def figures(days: float = 0, **parts: Any) -> PostFigures:
    """A plain post so many days after ``START``, with other ``parts``."""
    at = START + timedelta(days=days)
    return replace(PLAIN, **{"key": f"pond/{days}", "posted_at": at, "ends_at": at + DAY, **parts})


def daily(count: int, **parts: Any) -> Iterable[PostFigures]:
    """One plain post a day, with ``parts``."""
    return [figures(day, **parts) for day in range(count)]
