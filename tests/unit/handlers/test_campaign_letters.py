"""Owners are reminded before T0 and operators told how it went: each in private, and once."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.messages import Outgoing, Text
from bot.handlers.campaign_job import CampaignLettersJob
from bot.persona.voice import Voice
from bot.settings.schema.campaigns import CampaignFile
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.pipeline import Pipeline

REMINDED = datetime(2026, 12, 11, 2, 0, tzinfo=UTC)
"""T-1, 10:00 in Shanghai."""

REVIEWED = datetime(2026, 12, 15, 2, 0, tzinfo=UTC)
"""T+3, 10:00 in Shanghai."""

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def campaign(**parts: Any) -> CampaignFile:
    return CampaignFile.model_validate(
        {
            "name": "茶会",
            "type": "promotion",
            "node": "double_12",
            "groups": ["hejian", "friends"],
            "budget": {"points": 1000},
            "perks": [{"key": "early", "name": "早鸟", "text": "t", "quota": 5}],
            "reminder": {"text": "明天请你来接几句话。"},
            "posts": [
                {
                    "phase": 0,
                    "at": "20:00",
                    "title": "晚间",
                    "pillar": "user",
                    "kind": "story",
                    "text": "text",
                }
            ],
            **parts,
        }
    )


class Desk:
    """The job, and what it sent."""

    def __init__(self, store: Store, **parts: Any) -> None:
        bot = brand().bot.model_copy(update={"operators": ("ayun", "linqiu")})
        file = campaign(**parts)
        self.live = Live(replace(brand(), bot=bot, campaigns={"tea": file}))
        self.store = store
        self.pipeline = Pipeline(store, live=self.live)
        self.job = self.new_job()

    def new_job(self) -> CampaignLettersJob:
        """As another process, or this one after it was started again, has it."""
        return CampaignLettersJob(self.store, Voice(self.live, random.Random(1)), self.live)

    async def sent(self) -> list[tuple[str, str]]:
        """Keys and texts."""
        notes: list[Outgoing] = await self.pipeline.outbox()
        return [(note.key, note.message.text) for note in notes if isinstance(note.message, Text)]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


async def test_each_owner_is_reminded_once_however_many_groups_are_his(desk: Desk) -> None:
    await desk.job.run(REMINDED - SECOND)
    assert await desk.sent() == []

    await desk.job.run(REMINDED)

    ((key, text),) = await desk.sent()
    assert key == "campaign/tea-2026/reminder/tangyuan"
    assert text == "「茶会」12-12 就到了。明天请你来接几句话。"


async def test_a_reminder_of_yesterday_is_not_sent_any_more(desk: Desk) -> None:
    await desk.job.run(datetime(2026, 12, 11, 16, 0, tzinfo=UTC))

    assert await desk.sent() == []


async def test_without_a_reminder_nobody_is_reminded(store: Store) -> None:
    desk = Desk(store, reminder=None)
    await desk.job.run(REMINDED)

    assert await desk.sent() == []


async def test_every_operator_is_told_on_t_plus_3_and_once(desk: Desk) -> None:
    await desk.job.run(REVIEWED - SECOND)
    assert await desk.sent() == []

    for minutes in range(3):
        await desk.job.run(REVIEWED + timedelta(minutes=minutes))
        await desk.new_job().run(REVIEWED + timedelta(minutes=minutes))

    sent = await desk.sent()
    assert [key for key, _ in sent] == [
        "campaign/tea-2026/review/ayun",
        "campaign/tea-2026/review/linqiu",
    ]
    text = sent[0][1]
    assert text.startswith("「茶会」12-05 到 12-15 复盘：\n· 帖子发了 0/2 条\n")
    assert "· 送出 0/1000 分，现金 0.00/0.00 元\n" in text
    assert "· 没发成：12-12 20:00 hejian 晚间\n" in text
    assert "· 早鸟领走 0/5 份\n" in text
    assert text.endswith("看 python -m bot campaign review tea")
    assert "人次太少" in text


async def test_the_attendance_of_a_sign_up_is_told(store: Store) -> None:
    signup = {"opens": -7, "closes": -1, "quota": 30, "code": "茶"}
    desk = Desk(store, type="signup", signup=signup)
    await desk.job.run(REVIEWED)

    (_, text), _ = await desk.sent()
    assert "· 报上 0/30 人，到场 0 人，让座和离群 0 人\n" in text


@pytest.mark.parametrize(("late", "told"), [(2 * DAY, True), (3 * DAY, False)])
async def test_a_program_that_was_down_tells_it_late_but_not_for_ever(
    desk: Desk, late: timedelta, told: bool
) -> None:
    await desk.job.run(REVIEWED + late)

    assert bool(await desk.sent()) is told


async def test_a_campaign_that_goes_on_is_told_on_its_last_day(store: Store) -> None:
    desk = Desk(store, last_day=6, reminder=None)
    await desk.job.run(REVIEWED)
    assert await desk.sent() == []

    await desk.job.run(REVIEWED + 3 * DAY)

    assert len(await desk.sent()) == 2


async def test_the_job_is_woken_for_the_next_errand(desk: Desk) -> None:
    now = REMINDED - 5 * HOUR
    assert await desk.job.next_due(now) == REMINDED
    await desk.job.run(REMINDED)
    assert await desk.job.next_due(REMINDED) == REMINDED + 2 * DAY
    assert await desk.job.next_due(REVIEWED - HOUR) == REVIEWED


async def test_without_campaigns_the_job_sleeps(desk: Desk) -> None:
    desk.live.change(campaigns={})

    assert await desk.job.next_due(REMINDED) is None
