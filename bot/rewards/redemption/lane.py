"""Redemptions in the database: load, decide, write, for whole batches.

A wish, its holds and its code are written in one step, and so is every step after it with what it
does to the books: a crash leaves all of it or nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, MemberId
from bot.rewards.ledger.lane import load_accounts
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.lottery.rows import reopen_wins
from bot.rewards.redemption.asking import (
    BUDGETED,
    GIVEN_BACK,
    Counter,
    RedeemRequest,
    RedeemRuling,
    Sold,
    decide_redemptions,
)
from bot.rewards.redemption.books import pay, settle
from bot.rewards.redemption.fulfilment import (
    Moved,
    Step,
    StepRequest,
    StepResult,
    Taken,
    decide_steps,
)
from bot.rewards.redemption.goods import GoodsKind
from bot.rewards.redemption.redemption import (
    Redeemed,
    RedeemResult,
    Redemption,
    RedemptionId,
    RedemptionState,
)
from bot.rewards.redemption.rows import (
    COLUMNS,
    move_redemptions,
    redemption_of,
    write_redemptions,
    write_steps,
)
from bot.store.connection import Connection
from bot.store.fields import from_micros, to_micros
from bot.store.sql import over


def _states(states: Iterable[RedemptionState]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


_LOAD_BY_KEY = over(
    "key text", f"{COLUMNS} FROM rows CROSS JOIN redemption ON redemption.key = rows.key"
)

_LOAD_BY_ID = over(
    "id int", f"{COLUMNS} FROM rows CROSS JOIN redemption ON redemption.id = rows.id"
)

_LOAD_HAD = over(
    "member_id int, item text",
    f"""
SELECT redemption.member_id, redemption.item, redemption.on_date
FROM rows CROSS JOIN redemption
    ON redemption.member_id = rows.member_id AND redemption.item = rows.item
WHERE redemption.state NOT IN ({_states(GIVEN_BACK)})
""",
)

_LOAD_TAKEN_FEN = over(
    "item text",
    f"""
SELECT redemption.item, CAST(sum(redemption.value_fen) AS INTEGER) AS fen
FROM rows CROSS JOIN redemption ON redemption.item = rows.item AND redemption.kind = 'coupon'
WHERE redemption.state IN ({_states(BUDGETED)})
GROUP BY redemption.item
""",
)

_LOAD_FREES_AT = over(
    "item text",
    """
SELECT redemption.item, min(redemption.due_at) AS frees_at
FROM rows CROSS JOIN redemption ON redemption.item = rows.item AND redemption.state = 'held'
GROUP BY redemption.item
""",
)

LAST_ID = "SELECT coalesce(max(id), 0) FROM redemption"

_LOAD_TAKEN = over(
    "redemption_id int, event_key text",
    """
SELECT redemption_step.redemption_id, redemption_step.event_key, redemption_step.state,
    redemption_step.note
FROM rows CROSS JOIN redemption_step ON redemption_step.redemption_id = rows.redemption_id
    AND redemption_step.event_key = rows.event_key
""",
)

_LOAD_DUE = """
SELECT id FROM redemption
WHERE ended_at IS NULL AND due_at <= ?
    AND NOT (win_id IS NOT NULL AND kind = 'parcel' AND state = 'confirmed')
ORDER BY id
"""

_DROP_ADDRESSES = over(
    "redemption_id int",
    """
DELETE FROM redemption_address
WHERE redemption_id IN (SELECT rows.redemption_id FROM rows)
""",
)

_DROP_OLD_ADDRESSES = """
DELETE FROM redemption_address WHERE redemption_id IN (
    SELECT redemption_address.redemption_id FROM redemption_address
    JOIN redemption ON redemption.id = redemption_address.redemption_id
    WHERE redemption.ended_at <= ?
)
"""

_MARK_TOLD = over(
    "id int, told_at int",
    """
UPDATE redemption SET told_at = rows.told_at FROM rows
WHERE redemption.id = rows.id AND redemption.told_at IS NULL
""",
)

_NEVER_SENT = frozenset({RedemptionState.CANCELLED, RedemptionState.EXPIRED})
"""Ends after which nobody needs the address, and a gift that was won is its winner's to claim."""


@dataclass(frozen=True, slots=True)
class TimeOver:
    """End what is due at ``now``, and delete addresses of what had ended by ``ended_before``."""

    now: datetime
    ended_before: datetime
    usable_until: date


@dataclass(frozen=True, slots=True)
class Told:
    """Members were told at ``at`` how these ended."""

    redemption_ids: tuple[RedemptionId, ...]
    at: datetime


def apply_redemptions(
    connection: Connection, requests: Sequence[RedeemRequest]
) -> list[RedeemResult | KeyReused]:
    """Redeem within the open transaction; one answer for each request, in order."""
    counter = _load_counter(connection, requests)
    rulings = decide_redemptions(counter, requests)
    fresh = open_redemptions(
        connection,
        [
            ruling.redemption
            for ruling in rulings
            if isinstance(ruling, Sold) and not ruling.replayed
        ],
    )
    paid = {redemption.redemption_id: redemption for redemption in fresh}
    return _answers(rulings, paid, dict(counter.balances))


def open_redemptions(connection: Connection, redemptions: Sequence[Redemption]) -> list[Redemption]:
    """Pay for new redemptions and write them; each comes back with the ids of its holds."""
    fresh = pay(connection, redemptions)
    write_redemptions(connection, fresh)
    write_steps(connection, [_first_step(redemption) for redemption in fresh])
    return fresh


