"""YAML 1.2 text as plain data that remembers where everything stands.

The node graph is read instead of finished objects, so that every duplicate key is seen and every
key and value has its line and column.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from bot.settings.problems import Path, Problem

Value: TypeAlias = "str | int | float | bool | date | list[Value] | dict[str | int, Value] | None"
"""What a YAML file can hold."""

Place = tuple[int, int]
"""Line and column, from 1."""

Spot = tuple[str, int, int]
"""File, line and column."""


_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge")
}
"""What a node may be; everything else is a !tag that somebody wrote."""

_NOT_MEANT = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError)
"""What the constructors raise for a scalar that is not what its tag says."""


@dataclass(frozen=True, slots=True)
class Document:
    """The data of one file and the places of its keys and values.

    ``cells`` tells where values stand that came from a table; problems are told there.
    """

    file: str
    data: dict[str | int, Value]
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]
    cells: Mapping[Path, Spot] = field(default_factory=dict)

    def place(self, path: Path, at: Literal["key", "value"] = "value") -> Place:
        """Where ``path`` stands; for something that is missing, what should have held it."""
        if at == "value" and path in self.values:
            return self.values[path]
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys[path]

    def label(self, path: Path) -> str:
        """``path`` as people read it: dots between keys, positions of lists in brackets."""
        text = ""
        value: Value = self.data
        for part in path:
            in_list = isinstance(value, list)
            text += f"[{part}]" if in_list else f".{part}" if text else str(part)
            value = child(value, part)
        return text

    def problem(
        self, path: Path, what: str, instead: str, at: Literal["key", "value"] = "value"
    ) -> Problem:
        """A problem at ``path``."""
        if path in self.cells:
            return Problem(*self.cells[path], self.label(path), what, instead)
        line, column = self.place(path, at)
        return Problem(self.file, line, column, self.label(path), what, instead)


def child(value: Value, part: str | int) -> Value:
    """What ``value`` holds under a key or a list position; None when there is nothing."""
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def value_at(value: Value, path: Path) -> Value:
    """What stands at ``path`` below ``value``, or None."""
    for part in path:
        value = child(value, part)
    return value


def parse_yaml(
    file: str, text: str, first_line: int = 1
) -> tuple[Document | None, tuple[Problem, ...]]:
    """Read one document.

    ``first_line`` is the line of ``file`` at which ``text`` begins. An empty text is an empty
    mapping. The document is None when the text cannot be understood at all.
    """
    builder = _Builder(file, first_line)
    yaml = builder.yaml
    try:
        node = yaml.compose(text)
        if node is None:
            start: dict[Path, Place] = {(): (first_line, 1)}
            return Document(file, {}, start, start), ()
        data = builder.build(node, (), frozenset())
    except MarkedYAMLError as error:
        return None, _syntax_problems(file, text, first_line, error)
    except ReaderError as error:
        return None, (_bad_character(file, text, first_line, error),)
    except (YAMLError, RecursionError):
        what = "not readable as YAML"
        return None, (Problem(file, first_line, 1, "", what, "write KEY: value lines"),)
    if not isinstance(data, dict):
        line, column = builder.values[()]
        what = "wrong type: the file is not made of KEY: value lines"
        problem = Problem(file, line, column, "", what, "write KEY: value lines")
        return None, (*(flaw for _, flaw in builder.flaws), problem)
    document = Document(file, data, builder.keys, builder.values)
    return document, tuple(replace(p, key=document.label(path)) for path, p in builder.flaws)


class _Builder:
    """Turns a graph of nodes into plain data, noting places on the way."""

    def __init__(self, file: str, first_line: int) -> None:
        self.yaml = YAML(typ="safe", pure=True)
        self.file = file
        self.first_line = first_line
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.flaws: list[tuple[Path, Problem]] = []

    def build(self, node: Node, path: Path, above: frozenset[int]) -> Value:
        place = self._place(node)
        self.values[path] = place
        self.keys.setdefault(path, place)
        if id(node) in above:
            self._report(path, place, "an alias of what it is part of", "remove the *alias")
            return None
        if node.tag not in _TAGS:
            self._report(path, place, "an unknown !tag", 'put the text in "quotes"')
            return None
        above |= {id(node)}
        if isinstance(node, MappingNode):
            return self._build_mapping(node, path, above)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, i), above) for i, item in enumerate(node.value)]
        if node.value == "" and getattr(node, "style", None) is None:
            self.values[path] = self.keys[path]
        return self._scalar(node)

    def _build_mapping(
        self, node: MappingNode, path: Path, above: frozenset[int]
    ) -> dict[str | int, Value]:
        result: dict[str | int, Value] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, ScalarNode):
                self._report(path, place, "a key that is not a word", "write KEY: value")
                continue
            key = self._key(key_node)
            if key in result:
                first = self.keys[(*path, key)][0]
                what = f"duplicate key, already on line {first}"
                self._report((*path, key), place, what, "remove one of the two")
                continue
            self.keys[(*path, key)] = place
            result[key] = self.build(value_node, (*path, key), above)
        return result

    def _key(self, node: ScalarNode) -> str | int:
        if node.tag == "tag:yaml.org,2002:int":
            key = self._scalar(node)
            return key if isinstance(key, int) else str(node.value)
        return str(node.value)

    def _scalar(self, node: Node) -> Value:
        try:
            value: Value = self.yaml.constructor.construct_object(node)
        except _NOT_MEANT:  # looks like a date or a number, or is tagged as one, but is none
            return str(node.value)
        return value

    def _place(self, node: Node) -> Place:
        return node.start_mark.line + self.first_line, node.start_mark.column + 1

    def _report(self, path: Path, place: Place, what: str, instead: str) -> None:
        self.flaws.append((path, Problem(self.file, *place, "", what, instead)))


_PLAIN_WORDS = (
    ("mapping values are not allowed", "a colon where none belongs", 'put the text in "quotes"'),
    ("undefined alias", "* begins an alias that is not defined", 'put the text in "quotes"'),
    ("expected <block end>", "wrong indentation", "indent it like the lines of the same list"),
    ("another document", "a second --- in the file", "write one document a file"),
    ("could not find expected ':'", "a line without a colon", "write KEY: value"),
    ("unexpected end of stream", "a quote that is not closed", "close the quotes"),
    ("found '<stream end>'", "a bracket that is not closed", "close the bracket"),
    ("cannot start any token", "a character that cannot begin a text", 'put the text in "quotes"'),
)


_FULL_COLON = re.compile(r"[ ]*(?:- +)*[a-z_]+(：)")
_TIGHT_COLON = re.compile(r"[ ]*(?:- +)*[a-z_]+(:)[^\s/]")
_WITH_VALUE = re.compile(r"[ ]*(?:- +)*\w+: +[^\s|>#]")


def _syntax_problems(
    file: str, text: str, first_line: int, error: MarkedYAMLError
) -> tuple[Problem, ...]:
    """The parser's complaint in plain words; it may not quote the file, which may hold secrets."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    complaint = error.problem or ""
    lines = text.splitlines()
    if slip := _slip_before(lines, line):
        place, what, instead = slip
        return (Problem(file, place[0] + first_line, place[1] + 1, "", what, instead),)
    at_tab = line < len(lines) and "\t" in lines[line][: column + 1]
    if at_tab and "cannot start any token" in complaint:
        return _tab_problems(file, lines, first_line)
    what, instead = "not valid YAML", "compare this place with the example configuration"
    for known, plain, advice in _PLAIN_WORDS:
        if known in complaint:
            what, instead = f"not valid YAML: {plain}", advice
            break
    return (Problem(file, line + first_line, column + 1, "", what, instead),)


