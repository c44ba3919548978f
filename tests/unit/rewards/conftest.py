"""A real store for the stories that go through the front door."""

import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from bot.rewards.audit.audit import audit
from bot.rewards.checkin.checkins import CheckIns
from bot.rewards.ledger.ledger import Ledger
from bot.rewards.ledger.statement import Statements
from bot.rewards.packets.packets import Packets
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.sql import Dialect
from bot.tables import MODELS
from tests.support.engines import chosen
from tests.unit.rewards import support


class House:
    """A store with members 1 to 600 and everything that writes points."""

    def __init__(self, directory: Path) -> None:
        self.store = Store(directory, MODELS, chosen().address(directory))
        self.ledger = Ledger(self.store)
        self.check_ins = CheckIns(self.store)
        self.packets = Packets(self.store, random.Random(1))
        self.statements = Statements(self.store)

    async def open(self) -> None:
        await self.store.open()
        await self.store.lane("people", _add_members).submit(support.MEMBERS)


def _add_members(connection: Connection, counts: Sequence[int]) -> list[None]:
    for count in counts:
        support.add_members(connection, count)
    return [None] * len(counts)


@pytest.fixture
async def house(engine: Dialect, tmp_path: Path) -> AsyncIterator[House]:
    """Opened, and audited when the story is over."""
    del engine
    house = House(tmp_path)
    await house.open()
    yield house
    await house.store.close()
    assert support.audit_store(house.store).broken == ()


@pytest.fixture
def books(engine: Dialect) -> Iterator[Connection]:
    """Empty books in memory, audited when the story is over."""
    del engine
    with closing(support.new_books()) as connection:
        yield connection
        assert audit(connection).broken == ()
