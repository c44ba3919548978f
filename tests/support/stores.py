"""Real databases for tests: the whole schema in a folder of the test's own, or in memory."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from bot.rewards.audit.audit import audit
from bot.store.db import Store, connect_sqlite, connect_sqlite_readonly
from bot.store.migrate import migrate
from bot.tables import MODELS

T = TypeVar("T")


@asynccontextmanager
async def open_store(directory: Path) -> AsyncIterator[Store]:
    """The program's store in ``directory``, closed at the end."""
    store = Store(directory, MODELS)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def memory_database() -> sqlite3.Connection:
    """A connection like a lane's own to a fresh schema in memory."""
    connection = connect_sqlite(Path(":memory:"))
    migrate(connection)
    return connection


def in_transaction(connection: sqlite3.Connection, work: Callable[[], T]) -> T:
    """Run ``work`` as a lane does: one transaction, taken back when it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work()
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return result


async def execute(store: Store, statement: str) -> None:
    """Run one statement as a lane does, for what no function of the program writes yet."""

    def run(connection: sqlite3.Connection, items: Sequence[str]) -> list[None]:
        for item in items:
            connection.execute(item)
        return [None] * len(items)

    await store.lane("test", run).submit(statement)


async def read_value(store: Store, query: str, *parameters: object) -> object:
    """The single value of a query with one row and one column."""
    (row,) = await store.read(query, parameters)
    (value,) = tuple(row)
    return value


def assert_books_are_right(connection: sqlite3.Connection) -> None:
    """The program's own audit finds nothing."""
    assert audit(connection).broken == ()


def assert_stored_books_are_right(store: Store) -> None:
    """The program's own audit of what is committed in ``store`` finds nothing."""
    connection = connect_sqlite_readonly(store.path)
    try:
        assert_books_are_right(connection)
    finally:
        connection.close()
