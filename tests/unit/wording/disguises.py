"""Ways in which a word is hidden from a filter and not from a reader."""

import random
from collections.abc import Callable
from itertools import zip_longest
from typing import Final

from opencc import OpenCC

_TRADITIONAL: Final = OpenCC("s2t")
_SOUNDS: Final = {"最": "蕞", "第一": "第①", "微信": "薇❤", "100%": "百分百"}
_MASTER: Final = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def wide(text: str) -> str:
    """ASCII letters, digits and signs in full width."""
    return text.translate(_MASTER)


def spaced(text: str) -> str:
    """A space behind each character."""
    return " ".join(text)


def unseen(text: str) -> str:
    """Characters that are not shown between those that are, of different kinds."""
    gaps = "\u200b\u2060\u00ad\ufeff\u200d\u0336"
    between = [gaps[number % len(gaps)] for number in range(len(text) - 1)]
    return "".join(a + b for a, b in zip_longest(text, between, fillvalue=""))


def traditional(text: str) -> str:
    """In traditional characters."""
    return str(_TRADITIONAL.convert(text))


def homophone(text: str) -> str:
    """With the spellings that sellers use."""
    for word, sound in _SOUNDS.items():
        text = text.replace(word, sound)
    return text


def mixed(text: str) -> str:
    """Several at once, changing from sign to sign."""
    rng = random.Random(text)
    return "".join(rng.choice((sign, wide(sign), f"{sign}\u200b", f"{sign} ")) for sign in text)


DISGUISES: Final[tuple[Callable[[str], str], ...]] = (
    wide,
    spaced,
    unseen,
    traditional,
    homophone,
    mixed,
)
