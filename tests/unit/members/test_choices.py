"""Choices: in force from the word that makes them, and every change kept as it was said."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from bot.core.ids import ChannelKey, EventKey, MemberId, UserId
from bot.members.choices import MOMENT, Choices, Decided, Decision, apply_decisions
from bot.members.lane import Sighting, record_hits, sight
from bot.members.people import Choice, PersonRef, Role, Standing, TagHit
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.sql import Dialect
from tests.support.events import GROUP, NOW, REALM, SECOND
from tests.support.stores import execute, in_transaction, memory_database

HERS = MemberId(1)
NOTHING: frozenset[Choice] = frozenset()


@pytest.fixture
def database(engine: Dialect) -> Iterator[Connection]:
    del engine
    connection = memory_database()
    see(connection)
    yield connection
    connection.close()


def see(database: Connection) -> Standing:
    """How 小鹿, the first member, stands."""
    sighting = Sighting(PersonRef(REALM, UserId("xiaolu")), GROUP, present=True, at=NOW)
    return in_transaction(database, lambda: sight(database, [sighting]))[0]


def decision(
    choice: Choice, key: str = "word/1", *, holds: bool = True, said: str = "退订"
) -> Decision:
    return Decision(
        member_id=HERS,
        choice=choice,
        in_force=holds,
        at=NOW,
        channel=ChannelKey("robot"),
        said=said,
        told="好",
        key=EventKey(key),
    )


def decide(database: Connection, *decisions: Decision) -> list[Decided]:
    return in_transaction(database, lambda: apply_decisions(database, decisions))


def hit(key: str) -> TagHit:
    return TagHit(
        member_id=HERS,
        tag="dry_skin",
        rule="dry_skin/message/1",
        event_key=EventKey(key),
        at=NOW,
        times=1,
        within_days=14,
        for_days=90,
        confidence=0.7,
        evidence="干皮",
        exclusive=(),
    )


def tags(database: Connection) -> int:
    return int(database.execute("SELECT count(*) FROM member_tag").fetchone()[0])


def give_tag(database: Connection, key: str) -> None:
    in_transaction(database, lambda: record_hits(database, [hit(key)]))


@pytest.mark.parametrize("choice", Choice)
def test_a_choice_is_seen_with_the_next_word_of_its_member(
    database: Connection, choice: Choice
) -> None:
    assert see(database).choices == NOTHING

    assert decide(database, decision(choice)) == [Decided(frozenset({choice}), changed=True)]

    assert see(database).choices == {choice}


def test_choices_hold_side_by_side_and_each_is_taken_back_alone(database: Connection) -> None:
    decide(database, decision(Choice.UNSUBSCRIBED, "1"), decision(Choice.STEPPED_OUT, "2"))
    assert see(database).choices == {Choice.UNSUBSCRIBED, Choice.STEPPED_OUT}

    decide(database, decision(Choice.STEPPED_OUT, "3", holds=False))

    assert see(database).choices == {Choice.UNSUBSCRIBED}


def test_of_several_words_at_once_the_last_one_holds(database: Connection) -> None:
    answers = decide(
        database,
        decision(Choice.STEPPED_OUT, "1"),
        decision(Choice.STEPPED_OUT, "2", holds=False),
        decision(Choice.STEPPED_OUT, "3"),
    )

    assert [answer.changed for answer in answers] == [True, True, True]
    assert see(database).choices == {Choice.STEPPED_OUT}


def test_what_holds_already_changes_nothing_and_is_not_kept_again(database: Connection) -> None:
    decide(database, decision(Choice.UNSUBSCRIBED, "1"))

    assert decide(database, decision(Choice.UNSUBSCRIBED, "2")) == [
        Decided(frozenset({Choice.UNSUBSCRIBED}), changed=False)
    ]
    assert database.execute("SELECT count(*) FROM member_choice").fetchone()[0] == 1


def test_the_same_event_again_gets_the_answer_that_it_got(database: Connection) -> None:
    first = decide(database, decision(Choice.IMPERSONAL))

    assert decide(database, decision(Choice.IMPERSONAL)) == first
    assert database.execute("SELECT count(*) FROM member_choice").fetchone()[0] == 1


def test_who_wants_nothing_personal_loses_his_tags_and_gets_no_new_ones(
    database: Connection,
) -> None:
    give_tag(database, "talk/1")
    assert tags(database) == 1

    decide(database, decision(Choice.IMPERSONAL))
    assert tags(database) == 0
    give_tag(database, "talk/2")
    assert tags(database) == 0

    decide(database, decision(Choice.IMPERSONAL, "word/2", holds=False))
    give_tag(database, "talk/3")
    assert tags(database) == 1


def test_who_only_unsubscribes_keeps_his_tags(database: Connection) -> None:
    give_tag(database, "talk/1")
    decide(database, decision(Choice.UNSUBSCRIBED))
    assert tags(database) == 1


@pytest.mark.parametrize(
    ("choices", "wants"),
    [
        (NOTHING, True),
        ({Choice.IMPERSONAL}, True),
        ({Choice.UNSUBSCRIBED}, False),
        ({Choice.STEPPED_OUT}, False),
    ],
)
async def test_promotions_are_for_those_who_want_them(
    store: Store, choices: set[Choice], wants: bool
) -> None:
    await execute(store, "INSERT INTO member (id, created_at) VALUES (1, 0)")
    lane = Choices(store)
    for number, choice in enumerate(choices):
        await lane.decide(decision(choice, f"word/{number}"))

    assert await lane.read(HERS) == choices
    assert await lane.wants_promotion(HERS) is wants


async def test_every_change_is_kept_with_its_words(store: Store) -> None:
    await execute(store, "INSERT INTO member (id, created_at) VALUES (1, 0)")
    choices = Choices(store)
    await choices.decide(decision(Choice.UNSUBSCRIBED, "1", said="别发了"))
    await choices.decide(decision(Choice.UNSUBSCRIBED, "2", holds=False, said="订阅"))

    kept = await choices.read_changes(HERS)

    assert [(change.choice, change.in_force, change.said) for change in kept] == [
        (Choice.UNSUBSCRIBED, True, "别发了"),
        (Choice.UNSUBSCRIBED, False, "订阅"),
    ]


async def test_a_standing_that_was_read_before_the_decision_is_brought_up_to_date(
    store: Store,
) -> None:
    await execute(store, "INSERT INTO member (id, created_at) VALUES (1, 0)")
    choices = Choices(store)
    old = Standing(
        member_id=HERS,
        user_id=UserId("xiaolu"),
        name="小鹿",
        named=True,
        role=Role.MEMBER,
        blocked=False,
        group_key=GROUP,
        in_group=True,
        joined_at=None,
    )
    await choices.decide(decision(Choice.STEPPED_OUT))

    assert choices.up_to_date(old, NOW + SECOND).choices == {Choice.STEPPED_OUT}
    later = NOW + MOMENT + timedelta(seconds=1)
    assert choices.up_to_date(old, later) == old, "by then others may have written"


def test_what_was_chosen_is_neither_changed_nor_deleted(database: Connection) -> None:
    decide(database, decision(Choice.UNSUBSCRIBED))
    for statement in ("UPDATE member_choice SET said = ''", "DELETE FROM member_choice"):
        with pytest.raises(Exception, match="kept"):
            in_transaction(database, partial(database.execute, statement))
