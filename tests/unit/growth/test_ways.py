"""Codes to scan: one for each member and place, made once and kept."""

import asyncio

import pytest

from bot.core.errors import TransportError
from bot.core.ids import UserId
from bot.core.ports import Way
from bot.growth.ways import Made, Ways, keep_ways
from bot.settings.schema.bot import Group
from bot.store.db import Store
from tests.support.brand import brand
from tests.support.customers import CONTACT, POND_CHAT, FakeContact, with_customers
from tests.support.events import NOW
from tests.support.stores import memory_database, read_value

CODE = "AB2CD3"
AYUN = UserId("ayun")


@pytest.fixture
def platform() -> FakeContact:
    return FakeContact()


@pytest.fixture
def ways(store: Store, platform: FakeContact) -> Ways:
    return Ways(store, {CONTACT: platform})


def groups() -> dict[str, Group]:
    return {group.key: group for group in with_customers(brand()).bot.groups}


async def test_a_way_into_a_group_is_made_once_and_is_the_same_for_ever_after(
    ways: Ways, platform: FakeContact, store: Store
) -> None:
    pond = groups()["pond"]
    first = await ways.group_way(CODE, pond, NOW)
    again = await Ways(store, {CONTACT: platform}).group_way(CODE, pond, NOW)

    assert first == again
    assert platform.told == [f"group way {POND_CHAT} {CODE} invite {CODE}"]


async def test_each_member_each_group_and_each_employee_has_a_way_of_its_own(
    ways: Ways, platform: FakeContact
) -> None:
    pond = groups()["pond"]
    other = pond.roster.model_copy(update={"chat_id": "wrOTHER"})
    made = [
        await ways.group_way(CODE, pond, NOW),
        await ways.group_way("ZZZZZZ", pond, NOW),
        await ways.group_way(CODE, pond.model_copy(update={"roster": other}), NOW),
        await ways.friend_way(CODE, CONTACT, AYUN, NOW),
        await ways.friend_way(CODE, CONTACT, UserId("tangyuan"), NOW),
    ]

    assert len(set(made)) == len(platform.told) == 5
    assert platform.told[3] == f"friend way ayun {CODE} invite {CODE}"
    assert await ways.friend_way(CODE, CONTACT, AYUN, NOW) == made[3]


async def test_ten_who_ask_in_one_breath_get_the_same_one_way(
    ways: Ways, platform: FakeContact
) -> None:
    pond = groups()["pond"]
    given = await asyncio.gather(*[ways.group_way(CODE, pond, NOW) for _ in range(10)])

    assert len(set(given)) == 1
    assert len(platform.told) == 1


async def test_a_platform_that_fails_is_asked_again_the_next_time(
    ways: Ways, platform: FakeContact, store: Store
) -> None:
    platform.trouble = TransportError("no way there", reached=False)
    with pytest.raises(TransportError):
        await ways.group_way(CODE, groups()["pond"], NOW)
    assert await read_value(store, "SELECT count(*) FROM entry_way") == 0

    platform.trouble = None
    assert await ways.group_way(CODE, groups()["pond"], NOW)


async def test_only_groups_with_customers_have_ways(ways: Ways) -> None:
    assert ways.leads_into(groups()["pond"])
    assert not ways.leads_into(groups()["hejian"])


@pytest.mark.usefixtures("engine")
def test_of_two_ways_for_one_place_the_first_is_kept_and_given_to_both() -> None:
    connection = memory_database()
    one, two = (Made(CODE, "contact/chat/wr1", Way(name, f"https://{name}"), NOW) for name in "ab")

    assert keep_ways(connection, [one, two]) == [one.way, one.way]
    connection.close()
