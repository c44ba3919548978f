"""提现 through the front door: the member asks, WeChat Pay is asked, the member confirms, once."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.settings.schema.rewards.payout import Payout
from bot.settings.settings import Settings
from bot.store.connection import Connection
from tests.scenario.town import MORNING, Town
from tests.scenario.town import town as open_town
from tests.support.pay import assert_payouts_are_right
from tests.support.settings import example_settings
from tests.support.stores import look_into, read_value

OPENID = "oXIAOLU00000000000000000001"
CASH = 5_000


def paying(**rules: Any) -> Settings:
    """The example brand with payouts switched on."""
    settings = example_settings()
    payout = Payout.model_validate({"means": "wechat", **rules})
    return replace(settings, rewards=settings.rewards.model_copy(update={"payout": payout}))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path, paying()) as place:
        await make_rich(place, "xiaolu", OPENID)
        yield place
        await place.settle()
        look_into(place.app.store, assert_payouts_are_right)


async def make_rich(town: Town, who: str, openid: str) -> None:
    """``who`` has cash, and the Official Account knows him."""
    store = town.app.store
    query = "SELECT member_id FROM identity WHERE user_id = ?"
    number = MemberId(int(str(await read_value(store, query, who))))

    def give(connection: Connection, items: Sequence[int]) -> list[None]:
        connection.execute(
            "INSERT INTO identity (realm, user_id, member_id) VALUES (?, ?, ?)",
            ("wxdemoaccount0001", openid, number),
        )
        cash = Transfer(
            key=f"cash/{who}",
            debit=AccountRef.issuance(Currency.FEN),
            credit=AccountRef.member(number, Currency.FEN),
            amount=CASH,
            reason=Reason.ADJUSTMENT,
            reference="a test",
            actor="tester",
            at=MORNING,
        )
        post_all(connection, [(cash,)])
        return [None] * len(items)

    await store.lane("give", give).submit(1)


async def withdraw(town: Town, words: str = "8.88") -> dict[str, Any]:
    """小鹿 takes cash out; the transfer at the platform."""
    await town.say("xiaolu", f"提现 {words}")
    await town.settle()
    return (await pay(town))["transfers"][-1]  # type: ignore[no-any-return]


async def pay(town: Town) -> dict[str, Any]:
    """The merchant as the platform sees it."""
    return dict(await town.call("GET", "/pay"))


async def confirm(town: Town, number: str) -> None:
    """The payee takes it."""
    await town.call("POST", f"/pay/transfers/{number}/confirm")


async def cash(town: Town, kind: str) -> int:
    """Fen in all accounts of a kind."""
    query = (
        "SELECT CAST(coalesce(sum(balance), 0) AS INTEGER) FROM account"
        " WHERE currency = 'fen' AND kind = ?"
    )
    return int(str(await read_value(town.app.store, query, kind)))


async def claim_page(town: Town) -> str:
    """The address that 小鹿 was given."""
    for note in reversed(await town.notes_to("xiaolu")):
        if found := re.search(r"http\S+/pay/claim/\S+", note):
            return found[0]
    raise AssertionError("nobody gave an address")


async def test_a_member_takes_cash_out_and_confirms_it_on_his_page(town: Town) -> None:
    transfer = await withdraw(town)
    assert (transfer["amount"], transfer["openid"]) == (888, OPENID)
    assert await cash(town, "payout") == 888
    async with town.http.get(await claim_page(town)) as response:
        page = await response.text()
    assert response.status == 200
    assert "8.88" in page
    package = re.search(r'data-package="([^"]+)"', page)
    assert package
    url = f"{town.app.address}/sim/pay/confirm"
    async with town.http.post(url, json={"package": package[1]}) as response:
        assert response.status == 200
    await town.settle()
    assert await cash(town, "paid") == (await pay(town))["paid"] == 888
    assert await cash(town, "payout") == 0
    assert any("到账" in note or "到你手上" in note for note in await town.notes_to("xiaolu"))


async def test_all_of_it_is_an_amount_too(town: Town) -> None:
    transfer = await withdraw(town, "全部")
    assert transfer["amount"] == CASH


async def test_the_group_is_not_told_about_anybodys_money(town: Town) -> None:
    answer = await town.say("xiaolu", "提现 8.88")
    await town.settle()
    assert "8.88" not in answer
    assert any("8.88" in note for note in await town.notes_to("xiaolu"))


async def test_what_nobody_confirms_comes_back_after_a_reminder(town: Town) -> None:
    await withdraw(town)
    await town.pass_time(hours=21)
    assert any("没确认" in note or "别忘了" in note for note in await town.notes_to("xiaolu"))
    await town.pass_time(hours=4)
    assert await cash(town, "member") == CASH
    assert await cash(town, "payout") == 0


@pytest.mark.parametrize("fault", ["silent_before", "silent_after", "error_before", "error_after"])
async def test_an_order_whose_answer_was_lost_is_paid_once(town: Town, fault: str) -> None:
    await town.call("PUT", "/pay/faults", {fault: 100})
    await town.say("xiaolu", "提现 8.88")
    await town.settle()
    await town.call("PUT", "/pay/faults", {})
    await town.pass_time(minutes=30)
    (transfer,) = (await pay(town))["transfers"]
    await confirm(town, transfer["number"])
    await town.settle()
    assert await cash(town, "paid") == (await pay(town))["paid"] == 888


async def test_without_any_notice_the_end_is_asked_for(town: Town) -> None:
    await town.call("PUT", "/pay/faults", {"never": 100})
    transfer = await withdraw(town)
    await confirm(town, transfer["number"])
    await town.settle()
    assert (await pay(town))["notices"] == []
    await town.pass_time(minutes=31)
    assert await cash(town, "paid") == 888


async def test_repeated_notices_pay_once_and_forged_ones_nothing(town: Town) -> None:
    await town.call("PUT", "/pay/faults", {"repeated": 100, "forged": 100})
    transfer = await withdraw(town)
    forged = f"/pay/transfers/{transfer['number']}/forge"
    assert (await town.call("POST", forged, {"state": "SUCCESS"}))["status"] == 401
    assert await cash(town, "paid") == 0
    await confirm(town, transfer["number"])
    await town.settle()
    assert (await pay(town))["notices"].count(204) == 2
    assert await cash(town, "paid") == 888
    assert (await town.call("POST", forged, {"state": "FAIL"}))["status"] == 401
    assert await cash(town, "paid") == 888


async def test_an_empty_account_pauses_all_and_the_operator_is_told(town: Town) -> None:
    await town.call("PUT", "/pay/balance", {"fen": 0})
    await town.say("xiaolu", "提现 8.88")
    await town.settle()
    assert any("充值" in note for note in await town.notes_to("ayun"))
    await town.say("xiaolu", "提现 1")
    await town.settle()
    notes = await town.notes_to("xiaolu")
    refusals = [note for note in notes if re.search("以后再试|过后再发", note)]
    assert refusals, "a refusal says when it will work"
    await town.call("PUT", "/pay/balance", {"fen": 100_000})
    await town.pass_time(minutes=40)
    (transfer,) = (await pay(town))["transfers"]
    assert transfer["amount"] == 888


async def test_a_restart_at_any_moment_forgets_nothing(tmp_path: Path) -> None:
    async with open_town(tmp_path, paying()) as town:
        await make_rich(town, "xiaolu", OPENID)
        await town.call("PUT", "/pay/faults", {"silent_after": 100})
        await town.say("xiaolu", "提现 8.88")
        await town.settle()
        began = town.clock.now()
    async with open_town(tmp_path, paying()) as town:
        town.clock.advance(max(timedelta(), began - town.clock.now()))
        await town.pass_time(minutes=30)
        (transfer,) = (await pay(town))["transfers"]
        await confirm(town, transfer["number"])
        await town.settle()
        await town.pass_time(minutes=31)
        assert await cash(town, "paid") == (await pay(town))["paid"] == 888


async def test_the_statement_agrees_and_a_difference_is_told(town: Town) -> None:
    transfer = await withdraw(town)
    await confirm(town, transfer["number"])
    await town.pass_time(days=2)
    query = "SELECT count(*) FROM payout_statement"
    assert int(str(await read_value(town.app.store, query))) >= 2
    assert not any("对账" in note for note in await town.notes_to("ayun"))
    simulator = town.app.simulator
    assert simulator is not None
    lost = await withdraw(town, "1.00")
    await confirm(town, lost["number"])
    await town.settle()
    account = simulator.pay.merchant
    account.movements[:] = [one for one in account.movements if one.number != lost["number"]]
    await town.pass_time(days=2)
    assert any("对账" in note and "1.00" in note for note in await town.notes_to("ayun"))


async def test_an_operator_cancels_and_the_money_returns_when_the_platform_says_so(
    town: Town,
) -> None:
    await withdraw(town)
    assert "撤销" in await town.say("ayun", "退单 1")
    await town.pass_time(minutes=1)
    assert (await pay(town))["transfers"][0]["state"] == "CANCELLED"
    assert await cash(town, "member") == CASH


async def test_a_stranger_to_the_account_is_told_what_to_do(tmp_path: Path) -> None:
    async with open_town(tmp_path, paying()) as town:
        assert "关注" in await town.say("xiaolu", "提现 8.88")


async def test_switched_off_nobody_is_paid_and_everybody_is_told(tmp_path: Path) -> None:
    async with open_town(tmp_path, paying(means="off")) as town:
        await make_rich(town, "xiaolu", OPENID)
        assert "开" in await town.say("xiaolu", "提现 8.88")
        await town.settle()
        assert (await pay(town))["transfers"] == []


async def test_a_slip_is_listed_and_sent_by_hand(tmp_path: Path) -> None:
    async with open_town(tmp_path, paying(means="slip")) as town:
        await make_rich(town, "xiaolu", OPENID)
        await town.say("xiaolu", "提现 8.88")
        await town.settle()
        assert any("小鹿" in note and "8.88" in note for note in await town.notes_to("ayun"))
        await town.say("ayun", "红包单")
        await town.settle()
        assert any("红包单，共 1 笔" in note for note in await town.notes_to("ayun"))
        assert "已发" in await town.say("ayun", "已发 1")
        await town.settle()
        assert await cash(town, "paid") == 888
        look_into(town.app.store, assert_payouts_are_right)


async def test_only_operators_see_the_list_and_mark_it(tmp_path: Path) -> None:
    async with open_town(tmp_path, paying(means="slip")) as town:
        await make_rich(town, "xiaolu", OPENID)
        await town.say("xiaolu", "提现 8.88")
        for who in ("xiaolu", "tangyuan"):
            assert "红包单，共" not in await town.say(who, "红包单")
            await town.say(who, "已发 1")
        await town.settle()
        assert not any("红包单，共" in note for note in await town.notes_to("tangyuan"))
        assert await cash(town, "paid") == 0


async def test_a_page_with_another_token_shows_nothing(town: Town) -> None:
    await withdraw(town)
    url = await claim_page(town)
    for wrong in (url[:-1] + ("0" if url[-1] != "0" else "1"), url.replace("/1/", "/2/")):
        async with town.http.get(wrong) as response:
            assert response.status == 404
            assert "8.88" not in await response.text()
