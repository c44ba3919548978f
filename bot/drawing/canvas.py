"""A sheet to draw on: smooth shapes and text in the brand's colours, and the frame of all pictures.

Sizes are pixels; a sheet is as wide as a phone's screen.
"""

import io
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from bot.drawing.letters import Face, Type, cut, drawable, wrap

WIDTH: Final = 1080
MARGIN: Final = 60
PADDING: Final = 48
INNER: Final = WIDTH - 2 * (MARGIN + PADDING)
"""Width of what stands inside the card."""

GROUND: Final = "#f3f5f2"
PAPER: Final = "#ffffff"
INK: Final = "#20302a"
SOFT: Final = "#55675e"
FAINT: Final = "#a9b5ae"
LINE: Final = "#e3eae5"
GREEN: Final = "#2f6b4f"
PALE: Final = "#e4efe7"
GOLD: Final = "#b98a2f"
STRAW: Final = "#f7eeda"
RED: Final = "#a8452f"
ROSE: Final = "#fbe9e4"
DAWN: Final = "#fbf1ec"
BLUE: Final = "#4a7c99"
ICE: Final = "#e4eff5"

_BRAND: Final = Type(30, GREEN)
_TITLE: Final = Type(62, INK, Face.SERIF, bold=True)
_SUBTITLE: Final = Type(32, SOFT)
_FIGURE: Final = Type(92, GREEN, Face.SERIF, bold=True)
_CAPTION: Final = Type(28, SOFT)
_NOTE: Final = Type(30, SOFT)

_HEAD: Final = 264
_HEAD_ALONE: Final = 214
"""Room for the title, with words beneath it or without."""

_CARD_TO_NOTE: Final = 40
_NOTE_LINE: Final = 46
_NOTE_LINES: Final = 3
_FOOT: Final = 60
_SMOOTH: Final = 4
"""Shapes are drawn so many times larger, and shrunk, because Pillow draws hard edges."""


class Canvas:
    """A sheet, ``height`` pixels tall."""

    def __init__(self, height: int, ground: str) -> None:
        self._image = Image.new("RGB", (WIDTH, height), ground)
        self._pen = ImageDraw.Draw(self._image)

    def text(self, at: tuple[int, int], text: str, style: Type, anchor: str = "lm") -> None:
        """One line; ``anchor`` tells which of its points is ``at`` (l, m, r and m, s)."""
        self._pen.text(
            at,
            text,
            fill=style.colour,
            font=style.font,
            anchor=anchor,
            stroke_width=style.stroke,
            stroke_fill=style.colour,
        )

    def disc(self, centre: tuple[int, int], diameter: int, colour: str) -> None:
        """A filled circle."""
        corner = (centre[0] - diameter // 2, centre[1] - diameter // 2)
        self._image.paste(colour, corner, _disc(diameter))

    def ring(self, centre: tuple[int, int], diameter: int, colour: str, inside: str) -> None:
        """A circle with a line around it."""
        self.disc(centre, diameter, colour)
        self.disc(centre, diameter - 8, inside)

    def box(self, at: tuple[int, int], size: tuple[int, int], radius: int, colour: str) -> None:
        """A filled rectangle with round corners."""
        (left, top), (width, height) = at, size
        right, bottom = left + width, top + height
        for x in (left + radius, right - radius):
            for y in (top + radius, bottom - radius):
                self.disc((x, y), 2 * radius, colour)
        self._pen.rectangle((left + radius, top, right - radius - 1, bottom - 1), fill=colour)
        self._pen.rectangle((left, top + radius, right - 1, bottom - radius - 1), fill=colour)

    def rule(self, y: int) -> None:
        """A thin line across the card."""
        left = MARGIN + PADDING
        self._pen.rectangle((left, y, left + INNER - 1, y + 1), fill=LINE)

    def arrow(self, centre: tuple[int, int], height: int, colour: str) -> None:
        """A triangle; it points down when ``height`` is negative."""
        x, y = centre
        half, reach = abs(height) * 5 // 8, height // 2
        self._pen.polygon([(x, y - reach), (x - half, y + reach), (x + half, y + reach)], colour)

    def png(self) -> bytes:
        """The picture as a file."""
        buffer = io.BytesIO()
        self._image.save(buffer, "PNG")
        return buffer.getvalue()


def framed(
    *,
    brand: str,
    title: str,
    subtitle: str,
    note: str,
    height: int,
    figure: tuple[str, str] | None = None,
    ground: str = GROUND,
) -> tuple[Canvas, int]:
    """A sheet with a title, a white card of ``height`` and a note; and the card's top.

    ``figure`` is a number for the upper right corner, and the words beneath it.
    """
    lines = wrap(drawable(note), _NOTE, WIDTH - 2 * MARGIN, _NOTE_LINES)
    foot = _CARD_TO_NOTE + _NOTE_LINE * len(lines) if lines else 0
    top = _HEAD if subtitle or figure else _HEAD_ALONE
    canvas = Canvas(top + height + foot + _FOOT, ground)
    room = WIDTH - 2 * MARGIN
    if figure is not None:
        room -= max(_FIGURE.width(figure[0]), _CAPTION.width(figure[1])) + 40
        canvas.text((WIDTH - MARGIN, 124), figure[0], _FIGURE, "rm")
        canvas.text((WIDTH - MARGIN, 204), figure[1], _CAPTION, "rm")
    canvas.text((MARGIN, 74), cut(drawable(brand), _BRAND, room), _BRAND)
    canvas.text((MARGIN, 138), cut(drawable(title), _TITLE, room), _TITLE)
    canvas.text((MARGIN, 206), cut(drawable(subtitle), _SUBTITLE, room), _SUBTITLE)
    canvas.box((MARGIN, top), (WIDTH - 2 * MARGIN, height), 40, PAPER)
    middle = top + height + _CARD_TO_NOTE + _NOTE_LINE // 2
    for number, line in enumerate(lines):
        canvas.text((MARGIN, middle + number * _NOTE_LINE), line, _NOTE)
    return canvas, top


@lru_cache(maxsize=32)
def _disc(diameter: int) -> Image.Image:
    large = diameter * _SMOOTH
    mask = Image.new("L", (large, large))
    ImageDraw.Draw(mask).ellipse((0, 0, large - 1, large - 1), fill=255)
    return mask.reduce(_SMOOTH)
