"""A campaign from its first day to what comes back, through the front door."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.settings.schema.campaigns import CampaignFile
from bot.store.sql import Dialect
from tests.scenario.town import Town, books_are_clean
from tests.scenario.town import town as open_town
from tests.support.settings import example_settings
from tests.support.stores import read_value

CALM = CampaignFile.model_validate(
    {
        "name": "冷静清单",
        "type": "signup",
        "on": "2026-11-24",
        "first_day": -1,
        "last_day": 1,
        "groups": ["hejian"],
        "points": {"checkin": 300},
        "budget": {"points": 200, "fen": 0},
        "perks": [
            {
                "key": "early", "name": "提前购", "text": "下单时报口令", "code": "HEJIAN12",
                "quota": 2,
            }
        ],
        "signup": {
            "opens": -1, "closes": 0, "quota": 1, "waitlist": 2, "code": "冷静", "code_day": 0,
            "code_at": "20:00", "code_minutes": 60, "points": 20,
        },
        "posts": [
            {
                "phase": 0, "at": "20:00", "title": "开场", "pillar": "user", "kind": "activity",
                "text": "今晚八点，冷静清单开场，口令在群里说。",
            }
        ],
    }
)  # fmt: skip
"""On from Monday to Wednesday; the door is open on Tuesday evening."""


@pytest.fixture
async def fair(engine: Dialect, tmp_path: Path) -> AsyncIterator[Town]:
    """The example brand in the week of its campaign."""
    del engine
    settings = replace(example_settings(), campaigns={"calm": CALM})
    async with open_town(tmp_path, settings) as place:
        await place.settle()
        yield place


async def account(town: Town) -> int:
    """What the campaign's account holds."""
    query = (
        "SELECT balance FROM account WHERE kind = 'campaign' AND currency = 'points'"
        " AND holder = 'calm-2026'"
    )
    return int(str(await read_value(town.app.store, query)))


async def test_a_campaign_gives_what_it_says_and_what_is_left_goes_back(fair: Town) -> None:
    assert await account(fair) == 200
    assert "冷静清单" in await fair.say("xiaolu", "活动")

    await fair.say("xiaolu", "签到")
    assert await fair.balance("xiaolu") == 30, "10 of the rule, 20 of the campaign"
    card = await fair.open_packet("60 3 普通 预算 calm")
    await fair.tap("momo", card)
    assert await account(fair) == 200 - 20 - 60

    seat = await fair.say("xiaolu", "报名")
    assert re.search(r"1 号", seat), seat
    assert "候补第 1 位" in await fair.say("aqing", "报名")
    assert "候补第 2 位" in await fair.say("momo", "报名")
    await fair.leave("xiaolu")
    await fair.pass_time(seconds=30)
    assert "冷静清单" in (await fair.notes_to("aqing"))[-1]

    await fair.pass_time(hours=37.5)  # Tuesday, 20:30
    assert "20 分" in await fair.say("aqing", "活动签到 冷静！")
    assert "候补第 1 位" in await fair.say("momo", "活动签到 冷静")
    await fair.say("momo", "领福利")
    await fair.settle()
    assert "HEJIAN12" in (await fair.notes_to("momo"))[-1]

    await fair.pass_time(days=3)
    assert await account(fair) == 0
    assert "冷静清单" not in await fair.say("aqing", "活动")
    await books_are_clean(fair)


async def test_a_spent_campaign_promises_nothing_more_and_the_rest_of_the_house_goes_on(
    fair: Town,
) -> None:
    await fair.open_packet("200 4 普通 预算 冷静清单")

    await fair.say("xiaolu", "签到")

    assert await fair.balance("xiaolu") == 10
    assert "现在有 0 分" in await fair.say("tangyuan", "发红包 10 2 预算 calm")
    await books_are_clean(fair)
