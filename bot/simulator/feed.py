"""What is new, for whoever is watching: named changes, each handed to every watcher in order."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

WATCHER_CHANGES: Final = 2000
"""How far a watcher may fall behind before it is cut off; it then comes back for a fresh view."""


@dataclass(frozen=True, slots=True)
class Change:
    """``name`` says what kind of thing changed, ``data`` is its new look."""

    name: str
    data: Any


Watcher = asyncio.Queue[Change | None]
"""Changes in order; None means: the end."""


class Feed:
    """Hands changes out. Nobody waits for a slow watcher."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()

    def publish(self, name: str, data: Any) -> None:
        """Tell everyone."""
        for watcher in list(self._watchers):
            if watcher.qsize() >= WATCHER_CHANGES:
                self._end(watcher)
            else:
                watcher.put_nowait(Change(name, data))

    @contextmanager
    def watch(self) -> Iterator[Watcher]:
        """Changes from now on, until the context ends or None comes."""
        watcher: Watcher = asyncio.Queue()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def close(self) -> None:
        """Let every watcher go."""
        for watcher in list(self._watchers):
            self._end(watcher)

    def _end(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)
        watcher.put_nowait(None)
