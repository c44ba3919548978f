"""A campaign from three days before its T0 to three days after, on the clock of the simulator.

Its posts prepare themselves, its owner is reminded, who was there is paid, the day of mourning on
T+1 is silent, and the operator is told how it went.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.settings.schema.calendar import NodeDay
from bot.settings.schema.campaigns import CampaignFile
from bot.store.sql import Dialect
from tests.scenario.town import Town, books_are_clean
from tests.scenario.town import town as open_town
from tests.support.settings import example_settings

SHANGHAI = ZoneInfo("Asia/Shanghai")

POSTS = {
    (-1, "20:00"): "明天茶会，今晚先看一眼成分表。",
    (0, "12:00"): "茶会今天开场，午休先说说你的肤质。",
    (0, "20:00"): "茶会开始啦，听到口令就发出来。",
    (1, "20:00"): "这一条落在纪念日，不会出现。",
    (2, "20:00"): "茶会结束啦，谢谢来的每一位。",
}

CAMPAIGN = CampaignFile.model_validate(
    {
        "name": "成分茶会",
        "type": "signup",
        "on": date(2026, 11, 28),
        "groups": ["hejian"],
        "first_day": -3,
        "budget": {"points": 600},
        "signup": {
            "opens": -3,
            "closes": -1,
            "quota": 30,
            "code": "慢慢来喝茶",
            "code_at": "20:00",
            "points": 20,
        },
        "perks": [{"key": "tea", "name": "茶包", "text": "凭码领。", "code": "CHA1", "quota": 5}],
        "reminder": {"text": "明晚请你来接几句话。"},
        "posts": [
            {
                "phase": phase,
                "at": at,
                "title": text[:6],
                "pillar": pillar,
                "kind": kind,
                "text": text,
            }
            for ((phase, at), text), (pillar, kind) in zip(
                POSTS.items(),
                # in the evening kinds that the morning's slot never takes
                [
                    ("user", "product"),
                    ("user", "activity"),
                    ("industry", "lesson"),
                    ("brand", "story"),
                    ("user", "product"),
                ],
                strict=True,
            )
        ],
    }
)


@pytest.fixture
async def town(engine: Dialect, tmp_path: Path) -> AsyncIterator[Town]:
    del engine
    example = example_settings()
    mourning = NodeDay(key="mourning", name="纪念日", month=11, day=29, solemn=True)
    days = (*example.calendar.node_days, mourning)
    calendar = example.calendar.model_copy(update={"node_days": days})
    settings = replace(example, calendar=calendar, campaigns={"tea": CAMPAIGN})
    async with open_town(tmp_path, settings) as place:
        yield place


async def go_to(town: Town, local: str) -> None:
    """Move the clock; everything due on the way happens."""
    until = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI).astimezone(UTC)
    await town.pass_time(seconds=(until - town.clock.now()).total_seconds())


async def shown(town: Town) -> list[str]:
    """The first words of the campaign's posts that members have seen, in order."""
    posts = [str(post["text"]) for post in await town.posts()]
    return [text for post in posts for text in POSTS.values() if text in post]


async def test_a_campaign_runs_from_t_minus_3_to_t_plus_3(town: Town) -> None:
    await go_to(town, "2026-11-25 10:00")
    assert "号" in await town.say("xiaolu", "报名")
    assert await shown(town) == []

    await go_to(town, "2026-11-27 10:01")
    reminders = [note for note in await town.notes_to("tangyuan") if "「成分茶会」11-28" in note]
    assert len(reminders) == 1

    await go_to(town, "2026-11-28 20:01")
    before = await town.balance("xiaolu")
    await town.say("xiaolu", "活动签到 慢慢来喝茶")
    assert await town.balance("xiaolu") >= before + 20

    await go_to(town, "2026-12-01 10:01")
    texts = list(POSTS.values())
    assert await shown(town) == [*texts[:3], texts[4]]
    reviews = [note for note in await town.notes_to("ayun") if "「成分茶会」11-25 到" in note]
    assert len(reviews) == 1
    assert "· 帖子发了 4/5 条" in reviews[0]
    assert "· 没发成：11-29 20:00 hejian" in reviews[0]
    assert "· 报上 1/30 人，到场 1 人" in reviews[0]
    assert "· 送出 20/600 分" in reviews[0]
    await books_are_clean(town)
