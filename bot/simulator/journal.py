"""The journal: one line of JSON per happening, flushed as it is written, read at the start.

Whatever was written survives kill -9. A last line that was torn is ignored and cut off; a damaged
line in the middle stops the simulator, because what follows it cannot be trusted.
"""

import json
import os
from pathlib import Path
from typing import Any

from bot.core.errors import StoreError


class Journal:
    """An append-only file. Read it once before writing to it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[dict[str, Any]]:
        """Every whole line; what is torn is cut off. Raises StoreError for a damaged line."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch()
        raw = self._path.read_bytes()
        whole = raw.rfind(b"\n") + 1
        if whole < len(raw):
            os.truncate(self._path, whole)
        return [
            self._decode(number, line)
            for number, line in enumerate(raw[:whole].splitlines(), start=1)
        ]

    def write(self, happening: dict[str, Any]) -> None:
        """Add one line; it is with the operating system when this returns."""
        with self._path.open("ab") as file:
            file.write(json.dumps(happening, ensure_ascii=False).encode() + b"\n")

    def _decode(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            happening = json.loads(line)
        except ValueError:
            happening = None
        if not isinstance(happening, dict) or "t" not in happening:
            raise StoreError(
                f"Line {number} of {self._path} is damaged: repair it, or delete the file to"
                " begin with an empty stage.",
                line=number,
            )
        return happening
