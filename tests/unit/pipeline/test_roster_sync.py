"""Member lists: what callbacks did not tell becomes an event, and nothing else does."""

import pytest

from bot.core.errors import ChatUnreachable, TransportError
from bot.core.events import EventKind
from bot.core.ids import MemberId, UserId
from bot.members.people import PersonRef
from bot.members.reconciliation import LAG, Known
from bot.members.roster import Move, MoveKind, Reading
from bot.pipeline.roster_sync import RETRY
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.customers import (
    EMPLOYEE,
    POND,
    POND_CHAT,
    Pond,
    moved,
    present,
    with_customers,
)
from tests.support.events import DAY, GROUP, HOUR, MINUTE, NOW, REALM, SECOND
from tests.support.stores import read_value


@pytest.fixture
async def pond(store: Store) -> Pond:
    """A customer group whose list was read: its owner and 月月 have been there for long."""
    pond = Pond(store, live=Live(with_customers(brand(), roster_sync_seconds=60)))
    pond.platform.join(EMPLOYEE, NOW - 30 * DAY, name="汤圆")
    pond.platform.join("wmYUE", NOW - 10 * DAY, name="月月", union_id="u1")
    await pond.look()
    return pond


async def inviter(pond: Pond) -> str:
    """月月's code."""
    return await pond.invites.code_of(MemberId(await member_id(pond, "wmYUE")), NOW)


async def member_id(pond: Pond, user: str) -> int:
    query = "SELECT member_id FROM identity WHERE user_id = ?"
    return int(str(await read_value(pond.store, query, user)))


async def referrals(pond: Pond) -> list[tuple[str, str, str]]:
    rows = await pond.store.read("SELECT code, state, reason FROM referral ORDER BY id")
    return [(row["code"], row["state"], row["reason"]) for row in rows]


# ---- the first reading


async def test_those_who_were_there_are_found_with_their_dates_and_nobody_hears_of_it(
    pond: Pond,
) -> None:
    assert await pond.told() == []
    assert await pond.stays() == {
        EMPLOYEE: Known(NOW - 30 * DAY),
        "wmYUE": Known(NOW - 10 * DAY),
    }
    assert await pond.roster.read_newcomers(REALM, POND) == ()


async def test_names_and_union_ids_come_with_the_list(pond: Pond) -> None:
    rows = await pond.store.read("SELECT name, union_id FROM member ORDER BY name")
    assert [tuple(row) for row in rows if row["name"]] == [("月月", "u1"), ("汤圆", "")]
    assert pond.platform.told == [f"chat {POND_CHAT}"]


async def test_what_the_chat_says_of_itself_is_noted(pond: Pond) -> None:
    reading = await pond.roster.read_reading(POND)
    assert (reading.synced_at, reading.name, reading.owner) == (NOW, "池塘", EMPLOYEE)
    assert reading.version == f"v{pond.platform.version}"


async def test_a_source_at_the_first_reading_is_kept_and_brings_nobody_points(
    store: Store,
) -> None:
    pond = Pond(store)
    pond.platform.join(EMPLOYEE, NOW - DAY)
    await pond.roster.learn(REALM, {}, NOW)
    await pond.roster.move(Move(MoveKind.FOUND, PersonRef(REALM, UserId("wmYUE")), POND, NOW))
    code = await pond.invites.code_of(MemberId(await member_id(pond, "wmYUE")), NOW)
    pond.platform.join("wmQING", NOW - MINUTE, code)
    await pond.look()

    assert (await pond.stays())["wmQING"].source == code
    assert await referrals(pond) == []


# ---- differences


async def test_who_came_and_who_went_untold_is_told_as_it_happened(pond: Pond) -> None:
    pond.platform.join("wmQING", NOW + 5 * SECOND, name="青柠")
    pond.platform.leave("wmYUE")
    pond.wait(60)
    await pond.look()

    assert await pond.told() == [("joined", "wmQING"), ("left", "wmYUE")]
    stays = await pond.stays()
    assert stays["wmQING"] == Known(NOW + 5 * SECOND)
    assert stays["wmYUE"].ended_at == NOW + MINUTE
    assert "profile wmQING" not in pond.platform.told


async def test_who_came_is_a_newcomer_and_who_went_takes_what_hung_on_him(pond: Pond) -> None:
    code = await inviter(pond)
    pond.platform.join("wmQING", NOW, code)
    pond.wait(60)
    await pond.look()
    (newcomer,) = await pond.roster.read_newcomers(REALM, POND)
    assert newcomer.user_id == "wmQING"
    assert await referrals(pond) == [(code, "pending", "")]

    pond.platform.leave("wmQING")
    pond.wait(60)
    await pond.look()
    assert await referrals(pond) == [(code, "reversed", "left early")]


