"""Markdown with YAML front matter: a head between --- lines, then a text."""

from dataclasses import dataclass

from bot.settings.problems import Problem
from bot.settings.yaml_file import Document, Place, parse_yaml

_FENCE = "---"


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown file: its head, its trimmed text and where in the file that text begins."""

    head: Document
    text: str
    line: int
    column: int

    def place(self, offset: int) -> Place:
        """Line and column of the character ``offset`` of the text."""
        before = self.text[:offset]
        line = self.line + before.count("\n")
        start = before.rfind("\n")
        return line, self.column + offset if start < 0 else offset - start


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
    rest = "\n".join(lines[end + 1 :])
    body = rest.strip()
    before = rest[: len(rest) - len(rest.lstrip())] if body else ""
    line = end + 2 + before.count("\n")
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Page(head, body, line, column), problems
