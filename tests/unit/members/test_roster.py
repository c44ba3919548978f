"""Stays begin and end and are never deleted; roles are exactly what the settings give."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import ChannelKey, GroupKey, MemberId, UserId
from bot.core.messages import Outgoing, Target, TargetKind, Text
from bot.core.ports import Chat, Profile
from bot.members.lane import Sighting, sight
from bot.members.people import PersonRef, Role
from bot.members.portrait import read_portrait
from bot.members.reconciliation import Known
from bot.members.roster import Move, MoveKind, Reading, Roster, apply_moves
from bot.outbox.models import OutboxRow
from bot.settings.schema.bot import Group
from bot.settings.settings import Settings
from bot.store.db import Store
from tests.support.brand import brand
from tests.support.events import DAY, GROUP, HOUR, MINUTE, NOW, REALM, SECOND
from tests.support.stores import in_transaction, memory_database

LAKE = GroupKey("lake")


@pytest.fixture
def roster(store: Store) -> Roster:
    return Roster(store)


def person(user: str) -> PersonRef:
    return PersonRef(REALM, UserId(user))


def move(kind: MoveKind, user: str = "xiaolu", *, at: datetime = NOW, to: str = GROUP) -> Move:
    return Move(kind, person(user), GroupKey(to), at)


async def joined(
    roster: Roster, user: str, at: datetime = NOW, *, name: str = "", to: str = GROUP
) -> MemberId:
    moved = await roster.move(move(MoveKind.JOINED, user, at=at, to=to))
    if name:
        await roster.learn(REALM, {UserId(user): Profile(name)}, at)
    return moved.member_id


async def read_present(roster: Roster) -> set[str]:
    stays = await roster.read_stays(REALM, GROUP)
    return {user for user, stay in stays.items() if stay.ended_at is None}


async def stays(store: Store, member_id: MemberId) -> list[tuple[object, ...]]:
    rows = await store.read(
        "SELECT group_key, joined_at IS NOT NULL, left_at IS NOT NULL FROM membership"
        " WHERE member_id = ? ORDER BY id",
        [member_id],
    )
    return [tuple(row) for row in rows]


async def test_joining_twice_is_one_stay(roster: Roster, store: Store) -> None:
    first = await roster.move(move(MoveKind.JOINED))
    again = await roster.move(move(MoveKind.JOINED, at=NOW + HOUR))

    assert (first.changed, again.changed) == (True, False)
    assert first.member_id == again.member_id
    assert await stays(store, first.member_id) == [(GROUP, 1, 0)]


async def test_leaving_ends_the_stay_once_and_keeps_it(roster: Roster, store: Store) -> None:
    member = await joined(roster, "xiaolu")

    assert (await roster.move(move(MoveKind.LEFT, at=NOW + HOUR))).changed
    assert not (await roster.move(move(MoveKind.LEFT, at=NOW + HOUR))).changed
    assert await stays(store, member) == [(GROUP, 1, 1)]
    assert await read_present(roster) == set()


async def test_coming_back_is_a_second_stay_and_the_first_one_is_kept(
    roster: Roster, store: Store
) -> None:
    member = await joined(roster, "xiaolu")
    await roster.move(move(MoveKind.LEFT, at=NOW + HOUR))
    await roster.move(move(MoveKind.JOINED, at=NOW + 2 * HOUR))

    assert await stays(store, member) == [(GROUP, 1, 1), (GROUP, 1, 0)]
    assert await read_present(roster) == {"xiaolu"}


async def test_leaving_one_group_does_not_end_the_stay_in_another(
    roster: Roster, store: Store
) -> None:
    member = await joined(roster, "xiaolu")
    await joined(roster, "xiaolu", to=LAKE)

    await roster.move(move(MoveKind.LEFT, at=NOW + HOUR))

    assert await stays(store, member) == [(GROUP, 1, 1), (LAKE, 1, 0)]


async def test_who_was_found_in_the_group_has_no_instant_of_joining(
    roster: Roster, store: Store
) -> None:
    moved = await roster.move(move(MoveKind.FOUND))

    assert await stays(store, moved.member_id) == [(GROUP, 0, 0)]


async def test_a_late_report_of_leaving_does_not_end_the_stay_that_began_after_it(
    roster: Roster, store: Store
) -> None:
    member = await joined(roster, "xiaolu", NOW)
    await roster.move(move(MoveKind.LEFT, at=NOW + HOUR))
    await joined(roster, "xiaolu", NOW + 2 * HOUR)

    late = await roster.move(move(MoveKind.LEFT, at=NOW + HOUR))

    assert not late.changed
    assert await stays(store, member) == [(GROUP, 1, 1), (GROUP, 1, 0)]


async def test_the_portrait_shows_the_present_stay_though_an_earlier_one_was_told_later(
    roster: Roster, store: Store
) -> None:
    member = await joined(roster, "xiaolu", NOW)
    await roster.move(move(MoveKind.LEFT, at=NOW - DAY))

    assert (await read_portrait(store, member, GROUP, NOW)).joined_at == NOW


MOVES = st.lists(
    st.tuples(
        st.sampled_from([MoveKind.JOINED, MoveKind.LEFT, MoveKind.FOUND]),
        st.sampled_from(["xiaolu", "momo"]),
        st.sampled_from([GROUP, LAKE]),
    ),
    max_size=25,
)


@pytest.mark.usefixtures("engine")
@given(MOVES, st.integers(1, 25))
def test_stays_are_never_lost_and_nobody_is_in_a_group_twice(
    moves: list[tuple[MoveKind, str, str]], batch: int
) -> None:
    connection = memory_database()
    steps = [
        move(kind, user, to=group, at=NOW + number * SECOND)
        for number, (kind, user, group) in enumerate(moves)
    ]
    count, present = 0, set[tuple[str, str]]()
    for start in range(0, len(steps), batch):
        part = steps[start : start + batch]
        moved = in_transaction(connection, lambda part=part: apply_moves(connection, part))  # type: ignore[misc]
        for step, result in zip(part, moved, strict=True):
            name = (step.person.user_id, step.group_key)
            leaving = step.kind is MoveKind.LEFT
            assert result.changed == (leaving == (name in present))
            (present.discard if leaving else present.add)(name)
        total = connection.execute("SELECT count(*) FROM membership").fetchone()[0]
        assert total >= count
        count = total
    rows = connection.execute(
        "SELECT i.user_id, s.group_key FROM membership AS s JOIN identity AS i USING (member_id)"
        " WHERE s.left_at IS NULL"
    ).fetchall()
    assert sorted(tuple(row) for row in rows) == sorted(present)
    connection.close()


async def test_a_name_or_a_user_id_finds_those_who_are_present(roster: Roster) -> None:
    deer = await joined(roster, "xiaolu", name="小鹿")

    assert await roster.find_by_name(GROUP, "小鹿") == (deer,)
    assert await roster.find_by_name(GROUP, "xiaolu") == (deer,)
    assert await roster.find_by_name(GROUP, "小") == ()
    assert await roster.find_by_name(LAKE, "小鹿") == ()


async def test_two_members_of_one_name_are_both_found_so_that_nobody_is_taken_for_the_other(
    roster: Roster,
) -> None:
    one = await joined(roster, "xiaolu", name="小鹿")
    other = await joined(roster, "lulu", name="小鹿")

    assert sorted(await roster.find_by_name(GROUP, "小鹿")) == sorted([one, other])


async def test_who_left_is_not_found_by_name(roster: Roster) -> None:
    await joined(roster, "xiaolu", name="小鹿")
    await roster.move(move(MoveKind.LEFT))

    assert await roster.find_by_name(GROUP, "小鹿") == ()


async def test_a_member_is_called_by_his_name_and_else_by_his_user_id(roster: Roster) -> None:
    deer = await joined(roster, "xiaolu", name="小鹿")
    momo = await joined(roster, "momo")

    assert await roster.read_name(deer) == "小鹿"
    assert await roster.read_name(momo) == "momo"
    assert await roster.read_name(MemberId(999)) == ""
    assert await roster.read_nameless(REALM, GROUP) == ("momo",)
    assert await roster.read_user_id(REALM, deer) == "xiaolu"
    assert await roster.read_user_id("another company", deer) is None


async def test_who_is_told_of_and_was_never_seen_becomes_a_member(
    roster: Roster, store: Store
) -> None:
    told = {UserId("xiaolu"): Profile("小鹿", "u1"), UserId("momo"): Profile("", "u2")}
    await roster.learn(REALM, told, NOW)
    await roster.learn(REALM, {UserId("xiaolu"): Profile("鹿鹿", "")}, NOW + HOUR)
    await roster.learn(REALM, {UserId("momo"): Profile("沫沫", "u3")}, NOW + HOUR)

    rows = await store.read("SELECT name, union_id FROM member ORDER BY id")
    assert [tuple(row) for row in rows] == [("鹿鹿", "u1"), ("沫沫", "u3")]
    assert await roster.find(person("momo")) is not None
    assert await roster.find(person("nobody")) is None


async def test_the_last_stay_of_everybody_is_read_the_present_one_before_others(
    roster: Roster,
) -> None:
    await joined(roster, "xiaolu", NOW)
    await roster.move(move(MoveKind.LEFT, at=NOW + HOUR))
    await roster.move(Move(MoveKind.JOINED, person("xiaolu"), GROUP, NOW + DAY, "AAAAAA"))
    await roster.move(move(MoveKind.LEFT, at=NOW + 2 * HOUR))  # of a stay in between
    await roster.move(move(MoveKind.LEFT, "momo", at=NOW + DAY))
    await joined(roster, "lulu", to=LAKE)

    assert await roster.read_stays(REALM, GROUP) == {
        "xiaolu": Known(NOW + DAY, source="AAAAAA"),
        "momo": Known(None, NOW + DAY),
    }
    assert await roster.read_stays("another company", GROUP) == {}


async def test_newcomers_are_those_who_joined_and_were_not_welcomed_in_their_order(
    roster: Roster,
) -> None:
    await roster.move(move(MoveKind.FOUND, "tangyuan"))
    later = await joined(roster, "yoyo", NOW + MINUTE)
    first = await joined(roster, "chenchen", NOW)
    await joined(roster, "keke", to=LAKE)
    await joined(roster, "momo", NOW)
    await roster.move(move(MoveKind.LEFT, "momo"))

    newcomers = await roster.read_newcomers(REALM, GROUP)

    assert [(new.member_id, new.joined_at, new.returning) for new in newcomers] == [
        (first, NOW, False),
        (later, NOW + MINUTE, False),
    ]


async def test_a_welcome_is_enqueued_and_noted_together_and_given_once(
    roster: Roster,
) -> None:
    await joined(roster, "yoyo")
    (newcomer,) = await roster.read_newcomers(REALM, GROUP)
    greeting = Outgoing(
        "welcome/1", ChannelKey("posts"), Target(TargetKind.GROUP, "hejian"), Text("hello")
    )

    await roster.welcome([newcomer.stay_id], [greeting], NOW + MINUTE)

    assert await roster.read_newcomers(REALM, GROUP) == ()
    assert [row.key for row in await OutboxRow.all()] == ["welcome/1"]


async def test_who_comes_back_is_welcomed_as_somebody_who_returns(roster: Roster) -> None:
    await joined(roster, "yoyo")
    (first,) = await roster.read_newcomers(REALM, GROUP)
    await roster.welcome([first.stay_id], [], NOW)
    await roster.move(move(MoveKind.LEFT, "yoyo", at=NOW + DAY))
    await joined(roster, "yoyo", NOW + 2 * DAY)
    await joined(roster, "keke", NOW + 3 * DAY)
    await joined(roster, "keke", NOW - DAY, to=LAKE)

    newcomers = await roster.read_newcomers(REALM, GROUP)

    assert [(new.user_id, new.returning) for new in newcomers] == [("yoyo", True), ("keke", False)]


async def test_what_is_noted_of_a_reading_is_its_first_time_and_the_last_chat(
    roster: Roster,
) -> None:
    assert await roster.read_reading(GROUP) == Reading()
    await roster.mark_synced(GROUP, NOW)
    await roster.mark_synced(GROUP, NOW + HOUR, Chat((), "池塘", "tangyuan", "v7"))

    assert await roster.read_reading(GROUP) == Reading(NOW, "池塘", "tangyuan", "v7")
    assert await roster.read_owner(GROUP) == "tangyuan"
    assert await roster.read_reading(LAKE) == Reading()
    assert await roster.read_owner(LAKE) == ""


async def test_pausing_and_resuming_say_whether_they_changed_anything(roster: Roster) -> None:
    await roster.mark_synced(GROUP, NOW)

    assert await roster.pause(GROUP, NOW)
    assert not await roster.pause(GROUP, NOW + HOUR)
    assert await roster.is_paused(GROUP)
    assert not await roster.is_paused(LAKE)
    assert await roster.pause(GROUP, None)
    assert not await roster.pause(GROUP, None)
    assert not await roster.is_paused(GROUP)
    reading = await roster.read_reading(GROUP)
    assert reading.synced_at == NOW, "pausing forgets nothing else about the group"


def appointed(owners: tuple[str, ...], operators: tuple[str, ...] = ()) -> Settings:
    settings = brand()
    group = settings.bot.groups[0].model_copy(update={"owners": owners})
    lake: Group = group.model_copy(update={"key": LAKE, "owners": ()})
    bot = settings.bot.model_copy(update={"groups": (group, lake), "operators": operators})
    return replace(settings, bot=bot)


async def role_of(store: Store, user: str, group: GroupKey | None) -> Role:
    lane = store.lane("sight", sight)
    standing = await lane.submit(Sighting(person(user), group, present=False, at=NOW))
    return standing.role


async def test_owners_command_their_group_and_operators_all_of_them(
    roster: Roster, store: Store
) -> None:
    await roster.appoint(appointed(("tangyuan",), ("ayun",)), NOW)

    assert await role_of(store, "tangyuan", GROUP) is Role.OWNER
    assert await role_of(store, "tangyuan", LAKE) is Role.MEMBER
    assert await role_of(store, "tangyuan", None) is Role.MEMBER
    assert await role_of(store, "xiaolu", GROUP) is Role.MEMBER
    for place in (GROUP, LAKE, None):
        assert await role_of(store, "ayun", place) is Role.OPERATOR


async def test_appointments_are_replaced_exactly_by_the_new_settings(
    roster: Roster, store: Store
) -> None:
    await roster.appoint(appointed(("tangyuan", "momo"), ("ayun",)), NOW)
    await roster.appoint(appointed(("momo",), ("xiaolu",)), NOW)

    assert await role_of(store, "tangyuan", GROUP) is Role.MEMBER
    assert await role_of(store, "ayun", GROUP) is Role.MEMBER
    assert await role_of(store, "momo", GROUP) is Role.OWNER
    assert await role_of(store, "xiaolu", GROUP) is Role.OPERATOR


async def test_an_operator_who_also_owns_a_group_stays_an_operator_there(
    roster: Roster, store: Store
) -> None:
    await roster.appoint(appointed(("ayun",), ("ayun",)), NOW)

    assert await role_of(store, "ayun", GROUP) is Role.OPERATOR


async def test_roles_hold_within_the_company_that_gave_them(roster: Roster, store: Store) -> None:
    await roster.appoint(appointed(("tangyuan",)), NOW)
    lane = store.lane("sight", sight)
    stranger = PersonRef("another company", UserId("tangyuan"))

    standing = await lane.submit(Sighting(stranger, GROUP, present=True, at=NOW))

    assert standing.role is Role.MEMBER


async def test_appointing_puts_nobody_into_a_group(roster: Roster) -> None:
    await roster.appoint(appointed(("tangyuan",), ("ayun",)), NOW)

    assert await read_present(roster) == set()
