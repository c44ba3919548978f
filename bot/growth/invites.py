"""The lanes of inviting: codes, entries, settling, leaving; and what has still to be told."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.ids import GroupKey, MemberId
from bot.core.messages import Outgoing
from bot.growth.lane import FriendLeft, SettleDue, enter_codes, friends_left, settle_due
from bot.growth.models import ReferralRow
from bot.growth.referrals import CodeEntry, EntryVerdict, News, Progress, draw_code, progress_of
from bot.outbox.enqueue import enqueue
from bot.rewards.days import community_date
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Lane
from bot.store.sql import over

_GIVE_CODES: Final = over(
    "member_id int, code text, created_at int",
    "INSERT INTO invite_code (member_id, code, created_at)"
    " SELECT member_id, code, created_at FROM rows WHERE true ON CONFLICT DO NOTHING",
)

_CODES: Final = over(
    "member_id int",
    "SELECT c.member_id, c.code FROM rows CROSS JOIN invite_code AS c"
    " ON c.member_id = rows.member_id",
)


@dataclass(frozen=True, slots=True)
class Told:
    """A referral whose people have still to be told what became of it."""

    referral_id: int
    news: News
    inviter_id: MemberId
    friend_id: MemberId
    group_key: GroupKey
    inviter_points: int
    friend_points: int


class Invites:
    """Codes and referrals."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        self._store = store
        self._rng = rng
        self._codes = store.lane("invite codes", give_codes)
        self._entries: Lane[CodeEntry, EntryVerdict] = store.lane("code entries", enter_codes)
        self._settlements = store.lane("referral settlements", settle_due)
        self._departures = store.lane("referral departures", friends_left)

    async def code_of(self, member_id: MemberId, now: datetime) -> str:
        """The member's own code; made at the first call, the same for ever after."""
        while True:
            code = await self._codes.submit((member_id, draw_code(self._rng), now))
            if code is not None:
                return code

    async def enter(self, entry: CodeEntry) -> EntryVerdict:
        """A newcomer typed a code. The same event again gets its first answer."""
        return await self._entries.submit(entry)

    async def left(
        self, friend_id: MemberId, group_key: GroupKey, now: datetime, rules: RewardsFile
    ) -> None:
        """Someone left: a waiting referral ends, a recent payment is taken back."""
        await self._departures.submit(
            FriendLeft(friend_id, group_key, now, rules.referral.clawback_days)
        )

    async def settle(self, now: datetime, rules: RewardsFile, zone: ZoneInfo) -> int:
        """Pay the referrals whose friends stayed and acted; returns how many."""
        began = day_began(now, rules, zone)
        month_began = began.astimezone(zone).replace(day=1)
        return await self._settlements.submit(
            SettleDue(now, began, began + timedelta(days=1), month_began, rules.referral)
        )

    async def next_due(self, now: datetime) -> datetime | None:
        """When the next waiting time is over; those that wait for an act have no instant."""
        rows = await self._store.read(
            "SELECT min(qualify_at) AS due FROM referral"
            " WHERE state = 'pending' AND qualify_at > ?",
            [to_micros(now)],
        )
        due = rows[0]["due"]
        return None if due is None else from_micros(due)

    async def read_progress(self, inviter_id: MemberId) -> Progress:
        """How an inviter's referrals stand."""
        rows = await self._store.read(
            "SELECT state, count(*) AS n FROM referral WHERE inviter_id = ? GROUP BY state",
            [inviter_id],
        )
        return progress_of([(row["state"], row["n"]) for row in rows])

    async def count_settled(self, group_key: GroupKey, since: datetime) -> int:
        """Referrals of a group that were paid since an instant."""
        rows = await self._store.read(
            "SELECT count(*) AS n FROM referral WHERE group_key = ? AND settled_at >= ?",
            [group_key, to_micros(since)],
        )
        return int(rows[0]["n"])

    async def read_news(self) -> tuple[Told, ...]:
        """Everything that people have still to be told."""
        rows = await self._store.read("SELECT * FROM referral WHERE news <> '' ORDER BY id")
        return tuple(
            Told(
                referral_id=row["id"],
                news=News(row["news"]),
                inviter_id=MemberId(row["inviter_id"]),
                friend_id=MemberId(row["friend_id"]),
                group_key=GroupKey(row["group_key"]),
                inviter_points=row["inviter_points"],
                friend_points=row["friend_points"],
            )
            for row in rows
        )

    async def tell(self, told: Told, outgoings: Sequence[Outgoing], now: datetime) -> None:
        """Enqueue the messages and clear the news, in one transaction."""

        async def write() -> None:
            await enqueue(outgoings, now=now)
            await ReferralRow.filter(id=told.referral_id, news=told.news).update(news="")

        await self._store.transaction(write)


def day_began(now: datetime, rules: RewardsFile, zone: ZoneInfo) -> datetime:
    """The instant at which the community's present day began."""
    today = community_date(now, zone, rules.day_starts_at)
    return datetime.combine(today, rules.day_starts_at, zone)


def give_codes(
    connection: Connection, items: Sequence[tuple[MemberId, str, datetime]]
) -> list[str | None]:
    """The code lane; None when the drawn code is somebody else's."""
    connection.write(
        _GIVE_CODES, [(member_id, code, to_micros(now)) for member_id, code, now in items]
    )
    codes = {
        row["member_id"]: row["code"]
        for row in connection.read(_CODES, [(member_id,) for member_id, _, _ in items])
    }
    return [codes.get(member_id) for member_id, _, _ in items]