async def test_who_left_and_came_back_unseen_has_left_and_come_back(pond: Pond) -> None:
    pond.platform.join("wmYUE", NOW + 10 * SECOND)
    pond.wait(60)
    await pond.look()

    assert await pond.told() == [("left", "wmYUE"), ("joined", "wmYUE")]
    assert (await pond.stays())["wmYUE"] == Known(NOW + 10 * SECOND)
    assert await read_value(pond.store, "SELECT count(*) FROM membership") == 3


async def test_a_joining_told_a_little_wrong_is_corrected_without_a_word(pond: Pond) -> None:
    await pond.bring(moved(EventKind.JOINED, "wmQING", NOW + 2 * SECOND))
    pond.platform.join("wmQING", NOW)
    pond.wait(60)
    await pond.look()

    assert await pond.told() == [("joined", "wmQING")]
    assert (await pond.stays())["wmQING"] == Known(NOW)


async def test_the_way_somebody_came_by_is_told_once_when_the_list_shows_it(pond: Pond) -> None:
    code = await inviter(pond)
    await pond.bring(moved(EventKind.JOINED, "wmQING", NOW))
    assert await referrals(pond) == []
    pond.platform.join("wmQING", NOW, code)
    for _ in range(2):
        pond.wait(60)
        await pond.look()

    assert await pond.told() == [("joined", "wmQING"), ("joined", "wmQING")]
    assert (await pond.stays())["wmQING"] == Known(NOW, source=code)
    assert await referrals(pond) == [(code, "pending", "")]


async def test_a_way_that_the_list_shows_long_after_he_joined_counts_as_if_told_then(
    pond: Pond,
) -> None:
    code = await inviter(pond)
    await pond.bring(moved(EventKind.JOINED, "wmQING", NOW))
    pond.platform.join("wmQING", NOW, code)
    pond.wait(3600 * 24)
    await pond.look()

    assert await referrals(pond) == [(code, "pending", "")]


async def test_a_source_that_is_no_members_code_is_kept_and_judged_by_nobody(pond: Pond) -> None:
    pond.platform.join("wmQING", NOW, "poster-spring")
    pond.wait(60)
    await pond.look()

    assert (await pond.stays())["wmQING"].source == "poster-spring"
    assert await referrals(pond) == []
    assert {state for state, _ in await pond.pipeline.records()} == {"done"}


async def test_those_who_are_never_answered_come_and_go_without_a_word(store: Store) -> None:
    settings = with_customers(brand(), blocked=("wmBAD",), own_user_ids=("machine",))
    pond = Pond(store, live=Live(settings))
    pond.platform.join(EMPLOYEE, NOW - DAY)
    await pond.look()
    pond.platform.join("wmBAD", NOW)
    pond.platform.join("machine", NOW)
    for _ in range(2):
        pond.wait(60)
        await pond.look()
    assert present(await pond.stays()).keys() == {EMPLOYEE, "wmBAD", "machine"}

    pond.platform.leave("wmBAD")
    pond.wait(60)
    await pond.look()
    assert present(await pond.stays()).keys() == {EMPLOYEE, "machine"}
    assert await pond.told() == []


# ---- when it is read


async def test_a_list_is_read_when_it_is_due_when_hinted_at_and_when_hurried(pond: Pond) -> None:
    def readings() -> int:
        return pond.platform.told.count(f"chat {POND_CHAT}")

    await pond.look()
    assert readings() == 1
    pond.hint(chat="wrANOTHER")
    await pond.look()
    assert readings() == 1
    for number, hint in enumerate(({"chat": POND_CHAT}, {}), start=2):
        pond.hint(**hint)
        await pond.look()
        assert readings() == number
    pond.roster_sync.hurry()
    await pond.look()
    assert readings() == 4
    pond.wait(60)
    await pond.look()
    assert readings() == 5


async def test_the_same_version_is_not_compared_again_unless_somebody_hints_at_it(
    pond: Pond,
) -> None:
    version = pond.platform.version
    pond.platform.leave("wmYUE")
    pond.platform.version = version
    pond.wait(60)
    await pond.look()
    assert await pond.told() == []

    pond.hint(chat=POND_CHAT)
    await pond.look()
    assert await pond.told() == [("left", "wmYUE")]


async def test_groups_whose_channel_shows_no_list_are_passed_over(pond: Pond) -> None:
    assert pond.live.current.bot.groups[0].key == GROUP
    assert await pond.roster.read_reading(GROUP) == Reading()


# ---- lists that are not believed


