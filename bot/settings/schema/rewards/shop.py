"""rewards.yaml, shop: what points buy, how much of it there is, and how long it is kept."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Count, KeyName, Positive, Section, Words

Days = Annotated[int, Field(strict=True, ge=1, le=366)]
"""A whole number of days, a year at most."""


class GiftKind(StrEnum):
    """How a gift reaches the member."""

    PARCEL = "parcel"
    """By post: the address is asked for in private."""

    CODE = "code"
    """By a one-time code that the staff checks with 核销: a service, a gift to be fetched."""

    TITLE = "title"
    """A title 专属头衔 that the member carries for some days; it needs no stock."""


class _Goods(Section):
    """What every thing for points has."""

    key: KeyName
    """Name used by machines; a key that was ever used keeps meaning the same thing."""

    name: Words
    """Name shown to members, who may type it after 兑换."""

    points: Positive
    """What one costs."""

    note: str = ""
    """A few words shown beneath the name."""

    most_a_day: Positive | None = None
    """Most pieces of one member in a community day; leave it out for no limit."""

    most_a_month: Positive | None = None
    """Most pieces of one member in a calendar month."""

    most_ever: Positive | None = None
    """Most pieces of one member for good."""

    level: str = ""
    """Name of the lowest of ``levels`` whose members can have it; leave it out for everybody."""


class Gift(_Goods):
    """A gift 礼品."""

    kind: GiftKind = GiftKind.PARCEL
    """How it reaches the member."""

    stock: Count | None = None
    """Pieces that were ever given to the shop. A title has none."""

    title: str = ""
    """For titles: what the member is called."""

    days: Days = 30
    """How long a code can be used, or a title is carried."""


class Coupon(_Goods):
    """A coupon 优惠券: a one-time code that takes something off an order."""

    value_fen: Positive
    """What it takes off, in fen."""

    min_spend_fen: Count
    """Least amount of the order, in fen."""

    budget_fen: Count
    """Face value that may be out or used altogether: nothing is issued beyond it."""

    days: Days = 30
    """How long it can be used."""


class Shop(Section):
    """积分商城."""

    title: Words = "积分商城"
    """Heading of the list and the picture."""

    gifts: tuple[Gift, ...] = ()
    """Gifts, in the order of the list."""

    coupons: tuple[Coupon, ...] = ()
    """Coupons; they follow the gifts."""

    address_minutes: Annotated[int, Field(strict=True, ge=5, le=1440)] = 30
    """A parcel is kept for the member so long without an address; then his points come back."""

    ship_days: Days = 7
    """A parcel with an address leaves within so many days, or the points come back."""

    done_days: Days = 14
    """So long after it was sent a parcel counts as received."""

    won_days: Days = 30
    """A coupon that was won at a lottery can be used for so long."""

    address_days: Days = 30
    """So long after the end of a redemption its address is deleted."""
