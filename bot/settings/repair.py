"""As much of a faulty file as can be trusted, so that every mistake is told in one go.

Misspelt keys get the name that was meant, what else is refused is taken out, and the checks of
meaning run on the rest. What was taken out leaves a gap; a check that needs that part whole then
stays silent, because a mistake must not cause complaints about its consequences.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.settings.nearest import meant
from bot.settings.placeholders import Filled, Kept
from bot.settings.problems import Path
from bot.settings.shape import Shape
from bot.settings.yaml_file import Value, child, value_at

Model = TypeVar("Model", bound=BaseModel)

_ROUNDS = 8
"""Taking something out may bring the next thing to light, but not for ever."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One error of the validator; ``is_key``: the key is refused, not the value.

    ``path`` leads through the repaired data, ``origin`` through the file.
    """

    path: Path
    origin: Path
    is_key: bool
    error: ErrorDetails


@dataclass(frozen=True, slots=True)
class Repaired(Generic[Model]):
    """What is left of a file.

    ``model`` lacks the top-level keys in ``absent``. ``gaps`` are the paths of the file at which
    something was taken out, ``misspelt`` keys as they are written by the path that was meant.
    """

    model: Model
    data: Value
    refusals: tuple[Refusal, ...]
    gaps: frozenset[Path]
    absent: frozenset[str]
    misspelt: Mapping[Path, str]

    def original(self, path: Path) -> Path:
        """A path of ``model`` as a path of the file, which still has the bad items and names."""
        path = _original(self.data, path)
        names = (self.misspelt.get(path[: depth + 1], path[depth]) for depth in range(len(path)))
        return tuple(names)


def repair(model: type[Model], shape: Shape, filled: Filled) -> Repaired[Model]:
    """Validate the data of ``filled``; take out what is refused until the rest is accepted."""
    data = filled.data
    blank = {_holder(shape, data, path) for path in filled.blank}
    gaps = {_original(data, path) for path in blank}
    _take_out(data, blank)
    first: tuple[Refusal, ...] | None = None
    misspelt: dict[Path, str] = {}
    for _ in range(_ROUNDS):
        refusals = _refusals(model, shape, data)
        if _convert(data, refusals, filled.filled):
            refusals = _refusals(model, shape, data)
        first = refusals if first is None else first
        if renamed := _rename(shape, data, refusals):
            misspelt |= renamed
            continue
        bad = {target for refusal in refusals if (target := _target(shape, data, refusal))}
        gaps |= {_original(data, path) for path in bad}
        unknown = {r.path for r in refusals if r.error["type"] == "extra_forbidden"}
        if not bad | unknown:
            break
        _take_out(data, bad | unknown)
    fields, absent = _read_fields(model, data)
    partial = model.model_construct(None, **fields)
    return Repaired(partial, data, first or (), frozenset(gaps), frozenset(absent), misspelt)


def _refusals(model: type[Model], shape: Shape, data: Value) -> tuple[Refusal, ...]:
    try:
        model.model_validate(data)
    except ValidationError as caught:
        errors = caught.errors(include_url=False, include_input=False)
        located = [(*shape.data_path(error["loc"], data), error) for error in errors]
        return tuple(Refusal(p, _original(data, p), key, error) for p, key, error in located)
    return ()


def _convert(data: Value, refusals: Iterable[Refusal], filled: set[Path]) -> bool:
    """Names have text values; where a number or true/false belongs, read the text as such."""
    converted = False
    for refusal in refusals:
        text = value_at(data, refusal.path)
        if refusal.origin not in filled or not isinstance(text, str):
            continue
        number = _read_plain(refusal.error["type"], text)
        if number is not None:
            _put(data, refusal.path, number)
            converted = True
    return converted


def _rename(shape: Shape, data: Value, refusals: Iterable[Refusal]) -> dict[Path, str]:
    """Give misspelt keys the name of the key that was meant, unless that is there as well.

    What comes back are the names as written, by the paths of the file that were meant.
    """
    renamed: dict[Path, str] = {}
    for refusal in refusals:
        path, written = refusal.path[:-1], str(refusal.path[-1])
        if refusal.error["type"] != "extra_forbidden":
            continue
        name = meant(written, shape.known_keys(path, data))
        holder = value_at(data, path)
        if name and isinstance(holder, dict) and name not in holder:
            holder[name] = holder.pop(refusal.path[-1])
            renamed[*_original(data, path), name] = written
    return renamed


def _read_plain(kind: str, text: str) -> int | float | bool | None:
    try:
        match kind:
            case "int_type":
                return int(text)
            case "float_type":
                return float(text)
            case "bool_type":
                return {"true": True, "false": False}.get(text)
    except ValueError:
        return None
    return None


def _target(shape: Shape, data: Value, refusal: Refusal) -> Path:
    """The smallest part to take out because of ``refusal``; empty: nothing can be."""
    kind = refusal.error["type"]
    if kind == "extra_forbidden":
        return ()
    if refusal.is_key:
        return refusal.path
    path = refusal.path[:-1] if kind == "missing" else refusal.path
    return _holder(shape, data, path) if path else ()


def _holder(shape: Shape, data: Value, path: Path) -> Path:
    """``path``, or what stands around it and cannot do without it."""
    while len(path) > 1 and isinstance(value_at(data, path[:-1]), dict):
        if shape.is_droppable(path, data):
            break
        path = path[:-1]
    return path


def _take_out(data: Value, paths: set[Path]) -> None:
    """Delete ``paths``: the last of a list first, so that the others stay where they are."""
    outer = [p for p in paths if not any(p[:length] in paths for length in range(1, len(p)))]
    for path in sorted(outer, key=_order, reverse=True):
        holder = value_at(data, path[:-1])
        if isinstance(holder, Kept) and isinstance(path[-1], int):
            del holder[path[-1]], holder.origins[path[-1]]
        elif isinstance(holder, dict):
            holder.pop(path[-1], None)


def _order(path: Path) -> list[tuple[int, int, str]]:
    return [(1, part, "") if isinstance(part, int) else (0, 0, part) for part in path]


def _put(data: Value, path: Path, value: Value) -> None:
    holder = value_at(data, path[:-1])
    if isinstance(holder, dict):
        holder[path[-1]] = value
        return
    if isinstance(holder, list) and isinstance(path[-1], int):
        holder[path[-1]] = value


def _original(data: Value, path: Path) -> Path:
    result: Path = ()
    for part in path:
        if isinstance(data, Kept) and isinstance(part, int) and part < len(data):
            result = (*result, data.origins[part])
        else:
            result = (*result, part)
        data = child(data, part)
    return result


def _read_fields(model: type[Model], data: Value) -> tuple[dict[str, object], set[str]]:
    """The top-level values that stand on their own, and the names of those that do not."""
    fields: dict[str, object] = {}
    absent = set()
    for name, info in model.model_fields.items():
        value = child(data, name)
        if isinstance(data, dict) and name in data:
            try:
                kind: Any = Annotated[info.annotation, info]
                fields[name] = TypeAdapter(kind).validate_python(value)
            except ValidationError:
                absent.add(name)
        elif info.is_required():
            absent.add(name)
    return fields, absent
