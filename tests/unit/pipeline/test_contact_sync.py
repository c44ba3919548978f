"""Whose friends the customers are: what callbacks did not tell is found, and greets nobody."""

import pytest

from bot.core.errors import TransportError
from bot.core.events import EventKind
from bot.core.ids import UserId
from bot.members.reconciliation import LAG, Known
from bot.pipeline.contact_sync import READ_AT_ONCE, RETRY
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.customers import EMPLOYEE, Pond, present, tied, with_customers
from tests.support.events import DAY, HOUR, NOW, REALM, SECOND
from tests.support.stores import read_value


@pytest.fixture
async def pond(store: Store) -> Pond:
    """Ties that were read: 月月 has been 汤圆's friend for long."""
    pond = Pond(store)
    pond.platform.befriend("wmYUE", NOW - DAY, source="AAAAAA")
    await pond.look_at_ties()
    return pond


async def test_the_first_reading_notes_ties_and_nobody_hears_of_it(pond: Pond) -> None:
    assert await pond.friends() == {"wmYUE": Known(NOW - DAY, source="AAAAAA")}
    assert await pond.told() == []
    assert await pond.ties.read_first_reading(REALM) == NOW


async def test_a_tie_that_an_event_told_before_the_first_reading_is_only_corrected(
    store: Store,
) -> None:
    pond = Pond(store)
    await pond.bring(tied(EventKind.BEFRIENDED, "wmYUE", NOW - HOUR + SECOND))
    pond.platform.befriend("wmYUE", NOW - HOUR)
    await pond.look_at_ties()

    assert await pond.friends() == {"wmYUE": Known(NOW - HOUR)}
    assert await pond.told() == [("befriended", "wmYUE")]


async def test_who_came_and_who_went_untold_is_told_and_welcomed_by_nobody(pond: Pond) -> None:
    pond.platform.befriend("wmQING", NOW + SECOND, source="BBBBBB")
    pond.platform.cut("wmYUE")
    pond.wait(3600)
    await pond.look_at_ties()

    assert await pond.told() == [("befriended", "wmQING"), ("unfriended", "wmYUE")]
    assert await pond.friends() == {
        "wmQING": Known(NOW + SECOND, source="BBBBBB"),
        "wmYUE": Known(NOW - DAY, NOW + HOUR, source="AAAAAA"),
    }
    assert await pond.pipeline.outbox() == []


async def test_names_and_union_ids_come_with_the_ties(pond: Pond) -> None:
    pond.platform.befriend("wmYUE", NOW - DAY, name="月月", union_id="u1")
    pond.wait(3600)
    await pond.look_at_ties()

    row = (await pond.store.read("SELECT name, union_id FROM member"))[0]
    assert tuple(row) == ("月月", "u1")


async def test_a_hint_has_one_tie_read_and_nothing_else(pond: Pond) -> None:
    pond.platform.told.clear()
    pond.platform.befriend("wmQING", NOW - HOUR)
    pond.platform.befriend("wmALI", NOW - HOUR)
    pond.hint(user="wmQING", employee=EMPLOYEE)
    await pond.look_at_ties()

    assert pond.platform.told[0] == f"tie wmQING {EMPLOYEE}"
    assert "ties" not in pond.platform.told
    assert present(await pond.friends()).keys() == {"wmYUE", "wmQING"}
    assert await pond.told() == [("befriended", "wmQING")]


async def test_many_hints_are_followed_a_share_at_a_time(pond: Pond) -> None:
    users = [f"wm{number}" for number in range(READ_AT_ONCE + 1)]
    for user in users:
        pond.platform.befriend(user, NOW - HOUR)
        pond.hint(user=user, employee=EMPLOYEE)
    await pond.look_at_ties()
    assert len(present(await pond.friends())) == 1 + READ_AT_ONCE
    assert await pond.contact_sync.next_due(NOW) == NOW

    await pond.look_at_ties()
    assert present(await pond.friends()).keys() == {"wmYUE", *users}
    assert await pond.contact_sync.next_due(NOW) is None


async def test_a_hint_is_followed_by_a_full_reading_as_well(pond: Pond) -> None:
    pond.platform.told.clear()
    pond.hint(user="wmYUE", employee=EMPLOYEE)
    pond.contact_sync.hurry()
    for _ in range(2):
        await pond.look_at_ties()

    assert pond.platform.told == ["employees", "ties"]


async def test_a_hint_at_a_tie_that_is_no_more_ends_it(pond: Pond) -> None:
    pond.platform.befriend("wmQING", NOW - HOUR)
    pond.platform.cut("wmYUE")
    pond.hint(user="wmYUE", employee=EMPLOYEE)
    await pond.look_at_ties()

    assert present(await pond.friends()) == {}
    assert await pond.told() == [("unfriended", "wmYUE")]


