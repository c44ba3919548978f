"""Earning, levels, thanks and corrections as members and operators meet them."""

import random
from dataclasses import replace
from typing import Any

import pytest

from bot.core.events import Event, Place
from bot.core.ids import MemberId
from bot.core.messages import Text
from bot.handlers.earning import EarningHandlers
from bot.members.roster import MoveKind
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, command
from bot.rewards.adjustments import Adjustments
from bot.rewards.ledger.ledger import AccountRef, Ledger, Reason, Transfer
from bot.rewards.levels import Levels
from bot.rewards.thanks import PeerThanks
from bot.settings.schema.commands import CommandName
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import DAY, GROUP, HOUR, NOW, REALM, make_event
from tests.support.pipeline import Pipeline
from tests.support.stores import execute, read_value

RULES: dict[str, Any] = {
    "earning": {"rules": [{"key": "talk", "act": "message", "points": 2, "least_characters": 5}]},
    "levels": [
        {"name": "水", "from_points": 0},
        {"name": "鱼", "from_points": 100, "multiplier_percent": 150, "more_thanks": 1},
    ],
}


async def _here(_context: Context) -> Outcome:
    return Reply(Text("在"))


async def _points(_context: Context) -> Outcome:
    return Reply(Text("有"))


class Town:
    """A group with 小鹿 and 阿晴; 阿云 and 汤圆 are operators."""

    def __init__(self, store: Store, **rules: Any) -> None:
        settings = brand()
        bot = settings.bot.model_copy(update={"operators": ("ayun", "tangyuan")})
        file = RewardsFile.model_validate({**RULES, **rules})
        self.live = Live(replace(settings, bot=bot, rewards=file))
        self.store = store
        pipeline = Pipeline(store, live=self.live)
        handlers = EarningHandlers(
            Voice(self.live, random.Random(1)),
            pipeline.roster,
            Levels(store),
            PeerThanks(store),
            Adjustments(store),
        )
        here: Route = command(CommandName.WHO, _here)
        points: Route = command(CommandName.POINTS, _points)
        self.pipeline = Pipeline(store, here, points, *handlers.routes(), live=self.live)

    async def open(self) -> None:
        await self.pipeline.roster.appoint(self.live.current, NOW)
        for user in ("xiaolu", "aqing", "ayun", "tangyuan"):
            await self.pipeline.join(user, MoveKind.FOUND)

    async def say(self, user: str, text: str, **more: Any) -> str:
        """What ``user`` is answered in the group."""
        answer = await self.pipeline.ask(make_event(text, user=user, **more))
        assert answer is None or isinstance(answer, Text)
        return "" if answer is None else answer.text

    async def told(self) -> list[str]:
        """What was told in private, in order."""
        return [
            note.message.text
            for note in await self.pipeline.outbox()
            if isinstance(note.message, Text)
        ]

    async def member(self, user: str) -> int:
        query = "SELECT member_id FROM identity WHERE realm = ? AND user_id = ?"
        return int(str(await read_value(self.store, query, REALM, user)))

    async def points(self, user: str) -> int:
        rows = await self.store.read(
            "SELECT balance FROM account WHERE currency = 'points' AND kind = 'member'"
            " AND holder = ?",
            [str(await self.member(user))],
        )
        return int(rows[0]["balance"]) if rows else 0

    async def give(self, user: str, points: int) -> None:
        await Ledger(self.store).transfer(
            Transfer(
                key=f"gift/{user}/{points}",
                debit=AccountRef.issuance(),
                credit=AccountRef.member(MemberId(await self.member(user))),
                amount=points,
                reason=Reason.ADJUSTMENT,
                reference="a test",
                actor="tester",
                at=NOW,
            )
        )


@pytest.fixture
async def town(store: Store) -> Town:
    town = Town(store)
    await town.open()
    return town


# ---- earning with the end of an event


async def test_talk_in_the_group_earns_quietly(town: Town) -> None:
    await town.pipeline.bring(make_event("今天天气真好呀"), make_event("短"))

    assert await town.points("xiaolu") == 2
    assert await town.told() == []


async def test_an_event_that_is_brought_twice_earns_once(town: Town) -> None:
    event = make_event("今天天气真好呀", key="event/same")

    await town.pipeline.bring(event, event)

    assert await town.points("xiaolu") == 2


async def test_an_event_earns_for_the_day_on_which_it_happened(town: Town) -> None:
    await town.pipeline.bring(make_event("今天天气真好呀", at=NOW - DAY))

    assert await read_value(town.store, "SELECT on_date FROM earning") == "2026-11-24"


@pytest.mark.parametrize(
    ("event", "earned"),
    [
        (make_event("今天天气真好呀", user="stranger", place=Place.PRIVATE), 0),
        (make_event("今天天气真好呀", chat_id="wrFOREIGN"), 0),
        (make_event("今天天气真好呀", place=Place.PRIVATE), 1),
    ],
    ids=["in no group", "a foreign group", "a member in private"],
)
async def test_only_members_earn_and_only_with_us(town: Town, event: Event, earned: int) -> None:
    await town.pipeline.bring(event)

    assert await read_value(town.store, "SELECT count(*) FROM earning") == earned


