"""One-time codes: drawn from a secure source, easy to read aloud, not to be guessed.

Twelve signs of thirty-one are 59 bits. Whoever tries a code a second for a year against a million
codes that are out finds one with a chance of 1 in 25,000; and only staff may try.
"""

import random
import re

from bot.core.text import normalise

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ".replace("L", "")
"""Digits and capitals without 0 O, 1 I L, which look alike."""

LENGTH = 12
_GROUP = 4
_SEPARATORS = re.compile(r"[\s-]+")


def draw_code(rng: random.Random) -> str:
    """A new code of twelve signs; ``rng`` is ``secure()`` in production."""
    return "".join(rng.choice(ALPHABET) for _ in range(LENGTH))


def show_code(code: str) -> str:
    """A code as people read it: in groups of four."""
    return "-".join(code[place : place + _GROUP] for place in range(0, len(code), _GROUP))


def read_code(typed: str) -> str | None:
    """The code that was typed, with or without its dashes; None for what can be none."""
    code = _SEPARATORS.sub("", normalise(typed)).upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
