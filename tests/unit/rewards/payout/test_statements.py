"""The payer's statement beside our books, and what people have to be told, on a real store."""

import random
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.core.clock import ManualClock
from bot.core.ids import EventKey, GroupKey, MemberId
from bot.core.payouts import Flow, Statement, Stop
from bot.rewards.payout.courier import Courier
from bot.rewards.payout.payout import Payout, PayoutState
from bot.rewards.payout.payouts import NewsKind, Payouts
from bot.rewards.payout.statements import Difference
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection
from tests.support.pay import START, Till, give_cash, new_merchant
from tests.support.stores import open_store
from tests.unit.rewards.support import SHANGHAI

RULES = RewardsFile.model_validate({"payout": {"means": "wechat"}})
SUNDAY = date(2026, 11, 22)


class House:
    """A store whose members have cash, and a payer."""

    def __init__(self, payouts: Payouts) -> None:
        self.clock = ManualClock(START)
        self.till = Till(new_merchant(self.clock))
        self.payouts = payouts
        self.courier = Courier(payouts, self.till, self.clock)

    async def pay_out(self, key: str = "ask") -> Payout:
        """A payout that is sent."""
        await self.payouts.request(
            key=EventKey(key),
            member_id=MemberId(1),
            group_key=GroupKey("vip"),
            amount=888,
            payee="openid1",
            payer=self.till,
            now=self.clock.now(),
            rules=RULES,
            zone=SHANGHAI,
        )
        await self.work()
        payout = await self.payouts.read_of_event(EventKey(key))
        assert payout is not None
        return payout

    async def work(self) -> None:
        """The courier goes once."""
        await self.courier.run(self.clock.now(), may_send=True)

    async def confirm(self, payout: Payout) -> None:
        """The payee takes it, and the courier hears of it."""
        self.till.merchant.confirm(payout.package)
        self.clock.advance(timedelta(minutes=1))
        await self.work()

    async def kinds(self) -> list[NewsKind]:
        """What nobody was told."""
        return [news.kind for news in await self.payouts.read_news(self.clock.now(), 20)]


def _give(connection: Connection, items: Sequence[int]) -> list[None]:
    give_cash(connection, 1)
    return [None] * len(items)


@pytest.fixture
async def house(tmp_path: Path, engine: object) -> AsyncIterator[House]:
    async with open_store(tmp_path) as store:
        await store.lane("give", _give).submit(1)
        yield House(Payouts(store, random.Random(1)))


async def test_statements_that_agree_show_no_difference(house: House) -> None:
    paid = await house.pay_out()
    await house.confirm(paid)
    late = await house.pay_out("late")
    house.clock.advance(timedelta(days=1, hours=1))
    await house.work()
    assert await house.payouts.read_of_event(late.key) is not None
    for _ in range(4):
        house.clock.advance(timedelta(days=1))
        assert await house.courier.fetch_statement(house.clock.now()) == ""
    assert await house.payouts.read_differences(house.clock.now()) == ()


async def test_each_difference_is_named(house: House) -> None:
    paid = await house.pay_out()
    await house.confirm(paid)
    stranger = "YT261122" + "0" * 24
    flows = [Flow(stranger, "1", -5, START), Flow("a neighbour's", "2", -7, START)]
    house.clock.advance(timedelta(days=1))
    now = house.clock.now()
    assert await house.payouts.keep_statement(Statement(SUNDAY, flows), now)
    assert not await house.payouts.keep_statement(Statement(SUNDAY, ()), now)
    assert await house.payouts.read_differences(now) == (
        Difference(paid.bill_no, 1, 888, 0),
        Difference(stranger, None, 0, 5),
    )


async def test_a_line_that_names_only_the_payers_number_is_ours_too(house: House) -> None:
    paid = await house.pay_out()
    await house.confirm(paid)
    flow = Flow("", paid.reference, -888, START)
    house.clock.advance(timedelta(days=1))
    await house.payouts.keep_statement(Statement(SUNDAY, [flow]), house.clock.now())
    assert await house.payouts.read_differences(house.clock.now()) == ()


async def test_an_end_near_midnight_waits_for_the_next_statement(house: House) -> None:
    house.clock.advance(timedelta(hours=11, minutes=30))
    paid = await house.pay_out()
    await house.confirm(paid)
    house.clock.advance(timedelta(days=1))
    now = house.clock.now()
    await house.payouts.keep_statement(Statement(SUNDAY, ()), now)
    assert await house.payouts.read_differences(now) == ()
    await house.payouts.keep_statement(Statement(SUNDAY + timedelta(days=1), ()), now)
    assert len(await house.payouts.read_differences(now)) == 1


async def test_people_are_told_once_of_each_state_and_reminded_once(house: House) -> None:
    payout = await house.pay_out()
    assert payout.state is PayoutState.CONFIRMING
    assert await house.kinds() == [NewsKind.STATE]
    now = house.clock.now()
    await house.payouts.mark_told(await house.payouts.read_news(now, 20), now)
    assert await house.kinds() == []
    house.clock.advance(timedelta(hours=20))
    assert await house.kinds() == [NewsKind.REMINDER]
    now = house.clock.now()
    await house.payouts.mark_told(await house.payouts.read_news(now, 20), now)
    assert await house.kinds() == []


async def test_what_does_not_come_to_an_end_calls_a_person(house: House) -> None:
    payout = await house.pay_out()
    del house.till.merchant.transfers[payout.bill_no]
    house.clock.advance(timedelta(days=2, hours=1))
    assert NewsKind.ALARM in await house.kinds()


async def test_a_pause_ends_and_then_something_is_due(house: House) -> None:
    house.till.merchant.fill_up(0)
    await house.pay_out()
    now = house.clock.now()
    (pause,) = await house.payouts.read_pauses(now)
    assert (pause.stop, pause.code) == (Stop.NOT_ENOUGH, "NOT_ENOUGH")
    assert await house.payouts.next_due(now, may_send=True) == pause.until
    assert await house.payouts.read_pauses(pause.until) == ()
