"""The source of the program, parsed once, for the rules that are held by reading it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
BOT = ROOT / "bot"

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the program; ``name`` is its path below the repository."""

    name: str
    text: str
    tree: ast.Module


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the program."""
    return tuple(
        Module(path.relative_to(ROOT).as_posix(), text, ast.parse(text))
        for path in sorted(BOT.rglob("*.py"))
        if (text := path.read_text(encoding="utf-8")) is not None
    )


def modules_of(*folders: str) -> list[Module]:
    """The modules of some packages of the program."""
    return [module for module in modules() if module.name.startswith(folders)]


def docstrings(tree: ast.Module) -> set[int]:
    """The ids of all expressions that are documentation: any string that stands by itself."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and value of every string that is not documentation, f-strings in their parts."""
    documentation = docstrings(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in documentation:
            continue
        if isinstance(node.value, str):
            yield node.lineno, node.value


def public_definitions(tree: ast.Module) -> Iterator[tuple[str, Definition]]:
    """Public functions, classes and methods by qualified name; nothing within functions."""

    def below(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Definition]]:
        for node in body:
            if isinstance(node, Definition) and not node.name.startswith("_"):
                yield f"{prefix}{node.name}", node
                if isinstance(node, ast.ClassDef):
                    yield from below(node.body, f"{prefix}{node.name}.")

    return below(tree.body, "")


def imported(tree: ast.Module) -> set[str]:
    """The top-level packages that a module imports, wherever it does so."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.partition(".")[0])
    return found
