"""The calendar: a month of check-ins, and how long the streak is."""

import calendar
from typing import Final

from bot.core.pictures import CalendarPicture, DayState
from bot.drawing.canvas import (
    BLUE,
    FAINT,
    GOLD,
    GREEN,
    ICE,
    INNER,
    MARGIN,
    PADDING,
    PALE,
    PAPER,
    SOFT,
    STRAW,
    Canvas,
    framed,
)
from bot.drawing.letters import Type

_WEEKDAYS: Final = "一二三四五六日"
_CELL: Final = INNER // 7
_ROW: Final = 122
_DISC: Final = 88
_HEAD: Final = 112
_LEGEND: Final = 104

_NUMBER: Final = Type(38, SOFT)
_SMALL: Final = Type(28, SOFT)

_LOOKS: Final[dict[DayState, tuple[str, str, str, str]]] = {
    DayState.DONE: (GREEN, GREEN, PAPER, "已签"),
    DayState.MADE_UP: (GREEN, PALE, GREEN, "补签"),
    DayState.FROZEN: (ICE, ICE, BLUE, "冻结"),
    DayState.MISSED: (PAPER, PAPER, FAINT, "漏签"),
    DayState.TODAY: (GOLD, STRAW, GOLD, "今天"),
    DayState.FUTURE: (PAPER, PAPER, FAINT, ""),
}
"""The colours of the line around a day, of the day, and of its number; and what it is called."""


def draw_calendar(picture: CalendarPicture) -> Canvas:
    """A grid of weeks from Monday, each day as what became of it."""
    first, length = calendar.monthrange(picture.year, picture.month_number)
    weeks = -(-(first + length) // 7)
    canvas, top = framed(
        brand=picture.brand,
        title=picture.title,
        subtitle=f"{picture.year} 年 {picture.month_number} 月",
        note=picture.note,
        height=_HEAD + weeks * _ROW + _LEGEND,
        figure=(str(picture.streak), "连续签到天数"),
    )
    for column, name in enumerate(_WEEKDAYS):
        canvas.text((_middle(column), top + _HEAD // 2 + 12), name, _SMALL, "mm")
    for index, state in enumerate(picture.days):
        week, column = divmod(first + index, 7)
        centre = (_middle(column), top + _HEAD + week * _ROW + _ROW // 2)
        _draw_day(canvas, centre, index + 1, state)
    _draw_legend(canvas, top + _HEAD + weeks * _ROW + _LEGEND // 2 - 6, picture)
    return canvas


def _draw_day(canvas: Canvas, centre: tuple[int, int], number: int, state: DayState) -> None:
    line, inside, ink, _ = _LOOKS[state]
    if inside != PAPER:
        canvas.ring(centre, _DISC, line, inside)
    canvas.text(centre, str(number), _NUMBER.coloured(ink), "mm")
    if state is DayState.MISSED:
        canvas.disc((centre[0], centre[1] + 36), 8, FAINT)


def _draw_legend(canvas: Canvas, y: int, picture: CalendarPicture) -> None:
    """What the looks mean that occur in this month."""
    x = MARGIN + PADDING + (_CELL - _DISC) // 2
    for state, (line, inside, _, name) in _LOOKS.items():
        if not name or state not in picture.days:
            continue
        if state is DayState.MISSED:
            canvas.disc((x + 14, y), 8, FAINT)
        else:
            canvas.ring((x + 14, y), 28, line, inside)
        canvas.text((x + 40, y), name, _SMALL)
        x += 40 + _SMALL.width(name) + 44


def _middle(column: int) -> int:
    return MARGIN + PADDING + column * _CELL + _CELL // 2
