"""JSON Schemas for editors, made from the models: completion, descriptions and red underlines.

The output depends on nothing but the models, so a file that differs is out of date.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.settings.files import FOLDERS, OPTIONAL_FILES, YAML_FILES, YAML_FOLDERS
from bot.settings.schema.commands import COMMAND_MEANINGS, CommandsFile
from bot.settings.schema.persona import FurtherPersona, PersonaFile
from bot.settings.schema.templates import TEMPLATES, DayPart, TemplateShape

DIALECT = "https://json-schema.org/draft/2020-12/schema"

NAMED = r"^\$\{[A-Z][A-Z0-9_]*\}$"
"""How a secret is written in a file."""


def schemas() -> Iterator[tuple[str, str]]:
    """File name and text of every schema."""
    files = YAML_FILES | OPTIONAL_FILES
    models = {file.removesuffix(".yaml"): model for file, model in files.items()}
    for stem, model in (models | YAML_FOLDERS | FOLDERS).items():
        schema = {"$schema": DIALECT, **file_schema(model)}
        text = json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=False)
        yield f"{stem}.schema.json", f"{text}\n"


def write_schemas(directory: Path) -> None:
    """Write STEM.schema.json for every kind of file into ``directory``, which is made."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in schemas():
        (directory / name).write_text(text, encoding="utf-8")


def stale_schemas(directory: Path) -> tuple[str, ...]:
    """Names of the schemas in ``directory`` that are missing or differ from the models."""
    return tuple(name for name, text in schemas() if _read(directory / name) != text)


def file_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of one kind of file."""
    schema: dict[str, Any] = _tidy(model.model_json_schema())
    if model is PersonaFile:
        _name_templates(schema["properties"]["templates"])
        schema["properties"]["templates"]["required"] = list(TEMPLATES)
    if model is FurtherPersona:
        _name_templates(schema["properties"]["templates"])
    if model is CommandsFile:
        _name_commands(schema["properties"]["commands"])
    return schema


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _tidy(node: Any) -> Any:
    """Secrets become ${NAME}; what only machines or other tools would read goes away."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    kept = {
        key: _tidy(value)
        for key, value in node.items()
        if not (key in {"title", "x-form", "writeOnly"} and not isinstance(value, Mapping))
    }
    if kept.pop("x-short", False):  # a section that may be written as one text
        kept["type"] = [kept["type"], "string"]
    if kept.get("format") == "password":
        del kept["format"]
        kept.pop("default", None)
        kept["pattern"] = NAMED
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    return kept


def _name_templates(node: dict[str, Any]) -> None:
    node["properties"] = {
        name: {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "minItems": shape.variants,
            "uniqueItems": True,
            "description": template_words(shape),
        }
        for name, shape in TEMPLATES.items()
    }
    node["patternProperties"] = {
        f"^[a-z_.]+@({'|'.join(DayPart)})$": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "minItems": 1,
            "uniqueItems": True,
            "description": "Further variants of a template for one part of the day.",
        }
    }
    node["additionalProperties"] = False


def template_words(shape: TemplateShape) -> str:
    """What a template may fill in and how many variants it needs."""
    slots = " ".join(f"{{{slot}}}" for slot in sorted(shape.slots))
    variants = "1 variant" if shape.variants == 1 else f"{shape.variants} variants"
    return f"At least {variants}. May use {slots}." if slots else f"At least {variants}. No slots."


def _name_commands(node: dict[str, Any]) -> None:
    command = node.pop("additionalProperties")
    del node["propertyNames"]
    node["properties"] = {
        name.value: {**command, "description": meaning}
        for name, meaning in COMMAND_MEANINGS.items()
    }
    node["required"] = [name.value for name in COMMAND_MEANINGS]
    node["additionalProperties"] = False
