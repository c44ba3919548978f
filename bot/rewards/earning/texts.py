"""When is a text worth points: enough of it, and not what the same member just said. Pure.

Only a sketch of a text is kept: 128 yes-or-no answers about it, by which near-equal texts of one
member are known from others. A text cannot be read from its sketch, and since the member is part
of every answer, two members' sketches tell nothing about each other.
"""

import hashlib
import re
import unicodedata
from typing import Final

from bot.core.ids import MemberId
from bot.core.text import fold

BITS: Final = 128

ALIKE_BITS: Final = 96
"""Texts are near-equal when so many answers agree. Two texts that share the part J of their pairs
of characters agree in (1 + J) / 2 of them, give or take 6 answers: this asks for half the pairs, so
one changed word does not make a new text. Unrelated texts agree in 64 to 75."""

LOOKED_AT: Final = 80
"""Letters and digits at the start of a text that make its sketch."""

_BYTES_AN_ANSWER: Final = 3

_RUN: Final = re.compile(r"(.{1,4}?)\1{2,}")
"""Something short, said three times and more in a row."""


def essence(text: str) -> str:
    """What was said, without form: letters and digits only, 哈哈哈哈 and 好的好的好的 once."""
    said = "".join(mark for mark in fold(text) if unicodedata.category(mark)[0] in "LN")
    return _RUN.sub(r"\1", said)


def sketch_of(said: str, member_id: MemberId) -> str:
    """The sketch of an essence, as 32 hexadecimal digits; empty for no essence.

    One-bit minwise hashing (Li and König, 2010): each answer is the last bit of the least of one
    hash over all pairs of neighbouring characters.
    """
    said = said[:LOOKED_AT]
    if not said:
        return ""
    pairs = {said[start : start + 2] for start in range(max(1, len(said) - 1))}
    hashes = [
        hashlib.shake_128(f"{member_id}/{pair}".encode()).digest(BITS * _BYTES_AN_ANSWER)
        for pair in pairs
    ]
    bits = 0
    for start in range(0, BITS * _BYTES_AN_ANSWER, _BYTES_AN_ANSWER):
        least = min(value[start : start + _BYTES_AN_ANSWER] for value in hashes)
        bits = bits << 1 | least[-1] & 1
    return f"{bits:0{BITS // 4}x}"


def are_alike(one: str, other: str) -> bool:
    """Whether two sketches of one member are those of near-equal texts."""
    if not one or not other:
        return False
    differing = int(one, 16) ^ int(other, 16)
    return BITS - differing.bit_count() >= ALIKE_BITS
