"""Slips of the ear: 签道 is read as 签到, because it sounds like a word that the base knows.

Phones offer characters by sound, so most slips sound right. A slip falls apart into single
characters where a word should be; two of them are mended when exactly one pair of the base's words
sounds the same. Accents are forgiven: zh, ch, sh are z, c, s; eng, ing are en, in.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import rjieba
from pypinyin import lazy_pinyin

Pair = tuple[str, str]

_ACCENTS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"))


class Sounds:
    """The words of a base by their sound."""

    def __init__(self, *, words: Iterable[Pair], known: Iterable[Pair]) -> None:
        """``words``: pairs that may be meant; ``known``: all pairs that are no slip."""
        self._known = frozenset(known)
        self._by_sound: dict[Pair, Pair | None] = {}
        for pair in words:
            sound = (syllable(pair[0]), syllable(pair[1]))
            if all(sound):
                first = self._by_sound.setdefault(sound, pair)
                self._by_sound[sound] = pair if first == pair else None

    def mend(self, text: str) -> str:
        """The folded ``text`` with its slips replaced by what they sound like."""
        letters = list(text)
        loose = [len(word) == 1 for word in rjieba.cut(text, hmm=False) for _ in word]
        for place in range(len(letters) - 1):
            pair = (letters[place], letters[place + 1])
            if pair in self._known or not (loose[place] and loose[place + 1]):
                continue
            meant = self._by_sound.get((syllable(pair[0]), syllable(pair[1])))
            if meant is not None:
                letters[place : place + 2] = meant
        return "".join(letters)


@lru_cache(maxsize=20_000)
def syllable(character: str) -> str:
    """How a character sounds, without tone and accent; empty when it is no Chinese character."""
    sound = "" if character.isascii() else lazy_pinyin(character)[0]
    if not sound.isascii():
        return ""
    for heavy, light in _ACCENTS:
        if sound.startswith(heavy):
            sound = light + sound[2:]
    return sound[:-1] if sound.endswith(("eng", "ing")) else sound
