"""The words of redemption: what was bought, how it stands, and every answer to a wish.

Points and pieces are held 冻结 at the wish. What becomes of both holds follows from the kind and
the state alone (``points_of``, ``piece_of``), so the books can be proved from the redemptions.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.core.money import Currency
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.redemption.goods import Goods, GoodsKind

RedemptionId = NewType("RedemptionId", int)
"""Row id of a redemption; members and staff call it by this number."""


class RedemptionState(StrEnum):
    """How a redemption stands."""

    HELD = "held"
    """A parcel without an address: points and piece are kept for a short while."""

    CONFIRMED = "confirmed"
    """A parcel with its address, to be sent; or a code that is out and not used."""

    SHIPPED = "shipped"
    DONE = "done"
    """Received, used, or carried (a title)."""

    CANCELLED = "cancelled"
    """Before anything was sent, by the member or the staff."""

    EXPIRED = "expired"
    """No address, or not sent, in time: what was paid, or the right to what was won, is back."""

    LAPSED = "lapsed"
    """A code that nobody used in time: it is worth nothing any more."""

    RETURNED = "returned"
    """Taken back after it was sent or given: the points are back."""

    @property
    def is_open(self) -> bool:
        """Whether something is still to happen."""
        return self in (RedemptionState.HELD, RedemptionState.CONFIRMED, RedemptionState.SHIPPED)


class Keeping(StrEnum):
    """What became of something that was held."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    RETURNED = "returned"
    """Posted first, taken back later."""


@dataclass(frozen=True, slots=True)
class Redemption:
    """A thing that was bought, or won. ``due_at`` is when it ends by itself, unless somebody acts.

    For an open one that is the end of the hold, of the code, or of the parcel's way; for a title
    the end of the title. ``value_fen`` and ``min_spend_fen`` are a coupon's, ``code`` is a coupon's
    or a code's, ``title`` a title's. ``points_hold`` and ``piece_hold`` are the ids of the holds
    (a title has none: it is paid for at once, and does not run out). What was won by ``win_id``
    cost no points, and is of the ``pieces`` that are the winner's own; ``item`` is then the stock
    that they were won from.
    """

    redemption_id: RedemptionId
    key: EventKey
    member_id: MemberId
    group_key: GroupKey
    item: str
    name: str
    kind: GoodsKind
    points: int
    value_fen: int
    min_spend_fen: int
    title: str
    code: str | None
    on_date: date
    at: datetime
    state: RedemptionState
    due_at: datetime
    ended_at: datetime | None = None
    points_hold: int | None = None
    piece_hold: int | None = None
    pieces: int = 1
    win_id: int | None = None

    @property
    def is_won(self) -> bool:
        """Whether it was won, and not bought."""
        return self.win_id is not None

    @property
    def reference(self) -> str:
        """How the books name it as their cause."""
        return f"redemption/{self.redemption_id}"

    @property
    def points_key(self) -> str:
        """Key of the hold, or for a title of the payment, of its points."""
        return f"{self.reference}/points"

    @property
    def piece_key(self) -> str:
        """Key of the hold of its piece."""
        return f"{self.reference}/piece"

    @property
    def unit(self) -> Currency | None:
        """What its piece is counted in; None when it has none."""
        return self.kind.unit

    @property
    def giver(self) -> AccountRef | None:
        """Where its piece comes from: the shelf, or the winner himself."""
        if self.unit is None:
            return None
        if self.is_won:
            return AccountRef.member(self.member_id, self.unit)
        return AccountRef.stock(self.item, self.unit)


def points_of(kind: GoodsKind, state: RedemptionState) -> Keeping:
    """What becomes of the points: codes and titles are paid at once, parcels when they leave."""
    match state:
        case RedemptionState.HELD:
            return Keeping.PENDING
        case RedemptionState.CONFIRMED:
            return Keeping.PENDING if kind is GoodsKind.PARCEL else Keeping.POSTED
        case RedemptionState.SHIPPED | RedemptionState.DONE | RedemptionState.LAPSED:
            return Keeping.POSTED
        case RedemptionState.CANCELLED | RedemptionState.EXPIRED:
            return Keeping.VOIDED
        case RedemptionState.RETURNED:
            return Keeping.RETURNED


def piece_of(state: RedemptionState, *, is_won: bool = False) -> Keeping:
    """What becomes of the piece: it is the member's when it leaves, or when its code is used.

    A returned one was given before, or (a code that nobody had used) is voided. A code that was
    won and not used is gone: it was nobody else's.
    """
    match state:
        case RedemptionState.LAPSED if is_won:
            return Keeping.POSTED
        case RedemptionState.HELD | RedemptionState.CONFIRMED:
            return Keeping.PENDING
        case RedemptionState.SHIPPED | RedemptionState.DONE:
            return Keeping.POSTED
        case RedemptionState.CANCELLED | RedemptionState.EXPIRED | RedemptionState.LAPSED:
            return Keeping.VOIDED
        case RedemptionState.RETURNED:
            return Keeping.RETURNED


@dataclass(frozen=True, slots=True)
class Offer:
    """A thing on the list, at its ``number`` (from 1). ``left``: None for what does not run out."""

    number: int
    goods: Goods
    left: int | None


@dataclass(frozen=True, slots=True)
class Redeemed:
    """It is the member's, or held for him. ``balance`` is what he has left right after it."""

    redemption: Redemption
    balance: int


@dataclass(frozen=True, slots=True)
class OutOfStock:
    """None is left. ``frees_at`` is when the next piece comes back that waits for an address."""

    frees_at: datetime | None


@dataclass(frozen=True, slots=True)
class TooFewPoints:
    """The member has ``balance``; ``missing`` more are needed."""

    balance: int
    missing: int


class Span(StrEnum):
    """The span of a limit."""

    DAY = "day"
    MONTH = "month"
    EVER = "ever"


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The member has had ``most`` in this span; ``again_on`` is the first day of the next one."""

    span: Span
    most: int
    again_on: date | None


@dataclass(frozen=True, slots=True)
class LevelTooLow:
    """It is for members of ``level`` and above: ``missing`` more points have to be earned."""

    level: str
    missing: int


Unredeemed = OutOfStock | TooFewPoints | LimitReached | LevelTooLow
RedeemResult = Redeemed | Unredeemed
"""Every answer to a wish; match with ``assert_never``."""
