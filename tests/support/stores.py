"""Real databases for tests: the whole schema in a place of the test's own."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TypeVar

from bot.store.connection import Connection
from bot.store.db import Store
from bot.tables import MODELS
from tests.support.engines import chosen
from tests.support.postgres import outside_the_loop

T = TypeVar("T")


@asynccontextmanager
async def open_store(directory: Path) -> AsyncIterator[Store]:
    """The program's store in ``directory``, closed at the end.

    One that is opened there again finds what the first one wrote, on PostgreSQL too.
    """
    store = Store(directory, MODELS, chosen().address(directory))
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def memory_database() -> Connection:
    """A connection like a lane's own to a fresh schema, which goes with it."""
    return chosen().connect()


def in_transaction(connection: Connection, work: Callable[[], T]) -> T:
    """Run ``work`` as a lane does: one transaction, taken back when it raises."""
    connection.begin()
    try:
        result = work()
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    return result


async def execute(store: Store, statement: str) -> None:
    """Run one statement as a lane does, for what no function of the program writes yet."""

    def run(connection: Connection, items: Sequence[str]) -> list[None]:
        for item in items:
            connection.execute(item)
        return [None] * len(items)

    await store.lane("test", run).submit(statement)


async def read_value(store: Store, query: str, *parameters: object) -> object:
    """The single value of a query with one row and one column."""
    (row,) = await store.read(query, parameters)
    (value,) = tuple(row)
    return value


def look_into(store: Store, look: Callable[[Connection], T]) -> T:
    """What ``look`` finds among what is committed in ``store``."""

    def run() -> T:
        with closing(store.open_reader()) as connection:
            return look(connection)

    return outside_the_loop(run)
