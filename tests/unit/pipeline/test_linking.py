"""Two members who are one person become one, unless each has something of his own."""

import pytest

from bot.core.ids import MemberId, UserId
from bot.core.ports import Profile
from bot.members.people import PersonRef
from bot.members.roster import Move, MoveKind, Roster
from bot.members.ties import TieKind, TieMove, Ties
from bot.pipeline.linking import _CARRIED, _ONE_STAYS, _POSSESSIONS, Linking
from bot.store.connection import Connection
from bot.store.db import Store
from tests.support.events import GROUP, NOW, REALM
from tests.support.stores import execute, memory_database, read_value

ACCOUNT = "wxaccount"
COMPANY_ID, ACCOUNT_ID = PersonRef(REALM, UserId("wmYUE")), PersonRef(ACCOUNT, UserId("oYUE"))


async def meet(store: Store, person: PersonRef, name: str = "", union_id: str = "u1") -> MemberId:
    roster = Roster(store)
    await roster.learn(person.realm, {person.user_id: Profile(name, union_id)}, NOW)
    member_id = await roster.find(person)
    assert member_id is not None
    return member_id


async def met_twice(store: Store) -> tuple[MemberId, MemberId]:
    """A customer of the company, and the same person as a follower of the account."""
    return await meet(store, COMPANY_ID), await meet(store, ACCOUNT_ID, "月月")


async def is_one(store: Store) -> bool:
    roster = Roster(store)
    return await roster.find(COMPANY_ID) == await roster.find(ACCOUNT_ID)


async def test_who_has_nothing_yet_becomes_the_member_who_was_known_before(store: Store) -> None:
    older, newer = await met_twice(store)
    await Linking(store).link({"u1"})

    assert await Roster(store).find(ACCOUNT_ID) == older
    assert await read_value(store, "SELECT name FROM member WHERE id = ?", older) == "月月"
    assert await read_value(store, "SELECT count(*) FROM member WHERE id = ?", newer) == 0


async def test_the_name_by_which_he_was_known_stays(store: Store) -> None:
    older = await meet(store, COMPANY_ID, "月亮")
    await meet(store, ACCOUNT_ID, "月月")
    await Linking(store).link({"u1"})

    assert await read_value(store, "SELECT name FROM member WHERE id = ?", older) == "月亮"


async def test_what_he_did_and_whose_friend_he_is_go_with_him(store: Store) -> None:
    older, newer = await met_twice(store)
    ties = Ties(store)
    for person, employee in ((COMPANY_ID, "tangyuan"), (ACCOUNT_ID, "")):
        await ties.move(TieMove(TieKind.BEFRIENDED, person, UserId(employee), NOW))
    for statement in (
        f"INSERT INTO interaction VALUES (1, {newer}, '', 'message', 1, 'e1', '')",
        f"INSERT INTO tag_hit VALUES ({newer}, 'dry', 'e1', 1)",
        f"INSERT INTO member_tag VALUES ({newer}, 'dry', 'rule', 0.5, 'x', 1, 2)",
        f"INSERT INTO member_tag VALUES ({newer}, 'mask', 'rule', 0.5, 'x', 1, 2)",
        f"INSERT INTO member_tag VALUES ({older}, 'mask', 'person', 1, 'y', 1, NULL)",
        f"UPDATE member SET blocked_at = 7 WHERE id = {newer}",
    ):
        await execute(store, statement)

    await Linking(store).link({"u1"})

    assert await is_one(store)
    for table in ("tie", "interaction", "tag_hit", "member_tag"):
        assert (
            await read_value(store, f"SELECT count(*) FROM {table} WHERE member_id <> {older}") == 0
        )
    tags = await store.read("SELECT tag, source FROM member_tag ORDER BY tag")
    assert [tuple(row) for row in tags] == [("dry", "rule"), ("mask", "person")]
    assert await read_value(store, "SELECT blocked_at FROM member") == 7
    assert (await ties.read_last(REALM, [UserId("tangyuan")])).keys() == {("wmYUE", "tangyuan")}
    assert (await ties.read_last(ACCOUNT, [UserId("")])).keys() == {("oYUE", "")}


