"""Counting: what each member of a group has within a span, read from the facts.

Who runs the group does not compete, nor does who is blocked or has left it. What is taken back
counts as never earned, from the day on which it is taken back.
"""

from datetime import date, datetime, tzinfo
from typing import Final, assert_never

from bot.core.ids import GroupKey, MemberId
from bot.rewards.boards.periods import Span
from bot.rewards.boards.ranking import Score, damped
from bot.rewards.days import day_begins_at
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.rewards.boards import Measure, Source
from bot.store.connection import Row
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.sql import over

_PLAYERS: Final = """
WITH players AS (
    SELECT membership.member_id, CAST(membership.member_id AS TEXT) AS holder
    FROM membership JOIN member ON member.id = membership.member_id
    WHERE membership.group_key = ?1 AND membership.left_at IS NULL AND member.blocked_at IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM appointment
            WHERE appointment.member_id = membership.member_id
                AND appointment.group_key IN ('', ?1)
        )
)"""

_POINTS: Final = over(
    "reason text",
    f"""{_PLAYERS}
SELECT players.member_id, coalesce(undone.reason, transfer.reason) AS source,
    CAST(sum(entry.amount) AS INTEGER) AS points,
    max(CASE WHEN entry.amount > 0 THEN transfer.at ELSE 0 END) AS reached_at
FROM transfer
CROSS JOIN entry ON entry.transfer_id = transfer.id
CROSS JOIN account ON account.id = entry.account_id
CROSS JOIN players ON players.holder = account.holder
LEFT JOIN transfer AS undone ON undone.id = transfer.reverses
WHERE transfer.at >= ?2 AND transfer.at < ?3
    AND account.currency = 'points' AND account.kind = 'member'
    AND coalesce(undone.reason, transfer.reason) IN (SELECT reason FROM rows)
GROUP BY players.member_id, coalesce(undone.reason, transfer.reason)
""",
)

_STREAKS: Final = f"""{_PLAYERS}, reached AS (
    SELECT checkin.member_id, checkin.on_date, checkin.streak
    FROM players CROSS JOIN checkin ON checkin.member_id = players.member_id
    WHERE checkin.kind = 'day' AND checkin.on_date BETWEEN ?2 AND ?3
    UNION ALL
    SELECT checkin.member_id, checkin.raised_on, checkin.raised_to
    FROM players CROSS JOIN checkin ON checkin.member_id = players.member_id
    WHERE checkin.raised_on BETWEEN ?2 AND ?3
), best AS (
    SELECT member_id, max(streak) AS streak FROM reached GROUP BY member_id
), since AS (
    SELECT best.member_id, best.streak, min(reached.on_date) AS on_date
    FROM best
    JOIN reached ON reached.member_id = best.member_id AND reached.streak = best.streak
    GROUP BY best.member_id, best.streak
)
SELECT since.member_id, since.streak, since.on_date, transfer.at
FROM since
LEFT JOIN transfer ON transfer.key = 'checkin/' || since.member_id || '/' || since.on_date
"""

_INVITES: Final = f"""{_PLAYERS}
SELECT players.member_id, count(*) AS friends, max(referral.settled_at) AS reached_at
FROM players CROSS JOIN referral ON referral.inviter_id = players.member_id
WHERE referral.state = 'settled' AND referral.group_key = ?1
    AND referral.settled_at >= ?2 AND referral.settled_at < ?3
GROUP BY players.member_id
"""


async def read_scores(
    store: Store,
    group_key: GroupKey,
    measure: Measure,
    span: Span,
    *,
    rules: RewardsFile,
    zone: tzinfo,
) -> list[Score]:
    """What everybody in the group has; in no order, and not all of it above zero."""
    since, until = (to_micros(at(zone, rules)) for at in (span.begins_at, span.ends_at))
    match measure:
        case Measure.POINTS:
            sources = [(source,) for source in rules.boards.sources]
            rows = await store.read_over(_POINTS, sources, group_key, since, until)
            return _points(rows, full=rules.boards.full_points_a_day * span.days)
        case Measure.STREAK:
            days = (span.first.isoformat(), span.last.isoformat())
            rows = await store.read(_STREAKS, (group_key, *days))
            return [
                Score(MemberId(row["member_id"]), row["streak"], _reached(row, zone, rules))
                for row in rows
            ]
        case Measure.INVITES:
            rows = await store.read(_INVITES, (group_key, since, until))
            return [
                Score(MemberId(row["member_id"]), row["friends"], from_micros(row["reached_at"]))
                for row in rows
            ]
    assert_never(measure)


def _points(rows: list[Row], *, full: int) -> list[Score]:
    """Of each member the sources together, those of rules damped."""
    points: dict[MemberId, int] = {}
    reached: dict[MemberId, int] = {}
    for row in rows:
        member_id, counted = MemberId(row["member_id"]), row["points"]
        if row["source"] == Source.EARNING:
            counted = damped(counted, full)
        points[member_id] = points.get(member_id, 0) + counted
        reached[member_id] = max(reached.get(member_id, 0), row["reached_at"])
    return [
        Score(member_id, score, from_micros(reached[member_id]))
        for member_id, score in points.items()
    ]


def _reached(row: Row, zone: tzinfo, rules: RewardsFile) -> datetime:
    """When a streak was reached: at the day's check-in, if it was paid, else as the day began."""
    if row["at"] is not None:
        return from_micros(row["at"])
    return day_begins_at(date.fromisoformat(row["on_date"]), zone, rules.day_starts_at)
