"""The payer's statement beside our books: its lines are kept, and what does not agree is a query.

A payout is judged once the statements cover its end with an hour to spare, so that neither midnight
nor a slow clock makes a difference. Then what left the account under its number is its whole amount
or nothing at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.payouts import Flow, Statement
from bot.platforms.pay import PLATFORM_ZONE, STATEMENT_HOUR
from bot.rewards.payout.payout import OURS
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import to_micros
from bot.store.sql import over

SPARE: Final = timedelta(hours=1)
"""Between an end and the end of the statements that judge it."""

JUDGED_FOR: Final = timedelta(days=35)
"""So long after its end a payout is compared; a difference is shown every day meanwhile."""

_ZONE: Final = ZoneInfo(PLATFORM_ZONE)

_KEEP = """
INSERT INTO payout_statement (on_date, read_at) VALUES (?, ?) ON CONFLICT (on_date) DO NOTHING
"""

_KEEP_FLOW = over(
    "on_date text, line int, bill_no text, amount int, at int",
    """
INSERT INTO payout_flow (on_date, line, bill_no, amount, at)
SELECT on_date, line, bill_no, amount, at FROM rows
""",
)

_BY_REFERENCE = over(
    "reference text",
    """
SELECT payout.reference, payout.bill_no
FROM rows CROSS JOIN payout ON payout.reference = rows.reference
WHERE payout.reference <> ''
""",
)

_SPAN = "SELECT min(on_date), max(on_date) FROM payout_statement"

_UNEQUAL = """
SELECT payout.id, payout.bill_no, payout.amount, payout.state,
    CAST(coalesce(sum(payout_flow.amount), 0) AS INTEGER) AS net
FROM payout LEFT JOIN payout_flow ON payout_flow.bill_no = payout.bill_no
WHERE payout.means = 'wechat' AND payout.made_at >= ?
    AND payout.ended_at >= ? AND payout.ended_at < ?
GROUP BY payout.id, payout.bill_no, payout.amount, payout.state
HAVING CAST(coalesce(sum(payout_flow.amount), 0) AS INTEGER)
    <> CASE payout.state WHEN 'paid' THEN -payout.amount ELSE 0 END
ORDER BY payout.id
"""

_STRANGE = """
SELECT bill_no, CAST(sum(amount) AS INTEGER) AS net FROM payout_flow
WHERE at >= ? AND NOT EXISTS (SELECT 1 FROM payout WHERE payout.bill_no = payout_flow.bill_no)
GROUP BY bill_no ORDER BY bill_no
"""


@dataclass(frozen=True, slots=True)
class KeptStatement:
    """A statement to be kept, as it was read at ``at``."""

    statement: Statement
    at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """Fen that left by our books, and by the payer's, under one number.

    ``payout_id`` is None for a number in our form that our books do not know.
    """

    bill_no: str
    payout_id: int | None
    ours: int
    theirs: int


def apply_statements(connection: Connection, kept: Sequence[KeptStatement]) -> list[bool]:
    """Keep statements, each once; False for one that was kept before."""
    return [_keep(connection, item) for item in kept]


async def read_differences(store: Store, now: datetime) -> tuple[Difference, ...]:
    """Everything in which the statements that were read do not agree with our books."""
    ((first, last),) = await store.read(_SPAN, ())
    if last is None:
        return ()
    covered = _midnight(date.fromisoformat(last) + timedelta(days=1)) - SPARE
    since, begun = now - JUDGED_FOR, _midnight(date.fromisoformat(first))
    unequal = await store.read(_UNEQUAL, (to_micros(begun), to_micros(since), to_micros(covered)))
    strange = await store.read(_STRANGE, (to_micros(since),))
    return (
        *(
            Difference(
                row["bill_no"],
                row["id"],
                row["amount"] if row["state"] == "paid" else 0,
                -row["net"],
            )
            for row in unequal
        ),
        *(Difference(row["bill_no"], None, 0, -row["net"]) for row in strange),
    )


async def read_due_statement(store: Store, now: datetime) -> date | None:
    """The next day whose statement should be there and was not read; days are read in order."""
    due = await _next_day(store, now)
    return due if now >= _made_at(due) else None


async def read_next_statement(store: Store, now: datetime) -> datetime:
    """When the statement that is to be read next should be there; perhaps it is by now."""
    return _made_at(await _next_day(store, now))


async def _next_day(store: Store, now: datetime) -> date:
    """The day after the last one that was read; the first is the day before the first look."""
    ((_, last),) = await store.read(_SPAN, ())
    if last is None:
        return now.astimezone(_ZONE).date() - timedelta(days=1)
    return date.fromisoformat(last) + timedelta(days=1)


def _made_at(on_date: date) -> datetime:
    at = time(STATEMENT_HOUR)
    return datetime.combine(on_date + timedelta(days=1), at, tzinfo=_ZONE)


def _keep(connection: Connection, kept: KeptStatement) -> bool:
    on_date = kept.statement.on_date.isoformat()
    if connection.execute(_KEEP, (on_date, to_micros(kept.at))).rowcount == 0:
        return False
    numbers = _numbers(connection, kept.statement.flows)
    lines = enumerate(kept.statement.flows)
    connection.write(
        _KEEP_FLOW,
        [
            (on_date, line, number, flow.amount, to_micros(flow.at))
            for line, flow in lines
            if (number := _number_of(flow, numbers)) and flow.amount
        ],
    )
    return True


def _numbers(connection: Connection, flows: Iterable[Flow]) -> dict[str, str]:
    """Our numbers by the payer's, for lines that do not name ours."""
    unnamed = {flow.reference for flow in flows if not OURS.fullmatch(flow.voucher)}
    found = connection.read(_BY_REFERENCE, [(reference,) for reference in sorted(unnamed)])
    return {row["reference"]: row["bill_no"] for row in found}


def _number_of(flow: Flow, numbers: dict[str, str]) -> str:
    """Our number of a line; empty for what is none of our business."""
    return flow.voucher if OURS.fullmatch(flow.voucher) else numbers.get(flow.reference, "")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=_ZONE)
