"""What is wrong in the configuration: values with a place, never exceptions.

A problem says where (file, line, column, key), what is wrong, and what to write instead. It never
quotes a value that came from the environment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a file down to a value."""

BODY: Path = ("(text)",)
"""The path that means: the text below a Markdown file's front matter."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. ``line`` and ``column`` count from 1; ``key`` is dotted, lists as ``[0]``."""

    file: str
    line: int
    column: int
    key: str
    what: str
    instead: str

    def __str__(self) -> str:
        parts = [f"{self.file}:{self.line}:{self.column}", self.key, self.what, self.instead]
        return "  ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Problems:
    """Every mistake of a configuration, by file and line; never empty."""

    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "Problems":
        """Sorted, each once."""
        order = sorted(set(problems), key=lambda p: (p.file, p.line, p.column, p.key, p.what))
        return cls(tuple(order))

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake found in the meaning of the settings, before its line is looked up.

    ``file`` is relative to the configuration folder. ``path`` leads to the value in question, or to
    the place where something is missing. ``at`` tells whether the key or the value is meant.
    ``offset`` counts characters into the text of a Markdown file.
    """

    file: str
    path: Path
    what: str
    instead: str
    at: Literal["key", "value"] = "value"
    offset: int = 0
