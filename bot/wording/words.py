"""Words in a text, however they are spelled.

``WordList`` looks for many words at once; harmless words around a wanted one hide it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from bot.wording.folding import Span, fold, folded


class WordList:
    """Words by which a folded text is searched; ``words`` are told as they were given."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[str, str] = {}
        for word in words:
            if key := fold(word):
                self._words.setdefault(key, word)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for key in self._words:
            lengths[key[:2]].add(len(key))
        self._lengths = {start: sorted(several) for start, several in lengths.items()}

    def __len__(self) -> int:
        return len(self._words)

    def spans(self, plain: str) -> Iterator[tuple[str, Span]]:
        """Each place at which a word stands in the folded text ``plain``, from left to right."""
        for at, letter in enumerate(plain):
            for start in dict.fromkeys((letter, plain[at : at + 2])):
                for length in self._lengths.get(start, ()):
                    word = self._words.get(plain[at : at + length])
                    if word is not None:
                        yield word, (at, at + length)


def find_words(
    text: str, words: Iterable[str], allowed: Iterable[str] = ()
) -> Iterator[tuple[str, int]]:
    """Each of ``words`` that occurs in ``text`` outside the ``allowed`` ones, and where first.

    The position counts characters of ``text``.
    """
    place = folded(text)
    harmless = [span for _, span in WordList(allowed).spans(place.text)]
    told: set[str] = set()
    for word, span in WordList(words).spans(place.text):
        if word not in told and not lies_within(span, harmless):
            told.add(word)
            yield word, place.starts[span[0]]


def lies_within(span: Span, others: Iterable[Span]) -> bool:
    """Whether ``span`` lies inside one of ``others``."""
    return any(first <= span[0] and span[1] <= last for first, last in others)
