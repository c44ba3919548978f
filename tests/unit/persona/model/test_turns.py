"""The lanes of turns, on both databases: budgets, one at a time, repeats, attacks, records."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.persona.model.budget import (
    MUTE,
    Granted,
    MutedUntil,
    Replayed,
    Spent,
    Strike,
    Struck,
    TurnRequest,
    UnderWay,
)
from bot.persona.model.lane import (
    TurnEnd,
    apply_ends,
    apply_purges,
    apply_requests,
    apply_strikes,
)
from bot.store.connection import Connection
from bot.store.sql import Dialect
from tests.unit.persona.model.support import NOW, TODAY, limits
from tests.unit.rewards.support import new_books, run


@pytest.fixture
def books(engine: Dialect) -> Iterator[Connection]:
    """An empty database with members 1 to 600."""
    del engine
    with closing(new_books()) as connection:
        yield connection


def wish(key: str, member: int = 1, **more: Any) -> TurnRequest:
    """A wish to ask, each in a conversation of its own unless told."""
    usual = TurnRequest(
        key=EventKey(key),
        member_id=MemberId(member),
        group_key=GroupKey("vip"),
        conversation=f"room-{key}",
        on_date=TODAY,
        at=NOW,
        lease_until=NOW + timedelta(seconds=18),
        tokens=1000,
        limits=limits(),
    )
    return replace(usual, **more)


def end(key: str, state: str = "said", spare: int = 0, reply: str = "好的。") -> TurnEnd:
    return TurnEnd(EventKey(key), state, spare, "m-1", state, reply, 900)


def strike(key: str, member: int = 1, **more: Any) -> Strike:
    usual = Strike(
        key=EventKey(key),
        member_id=MemberId(member),
        group_key=GroupKey("vip"),
        conversation="room",
        on_date=TODAY,
        at=NOW,
        most=3,
        kinds="reveal",
    )
    return replace(usual, **more)


def tokens(books: Connection) -> int:
    return int(books.execute("SELECT coalesce(sum(tokens), 0) FROM model_turn").fetchone()[0])


def test_a_member_has_so_many_turns_a_day(books: Connection) -> None:
    few = limits(member_turns_a_day=2)
    wishes = [wish(f"q{number}", limits=few) for number in range(3)]
    assert run(books, apply_requests, *wishes) == [Granted(False), Granted(False), Spent("member")]
    tomorrow = wish("q9", limits=few, on_date=TODAY + timedelta(days=1))
    assert run(books, apply_requests, wish("q8", limits=few), tomorrow) == [
        Spent("member"),
        Granted(False),
    ]


def test_a_group_has_so_many_turns_a_day_over_all_its_members(books: Connection) -> None:
    few = limits(group_turns_a_day=2)
    first, second, third = (wish(f"q{number}", number, limits=few) for number in (1, 2, 3))
    assert run(books, apply_requests, first, second) == [Granted(False), Granted(False)]
    assert run(books, apply_requests, third) == [Spent("group")]
    elsewhere = replace(third, group_key=GroupKey("other"))
    assert run(books, apply_requests, elsewhere) == [Granted(False)]


def test_the_house_has_so_many_tokens_a_day_and_counts_what_was_really_taken(
    books: Connection,
) -> None:
    few = limits(tokens_a_day=2500)
    first, second, third = (wish(f"q{number}", limits=few) for number in (1, 2, 3))
    assert run(books, apply_requests, first, second, third) == [
        Granted(False),
        Granted(False),
        Spent("house"),
    ]
    run(books, apply_ends, end("q1", spare=800))
    assert tokens(books) == 1200
    assert run(books, apply_requests, third) == [Granted(False)]


def test_the_same_event_is_given_the_end_that_it_had_and_counts_once(books: Connection) -> None:
    few = limits(member_turns_a_day=1)
    assert run(books, apply_requests, wish("q1", limits=few)) == [Granted(False)]
    run(books, apply_ends, end("q1"))
    (again,) = run(books, apply_requests, wish("q1", limits=few))
    assert isinstance(again, Replayed)
    assert (again.turn.state, again.turn.reply) == ("said", "好的。")


def test_a_turn_that_was_cut_short_goes_on_and_counts_once(books: Connection) -> None:
    few = limits(member_turns_a_day=1)
    run(books, apply_requests, wish("q1", limits=few))
    assert run(books, apply_requests, wish("q1", limits=few)) == [Granted(True)]
    run(books, apply_ends, end("q1", spare=900))
    row = books.execute("SELECT calls, tokens FROM model_turn").fetchone()
    assert tuple(row) == (2, 1100)


def test_a_conversation_has_one_question_under_way(books: Connection) -> None:
    first, second = (wish(key, conversation="room") for key in ("q1", "q2"))
    other = wish("q3", conversation="other")
    assert run(books, apply_requests, first, second, other) == [
        Granted(False),
        UnderWay(),
        Granted(False),
    ]
    assert run(books, apply_requests, second) == [UnderWay()]
    run(books, apply_ends, end("q1"))
    assert run(books, apply_requests, second) == [Granted(False)]


def test_nobody_waits_for_ever_for_a_question_that_died(books: Connection) -> None:
    first = wish("q1", conversation="room")
    run(books, apply_requests, first)
    later = wish("q2", conversation="room", at=first.lease_until)
    assert run(books, apply_requests, later) == [Granted(False)]


def test_an_end_that_comes_twice_changes_nothing(books: Connection) -> None:
    run(books, apply_requests, wish("q1"))
    run(books, apply_ends, end("q1", spare=400))
    run(books, apply_ends, end("q1", "dropped", spare=400, reply="别的"))
    row = books.execute("SELECT state, reply, tokens FROM model_turn").fetchone()
    assert tuple(row) == ("said", "好的。", 600)


def test_the_third_attack_of_a_day_mutes_for_a_day(books: Connection) -> None:
    attacks = [strike(f"a{number}") for number in (1, 2, 3)]
    until = NOW + MUTE
    assert run(books, apply_strikes, *attacks) == [Struck(None), Struck(None), Struck(until)]
    assert run(books, apply_requests, wish("q1"), wish("q2", 2)) == [
        MutedUntil(until),
        Granted(False),
    ]
    later = wish("q3", at=until, on_date=TODAY + timedelta(days=1))
    assert run(books, apply_requests, later) == [Granted(False)]


def test_an_attack_that_comes_twice_is_counted_once_and_told_alike(books: Connection) -> None:
    for _ in range(4):
        assert run(books, apply_strikes, strike("a1")) == [Struck(None)]
    run(books, apply_strikes, strike("a2"))
    first = run(books, apply_strikes, strike("a3"))
    assert run(books, apply_strikes, strike("a3")) == first == [Struck(NOW + MUTE)]


def test_who_is_muted_is_told_of_once(books: Connection) -> None:
    run(books, apply_strikes, *(strike(f"a{number}") for number in (1, 2, 3)))
    assert run(books, apply_strikes, strike("a4", at=NOW + timedelta(hours=1))) == [Struck(None)]


def test_attacks_of_another_day_or_person_do_not_add_up(books: Connection) -> None:
    run(books, apply_strikes, strike("a1"), strike("a2"))
    other_day = strike("a3", on_date=TODAY + timedelta(days=1))
    assert run(books, apply_strikes, other_day, strike("a4", 2)) == [Struck(None), Struck(None)]


def test_attacks_are_no_turns(books: Connection) -> None:
    run(books, apply_strikes, strike("a1"))
    few = limits(member_turns_a_day=1, group_turns_a_day=1)
    assert run(books, apply_requests, wish("q1", limits=few)) == [Granted(False)]


def test_old_records_are_deleted_and_younger_ones_stay(books: Connection) -> None:
    hour = timedelta(hours=1)
    run(books, apply_requests, wish("old"), wish("young", at=NOW + hour))
    run(books, apply_strikes, *(strike(f"a{number}", 2) for number in (1, 2, 3)))
    assert run(books, apply_purges, NOW) == [4]
    keys = [row[0] for row in books.execute("SELECT event_key FROM model_turn").fetchall()]
    assert keys == ["young"]
    assert books.execute("SELECT count(*) FROM model_mute").fetchone()[0] == 1
    run(books, apply_purges, NOW + MUTE)
    assert books.execute("SELECT count(*) FROM model_mute").fetchone()[0] == 0