PACKET = (
    "INSERT INTO packet (id, key, group_key, owner_id, kind, on_date, total_points, share_count,"
    " salt, proof, created_at, expires_at, opens_at)"
    " VALUES (1, 'p', 'g', {owner}, 'fixed', '2026-11-22', 1, 1, 's', 'p', 1, 2, 1)"
)
REFERRAL = (
    "INSERT INTO referral VALUES"
    " (1, {he}, {other}, 'g', 'AAAAAA', 'e1', 'pending', '', 1, 1, 1, NULL, NULL, 0, 0, '')"
)
POSSESSIONS = {
    "a stay": ("INSERT INTO membership (group_key, member_id, left_at) VALUES ('g', {he}, 1)",),
    "points": ("INSERT INTO account (currency, kind, holder) VALUES ('points', 'member', '{he}')",),
    "a check-in": (
        (
            "INSERT INTO checkin (member_id, on_date, streak, points, bonus, event_key)"
            " VALUES ({he}, '2026-11-22', 1, 10, 0, 'e1')"
        ),
    ),
    "a packet": (PACKET.format(owner="{he}"),),
    "a share": (
        PACKET.format(owner="{other}"),
        "INSERT INTO packet_share (packet_id, position, amount) VALUES (1, 0, 1)",
        "INSERT INTO packet_claim VALUES (1, {he}, 0, 1, 'e1', 1, '2026-11-22', '')",
    ),
    "a code": ("INSERT INTO invite_code VALUES ({he}, 'AAAAAA', 1)",),
    "an inviter": (REFERRAL,),
    "a role": ("INSERT INTO appointment VALUES ('', {he}, 'operator')",),
    "a proposal": (
        "INSERT INTO proposal VALUES (1, 'e1', {he}, 'g', 'c', '[]', 'open', 1, 2, '')",
    ),
}


@pytest.mark.parametrize("what", POSSESSIONS)
async def test_two_who_both_have_something_stay_two(store: Store, what: str) -> None:
    older, newer = await met_twice(store)
    for statement in POSSESSIONS[what]:
        await execute(store, statement.format(he=newer, other=older))

    await Linking(store).link({"u1"})

    assert not await is_one(store)


async def test_what_the_older_one_has_is_no_obstacle(store: Store) -> None:
    older, _ = await met_twice(store)
    for statement in POSSESSIONS["points"]:
        await execute(store, statement.format(he=older))

    await Linking(store).link({"u1"})

    assert await is_one(store)


async def test_two_ids_of_one_company_stay_two_whatever_it_tells(store: Store) -> None:
    await meet(store, COMPANY_ID)
    await meet(store, PersonRef(REALM, UserId("wmYUE2")))

    await Linking(store).link({"u1"})

    assert await read_value(store, "SELECT count(*) FROM member") == 2


async def test_three_accounts_of_one_person_become_one(store: Store) -> None:
    await met_twice(store)
    third = PersonRef("wxprogram", UserId("pYUE"))
    await meet(store, third)

    await Linking(store).link({"u1"})

    assert await is_one(store)
    assert await Roster(store).find(third) == await Roster(store).find(COMPANY_ID)


async def test_others_and_people_without_a_union_id_are_left_alone(store: Store) -> None:
    await met_twice(store)
    for user in ("a", "b"):
        await meet(store, PersonRef(user, UserId(user)), "x", "")

    await Linking(store).link({"u2", ""})

    assert await read_value(store, "SELECT count(*) FROM member") == 4


async def test_two_who_cannot_be_linked_are_told_of_once(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    _, newer = await met_twice(store)
    move = Move(MoveKind.JOINED, ACCOUNT_ID, GROUP, NOW)
    await Roster(store).move(move)
    linking = Linking(store)

    for _ in range(2):
        await linking.link({"u1"})

    logged = [line for line in capsys.readouterr().out.splitlines() if "same person" in line]
    assert len(logged) == 1
    assert f"newer={newer}" in logged[0]


def test_every_table_that_names_a_member_is_carried_over_or_counts_as_having_something() -> None:
    connection = memory_database()
    naming = {"member_id", "owner_id", "inviter_id", "friend_id"}
    tables = {
        row["name"]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if naming & _columns(connection, row["name"]) or _refers(connection, row["name"])
    }
    connection.close()

    known = {*_CARRIED, *_ONE_STAYS, *(rows.split()[0] for rows in _POSSESSIONS)}
    assert tables - known == set()


def _refers(connection: Connection, table: str) -> bool:
    """Whether a column of it refers to a member, under whatever name."""
    keys = connection.execute(f"PRAGMA foreign_key_list({table})")
    return any(row["table"] == "member" for row in keys)


def _columns(connection: Connection, table: str) -> set[str]:
    return {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}


async def test_what_he_told_of_himself_goes_with_him_unless_he_told_it_before(
    store: Store,
) -> None:
    older, newer = await met_twice(store)
    for member_id, value in ((older, "dry"), (newer, "oily")):
        await execute(
            store,
            "INSERT INTO memory_fact"
            " (member_id, place, type, value, event_key, stated_at, expires_at)"
            f" VALUES ({member_id}, 1, 'skin', '{value}', 'e{member_id}', 0, 1)",
        )
    await Linking(store).link({"u1"})

    assert await is_one(store)
    rows = await store.read("SELECT member_id, value FROM memory_fact")
    assert [(row["member_id"], row["value"]) for row in rows] == [(older, "dry")]
