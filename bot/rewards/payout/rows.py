"""Payouts as rows, read and written. Each change is a compare-and-set on the version."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.core.payouts import BillNo
from bot.rewards.payout.payout import Means, Payout, PayoutId, PayoutState
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, maybe_instant, maybe_micros, to_micros
from bot.store.sql import over

PAYOUT: Final = """
SELECT payout.id, payout.key, payout.member_id, payout.group_key, payout.means, payout.bill_no,
    payout.payee, payout.amount, payout.request, payout.on_date, payout.made_at, payout.state,
    payout.version, payout.due_at, payout.attempts, payout.asks, payout.sent_at, payout.reference,
    payout.package, payout.refusal, payout.reason, payout.confirm_from, payout.cancel_wanted,
    payout.approved_by, payout.sent_by, payout.ended_at
"""
"""All columns that a payout has; a FROM follows."""

_BY_ID = over("id int", f"{PAYOUT} FROM rows CROSS JOIN payout ON payout.id = rows.id")
_BY_KEY = over("key text", f"{PAYOUT} FROM rows CROSS JOIN payout ON payout.key = rows.key")
_BY_BILL_NO = over(
    "bill_no text", f"{PAYOUT} FROM rows CROSS JOIN payout ON payout.bill_no = rows.bill_no"
)

_INSERT = over(
    "id int, key text, member_id int, group_key text, means text, bill_no text, payee text,"
    " amount int, request text, on_date text, made_at int, state text, due_at int",
    """
INSERT INTO payout (id, key, member_id, group_key, means, bill_no, payee, amount, request, on_date,
    made_at, state, due_at)
SELECT id, key, member_id, group_key, means, bill_no, payee, amount, request, on_date, made_at,
    state, due_at
FROM rows
""",
)

_CHANGE = """
UPDATE payout SET state = ?, version = version + 1, due_at = ?, attempts = ?, asks = ?, sent_at = ?,
    reference = ?, package = ?, refusal = ?, reason = ?, confirm_from = ?, cancel_wanted = ?,
    approved_by = ?, sent_by = ?, ended_at = ?
WHERE id = ? AND version = ? AND ended_at IS NULL
"""

_STEP = over(
    "payout_id int, at int, source text, answer text, state text",
    """
INSERT INTO payout_step (payout_id, at, source, answer, state)
SELECT payout_id, at, source, answer, state FROM rows
""",
)


def load_by_id(connection: Connection, ids: Iterable[PayoutId]) -> dict[PayoutId, Payout]:
    """The payouts with these ids, as far as they exist."""
    found = connection.read(_BY_ID, [(payout_id,) for payout_id in dict.fromkeys(ids)])
    return {payout.payout_id: payout for payout in map(payout_of, found)}


def load_by_key(connection: Connection, keys: Iterable[EventKey]) -> dict[EventKey, Payout]:
    """The payouts that these events asked for."""
    found = connection.read(_BY_KEY, [(key,) for key in dict.fromkeys(keys)])
    return {payout.key: payout for payout in map(payout_of, found)}


def load_by_bill_no(connection: Connection, numbers: Iterable[BillNo]) -> dict[BillNo, Payout]:
    """The payouts with these numbers."""
    found = connection.read(_BY_BILL_NO, [(number,) for number in dict.fromkeys(numbers)])
    return {payout.bill_no: payout for payout in map(payout_of, found)}


def insert(connection: Connection, payouts: Sequence[Payout]) -> None:
    """Write new payouts."""
    connection.write(
        _INSERT,
        [
            (
                *(payout.payout_id, payout.key, payout.member_id, payout.group_key, payout.means),
                *(payout.bill_no, payout.payee, payout.amount, payout.request),
                *(payout.on_date.isoformat(), to_micros(payout.made_at), payout.state),
                maybe_micros(payout.due_at),
            )
            for payout in payouts
        ],
    )


def change(connection: Connection, payout: Payout) -> None:
    """Write a payout over the version that it was made from. What has ended is never changed."""
    changed = connection.execute(
        _CHANGE,
        (
            *(payout.state, maybe_micros(payout.due_at), payout.attempts, payout.asks),
            *(maybe_micros(payout.sent_at), payout.reference, payout.package, payout.refusal),
            *(payout.reason, maybe_micros(payout.confirm_from), int(payout.cancel_wanted)),
            *(payout.approved_by, payout.sent_by, maybe_micros(payout.ended_at)),
            *(payout.payout_id, payout.version),
        ),
    ).rowcount
    assert changed == 1, f"{payout.cause} was changed by somebody else meanwhile"


def note_steps(connection: Connection, steps: Sequence[tuple[Payout, datetime, str, str]]) -> None:
    """Write down what was heard: the payout after it, when, from where and what."""
    connection.write(
        _STEP,
        [
            (payout.payout_id, to_micros(at), source, answer, payout.state)
            for payout, at, source, answer in steps
        ],
    )


def payout_of(row: Row) -> Payout:
    """The payout of a row of ``PAYOUT``."""
    return Payout(
        payout_id=PayoutId(row["id"]),
        key=EventKey(row["key"]),
        member_id=MemberId(row["member_id"]),
        group_key=GroupKey(row["group_key"]),
        means=Means(row["means"]),
        bill_no=BillNo(row["bill_no"]),
        payee=row["payee"],
        amount=row["amount"],
        request=row["request"],
        on_date=date.fromisoformat(row["on_date"]),
        made_at=from_micros(row["made_at"]),
        state=PayoutState(row["state"]),
        version=row["version"],
        due_at=maybe_instant(row["due_at"]),
        attempts=row["attempts"],
        asks=row["asks"],
        sent_at=maybe_instant(row["sent_at"]),
        reference=row["reference"],
        package=row["package"],
        refusal=row["refusal"],
        reason=row["reason"],
        confirm_from=maybe_instant(row["confirm_from"]),
        cancel_wanted=row["cancel_wanted"] == 1,
        approved_by=_maybe_member(row["approved_by"]),
        sent_by=_maybe_member(row["sent_by"]),
        ended_at=maybe_instant(row["ended_at"]),
    )


def _maybe_member(number: int | None) -> MemberId | None:
    return None if number is None else MemberId(number)
