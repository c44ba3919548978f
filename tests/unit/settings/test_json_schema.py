"""Schemas for editors and the reference: made from the models, the same every time."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.settings.files import FOLDERS, OPTIONAL_FILES, YAML_FILES, YAML_FOLDERS
from bot.settings.json_schema import schemas, stale_schemas, write_schemas
from bot.settings.reference import render_reference
from bot.settings.schema.commands import COMMAND_MEANINGS, CommandName
from bot.settings.schema.templates import TEMPLATES

from .good_config import good_files

ALL = {name: json.loads(text) for name, text in schemas()}


def resolve(root: dict[str, Any], node: dict[str, Any], value: Any) -> dict[str, Any]:
    """The part of a schema that speaks about ``value``."""
    if "$ref" in node:
        return resolve(root, root["$defs"][node["$ref"].rsplit("/", 1)[1]], value)
    for option in node.get("anyOf", ()):
        if option.get("type") != "null":
            return resolve(root, option, value)
    for option in node.get("oneOf", ()):
        found = resolve(root, option, value)
        if found["properties"]["kind"]["const"] == value["kind"]:
            return found
    return node


def check(root: dict[str, Any], node: dict[str, Any], value: Any) -> None:
    """Every key of ``value`` is known to the schema and no required one is missing."""
    node = resolve(root, node, value)
    if isinstance(value, dict):
        assert node["type"] == "object"
        assert set(node.get("required", ())) <= set(value)
        free = next(iter(node.get("patternProperties", {}).values()), None)
        free = free or node.get("additionalProperties")
        for key, item in value.items():
            known = node.get("properties", {}).get(key, free)
            assert known, f"{key} is not known"
            check(root, known, item)
    elif isinstance(value, list):
        assert node["type"] == "array"
        for item in value:
            check(root, node["items"], item)
    elif "enum" in node:
        assert value in node["enum"]


@pytest.mark.parametrize("file", good_files())
def test_the_schema_knows_the_structure_of_a_good_file(file: str) -> None:
    text = good_files()[file]
    head = text.split("---")[1] if file.endswith(".md") else text
    stem = file.split("/", maxsplit=1)[0].removesuffix(".yaml")

    root = ALL[f"{stem}.schema.json"]

    check(root, root, YAML(typ="safe", pure=True).load(head))


def test_there_is_a_schema_for_each_kind_of_file() -> None:
    files = [file.removesuffix(".yaml") for file in (*YAML_FILES, *OPTIONAL_FILES)]
    stems = [*files, *YAML_FOLDERS, *FOLDERS]

    assert list(ALL) == [f"{stem}.schema.json" for stem in stems]


def test_secrets_are_names_in_the_schema() -> None:
    app = ALL["bot.schema.json"]["$defs"]["WecomApp"]["properties"]

    for name in ("secret", "token", "encoding_aes_key"):
        assert app[name]["pattern"] == r"^\$\{[A-Z][A-Z0-9_]*\}$"


def test_a_secret_that_may_be_left_out_has_no_default_of_another_form() -> None:
    assert set(ALL["bot.schema.json"]["$defs"]["Email"]["properties"]["password"]) == {
        "description",
        "pattern",
        "type",
    }


def test_templates_and_commands_are_listed_with_their_meaning() -> None:
    templates = ALL["persona.schema.json"]["properties"]["templates"]
    commands = ALL["commands.schema.json"]["properties"]["commands"]

    assert list(templates["properties"]) == list(TEMPLATES) == templates["required"]
    described = templates["properties"]["welcome.new"]
    assert described["minItems"] == 2
    assert described["description"] == "At least 2 variants. May use {group} {names} {persona}."
    assert list(commands["properties"]) == list(COMMAND_MEANINGS) == list(CommandName)
    assert all(command["description"] for command in commands["properties"].values())


def test_written_schemas_are_up_to_date_until_one_differs(tmp_path: Path) -> None:
    directory = tmp_path / "schema"
    assert len(stale_schemas(directory)) == len(ALL)

    write_schemas(directory)
    assert stale_schemas(directory) == ()
    first = {file.name: file.read_bytes() for file in directory.iterdir()}
    write_schemas(directory)
    assert {file.name: file.read_bytes() for file in directory.iterdir()} == first

    (directory / "bot.schema.json").write_text("{}", encoding="utf-8")
    (directory / "content.schema.json").unlink()
    assert stale_schemas(directory) == ("bot.schema.json", "content.schema.json")


def test_the_reference_names_every_key_template_and_command() -> None:
    reference = render_reference()

    assert reference == render_reference()
    for model in [*YAML_FILES.values(), *OPTIONAL_FILES.values(), *FOLDERS.values()]:
        for name in model.model_fields:
            assert f"| `{name}` |" in reference
    for name in [*TEMPLATES, *COMMAND_MEANINGS]:
        assert f"| `{name}` |" in reference
    assert (
        "| `roster_sync_seconds` | a whole number from 5 to 3600 | `60`"
        " | How often the member list of each group is read, in seconds. |"
    ) in reference
    assert "| `day_starts_at` | a local time of day as HH:MM; for example 08:30 | `04:00` |" in (
        reference
    )
    assert "`channels.NAME.webhook_key` (group_webhook) | ${NAME} | (required) |" in reference
    assert "None" not in reference
