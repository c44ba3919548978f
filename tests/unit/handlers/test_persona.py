"""人设 as operators meet it in a chat."""

import random
from dataclasses import replace

import pytest

from bot.core.messages import Text
from bot.handlers.persona import PersonaHandlers
from bot.members.roster import MoveKind
from bot.persona.voice import Voice
from bot.settings.settings import Settings
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import NOW, make_event
from tests.support.pipeline import Pipeline


class Desk:
    """The operator 阿云 and the group's owner 汤圆."""

    def __init__(self, store: Store, settings: Settings | None = None) -> None:
        live = Live(settings or brand())
        handlers = PersonaHandlers(Voice(live, random.Random(1)))
        self.pipeline = Pipeline(store, *handlers.routes(), live=live)
        self.live = live

    async def open(self) -> "Desk":
        await self.pipeline.roster.appoint(self.live.current, NOW)
        for user in ("ayun", "tangyuan", "xiaolu"):
            await self.pipeline.join(user, MoveKind.FOUND)
        return self

    async def say(self, user: str, text: str) -> str:
        answer = await self.pipeline.ask(make_event(text, user=user))
        assert isinstance(answer, Text)
        return answer.text


async def test_an_operator_sees_the_card_and_the_score(store: Store) -> None:
    desk = await Desk(store).open()

    answer = await desk.say("ayun", "人设")
    assert answer.startswith("小禾（AI 助手），人格型\n我是谁：")
    assert "95 分算过关" in answer
    assert "⚠" not in answer


async def test_what_fails_hard_is_named_first(store: Store) -> None:
    settings = brand()
    lie = {**settings.persona.templates, "persona.are_you_a_bot": ("我是真人。", "我当然是真人。")}
    persona = settings.persona.model_copy(update={"templates": lie})
    desk = await Desk(store, replace(settings, persona=persona)).open()

    answer = await desk.say("ayun", "人设")
    assert "⚠ 不能这样上线，请先改：承认是 AI" in answer
    assert "· 承认是 AI 0.0/10，先看：" in answer


async def test_the_checklist_of_decoration_has_each_length_beside_its_limit(store: Store) -> None:
    desk = await Desk(store).open()

    answer = await desk.say("ayun", "人设 装修")
    assert "【昵称】9/16 字\n小禾（AI 助手）" in answer
    assert "【群公告】" in answer
    assert "关闭个性化" in answer


async def test_a_text_that_is_too_long_is_told(store: Store) -> None:
    settings = brand()
    assert settings.persona.decoration is not None
    long = settings.persona.decoration.model_copy(update={"signature": "慢" * 31})
    persona = settings.persona.model_copy(update={"decoration": long})
    desk = await Desk(store, replace(settings, persona=persona)).open()

    assert "【个性签名】31 字，超过 30 字，请改短" in await desk.say("ayun", "人设 装修")


async def test_a_card_without_decoration_says_what_to_add(store: Store) -> None:
    settings = brand()
    persona = settings.persona.model_copy(update={"decoration": None})
    desk = await Desk(store, replace(settings, persona=persona)).open()

    assert "decoration" in await desk.say("ayun", "人设 装修")


@pytest.mark.parametrize("user", ["tangyuan", "xiaolu"])
async def test_nobody_but_operators_sees_it(store: Store, user: str) -> None:
    desk = await Desk(store).open()

    assert "人设得分" not in await desk.say(user, "人设")
