"""Markdown with YAML front matter: a head between --- lines, then a text.

A post's text may hold several variants. A line ``=== b`` begins another one; what stands before the
first such line is variant a.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from string import ascii_lowercase
from typing import Final

from bot.settings.problems import Problem
from bot.settings.settings import FIRST_VARIANT
from bot.settings.yaml_file import Document, Spot, parse_yaml

_FENCE = "---"

_SEPARATOR: Final = re.compile(r"^[ \t]*[=＝]{2,}[^\n]*", re.MULTILINE)
"""A line that begins a variant, or was meant to."""

_NAMED: Final = re.compile(r"[ \t]*[=＝]{3}[ \t]*([^\s=＝]\S*)[ \t]*")
_KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Passage:
    """A trimmed text and where in its file it begins."""

    file: str
    text: str
    line: int
    column: int

    def place(self, offset: int) -> Spot:
        """File, line and column of the character ``offset`` of the text."""
        before = self.text[:offset]
        line = self.line + before.count("\n")
        start = before.rfind("\n")
        return self.file, line, self.column + offset if start < 0 else offset - start

    def part(self, start: int, end: int) -> "Passage":
        """What stands between two offsets, trimmed; an empty one stands at ``start``."""
        piece = self.text[start:end]
        text = piece.strip()
        _, line, column = self.place(start + piece.find(text) if text else start)
        return Passage(self.file, text, line, column)


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown file: its head and the text below."""

    head: Document
    body: Passage


def parse_markdown(file: str, text: str) -> tuple[Page | None, tuple[Problem, ...]]:
    """Split a file and read its head; the page is None when there is no readable head."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        what = "no front matter"
        return None, (Problem(file, 1, 1, "", what, "begin the file with a line ---"),)
    end = next((i for i, line in enumerate(lines) if i and line.rstrip() == _FENCE), None)
    if end is None:
        what = "the front matter has no end"
        return None, (Problem(file, 1, 1, "", what, "write a line --- between head and text"),)
    head, problems = parse_yaml(file, "\n".join(lines[1:end]) + "\n", first_line=2)
    if head is None:
        return None, problems
    rest = Passage(file, "\n".join(lines[end + 1 :]), end + 2, 1)
    return Page(head, rest.part(0, len(rest.text))), problems


def split_variants(body: Passage) -> tuple[Mapping[str, Passage], tuple[Problem, ...]]:
    """The variants of a post's text by key, ``a`` first. One whose line is refused is left out."""
    lines = list(_SEPARATOR.finditer(body.text))
    ends = [*(line.start() for line in lines), len(body.text)]
    variants = {FIRST_VARIANT: body.part(0, ends[0])}
    problems = []
    for line, end in zip(lines, ends[1:], strict=True):
        named = _NAMED.fullmatch(line[0])
        key = named[1] if named else ""
        if mistake := _mistake(key, variants):
            problems.append(Problem(*body.place(line.start()), "", *mistake))
        else:
            variants[key] = body.part(line.end(), end)
    return variants, tuple(problems)


def _mistake(key: str, before: Mapping[str, Passage]) -> tuple[str, str] | None:
    """What is wrong with the line that begins the variant ``key``, and what to write instead."""
    free = f"=== {next(name for name in _names() if name not in before)}"
    if not key:
        return "a line of = that begins no variant", f"write {free}, or take the line away"
    if not _KEY.fullmatch(key):
        form = "lower case letters, digits, - and _, starting with a letter"
        return f"{key} is no name for a variant", f"write {free}; a name has {form}"
    if key == FIRST_VARIANT:
        what = f"the text before the first line === is variant {FIRST_VARIANT}"
        return what, f"write {free}"
    return (f"variant {key} is there twice", f"write {free}") if key in before else None


def _names() -> Iterator[str]:
    """Names that a variant may have: b, c, d and so on."""
    yield from ascii_lowercase[1:]
    yield from (f"v{number}" for number in count(1))
