"""The tables of check-ins: reading the days that a decision needs, writing those that it made."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from bot.core.ids import EventKey, MemberId
from bot.rewards.checkin.days import DayKind, Raise, StreakDay
from bot.rewards.checkin.makeup import Card
from bot.store.connection import Connection, Row
from bot.store.sql import over

STANDING: Final = """
greatest(checkin.streak, coalesce((
    SELECT max(raising.raised_to) FROM checkin AS raising
    WHERE raising.member_id = checkin.member_id AND raising.raised_on = checkin.on_date
), 0))
"""
"""The streak up to a day of ``checkin`` as it is now, if no day follows right behind it."""

_LOAD_DAYS = over(
    "member_id int, on_date text, event_key text",
    f"""
WITH wanted AS (
    SELECT member_id, on_date FROM rows
    UNION
    SELECT checkin.member_id, checkin.on_date
    FROM rows CROSS JOIN checkin ON checkin.event_key = rows.event_key
), since AS (
    SELECT member_id, min(coalesce((
        SELECT earlier.on_date FROM checkin AS earlier
        WHERE earlier.member_id = wanted.member_id AND earlier.on_date < wanted.on_date
            AND earlier.kind <> 'frozen'
        ORDER BY earlier.on_date DESC LIMIT 1
    ), '')) AS on_date
    FROM wanted GROUP BY member_id
)
SELECT checkin.member_id, checkin.on_date, checkin.kind, checkin.streak, checkin.points,
    checkin.bonus, checkin.freezes, checkin.event_key, checkin.raised_on, checkin.raised_to,
    checkin.extra, checkin.campaign, {STANDING} AS standing
FROM since CROSS JOIN checkin
    ON checkin.member_id = since.member_id AND checkin.on_date >= since.on_date
""",
)

_WRITE_DAY = over(
    "member_id int, on_date text, kind text, streak int, points int, bonus int, freezes int,"
    " event_key text, raised_on text, raised_to int, extra int, campaign text",
    """
INSERT INTO checkin (member_id, on_date, kind, streak, points, bonus, freezes, event_key,
    raised_on, raised_to, extra, campaign)
SELECT member_id, on_date, kind, streak, points, bonus, freezes, event_key, raised_on, raised_to,
    extra, campaign
FROM rows
""",
)

_COUNT_CARDS: Final = "SELECT count(*) FROM makeup_card WHERE member_id = ? AND month = ?"

_FIND_CARD: Final = """
SELECT month, card, price FROM makeup_card WHERE member_id = ? AND on_date = ?
"""

_WRITE_CARD: Final = """
INSERT INTO makeup_card (member_id, on_date, month, card, price) VALUES (?, ?, ?, ?, ?)
"""


def load_days(
    connection: Connection, wanted: Sequence[tuple[MemberId, date, EventKey]]
) -> list[StreakDay]:
    """What ``MemberDays`` needs for each wanted day, and for the day that each event wrote."""
    rows = [(member_id, on_date.isoformat(), key) for member_id, on_date, key in wanted]
    return [day_of(row) for row in connection.read(_LOAD_DAYS, rows)]


def write_days(connection: Connection, days: Iterable[StreakDay]) -> None:
    """Write new days."""
    connection.write(
        _WRITE_DAY,
        [
            (
                day.member_id,
                day.on_date.isoformat(),
                day.kind,
                day.streak,
                day.points,
                day.bonus,
                day.freezes,
                day.key,
                None if day.raises is None else day.raises.on_date.isoformat(),
                None if day.raises is None else day.raises.streak,
                day.extra,
                day.campaign,
            )
            for day in days
        ],
    )


def day_of(row: Row) -> StreakDay:
    """A day from all columns of its row and from ``standing``."""
    raised_on = row["raised_on"]
    return StreakDay(
        member_id=MemberId(row["member_id"]),
        on_date=date.fromisoformat(row["on_date"]),
        kind=DayKind(row["kind"]),
        streak=row["streak"],
        standing=row["standing"],
        points=row["points"],
        bonus=row["bonus"],
        freezes=row["freezes"],
        key=EventKey(row["event_key"]),
        raises=None
        if raised_on is None
        else Raise(date.fromisoformat(raised_on), row["raised_to"]),
        extra=row["extra"],
        campaign=row["campaign"],
    )


def count_cards(connection: Connection, member_id: MemberId, month: str) -> int:
    """How many cards a member bought in a month (YYYY-MM)."""
    (count,) = connection.execute(_COUNT_CARDS, (member_id, month)).fetchone()
    return int(count)


def find_card(connection: Connection, day: StreakDay) -> Card | None:
    """The card that made a day up, if one did."""
    key = (day.member_id, day.on_date.isoformat())
    row = connection.execute(_FIND_CARD, key).fetchone()
    return None if row is None else Card(day, row["month"], row["card"], row["price"])


def write_card(connection: Connection, card: Card) -> None:
    """Write a new card; the day that it makes up is written before."""
    day = card.day
    row = (day.member_id, day.on_date.isoformat(), card.month, card.number, card.price)
    connection.execute(_WRITE_CARD, row)
