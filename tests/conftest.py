"""For all tests: how hypothesis looks for examples, and the databases they run on."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.store.db import Store
from bot.store.sql import Dialect
from tests.support.engines import PostgresEngine, choose
from tests.support.postgres import run_postgres
from tests.support.stores import open_store

# A busy machine is no finding: examples have no deadline. On a build machine the examples are the
# same every time, so that a change is judged by itself; everybody else looks at new ones.
settings.register_profile("explore", deadline=None, print_blob=True)
settings.register_profile("repeat", settings.get_profile("explore"), derandomize=True)
settings.load_profile("repeat" if os.environ.get("CI") else "explore")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresEngine]:
    """The PostgreSQL of this run, started when the first test asks for it."""
    with run_postgres() as server:
        engine = PostgresEngine(server)
        yield engine
        engine.end()


@pytest.fixture(params=list(Dialect), ids=str)
def engine(request: pytest.FixtureRequest) -> Iterator[Dialect]:
    """The database that the test runs on: one after the other."""
    dialect: Dialect = request.param
    if dialect is Dialect.SQLITE:
        yield dialect
        return
    postgres: PostgresEngine = request.getfixturevalue("postgres")
    choose(postgres)
    try:
        yield dialect
    finally:
        choose(None)
        postgres.end_test()


@pytest.fixture
async def store(engine: Dialect, tmp_path: Path) -> AsyncIterator[Store]:
    """The program's store in the test's own folder."""
    del engine
    async with open_store(tmp_path) as opened:
        yield opened
