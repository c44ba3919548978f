"""Corrections by operators 人工更正: always with a reason, and big ones by two people.

Every correction is a row that says who asked for what and why. A small one is posted at once; a
big one is posted when another operator confirms it in time, and never by the one who asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bot.core.errors import KeyReused, YutangError
from bot.core.ids import EventKey, MemberId
from bot.rewards.budgets import BudgetSpent, Spending, take_budget
from bot.rewards.ledger.lane import load_accounts, post_all
from bot.rewards.ledger.lots import expiry_of
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection, Row
from bot.store.db import Store
from bot.store.fields import from_micros, maybe_micros, to_micros
from bot.store.lane import Lane

MOST_REASON_CHARACTERS: Final = 200

_COLUMNS: Final = """
SELECT id, event_key, member_id, points, reason, proposed_by, second_needed, expires_at, posted_at,
    confirmed_by, confirmed_key FROM adjustment
"""


@dataclass(frozen=True, slots=True)
class AdjustmentWish:
    """``operator_id`` wants to add ``points`` (negative: take away; not 0) to a member's."""

    key: EventKey
    operator_id: MemberId
    member_id: MemberId
    points: int
    reason: str
    on_date: date
    at: datetime
    file: RewardsFile


@dataclass(frozen=True, slots=True)
class Confirmation:
    """``operator_id`` agrees to the correction with this number."""

    key: EventKey
    operator_id: MemberId
    number: int
    on_date: date
    at: datetime
    file: RewardsFile


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The correction is in the books; the member's balance was ``balance`` right after it."""

    number: int
    member_id: MemberId
    points: int
    balance: int


@dataclass(frozen=True, slots=True)
class SecondNeeded:
    """The correction waits until ``expires_at`` for another operator to confirm its number."""

    number: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TooMuch:
    """Corrections move ``most_points`` at most."""

    most_points: int


@dataclass(frozen=True, slots=True)
class NotEnough:
    """The member has only ``balance``, so no more can be taken away."""

    balance: int


@dataclass(frozen=True, slots=True)
class NoSuchAdjustment:
    """There is no correction with this number that waits for a second operator."""


