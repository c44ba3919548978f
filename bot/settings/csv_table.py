"""Tables as spreadsheets save them: CSV, with the place of every cell.

Excel in China writes GB18030 and everybody else UTF-8, some with a mark in front, so both are read.
A cell in quotes may hold commas, new lines and doubled quotes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.settings.problems import Problem
from bot.settings.yaml_file import Spot

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_OPENED: Final = re.compile(r'[ ]*"')
_QUOTED: Final = re.compile(r'[ ]*"((?:[^"]|"")*)"[ ]*')


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds, trimmed, and where in the file it begins."""

    file: str
    text: str
    line: int
    column: int

    def place(self, _offset: int = 0) -> Spot:
        """Where the cell begins: in a spreadsheet nobody counts characters."""
        return self.file, self.line, self.column

    def problem(self, key: str, what: str, instead: str) -> Problem:
        """A problem with this cell."""
        return Problem(self.file, self.line, self.column, key, what, instead)


Line = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of the first line, and each further line's cells by the name of their column."""

    head: Line
    rows: tuple[Mapping[str, Cell], ...]


def decode(raw: bytes) -> str | None:
    """The text of a table; None when it is neither UTF-8 nor GB18030."""
    if raw.startswith(_UTF_16):
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    return None


def read_table(file: str, text: str) -> Table | tuple[Problem, ...]:
    """Columns by name and rows, or everything that makes it no table. Empty lines are left out."""
    lines = _lines(file, text)
    if isinstance(lines, Problem):
        return (lines,)
    if not lines:
        what, instead = "an empty table", "write the names of the columns into the first line"
        return (Problem(file, 1, 1, "", what, instead),)
    head, *rest = lines
    problems = [*_head_problems(head)]
    for line in rest:
        if len(line) > len(head):
            cell = line[len(head)]
            what = f"{len(line)} cells, but the first line names {len(head)} columns"
            instead = 'put a text with commas into "quotes", or give the column a name'
            problems.append(cell.problem("", what, instead))
    if problems:
        return tuple(problems)
    return Table(head, tuple(_row(head, line) for line in rest))


def _row(head: Line, line: Line) -> Mapping[str, Cell]:
    """The cells of a line by column; those that the line lacks are empty and stand at its start."""
    gap = Cell(line[0].file, "", line[0].line, line[0].column)
    cells = [*line, *[gap] * (len(head) - len(line))]
    return {name.text: cell for name, cell in zip(head, cells, strict=True)}


def _head_problems(head: Line) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, cell in enumerate(head, 1):
        if not cell.text:
            what = f"column {number} has no name"
            yield cell.problem("", what, "write its name into the first line")
        elif cell.text in seen:
            yield cell.problem(cell.text, "a column twice", "remove one of the two")
        seen.add(cell.text)


def _lines(file: str, text: str) -> list[Line] | Problem:
    """The lines that hold anything."""
    comma = _separator(text)
    found: list[Line] = []
    cells: list[Cell] = []
    at, line, start = 0, 1, 0
    while True:
        column = at - start + 1
        quoted = _QUOTED.match(text, at)
        if quoted is None and _OPENED.match(text, at):
            what = "a quote that is not closed"
            return Problem(file, line, column, "", what, 'write " at the end of the cell')
        end = quoted.end() if quoted else _end_of_plain(text, at, comma)
        value = quoted[1].replace('""', '"') if quoted else text[at:end]
        cells.append(Cell(file, value.strip(), line, column))
        if text[end : end + 1] not in ("", "\n", comma):
            what = "something behind the closing quote"
            instead = 'write "" for a quote inside the text'
            return Problem(file, line, column, "", what, instead)
        breaks = text.count("\n", at, end)
        if breaks:
            line, start = line + breaks, text.rindex("\n", at, end) + 1
        if text[end : end + 1] == comma:
            at = end + 1
            continue
        if any(cell.text for cell in cells):
            found.append(_without_empty_end(cells))
        if end >= len(text):
            return found
        cells, at, line, start = [], end + 1, line + 1, end + 1


def _end_of_plain(text: str, at: int, comma: str) -> int:
    ends = [end for end in (text.find(comma, at), text.find("\n", at)) if end >= 0]
    return min(ends, default=len(text))


def _without_empty_end(cells: list[Cell]) -> Line:
    """Spreadsheets add commas to lines that are shorter than the longest one."""
    last = max(number for number, cell in enumerate(cells) if cell.text)
    return tuple(cells[: last + 1])


def _separator(text: str) -> str:
    """What stands between the names of the first line: a comma, else a tab or a semicolon."""
    head = text.split("\n", 1)[0]
    return next((mark for mark in ",\t;" if mark in head), ",")
