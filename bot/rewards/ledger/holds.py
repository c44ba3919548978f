"""Holds 冻结: something is kept aside until it is clear what becomes of it.

A hold is pending until it is posted (it goes where it was meant to go), voided (it returns to
where it came from, points to the lots they were taken from) or expired (voided by the clock). The
functions are for lanes: a hold ends in the same transaction as whatever it was for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.core.errors import Insufficient, KeyReused, LedgerError
from bot.core.money import Currency
from bot.rewards.ledger.lane import post, post_all
from bot.rewards.ledger.transfers import AccountKind, AccountRef, Reason, Transfer
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, maybe_instant, maybe_micros, to_micros
from bot.store.sql import over

_COLUMNS = """
SELECT hold.id, hold.key, hold.currency, hold.giver_kind, hold.giver, hold.amount, hold.reference,
    hold.state, hold.made_at, hold.expires_at, hold.ended_at
"""

_LOAD_BY_KEY = over("key text", f"{_COLUMNS} FROM rows CROSS JOIN hold ON hold.key = rows.key")

_LOAD_BY_ID = over("id int", f"{_COLUMNS} FROM rows CROSS JOIN hold ON hold.id = rows.id")

_LOAD_DUE = f"""
{_COLUMNS} FROM hold WHERE state = 'pending' AND expires_at <= ? ORDER BY expires_at, id
"""

_LOAD_LAST_ID = "SELECT coalesce(max(id), 0) FROM hold"

_WRITE = over(
    "id int, key text, currency text, giver_kind text, giver text, amount int, reference text,"
    " made_at int, expires_at int",
    """
INSERT INTO hold (id, key, currency, giver_kind, giver, amount, reference, made_at, expires_at)
SELECT id, key, currency, giver_kind, giver, amount, reference, made_at, expires_at FROM rows
""",
)

_END = over(
    "id int, state text, ended_at int",
    """
