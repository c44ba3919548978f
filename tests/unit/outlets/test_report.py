"""What became of Moments: private chats within a day, counted for the latest one, with their n."""

from datetime import timedelta

import pytest

from bot.cli.outlets import report_lines
from bot.outlets.report import by_pillar, read_responses
from bot.store.connection import Connection
from bot.store.fields import to_micros
from bot.store.sql import Dialect
from tests.support.brand import brand
from tests.support.stores import memory_database

from .support import DAY, HOUR, MINUTE, NOON

LATER = NOON + 10 * DAY


@pytest.fixture
def books(engine: Dialect) -> Connection:
    del engine
    return memory_database()


def show(books: Connection, number: int, after: timedelta, pillar: str = "user") -> None:
    """A draft that was given out as copy so long after noon."""
    at = to_micros(NOON + after)
    books.execute(
        "INSERT INTO moment (key, sequence, due_at, on_date, state, item, title, pillar, sells,"
        " company, text, pictures, employees, reason, decided_at, shown_at)"
        " VALUES (?, ?, ?, '2026-11-24', 'copied', ?, ?, ?, 0, 0, 'x', '[]', '[]', '', ?, ?)",
        (f"m{number}", number, at, f"i{number}", f"t{number}", pillar, at, at),
    )


def talk(books: Connection, member: int, after: timedelta, *, group: str = "") -> None:
    """A member writes so long after noon: in private, or in a group."""
    known = books.execute("SELECT count(*) FROM member WHERE id = ?", (member,)).fetchone()[0]
    if not known:
        books.execute(
            "INSERT INTO member (id, name, created_at) VALUES (?, ?, 0)", (member, f"m{member}")
        )
    at = to_micros(NOON + after)
    books.execute(
        "INSERT INTO interaction (member_id, group_key, act, at, event_key) VALUES (?, ?, ?, ?, ?)",
        (member, group, "message", at, f"e{member}/{at}"),
    )


def chats(books: Connection) -> dict[str, int]:
    found = read_responses(books, NOON - DAY, LATER)
    return {one.key: one.chats for one in found}


def test_people_are_counted_once_within_a_day(books: Connection) -> None:
    show(books, 1, timedelta())
    for minutes in (0, 5, 24 * 60 - 1):
        talk(books, 1, minutes * MINUTE)
    talk(books, 2, 23 * HOUR)
    talk(books, 3, -MINUTE)
    talk(books, 4, DAY)
    talk(books, 5, HOUR, group="hejian")
    assert chats(books) == {"m1": 2}


def test_who_writes_after_two_is_counted_for_the_latest(books: Connection) -> None:
    show(books, 1, timedelta())
    show(books, 2, 8 * HOUR)
    talk(books, 1, HOUR)
    talk(books, 2, 9 * HOUR)
    assert chats(books) == {"m1": 1, "m2": 1}


def test_people_of_the_house_do_not_count(books: Connection) -> None:
    show(books, 1, timedelta())
    talk(books, 1, HOUR)
    books.execute("INSERT INTO appointment (group_key, member_id, role) VALUES ('', 1, 'operator')")
    assert chats(books) == {"m1": 0}


def test_a_moment_that_is_no_day_old_is_not_judged_yet(books: Connection) -> None:
    show(books, 1, 9 * DAY)
    show(books, 2, 9 * DAY + MINUTE)
    assert chats(books) == {"m1": 0}


def test_pillars_are_told_with_their_number_and_few_are_no_fact(books: Connection) -> None:
    show(books, 1, timedelta())
    show(books, 2, DAY)
    show(books, 3, 2 * DAY, "brand")
    for member in (1, 2, 3):
        talk(books, member, HOUR)
    found = read_responses(books, NOON - DAY, LATER)
    assert [(one.pillar, one.n, one.chats) for one in by_pillar(found)] == [
        ("brand", 1, 0),
        ("product", 0, 0),
        ("industry", 0, 0),
        ("user", 2, 3),
    ]
    lines = list(report_lines(found, brand()))
    assert "  user: 1.5 chats a moment (n = 2)" in lines
    assert "  product: none yet" in lines
    assert lines[-1] == "Fewer than 30 moments: a hint, and no fact."


def test_enough_moments_need_no_warning(books: Connection) -> None:
    for number in range(30):
        show(books, number + 1, number * HOUR)
    lines = list(report_lines(read_responses(books, NOON - DAY, LATER), brand()))
    assert "hint" not in lines[-1]


def test_the_report_needs_no_rows(books: Connection) -> None:
    assert read_responses(books, NOON, LATER) == []
