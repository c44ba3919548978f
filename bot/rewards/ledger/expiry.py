"""Points end: lots whose last day is over go to the expired account, by a job and never by chance.

Members are told before: once for every lot and each of the configured distances.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bot.core.ids import MemberId
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.transfers import AccountKind, AccountRef, Reason, Transfer
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import to_micros
from bot.store.sql import over

AT_ONCE: Final = 500
"""Members whose points end in one transaction."""

_LOAD_ENDED = """
SELECT account.holder, min(lot.expires_on) AS first_on, max(lot.expires_on) AS last_on,
    CAST(sum(lot.points) AS INTEGER) AS points, account.last_entry_id
FROM lot JOIN account ON account.id = lot.account_id
WHERE lot.expires_on < ? AND lot.points > 0
GROUP BY account.id, account.holder, account.last_entry_id ORDER BY account.id LIMIT ?
"""

_READ_NEXT = """
SELECT min(expires_on) AS expires_on FROM lot WHERE points > 0 AND expires_on < '9999-12-31'
"""

_READ_ENDING = """
SELECT account.holder, lot.expires_on, lot.points
FROM lot JOIN account ON account.id = lot.account_id
WHERE lot.points > 0 AND lot.expires_on >= ? AND lot.expires_on <= ?
    AND NOT EXISTS (SELECT 1 FROM expiry_notice AS told
        WHERE told.member_id = CAST(account.holder AS INTEGER) AND told.expires_on = lot.expires_on
            AND told.days <= ?)
ORDER BY lot.expires_on, account.id LIMIT ?
"""

_WRITE_NOTICE = over(
    "member_id int, expires_on text, days int, told_at int",
    """
INSERT INTO expiry_notice (member_id, expires_on, days, told_at)
SELECT member_id, expires_on, days, told_at FROM rows WHERE true ON CONFLICT DO NOTHING
""",
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Some of a member's points can be used until ``expires_on`` and not after.

    ``days`` is the configured distance that this notice is for.
    """

    member_id: MemberId
    expires_on: date
    points: int
    days: int


@dataclass(frozen=True, slots=True)
class _Told:
    notices: tuple[Notice, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class _End:
    today: date
    at: datetime


class Expiry:
    """The lanes on which points end and notices are kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ends = store.lane("points expiry", _end_lots)
        self._notices = store.lane("expiry notices", _keep_notices)

    async def run(self, today: date, now: datetime) -> int:
        """End every lot whose last day is before ``today``; how many members lost some."""
        members = 0
        while ended := await self._ends.submit(_End(today, now)):
            members += ended
        return members

    async def read_notices(self, today: date, distances: Sequence[int], limit: int) -> list[Notice]:
        """Whom to tell today that points end, the nearest distance first, at most ``limit``."""
        notices: dict[tuple[MemberId, date], Notice] = {}
        for days in sorted(distances):
            until = today + timedelta(days=days)
            rows = await self._store.read(
                _READ_ENDING, (today.isoformat(), until.isoformat(), days, limit)
            )
            for row in rows:
                member_id = MemberId(int(row["holder"]))
                expires_on = date.fromisoformat(row["expires_on"])
                notice = Notice(member_id, expires_on, row["points"], days)
                notices.setdefault((member_id, expires_on), notice)
        return list(notices.values())[:limit]

    async def mark_told(self, notices: Sequence[Notice], now: datetime) -> None:
        """Note that these were told. May be repeated."""
        await self._notices.submit(_Told(tuple(notices), now))

    async def next_end(self) -> date | None:
        """The last day of the lot that ends next."""
        rows = await self._store.read(_READ_NEXT)
        found = rows[0]["expires_on"]
        return None if found is None else date.fromisoformat(found)


def _end_lots(connection: Connection, ends: Sequence[_End]) -> list[int]:
    return [_end_some(connection, end) for end in ends]


def _end_some(connection: Connection, end: _End) -> int:
    rows = connection.execute(_LOAD_ENDED, (end.today.isoformat(), AT_ONCE)).fetchall()
    post_all(
        connection,
        [
            (
                Transfer(
                    # The same points never end twice, and points that came back may end again.
                    key=f"expiry/{row['holder']}/{row['last_entry_id']}",
                    debit=AccountRef.member(MemberId(int(row["holder"]))),
                    credit=AccountRef.house(AccountKind.EXPIRED),
                    amount=row["points"],
                    reason=Reason.EXPIRY,
                    reference=f"lots/{row['first_on']}/{row['last_on']}",
                    actor="clock",
                    at=end.at,
                ),
            )
            for row in rows
        ],
    )
    return len(rows)


def _keep_notices(connection: Connection, items: Sequence[_Told]) -> list[None]:
    connection.write(
        _WRITE_NOTICE,
        [
            (notice.member_id, notice.expires_on.isoformat(), notice.days, to_micros(told.at))
            for told in items
            for notice in told.notices
        ],
    )
    return [None] * len(items)