def apply_steps(connection: Connection, requests: Sequence[StepRequest]) -> list[StepResult]:
    """Move redemptions on within the open transaction; one answer for each request, in order."""
    redemptions = {
        row["id"]: redemption_of(row)
        for row in connection.read(_LOAD_BY_ID, {(item.redemption_id,) for item in requests})
    }
    taken = [
        Taken(RedemptionId(number), EventKey(key), RedemptionState(state), note)
        for number, key, state, note in connection.read(
            _LOAD_TAKEN, {(item.redemption_id, item.key) for item in requests}
        )
    ]
    results = decide_steps(redemptions.values(), taken, requests)
    moves = [
        (result, request)
        for result, request in zip(results, requests, strict=True)
        if isinstance(result, Moved) and not result.replayed
    ]
    settle(connection, moves)
    latest = {moved.after.redemption_id: moved.after for moved, _ in moves}
    move_redemptions(connection, latest.values())
    reopen_wins(
        connection,
        [
            (moved.after.win_id, request.at)
            for moved, request in moves
            if moved.after.win_id is not None and _comes_back(moved.after, request)
        ],
    )
    write_steps(connection, [_step_row(moved, request) for moved, request in moves])
    connection.write(
        _DROP_ADDRESSES,
        [(number,) for number, after in latest.items() if after.state in _NEVER_SENT],
    )
    return results


def apply_time(connection: Connection, items: Sequence[TimeOver]) -> list[int]:
    """End what is due within the open transaction; the answer is how many ended or moved on."""
    return [_end_due(connection, item) for item in items]


def apply_told(connection: Connection, items: Sequence[Told]) -> list[None]:
    """Note that members were told; the first note of a redemption stays."""
    connection.write(
        _MARK_TOLD,
        [(number, to_micros(item.at)) for item in items for number in item.redemption_ids],
    )
    return [None] * len(items)


def _end_due(connection: Connection, item: TimeOver) -> int:
    due = connection.execute(_LOAD_DUE, (to_micros(item.now),)).fetchall()
    requests = [
        StepRequest(
            key=EventKey("time"),
            redemption_id=RedemptionId(number),
            step=Step.TIME,
            actor="clock",
            at=item.now,
            usable_until=item.usable_until,
        )
        for (number,) in due
    ]
    moved = [result for result in apply_steps(connection, requests) if isinstance(result, Moved)]
    connection.execute(_DROP_OLD_ADDRESSES, (to_micros(item.ended_before),))
    return len(moved)


def _comes_back(redemption: Redemption, request: StepRequest) -> bool:
    """Whether the winner has his gift again, as something that he may claim."""
    returned = redemption.state is RedemptionState.RETURNED and request.restocks
    return returned or redemption.state in _NEVER_SENT


def _load_counter(connection: Connection, requests: Sequence[RedeemRequest]) -> Counter:
    goods = {request.goods.key: request.goods for request in requests}
    shelves = {item.shelf: item.key for item in goods.values() if item.shelf is not None}
    members = {AccountRef.member(request.member_id): request.member_id for request in requests}
    accounts = load_accounts(connection, [*shelves, *members])
    had: dict[tuple[MemberId, str], list[date]] = {}
    wishes = {(request.member_id, request.goods.key) for request in requests}
    for member_id, item, on_date in connection.read(_LOAD_HAD, wishes):
        had.setdefault((MemberId(member_id), item), []).append(date.fromisoformat(on_date))
    coupons = [(item.key,) for item in goods.values() if item.kind is GoodsKind.COUPON]
    known = map(redemption_of, connection.read(_LOAD_BY_KEY, [(item.key,) for item in requests]))
    (last_id,) = connection.execute(LAST_ID).fetchone()
    frees_at = connection.read(_LOAD_FREES_AT, [(key,) for key in goods])
    return Counter(
        redemptions={redemption.key: redemption for redemption in known},
        balances={members[ref]: accounts[ref].balance for ref in members if ref in accounts},
        pieces={shelves[ref]: accounts[ref].balance for ref in shelves if ref in accounts},
        had=had,
        taken_fen=dict(tuple(row) for row in connection.read(_LOAD_TAKEN_FEN, coupons)),
        frees_at={item: from_micros(micros) for item, micros in frees_at},
        last_id=last_id,
    )


def _answers(
    rulings: Iterable[RedeemRuling],
    paid: Mapping[RedemptionId, Redemption],
    balances: dict[MemberId, int],
) -> list[RedeemResult | KeyReused]:
    answers: list[RedeemResult | KeyReused] = []
    for ruling in rulings:
        if not isinstance(ruling, Sold):
            answers.append(ruling)
            continue
        redemption = paid.get(ruling.redemption.redemption_id, ruling.redemption)
        if not ruling.replayed:
            balances[redemption.member_id] -= redemption.points
        answers.append(Redeemed(redemption, balances[redemption.member_id]))
    return answers


def _first_step(redemption: Redemption) -> tuple[str | int, ...]:
    actor = f"member/{redemption.member_id}"
    at = to_micros(redemption.at)
    return (redemption.redemption_id, redemption.key, redemption.state, actor, "", at)


def _step_row(moved: Moved, request: StepRequest) -> tuple[str | int, ...]:
    after = moved.after
    return (
        after.redemption_id,
        request.key,
        after.state,
        request.actor,
        request.note,
        to_micros(request.at),
    )
