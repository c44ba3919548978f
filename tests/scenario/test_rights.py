"""What members have a right to, through the front door and in the words that they type.

A choice holds with the very message that makes it, a person comes when one is called, and nobody
is left to think that he talks to a human.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.settings.schema.rewards.points import Expiry, Points
from bot.store.sql import Dialect
from tests.scenario.town import Town, books_are_clean
from tests.scenario.town import town as open_town
from tests.support.settings import example_settings

MEMBER, OTHER, OPERATOR, OWNER = "xiaolu", "aqing", "ayun", "tangyuan"
MORNING_TO_NOON = 5
"""Hours from the town's start, at seven, until somebody is in the office."""


@pytest.fixture
async def short_lived(engine: Dialect, tmp_path: Path) -> AsyncIterator[Town]:
    """A town whose points end after nine days, which is told a week before."""
    del engine
    settings = example_settings()
    points = Points(expiry=Expiry.DAYS, days=9, remind_days=(7,))
    rewards = settings.rewards.model_copy(update={"points": points})
    async with open_town(tmp_path, replace(settings, rewards=rewards)) as place:
        yield place


async def call(town: Town, who: str = MEMBER, said: str = "人工 订单少了一件") -> str:
    """The number of a call that a member makes in private; the staff has been told."""
    answer = await town.tell(who, said)
    await town.settle()
    found = re.search(r"(\d+) 号", answer)
    assert found, answer
    return found[1]


async def calls_told_to(town: Town, who: str) -> int:
    """How often somebody was told of calls."""
    return sum("工单" in note for note in await town.notes_to(who))


def is_notice(text: str) -> bool:
    """Whether it says what answers, and how to find a person."""
    return "AI 助手" in text and "“人工”" in text


# ---- 退出


@pytest.mark.parametrize(
    "typed",
    ["退出", "停", "停止！", "闭嘴", "你给我闭嘴", "别说话了好吗", "不想聊了", "STOP", "别@我"],
)
async def test_who_sends_the_persona_away_is_left_alone_at_once(town: Town, typed: str) -> None:
    gone = await town.say(MEMBER, typed)
    assert "“回来”" in gone, gone
    told = await town.say(MEMBER, "你好呀")
    assert "“回来”" in told, "once, for who has forgotten"
    assert await town.say(MEMBER, "在吗") == ""
    assert await town.say(MEMBER, "怎么选防晒") == ""
    assert "10" in await town.say(MEMBER, "签到"), "commands work"
    assert "是机器人" not in await town.say(MEMBER, "你是机器人吗"), "and stay truthful"
    back = await town.say(MEMBER, "回来吧")
    assert "“退出”" in back
    assert await town.say(MEMBER, "你好") != ""
    await books_are_clean(town)


async def test_the_persona_leaves_in_private_too_and_stays_for_everybody_else(town: Town) -> None:
    assert "“回来”" in await town.tell(MEMBER, "闭嘴")
    assert await town.tell(OTHER, "你好") != ""
    await town.tell(MEMBER, "你好")
    assert await town.tell(MEMBER, "你好") == ""
    assert await town.say(MEMBER, "你好") == "", "nor in the group"


async def test_the_owner_s_open_question_does_not_keep_him(town: Town) -> None:
    await town.say(OWNER, "发红包 20 2 普通")
    assert "“回来”" in await town.say(OWNER, "停")
    assert "“回来”" in await town.say(OWNER, "你好呀")


async def test_who_sent_the_persona_away_is_not_called_when_he_comes_back(town: Town) -> None:
    await town.say(MEMBER, "别@我")
    for who in (MEMBER, OTHER):
        await town.leave(who)
    await town.pass_time(minutes=5)
    before = await town.last_id()
    for who in (MEMBER, OTHER):
        await town.join(user_id=who)
    await town.pass_time(minutes=5)
    welcomes = [post["text"] for post in await town.posts(before) if "@阿晴" in post["text"]]
    assert len(welcomes) == 1
    assert "小鹿" not in welcomes[0]


# ---- 退订


@pytest.mark.parametrize(
    "typed",
    ["退订", "ｔｄ", "T", "我要退订", "麻烦帮我退订一下谢谢", "烦死了别再发了", "不要再给我发消息"],
)
async def test_who_unsubscribes_gets_no_reminder_that_others_get(
    short_lived: Town, typed: str
) -> None:
    for who in (MEMBER, OTHER):
        await short_lived.say(who, "签到")
    answer = await short_lived.say(MEMBER, typed)
    assert "“订阅”" in answer, answer
    await short_lived.pass_time(days=3)
    assert await short_lived.notes_to(MEMBER) == []
    (reminder,) = expiring(await short_lived.notes_to(OTHER))
    assert "10 积分" in reminder


