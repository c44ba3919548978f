"""Facts in the database: written, deleted for good, and never of whoever wants nothing personal."""

from collections.abc import Sequence

import pytest

from bot.core.errors import StoreError
from bot.core.ids import EventKey
from bot.members.memory.facts import Statement
from bot.members.memory.lane import Forget, apply_forgets, record_statements
from bot.members.memory.memory import Memory
from bot.store.connection import Connection
from bot.store.db import Store
from tests.support.events import DAY, HOUR, NOW
from tests.support.stores import execute

from .support import ME, OTHER, statement


class Book:
    """A memory with two members, written to as the end of an event does."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.memory = Memory(store)
        self._record = store.lane("record", _record)

    async def open(self) -> None:
        await execute(self.store, "INSERT INTO member (id, created_at) VALUES (1, 0), (2, 0)")

    async def say(self, *statements: Statement) -> None:
        await self._record.submit(statements)

    async def held(self, who: int = ME, at: int = 0) -> list[tuple[int, str, str]]:
        found = await self.memory.read(ME if who == ME else OTHER, NOW + at * DAY)
        return [(one.place, one.statement.fact.type, one.statement.fact.value) for one in found]


def _record(connection: Connection, items: Sequence[Sequence[Statement]]) -> list[None]:
    for statements in items:
        record_statements(connection, statements)
    return [None] * len(items)


def _forget_all(
    connection: Connection, items: Sequence[Sequence[Forget]]
) -> list[list[tuple[str, ...]]]:
    return [apply_forgets(connection, wishes) for wishes in items]


@pytest.fixture
async def book(store: Store) -> Book:
    book = Book(store)
    await book.open()
    return book


async def test_what_is_said_is_held_for_its_member_alone(book: Book) -> None:
    await book.say(statement("skin", "dry"), statement("city", "sanya", who=OTHER))
    assert await book.held() == [(1, "skin", "dry")]
    assert await book.held(OTHER) == [(1, "city", "sanya")]


async def test_statements_of_one_batch_see_each_other(book: Book) -> None:
    await book.say(statement("skin", "dry"), statement("skin", "oily"), statement("city", "sanya"))
    assert await book.held() == [(1, "skin", "oily"), (2, "city", "sanya")]


async def test_an_ended_fact_is_not_read_and_goes_with_the_sweep(book: Book) -> None:
    await book.say(statement("skin", "dry", days=3), statement("city", "sanya", days=9))
    assert await book.memory.next_end() == NOW + 3 * DAY
    assert await book.held(at=3) == [(2, "city", "sanya")]
    await book.memory.sweep(NOW + 3 * DAY)
    assert await book.memory.next_end() == NOW + 9 * DAY


async def test_one_fact_is_deleted_by_its_number(book: Book) -> None:
    await book.say(statement("skin", "dry"), statement("city", "sanya"))
    gone = await book.memory.forget(ME, key=EventKey("f"), at=NOW, place=1)
    assert gone == ("skin",)
    assert await book.held() == [(2, "city", "sanya")]


async def test_the_same_event_deletes_once_and_answers_the_same(book: Book) -> None:
    await book.say(statement("skin", "dry"))
    first = await book.memory.forget(ME, key=EventKey("f"), at=NOW, place=1)
    await book.say(statement("city", "sanya", at=NOW + HOUR))
    assert await book.memory.forget(ME, key=EventKey("f"), at=NOW, place=1) == first
    assert await book.held() == [(1, "city", "sanya")]


async def test_everything_of_one_member_is_deleted_and_nothing_of_another(book: Book) -> None:
    await book.say(
        statement("skin", "dry"), statement("city", "sanya"), statement("skin", "oily", who=OTHER)
    )
    assert await book.memory.forget(ME, key=EventKey("f"), at=NOW) == ("skin", "city")
    assert await book.held() == []
    assert await book.held(OTHER) == [(1, "skin", "oily")]


async def test_what_was_said_before_a_deletion_is_not_written_later(book: Book) -> None:
    await book.memory.forget(ME, key=EventKey("f"), at=NOW)
    await book.say(statement("skin", "dry", at=NOW - HOUR))
    assert await book.held() == []
    await book.say(statement("skin", "oily", at=NOW + HOUR))
    assert await book.held() == [(1, "skin", "oily")]


async def test_deletions_of_one_batch_see_each_other(book: Book) -> None:
    await book.say(statement("skin", "dry"), statement("city", "sanya"))
    wishes = [Forget(ME, EventKey("a"), NOW, 1), Forget(ME, EventKey("b"), NOW)]
    both = book.store.lane("both", _forget_all)
    assert await both.submit(wishes) == [("skin",), ("city",)]
    assert await book.held() == []


async def test_nothing_is_written_or_read_of_whoever_wants_nothing_personal(book: Book) -> None:
    await book.say(statement("skin", "dry"))
    await execute(book.store, "UPDATE member SET impersonal_since = 1 WHERE id = 1")
    assert await book.held() == []
    await book.say(statement("city", "sanya"), statement("city", "sanya", who=OTHER))
    await execute(book.store, "UPDATE member SET impersonal_since = NULL WHERE id = 1")
    assert await book.held() == [(1, "skin", "dry")]
    assert await book.held(OTHER) == [(1, "city", "sanya")]


@pytest.mark.parametrize(
    "values",
    ["1, 21, 't', 'v', 'e', 1, 2", "1, 1, 't', '', 'e', 1, 2", "1, 1, 't', 'v', 'e', 2, 2"],
)
async def test_the_database_refuses_a_twenty_first_fact_no_value_and_no_end(
    book: Book, values: str
) -> None:
    with pytest.raises(StoreError):
        await execute(book.store, f"INSERT INTO memory_fact VALUES ({values})")