async def test_a_list_that_lacks_who_has_just_come_is_looked_at_again(pond: Pond) -> None:
    pond.wait(60)
    await pond.bring(moved(EventKind.JOINED, "wmQING", pond.now))
    pond.hint(chat=POND_CHAT)
    await pond.look()

    assert "wmQING" in present(await pond.stays())
    assert await pond.roster_sync.next_due(pond.now) == pond.now + LAG
    pond.wait(LAG.total_seconds())
    await pond.look()
    assert await pond.told() == [("joined", "wmQING"), ("left", "wmQING")]
    assert await pond.roster_sync.next_due(pond.now) is None


async def test_a_list_that_shows_who_has_just_left_is_looked_at_again(pond: Pond) -> None:
    pond.wait(60)
    await pond.bring(moved(EventKind.LEFT, "wmYUE", pond.now))
    pond.hint(chat=POND_CHAT)
    await pond.look()
    assert "wmYUE" not in present(await pond.stays())

    pond.wait(LAG.total_seconds())
    await pond.look()
    assert present(await pond.stays())["wmYUE"] == Known(NOW - 10 * DAY)
    assert await pond.told() == [("left", "wmYUE")]


async def test_the_version_of_a_list_with_somebody_in_doubt_is_not_taken_for_known(
    pond: Pond,
) -> None:
    before = (await pond.roster.read_reading(POND)).version
    pond.platform.join("wmALI", NOW)
    await pond.bring(moved(EventKind.JOINED, "wmQING", NOW))
    pond.wait(1)
    pond.hint(chat=POND_CHAT)
    await pond.look()
    assert (await pond.roster.read_reading(POND)).version == before

    pond.wait(60)
    await pond.look()
    assert (await pond.roster.read_reading(POND)).version == f"v{pond.platform.version}"


@pytest.mark.parametrize("bare", [True, False])
async def test_an_empty_member_list_is_not_taken_for_everybodys_leaving(
    store: Store, *, bare: bool
) -> None:
    pond = Pond(store)
    pond.platform.bare = bare
    for user in ("xiaolu", "momo"):
        pond.platform.join(user, NOW - DAY)
    await pond.look()
    members, pond.platform.members = pond.platform.members, {}
    pond.platform.version += 1
    pond.wait(3600)
    await pond.look()
    assert await pond.told() == []

    del members["momo"]
    pond.platform.members = members
    pond.wait(3600)
    await pond.look()
    assert await pond.told() == [("left", "momo")]


async def test_a_group_that_is_gone_keeps_its_members(pond: Pond) -> None:
    pond.platform.trouble = ChatUnreachable("gone", errcode=40050)
    pond.wait(3600)
    await pond.look()

    assert present(await pond.stays()).keys() == {EMPLOYEE, "wmYUE"}


async def test_a_list_that_cannot_be_read_changes_nothing_and_is_read_again_in_a_minute(
    store: Store,
) -> None:
    pond = Pond(store, live=Live(with_customers(brand(), roster_sync_seconds=3600)))
    pond.platform.join(EMPLOYEE, NOW - DAY)
    await pond.look()
    pond.platform.join("wmYUE", NOW)
    pond.platform.trouble = TransportError("no way there", reached=False)
    pond.wait(60)
    pond.hint(chat=POND_CHAT)
    await pond.look()
    assert await pond.told() == []

    pond.platform.trouble = None
    pond.wait(RETRY.total_seconds())
    await pond.look()
    assert await pond.told() == [("joined", "wmYUE")]


# ---- member groups, whose lists tell nothing but user ids


async def test_member_lists_without_dates_are_believed_at_once_and_date_by_our_clock(
    store: Store,
) -> None:
    pond = Pond(store)
    pond.platform.bare = True
    pond.platform.join("a", NOW)
    pond.platform.join("b", NOW)
    await pond.look()
    assert await pond.stays() == {"a": Known(None), "b": Known(None)}
    assert await pond.told() == []

    pond.platform.leave("a")
    pond.platform.join("c", NOW)
    pond.wait(3600)
    await pond.look()
    assert await pond.told() == [("joined", "c"), ("left", "a")]
    assert present(await pond.stays()) == {"b": Known(None), "c": Known(NOW + HOUR)}

    pond.platform.leave("c")
    pond.wait(5)
    await pond.look()
    assert present(await pond.stays()) == {"b": Known(None)}


async def test_names_that_no_list_tells_are_asked_for(store: Store) -> None:
    pond = Pond(store)
    pond.platform.bare = True
    pond.platform.join("a", NOW)
    await pond.look()

    assert pond.platform.told == [f"chat {POND_CHAT}", "profile a"]
