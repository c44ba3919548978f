"""From what somebody typed to what is compared: one spelling, and one word for one meaning.

Spellings are folded, chat words become plain ones (咋整 is 怎么办), and words that mean the same
become one (a table of the configuration). What is left counts as characters and pairs of
characters: short questions share too few whole words to be found by those. Words serve another
end: what the question speaks of, so that it can be seen what an item does not.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final

import rjieba

from bot.persona.knowledge.chat import FUNCTION, GENERIC, SPOKEN
from bot.wording.folding import fold

GENERIC_WEIGHT: Final = 0.3
"""Of characters in generic words; others weigh 1."""

LATIN_WEIGHT: Final = 1.5
"""Of a number or a Latin word, which is one unit: SPF says more than one character does."""

OTHER_WORD: Final = 0.6
"""How much a word that is no noun tells what a question is about; a noun tells 1."""

MOST_CHARACTERS: Final = 200
"""Of a message that are read: a question says what it is about before that."""

_UNIT = re.compile(r"[a-z]+|\d+|[^\W\d_a-z]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word that says what a text is about, as its units."""

    units: tuple[str, ...]
    weight: float

    def share_in(self, tokens: Container[str]) -> float:
        """How much of it stands among ``tokens``, 0 to 1; its characters apart count half."""
        apart = sum(unit in tokens for unit in self.units) / len(self.units)
        if len(self.units) == 1:
            return apart
        pairs = [left + right in tokens for left, right in pairwise(self.units)]
        return max(sum(pairs) / len(pairs), apart / 2)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is compared: with one word for one meaning, as weighed tokens, as words."""

    text: str
    tokens: Mapping[str, float]
    words: tuple[Word, ...]


class Reader:
    """Reads texts with a table of words that mean the same; the first of a group stands for it.

    A single character is such a word only where it stands alone: 换 is 兑换, 换季 is not. Words
    are told apart by the dictionary alone; what it does not know falls apart into characters.
    """

    def __init__(self, same: Iterable[Sequence[str]] = ()) -> None:
        groups = [[_plain(fold(word)) for word in group] for group in same]
        self.vocabulary = tuple(chain.from_iterable(groups))
        self._meaning = {word: group[0] for group in reversed(groups) for word in group}
        self._pattern = _any_of(word for word in self._meaning if len(word) > 1)

    def read(self, folded: str) -> Reading:
        """How a folded text is compared."""
        text = self._pattern.sub(lambda found: self._meaning[found[0]], _plain(folded))
        pieces: list[str] = []
        weights: list[float] = []
        words: list[Word] = []
        for piece, kind in rjieba.tag(text, hmm=False):
            word = self._meaning.get(piece, piece)
            pieces.append(word)
            generic = word in GENERIC
            weights += [GENERIC_WEIGHT if generic else 1.0] * len(word)
            units = units_of(word)
            if units and not generic and not FUNCTION.issuperset(word):
                words.append(Word(units, 1.0 if kind.startswith("n") else OTHER_WORD))
        return Reading("".join(pieces), _tokens("".join(pieces), weights), tuple(words))


def fold_question(typed: str) -> str:
    """The spelling in which questions are compared; a long message is cut."""
    return fold(typed[:MOST_CHARACTERS])


def units_of(folded: str) -> tuple[str, ...]:
    """Chinese characters, numbers and Latin words, without punctuation and emoji."""
    return tuple(_UNIT.findall(folded))


def _plain(folded: str) -> str:
    return _SPOKEN.sub(lambda found: SPOKEN[found[0]], folded)


def _tokens(text: str, weights: Sequence[float]) -> dict[str, float]:
    units = [
        (found[0], 0.0 if found[0] in FUNCTION else max(weights[found.start() : found.end()]))
        for found in _UNIT.finditer(text)
    ]
    tokens: dict[str, float] = {}
    for unit, weight in units:
        if weight:
            heavier = LATIN_WEIGHT if unit.isascii() else 1.0
            tokens[unit] = max(tokens.get(unit, 0.0), weight * heavier)
    for (left, before), (right, after) in pairwise(units):
        if before or after:
            pair = left + right
            tokens[pair] = max(tokens.get(pair, 0.0), (before + after) / 2)
    return tokens


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """What finds the longest of ``words``, and nothing when there are none."""
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)) or r"(?!)")


_SPOKEN = _any_of(SPOKEN)
