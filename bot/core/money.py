"""Amounts are whole numbers of the smallest unit; there are no floats and no fractions."""

from enum import StrEnum


class Currency(StrEnum):
    """What an account holds.

    Points 积分 are counted in points, cash 现金 in fen (0.01 yuan), coupons 优惠券 and gifts 礼品
    in pieces of whatever the account's holder names.
    """

    POINTS = "points"
    FEN = "fen"
    COUPON = "coupon"
    GIFT = "gift"
