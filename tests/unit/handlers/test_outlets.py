"""朋友圈 and 朋友圈 配比: what owners see of the drafts, where, and what others are told."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.events import Place
from bot.core.messages import Media, Message, Text, plain_text
from bot.handlers.moments_following import MomentFollowing
from bot.handlers.outlets import OutletHandlers, off_target
from bot.handlers.outlets_job import MomentsJob
from bot.members.roster import MoveKind
from bot.outlets.lane import MomentBook
from bot.persona.voice import Voice
from bot.schedules.shelf import NothingAdopted
from bot.settings.schema.base import Pillar
from bot.settings.schema.outlets import Moments, OutletsFile
from bot.settings.settings import ContentItem
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import DAY, HOUR, NOW, make_event
from tests.support.pipeline import Pipeline
from tests.unit.outlets.support import item, library, rules

OWNER = "tangyuan"
EVERY_HOUR: dict[str, Any] = {
    "slots": [{"at": f"{hour:02d}:30"} for hour in (11, 13)],
    "most_a_day": 10,
}


class Town:
    """A group whose owner asks at noon; the job gives out what is due."""

    def __init__(
        self,
        store: Store,
        moments: Moments | None,
        content: tuple[ContentItem, ...] = library(20),
    ) -> None:
        self.live = Live(replace(brand(), content=content, outlets=OutletsFile(moments=moments)))
        self.store = store
        self.voice = Voice(self.live, random.Random(1))
        handlers = OutletHandlers(store, self.voice, NothingAdopted())
        self.pipeline = Pipeline(store, *handlers.routes(), live=self.live)
        book = MomentBook(store)
        self.job = MomentsJob(
            store=store,
            book=book,
            following=MomentFollowing(book, {}, self.voice),
            adopted=NothingAdopted(),
            voice=self.voice,
            live=self.live,
        )

    async def open(self, since: timedelta = HOUR) -> None:
        """The outlet has run for so long."""
        await self.pipeline.roster.appoint(self.live.current, NOW)
        for user in ("xiaolu", OWNER):
            await self.pipeline.join(user, MoveKind.FOUND)
        now = NOW - since
        while now <= NOW:
            await self.job.run(now)
            now += HOUR / 2

    async def say(self, text: str, user: str = OWNER, place: Place = Place.GROUP) -> str:
        """What somebody is answered where he asks."""
        answer = await self.pipeline.ask(make_event(text, user=user, place=place))
        return "" if answer is None else plain_text(answer)

    async def notes(self) -> list[Message]:
        """What the owner was sent in private beside the answer."""
        return [
            sent.message
            for sent in await self.pipeline.outbox()
            if sent.target.address == OWNER and not sent.key.startswith("moment/")
        ]


async def test_an_owner_gets_today_s_drafts_in_private_each_to_be_copied(store: Store) -> None:
    one = item("a", pictures=("pictures/rice-window.png",))
    other = item("b", Pillar.BRAND)
    town = Town(store, rules(**EVERY_HOUR), (one, other))
    await town.open()
    told = await town.say("朋友圈")
    assert "单独发你" in told
    assert "《a》" not in told
    report, *copies = await town.notes()
    assert "《a》" in plain_text(report)
    assert "《b》" in plain_text(report)
    assert "已发给同事" in plain_text(report)
    assert "到时间发给同事" in plain_text(report)
    assert {copy.text for copy in copies if isinstance(copy, Text)} == {one.text, other.text}
    assert sum(isinstance(copy, Media) for copy in copies) == 1


async def test_who_asks_in_private_is_answered_there(store: Store) -> None:
    town = Town(store, rules(**EVERY_HOUR))
    await town.open()
    assert "11-25 的朋友圈，2 条" in await town.say("朋友圈", place=Place.PRIVATE)
    assert len(await town.notes()) == 2


async def test_a_time_without_an_item_is_shown_as_empty(store: Store) -> None:
    town = Town(store, rules(**EVERY_HOUR), (item("a"),))
    await town.open()
    report = await town.say("朋友圈", place=Place.PRIVATE)
    assert "1 条" in report
    assert "13:30｜空着" in report


async def test_a_day_without_drafts_is_said(store: Store) -> None:
    town = Town(store, rules(slots=[{"at": "12:30", "days": ["sun"]}]))
    await town.open()
    assert "没有排朋友圈" in await town.say("朋友圈")


async def test_the_mix_is_told_against_its_target_with_the_days_since(store: Store) -> None:
    town = Town(store, rules(slots=[{"at": "11:30"}]), library(20))
    await town.open(4 * DAY)
    table = await town.say("朋友圈 配比")
    assert "近 14 天 4 条，接下来 14 天 14 条" in table
    assert "产品｜30%｜25%｜" in table
    rows = [line for line in table.split("\n") if line.count("｜") == 4]
    assert len(rows) == 5
    assert any(row.endswith("今天") for row in rows)


async def test_what_never_appeared_has_no_days(store: Store) -> None:
    town = Town(store, rules(slots=[{"at": "11:30"}]), (item("a"),))
    await town.open()
    table = await town.say("朋友圈 配比")
    assert "品牌｜15%｜0%｜-｜还没有" in table
    assert "用户｜30%｜100%｜-｜今天" in table


async def test_without_a_plan_owners_are_told_how_to_make_one(store: Store) -> None:
    town = Town(store, None)
    await town.open()
    assert "outlets.yaml" in await town.say("朋友圈")
    assert "outlets.yaml" in await town.say("朋友圈配比")


async def test_the_command_is_not_for_members(store: Store) -> None:
    town = Town(store, rules(**EVERY_HOUR))
    await town.open()
    refused = await town.say("朋友圈", "xiaolu")
    assert "《" not in refused
    assert "群主和运营" in refused


def test_a_pillar_counts_as_off_from_ten_points_on_where_there_are_ten_drafts() -> None:
    moments = rules()
    assert off_target(moments, Counter({"user": 9})) == []
    assert off_target(moments, Counter({"user": 3, "product": 3, "industry": 3, "brand": 1})) == []
    assert off_target(moments, Counter({"user": 5, "product": 3, "industry": 2})) == [
        (Pillar.BRAND, -15),
        (Pillar.USER, 20),
    ]