def _slip_before(lines: list[str], last: int) -> tuple[Place, str, str] | None:
    """A slip of people in or just before the line at which the parser gives up."""
    above = ""
    for number, line in enumerate(lines[: last + 1]):
        if number >= last - 2 and (colon := _FULL_COLON.match(line)):
            what = "a full-width colon"
            return (number, colon.start(1)), what, "write : and a space in place of ："
        if number >= last - 1 and (colon := _TIGHT_COLON.match(line)):
            return (number, colon.start(1)), "no space behind the colon", "write KEY: value"
        if number == last and _indent(line) > _indent(above) and _WITH_VALUE.match(above):
            what = "further to the right than the line above"
            return (number, _indent(line)), what, "begin both at the same column"
        above = line if line.strip() and not line.lstrip().startswith("#") else above
    return None


def _indent(line: str) -> int:
    """Columns before the first key of a line; the dash of a list's entry counts as space."""
    begin = re.match(r"[ ]*(?:- +)*", line)
    return begin.end() if begin else 0


def _tab_problems(file: str, lines: list[str], first_line: int) -> tuple[Problem, ...]:
    found = []
    for number, line in enumerate(lines, first_line):
        if match := re.match(r" *\t", line):
            found.append(Problem(file, number, match.end(), "", "a tab", "indent with spaces"))
    if not found:
        number = next(n for n, line in enumerate(lines) if "\t" in line)
        column = lines[number].index("\t") + 1
        found = [Problem(file, number + first_line, column, "", "a tab", "write spaces")]
    return tuple(found)


def _bad_character(file: str, text: str, first_line: int, error: ReaderError) -> Problem:
    before = text[: error.position] if isinstance(error.position, int) else ""
    line = before.count("\n")
    column = len(before) - (before.rfind("\n") + 1)
    what = "a control character, which YAML does not allow"
    return Problem(file, line + first_line, column + 1, "", what, "remove it")
