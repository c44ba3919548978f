"""${NAME} in configuration values, and the rule that secrets are written in no other way."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.settings.environment import Names
from bot.settings.problems import Path, Problem
from bot.settings.yaml_file import Document, Value

_PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
_ATTEMPT = re.compile(r"\$\{(?![A-Z][A-Z0-9_]*\})")
_STAND_IN = "x" * 43
"""Takes the place of a secret that has no value, so that the rest can still be checked."""


class Kept(list[Value]):
    """A list that remembers the original position of each item, since bad ones are taken out."""

    def __init__(self, items: list[Value]) -> None:
        super().__init__(items)
        self.origins = list(range(len(items)))


@dataclass(slots=True)
class Filled:
    """A document's data with values in place of names.

    ``filled`` are the paths whose whole value came from a name. ``unresolved`` are paths that have
    a problem already; those in ``blank`` hold nothing usable.
    """

    data: Value
    names: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    filled: set[Path] = field(default_factory=set)
    unresolved: set[Path] = field(default_factory=set)
    blank: set[Path] = field(default_factory=set)


def fill(document: Document, names: Names, is_secret: Callable[[Path], bool]) -> Filled:
    """Replace every ${NAME} in the values of ``document``."""
    result = Filled(None)

    def walk(value: Value, path: Path) -> Value:
        if isinstance(value, dict):
            return {key: walk(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return Kept([walk(item, (*path, i)) for i, item in enumerate(value)])
        if is_secret(path):
            return _fill_secret(document, path, value, names, result)
        return _fill_text(document, path, value, names, result) if isinstance(value, str) else value

    result.data = walk(document.data, ())
    return result


def _fill_secret(
    document: Document, path: Path, value: Value, names: Names, result: Filled
) -> Value:
    match = _PLACEHOLDER.fullmatch(value.strip()) if isinstance(value, str) else None
    if match:
        filled = _look_up(document, path, match[1], names, result)
        return _STAND_IN if filled is None else filled
    name = re.sub(r"[^A-Z0-9_]", "_", "_".join(map(str, path[1:])).upper())
    if value is None:
        what, instead = "no secret", f"write ${{{name}}}"
    else:
        what = "a secret that is not written as ${NAME}"
        instead = f"write ${{{name}}} and move the value to the line {name}=… of .env"
    result.problems.append(document.problem(path, what, instead))
    result.unresolved.add(path)
    return _STAND_IN


def _fill_text(document: Document, path: Path, value: str, names: Names, result: Filled) -> Value:
    if _ATTEMPT.search(value):
        what = "a ${ that begins no name"
        instead = "write ${NAME} in capital letters, digits and _, or take the $ away"
        result.problems.append(document.problem(path, what, instead))
        result.unresolved.add(path)

    def put(match: re.Match[str]) -> str:
        filled = _look_up(document, path, match[1], names, result)
        if filled is None:
            result.blank.add(path)
            return match[0]
        return filled

    if _PLACEHOLDER.fullmatch(value):
        result.filled.add(path)
    return _PLACEHOLDER.sub(put, value)


def _look_up(document: Document, path: Path, name: str, names: Names, result: Filled) -> str | None:
    result.names.add(name)
    value = names.get(name)
    if value is None and names.complete:
        what = f"${{{name}}} has no value"
        result.problems.append(document.problem(path, what, names.advice))
    if value is None:
        result.unresolved.add(path)
    return value
