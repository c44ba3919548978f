"""排期 and what changes it: 预览, 换帖, 留帖, 写帖, 跳过, 还原, 批准, by number, time and group."""

import random
import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from bot.core.events import MediaKind, Place
from bot.core.messages import Media, Outgoing, Post, Text, plain_text
from bot.handlers.owner import OwnerHandlers
from bot.handlers.planning import PlanningHandlers
from bot.members.roster import MoveKind, Roster
from bot.persona.voice import Voice
from bot.schedules.edits import Edits
from bot.schedules.planner import Planner
from bot.schedules.publisher import Publisher
from bot.schedules.rendering import Renderer
from bot.schedules.shelf import NothingAdopted
from bot.settings.pages import Pages
from bot.settings.schema.base import Kind, Pillar, Weekday
from bot.settings.schema.calendar import Approval, WeeklySlot
from bot.settings.schema.front_matter import ContentFront
from bot.settings.schema.holidays import SlotDay
from bot.settings.settings import ContentItem
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import NOW, make_event
from tests.support.pipeline import Pipeline

OWNER, OPERATOR, MEMBER = "tangyuan", "ayun", "xiaolu"
EVENING = NOW + timedelta(hours=8)
"""The next slot of the calendar below: Wednesday 25 November, 20:00."""

HOURS = (time(8, 30), time(20, 0))
PICTURE = "pictures/rice-window.png"


def library() -> tuple[ContentItem, ...]:
    """Three items of each pillar and kind; every story has a picture."""
    return tuple(
        ContentItem(
            f"{pillar}-{kind}-{number}",
            ContentFront(
                title=f"{pillar}的{kind}第{number}篇",
                pillar=pillar,
                kind=kind,
                pictures=(PICTURE,) if kind is Kind.STORY else (),
            ),
            f"{pillar}和{kind}说的第{number}件事。",
        )
        for pillar in Pillar
        for kind in Kind
        for number in range(3)
    )


class Stage:
    """The example brand with two posts a day, and the people who talk to it."""

    def __init__(self, store: Store) -> None:
        settings = brand()
        slots = tuple(
            WeeklySlot(at=hour, days=tuple(map(SlotDay, Weekday)), kinds=tuple(Kind))
            for hour in HOURS
        )
        calendar = settings.calendar.model_copy(update={"slots": slots})
        self.live = Live(replace(settings, content=library(), calendar=calendar, campaigns={}))
        voice = Voice(self.live, random.Random(1))
        renderer = Renderer(voice, Pages(self.live, "http://here"))
        self.roster = Roster(store)
        self.publisher = Publisher(store, renderer, self.live, NothingAdopted())
        planner = Planner(self.publisher, Edits(store))
        owner = OwnerHandlers(voice, self.publisher, planner, self.roster)
        planning = PlanningHandlers(voice, planner, renderer, self.roster)
        self.pipeline = Pipeline(store, *owner.routes(), *planning.routes(), live=self.live)

    def change(self, **calendar: Any) -> None:
        """Edit calendar.yaml."""
        settings = self.live.current
        edited = settings.calendar.model_copy(update=calendar)
        self.live.change(calendar=edited, fingerprint=settings.fingerprint + "+")

    async def open(self) -> None:
        await self.pipeline.roster.appoint(self.live.current, NOW)
        for user in (OWNER, OPERATOR, MEMBER):
            await self.pipeline.join(user, MoveKind.FOUND)
        await self.publisher.run(NOW)

    async def say(
        self, text: str, user: str = OWNER, place: Place = Place.PRIVATE, at: datetime = NOW
    ) -> str:
        self.pipeline.clock.advance(at - self.pipeline.clock.now())
        answer = await self.pipeline.ask(make_event(text, user=user, place=place, at=at))
        return "" if answer is None else plain_text(answer)

    async def line(self, number: int = 1) -> str:
        """One line of 排期."""
        told = await self.say("排期 14", place=Place.GROUP)
        return next(line for line in told.split("\n") if line.startswith(f"{number}. "))

    async def sent(self, part: str) -> list[Outgoing]:
        return [one for one in await self.pipeline.outbox() if part in one.key]

    async def posted(self) -> str:
        """The first post of the evening."""
        await self.publisher.run(EVENING)
        post, *_ = await self.sent("slot/hejian/2026-11-25/20:00")
        assert isinstance(post.message, Text | Post)
        return post.message.text


