"""The figures, addresses and foreign words of a text: what a model may repeat but never invent."""

import re
import unicodedata
from decimal import Decimal
from typing import Final

from bot.wording.folding import fold

_ARABIC: Final = re.compile(r"\d+(?:\.\d+)?")
_DIGITS: Final = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_UNITS: Final = (
    "元|块|毛钱|折|积分|分钱|分(?![享析为开别钟之])|张|件|支|瓶|盒|份|倍|成|毫升|克|公斤|斤|天|周|个?月|小时"
    "|分钟|点(?!点)|号|日|年|岁|个(?!人)|人|名|次|步|遍|滴|泵|度"
)
_NUMERALS: Final = "零〇一二两三四五六七八九十百千万"
_HARMLESS: Final = (
    rf"(?<![{_NUMERALS}])(?:[一两](?![{_NUMERALS}]|元|块|毛|折|积分|分|张|倍)|十分(?!钟))"
)
"""One and two of something that costs nothing (一次, 两天), and 十分 for very."""

_CHINESE: Final = re.compile(rf"(?!{_HARMLESS})([{_NUMERALS}]+)(?:{_UNITS})")

_WORD: Final = re.compile(r"[a-z][a-z0-9_-]*")
_ADDRESS: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://|www\.|[a-z0-9-]+\.[a-z]{2,}|[a-z0-9]+(?:点|dot)(?:com|cn|net|top|cc|me)"
    r"|\S@\S"
)

LONG_WORD: Final = 4
"""Letters from which on a foreign word may be a code, an account or a name."""


def read_figures(text: str) -> frozenset[Decimal]:
    """Every number in ``text``, written in digits or, before a unit, in Chinese.

    A number that is pulled apart by spaces counts as well as its pieces.
    """
    found = set()
    for form in (_plain(text), fold(text)):
        found |= {Decimal(match[0]) for match in _ARABIC.finditer(form)}
        found |= {Decimal(_value(match[1])) for match in _CHINESE.finditer(form)}
    return frozenset(found)


def read_words(text: str) -> frozenset[str]:
    """Every foreign word of at least four letters and digits, in lower case."""
    words = (match[0] for match in _WORD.finditer(_plain(text)))
    return frozenset(word for word in words if len(word) >= LONG_WORD)


def read_addresses(text: str) -> tuple[str, ...]:
    """The beginnings of what looks like an address on the net."""
    return tuple(match[0] for match in _ADDRESS.finditer(_plain(text)))


def foreign_share(text: str, known: frozenset[str]) -> float:
    """How much of the letters of ``text`` is not Chinese, from 0 to 1; ``known`` words aside."""
    rest = _WORD.sub(lambda match: "" if match[0] in known else match[0], _plain(text))
    letters = [character for character in rest if character.isalpha()]
    foreign = sum(not "\u3400" <= character <= "\u9fff" for character in letters)
    return foreign / len(letters) if letters else 0.0


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _value(signs: str) -> int:
    """The value of a number in Chinese; digits in a row are read as they stand."""
    if not any(sign in _TENS or sign == "万" for sign in signs):
        return int("".join(str(_DIGITS[sign]) for sign in signs))
    total = section = digit = 0
    for sign in signs:
        if sign == "万":
            total, section, digit = (total + section + digit or 1) * 10_000, 0, 0
        elif sign in _TENS:
            section, digit = section + (digit or 1) * _TENS[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + section + digit
