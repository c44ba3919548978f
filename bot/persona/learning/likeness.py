"""Which open question a new one is the same as. Pure; a question joins once and stays.

A cluster is its first question. A later one joins the most like it above a floor, else it founds
a cluster of its own: one pass, so numbers never change under the people who use them.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Final

from bot.core.text import fold

_TELLS_NOTHING: Final = frozenset(
    "怎么样什吗的了呢啊吧是不要能可以有会多少几我你他们咱在和就还也都何如该请问一下呀哦哪谁为"
)
"""Characters that any question may have."""


def find_like(text: str, questions: Mapping[int, str], *, floor: float) -> int | None:
    """The number of the question that ``text`` is most like; None when none reaches ``floor``.

    Of several equally like it is the oldest: numbers grow.
    """
    scores = ((likeness(text, other), -number) for number, other in questions.items())
    score, number = max(scores, default=(0.0, 0))
    return -number if score >= floor and number else None


def likeness(one: str, other: str) -> float:
    """From 0 to 1: how much of two questions is the same, by their characters and pairs."""
    left, right = _grams(one), _grams(other)
    if not left or not right:
        return float(fold(one) == fold(other))
    return 2 * len(left & right) / (len(left) + len(right))


@lru_cache(maxsize=2048)
def _grams(text: str) -> frozenset[str]:
    characters = [
        character
        for character in fold(text)
        if character.isalnum() and character not in _TELLS_NOTHING
    ]
    return frozenset([*characters, *("".join(pair) for pair in pairwise(characters))])
