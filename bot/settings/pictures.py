"""The pictures that posts show: what is found on disk under the names that content items give."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

_SIGNATURES: Final = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
}
"""How a file must begin, by the end of its name: platforms look at both."""


class Flaw(StrEnum):
    """Why a file cannot be shown as a picture."""

    OUTSIDE = "outside"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    NO_PICTURE = "no picture"


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that a post shows. ``size_bytes`` is 0 when there is a flaw."""

    size_bytes: int = 0
    flaw: Flaw | None = None


Pictures = Mapping[str, Picture]
"""What was found, by the name that was written: a path relative to the configuration folder."""


def look_at(directory: Path, name: str) -> Picture:
    """What is found under ``name`` in the configuration folder. Raises nothing."""
    try:
        root = directory.resolve()
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            return Picture(flaw=Flaw.OUTSIDE)
        if not path.is_file():
            return Picture(flaw=Flaw.MISSING)
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, links in a circle
        return Picture(flaw=Flaw.MISSING)
    signature = _SIGNATURES.get(path.suffix.lower())
    try:
        with path.open("rb") as file:
            begins_well = signature is not None and file.read(len(signature)) == signature
        size_bytes = path.stat().st_size
    except OSError:
        return Picture(flaw=Flaw.UNREADABLE)
    return Picture(size_bytes) if begins_well else Picture(flaw=Flaw.NO_PICTURE)
