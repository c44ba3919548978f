"""Stays as reports make them: late, lost, doubled and reordered ones leave what can have been."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from bot.core.ids import UserId
from bot.members.people import PersonRef
from bot.members.roster import Move, MoveKind, apply_moves
from bot.store.connection import Connection
from bot.store.fields import maybe_instant
from bot.store.sql import Dialect
from tests.support.events import DAY, GROUP, HOUR, MINUTE, NOW, REALM, SECOND
from tests.support.stores import in_transaction, memory_database

JOINED, LEFT, FOUND, DATED = MoveKind


@pytest.fixture
def database(engine: Dialect) -> Iterator[Connection]:
    del engine
    connection = memory_database()
    yield connection
    connection.close()


def tell(database: Connection, kind: MoveKind, at: datetime = NOW, source: str = "") -> bool:
    move = Move(kind, PersonRef(REALM, UserId("xiaolu")), GROUP, at, source)
    (moved,) = in_transaction(database, lambda: apply_moves(database, [move]))
    return moved.changed


def stays(database: Connection) -> list[tuple[datetime | None, datetime | None]]:
    rows = database.execute(
        "SELECT joined_at, left_at FROM membership ORDER BY coalesce(joined_at, 0)"
    )
    return [(maybe_instant(row["joined_at"]), maybe_instant(row["left_at"])) for row in rows]


def sources(database: Connection) -> list[str]:
    rows = database.execute("SELECT source FROM membership ORDER BY id")
    return [row["source"] for row in rows]


def test_a_joining_that_is_told_after_the_leaving_brings_nobody_back(
    database: Connection,
) -> None:
    assert not tell(database, LEFT, NOW + HOUR)
    assert not tell(database, JOINED, NOW, "AAAAAA")

    assert stays(database) == [(NOW, NOW + HOUR)]
    assert sources(database) == ["AAAAAA"]


def test_a_joining_told_long_after_two_stays_changes_neither(database: Connection) -> None:
    tell(database, JOINED, NOW)
    tell(database, LEFT, NOW + HOUR)

    assert not tell(database, JOINED, NOW + MINUTE)
    assert stays(database) == [(NOW, NOW + HOUR)]


def test_who_comes_back_in_the_second_in_which_he_left_is_back(
    database: Connection,
) -> None:
    tell(database, JOINED, NOW)
    tell(database, LEFT, NOW + HOUR)

    assert tell(database, JOINED, NOW + HOUR)
    assert stays(database) == [(NOW, NOW + HOUR), (NOW + HOUR, None)]


def test_a_leaving_without_a_known_joining_is_kept_for_he_has_been_there(
    database: Connection,
) -> None:
    assert not tell(database, LEFT, NOW)

    assert stays(database) == [(None, NOW)]


def test_a_leaving_long_after_the_last_one_ends_a_stay_of_which_nobody_told(
    database: Connection,
) -> None:
    tell(database, JOINED, NOW)
    tell(database, LEFT, NOW + HOUR)

    tell(database, LEFT, NOW + DAY)
    tell(database, JOINED, NOW + DAY - HOUR)

    assert stays(database) == [(NOW, NOW + HOUR), (NOW + DAY - HOUR, NOW + DAY)]


def test_a_late_leaving_before_the_present_stay_is_kept_as_an_earlier_stay(
    database: Connection,
) -> None:
    tell(database, JOINED, NOW + DAY)

    assert not tell(database, LEFT, NOW)
    assert stays(database) == [(None, NOW), (NOW + DAY, None)]


def test_one_leaving_told_by_a_callback_and_by_the_list_is_one(
    database: Connection,
) -> None:
    tell(database, JOINED, NOW)
    tell(database, LEFT, NOW + HOUR)

    for again in (NOW + MINUTE, NOW + HOUR, NOW + HOUR + 3 * SECOND):
        assert not tell(database, LEFT, again)
    assert stays(database) == [(NOW, NOW + HOUR)]


def test_the_way_is_kept_when_it_is_told_with_the_very_joining_and_not_with_another(
    database: Connection,
) -> None:
    tell(database, JOINED, NOW)
    tell(database, JOINED, NOW - HOUR, "OLDONE")
    assert sources(database) == [""]

    assert not tell(database, JOINED, NOW, "AAAAAA")
    assert sources(database) == ["AAAAAA"]
    tell(database, JOINED, NOW)
    assert sources(database) == ["AAAAAA"]


def test_the_list_corrects_the_instant_of_joining(database: Connection) -> None:
    tell(database, JOINED, NOW)

    assert tell(database, DATED, NOW - 2 * SECOND)
    assert not tell(database, DATED, NOW - 2 * SECOND)
    assert stays(database) == [(NOW - 2 * SECOND, None)]


def test_a_list_older_than_the_leaving_and_the_return_changes_nothing(
    database: Connection,
) -> None:
    tell(database, JOINED, NOW)
    tell(database, LEFT, NOW + HOUR)
    tell(database, JOINED, NOW + 2 * HOUR)

    assert not tell(database, DATED, NOW)
    assert stays(database) == [(NOW, NOW + HOUR), (NOW + 2 * HOUR, None)]


def test_a_leaving_that_the_list_disproves_is_taken_back(database: Connection) -> None:
    tell(database, JOINED, NOW)
    tell(database, LEFT, NOW + HOUR)

    assert tell(database, DATED, NOW)
    assert stays(database) == [(NOW, None)]


def test_nobody_is_dated_into_a_group(database: Connection) -> None:
    assert not tell(database, DATED, NOW)
    assert stays(database) == []


def test_who_was_found_is_no_newcomer_once_he_is_dated_and_who_joined_stays_one(
    database: Connection,
) -> None:
    tell(database, FOUND)
    tell(database, DATED, NOW - DAY)
    assert database.execute("SELECT welcomed_at FROM membership").fetchone()[0] is not None

    tell(database, LEFT, NOW)
    tell(database, JOINED, NOW + HOUR)
    tell(database, DATED, NOW + HOUR + SECOND)
    row = database.execute("SELECT welcomed_at FROM membership WHERE left_at IS NULL").fetchone()
    assert row[0] is None
