"""Seeing people: one member for each person, and whoever speaks is there."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest

from bot.core.ids import GroupKey, MemberId, UserId
from bot.members.lane import Sighting, identify, sight
from bot.members.people import PersonRef, Role, Standing
from bot.members.roster import Move, MoveKind, apply_moves
from bot.store.connection import Connection
from bot.store.fields import to_micros
from bot.store.sql import Dialect
from tests.support.events import GROUP, HOUR, NOW, REALM, SECOND
from tests.support.stores import in_transaction, memory_database


@pytest.fixture
def database(engine: Dialect) -> Iterator[Connection]:
    del engine
    connection = memory_database()
    yield connection
    connection.close()


def person(user: str) -> PersonRef:
    return PersonRef(REALM, UserId(user))


def sighting(
    user: str = "xiaolu",
    *,
    group: str | None = GROUP,
    present: bool = True,
    at: datetime = NOW,
) -> Sighting:
    key = None if group is None else GroupKey(group)
    return Sighting(person(user), key, present, at)


def see(database: Connection, *sightings: Sighting) -> list[Standing]:
    return in_transaction(database, lambda: sight(database, sightings))


def sync(database: Connection, group: str = GROUP) -> None:
    database.execute("INSERT INTO community_group (key, synced_at) VALUES (?, 1)", (group,))


def move(database: Connection, kind: MoveKind, at: datetime = NOW) -> None:
    moves = [Move(kind, person("xiaolu"), GROUP, at)]
    in_transaction(database, lambda: apply_moves(database, moves))


def count(database: Connection, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_the_first_sight_of_somebody_makes_a_member_and_the_second_finds_him(
    database: Connection,
) -> None:
    (first,) = see(database, sighting())
    (again,) = see(database, sighting(at=NOW + HOUR))

    assert first.member_id == again.member_id
    assert count(database, "member") == count(database, "identity") == 1
    created = database.execute("SELECT created_at FROM member").fetchone()[0]
    assert created == to_micros(NOW)


def test_the_same_new_person_twice_in_one_batch_is_one_member_with_one_stay(
    database: Connection,
) -> None:
    sync(database)
    standings = see(
        database,
        sighting(at=NOW),
        sighting("momo"),
        sighting(at=NOW + SECOND),
        sighting(group=None),
    )

    assert [standing.user_id for standing in standings] == ["xiaolu", "momo", "xiaolu", "xiaolu"]
    assert standings[0].member_id == standings[2].member_id == standings[3].member_id
    assert count(database, "member") == 2
    assert count(database, "membership") == 2
    assert standings[2].joined_at == NOW, "the earlier of the two counts"


def test_the_same_user_id_in_two_companies_is_two_people(database: Connection) -> None:
    other = PersonRef("another company", UserId("xiaolu"))
    here, there = see(database, sighting(), Sighting(other, GROUP, present=True, at=NOW))

    assert here.member_id != there.member_id


def test_whoever_speaks_in_a_group_is_in_it(database: Connection) -> None:
    sync(database)
    (standing,) = see(database, sighting())

    assert standing.in_group
    assert standing.joined_at == NOW


def test_in_a_group_whose_list_was_never_read_a_speakers_joining_is_not_known(
    database: Connection,
) -> None:
    (standing,) = see(database, sighting())

    assert standing.in_group
    assert standing.joined_at is None


def test_an_event_that_proves_nothing_begins_no_stay(database: Connection) -> None:
    sync(database)
    absent, private = see(database, sighting(present=False), sighting("momo", group=None))

    assert not absent.in_group
    assert not private.in_group
    assert count(database, "membership") == 0


def test_speaking_again_begins_no_second_stay(database: Connection) -> None:
    sync(database)
    move(database, MoveKind.JOINED)
    (standing,) = see(database, sighting(at=NOW + HOUR))

    assert standing.joined_at == NOW
    assert count(database, "membership") == 1


def test_who_left_and_speaks_again_has_begun_a_new_stay(database: Connection) -> None:
    sync(database)
    move(database, MoveKind.JOINED)
    move(database, MoveKind.LEFT, NOW + HOUR)
    (standing,) = see(database, sighting(at=NOW + 2 * HOUR))

    assert standing.in_group
    assert standing.joined_at == NOW + 2 * HOUR
    assert count(database, "membership") == 2


def test_a_standing_tells_name_role_and_block_as_they_are_stored(
    database: Connection,
) -> None:
    (before,) = see(database, sighting())
    assert (before.name, before.named) == ("xiaolu", False)
    assert (before.role, before.blocked) == (Role.MEMBER, False)
    database.execute("UPDATE member SET name = '小鹿', blocked_at = 1")
    database.execute("INSERT INTO appointment VALUES (?, ?, 'owner')", (GROUP, before.member_id))

    (after,) = see(database, sighting())
    (private,) = see(database, sighting(group=None))
    (elsewhere,) = see(database, sighting(group="lake", present=False))

    assert (after.name, after.named) == ("小鹿", True)
    assert (after.role, after.blocked) == (Role.OWNER, True)
    assert (private.role, private.group_key) == (Role.OWNER, GROUP)
    assert elsewhere.role is Role.MEMBER


def test_in_private_a_person_stands_as_in_the_first_group_he_is_in(
    database: Connection,
) -> None:
    sync(database)
    see(database, sighting())
    see(database, sighting(group="lake"), sighting("momo", group="lake"))
    private, other, stranger = see(
        database,
        sighting(group=None),
        sighting("momo", group=None),
        sighting("nobody", group=None),
    )

    assert (private.group_key, private.in_group, private.joined_at) == (GROUP, True, NOW)
    assert (other.group_key, other.joined_at) == ("lake", None)
    assert (stranger.group_key, stranger.in_group) == (None, False)


def test_standings_come_in_the_order_of_the_sightings(database: Connection) -> None:
    users = ["momo", "xiaolu", "aqing", "momo", "dingding"]
    standings = see(database, *[sighting(user) for user in users])

    assert [standing.user_id for standing in standings] == users


def test_identifying_nobody_or_people_with_odd_ids_works(database: Connection) -> None:
    odd: Sequence[str] = ('a"b', "a'b", "[1]", "小鹿", "1")
    assert identify(database, []) == {}

    people = [(person(user), NOW) for user in odd]
    ids = in_transaction(database, lambda: identify(database, people))
    again = in_transaction(database, lambda: identify(database, people))

    assert ids == again
    assert sorted(ids.values()) == [MemberId(number) for number in range(1, 6)]
