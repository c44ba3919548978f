"""Letters: two fonts that cover Chinese, and text made to fit them.

What the fonts have no glyph for (emoji above all) is left out: an empty box is never shown.

Noto Sans SC and Noto Serif SC (SIL Open Font License 1.1) come with pylopdf-fonts-zh-cn.
"""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

import pylopdf_fonts_zh_cn as fonts
from PIL import ImageFont

NAMELESS: Final = "（表情）"
"""Stands for a name of which nothing can be drawn."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me"})
_CLOSING: Final = "，。、；：？！）》」』”’…%,.;:?!)"
_NO_CHARACTER: Final = "\U0010fffe"
"""Not a character, so no font has a glyph for it."""


class Face(StrEnum):
    """The fonts: sans for reading, serif for titles and large figures."""

    SANS = "sans"
    SERIF = "serif"


@dataclass(frozen=True, slots=True)
class Type:
    """How a text is set: its face, its size in pixels and its colour; ``bold`` thickens it."""

    size: int
    colour: str
    face: Face = Face.SANS
    bold: bool = False

    @property
    def font(self) -> ImageFont.FreeTypeFont:
        """The loaded font."""
        return _font(self.face, self.size)

    @property
    def stroke(self) -> int:
        """How many pixels letters grow to each side: there is one weight of each font."""
        return max(1, self.size // 40) if self.bold else 0

    def coloured(self, colour: str) -> "Type":
        """The same in another colour."""
        return replace(self, colour=colour)

    def width(self, text: str) -> int:
        """Pixels that ``text`` takes in one line."""
        return round(self.font.getlength(text))


def drawable(text: str, otherwise: str = "") -> str:
    """What can be drawn of ``text``, in one line; ``otherwise`` when that is nothing."""
    kept = (
        character if _is_drawable(character) else " "
        for character in unicodedata.normalize("NFC", text)
    )
    return " ".join("".join(kept).split()) or otherwise


def cut(text: str, style: Type, width: int) -> str:
    """The longest start of ``text`` that ``width`` has room for, ending in … when cut."""
    if style.width(text) <= width:
        return text
    return f"{text[: _fitting(text, style, width - style.width('…'))].rstrip()}…"


def wrap(text: str, style: Type, width: int, most: int) -> list[str]:
    """``text`` in at most ``most`` lines. Chinese breaks anywhere but before closing marks."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most - 1:
        fitting = max(1, _fitting(rest, style, width))
        end = next((n for n in range(fitting, 0, -1) if _may_break(rest, n)), fitting)
        lines.append(rest[:end].strip())
        rest = rest[end:].lstrip()
    return [*lines, cut(rest, style, width)] if rest else lines


def _fitting(text: str, style: Type, width: int) -> int:
    """How many characters of ``text`` there is room for."""
    lengths = range(len(text) + 1)
    return max(0, bisect_right(lengths, width, key=lambda n: style.width(text[:n])) - 1)


def _may_break(text: str, at: int) -> bool:
    """Whether a new line may begin with ``text[at]``: not inside a Latin word or a number."""
    before, after = text[at - 1 : at], text[at : at + 1]
    in_word = all(side.isascii() and side.isalnum() for side in (before, after))
    return not (in_word or (after and after in _CLOSING))


@lru_cache(maxsize=32)
def _font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    path = fonts.serif_path() if face is Face.SERIF else fonts.sans_path()
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def _is_drawable(character: str) -> bool:
    if unicodedata.category(character) in _UNSEEN:
        return False
    if character.isspace():
        return True
    return all(_glyph(face, character) != _glyph(face, _NO_CHARACTER) for face in Face)


def _glyph(face: Face, character: str) -> bytes:
    return bytes(_font(face, 20).getmask(character))
