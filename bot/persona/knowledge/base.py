"""The knowledge base: the entry that answers a question, or those that may have been meant.

A wrong confident answer is worse than honesty, so every hit carries how sure it is (0 to 1); what
is less sure than the floor of the configuration is no answer. A question that stands in the base,
in whatever spelling, is surely answered: 1.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final

from bot.persona.knowledge.chat import FUNCTION, GENERIC, SPOKEN
from bot.persona.knowledge.confidence import Signs, confidence, signs_of
from bot.persona.knowledge.index import Asked, Fit, Index
from bot.persona.knowledge.reading import Reader, Reading, fold_question, units_of
from bot.persona.knowledge.sounds import Pair, Sounds
from bot.settings.schema.knowledge import KnowledgeSettings

MOST_NEAR: Final = 3
"""Questions that are offered when none is sure."""

FAMILIAR: Final = 3
"""In so many ways of asking a pair of characters must occur to pass for a word."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that is known, wherever it comes from.

    ``also``: other ways to ask it; ``source`` may be empty.
    """

    key: str
    question: str
    also: tuple[str, ...]
    answer: str
    source: str = ""

    @property
    def ways(self) -> tuple[str, ...]:
        """Every way of asking; the first one is shown."""
        return (self.question, *self.also)


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may answer; ``way`` is the way of asking that is nearest to the question."""

    entry: Entry
    score: float
    way: str


@dataclass(frozen=True, slots=True)
class Search:
    """The surest hit, if any, whatever its score; and when it is below the floor what is near."""

    best: Hit | None = None
    near: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A hit with the figures that made its score; no figures when the question stands there."""

    hit: Hit
    fit: Fit | None = None
    signs: Signs | None = None


class KnowledgeBase:
    """Entries, ready for questions. Building takes time; searching does not."""

    def __init__(self, entries: Iterable[Entry], settings: KnowledgeSettings | None = None) -> None:
        self.settings = settings or KnowledgeSettings()
        self.entries = tuple(sorted(entries, key=lambda entry: entry.key))
        self._reader = Reader(self.settings.same)
        ways = [[fold_question(way) for way in entry.ways] for entry in self.entries]
        answers = [fold_question(entry.answer) for entry in self.entries]
        asked = [
            Asked(entry.key, [self._reader.read(way) for way in folded], self._reader.read(answer))
            for entry, folded, answer in zip(self.entries, ways, answers, strict=True)
        ]
        self._index = Index(asked)
        self._sounds = _sounds_of(asked, ways, answers, self._reader.vocabulary)
        self._written: dict[tuple[str, ...], tuple[int, int]] = {}
        for place, folded in enumerate(ways):
            for number, way in enumerate(folded):
                self._written.setdefault(units_of(way), (place, number))

    def search(self, question: str) -> Search:
        """What answers ``question``."""
        hits = [reason.hit for reason in self.explain(question, MOST_NEAR)]
        if not hits:
            return Search()
        if hits[0].score >= self.settings.floor:
            return Search(hits[0])
        return Search(hits[0], tuple(hit for hit in hits if hit.score >= self.settings.near))

    def explain(self, question: str, most: int) -> tuple[Reason, ...]:
        """The ``most`` best hits, best first, and why."""
        folded = fold_question(question)
        units = units_of(folded)
        if not units:
            return ()
        if (written := self._written.get(units)) is not None:
            entry = self.entries[written[0]]
            return (Reason(Hit(entry, 1.0, entry.ways[written[1]])),)
        reading = self.read(question)
        fits = self._index.find(reading)
        return tuple(self._reason(reading, fits, rank) for rank in range(min(most, len(fits))))

    def fits(self, question: str) -> list[tuple[Entry, Fit]]:
        """How the entries fit, best first, whether or not the question stands in one of them."""
        return [(self.entries[fit.entry], fit) for fit in self._index.find(self.read(question))]

    def read(self, question: str) -> Reading:
        """How a question is understood, its slips mended."""
        return self._reader.read(self._sounds.mend(fold_question(question)))

    def _reason(self, reading: Reading, fits: list[Fit], rank: int) -> Reason:
        fit = fits[rank]
        signs = signs_of(reading, fits, rank, self._index)
        entry = self.entries[fit.entry]
        return Reason(Hit(entry, confidence(signs), entry.ways[fit.way]), fit, signs)


def _sounds_of(
    asked: Iterable[Asked], ways: list[list[str]], answers: list[str], vocabulary: Iterable[str]
) -> Sounds:
    """Pairs of a word, and those that are often asked with, are what a slip may have meant."""
    said = [way for folded in ways for way in folded]
    often = Counter(pair for way in said for pair in set(pairwise(way)))
    words = {pair for pair, count in often.items() if count >= FAMILIAR}
    words.update(
        pair
        for entry in asked
        for way in entry.ways
        for pair in _pairs(word.units for word in way.words)
    )
    words.update(_pairs(vocabulary))
    known = set(_pairs(chain(said, answers, vocabulary, SPOKEN, GENERIC)))
    return Sounds(words={pair for pair in words if FUNCTION.isdisjoint(pair)}, known=known)


def _pairs(texts: Iterable[Iterable[str]]) -> Iterator[Pair]:
    return (pair for text in texts for pair in pairwise(text))
