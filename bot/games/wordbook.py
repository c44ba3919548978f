"""Idioms, riddles and readings, from data that others publish as packages.

Nothing of it is ours and nothing is copied: the files are read where the packages are installed,
without importing the packages (one of them would bring numpy with it, the other 57 MB of phrases
that we do not need). Without them the two games that need them say so; the others work.
"""

import asyncio
import json
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import structlog

from bot.games.chain import LENGTH, Idioms
from bot.games.guessing import Sounds, bare

PACKAGES: Final = ("jionlp", "pypinyin")
"""Whose data it is: jionlp 1.5 (Apache-2.0) and pypinyin 0.5x (MIT)."""

LEAST_KNOWN: Final = 100
"""A riddle is kept when one of its answers is an idiom that occurs so often: what nobody has heard
of cannot be guessed."""

_TONES: Final = frozenset("\u0300\u0301\u0304\u030c")


@dataclass(frozen=True, slots=True)
class Riddle:
    """歇后语: ``text`` is shown; the first of ``answers`` is the best known."""

    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that games by words are made of."""

    idioms: Idioms
    riddles: tuple[Riddle, ...]


class Wordbook:
    """The words, read when the first game needs them and kept; never on the event loop."""

    def __init__(self, load: Callable[[], Words | None] | None = None) -> None:
        self._load = load or load_words
        self._words: Words | None = None
        self._turn = asyncio.Lock()

    async def read(self) -> Words | None:
        """All words; None when the packages are not installed. They are looked for every time."""
        async with self._turn:
            if self._words is None:
                self._words = await asyncio.to_thread(self._load)
            return self._words


def load_words() -> Words | None:
    """Read the installed packages; None when one is missing or is not what we know."""
    try:
        dictionaries, readings = (_folder(name) for name in PACKAGES)
        counts = dict(_idioms(_lines(dictionaries / "dictionary", "chinese_idiom")))
        riddles = _riddles(_lines(dictionaries / "dictionary", "xiehouyu"), counts)
        marks = {mark for word in counts for mark in word}
        sounds = _sounds(readings / "pinyin_dict.json", marks)
    except (FileNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        structlog.get_logger("games").info("no words for games", reason=str(error))
        return None
    return Words(Idioms(counts, sounds), riddles)


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the package {package} is not installed")
    return Path(spec.submodule_search_locations[0])


def _lines(folder: Path, name: str) -> list[list[str]]:
    with zipfile.ZipFile(folder / f"{name}.zip") as packed:
        text = packed.read(f"{name}.txt").decode()
    return [line.split("\t") for line in text.splitlines()]


def _idioms(lines: Iterable[list[str]]) -> Iterator[tuple[str, int]]:
    for word, count in lines:
        if len(word) == LENGTH and bare(word) == word:
            yield word, int(count)


def _riddles(lines: Iterable[list[str]], counts: dict[str, int]) -> tuple[Riddle, ...]:
    """Riddles that can be guessed; a few lines of the file have no answer."""
    answers: dict[str, list[str]] = {}
    for text, *rest in lines:
        for given in rest:
            answers.setdefault(text, []).extend(filter(None, map(bare, given.split(";"))))
    riddles = []
    for text, right in answers.items():
        best = sorted(dict.fromkeys(right), key=lambda answer: -counts.get(answer, 0))
        if best and counts.get(best[0], 0) >= LEAST_KNOWN:
            riddles.append(Riddle(text, tuple(best)))
    return tuple(riddles)


def _sounds(file: Path, marks: Iterable[str]) -> Sounds:
    readings = json.loads(file.read_text(encoding="utf-8"))
    known: dict[str, frozenset[str]] = {}
    for mark in marks:
        read = readings.get(str(ord(mark)), "")
        known[mark] = frozenset(map(_toneless, read.split(","))) if read else frozenset()
    return known


def _toneless(reading: str) -> str:
    parts = unicodedata.normalize("NFD", reading)
    return unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES))
