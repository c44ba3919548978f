"""The shape of a file as data: what may stand at a path, and that in words for operators.

It is read from the JSON Schema of the models, so that problems, the reference and the editors'
schemas cannot disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NewType

from pydantic import BaseModel

from bot.settings.problems import Path
from bot.settings.yaml_file import Value, child

Node = NewType("Node", Mapping[str, Any])
"""A part of a JSON Schema."""

TAG = "kind"
"""The key that tells the members of a tagged union apart."""


class Shape:
    """The shape of one file."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.root = Node(model.model_json_schema())

    def resolve(self, node: Node) -> Node:
        """``node``, or what it refers to, with the description and default given on the spot."""
        reference = node.get("$ref")
        if reference is None:
            return node
        target = self.root["$defs"][reference.rsplit("/", 1)[1]]
        return Node({**target, **{key: value for key, value in node.items() if key != "$ref"}})

    def options(self, node: Node, value: Value) -> list[Node]:
        """What ``node`` may be, given the value that stands there."""
        node = self.resolve(node)
        branches = [self.resolve(Node(item)) for item in node.get("oneOf", node.get("anyOf", ()))]
        branches = [branch for branch in branches if branch.get("type") != "null"]
        if not branches:
            return [node]
        chosen = child(value, TAG)
        return [branch for branch in branches if chosen in tags(branch)] or branches

    def at(self, path: Path, data: Value) -> list[Node]:
        """What may stand at ``path`` of ``data``; several while a tag leaves it open."""
        nodes = self.options(self.root, data)
        for part in path:
            data = child(data, part)
            below = [found for node in nodes for found in children(node, part)]
            nodes = [option for node in below for option in self.options(node, data)]
        return nodes

    def data_path(self, location: Sequence[str | int], data: Value) -> tuple[Path, bool]:
        """A validation error's location as a path of the file, and whether a key is meant.

        The validator names the chosen member of a tagged union as if it were a key; it is none.
        """
        path: Path = ()
        nodes = [self.root]
        parts = list(location)
        if is_key := bool(parts) and parts[-1] == "[key]":
            parts.pop()
        for part in parts:
            resolved = [self.resolve(node) for node in nodes]
            if any("oneOf" in node for node in resolved):
                nodes = [option for node in nodes for option in self.options(node, data)]
                if any(part in tags(node) for node in nodes):
                    continue
                resolved = nodes
            path = (*path, part)
            data = child(data, part)
            nodes = [found for node in resolved for found in children(node, part)]
        return path, is_key

    def is_secret(self, path: Path, data: Value) -> bool:
        """Whether the value at ``path`` must come from the environment."""
        return any(node.get("format") == "password" for node in self.at(path, data))

    def known_keys(self, path: Path, data: Value) -> list[str]:
        """The keys that the mapping at ``path`` may have; empty when they are free."""
        keys: dict[str, None] = {}
        for node in self.at(path, data):
            keys.update(dict.fromkeys(node.get("properties", ())))
            names = self.resolve(Node(node.get("propertyNames", {})))
            keys.update(dict.fromkeys(names.get("enum", ())))
        return list(keys)

    def is_droppable(self, path: Path, data: Value) -> bool:
        """Whether what stands around the value at ``path`` is complete without it."""
        return not any(path[-1] in node.get("required", ()) for node in self.at(path[:-1], data))

    def describe(self, path: Path, data: Value) -> str:
        """In words what may be written at ``path``."""
        nodes = self.at(path, data)
        return self.words(nodes[0]) if nodes else "something else"

    def words(self, node: Node) -> str:
        """In words what ``node`` allows."""
        node = self.options(node, None)[0]
        if "const" in node:
            return str(node["const"])
        if "enum" in node:
            return f"one of {', '.join(map(str, node['enum']))}"
        kind = node.get("type")
        if kind == "array":
            return f"a list; each entry is {self.words(Node(node['items']))}"
        return self._object_words(node) if kind == "object" else _scalar_words(node)

    def _object_words(self, node: Node) -> str:
        if "properties" in node:
            return f"a section with {', '.join(node['properties'])}"
        free = [item for item in children(node, "") if "oneOf" not in self.resolve(item)]
        names = self.resolve(Node(node.get("propertyNames", {}))).get("enum", ())
        keys = f"; KEY is one of {', '.join(names)}" if 0 < len(names) < 9 else ""
        below = f"KEY: {self.words(free[0])}" if free else "KEY: section"
        return f"lines of {below}{keys}"


@cache
def shape_of(model: type[BaseModel]) -> Shape:
    """The shape of the file that ``model`` describes."""
    return Shape(model)


def children(node: Node, part: str | int) -> Iterable[Node]:
    """What may stand under ``part``; nothing when it is unknown."""
    if node.get("type") == "array":
        return [Node(node["items"])]
    if part in node.get("properties", ()):
        return [Node(node["properties"][part])]
    free = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
    return [Node(item) for item in free if isinstance(item, Mapping)]


def tags(node: Node) -> Sequence[str]:
    """The tags that choose ``node`` in a tagged union."""
    tag = node.get("properties", {}).get(TAG, {}).get("const")
    return () if tag is None else (tag,)


def _scalar_words(node: Node) -> str:
    if node.get("type") == "boolean":
        return "true or false"
    return _number_words(node) if node.get("type") in {"integer", "number"} else _text_words(node)


def _number_words(node: Node) -> str:
    noun = "a whole number" if node["type"] == "integer" else "a number"
    least, most = node.get("minimum"), node.get("maximum")
    if "exclusiveMinimum" in node:
        return f"{noun} above {node['exclusiveMinimum']} and up to {most}"
    if least is not None and most is not None:
        return f"{noun} from {least} to {most}"
    return noun if least is None else f"{noun}, {least} or more"


def _text_words(node: Node) -> str:
    if node.get("format") == "password":
        return "${NAME}"
    if node.get("format") == "date":
        return "a day as YYYY-MM-DD, for example 2026-12-24"
    if "x-form" in node:
        return f"{node['x-form']}; for example {node['examples'][0]}"
    return "text"