async def test_who_is_blocked_earns_nothing(town: Town) -> None:
    await town.pipeline.bring(make_event("你好"))
    member = await town.member("xiaolu")

    await execute(town.store, f"UPDATE member SET blocked_at = 1 WHERE id = {member}")
    await town.pipeline.bring(make_event("今天天气真好呀"))

    assert await town.points("xiaolu") == 0


# ---- levels


async def test_a_reached_level_is_told_once_with_the_next_answer_about_points(town: Town) -> None:
    assert await town.say("xiaolu", "积分") == "有"
    await town.give("xiaolu", 100)

    other = await town.say("xiaolu", "你是谁")
    first = await town.say("xiaolu", "积分")
    second = await town.say("xiaolu", "积分")

    assert other == "在"
    assert first.startswith("有\n")
    assert "鱼" in first
    assert second == "有"


async def test_the_level_that_everybody_begins_with_is_no_news(town: Town) -> None:
    assert await town.say("xiaolu", "积分") == "有"
    await town.give("xiaolu", 99)
    assert await town.say("xiaolu", "积分") == "有"


async def test_level_tells_where_one_stands_and_how_far_the_next_one_is(town: Town) -> None:
    low = await town.say("xiaolu", "等级")
    assert "水" in low
    assert "100" in low
    assert "150%" in low
    await town.give("xiaolu", 100)
    await town.say("xiaolu", "你是谁")

    top = await town.say("xiaolu", "等级")

    assert "鱼" in top
    assert "150%" in top
    assert "1 次感谢" in top


# ---- thanks


async def test_a_member_thanks_another_by_name_with_words_behind_it(town: Town) -> None:
    answer = await town.say("xiaolu", "感谢 @aqing 教我看成分表")

    assert "5 分" in answer
    assert (await town.points("xiaolu"), await town.points("aqing")) == (0, 5)


@pytest.mark.parametrize("text", ["感谢", "感谢 大家"])
async def test_thanks_for_nobody_say_how_to_name_somebody(town: Town, text: str) -> None:
    assert "@" in await town.say("xiaolu", text)
    assert await read_value(town.store, "SELECT count(*) FROM thanks") == 0


async def test_a_refusal_tells_when_thanks_work_again(town: Town) -> None:
    for _ in range(2):
        await town.say("xiaolu", "感谢 aqing")

    enough = await town.say("xiaolu", "感谢 aqing")
    assert "11-30 04:00" in enough
    assert "xiaolu" in await town.say("xiaolu", "感谢 xiaolu")
    for other in ("ayun", "ayun", "tangyuan"):
        await town.say("xiaolu", f"感谢 {other}")
    assert "11-26 04:00" in await town.say("xiaolu", "感谢 tangyuan")


async def test_a_spent_budget_says_when_it_opens_again(store: Store) -> None:
    town = Town(store, budgets={"points": {"a_day": 5}})
    await town.open()
    await town.say("xiaolu", "感谢 aqing")

    assert "11-26 04:00" in await town.say("xiaolu", "感谢 ayun")


# ---- corrections


async def test_an_operator_corrects_with_a_reason_and_is_told_in_private(town: Town) -> None:
    answer = await town.say("ayun", "调整 @xiaolu +50 漏记的签到")

    assert "50" not in answer
    assert any("+50" in note for note in await town.told())
    assert await town.points("xiaolu") == 50
    assert await read_value(town.store, "SELECT reason FROM adjustment") == "漏记的签到"


@pytest.mark.parametrize(
    "text", ["调整 @xiaolu +50", "调整 @xiaolu 50 漏记", "调整 @xiaolu +0 漏记", "调整"]
)
async def test_a_correction_without_sign_or_reason_is_asked_for_again(
    town: Town, text: str
) -> None:
    assert "为什么" in await town.say("ayun", text)
    assert await town.points("xiaolu") == 0


async def test_a_big_correction_waits_for_another_operator(town: Town) -> None:
    await town.say("ayun", "调整 xiaolu ＋501 活动补发")
    await town.say("ayun", "确认调整 1")
    assert await town.points("xiaolu") == 0

    await town.say("tangyuan", "确认调整 1", at=NOW + HOUR)

    assert await town.points("xiaolu") == 501
    told = await town.told()
    assert ["确认调整 1" in told[0], "另一位" in told[1], "+501" in told[2]] == [True] * 3


async def test_nobody_but_an_operator_corrects(town: Town) -> None:
    owners = {"groups": tuple(_owned(group) for group in town.live.current.bot.groups)}
    bot = town.live.current.bot.model_copy(update={**owners, "operators": ()})
    town.live.change(bot=bot)
    await town.pipeline.roster.appoint(town.live.current, NOW)

    for who in ("xiaolu", "aqing"):
        for text in ("调整 aqing +50 好人", "确认调整 1"):
            await town.say(who, text)

    assert await read_value(town.store, "SELECT count(*) FROM adjustment") == 0


def _owned(group: Any) -> Any:
    return group.model_copy(update={"owners": ("xiaolu",)}) if group.key == GROUP else group
