"""Check-in 签到: once a community day, with a streak and its milestones."""

from datetime import date, datetime, tzinfo

from bot.core.ids import EventKey, MemberId
from bot.rewards.checkin.lane import apply_check_ins
from bot.rewards.checkin.streaks import ONE_DAY, CheckedIn, CheckInRequest
from bot.rewards.days import community_date
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store
from bot.store.lane import Lane

__all__ = ["CheckIns", "CheckedIn"]

_READ_STREAK = """
SELECT streak FROM checkin WHERE member_id = ? AND on_date IN (?, ?) ORDER BY on_date DESC LIMIT 1
"""


class CheckIns:
    """The lane on which members check in."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lane: Lane[CheckInRequest, CheckedIn] = store.lane("check-in", apply_check_ins)

    async def check_in(
        self,
        *,
        member_id: MemberId,
        key: EventKey,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> CheckedIn:
        """Check ``member_id`` in for the community day of ``now`` and issue what it pays.

        ``key`` is the event's; the same event again gets its first answer. ``now`` should be the
        instant of the event rather than of the attempt, so that an event that waited over the
        turn of the day still counts for its own. Raises KeyReused for another member's key.
        """
        return await self._lane.submit(
            CheckInRequest(
                member_id=member_id,
                key=key,
                on_date=community_date(now, zone, rules.day_starts_at),
                at=now,
                points=rules.checkin.points,
                milestones=rules.checkin.milestones,
            )
        )

    async def read_streak(self, member_id: MemberId, today: date) -> int:
        """The member's living streak in days: up to ``today`` or, until he comes, yesterday."""
        days = (today.isoformat(), (today - ONE_DAY).isoformat())
        rows = await self._store.read(_READ_STREAK, (member_id, *days))
        return rows[0]["streak"] if rows else 0
