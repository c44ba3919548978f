"""Content items as they stand in files: one a file, or one for each row of a table.

A template is a Markdown file whose head names a table (``rows: serums.csv``). Each row of the table
makes an item: {COLUMN} in the head and in the text becomes what the row holds. Slots that are
known only when it is posted stay in the text, see ``live_slots``.

Every piece of a filled text remembers where it came from, so that a mistake in a cell is told at
the cell and one in the template at the template.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Final, Protocol

from bot.settings.cells import LISTS, values_in
from bot.settings.csv_table import Cell, Table
from bot.settings.live_slots import LIVE_SLOTS, fill_live, slot_mistakes, slots_in
from bot.settings.markdown_file import Page, Passage, split_variants
from bot.settings.problems import Path, Problem
from bot.settings.yaml_file import Document, Spot, Value

ROWS: Final = "rows"
"""The key of a template's head that names its table."""

KEY_COLUMNS: Final = ("key", "编号")
"""How the column is called that tells the rows apart."""

_KEY: Final = re.compile(r"[\w-]{1,40}")


class Placed(Protocol):
    """A text that knows where its characters stand."""

    @property
    def text(self) -> str: ...

    def place(self, offset: int) -> Spot:
        """File, line and column of a character."""
        ...


@dataclass(frozen=True, slots=True)
class RawItem:
    """An item before its head is validated.

    ``file`` is the name by which findings speak of it; an item of a template has none of its own.
    ``taken`` are the paths of the head whose whole value is a cell, which is always text.
    """

    file: str
    key: str
    head: Document
    variants: Mapping[str, Placed]
    taken: frozenset[Path] = frozenset()
    template: str = ""


def plain_item(file: str, page: Page) -> tuple[RawItem, tuple[Problem, ...]]:
    """The item of a file ``content/KEY.md``."""
    variants, problems = split_variants(page.body)
    return RawItem(file, PurePosixPath(file).stem, page.head, variants), problems


def template_items(file: str, page: Page, table: Table) -> tuple[list[RawItem], list[Problem]]:
    """The items of the template ``content/templates/NAME.md``, with keys NAME-KEY.

    With a problem in the template itself there are none, else one for each row without mistakes.
    """
    parts, variant_problems = split_variants(page.body)
    head = _without_rows(page.head)
    key_column = next((cell for cell in table.head if cell.text in KEY_COLUMNS), None)
    problems = [
        *variant_problems,
        *_column_problems(table),
        *_head_problems(head, table),
        *_text_problems(parts.values(), table),
    ]
    if problems or key_column is None:
        return [], problems
    making = _Making(file, head, parts, key_column.text)
    items: list[RawItem] = []
    lines: dict[str, int] = {}
    for row in table.rows:
        cell = row[key_column.text]
        mistakes = [*making.mistakes(row), *_key_problems(cell, key_column.text, lines)]
        problems += mistakes
        lines.setdefault(cell.text, cell.line)
        if not mistakes:
            items.append(making.item(row))
    return items, problems


@dataclass(frozen=True, slots=True)
class _Filled:
    """A text made of pieces; ``starts`` tells where in it each of ``sources`` begins."""

    text: str
    starts: tuple[int, ...]
    sources: tuple[tuple[Passage | Cell, int], ...]

    def place(self, offset: int) -> Spot:
        number = max(0, bisect_right(self.starts, offset) - 1)
        source, base = self.sources[number]
        return source.place(base + offset - self.starts[number])