@dataclass(frozen=True, slots=True)
class SamePerson:
    """Who asked for a correction cannot confirm it: another operator can."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """The time to confirm was over at ``expired_at``; the correction can be asked for again."""

    expired_at: datetime


Refused = NotEnough | BudgetSpent
AdjustResult = Adjusted | SecondNeeded | TooMuch | Refused
ConfirmResult = Adjusted | NoSuchAdjustment | SamePerson | TooLate | Refused


class Adjustments:
    """The lanes on which operators correct points."""

    def __init__(self, store: Store) -> None:
        self._wishes: Lane[AdjustmentWish, AdjustResult] = store.lane(
            "adjustments", apply_adjustments
        )
        self._confirmations: Lane[Confirmation, ConfirmResult] = store.lane(
            "adjustment confirmations", apply_confirmations
        )

    async def adjust(self, wish: AdjustmentWish) -> AdjustResult:
        """Post the correction, or keep it for a second operator.

        The same event again gets its first answer. Raises KeyReused for another correction.
        """
        return await self._wishes.submit(wish)

    async def confirm(self, confirmation: Confirmation) -> ConfirmResult:
        """Post a correction that waited. The same event again gets its first answer."""
        return await self._confirmations.submit(confirmation)


def apply_adjustments(
    connection: Connection, wishes: Sequence[AdjustmentWish]
) -> list[AdjustResult | YutangError]:
    """Take wishes in the open transaction, one by one: operators are few."""
    return [_adjust(connection, wish) for wish in wishes]


def apply_confirmations(
    connection: Connection, confirmations: Sequence[Confirmation]
) -> list[ConfirmResult | YutangError]:
    """Take confirmations in the open transaction, one by one."""
    return [_confirm(connection, confirmation) for confirmation in confirmations]


def _adjust(connection: Connection, wish: AdjustmentWish) -> AdjustResult | YutangError:
    row = _find(connection, "event_key = ?", wish.key)
    if row is not None:
        asked = (row["member_id"], row["points"], row["proposed_by"])
        if asked != (wish.member_id, wish.points, wish.operator_id):
            return KeyReused("another correction was asked for with this event", key=wish.key)
        if row["second_needed"]:
            return SecondNeeded(row["id"], from_micros(row["expires_at"]))
        return _post(connection, _move_of(row, wish.on_date, wish.at, wish.file))
    rules = wish.file.adjustments
    if abs(wish.points) > rules.most_points:
        return TooMuch(rules.most_points)
    (number,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM adjustment").fetchone()
    expires_at = wish.at + timedelta(hours=rules.wait_hours)
    if abs(wish.points) > rules.second_person_over:
        _write(connection, number, wish, expires_at, posted_at=None)
        return SecondNeeded(number, expires_at)
    move = _Move(
        number, wish.member_id, wish.points, wish.operator_id, wish.on_date, wish.at, wish.file
    )
    refused = _refuse(connection, move)
    if refused is not None:
        return refused
    _write(connection, number, wish, expires_at, posted_at=wish.at)
    return _post(connection, move)


def _confirm(connection: Connection, wish: Confirmation) -> ConfirmResult | YutangError:
    row = _find(connection, "id = ?", wish.number)
    if row is None or not row["second_needed"]:
        return NoSuchAdjustment()
    move = _move_of(row, wish.on_date, wish.at, wish.file)
    if row["posted_at"] is not None:
        if row["confirmed_key"] != wish.key:
            return NoSuchAdjustment()
        return _post(connection, move)
    if row["proposed_by"] == wish.operator_id:
        return SamePerson()
    if to_micros(wish.at) >= row["expires_at"]:
        return TooLate(from_micros(row["expires_at"]))
    refused = _refuse(connection, move)
    if refused is not None:
        return refused
    connection.execute(
        "UPDATE adjustment SET confirmed_by = ?, confirmed_key = ?, posted_at = ? WHERE id = ?",
        (wish.operator_id, wish.key, to_micros(wish.at), wish.number),
    )
    return _post(connection, move)


@dataclass(frozen=True, slots=True)
class _Move:
    """The points of one correction on their way into the books."""

    number: int
    member_id: MemberId
    points: int
    proposed_by: MemberId
    on_date: date
    at: datetime
    file: RewardsFile


def _move_of(row: Row, on_date: date, at: datetime, file: RewardsFile) -> _Move:
    return _Move(
        number=row["id"],
        member_id=MemberId(row["member_id"]),
        points=row["points"],
        proposed_by=MemberId(row["proposed_by"]),
        on_date=on_date,
        at=at,
        file=file,
    )


def _refuse(connection: Connection, move: _Move) -> Refused | None:
    """Why points that were not moved yet cannot be; what they add is counted in the budget."""
    if move.points > 0:
        spending = Spending(move.points, move.on_date)
        (taken,) = take_budget(connection, [(move.file.budgets, spending)])
        return taken if isinstance(taken, BudgetSpent) else None
    ref = AccountRef.member(move.member_id)
    account = load_accounts(connection, [ref]).get(ref)
    balance = 0 if account is None else account.balance
    return NotEnough(balance) if balance < -move.points else None


def _post(connection: Connection, move: _Move) -> Adjusted:
    """Put a correction into the books; one that is there gives its first answer."""
    issuance, member = AccountRef.issuance(), AccountRef.member(move.member_id)
    adds = move.points > 0
    transfer = Transfer(
        key=f"adjustment/{move.number}",
        debit=issuance if adds else member,
        credit=member if adds else issuance,
        amount=abs(move.points),
        reason=Reason.ADJUSTMENT,
        reference=f"adjustment/{move.number}",
        actor=f"member/{move.proposed_by}",
        at=move.at,
        expires_on=expiry_of(move.file.points, move.on_date) if adds else None,
    )
    ((posted,),) = post_all(connection, [[transfer]])
    balance = posted.credit_balance if adds else posted.debit_balance
    return Adjusted(move.number, move.member_id, move.points, balance)


def _find(connection: Connection, condition: str, value: str | int) -> Row:
    """The correction for which a condition holds, or None."""
    return connection.execute(f"{_COLUMNS} WHERE {condition}", (value,)).fetchone()


def _write(
    connection: Connection,
    number: int,
    wish: AdjustmentWish,
    expires_at: datetime,
    *,
    posted_at: datetime | None,
) -> None:
    connection.execute(
        "INSERT INTO adjustment (id, event_key, member_id, points, reason, proposed_by,"
        " proposed_at, second_needed, expires_at, posted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            wish.key,
            wish.member_id,
            wish.points,
            wish.reason[:MOST_REASON_CHARACTERS],
            wish.operator_id,
            to_micros(wish.at),
            int(posted_at is None),
            to_micros(expires_at),
            maybe_micros(posted_at),
        ),
    )
