"""What the validator found, in plain words with an instruction. No value is ever quoted."""

from collections.abc import Container, Mapping, Sequence
from datetime import date

from pydantic_core import ErrorDetails

from bot.settings.cells import in_english
from bot.settings.nearest import meant, nearest
from bot.settings.problems import Path, Problem
from bot.settings.repair import Refusal
from bot.settings.shape import TAG, Shape
from bot.settings.yaml_file import Document, Value, value_at

_WHAT = {
    "greater_than": "out of range",
    "greater_than_equal": "out of range",
    "less_than": "out of range",
    "less_than_equal": "out of range",
    "enum": "not one of the possible values",
    "literal_error": "not one of the possible values",
    "string_pattern_mismatch": "in the wrong form",
}

_TYPES: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    date: "a day",
    list: "a list",
    dict: "a section",
}

_MARKS: Mapping[str, str] = {
    "，": ",",
    "、": ",",
    "：": ":",
    "【": "[",
    "】": "]",
    "“": '"',
    "”": '"',
}
"""Marks of a Chinese keyboard, which YAML takes for text, and its own."""

_LIST = "a list; each entry is "


def explain_all(
    document: Document, shape: Shape, refusals: Sequence[Refusal], told: Container[Path]
) -> list[Problem]:
    """The validator's errors as problems.

    Left out is what has been ``told`` already, what lies under a refused key, and a missing key
    that stands there misspelt: one mistake, one problem.
    """
    unknown = {refusal.origin for refusal in refusals if refusal.is_key}
    refused = {refusal.origin for refusal in refusals}
    misspelt = {
        _misspelt(document, shape, refusal.origin) for refusal in refusals if _extra(refusal)
    }
    problems = []
    for refusal in refusals:
        path = refusal.origin
        under = any(path[:length] in unknown for length in range(1, len(path) + 1))
        follows = (under and not refusal.is_key) or (_missing(refusal) and path in misspelt)
        follows |= _too_short(refusal) and any(
            path == other[: len(path)] for other in refused if other != path
        )
        if path not in told and not follows:
            problems.append(explain(document, shape, refusal))
    return problems


def _extra(refusal: Refusal) -> bool:
    return refusal.error["type"] == "extra_forbidden"


def _too_short(refusal: Refusal) -> bool:
    """Whether entries are missing; refused ones are not counted by the validator."""
    return refusal.error["type"] == "too_short"


def _missing(refusal: Refusal) -> bool:
    return refusal.error["type"] == "missing"


def _misspelt(document: Document, shape: Shape, path: Path) -> Path:
    """The known key that the unknown one at ``path`` was meant to be."""
    close = meant(str(path[-1]), shape.known_keys(path[:-1], document.data))
    return path if close is None else (*path[:-1], close)


def explain(document: Document, shape: Shape, refusal: Refusal) -> Problem:
    """One error of the validator as a problem with a place."""
    data = document.data
    path, error = refusal.origin, refusal.error
    if refusal.is_key:
        return _explain_key(document, shape, path, error)
    match error["type"]:
        case "missing":
            return _explain_missing(document, shape, path)
        case "union_tag_not_found":
            return _explain_missing(document, shape, (*path, TAG))
        case "union_tag_invalid":
            return document.problem((*path, TAG), *_explain_tag(shape, path))
        case "extra_forbidden":
            instead = _explain_extra(document, shape, path)
            return document.problem(path, "unknown key", instead, "key")
        case _:
            what, instead = _explain_value(shape, path, data, error)
            return document.problem(path, what, instead)


def _explain_extra(document: Document, shape: Shape, path: Path) -> str:
    known = shape.known_keys(path[:-1], document.data)
    close = meant(str(path[-1]), known)
    if close and value_at(document.data, (*path[:-1], close)) is not None:
        return f"remove it; {close} is there already"
    if close:
        return f"write {close} instead"
    return f"remove it; known here: {', '.join(known)}"


def _explain_missing(document: Document, shape: Shape, path: Path) -> Problem:
    words = _tag_words(shape, path, document.data) or shape.describe(path, document.data)
    return document.problem(path, "missing key", f"add {path[-1]}: {words}", "key")


def _tag_words(shape: Shape, path: Path, data: Value) -> str:
    options = [node.get("const") for node in shape.at(path, data)]
    return f"one of {', '.join(map(str, options))}" if len(options) > 1 else ""


def _explain_tag(shape: Shape, path: Path) -> tuple[str, str]:
    return "not one of the possible kinds", f"write {_tag_words(shape, (*path, TAG), None)}"


def _explain_key(document: Document, shape: Shape, path: Path, error: ErrorDetails) -> Problem:
    known = shape.known_keys(path[:-1], document.data)
    if known:
        return document.problem(path, "unknown key", nearest(str(path[-1]), known), "key")
    limit = error.get("ctx", {}).get("ge")
    if limit is not None:
        return document.problem(path, "key out of range", f"write {limit} or more", "key")
    if error["type"].startswith("int"):
        return document.problem(path, "key of the wrong type", "write a whole number", "key")
    form = "lower case letters, digits, - and _, starting with a letter; for example tea_lovers"
    return document.problem(path, "key in the wrong form", f"write {form}", "key")


def _explain_value(shape: Shape, path: Path, data: Value, error: ErrorDetails) -> tuple[str, str]:
    wanted = shape.describe(path, data)
    kind = error["type"]
    context = error.get("ctx", {})
    value = value_at(data, path)
    if not kind.startswith(("value", "string")) and (mark := _full_width(value)):
        return f"written with {mark}", f"write {_MARKS[mark]} in its place"
    if kind == "enum" and isinstance(value, str) and (word := in_english(path, value)):
        return "written in Chinese", f"write {word} instead"
    if kind == "value_error":
        return "not accepted", str(context.get("error", "write something else"))
    if kind == "too_short":
        return "too few entries", f"write {context.get('min_length', 1)} or more"
    if kind == "too_long":
        return "too many entries", f"write {context.get('max_length')} or fewer"
    return _WHAT.get(kind) or _wrong_type(kind, value), _quoted(wanted)


def _full_width(value: Value) -> str | None:
    """The first mark in a text that a Chinese keyboard writes in place of YAML's own."""
    marks = value if isinstance(value, str) else ""
    return next((mark for mark in marks if mark in _MARKS), None)


def _wrong_type(kind: str, value: Value) -> str:
    if kind.startswith("date") and isinstance(value, str):
        return "not a day of the calendar"
    if value is None:
        return "nothing is written here"
    return f"wrong type: {_TYPES.get(type(value), 'something else')}"


def _quoted(wanted: str) -> str:
    if wanted.startswith(_LIST) and not wanted.startswith(f"{_LIST}a section"):
        return f"write a list in brackets, as [A, B]; each entry is {wanted.removeprefix(_LIST)}"
    return 'write text in "quotes"' if wanted == "text" else f"write {wanted}"
