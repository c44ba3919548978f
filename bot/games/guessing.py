"""Whether what somebody typed is a right answer, a wrong one, or no answer at all. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.core.text import fold

HIDDEN: Final = "○"
"""Stands for a character that a hint does not show."""

MOST_AROUND: Final = 4
"""Characters that may stand around a right answer: 是…吧, 答案是…."""

Sounds = Mapping[str, frozenset[str]]
"""How characters may be read, without tones."""


def bare(text: str) -> str:
    """A text as answers are compared: its letters and digits, whatever their case and width."""
    return "".join(mark for mark in fold(text) if unicodedata.category(mark)[0] in "LN")


def is_right(typed: str, answers: Iterable[str], sounds: Sounds | None = None) -> bool:
    """Whether ``typed`` says one of ``answers``, perhaps with a few words around it.

    With ``sounds``, other characters of the same sound will do, as an input method slips.
    """
    said = bare(typed)
    for right in map(bare, answers):
        if said == right:
            return True
        if len(right) > 1 and right in said and len(said) <= len(right) + MOST_AROUND:
            return True
        if sounds and len(right) > 1 and _sounds_like(said, right, sounds):
            return True
    return False


def is_guess(typed: str, answers: Sequence[str], no_guess: Iterable[str]) -> bool:
    """Whether ``typed`` can be meant as an answer at all: as long as one, and no question.

    A single letter or digit always can: whoever sees choices takes one.
    """
    said, folded = bare(typed), fold(typed)
    if any(fold(sign) in folded for sign in no_guess):
        return False
    if len(said) == 1 and said.isascii():
        return True
    lengths = [len(bare(right)) for right in answers]
    if max(lengths) == 1:
        return len(said) == 1
    return max(1, min(lengths) - 1) <= len(said) <= max(lengths) + 2


def mask(answer: str, hints: int) -> str:
    """An answer with what ``hints`` show of it: nothing, its first character, its last one too."""
    shown = {0} if hints else set()
    if hints > 1:
        shown.add(len(answer) - 1)
    return "".join(mark if place in shown else HIDDEN for place, mark in enumerate(answer))


def _sounds_like(said: str, right: str, sounds: Sounds) -> bool:
    nothing: frozenset[str] = frozenset()
    return len(said) == len(right) and all(
        one == other or sounds.get(one, nothing) & sounds.get(other, nothing)
        for one, other in zip(said, right, strict=True)
    )