@pytest.fixture
async def stage(store: Store) -> Stage:
    stage = Stage(store)
    await stage.open()
    return stage


def title_of(line: str) -> str:
    return re.split("[｜]", line)[2]


# ---- which slot


@pytest.mark.parametrize(
    "name",
    ["1", " 1 ", "11-25 20:00", "20:00", "11-25 20：00", "禾间护肤小屋 1", "hejian 11-25 20:00"],
)
async def test_a_slot_is_called_by_number_by_time_and_with_its_group(
    stage: Stage, name: str
) -> None:
    assert "11-25 20:00 不发" in await stage.say(f"跳过 {name}")
    assert (await stage.line()) == "1. 11-25 20:00｜（不发）"


@pytest.mark.parametrize(
    "name", ["", "0", "99", "明天", "12-08", "12月8日", "25:99", "02-30 20:00"]
)
async def test_a_name_that_is_none_is_answered_with_how_to_name_one_and_changes_nothing(
    stage: Stage, name: str
) -> None:
    before = await stage.say("排期", place=Place.GROUP)
    assert "没认出是哪一条" in await stage.say(f"跳过 {name}")
    assert await stage.say("排期", place=Place.GROUP) == before


async def test_a_time_at_which_nothing_is_planned_is_told_as_such(stage: Stage) -> None:
    assert "没有 11-26 21:00 这个时段" in await stage.say("跳过 11-26 21:00")
    assert "没有 11-24 20:00 这个时段" in await stage.say("跳过 11-24 20:00")


async def test_another_group_is_named_and_only_by_those_who_command_there(stage: Stage) -> None:
    assert "禾间好友群 11-25 20:00 不发" in await stage.say("跳过 禾间好友群 1")
    assert "（不发）" not in await stage.line()
    friends = next(one for one in stage.live.current.bot.groups if one.key == "friends")
    others = friends.model_copy(update={"owners": ("aqing",)})
    groups = tuple(others if one.key == "friends" else one for one in stage.live.current.bot.groups)
    stage.live.change(bot=stage.live.current.bot.model_copy(update={"groups": groups}))
    refused = await stage.say("还原 禾间好友群 1")
    assert "群主和运营" in refused
    assert "11-25" not in refused
    assert "改回自动安排" in await stage.say("还原 禾间好友群 1", OPERATOR)


# ---- what is done


async def test_a_preview_is_the_post_with_its_pictures_and_only_for_who_asks(
    stage: Stage,
) -> None:
    await stage.say("换帖 1 brand的story第0篇")
    shown = await stage.say("预览 1")
    assert await stage.posted() in shown
    assert shown.startswith("禾间护肤小屋 11-25 20:00 发出来是这样")
    (picture,) = await stage.sent("/preview/1")
    assert picture.message == Media(MediaKind.IMAGE, PICTURE)
    assert picture.target.address == OWNER


async def test_a_preview_that_is_asked_for_in_the_group_goes_to_the_owner_alone(
    stage: Stage,
) -> None:
    title = title_of(await stage.line())
    told = await stage.say("预览 1", place=Place.GROUP)
    assert "单独发你" in told
    assert title not in told
    (note,) = await stage.sent("/private")
    assert note.target.address == OWNER
    assert "发出来是这样" in plain_text(note.message)


async def test_a_swap_takes_the_next_best_one_or_the_one_that_is_named(stage: Stage) -> None:
    before = title_of(await stage.line())
    told = await stage.say("换帖 1")
    after = title_of(await stage.line())
    assert f"换成《{after}》" in told
    assert after != before
    assert "换成《user的activity第2篇》" in await stage.say("换帖 1 user的activity第2篇")
    assert (await stage.line()).endswith("user的activity第2篇｜改过")
    assert "user和activity说的第2件事。" in await stage.posted()


