"""From the wish to its end, decided: pure, the same for every database.

A step moves a redemption along one of ``ROADS`` or not at all. Each step is kept under its event's
key, so the same event again changes nothing and gets the same answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.core.ids import EventKey, MemberId
from bot.rewards.redemption.goods import GoodsKind
from bot.rewards.redemption.redemption import Redemption, RedemptionId, RedemptionState

_HELD, _CONFIRMED = RedemptionState.HELD, RedemptionState.CONFIRMED
_SHIPPED, _DONE = RedemptionState.SHIPPED, RedemptionState.DONE
_CANCELLED, _RETURNED = RedemptionState.CANCELLED, RedemptionState.RETURNED


class Step(StrEnum):
    """What can be done with a redemption."""

    ADDRESS = "address"
    """The member says where the parcel shall go."""

    SHIP = "ship"
    VERIFY = "verify"
    """The staff takes a code: it is used from now on."""

    CANCEL = "cancel"
    """The member changes his mind."""

    GIVE_BACK = "give_back"
    """The staff takes it back, or does not send it."""

    TIME = "time"
    """Its time is over."""


ROADS: Mapping[tuple[GoodsKind, Step], Mapping[RedemptionState, RedemptionState]] = {
    (GoodsKind.PARCEL, Step.ADDRESS): {_HELD: _CONFIRMED},
    (GoodsKind.PARCEL, Step.SHIP): {_CONFIRMED: _SHIPPED},
    (GoodsKind.PARCEL, Step.CANCEL): {_HELD: _CANCELLED, _CONFIRMED: _CANCELLED},
    (GoodsKind.PARCEL, Step.GIVE_BACK): {
        _HELD: _CANCELLED,
        _CONFIRMED: _CANCELLED,
        _SHIPPED: _RETURNED,
        _DONE: _RETURNED,
    },
    (GoodsKind.PARCEL, Step.TIME): {
        _HELD: RedemptionState.EXPIRED,
        _CONFIRMED: RedemptionState.EXPIRED,
        _SHIPPED: _DONE,
    },
    (GoodsKind.TITLE, Step.GIVE_BACK): {_DONE: _RETURNED},
} | {
    road: states
    for kind in (GoodsKind.CODE, GoodsKind.COUPON)
    for road, states in {
        (kind, Step.VERIFY): {_CONFIRMED: _DONE},
        (kind, Step.GIVE_BACK): {_CONFIRMED: _RETURNED, _DONE: _RETURNED},
        (kind, Step.TIME): {_CONFIRMED: RedemptionState.LAPSED},
    }.items()
}
"""Where each step leads, by the kind and the state in which it finds a redemption."""

IN_TIME = frozenset({Step.ADDRESS, Step.VERIFY})
"""Steps that come too late once the redemption's time is over."""


@dataclass(frozen=True, slots=True)
class StepRequest:
    """A wish to move a redemption on.

    ``member_id`` is set where only the redemption's own member may. ``note`` is a tracking number
    or a reason, for the staff and the member. ``due_at`` is the new end, for a redemption that
    stays open. ``restocks``: a returned piece can be had by somebody else. Points that come back
    can be used until ``usable_until`` at least.
    """

    key: EventKey
    redemption_id: RedemptionId
    step: Step
    actor: str
    at: datetime
    member_id: MemberId | None = None
    note: str = ""
    due_at: datetime | None = None
    restocks: bool = False
    usable_until: date | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """It moved from ``before`` to ``after``, now or (``replayed``) when its event came first."""

    before: Redemption
    after: Redemption
    note: str
    replayed: bool


@dataclass(frozen=True, slots=True)
class NoSuchRedemption:
    """There is none with this number, or it is somebody else's."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """This step is not possible as the redemption stands."""

    redemption: Redemption


@dataclass(frozen=True, slots=True)
class TooLate:
    """Its time was over before."""

    redemption: Redemption


StepResult = Moved | NoSuchRedemption | NotNow | TooLate
"""Every answer to a step; match with ``assert_never``."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken: the state that it led to."""

    redemption_id: RedemptionId
    key: EventKey
    state: RedemptionState
    note: str


def decide_steps(
    redemptions: Iterable[Redemption], taken: Iterable[Taken], requests: Iterable[StepRequest]
) -> list[StepResult]:
    """Rule on ``requests`` in order; each sees what those before it changed.

    ``redemptions`` are all that the requests name, ``taken`` the steps that were taken already
    under the requests' keys.
    """
    current = {redemption.redemption_id: redemption for redemption in redemptions}
    known = {(step.redemption_id, step.key): step for step in taken}
    results: list[StepResult] = []
    for request in requests:
        result = _rule(current, known, request)
        results.append(result)
        if isinstance(result, Moved) and not result.replayed:
            number = result.after.redemption_id
            current[number] = result.after
            known[number, request.key] = Taken(number, request.key, result.after.state, result.note)
    return results


def _rule(
    current: Mapping[RedemptionId, Redemption],
    known: Mapping[tuple[RedemptionId, EventKey], Taken],
    request: StepRequest,
) -> StepResult:
    redemption = current.get(request.redemption_id)
    if redemption is None or request.member_id not in (None, redemption.member_id):
        return NoSuchRedemption()
    first = known.get((redemption.redemption_id, request.key))
    if first is not None:
        after = replace(redemption, state=first.state)
        return Moved(redemption, after, first.note, replayed=True)
    leads_to = _road(redemption, request.step)
    if leads_to is None:
        return NotNow(redemption)
    is_over = request.at >= redemption.due_at
    if request.step in IN_TIME and is_over:
        return TooLate(redemption)
    if request.step is Step.TIME and not is_over:
        return NotNow(redemption)
    after = replace(
        redemption,
        state=leads_to,
        due_at=request.due_at or redemption.due_at,
        ended_at=None if leads_to.is_open else request.at,
    )
    return Moved(redemption, after, request.note, replayed=False)


def _road(redemption: Redemption, step: Step) -> RedemptionState | None:
    """Where a step leads; None when it leads nowhere.

    What was won is owed: time does not take an unsent parcel away, and a code is not taken back,
    because no points could be given for it.
    """
    if redemption.is_won and (
        (
            step is Step.TIME
            and redemption.kind is GoodsKind.PARCEL
            and redemption.state is _CONFIRMED
        )
        or (step is Step.GIVE_BACK and redemption.kind is GoodsKind.COUPON)
    ):
        return None
    return ROADS.get((redemption.kind, step), {}).get(redemption.state)
