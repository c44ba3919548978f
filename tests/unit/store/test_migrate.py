"""Steps from an empty database to today's schema: once each, in order, all or none."""

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.errors import StoreError
from bot.store.db import connect_sqlite
from bot.store.migrate import Step, migrate, read_steps, statements


def step(number: int, sql: str, name: str = "some") -> Step:
    return Step(number, name, sql, hashlib.sha256(sql.encode()).hexdigest())


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = connect_sqlite(tmp_path / "test.db")
    yield opened
    opened.close()


def schema(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name")
    return [tuple(row) for row in rows]


def applied(connection: sqlite3.Connection) -> list[int]:
    return [row["number"] for row in connection.execute("SELECT number FROM schema_step")]


def test_a_schema_upgraded_step_by_step_equals_a_fresh_one(
    tmp_path: Path, connection: sqlite3.Connection
) -> None:
    steps = read_steps()
    for count in range(1, len(steps) + 1):
        migrate(connection, steps[:count])
        assert len(applied(connection)) == count

    fresh = connect_sqlite(tmp_path / "fresh.db")
    migrate(fresh)
    assert schema(connection) == schema(fresh)
    assert len(schema(fresh)) > 20
    fresh.close()


def test_the_steps_of_the_program_are_numbered_from_one_without_gaps() -> None:
    assert [item.number for item in read_steps()] == list(range(1, len(read_steps()) + 1))


def test_migrating_again_changes_nothing(connection: sqlite3.Connection) -> None:
    migrate(connection)
    before = schema(connection), applied(connection)

    migrate(connection)

    assert (schema(connection), applied(connection)) == before


def test_a_step_is_applied_only_once(connection: sqlite3.Connection) -> None:
    first = step(1, "CREATE TABLE a (x); INSERT INTO a VALUES (1);".replace("; ", ";\n"))
    migrate(connection, [first])
    migrate(connection, [first, step(2, "INSERT INTO a VALUES (2);")])

    assert [row["x"] for row in connection.execute("SELECT x FROM a")] == [1, 2]


def test_an_edited_step_is_refused_and_later_steps_are_not_applied(
    connection: sqlite3.Connection,
) -> None:
    migrate(connection, [step(1, "CREATE TABLE a (x);")])

    edited = [step(1, "CREATE TABLE a (x, y);"), step(2, "CREATE TABLE b (x);")]
    with pytest.raises(StoreError, match=r"step 1 .* was edited"):
        migrate(connection, edited)

    assert applied(connection) == [1]
    assert "b" not in {row[1] for row in schema(connection)}


def test_a_pending_step_before_an_edited_one_is_taken_back(connection: sqlite3.Connection) -> None:
    migrate(connection, [step(2, "CREATE TABLE a (x);")])

    with pytest.raises(StoreError, match="was edited"):
        migrate(connection, [step(1, "CREATE TABLE b (x);"), step(2, "CREATE TABLE a (y);")])

    assert applied(connection) == [2]
    assert "b" not in {row[1] for row in schema(connection)}


def test_a_database_of_a_newer_version_is_refused(connection: sqlite3.Connection) -> None:
    migrate(connection, [step(1, "CREATE TABLE a (x);"), step(7, "CREATE TABLE b (x);")])

    with pytest.raises(StoreError, match=r"schema step 7.*newer version"):
        migrate(connection, [step(1, "CREATE TABLE a (x);")])


def test_a_step_that_fails_half_way_takes_back_every_step_of_the_upgrade(
    connection: sqlite3.Connection,
) -> None:
    migrate(connection, [step(1, "CREATE TABLE a (x);")])
    before = schema(connection)
    steps = [
        step(1, "CREATE TABLE a (x);"),
        step(2, "CREATE TABLE b (x);"),
        step(3, "CREATE TABLE c (x);\nINSERT INTO nowhere VALUES (1);"),
    ]

    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(connection, steps)

    assert schema(connection) == before
    assert applied(connection) == [1]
    assert not connection.in_transaction


def test_steps_are_read_in_order_with_the_hash_of_their_text(tmp_path: Path) -> None:
    (tmp_path / "0002_second.sql").write_text("SELECT 2;", encoding="utf-8")
    (tmp_path / "0001_first_of_all.sql").write_text("SELECT 1;", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a step", encoding="utf-8")

    first, second = read_steps(tmp_path)

    assert (first.number, first.name, first.sql) == (1, "first_of_all", "SELECT 1;")
    assert second.number == 2
    assert first.digest == hashlib.sha256(b"SELECT 1;").hexdigest()


def test_a_script_is_split_into_statements_and_a_trigger_stays_whole() -> None:
    script = (
        "-- a comment; with a semicolon\n"
        "CREATE TABLE a (\n    x TEXT DEFAULT ';'\n);\n\n"
        "CREATE TRIGGER t BEFORE UPDATE ON a\n"
        "BEGIN\n    SELECT 1;\n    SELECT 2;\nEND;\n"
        "CREATE INDEX i ON a (x);\n"
    )

    table, trigger, index = statements(script)

    assert table.endswith("DEFAULT ';'\n);")
    assert trigger.startswith("CREATE TRIGGER")
    assert trigger.endswith("SELECT 2;\nEND;")
    assert index == "CREATE INDEX i ON a (x);"


def test_a_statement_without_its_semicolon_is_refused() -> None:
    with pytest.raises(StoreError, match="without its semicolon: CREATE TABLE b"):
        statements("CREATE TABLE a (x);\nCREATE TABLE b (x)")


def test_the_books_cannot_be_rewritten_in_a_migrated_database(
    connection: sqlite3.Connection,
) -> None:
    migrate(connection)
    connection.execute(
        "INSERT INTO account (currency, kind, holder) VALUES ('points', 'member', 1)"
    )
    connection.execute(
        "INSERT INTO account (currency, kind, holder) VALUES ('points', 'issuance', '')"
    )
    connection.execute(
        "INSERT INTO transfer (key, input_hash, debit_account_id, credit_account_id, amount,"
        " reason, reference, actor, at) VALUES ('k', 'h', 2, 1, 5, 'checkin', 'r', 'a', 0)"
    )
    for attempt in ("UPDATE transfer SET amount = 6", "DELETE FROM transfer"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(attempt)
