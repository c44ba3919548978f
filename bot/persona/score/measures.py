"""What can be counted in a Chinese text. Every function is pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

_ENDS: Final = re.compile(r"[。！？!?；…\n]+")
_CLAUSE_ENDS: Final = "，。！？!?；、：…～~\n)）”」"
_ADDRESS: Final = re.compile(r"[a-z]+://\S+")
_LATIN: Final = re.compile(r"[A-Za-z]{2,}")
_TONE_MARK: Final = re.compile(r"[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜ]")
_SYLLABLE: Final = (
    r"(?:[bpmfdtnlgkhjqxzcsryw]|[zcs]h)(?:[aeiou]|ai|ei|ao|ou|an|en|ang|eng|ong|ia|ie|iao|iu|ian|in"
    r"|iang|ing|iong|ua|uo|uai|ui|uan|un|uang|ue)"
)
_SPELT: Final = re.compile(rf"\b{_SYLLABLE}(?: {_SYLLABLE}){{2,}}\b")


def sentences(text: str) -> list[str]:
    """What lies between full stops, question and exclamation marks, semicolons and new lines."""
    return [part.strip() for part in _ENDS.split(text) if part.strip()]


def sentence_lengths(texts: Iterable[str]) -> list[int]:
    """Characters of every sentence; addresses of pages do not count."""
    return [len(part) for text in texts for part in sentences(_ADDRESS.sub("", text))]


def median_length(texts: Iterable[str]) -> float:
    """The median of the sentences' lengths; 0 without any."""
    return median(sentence_lengths(texts) or [0])


def has_particle(text: str, particles: Sequence[str]) -> bool:
    """Whether a clause of ``text`` ends with one of the particles."""
    ends = rf"(?:{'|'.join(map(re.escape, particles))})(?=[{re.escape(_CLAUSE_ENDS)}]|$)"
    return bool(particles) and re.search(ends, text) is not None


def percent(part: int, whole: int) -> float:
    """``part`` of ``whole`` in percent; 0 of nothing."""
    return 100 * part / whole if whole else 0.0


def is_simplified(character: str) -> bool:
    """Whether a Chinese character is one of GB 2312, which has the simplified ones alone."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def simplified_percent(text: str) -> float:
    """How much of a text's words is simplified Chinese: characters, against those and words.

    Pages' addresses, single letters and what is written in digits are no language.
    """
    text = _ADDRESS.sub("", text)
    chinese = [character for character in text if "\u4e00" <= character <= "\u9fff"]
    foreign = len(_LATIN.findall(text)) + sum(not is_simplified(c) for c in chinese)
    simplified = sum(map(is_simplified, chinese))
    return percent(simplified, simplified + foreign) if simplified + foreign else 100.0


def has_pinyin(text: str) -> bool:
    """Whether a text spells Chinese in letters: tone marks, or three syllables in a row."""
    return bool(_TONE_MARK.search(text) or _SPELT.search(_ADDRESS.sub("", text)))


def bigrams(text: str) -> Counter[str]:
    """Pairs of neighbouring letters and digits; what separates them is no neighbour."""
    characters = [character for character in text if character.isalnum()]
    return Counter("".join(pair) for pair in pairwise(characters))


def distinct_2(texts: Iterable[str]) -> float:
    """Different pairs of characters, against all of them: 1 when nothing is said twice."""
    counted = Counter[str]()
    for text in texts:
        counted += bigrams(text)
    return len(counted) / counted.total() if counted else 1.0
