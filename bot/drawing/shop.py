"""The shop: what points buy, what is left of it, and what the reader can pay."""

from typing import Final

from bot.core.pictures import ShopItem, ShopPicture
from bot.drawing.canvas import (
    FAINT,
    GOLD,
    GREEN,
    INK,
    INNER,
    LINE,
    MARGIN,
    PADDING,
    SOFT,
    Canvas,
    framed,
)
from bot.drawing.letters import NAMELESS, Face, Type, cut, drawable

_ROW: Final = 140
_EDGE: Final = 16
_LEFT: Final = MARGIN + PADDING
_RIGHT: Final = _LEFT + INNER
_GAP: Final = 32

_NAME: Final = Type(38, INK)
_DETAIL: Final = Type(28, SOFT)
_PRICE: Final = Type(48, GREEN, Face.SERIF, bold=True)
_UNIT: Final = Type(28, SOFT)


def draw_shop(picture: ShopPicture) -> Canvas:
    """A line for each gift, in the order given."""
    known = picture.balance is not None
    canvas, top = framed(
        brand=picture.brand,
        title=picture.title,
        subtitle=f"共 {len(picture.items)} 件",
        note=picture.note,
        height=_ROW * max(1, len(picture.items)) + 2 * _EDGE,
        figure=(str(picture.balance), "我的积分") if known else None,
    )
    for number, item in enumerate(picture.items):
        _draw_item(canvas, top + _EDGE + number * _ROW, item, picture.balance)
        if number:
            canvas.rule(top + _EDGE + number * _ROW)
    if not picture.items:
        canvas.text((_LEFT, top + _EDGE + _ROW // 2), "还没有上架的礼品", _DETAIL)
    return canvas


def _draw_item(canvas: Canvas, top: int, item: ShopItem, balance: int | None) -> None:
    gone = item.left == 0
    price = str(item.price)
    unit_x = _RIGHT - _UNIT.width("积分")
    price_x = unit_x - 12
    room = price_x - _PRICE.width(price) - _GAP - _LEFT
    middle = top + _ROW // 2
    colour, price_colour = (FAINT, FAINT) if gone else (INK, GREEN)
    name = cut(drawable(item.name, NAMELESS), _NAME, room)
    canvas.text((_LEFT, middle - 26), name, _NAME.coloured(colour))
    canvas.text((price_x, middle - 24), price, _PRICE.coloured(price_colour), "rm")
    canvas.text((unit_x, middle - 18), "积分", _UNIT.coloured(FAINT if gone else SOFT))
    tag, tag_colour = _tag(item, balance)
    canvas.text((_RIGHT, middle + 32), tag, _DETAIL.coloured(tag_colour), "rm")
    detail_room = INNER - _DETAIL.width(tag) - _GAP
    detail = cut(drawable(item.note), _DETAIL, detail_room)
    canvas.text((_LEFT, middle + 32), detail, _DETAIL.coloured(FAINT if gone else SOFT))


def _tag(item: ShopItem, balance: int | None) -> tuple[str, str]:
    """What stands below the price: that it is gone, what is missing, or how many are left."""
    if item.left == 0:
        return "已兑完", FAINT
    if balance is not None and balance < item.price:
        return f"还差 {item.price - balance}", GOLD
    if item.left is not None:
        return f"剩 {item.left} 件", SOFT
    return "", LINE
