"""Small sums that operators write, over numbers with names: ``5 + min(characters, 50) // 10``.

What can be read always has a value: whole numbers, ``+ - * //``, ``min`` and ``max``, brackets;
division by a whole number other than zero only; short enough to be reckoned at once.
"""

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

MOST_CHARACTERS: Final = 120
MOST_NUMBER: Final = 1_000_000

_FUNCTIONS: Final[dict[str, Callable[..., int]]] = {"min": min, "max": max}


class NoFormula(ValueError):
    """The text is no sum that we reckon; the message says which part of it."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A sum that was read; ``value`` cannot fail when all its names are given."""

    _root: ast.expr

    def value(self, numbers: Mapping[str, int]) -> int:
        """The sum for these numbers; ``numbers`` holds every name it was read with."""
        return _value(self._root, numbers)


def read_formula(text: str, names: Collection[str]) -> Formula:
    """The formula in ``text``, in which only ``names`` stand for numbers. Raises NoFormula."""
    if len(text) > MOST_CHARACTERS:
        raise NoFormula(f"it is longer than {MOST_CHARACTERS} characters")
    try:
        root = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise NoFormula("it is not a sum") from None
    _check(root, names)
    return Formula(root)


def _check(node: ast.expr, names: Collection[str]) -> None:
    match node:
        case ast.Constant(value=int(number)) if type(number) is int and number <= MOST_NUMBER:
            return
        case ast.Name(id=name) if name in names:
            return
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _check(operand, names)
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=ast.Constant(value=int(by))) if by:
            _check(left, names)
            _check(node.right, names)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right):
            _check(left, names)
            _check(right, names)
        case ast.Call(func=ast.Name(id=name), args=parts, keywords=[]) if (
            name in _FUNCTIONS and len(parts) > 1
        ):
            for part in parts:
                _check(part, names)
        case _:
            raise NoFormula(f"{ast.unparse(node)!r} is not allowed in it")


def _value(node: ast.expr, numbers: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(id=name):
            return numbers[name]
        case ast.UnaryOp(operand=operand):
            return -_value(operand, numbers)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _value(left, numbers) + _value(right, numbers)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _value(left, numbers) - _value(right, numbers)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _value(left, numbers) * _value(right, numbers)
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
            return _value(left, numbers) // _value(right, numbers)
        case ast.Call(func=ast.Name(id=name), args=parts):
            return _FUNCTIONS[name](*[_value(part, numbers) for part in parts])
        case _:
            raise AssertionError(f"{ast.dump(node)} was not read by read_formula")
