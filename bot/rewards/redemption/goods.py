"""What the shop offers: gifts and coupons of the configuration in one shape and one order.

A redemption keeps what it was bought for, so a later change of the configuration is for later
redemptions only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.money import Currency
from bot.core.text import fold
from bot.rewards.ledger.transfers import AccountRef
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.rewards.shop import Coupon, Gift, GiftKind


class GoodsKind(StrEnum):
    """How a thing reaches the member."""

    PARCEL = "parcel"
    CODE = "code"
    TITLE = "title"
    COUPON = "coupon"

    @property
    def has_code(self) -> bool:
        """Whether it is given as a one-time code."""
        return self in (GoodsKind.CODE, GoodsKind.COUPON)

    @property
    def unit(self) -> Currency | None:
        """What its stock is counted in; None for what does not run out."""
        match self:
            case GoodsKind.PARCEL | GoodsKind.CODE:
                return Currency.GIFT
            case GoodsKind.COUPON:
                return Currency.COUPON
            case GoodsKind.TITLE:
                return None


@dataclass(frozen=True, slots=True)
class Limits:
    """Most pieces of one member in a community day, a calendar month, and for good."""

    a_day: int | None = None
    a_month: int | None = None
    ever: int | None = None


@dataclass(frozen=True, slots=True)
class Goods:
    """One thing on offer. ``points`` is a piece's price, ``days`` the life of its code or title.

    It is for members of ``level`` and above, who have earned ``least_earned`` points in their life.

    ``stock`` is the number of pieces that the shop was ever given (None: it does not run out).
    A coupon has ``budget_fen`` instead, and each piece takes its ``value_fen`` of it.
    """

    key: str
    name: str
    kind: GoodsKind
    points: int
    note: str = ""
    limits: Limits = Limits()
    level: str = ""
    least_earned: int = 0
    days: int = 30
    stock: int | None = None
    title: str = ""
    value_fen: int = 0
    min_spend_fen: int = 0
    budget_fen: int = 0

    @property
    def shelf(self) -> AccountRef | None:
        """The account of its pieces; None for what does not run out."""
        return None if self.kind.unit is None else AccountRef.stock(self.key, self.kind.unit)


def goods_of(rules: RewardsFile) -> tuple[Goods, ...]:
    """Everything on offer, in the order of the list: the gifts, then the coupons."""
    earned = {level.name: level.from_points for level in rules.levels}
    gifts = (_gift(gift, earned.get(gift.level, 0)) for gift in rules.shop.gifts)
    coupons = (_coupon(coupon, earned.get(coupon.level, 0)) for coupon in rules.shop.coupons)
    return (*gifts, *coupons)


def find_goods(goods: Sequence[Goods], typed: str) -> Goods | None:
    """The thing that a member means: by its number in the list (from 1), or by its name.

    A part of a name is enough when only one name has it; spaces do not count.
    """
    wanted = _name(typed)
    if not wanted:
        return None
    if wanted.isascii() and wanted.isdecimal():
        place = int(wanted)
        return goods[place - 1] if 1 <= place <= len(goods) else None
    same = [item for item in goods if _name(item.name) == wanted]
    like = same or [item for item in goods if wanted in _name(item.name)]
    return like[0] if len(like) == 1 else None


def _name(typed: str) -> str:
    return fold(typed).replace(" ", "")


def _gift(gift: Gift, least_earned: int) -> Goods:
    return Goods(
        key=gift.key,
        name=gift.name,
        kind=_KINDS[gift.kind],
        points=gift.points,
        note=gift.note,
        limits=_limits(gift),
        level=gift.level,
        least_earned=least_earned,
        days=gift.days,
        stock=gift.stock,
        title=gift.title,
    )


def _coupon(coupon: Coupon, least_earned: int) -> Goods:
    return Goods(
        key=coupon.key,
        name=coupon.name,
        kind=GoodsKind.COUPON,
        points=coupon.points,
        note=coupon.note,
        limits=_limits(coupon),
        level=coupon.level,
        least_earned=least_earned,
        days=coupon.days,
        value_fen=coupon.value_fen,
        min_spend_fen=coupon.min_spend_fen,
        budget_fen=coupon.budget_fen,
    )


def _limits(item: Gift | Coupon) -> Limits:
    return Limits(item.most_a_day, item.most_a_month, item.most_ever)


_KINDS = {
    GiftKind.PARCEL: GoodsKind.PARCEL,
    GiftKind.CODE: GoodsKind.CODE,
    GiftKind.TITLE: GoodsKind.TITLE,
}