@dataclass(slots=True)
class _Head:
    """A head while the cells of a row are put in."""

    row: Mapping[str, Cell]
    cells: dict[Path, Spot] = field(default_factory=dict)
    taken: set[Path] = field(default_factory=set)

    def fill(self, value: Value, path: Path) -> Value:
        if isinstance(value, dict):
            filled = {key: self.fill(item, (*path, key)) for key, item in value.items()}
            return {key: item for key, item in filled.items() if item is not None}
        if isinstance(value, list):
            return [self.fill(item, (*path, number)) for number, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        slots = [name for _, name in slots_in(value)]
        if slots:
            self.cells[path] = self.row[slots[0]].place()
        if _whole(value) is None:
            return fill_live(value, {name: cell.text for name, cell in self.row.items()})
        return self._take(self.row[slots[0]], path)

    def _take(self, cell: Cell, path: Path) -> Value:
        """The value of a cell; None, which leaves the key out, when it is empty."""
        key = str(path[0])
        values = values_in(key, cell.text) if len(path) == 1 else [cell.text]
        if len(path) == 1 and key in LISTS:
            for number in range(len(values)):
                self.cells[*path, number] = cell.place()
                self.taken.add((*path, number))
            return [*values]
        self.taken.add(path)
        return values[0] if values else None


@dataclass(frozen=True, slots=True)
class _Making:
    """One template, ready for its rows."""

    file: str
    head: Document
    parts: Mapping[str, Passage]
    key_column: str

    def item(self, row: Mapping[str, Cell]) -> RawItem:
        """The item of a row without mistakes."""
        name = PurePosixPath(self.file).stem
        key = f"{name}-{row[self.key_column].text}"
        filling = _Head(row)
        data = filling.fill(self.head.data, ())
        assert isinstance(data, dict)
        return RawItem(
            file=f"{PurePosixPath(self.file).parent.parent}/{key}.md",
            key=key,
            head=replace(self.head, data=data, cells=filling.cells),
            variants={name: _fill_text(part, row) for name, part in self.parts.items()},
            taken=frozenset(filling.taken),
            template=name,
        )

    def mistakes(self, row: Mapping[str, Cell]) -> Iterator[Problem]:
        """The cells that a sentence wants and that hold nothing."""
        wanted = {name for part in self.parts.values() for _, name in slots_in(part.text)}
        wanted |= {name for text in _sentences(self.head.data) for _, name in slots_in(text)}
        for name in sorted(wanted - LIVE_SLOTS.keys()):
            if not row[name].text:
                instead = f"write what {{{name}}} of {self.head.file} stands for, or take it out"
                yield row[name].problem(name, "an empty cell", instead)


def _whole(text: str) -> str | None:
    """The column that is all of a value, as in pillar: "{pillar}"."""
    slots = list(slots_in(text))
    if len(slots) == 1 and text.strip() == f"{{{slots[0][1]}}}":
        return slots[0][1]
    return None


def _texts(value: Value, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, (*path, number))


def _sentences(head: Value) -> Iterator[str]:
    """The texts of a head in which an empty cell would leave a hole, or a title without words."""
    for path, text in _texts(head, ()):
        if _whole(text) is None or path == ("title",):
            yield text


def _fill_text(part: Passage, row: Mapping[str, Cell]) -> _Filled:
    """Pieces of the template and cells in turn; slots for later stay pieces of the template."""
    pieces: list[tuple[str, Passage | Cell, int]] = []
    at = 0
    for start, name in slots_in(part.text):
        if name in row:
            pieces.append((part.text[at:start], part, at))
            pieces.append((row[name].text, row[name], 0))
            at = start + len(name) + 2
    pieces.append((part.text[at:], part, at))
    starts, length = [], 0
    for text, _, _ in pieces:
        starts.append(length)
        length += len(text)
    sources = tuple((source, base) for _, source, base in pieces)
    return _Filled("".join(text for text, _, _ in pieces), tuple(starts), sources)


def _without_rows(head: Document) -> Document:
    return replace(head, data={key: value for key, value in head.data.items() if key != ROWS})


def _column_problems(table: Table) -> Iterator[Problem]:
    names = [cell.text for cell in table.head]
    if not set(names) & set(KEY_COLUMNS):
        what, instead = "no column key", "add a column key that names each row, as toner"
        yield table.head[0].problem("", what, instead)
    for cell in table.head:
        if cell.text in LIVE_SLOTS:
            what = f"{{{cell.text}}} is filled when it is posted: {LIVE_SLOTS[cell.text]}"
            yield cell.problem(cell.text, what, "give the column another name")


def _head_problems(head: Document, table: Table) -> Iterator[Problem]:
    columns = {cell.text: "" for cell in table.head}
    for path, text in _texts(head.data, ()):
        for mistake in slot_mistakes(text, columns):
            yield head.problem(path, mistake.what, mistake.instead)


def _text_problems(parts: Iterable[Passage], table: Table) -> Iterator[Problem]:
    known = {**dict.fromkeys((cell.text for cell in table.head), ""), **LIVE_SLOTS}
    for part in parts:
        for mistake in slot_mistakes(part.text, known):
            yield Problem(*part.place(mistake.offset), "", mistake.what, mistake.instead)


def _key_problems(cell: Cell, column: str, lines: Mapping[str, int]) -> Sequence[Problem]:
    if not _KEY.fullmatch(cell.text):
        what = "no name for the row" if not cell.text else "a name in the wrong form"
        instead = "write letters, digits, - and _, at most 40; for example toner"
        return [cell.problem(column, what, instead)]
    if cell.text in lines:
        what = f"the same name as in line {lines[cell.text]}"
        return [cell.problem(column, what, "give each row its own name")]
    return []
