"""The form in which texts are compared: what is only a disguise disappears.

Width, case, traditional characters, spaces, invisible and combining signs do not count, nor do the
spellings by which filters are usually dodged (蕞, 第①, VX). A line's end stays: it ends a phrase.
The form is never shown to anybody; ``Folded`` leads back to the text as it was written.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from opencc import OpenCC

_STAND_INS: Final = str.maketrans(
    {"蕞": "最", "朂": "最", "苐": "第", "弌": "一", "壹": "一", "囯": "国", "徽": "微", "溦": "微"}
    | dict.fromkeys("♥❥💓💕💖💗💙💚💛💜🖤🤍", "❤")
)
"""Characters that are written for another one because they look or sound like it."""

_NO_HOST: Final = r"(?![a-z0-9-]*\.[a-z]|://)"
_SPELLINGS: Final = {
    r"第1(?!\d)": "第一",
    rf"(?<![a-z/.])(?:n[o0]\.?|top\.?)1(?!\d){_NO_HOST}": "第一",
    rf"薇信|威信|维信|v信|微芯|[微薇v]❤|(?<![a-z/.])(?:vx|wx|weixin|wechat){_NO_HOST}": "微信",
    r"百分之?百": "100%",
}
"""What stands for other words; the names of hosts are left as they are."""

_SPELLING: Final = re.compile("|".join(f"({pattern})" for pattern in _SPELLINGS))
_MEANT: Final = tuple(_SPELLINGS.values())

_UNSEEN: Final = frozenset({"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"})
"""Unicode's categories of control, format and combining signs, and of spaces."""

_CHINESE: Final = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x2A6E0))


def fold(text: str) -> str:
    """``text`` in the form for comparing."""
    return _SPELLING.sub(_replace, text.translate(_FOLDED))


Span = tuple[int, int]
"""Where a part of a text begins and ends."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in the form for comparing, with the way back to how it was written."""

    written: str
    text: str
    starts: tuple[int, ...]
    """For each character of ``text``, and for its end, where it begins in ``written``."""

    def written_span(self, span: Span) -> Span:
        """Where ``text[start:end]`` begins and ends in ``written``."""
        start, end = span
        last = self.starts[end - 1]
        following = next((at for at in self.starts[end:] if at > last), len(self.written))
        return self.starts[start], following

    def as_written(self, span: Span) -> str:
        """What was written there, without spaces around it."""
        return self.written[slice(*self.written_span(span))].strip()


def folded(text: str) -> Folded:
    """``fold``, with the way back. It costs more: for texts in which something was found."""
    pieces = [character.translate(_FOLDED) for character in text]
    plain = "".join(pieces)
    places = [at for at, piece in enumerate(pieces) for _ in piece]
    result: list[str] = []
    starts: list[int] = []
    read = 0
    for match in _SPELLING.finditer(plain):
        meant = _replace(match)
        result += [plain[read : match.start()], meant]
        starts += places[read : match.start()]
        starts += [places[match.start()]] * len(meant)
        read = match.end()
    result.append(plain[read:])
    starts += [*places[read:], len(text)]
    assert all(a <= b for a, b in pairwise(starts)), "the order of a text stays"
    return Folded(text, "".join(result), tuple(starts))


def _replace(match: re.Match[str]) -> str:
    assert match.lastindex is not None, "each spelling is a group"
    return _MEANT[match.lastindex - 1]


class _Table(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = became = _fold_character(chr(code))
        return became


_FOLDED: Final = _Table()


def _fold_character(character: str) -> str:
    if character in "\r\n\u2028\u2029":
        return "\n"
    plain = unicodedata.normalize("NFKC", character).translate(_simplified()).casefold()
    return "".join(
        sign.translate(_STAND_INS) for sign in plain if unicodedata.category(sign) not in _UNSEEN
    )


@cache
def _simplified() -> dict[int, str]:
    """Traditional characters with the simplified one, each by itself.

    Phrases are left aside: what a character becomes must not depend on what was put beside it.
    """
    characters = [chr(code) for first, last in _CHINESE for code in range(first, last)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(a): b for a, b in zip(characters, converted, strict=True) if a != b}
