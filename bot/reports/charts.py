"""Charts as SVG that stands in a page: no script, no file of its own, sizes in its own units.

Colours are classes of the page's style sheet, so a chart says what is what and not how it looks.
"""

import html
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_WIDTH: Final = 960
_SCALE: Final = 44
"""Room for the numbers of a scale, on the left."""

_FOOT: Final = 4
"""How far below its middle the foot line of a text is."""


@dataclass(frozen=True, slots=True)
class Column:
    """A day: what came in, by class, one on another, and what went out, below the line."""

    label: str
    title: str
    above: Mapping[str, int]
    below: int


@dataclass(frozen=True, slots=True)
class Span:
    """A figure with its interval; one that is no fact is drawn hollow. ``note`` stands behind."""

    label: str
    css: str
    value: float
    low: float
    high: float
    is_fact: bool
    note: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a grid, from 0: how strong it is, and the words in it."""

    row: int
    column: int
    value: float
    words: str


def columns(days: Sequence[Column]) -> str:
    """Days side by side, in one scale above the line and below it."""
    if not days:
        return ""
    top = max(1, *(sum(day.above.values()) for day in days))
    step = _nice_step(top)
    top = math.ceil(top / step) * step
    unit, line = 190 / top, 202
    height = line + max(day.below for day in days) * unit + 34
    wide = (_WIDTH - _SCALE) / len(days)
    every = math.ceil(len(days) / 14)
    parts: list[str] = []
    for value in range(0, top + 1, step):
        y = line - value * unit
        parts.append(_rule("grid", _SCALE, _WIDTH, y))
        parts.append(_words("axis", _SCALE - 8, y, str(value), "end"))
    for place, day in enumerate(days):
        bars = "".join(_bars(day, _SCALE + (place + 0.16) * wide, wide * 0.68, line, unit))
        parts.append(f"<g><title>{_text(day.title)}</title>{bars}</g>")
        if place % every == 0:
            x = _SCALE + (place + 0.5) * wide
            parts.append(_words("axis", x, height - 12, day.label, "middle"))
    return _svg(_WIDTH, height, parts)


def _bars(day: Column, x: float, width: float, line: float, unit: float) -> Iterator[str]:
    y = line
    for css, count in day.above.items():
        y -= count * unit
        yield _box(css, x, y, width, count * unit)
    yield _box("out", x, line + 1, width, day.below * unit)


def spans(rows: Sequence[Span]) -> str:
    """Figures below each other with their intervals; one that is far too wide is cut off."""
    if not rows:
        return ""
    width, left, right, tall = 520, 80, 170, 34
    most = max(row.value for row in rows)
    end = max(most, min(max(row.high for row in rows), 3 * most)) or 1.0
    unit = (width - left - right) / end
    parts: list[str] = []
    for place, row in enumerate(rows):
        y = 8 + tall * (place + 0.5)
        dot = {"cx": left + row.value * unit, "cy": y, "r": 6}
        parts += [
            _words("name", 0, y, row.label),
            _rule("grid", left, width - right, y),
            _rule(f"span {row.css}", left + row.low * unit, left + min(row.high, end) * unit, y),
            _element("circle", f"{row.css} {'fact' if row.is_fact else 'hint'}", **dot),
            _words("note", width - right + 14, y, row.note),
        ]
    return _svg(width, 16 + tall * len(rows), parts)


def heat(rows: Sequence[str], heads: Sequence[str], cells: Iterable[Cell]) -> str:
    """A grid of shades, the strongest for the highest value; a place without a cell is empty."""
    if not rows or not heads:
        return ""
    left, top, tall = 64, 26, 34
    wide = min(150.0, (_WIDTH - left) / len(heads))
    filled = {(cell.row, cell.column): cell for cell in cells}
    most = max((cell.value for cell in filled.values()), default=0.0) or 1.0
    parts = [
        _words("axis", left + (place + 0.5) * wide, 12, head, "middle")
        for place, head in enumerate(heads)
    ]
    for row, name in enumerate(rows):
        middle = top + (row + 0.5) * tall
        parts.append(_words("name", 0, middle, name))
        for column in range(len(heads)):
            x = left + column * wide
            cell = filled.get((row, column))
            place = {"x": x + 2, "y": middle - tall / 2 + 2, "width": wide - 4, "height": tall - 4}
            if cell is None:
                parts.append(_element("rect", "empty", rx=4, **place))
                continue
            strength = 0.12 + 0.88 * cell.value / most
            css = "cell on-dark" if strength > 0.65 else "cell"
            parts.append(_element("rect", "heat", rx=4, fill_opacity=strength, **place))
            parts.append(_words(css, x + wide / 2, middle, cell.words, "middle"))
    return _svg(left + wide * len(heads), top + tall * len(rows) + 4, parts)


def _nice_step(top: int) -> int:
    """A round step of the scale: some four to a chart."""
    rough = top / 4
    size = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
    return next(number * size for number in (1, 2, 5, 10) if number * size >= rough)


def _words(css: str, x: float, middle: float, words: str, anchor: str = "start") -> str:
    return _element("text", css, words, x=x, y=middle + _FOOT, text_anchor=anchor)


def _rule(css: str, first: float, last: float, y: float) -> str:
    return _element("line", css, x1=first, x2=last, y1=y, y2=y)


def _box(css: str, x: float, y: float, width: float, height: float) -> str:
    return _element("rect", css, x=x, y=y, width=width, height=height) if height > 0 else ""


def _element(name: str, css: str, words: str = "", /, **places: float | str) -> str:
    written = "".join(
        f' {key.replace("_", "-")}="{value if isinstance(value, str) else f"{value:.2f}"}"'
        for key, value in places.items()
    )
    return f'<{name} class="{_text(css)}"{written}>{_text(words)}</{name}>'


def _svg(width: float, height: float, parts: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img"'
        f' style="max-width:{width:.0f}px">{"".join(parts)}</svg>'
    )


def _text(words: str) -> str:
    return html.escape(words, quote=True)
