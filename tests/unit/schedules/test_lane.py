"""Writing what became of slots: on the newest history and wishes only, and all or nothing."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.ids import GroupKey
from bot.core.messages import Outgoing, Target, TargetKind, Text
from bot.schedules.agenda import slots_between
from bot.schedules.decide import Decision, decide
from bot.schedules.edits import NOTHING_SETTLED, Edit, edits_of
from bot.schedules.lane import Progress, write_progress
from bot.schedules.records import read_history_from
from bot.store.connection import Connection
from bot.store.sql import Dialect
from tests.support.stores import memory_database

from .support import EVENING, GROUP, START, at, calendar, settings, situation, slot

SETTINGS = settings(calendar([slot("20:00")]))
FIRST, SECOND = slots_between(SETTINGS, GROUP, START, at("2026-11-26 23:00"))


@pytest.fixture
def connection(engine: Dialect) -> Connection:
    del engine
    return memory_database()


def decided(number: int = 0) -> Decision:
    one = (FIRST, SECOND)[number]
    return decide(situation(SETTINGS), one, one.due_at)


def progress(*decisions: Decision, sequence: int = 0, **parts: Any) -> Progress:
    parts = {"seen": {one.slot.key: 0 for one in decisions}, **parts}
    return Progress(GroupKey(GROUP), sequence, EVENING, decisions, **parts)


def message(key: str) -> Outgoing:
    return Outgoing(key, "posts", Target(TargetKind.GROUP, GROUP), Text("words"))  # type: ignore[arg-type]


def count(connection: Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def settle(connection: Connection, edit: Edit) -> None:
    (written,) = write_progress(
        connection,
        [progress(settled=((FIRST.due_at, edit),), seen={edit.key: edit.version - 1})],
    )
    assert written


def test_decisions_are_numbered_and_read_back_as_the_history(connection: Connection) -> None:
    assert write_progress(connection, [progress(decided(), decided(1))]) == [True]
    history = read_history_from(connection, GroupKey(GROUP))
    assert (history.sequence, history.since) == (2, SECOND.due_at)
    assert [post.at for post in history.posts] == [FIRST.due_at, SECOND.due_at]


def test_what_was_decided_on_an_older_history_is_refused_whole(connection: Connection) -> None:
    write_progress(connection, [progress(decided())])
    stale = progress(decided(1), outgoings=(message("stale"),))
    fresh = replace(stale, sequence=1, outgoings=(message("fresh"),))
    assert write_progress(connection, [stale, fresh]) == [False, True]
    keys = [row["key"] for row in connection.execute("SELECT key FROM outbox")]
    assert keys == ["fresh"]


def test_of_two_in_one_batch_the_second_is_refused(connection: Connection) -> None:
    verdicts = write_progress(connection, [progress(decided()), progress(decided())])
    assert verdicts == [True, False]
    assert count(connection, "slot") == 1


@pytest.mark.parametrize(("seen", "written"), [(0, False), (1, False), (2, True), (3, False)])
def test_only_a_decision_on_the_newest_version_of_a_wish_is_written(
    connection: Connection, seen: int, written: bool
) -> None:
    edit = Edit(FIRST.key, 1, is_skipped=True, edited_by="owner-1", edited_at=START)
    settle(connection, edit)
    settle(connection, replace(edit, version=2))
    assert write_progress(connection, [progress(decided(), seen={FIRST.key: seen})]) == [written]
    assert count(connection, "slot_plan") == (0 if written else 1)


def test_a_wish_that_nobody_has_seen_is_not_overwritten_by_a_lock(connection: Connection) -> None:
    settle(connection, Edit(FIRST.key, 1, item="a", edited_by="owner-1", edited_at=START))
    locked = replace(NOTHING_SETTLED, key=FIRST.key, version=1)
    stale = progress(settled=((FIRST.due_at, locked),), seen={FIRST.key: 0})
    assert write_progress(connection, [stale]) == [False]
    (kept,) = edits_of(connection.execute("SELECT * FROM slot_plan").fetchall()).values()
    assert kept.item == "a"


def test_a_locked_post_is_read_back_as_it_was(connection: Connection) -> None:
    choice = decided().chosen
    settle(connection, Edit(FIRST.key, 1, locked=choice, locked_at=START))
    (kept,) = edits_of(connection.execute("SELECT * FROM slot_plan").fetchall()).values()
    assert kept.locked == choice
    assert kept.locked_at == START
