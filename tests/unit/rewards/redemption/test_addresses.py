"""Addresses: for the parcels of one member, corrected until they leave, deleted after."""

from datetime import timedelta

import pytest

from bot.rewards.redemption.addresses import (
    Addressed,
    is_complete,
)
from bot.rewards.redemption.fulfilment import Step
from bot.rewards.redemption.redemption import RedemptionState
from bot.store.connection import Connection
from tests.unit.rewards.redemption.support import (
    ADDRESS,
    COUPON,
    HALF_HOUR,
    bought,
    give_address,
    moved,
    open_shop,
    pass_time,
    pay_out,
    step,
    wish,
)
from tests.unit.rewards.support import DAY, NOW


@pytest.fixture
def shop(books: Connection) -> Connection:
    """A stocked shop; member 7 has points for all of it."""
    open_shop(books)
    pay_out(books, 7, 5000)
    return books


def kept(books: Connection) -> list[tuple[int, str]]:
    rows = books.execute("SELECT redemption_id, address FROM redemption_address ORDER BY 1")
    return [(number, address) for number, address in rows]


def test_an_address_confirms_every_parcel_that_waits_for_one(shop: Connection) -> None:
    for key in ("a", "b"):
        bought(shop, wish(7, key=key))
    answer = give_address(shop)
    assert [item.redemption_id for item in answer.confirmed] == [1, 2]
    assert {item.state for item in answer.confirmed} == {RedemptionState.CONFIRMED}
    assert kept(shop) == [(1, ADDRESS), (2, ADDRESS)]


def test_the_same_event_again_confirms_the_same_parcels(shop: Connection) -> None:
    bought(shop, wish(7))
    first, again = give_address(shop), give_address(shop)
    assert [item.redemption_id for item in first.confirmed] == [1]
    assert [item.redemption_id for item in again.confirmed] == [1]
    assert again.corrected == ()


def test_an_address_can_be_corrected_until_the_parcel_leaves(shop: Connection) -> None:
    redemption = bought(shop, wish(7))
    give_address(shop)
    answer = give_address(shop, "小鹿 13800138000 北京市朝阳区建国路 2 号", "second")
    assert (answer.confirmed, [item.redemption_id for item in answer.corrected]) == ((), [1])
    moved(shop, step(Step.SHIP, redemption, due_at=NOW + 14 * DAY))
    assert give_address(shop, key="third") == Addressed((), ())
    assert kept(shop) == [(1, "小鹿 13800138000 北京市朝阳区建国路 2 号")]


def test_nothing_is_kept_when_no_parcel_waits(shop: Connection) -> None:
    bought(shop, wish(7, COUPON))
    assert give_address(shop) == Addressed((), ())
    assert kept(shop) == []


def test_an_address_that_comes_too_late_is_not_kept(shop: Connection) -> None:
    bought(shop, wish(7))
    assert give_address(shop, at=NOW + HALF_HOUR) == Addressed((), ())
    assert kept(shop) == []


def test_somebody_elses_parcel_is_not_touched(shop: Connection) -> None:
    pay_out(shop, 8, 800)
    bought(shop, wish(8))
    assert give_address(shop) == Addressed((), ())


@pytest.mark.parametrize("what", [Step.CANCEL, Step.GIVE_BACK])
def test_the_address_of_what_is_not_sent_is_deleted_at_once(shop: Connection, what: Step) -> None:
    redemption = bought(shop, wish(7))
    give_address(shop)
    moved(shop, step(what, redemption))
    assert kept(shop) == []


def test_the_address_of_what_was_sent_is_deleted_after_its_days(shop: Connection) -> None:
    redemption = bought(shop, wish(7))
    give_address(shop)
    moved(shop, step(Step.SHIP, redemption, due_at=NOW + 14 * DAY))
    pass_time(shop, NOW + 14 * DAY)
    pass_time(shop, NOW + 44 * DAY - timedelta(seconds=1))
    assert kept(shop) == [(1, ADDRESS)]
    pass_time(shop, NOW + 44 * DAY)
    assert kept(shop) == []


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        "收件人：张三，电话 138 0013 8000，上海市徐汇区漕溪北路1号",
        "李四 +8613800138000 广东省深圳市南山区科技园",
        "王五 021-64381234 上海市徐汇区漕溪北路",
    ],
)
def test_a_name_a_phone_and_a_place_are_an_address(address: str) -> None:
    assert is_complete(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "上海市徐汇区漕溪北路1号",
        "13800138000",
        "小鹿 13800138000",
        "小鹿 1380013800 上海市徐汇区漕溪北路",
        "小鹿 13800138000 上海市" + "很长" * 100,
    ],
)
def test_what_lacks_one_of_them_is_none(address: str) -> None:
    assert not is_complete(address)
