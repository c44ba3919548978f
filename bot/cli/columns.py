"""Rows as aligned lines of a terminal, where a Chinese character takes two columns."""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows with their cells one below the other; a short row leaves the rest empty."""
    widths = [max(map(_width, column)) for column in zip_longest(*rows, fillvalue="")]
    for row in rows:
        cells = zip(row, widths, strict=False)
        yield "  ".join(cell + " " * (width - _width(cell)) for cell, width in cells).rstrip()


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(mark) else 2 if unicodedata.east_asian_width(mark) in "WF" else 1
        for mark in text
    )
