"""From facts to a file: the same facts give the same bytes."""

from functools import lru_cache
from typing import Final, assert_never

from bot.core.pictures import (
    BoardPicture,
    CalendarPicture,
    PacketPicture,
    Picture,
    ShopPicture,
)
from bot.drawing.board import draw_board
from bot.drawing.calendar import draw_calendar
from bot.drawing.packet import draw_packet
from bot.drawing.shop import draw_shop

_KEPT: Final = 32
"""Pictures that are kept for the next who shows them."""


@lru_cache(maxsize=_KEPT)
def draw(picture: Picture) -> bytes:
    """A PNG, 1080 pixels wide. Takes some 50 ms of a processor: call it in a thread."""
    match picture:
        case CalendarPicture():
            return draw_calendar(picture).png()
        case ShopPicture():
            return draw_shop(picture).png()
        case BoardPicture():
            return draw_board(picture).png()
        case PacketPicture():
            return draw_packet(picture).png()
    assert_never(picture)
