"""A table of posts becomes Markdown files: each line one item, with its place in the table.

The files are checked like any others; what is wrong with one is told at the cell it came from.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.core.text import fold
from bot.settings.cells import COLUMNS, LISTS, values_in
from bot.settings.csv_table import Cell, Line, Table
from bot.settings.nearest import nearest
from bot.settings.problems import Problem
from bot.settings.schema.front_matter import ContentFront
from bot.settings.yaml_file import parse_yaml

TEXT: Final = "text"
KEY: Final = "key"

_REQUIRED: Final = (*(n for n, f in ContentFront.model_fields.items() if f.is_required()), TEXT)
_KNOWN: Final = (*ContentFront.model_fields, TEXT, KEY)
_VARIANT: Final = re.compile(r"(?:text|正文)[ _-]?([a-z][a-z0-9_-]{0,31})")
_FILE_KEY: Final = re.compile(r"[\w-]{1,60}")
_PLAIN: Final = frozenset({"months", "promotion", "valid_from", "valid_to"})
"""Keys whose values are no text, so that they may not stand in quotes."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """A file to be written: its ``key``, its text, and the cells that it was made of.

    ``cells`` are by the keys of the head, with ``text`` and ``text_b`` for the variants;
    ``bodies`` are those with the line of the file at which they begin.
    """

    key: str
    text: str
    cells: Mapping[str, Cell]
    bodies: tuple[tuple[int, str], ...]

    @property
    def name(self) -> str:
        """Its name below the configuration folder."""
        return f"content/{self.key}.md"

    def told(self, problem: Problem) -> Problem:
        """A problem with the file, told at the cell where it comes from."""
        begun = [column for line, column in self.bodies if line <= problem.line]
        column = re.split(r"[.\[]", problem.key)[0] or (begun or [TEXT])[-1]
        return replace(self.problem(column, problem.what, problem.instead), key=problem.key)

    def problem(self, column: str, what: str, instead: str) -> Problem:
        """A problem with a cell of its line."""
        cell = self.cells.get(column) or next(iter(self.cells.values()))
        return cell.problem(column, what, instead)


def new_items(stem: str, table: Table) -> tuple[list[NewItem], list[Problem]]:
    """An item for each line; without a key of its own it is called after table and line."""
    columns, problems = _columns(table.head)
    if problems:
        return [], problems
    items = [_item(stem, columns, row) for row in table.rows]
    problems = [problem for item in items for problem in _line_problems(item)]
    problems += _repeated(items, KEY, [item.key for item in items])
    problems += _repeated(items, "title", [fold(_text(item, "title")) for item in items])
    return items, problems


def _columns(head: Line) -> tuple[dict[str, str], list[Problem]]:
    """What the columns mean, by their names: a key of the head, text, or text_b for a variant."""
    columns: dict[str, str] = {}
    problems = []
    for cell in head:
        name = cell.text.casefold()
        variant = _VARIANT.fullmatch(name)
        meaning = f"{TEXT}_{variant[1]}" if variant else COLUMNS.get(name, name)
        if not variant and meaning not in _KNOWN:
            known = [*_REQUIRED, *(one for one in _KNOWN if one not in _REQUIRED)]
            instead = nearest(name, known)
            if instead == "remove it":
                instead = f"remove it; known here: {', '.join(known)}"
            problems.append(cell.problem(cell.text, "unknown column", instead))
        elif meaning in columns.values():
            problems.append(cell.problem(cell.text, f"a second column for {meaning}", "remove one"))
        columns[cell.text] = meaning
    chinese = {meaning: name for name, meaning in COLUMNS.items()}
    for missing in _REQUIRED:
        if missing not in columns.values():
            instead = f"add a column {missing} or {chinese[missing]}"
            problems.append(head[0].problem("", f"no column {missing}", instead))
    return columns, problems


def _item(stem: str, columns: Mapping[str, str], row: Mapping[str, Cell]) -> NewItem:
    cells = {meaning: row[name] for name, meaning in columns.items()}
    cells = {TEXT: cells.pop(TEXT), **cells}
    line = _line_of(row.values())
    named = cells[KEY].text if KEY in cells else ""
    head = [
        f"{key}: {_written(key, values)}"
        for key in ContentFront.model_fields
        if key in cells and (values := values_in(key, cells[key].text))
    ]
    lines = ["---", *head, "---", ""]
    bodies = []
    for meaning, cell in cells.items():
        if meaning == TEXT or (meaning.startswith(f"{TEXT}_") and cell.text):
            variant = [] if meaning == TEXT else ["", f"=== {meaning.removeprefix(f'{TEXT}_')}", ""]
            bodies.append((len(lines) + 1, meaning))
            lines += [*variant, *cell.text.split("\n")]
    text = "\n".join([*lines, ""])
    return NewItem(named or f"{stem}-{line}", text, cells, tuple(bodies))


def _written(key: str, values: Sequence[str]) -> str:
    """Values as YAML."""
    written = [_scalar(key, value) for value in values]
    return f"[{', '.join(written)}]" if key in LISTS else written[0]


def _scalar(key: str, value: str) -> str:
    if key in _PLAIN and re.fullmatch(r"[\w-]+", value):
        return value
    document, problems = parse_yaml("", f"x: [{value}]\n")
    plain = not problems and document is not None and document.data == {"x": [value]}
    return value if plain and value.isprintable() else json.dumps(value, ensure_ascii=False)


def _line_problems(item: NewItem) -> Iterator[Problem]:
    """What cannot be told from the file."""
    for column in _REQUIRED:
        if not _text(item, column):
            yield item.problem(column, "an empty cell", f"write the {column} of the item")
    if not _FILE_KEY.fullmatch(item.key):
        instead = "write letters, digits, - and _, at most 60"
        yield item.problem(KEY, f"{item.key} is no name for a file", instead)


def _repeated(items: Sequence[NewItem], column: str, values: Sequence[str]) -> Iterator[Problem]:
    seen: dict[str, NewItem] = {}
    for item, value in zip(items, values, strict=True):
        first = seen.setdefault(value, item)
        if value and first is not item:
            what = f"the same {column} as in line {_line_of(first.cells.values())}"
            yield item.problem(column, what, f"give each item its own {column}")


def _line_of(cells: Iterable[Cell]) -> int:
    return min(cell.line for cell in cells)


def _text(item: NewItem, column: str) -> str:
    return item.cells[column].text if column in item.cells else ""
