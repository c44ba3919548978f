"""Entries by what they are asked with: which of thousands are worth a close look, and the look.

First the words of a question, rarest first, gather the entries that have them, through an inverted
index and within a fixed amount of work. The best of these are compared in full.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from operator import attrgetter
from typing import Final

from bot.persona.knowledge.reading import Reading, Word

CANDIDATES: Final = 24
"""Entries that are compared in full."""

MOST_VISITS: Final = 4_000
"""Steps through the inverted index for one question."""

COVER_WEIGHT: Final = 1.35
TOLD_WEIGHT: Final = 0.5
NAMED_WEIGHT: Final = 0.5
"""Beside likeness, which weighs 1. Chosen on ways of asking that were left out of the base."""

SATURATION: Final = 0.7
"""BM25's k1: a token in n of an entry's ways of asking counts n / (n + this)."""

LEAST_RARITY: Final = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """An entry as it is read: each way of asking, and the answer."""

    key: str
    ways: Sequence[Reading]
    answer: Reading


@dataclass(frozen=True, slots=True)
class Fit:
    """How one entry fits a question; all from 0 to 1.

    ``likeness``: cosine with the nearest way of asking, which is number ``way``; ``cover``: share
    of the question that stands in the ways of asking, the more of them the better; ``told``: share
    that only the answer has; ``named``: share of the question's words in the ways of asking.
    """

    entry: int
    way: int
    likeness: float
    cover: float
    told: float
    named: float

    @property
    def total(self) -> float:
        """By this entries are put in order."""
        words = TOLD_WEIGHT * self.told + NAMED_WEIGHT * self.named
        most = 1 + COVER_WEIGHT + NAMED_WEIGHT
        return (self.likeness + COVER_WEIGHT * self.cover + words) / most


@dataclass(frozen=True, slots=True)
class _Indexed:
    ways: tuple[Mapping[str, float], ...]
    asked: Mapping[str, float]
    tokens: frozenset[str]


class Index:
    """All entries, ready for questions."""

    def __init__(self, entries: Iterable[Asked]) -> None:
        """``entries`` in the order of their keys: it breaks ties."""
        read = list(entries)
        asked = [Counter(token for way in entry.ways for token in way.tokens) for entry in read]
        told = [
            frozenset(entry.answer.tokens).difference(tokens)
            for entry, tokens in zip(read, asked, strict=True)
        ]
        spread: Counter[str] = Counter()
        for tokens, extra in zip(asked, told, strict=True):
            spread.update(dict.fromkeys(tokens, 2))
            spread.update(dict.fromkeys(extra, 1))
        self._rarity = {token: _rarity(seen / 2, len(read)) for token, seen in spread.items()}
        self._unseen = _rarity(0, len(read))
        self.vocabulary = frozenset(spread)
        self._entries = [
            _Indexed(
                ways=tuple(self._vector(way) for way in entry.ways),
                asked={token: seen / (seen + SATURATION) for token, seen in tokens.items()},
                tokens=extra.union(tokens),
            )
            for entry, tokens, extra in zip(read, asked, told, strict=True)
        ]
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, indexed in enumerate(self._entries):
            for token in indexed.tokens:
                self._places[token].append(place)

    def tokens_of(self, entry: int) -> frozenset[str]:
        """Everything that an entry says."""
        return self._entries[entry].tokens

    def find(self, question: Reading) -> list[Fit]:
        """The entries that fit, best first."""
        weights = {
            token: weight * self._rarity.get(token, self._unseen)
            for token, weight in question.tokens.items()
        }
        total = sum(weights.values())
        vector = self._vector(question)
        fits = [
            self._fit(place, question.words, weights, total, vector)
            for place in self._gather(weights)
        ]
        return sorted(fits, key=attrgetter("total"), reverse=True)

    def _gather(self, weights: Mapping[str, float]) -> list[int]:
        """Places of the entries that share most, in order."""
        shared: defaultdict[int, float] = defaultdict(float)
        visits = 0
        known = [(len(self._places[token]), token) for token in weights if token in self._places]
        for count, token in sorted(known):
            visits += count
            if visits > MOST_VISITS and shared:
                break
            weight = weights[token]
            for place in self._places[token]:
                shared[place] += weight
        return sorted(nlargest(CANDIDATES, shared, key=shared.__getitem__))

    def _fit(
        self,
        place: int,
        words: Sequence[Word],
        weights: Mapping[str, float],
        total: float,
        vector: Mapping[str, float],
    ) -> Fit:
        indexed = self._entries[place]
        asked = indexed.asked
        common = [token for token in weights if token in asked]
        likeness, way = max(
            (sum(vector[token] * each[token] for token in common if token in each), -way)
            for way, each in enumerate(indexed.ways)
        )
        cover = sum(weights[token] * asked[token] for token in common)
        told = sum(
            weight
            for token, weight in weights.items()
            if token in indexed.tokens and token not in asked
        )
        return Fit(
            entry=place,
            way=-way,
            likeness=likeness,
            cover=cover / total,
            told=told / total,
            named=1 - share_absent(words, asked),
        )

    def _vector(self, reading: Reading) -> dict[str, float]:
        raw = {
            token: weight * self._rarity.get(token, self._unseen)
            for token, weight in reading.tokens.items()
        }
        length = math.sqrt(sum(weight * weight for weight in raw.values()))
        return {token: weight / length for token, weight in raw.items()}


def _rarity(seen: float, entries: int) -> float:
    """BM25's: how much it says that a token occurs, when ``seen`` of ``entries`` have it."""
    return max(LEAST_RARITY, math.log(1 + (entries - seen + 0.5) / (seen + 0.5)))


def share_absent(words: Sequence[Word], tokens: Container[str]) -> float:
    """Share of ``words`` by weight that do not stand among ``tokens``; 1 when there are none."""
    weight = sum(word.weight for word in words)
    absent = sum(word.weight * (1 - word.share_in(tokens)) for word in words)
    return absent / weight if weight else 1.0