async def test_a_hint_at_everything_has_everything_read(pond: Pond) -> None:
    pond.platform.told.clear()
    pond.hint(chat="wrPOND0001")
    await pond.look_at_ties()
    assert pond.platform.told == []

    pond.hint()
    await pond.look_at_ties()
    assert pond.platform.told == ["employees", "ties"]


async def test_everything_is_read_as_often_as_configured_and_when_hurried(store: Store) -> None:
    pond = Pond(store, live=Live(with_customers(brand(), contact_sync_seconds=600)))
    for seconds, readings in ((0, 1), (599, 1), (1, 2), (1, 2)):
        pond.wait(seconds)
        await pond.look_at_ties()
        assert pond.platform.told.count("ties") == readings
    pond.contact_sync.hurry()
    await pond.look_at_ties()
    assert pond.platform.told.count("ties") == 3


async def test_what_the_customer_cut_stays_cut_though_the_list_still_shows_it(pond: Pond) -> None:
    await pond.bring(tied(EventKind.UNFRIENDED, "wmYUE", NOW, text="customer"))
    pond.wait(3600)
    await pond.look_at_ties()
    assert present(await pond.friends()) == {}

    pond.platform.befriend("wmYUE", pond.now)
    pond.wait(3600)
    await pond.look_at_ties()
    assert present(await pond.friends()) == {"wmYUE": Known(NOW + HOUR)}


async def test_what_the_list_lacked_for_once_is_taken_back_without_a_word(pond: Pond) -> None:
    pond.platform.befriend("wmQING", NOW)
    tie = pond.platform.ties.pop(("wmYUE", EMPLOYEE))
    pond.wait(3600)
    await pond.look_at_ties()
    assert "wmYUE" not in present(await pond.friends())

    pond.platform.ties["wmYUE", EMPLOYEE] = tie
    pond.wait(3600)
    await pond.look_at_ties()
    assert present(await pond.friends())["wmYUE"] == Known(NOW - DAY, source="AAAAAA")


async def test_who_has_just_come_and_is_not_in_the_list_yet_is_looked_at_again(
    pond: Pond,
) -> None:
    pond.wait(3600)
    await pond.bring(tied(EventKind.BEFRIENDED, "wmQING", pond.now))
    await pond.look_at_ties()
    assert "wmQING" in present(await pond.friends())
    assert await pond.contact_sync.next_due(pond.now) == pond.now + LAG

    pond.platform.told.clear()
    pond.wait(LAG.total_seconds())
    await pond.look_at_ties()
    assert pond.platform.told == [f"tie wmQING {EMPLOYEE}"]
    assert "wmQING" not in present(await pond.friends())
    assert await pond.contact_sync.next_due(pond.now) is None


async def test_an_empty_list_is_not_taken_for_everybodys_turning_away(pond: Pond) -> None:
    pond.platform.ties.clear()
    pond.wait(3600)
    await pond.look_at_ties()

    assert present(await pond.friends()).keys() == {"wmYUE"}


async def test_the_ties_of_an_employee_whom_the_app_no_longer_sees_are_left_as_they_are(
    pond: Pond,
) -> None:
    pond.platform.employees = ("ayun",)
    pond.platform.befriend("wmQING", NOW, employee="ayun")
    pond.wait(3600)
    await pond.look_at_ties()

    assert await pond.told() == [("befriended", "wmQING")]
    known = await pond.ties.read_last(REALM, [UserId(EMPLOYEE)])
    assert [tie.ended_at for tie in known.values()] == [None]


async def test_who_is_blocked_comes_without_a_word(store: Store) -> None:
    pond = Pond(store, live=Live(with_customers(brand(), blocked=("wmBAD",))))
    pond.platform.befriend("wmYUE", NOW - DAY)
    await pond.look_at_ties()
    pond.platform.befriend("wmBAD", NOW)
    for _ in range(2):
        pond.wait(3600)
        await pond.look_at_ties()

    assert present(await pond.friends()).keys() == {"wmYUE", "wmBAD"}
    assert await pond.told() == []


async def test_a_reading_that_fails_is_made_up_for_in_a_minute_hint_and_all(pond: Pond) -> None:
    pond.platform.befriend("wmQING", NOW - HOUR)
    pond.hint(user="wmQING", employee=EMPLOYEE)
    pond.platform.trouble = TransportError("no way there", reached=False)
    await pond.look_at_ties()
    assert await pond.told() == []

    pond.platform.trouble = None
    pond.wait(RETRY.total_seconds())
    await pond.look_at_ties()
    assert await pond.told() == [("befriended", "wmQING")]


async def test_the_same_differences_at_another_time_are_other_events(pond: Pond) -> None:
    for _ in range(2):
        pond.platform.befriend("wmQING", pond.now)
        pond.wait(3600)
        await pond.look_at_ties()
        pond.platform.cut("wmQING")
        pond.wait(3600)
        await pond.look_at_ties()

    assert await pond.told() == [("befriended", "wmQING"), ("unfriended", "wmQING")] * 2
    assert await read_value(pond.store, "SELECT count(*) FROM tie") == 3
