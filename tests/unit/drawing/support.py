"""Facts for pictures, and looking at what was drawn of them."""

import io
from typing import Final

from PIL import Image

from bot.core.pictures import (
    BestShare,
    BoardLine,
    BoardPicture,
    CalendarPicture,
    DayState,
    PacketPicture,
    Picture,
    ShopItem,
    ShopPicture,
)
from bot.drawing.draw import draw

NOVEMBER: Final = CalendarPicture(
    "2026-11",
    "林晚的签到日历",
    (DayState.DONE,) * 21 + (DayState.TODAY,) + (DayState.FUTURE,) * 8,
    21,
)
SHOP: Final = ShopPicture("积分小店", (ShopItem("谷雨霜", 300, 12, "试用装"),), 820)
BOARD: Final = BoardPicture(
    "积分周榜",
    "11-16 至 11-22",
    (BoardLine(1, "林晚", 320, 2), BoardLine(2, "阿青", 300, -1)),
    "分",
    2,
)
PACKET: Final = PacketPicture("红包抢完啦", 200, 20, 23, BestShare("林晚", 31))

PICTURES: Final[list[Picture]] = [NOVEMBER, SHOP, BOARD, PACKET]


def look(picture: Picture) -> Image.Image:
    """The picture as whoever receives it sees it."""
    return Image.open(io.BytesIO(draw(picture))).convert("RGB")


def height(picture: Picture) -> int:
    """How tall it is, in pixels."""
    return look(picture).height