async def test_who_subscribes_again_is_reminded_again(short_lived: Town) -> None:
    await short_lived.say(MEMBER, "签到")
    await short_lived.say(MEMBER, "退订")
    assert "“退订”" in await short_lived.say(MEMBER, "恢复订阅")
    await short_lived.pass_time(days=3)
    assert len(expiring(await short_lived.notes_to(MEMBER))) == 1


def expiring(notes: list[str]) -> list[str]:
    """Those of the notes that tell of points about to expire; newcomers get others as well."""
    return [note for note in notes if "10 积分" in note]


async def test_what_he_asked_for_still_reaches_who_unsubscribed(town: Town) -> None:
    await town.tell(MEMBER, "退订")
    await town.say(MEMBER, "我的数据")
    await town.settle()
    report = (await town.notes_to(MEMBER))[-1]
    assert "退订了" in report
    assert "“订阅”" in report
    number = await call(town)
    await town.tell(OPERATOR, f"回复 {number} 已经补发了")
    await town.settle()
    assert "已经补发了" in (await town.notes_to(MEMBER))[-1]


# ---- 关闭个性化


@pytest.mark.parametrize(
    "typed", ["关闭个性化", "关闭个性化推荐", "请帮我关掉个性化", "别给我打标签"]
)
async def test_who_wants_nothing_personal_has_no_tags_any_more(town: Town, typed: str) -> None:
    for _ in range(3):
        await town.say(MEMBER, "我是干皮，冬天起皮")
    await town.tell(MEMBER, "我的数据")
    before = (await town.notes_to(MEMBER))[-1]
    assert "还没有标签" not in before, before

    assert "“开启个性化”" in await town.tell(MEMBER, typed)
    for _ in range(3):
        await town.say(MEMBER, "我是干皮，冬天起皮")

    await town.tell(MEMBER, "我的数据")
    after = (await town.notes_to(MEMBER))[-1]
    assert "还没有标签" in after, after
    assert "个性化关着" in after


# ---- 人工


async def test_a_call_is_promised_a_time_of_the_office_and_answered_by_a_colleague(
    town: Town,
) -> None:
    early = await town.tell(MEMBER, "人工 订单少了一件")
    assert "今天 10:00" in early, "when somebody is there"
    assert "今天 10:30" in early, "and when he is answered"
    await town.settle()
    notice = (await town.notes_to(OPERATOR))[-1]
    assert "订单少了一件" in notice
    assert "回复 1 要说的话" in notice

    await town.pass_time(hours=3)
    assert "订单少了一件" in await town.tell(OPERATOR, "工单")
    assert "订单少了一件" in await town.tell(OPERATOR, "接单 1")
    assert "小鹿" in await town.tell(OPERATOR, "回复 1 今天就补发，单号 SF123")
    await town.settle()
    answer = (await town.notes_to(MEMBER))[-1]
    assert "同事 阿云" in answer
    assert "今天就补发，单号 SF123" in answer
    assert "1 号" in await town.tell(OPERATOR, "结单 1")
    assert "没有等着的" in await town.tell(OPERATOR, "工单")
    numbers = await town.say(OWNER, "数据")
    assert "找人工 1 次" in numbers
    assert "3 小时" in numbers


async def test_who_calls_again_joins_his_call_and_who_needs_nobody_ends_it(town: Town) -> None:
    number = await call(town)
    again = await town.tell(MEMBER, "转人工客服 还有一瓶是漏的")
    assert f"{number} 号" in again
    await town.settle()
    assert "漏的" in (await town.notes_to(OPERATOR))[-1]
    assert "工单 1 个" in await town.tell(OPERATOR, "工单")
    assert f"{number} 号" in await town.tell(MEMBER, "不用了，谢谢")
    assert "没有等着的" in await town.tell(OPERATOR, "工单")
    told = await calls_told_to(town, OPERATOR)
    await town.pass_time(days=2)
    assert await calls_told_to(town, OPERATOR) == told, "a closed call asks nothing"
    assert await town.tell(MEMBER, "不用了") == "", "and without a call it is no command"


