"""Answers from the knowledge base, or none: a wrong confident answer is worse than honesty.

Chat questions are short, so a question is compared with every way of asking that an item lists:
cosine similarity over single characters and pairs, weighted by how rare they are in the base.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.core.text import fold
from bot.settings.settings import KnowledgeItem

FUNCTION_CHARACTERS = frozenset(
    "怎么样什吗的了呢啊吧是不要能可以有会多少几我你他们咱在和就还也都何如该"
)
"""Characters that every question has; alone, or in pairs of their own, they tell nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best item for a question; ``score`` is between 0 and 1."""

    item: KnowledgeItem
    score: float


@dataclass(frozen=True, slots=True)
class _Phrase:
    item: KnowledgeItem
    vector: Mapping[str, float]


class KnowledgeIndex:
    """The knowledge base, ready for questions."""

    def __init__(self, items: Iterable[KnowledgeItem]) -> None:
        asked = [(item, way) for item in items for way in (item.front.question, *item.front.also)]
        counts = [_tokens(way) for _, way in asked]
        spread = Counter(token for tokens in counts for token in tokens)
        self._rarity = {
            token: math.log((1 + len(asked)) / (1 + seen)) + 1 for token, seen in spread.items()
        }
        self._unseen = math.log(1 + len(asked)) + 1
        self._phrases = [
            _Phrase(item, self._vector(tokens))
            for (item, _), tokens in zip(asked, counts, strict=True)
        ]

    def find(self, question: str) -> Found | None:
        """The item that fits best, whatever its score; None when nothing fits at all."""
        wanted = self._vector(_tokens(question))
        best = max(
            ((_cosine(wanted, phrase.vector), phrase) for phrase in self._phrases),
            key=lambda pair: pair[0],
            default=None,
        )
        if best is None or best[0] <= 0:
            return None
        return Found(best[1].item, best[0])

    def _vector(self, tokens: Mapping[str, int]) -> dict[str, float]:
        raw = {
            token: count * self._rarity.get(token, self._unseen) for token, count in tokens.items()
        }
        length = math.sqrt(sum(weight * weight for weight in raw.values()))
        return {token: weight / length for token, weight in raw.items()} if length else {}


@lru_cache(maxsize=4)
def index_of(items: tuple[KnowledgeItem, ...]) -> KnowledgeIndex:
    """The index of a library; built once for each configuration."""
    return KnowledgeIndex(items)


def _cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    if len(left) > len(right):
        left, right = right, left
    return sum(weight * right.get(token, 0.0) for token, weight in left.items())


def _tokens(text: str) -> Counter[str]:
    """Characters that carry meaning, and their pairs."""
    characters = [character for character in fold(text) if character.isalnum()]
    pairs = ("".join(pair) for pair in pairwise(characters))
    return Counter(
        token for token in (*characters, *pairs) if not FUNCTION_CHARACTERS.issuperset(token)
    )
