"""From the draw to the parcel: what is won reaches its winner by words alone, or somebody else."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.settings.schema.rewards.lottery import Lottery
from bot.settings.settings import Settings
from bot.store.sql import Dialect
from tests.scenario.town import GROUP, Town, books_are_clean
from tests.scenario.town import town as open_town
from tests.support.settings import example_settings

ADDRESS = "小鹿 13912345678 上海市徐汇区漕溪北路 1 号 502"


def with_sure_wins() -> Settings:
    """The example brand, where every draw of 礼盒 wins a mask and every draw of 券包 a coupon."""
    settings = example_settings()
    example = settings.rewards.lotteries[0].model_dump()
    common: dict[str, Any] = example | {"groups": [GROUP], "fee_points": 0, "pity": None}
    prize = {"value_fen": 1900, "stock": 9, "weight": 1}
    lotteries = [
        common | {"key": key, "title": title, "prizes": [prize | won]}
        for key, title, won in (
            ("gifts", "礼盒", {"key": "mask", "name": "面膜一片", "kind": "gift"}),
            ("coupons", "券包", {"key": "off", "name": "19 元券", "kind": "coupon"}),
        )
    ]
    rewards = settings.rewards.model_copy(
        update={"lotteries": tuple(map(Lottery.model_validate, lotteries))}
    )
    return replace(settings, rewards=rewards)


@pytest.fixture
async def town(engine: Dialect, tmp_path: Path) -> AsyncIterator[Town]:
    """That brand, on a Monday morning after the quiet hours."""
    del engine
    async with open_town(tmp_path, with_sure_wins()) as place:
        await place.pass_time(hours=5)
        yield place


async def test_a_gift_is_won_claimed_addressed_sent_and_done(town: Town) -> None:
    won = await town.say("xiaolu", "抽奖 礼盒")
    assert "面膜一片" in won
    (claim,) = re.findall(r"领奖 \d+", won)
    asked = await town.say("xiaolu", claim)
    assert "面膜一片" in asked
    assert "11-30 12:00" in asked, "until when the address is waited for"
    refused = await town.say("xiaolu", ADDRESS)
    assert re.search("没有记|没留", refused), "an address in the group is not kept"
    await town.settle()
    assert "收件人 手机 详细地址" in (await town.notes_to("xiaolu"))[-1]
    assert "面膜一片" in await town.tell("xiaolu", ADDRESS)
    await town.settle()
    order = (await town.notes_to("ayun"))[-1]
    (number,) = re.findall(r"(\d+) 号 面膜一片", order)
    assert "面膜一片" in await town.tell("ayun", "待发货")
    assert "SF123" in await town.tell("ayun", f"发货 {number} SF123")
    await town.settle()
    assert "SF123" in (await town.notes_to("xiaolu"))[-1]
    assert "在路上" in await town.tell("xiaolu", "我的兑换")
    await town.pass_time(days=15)
    assert "完成" in await town.tell("xiaolu", "我的兑换")
    await books_are_clean(town)


async def test_a_gift_that_nobody_tells_an_address_for_goes_back_and_that_is_told(
    town: Town,
) -> None:
    won = await town.say("xiaolu", "抽奖 礼盒")
    (claim,) = re.findall(r"领奖 \d+", won)
    await town.say("xiaolu", claim)
    await town.pass_time(days=8)
    assert any("还没有收货地址" in note for note in await town.notes_to("xiaolu"))
    assert "过时没领" in await town.say("xiaolu", "我的奖品")
    late = await town.say("xiaolu", claim)
    assert "11-30 12:00" in late, "until when it could be claimed"
    assert "没有等你填地址" in await town.tell("xiaolu", ADDRESS)
    await books_are_clean(town)


async def test_a_coupon_that_was_won_comes_as_a_code_that_the_staff_takes_once(town: Town) -> None:
    await town.say("xiaolu", "抽奖 券包")
    await town.settle()
    note = (await town.notes_to("xiaolu"))[-1]
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", note)
    assert code, note
    assert "19 元" in note
    assert "码有效" in await town.tell("ayun", f"核销 {code[0]}")
    assert "用过" in await town.tell("ayun", f"核销 {code[0]}")
    await books_are_clean(town)