async def test_a_call_that_nobody_answers_is_not_forgotten_and_the_member_is_told(
    town: Town,
) -> None:
    await town.pass_time(hours=MORNING_TO_NOON)
    promise = await town.tell(MEMBER, "人工")
    assert "今天 12:30" in promise
    await town.settle()
    told = len(await town.notes_to(OPERATOR))
    await town.pass_time(minutes=29)
    assert len(await town.notes_to(OPERATOR)) == told + 1
    before = len(await town.notes_to(MEMBER))
    await town.pass_time(minutes=2)
    (late,) = (await town.notes_to(MEMBER))[before:]
    assert "1 号" in late
    assert "1 号" in await town.tell(OPERATOR, "工单")
    await town.pass_time(minutes=20)
    assert "等了 45 分钟" in (await town.notes_to(OWNER))[-1], "now everybody is told"


async def test_only_staff_handles_calls_and_never_shows_them_in_the_group(town: Town) -> None:
    await call(town)
    for typed in ("工单", "接单 1", "回复 1 好的", "结单 1"):
        assert "少了一件" not in await town.tell(OTHER, typed)
    shown = await town.say(OWNER, "工单")
    assert "少了一件" not in shown
    await town.settle()
    assert "少了一件" in (await town.notes_to(OWNER))[-1]


async def test_a_colleague_s_words_are_screened_like_all_others(town: Town) -> None:
    number = await call(town)
    refused = await town.tell(OPERATOR, f"回复 {number} 这款是国家级的")
    assert "国家级" in refused.replace("·", "")
    await town.settle()
    assert not any("国家级" in note for note in await town.notes_to(MEMBER))
    assert "没人接" in await town.tell(OPERATOR, "工单")


# ---- words of somebody in danger


@pytest.mark.parametrize(
    "typed", ["我不想活了", "帮助 活着没意思", "抢 想去死", "人工 我想自杀", "签到 不想活了"]
)
async def test_words_of_danger_call_people_at_any_hour(town: Town, typed: str) -> None:
    await town.pass_time(hours=19)
    told = {who: len(await town.notes_to(who)) for who in (OPERATOR, OWNER)}
    answer = await town.tell(MEMBER, typed)
    assert "12356" in answer
    assert "120" in answer
    await town.settle()
    for who, before in told.items():
        (notice,) = (await town.notes_to(who))[before:]
        assert "紧急" in notice
        assert typed.rsplit(maxsplit=1)[-1] in notice
    await town.pass_time(minutes=6)
    assert len(await town.notes_to(OPERATOR)) == told[OPERATOR] + 2, "in the night as well"
    await town.tell(OPERATOR, "接单 1")
    taken = len(await town.notes_to(OPERATOR))
    await town.pass_time(minutes=30)
    assert len(await town.notes_to(OPERATOR)) == taken


async def test_in_the_group_the_careful_words_are_for_him_alone(town: Town) -> None:
    shown = await town.say(MEMBER, "不想活了")
    assert "12356" not in shown
    await town.settle()
    assert "12356" in (await town.notes_to(MEMBER))[-1]


async def test_ordinary_talk_calls_nobody(town: Town) -> None:
    for typed in ("周末不想活动", "想死你们啦", "跳楼价清仓吗"):
        await town.say(MEMBER, typed)
    assert "没有等着的" in await town.tell(OPERATOR, "工单")


# ---- that it is an AI


async def test_the_first_answer_says_that_it_is_an_ai_and_the_next_does_not(town: Town) -> None:
    first = await town.say(MEMBER, "签到")
    assert is_notice(first), first
    assert "10 分" in first, "the answer itself is there"
    assert not is_notice(await town.say(MEMBER, "积分"))
    assert not is_notice(await town.tell(MEMBER, "积分")), "one person, wherever he talks"
    assert is_notice(await town.say(OTHER, "积分"))


async def test_after_two_hours_of_unbroken_talk_it_says_so_again(town: Town) -> None:
    await town.tell(MEMBER, "积分")
    told = []
    for _ in range(10):
        await town.pass_time(minutes=25)
        told.append(is_notice(await town.tell(MEMBER, "积分")))
    assert told == [False, False, False, False, True, False, False, False, False, True]


async def test_a_pause_begins_a_new_talk(town: Town) -> None:
    await town.tell(MEMBER, "积分")
    for _ in range(6):
        await town.pass_time(minutes=31)
        assert not is_notice(await town.tell(MEMBER, "积分"))


async def test_a_restart_neither_repeats_nor_loses_it(engine: Dialect, tmp_path: Path) -> None:
    del engine
    async with open_town(tmp_path) as place:
        assert is_notice(await place.tell(MEMBER, "积分"))
    async with open_town(tmp_path) as place:
        assert not is_notice(await place.tell(MEMBER, "积分"))
        assert is_notice(await place.tell(OTHER, "积分"))
