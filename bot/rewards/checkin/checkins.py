"""Check-in 签到: once a community day, with a streak, its milestones, make-up cards and freezes."""

from datetime import date, datetime, tzinfo
from typing import Final

from bot.core.ids import EventKey, MemberId
from bot.rewards.boosts import Boost
from bot.rewards.checkin.days import DayKind
from bot.rewards.checkin.lane import apply_check_ins, apply_make_ups
from bot.rewards.checkin.makeup import (
    MadeUp,
    MakeUpRequest,
    MakeUpResult,
    NeverBefore,
    NoCardsLeft,
    NotMissed,
    NotOver,
    TooFewPoints,
    TooLongAgo,
    first_to_make_up,
    month_of,
)
from bot.rewards.checkin.month import Month, Standing
from bot.rewards.checkin.rows import STANDING
from bot.rewards.checkin.streaks import CheckedIn, CheckInRequest
from bot.rewards.days import community_date
from bot.rewards.ledger.lots import expiry_of
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store
from bot.store.lane import Lane

__all__ = [
    "CheckIns", "CheckedIn", "MadeUp", "MakeUpResult", "Month", "NeverBefore", "NoCardsLeft",
    "NotMissed", "NotOver", "TooFewPoints", "TooLongAgo",
]  # fmt: skip

_READ_STANDING: Final = f"""
SELECT checkin.on_date, checkin.freezes, {STANDING} AS standing FROM checkin
WHERE checkin.member_id = ? AND checkin.on_date <= ? ORDER BY checkin.on_date DESC LIMIT 1
"""

_READ_DAYS: Final = """
SELECT on_date, kind FROM checkin WHERE member_id = ? AND on_date BETWEEN ? AND ?
"""

_READ_FIRST: Final = """
SELECT (SELECT min(on_date) FROM checkin WHERE member_id = ?) AS first,
    (SELECT count(*) FROM makeup_card WHERE member_id = ? AND month = ?) AS cards
"""


class CheckIns:
    """The lanes on which members check in and make days up, and the calendar of both."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lane: Lane[CheckInRequest, CheckedIn] = store.lane("check-in", apply_check_ins)
        self._cards: Lane[MakeUpRequest, MakeUpResult] = store.lane("make-up", apply_make_ups)

    async def check_in(
        self,
        *,
        member_id: MemberId,
        key: EventKey,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
        boost: Boost | None = None,
    ) -> CheckedIn:
        """Check ``member_id`` in for the community day of ``now`` and issue what it pays.

        ``key`` is the event's; the same event again gets its first answer. ``now`` should be the
        instant of the event rather than of the attempt, so that an event that waited over the
        turn of the day still counts for its own. ``boost`` is the campaign that adds to it, if one
        does. Raises KeyReused for another member's key.
        """
        on_date = community_date(now, zone, rules.day_starts_at)
        return await self._lane.submit(
            CheckInRequest(
                member_id=member_id,
                key=key,
                on_date=on_date,
                at=now,
                points=rules.checkin.points,
                milestones=rules.checkin.milestones,
                freeze_every_days=rules.checkin.freezes.every_days,
                most_freezes=rules.checkin.freezes.most_held,
                budgets=rules.budgets,
                expires_on=expiry_of(rules.points, on_date),
                boost=boost,
            )
        )

    async def make_up(
        self,
        on_date: date,
        *,
        member_id: MemberId,
        key: EventKey,
        now: datetime,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> MakeUpResult:
        """Buy a card for ``on_date``, or say why not.

        ``key`` is the event's; the same event again gets its first answer once it bought a card.
        Raises KeyReused for an event that did something else.
        """
        return await self._cards.submit(
            MakeUpRequest(
                member_id=member_id,
                key=key,
                on_date=on_date,
                today=community_date(now, zone, rules.day_starts_at),
                at=now,
                price=rules.checkin.make_up.price,
                days_back=rules.checkin.make_up.days_back,
                most_a_month=rules.checkin.make_up.most_a_month,
            )
        )

    async def read_month(self, member_id: MemberId, today: date, rules: RewardsFile) -> Month:
        """The member's month around the community day ``today``."""
        since = min(today.replace(day=1), first_to_make_up(today, rules.checkin.make_up.days_back))
        days = await self._store.read(_READ_DAYS, (member_id, since.isoformat(), today.isoformat()))
        (row,) = await self._store.read(_READ_FIRST, (member_id, member_id, month_of(today)))
        return Month(
            today=today,
            days={date.fromisoformat(day["on_date"]): DayKind(day["kind"]) for day in days},
            first=None if row["first"] is None else date.fromisoformat(row["first"]),
            standing=await self._read_standing(member_id, today),
            cards_used=row["cards"],
        )

    async def read_streak(self, member_id: MemberId, today: date) -> int:
        """The member's living streak in days: up to ``today`` or, until he comes, his last day."""
        standing = await self._read_standing(member_id, today)
        return standing.streak if standing and standing.is_alive(today) else 0

    async def _read_standing(self, member_id: MemberId, today: date) -> Standing | None:
        rows = await self._store.read(_READ_STANDING, (member_id, today.isoformat()))
        if not rows:
            return None
        row = rows[0]
        return Standing(date.fromisoformat(row["on_date"]), row["standing"], row["freezes"])
