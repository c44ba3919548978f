"""The board: ranks, names and scores; the first three stand out, the reader's own line too."""

from typing import Final

from bot.core.pictures import BoardLine, BoardPicture
from bot.drawing.canvas import (
    FAINT,
    GREEN,
    INK,
    INNER,
    MARGIN,
    PADDING,
    PALE,
    PAPER,
    RED,
    SOFT,
    WIDTH,
    Canvas,
    framed,
)
from bot.drawing.letters import NAMELESS, Face, Type, cut, drawable

_ROW: Final = 96
_EDGE: Final = 28
_LEFT: Final = MARGIN + PADDING
_RIGHT: Final = _LEFT + INNER
_MEDAL: Final = 60
_NAME_X: Final = _LEFT + 92
_DELTA: Final = 96
"""Room for how a rank has changed."""

_UNIT_ROOM: Final = 120

_MEDALS: Final = {1: "#d1a545", 2: "#9aa7ad", 3: "#b98560"}
_RANK: Final = Type(34, SOFT, Face.SERIF)
_MEDAL_RANK: Final = Type(34, PAPER, Face.SERIF, bold=True)
_NAME: Final = Type(36, INK)
_SCORE: Final = Type(42, GREEN, Face.SERIF, bold=True)
_UNIT: Final = Type(26, SOFT)
_CHANGE: Final = Type(26, SOFT)


def draw_board(picture: BoardPicture) -> Canvas:
    """A line for each place, and dots where places are left out."""
    rows = _with_gaps(picture.lines)
    canvas, top = framed(
        brand=picture.brand,
        title=picture.title,
        subtitle=picture.period,
        note=picture.note,
        height=_ROW * max(1, len(rows)) + 2 * _EDGE,
        figure=None if picture.mine is None else (str(picture.mine), "我的名次"),
    )
    unit = cut(drawable(picture.unit), _UNIT, _UNIT_ROOM)
    moves = any(line.delta is not None for line in picture.lines)
    for number, line in enumerate(rows):
        middle = top + _EDGE + number * _ROW + _ROW // 2
        if line is None:
            for step in (-20, 0, 20):
                canvas.disc((WIDTH // 2 + step, middle), 8, FAINT)
            continue
        if line.rank == picture.mine:
            canvas.box((MARGIN + 20, middle - 44), (WIDTH - 2 * MARGIN - 40, 88), 28, PALE)
        _draw_rank(canvas, middle, line.rank)
        end = _draw_score(canvas, middle, line, unit, _RIGHT - (_DELTA if moves else 0))
        name = cut(drawable(line.name, NAMELESS), _NAME, end - _NAME_X)
        canvas.text((_NAME_X, middle), name, _NAME)
        _draw_delta(canvas, middle, line.delta)
    if not rows:
        canvas.text((_LEFT, top + _EDGE + _ROW // 2), "还没有人上榜", _UNIT)
    return canvas


def _with_gaps(lines: tuple[BoardLine, ...]) -> list[BoardLine | None]:
    rows: list[BoardLine | None] = []
    last = 0
    for line in lines:
        if last and line.rank > last + 1:
            rows.append(None)
        rows.append(line)
        last = line.rank
    return rows


def _draw_rank(canvas: Canvas, middle: int, rank: int) -> None:
    centre = (_LEFT + _MEDAL // 2, middle)
    if rank in _MEDALS:
        canvas.disc(centre, _MEDAL, _MEDALS[rank])
    canvas.text(centre, str(rank), _MEDAL_RANK if rank in _MEDALS else _RANK, "mm")


def _draw_score(canvas: Canvas, middle: int, line: BoardLine, unit: str, right: int) -> int:
    """The score with its unit, ending at ``right``; where the room for the name ends."""
    if unit:
        canvas.text((right, middle + 4), unit, _UNIT, "rm")
        right -= _UNIT.width(unit) + 10
    score = str(line.score)
    canvas.text((right, middle), score, _SCORE, "rm")
    return right - _SCORE.width(score) - 32


def _draw_delta(canvas: Canvas, middle: int, delta: int | None) -> None:
    if not delta:
        if delta == 0:
            canvas.text((_RIGHT, middle), "—", _CHANGE.coloured(FAINT), "rm")
        return
    colour = GREEN if delta > 0 else RED
    number = str(abs(delta))
    canvas.text((_RIGHT, middle), number, _CHANGE.coloured(colour), "rm")
    x = _RIGHT - _CHANGE.width(number) - 20
    canvas.arrow((x, middle + 1), 16 if delta > 0 else -16, colour)
