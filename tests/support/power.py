"""A disk whose power can be cut: what was not synced when it goes is lost, torn or out of order.

A virtual file system for SQLite (through apsw) keeps every file in memory twice: as the program
sees it, and as it is on the medium. Writes reach the medium when SQLite syncs. At a cut each sector
that was written since then survives or does not, by chance.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import apsw

from bot.store.connection import Row, Value
from bot.store.sql import Dialect, Over, render, render_over
from bot.store.sqlite import batch_line

SECTOR = 512


class PowerCut(Exception):
    """The power went while SQLite wrote."""


@dataclass(slots=True)
class Medium:
    """One file: what the program sees, what is surely kept, and what was written in between."""

    live: bytearray = field(default_factory=bytearray)
    kept: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes]] = field(default_factory=list)

    def write(self, offset: int, data: bytes) -> None:
        """Write without syncing."""
        _put(self.live, offset, data)
        for start in range(0, len(data), SECTOR):
            self.pending.append((offset + start, data[start : start + SECTOR]))

    def truncate(self, size: int) -> None:
        """Cut the file short; a medium that forgets this only keeps more, so it counts as kept."""
        del self.live[size:]
        del self.kept[size:]
        self.pending = [write for write in self.pending if write[0] < size]

    def sync(self) -> None:
        """Everything written so far is on the medium."""
        for offset, data in self.pending:
            _put(self.kept, offset, data)
        self.pending.clear()

    def after_a_cut(self, rng: random.Random) -> "Medium":
        """The file as it is found when the power is back."""
        found = bytearray(self.kept)
        for offset, data in self.pending:
            if rng.random() < 0.5:
                _put(found, offset, data)
        return Medium(bytearray(found), bytearray(found))


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Disk(apsw.VFS):
    """All files of one machine. After ``fuse`` writes and syncs the power goes, for good."""

    def __init__(self, files: dict[str, Medium] | None = None) -> None:
        self.files = files or {}
        self.fuse: int | None = None
        self.name_of_vfs = f"disk-{id(self)}"
        super().__init__(self.name_of_vfs, "")

    def burn(self) -> None:
        """One write or sync."""
        if self.fuse is None:
            return
        self.fuse -= 1
        if self.fuse <= 0:
            raise PowerCut

    def copy(self) -> "Disk":
        """A disk with the same files."""
        return Disk({name: Medium(m.live[:], m.live[:]) for name, m in self.files.items()})

    def after_a_cut(self, rng: random.Random) -> "Disk":
        """The disk as it is found when the power is back."""
        return Disk({name: medium.after_a_cut(rng) for name, medium in self.files.items()})

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        return pathname in self.files

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self.files.pop(filename, None)

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name or "temporary")
        flags[1] = flags[0]
        return DiskFile(self, self.files.setdefault(path, Medium()))


class DiskFile:
    """An open file. Locks are not needed: one connection has the disk for itself."""

    def __init__(self, disk: Disk, medium: Medium) -> None:
        self._disk, self._medium = disk, medium

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._medium.live[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.burn()
        self._medium.write(offset, bytes(data))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._medium.truncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.burn()
        self._medium.sync()

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._medium.live)

    def xLock(self, level: int) -> None: ...  # noqa: N802

    def xUnlock(self, level: int) -> None: ...  # noqa: N802

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0

    def xClose(self) -> None: ...  # noqa: N802


class _NamedRow(tuple[Any, ...]):
    __slots__ = ()
    names: ClassVar[dict[str, int]] = {}

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.names[key] if isinstance(key, str) else key)


class _Rows:
    def __init__(self, rows: Sequence[Row], rowcount: int) -> None:
        self._rows, self.rowcount = iter(rows), rowcount

    def fetchone(self) -> Row:
        return next(self._rows, None)

    def fetchall(self) -> list[Row]:
        return list(self._rows)

    def __iter__(self) -> Any:
        return self._rows


class DiskConnection:
    """A ``Connection`` of the store to a database on such a disk."""

    dialect = Dialect.SQLITE

    def __init__(self, disk: Disk, settings: Iterable[str]) -> None:
        self._connection = apsw.Connection("books.db", vfs=disk.name_of_vfs)
        # Shared memory is not part of the model; it says nothing about what is durable.
        for setting in ("locking_mode=EXCLUSIVE", *settings):
            self._connection.execute(f"PRAGMA {setting}")

    @property
    def in_transaction(self) -> bool:
        return bool(self._connection.in_transaction)

    def execute(self, statement: str, parameters: Sequence[Value] = (), /) -> _Rows:
        return self._run(render(statement, Dialect.SQLITE), parameters)

    def write(self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value) -> None:
        self.read(statement, rows, *more)

    def read(self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value) -> list[Row]:
        batch = list(rows)
        if not batch:
            return []
        rendered = render_over(statement, Dialect.SQLITE)
        return self._run(rendered, (batch_line(batch), *more)).fetchall()

    def begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()

    def _run(self, rendered: str, parameters: Sequence[Value]) -> _Rows:
        cursor = self._connection.cursor()
        before = self._connection.total_changes()
        cursor.execute(rendered, tuple(_plain(value) for value in parameters))
        try:
            names = [column[0] for column in cursor.getdescription()]
        except apsw.ExecutionCompleteError:
            names = []
        places = {name: place for place, name in enumerate(names)}
        kind = type("Row", (_NamedRow,), {"names": places})
        rows = [kind(row) for row in cursor]
        return _Rows(rows, self._connection.total_changes() - before)


def _plain(value: Value) -> Value:
    return str(value) if isinstance(value, str) else value