UPDATE hold SET state = rows.state, ended_at = rows.ended_at FROM rows
WHERE hold.id = rows.id AND hold.state = 'pending'
""",
)


class HoldState(StrEnum):
    """Where a hold is in its life."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """Keep ``amount`` of ``giver`` (a member's account or a stock) aside.

    ``key`` makes it happen once; ``reference`` names what it is for. After ``expires_at`` whoever
    made it voids it (``due_holds``); None keeps it for ever.
    """

    key: str
    giver: AccountRef
    amount: int
    reference: str
    actor: str
    at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as it stands."""

    hold_id: int
    key: str
    giver: AccountRef
    amount: int
    reference: str
    state: HoldState
    made_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None

    @property
    def account(self) -> AccountRef:
        """Where what is held lies."""
        return AccountRef.hold(self.hold_id, self.giver.currency)


@dataclass(frozen=True, slots=True)
class HoldEnd:
    """Let a hold end.

    ``taker`` is who gets it when it is posted: the house's account for what was spent, or a
    member. ``usable_until`` is the first day that voided points may end on; see
    ``Points.returned_days``.
    """

    hold_id: int
    state: HoldState
    actor: str
    at: datetime
    taker: AccountRef | None = None
    usable_until: date | None = None


def place_holds(
    connection: Connection, requests: Sequence[HoldRequest]
) -> list[Hold | Insufficient | KeyReused]:
    """Place holds in order; the same key with the same request gets the hold as it stands now."""
    rows = connection.read(_LOAD_BY_KEY, [(request.key,) for request in requests])
    known = {hold.key: hold for hold in map(_hold, rows)}
    (last_id,) = connection.execute(_LOAD_LAST_ID).fetchone()
    new_keys = dict.fromkeys(request.key for request in requests if request.key not in known)
    ids = {key: number for number, key in enumerate(new_keys, start=last_id + 1)}
    asked = [known.get(request.key) or _new(request, ids[request.key]) for request in requests]
    verdicts = post(
        connection,
        [(_placing(request, hold),) for request, hold in zip(requests, asked, strict=True)],
    )
    placed: dict[str, Hold] = {}
    answers: list[Hold | Insufficient | KeyReused] = []
    for hold, verdict in zip(asked, verdicts, strict=True):
        if isinstance(verdict, Insufficient | KeyReused):
            answers.append(verdict)
        elif isinstance(verdict, LedgerError):
            raise verdict
        else:
            answers.append(known.get(hold.key) or placed.setdefault(hold.key, hold))
    connection.write(_WRITE, [_row(hold) for hold in placed.values()])
    return answers


def end_holds(connection: Connection, ends: Sequence[HoldEnd]) -> list[Hold]:
    """Let holds end, and move what they held; the answer is each as it stands after.

    A hold ends once: who asks again, or for another end, gets the hold as it ended first, and
    compares ``state``. Raises KeyError for a hold that does not exist and ValueError for an end
    that is none.
    """
    holds = {
        hold.hold_id: hold
        for hold in map(_hold, connection.read(_LOAD_BY_ID, {(end.hold_id,) for end in ends}))
    }
    changed: list[Hold] = []
    transfers: list[Transfer] = []
    answers = []
    for end in ends:
        hold = holds[end.hold_id]
        if hold.state is HoldState.PENDING:
            transfers.append(_ending(hold, end))
            hold = replace(hold, state=end.state, ended_at=end.at)
            holds[end.hold_id] = hold
            changed.append(hold)
        answers.append(hold)
    post_all(connection, [(transfer,) for transfer in transfers])
    connection.write(
        _END, [(hold.hold_id, hold.state, maybe_micros(hold.ended_at)) for hold in changed]
    )
    return answers


def due_holds(connection: Connection, now: datetime) -> list[Hold]:
    """Pending holds whose time is over, the oldest first."""
    return [_hold(row) for row in connection.execute(_LOAD_DUE, (to_micros(now),)).fetchall()]


def _new(request: HoldRequest, hold_id: int) -> Hold:
    return Hold(
        hold_id=hold_id,
        key=request.key,
        giver=request.giver,
        amount=request.amount,
        reference=request.reference,
        state=HoldState.PENDING,
        made_at=request.at,
        expires_at=request.expires_at,
        ended_at=None,
    )


def _placing(request: HoldRequest, hold: Hold) -> Transfer:
    return Transfer(
        key=_key(hold),
        debit=request.giver,
        credit=AccountRef.hold(hold.hold_id, request.giver.currency),
        amount=request.amount,
        reason=Reason.HOLD,
        reference=request.reference,
        actor=request.actor,
        at=request.at,
    )


def _ending(hold: Hold, end: HoldEnd) -> Transfer:
    match end.state:
        case HoldState.PENDING:
            raise ValueError("a hold does not end by pending")
        case HoldState.POSTED:
            return Transfer(
                key=f"{_key(hold)}/posted",
                debit=hold.account,
                credit=end.taker or AccountRef.house(AccountKind.SPENT, hold.giver.currency),
                amount=hold.amount,
                reason=Reason.HOLD_POSTED,
                reference=hold.reference,
                actor=end.actor,
                at=end.at,
            )
        case HoldState.VOIDED | HoldState.EXPIRED:
            return Transfer(
                key=f"{_key(hold)}/voided",
                debit=hold.account,
                credit=hold.giver,
                amount=hold.amount,
                reason=Reason.HOLD_VOIDED,
                reference=hold.reference,
                actor=end.actor,
                at=end.at,
                reverses=_key(hold),
                expires_on=end.usable_until,
            )


def _key(hold: Hold) -> str:
    return f"hold/{hold.key}"


def _hold(row: Row) -> Hold:
    return Hold(
        hold_id=row["id"],
        key=row["key"],
        giver=AccountRef(Currency(row["currency"]), AccountKind(row["giver_kind"]), row["giver"]),
        amount=row["amount"],
        reference=row["reference"],
        state=HoldState(row["state"]),
        made_at=from_micros(row["made_at"]),
        expires_at=maybe_instant(row["expires_at"]),
        ended_at=maybe_instant(row["ended_at"]),
    )


def _row(hold: Hold) -> tuple[int | str | None, ...]:
    giver = hold.giver
    return (
        hold.hold_id,
        hold.key,
        giver.currency,
        giver.kind,
        giver.holder,
        hold.amount,
        hold.reference,
        to_micros(hold.made_at),
        maybe_micros(hold.expires_at),
    )
