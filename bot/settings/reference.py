"""The configuration reference in Markdown, made from the models: docs/configuration.md."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from bot.settings.files import FOLDERS, OPTIONAL_FILES, YAML_FILES, YAML_FOLDERS
from bot.settings.schema.calendar import BUILT_IN_NODE_KEYS
from bot.settings.schema.commands import COMMAND_MEANINGS
from bot.settings.schema.templates import TEMPLATES
from bot.settings.shape import Node, Shape, shape_of, tags

_HEAD = """# Configuration reference

Generated from the settings' types by `python -m bot check --write-schema`; do not edit.

A key with dots lies inside the keys before the dots. `NAME` stands for a key of your choice and
`[]` for each entry of a list. Secrets are written as `${NAME}`; the value is looked up in the
environment, then in `.env` of the working directory, then in `.env` of the configuration folder,
then in the `env_file` of `bot.yaml`. `python -m bot check` tells every mistake with its line.
"""

_TABLE = "| key | type and range | default | meaning |\n|---|---|---|---|"
_REQUIRED = "(required)"

Row = tuple[str, str, str, str]


def render_reference() -> str:
    """The whole reference; it depends on nothing but the models."""
    parts = [_HEAD]
    for file, model in YAML_FILES.items():
        parts.append(_render_file(file, model))
    for file, model in OPTIONAL_FILES.items():
        parts.append(_render_file(file, model, "This file need not be there."))
    for folder, model in YAML_FOLDERS.items():
        parts.append(_render_file(f"{folder}/*.yaml", model))
    for folder, model in FOLDERS.items():
        parts.append(_render_file(f"{folder}/*.md", model, "The head between the --- lines."))
    parts += [_render_commands(), _render_templates(), _render_node_days()]
    return "\n".join(parts)


def _render_file(name: str, model: type[BaseModel], note: str = "") -> str:
    shape = shape_of(model)
    lines = [f"## {name}", ""]
    if note:
        lines += [note, ""]
    rows = "\n".join(_line(*row) for row in _rows(shape, shape.root, ""))
    return "\n".join([*lines, _TABLE, rows, ""])


def _line(*cells: str) -> str:
    safe = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(safe)} |"


def _rows(shape: Shape, node: Node, prefix: str) -> Iterator[Row]:
    """A row for each key of ``node`` and of what lies below it."""
    required = node.get("required", ())
    for key, value in node.get("properties", {}).items():
        yield from _key_rows(shape, Node(value), f"{prefix}{key}", required=key in required)


def _key_rows(shape: Shape, node: Node, key: str, *, required: bool) -> Iterator[Row]:
    found = shape.resolve(node)
    default = _REQUIRED if required else _default(found)
    sections, suffix = _below(shape, found)
    words = shape.words(found)
    if sections:
        words = "list of sections" if suffix == "[]" else "section"
        default = default if required or suffix else ""
    yield f"`{key}`", words, default, found.get("description", "")
    for section in sections:
        mark = "".join(f" ({tag})" for tag in tags(section)) if len(sections) > 1 else ""
        for row in _rows(shape, section, f"{key}{suffix}."):
            yield f"{row[0]}{mark}", *row[1:]


def _below(shape: Shape, node: Node) -> tuple[list[Node], str]:
    """The sections inside ``node`` and what is put behind its key to name them."""
    if node.get("type") == "array":
        return _sections(shape, Node(node["items"])), "[]"
    free = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
    for item in free:
        if isinstance(item, dict):
            return _sections(shape, Node(item)), ".NAME"
    return _sections(shape, node), ""


def _sections(shape: Shape, node: Node) -> list[Node]:
    return [option for option in shape.options(node, None) if "properties" in option]


def _default(node: Node) -> str:
    value: Any = node.get("default")
    if value is None or value == "":
        return ""
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{shown}`"


def _render_commands() -> str:
    lines = [_line(f"`{name}`", meaning) for name, meaning in COMMAND_MEANINGS.items()]
    head = ["## Commands", "", "Every one of these is a NAME under `commands`.", ""]
    return "\n".join([*head, "| command | meaning |\n|---|---|", *lines, ""])


def _render_templates() -> str:
    lines = []
    for name, shape in TEMPLATES.items():
        slots = " ".join(f"`{{{slot}}}`" for slot in sorted(shape.slots))
        lines.append(_line(f"`{name}`", str(shape.variants), slots))
    head = ["## Templates", "", "Every one of these is a NAME under `templates`.", ""]
    return "\n".join([*head, "| template | least variants | slots |\n|---|---|---|", *lines, ""])


def _render_node_days() -> str:
    keys = ", ".join(f"`{key}`" for key in sorted(BUILT_IN_NODE_KEYS))
    return f"## Built-in node days\n\n{keys}\n"