async def test_a_title_that_is_none_is_answered_with_the_nearest_one(stage: Stage) -> None:
    told = await stage.say("换帖 1 user的activity第8篇")
    assert "相近的：《user的activity第" in told
    told = await stage.say("换帖 1 完全没有的东西")
    assert "没找到这个标题" in told
    assert "《" not in told


async def test_what_a_rule_forbids_is_refused_with_the_rule(stage: Stage) -> None:
    await stage.say("换帖 1 brand的product第0篇")
    before = await stage.line(2)
    told = await stage.say("换帖 2 brand的product第1篇")
    assert "规矩拦着" in told
    assert "下一条定好是产品" in told
    assert await stage.line(2) == before


async def test_a_post_is_kept_restored_and_kept_out(stage: Stage) -> None:
    title = title_of(await stage.line())
    assert f"就发《{title}》" in await stage.say("留帖 1")
    assert (await stage.line()).endswith("｜改过")
    assert f"现在排的是《{title}》" in await stage.say("还原 1")
    assert not (await stage.line()).endswith("｜改过")
    assert "不发" in await stage.say("跳过 1")
    assert "没有排内容" in await stage.say("留帖 1")
    assert "没有排内容" in await stage.say("预览 1")


async def test_own_words_are_posted_as_they_are_with_the_step_below(stage: Stage) -> None:
    told = await stage.say("写帖 1 今晚八点，我在群里看大家的空瓶。\n带上你的那只。")
    assert "标题记作《今晚八点，我在群里看大家的空瓶。》" in told
    assert "就发《今晚八点" in await stage.say("留帖 1")
    text = await stage.posted()
    assert text.startswith("今晚八点，我在群里看大家的空瓶。\n带上你的那只。\n\n")


async def test_words_that_may_not_leave_the_house_are_refused_with_the_reason(
    stage: Stage,
) -> None:
    before = await stage.line()
    told = await stage.say("写帖 1 我们的面霜是全国第一，治疗湿疹")
    assert "·" in told
    assert await stage.line() == before
    assert "没认出是哪一条" in await stage.say("写帖 1")


# ---- too late


async def test_a_locked_post_is_only_skipped_any_more(stage: Stage) -> None:
    late = EVENING - timedelta(minutes=29)
    await stage.publisher.run(late)
    for words in ("换帖 1", "换帖 1 user的activity第2篇", "留帖 1", "还原 1", "写帖 1 晚上见"):
        told = await stage.say(words, at=late)
        assert "已经锁定，临发前 30 分钟只能“跳过”" in told, words
    assert "不发" in await stage.say("跳过 1", at=late)


# ---- approval


async def approving(stage: Stage) -> None:
    stage.change(approval=Approval(by=(MEMBER,)))


async def test_who_is_named_approves_and_the_plan_shows_it(stage: Stage) -> None:
    await approving(stage)
    assert (await stage.line()).endswith("｜等人批准")
    assert "到点就发" in await stage.say("批准 禾间护肤小屋 11-25 20:00", MEMBER)
    assert (await stage.line()).endswith("｜已批准")
    assert await stage.posted()


async def test_who_is_not_named_approves_nothing_and_a_member_learns_nothing(
    stage: Stage,
) -> None:
    await approving(stage)
    assert "文件里写的是：xiaolu" in await stage.say("批准 1")
    title = title_of(await stage.line())
    await stage.pipeline.join("momo", MoveKind.FOUND)
    refused = await stage.say("批准 1", "momo", Place.GROUP)
    assert "群主和运营" in refused
    assert title not in refused
    assert "xiaolu" not in refused


async def test_what_nobody_must_approve_is_told_so(stage: Stage) -> None:
    assert "谁都不用批准" in await stage.say("批准 1")


@pytest.mark.parametrize("words", ["预览 1", "换帖 1", "留帖 1", "写帖 1 x", "跳过 1", "还原 1"])
async def test_members_neither_see_nor_change_the_plan(stage: Stage, words: str) -> None:
    before = await stage.line()
    assert "群主和运营" in await stage.say(words, MEMBER, Place.GROUP)
    assert await stage.line() == before
