"""The end of a red packet: what was in it, how fast it went, and who was luckiest."""

from typing import Final

from bot.core.pictures import BestShare, PacketPicture
from bot.drawing.canvas import (
    DAWN,
    GOLD,
    INK,
    INNER,
    MARGIN,
    PADDING,
    RED,
    ROSE,
    SOFT,
    STRAW,
    WIDTH,
    Canvas,
    framed,
)
from bot.drawing.letters import NAMELESS, Face, Type, cut, drawable

_FIGURES: Final = 276
_BEST: Final = 172
_LEFT: Final = MARGIN + PADDING
_THIRD: Final = INNER // 3
_MINUTE: Final = 60
_HOUR: Final = 3600

_NUMBER: Final = Type(76, RED, Face.SERIF, bold=True)
_CAPTION: Final = Type(30, SOFT)
_NAME: Final = Type(40, INK)
_LUCK: Final = Type(30, GOLD)
_POINTS: Final = Type(52, GOLD, Face.SERIF, bold=True)


def draw_packet(picture: PacketPicture) -> Canvas:
    """Three figures, and below them the best share of a lucky packet."""
    canvas, top = framed(
        brand=picture.brand,
        title=picture.title,
        subtitle="",
        ground=DAWN,
        note=picture.note,
        height=_FIGURES + (_BEST if picture.best else 0),
    )
    span, unit = _span(picture.seconds)
    figures = ((picture.points, "积分"), (picture.shares, "份"), (span, unit))
    for column, (number, caption) in enumerate(figures):
        middle = _LEFT + column * _THIRD + _THIRD // 2
        canvas.text((middle, top + 112), str(number), _NUMBER, "mm")
        canvas.text((middle, top + 196), caption, _CAPTION, "mm")
    if picture.best is not None:
        _draw_best(canvas, top + _FIGURES, picture.best)
    return canvas


def _draw_best(canvas: Canvas, top: int, best: BestShare) -> None:
    left, width = MARGIN + 24, WIDTH - 2 * MARGIN - 48
    canvas.box((left, top), (width, _BEST - 28), 28, STRAW)
    middle = top + (_BEST - 28) // 2
    canvas.disc((left + 76, middle), 88, ROSE)
    canvas.text((left + 76, middle), "★", Type(44, GOLD), "mm")
    points = f"{best.points}"
    right = left + width - 40
    canvas.text((right, middle + 4), "积分", _CAPTION, "rm")
    right -= _CAPTION.width("积分") + 12
    canvas.text((right, middle), points, _POINTS, "rm")
    room = right - _POINTS.width(points) - 32 - (left + 148)
    canvas.text((left + 148, middle - 30), "手气最佳", _LUCK)
    canvas.text((left + 148, middle + 26), cut(drawable(best.name, NAMELESS), _NAME, room), _NAME)


def _span(seconds: int) -> tuple[int, str]:
    """How long it lasted, in the unit that reads best."""
    if seconds < 2 * _MINUTE:
        return seconds, "秒"
    if seconds < 2 * _HOUR:
        return seconds // _MINUTE, "分钟"
    return seconds // _HOUR, "小时"
