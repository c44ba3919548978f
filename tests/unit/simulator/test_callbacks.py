"""How the simulated platform calls us: the check of the address, three tries, then silence."""

from pathlib import Path

import pytest
from aiohttp import web

from tests.unit.simulator.stub_bot import StubBot, on_stage, words


async def test_every_address_is_checked_before_it_gets_anything(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.say("签到")
        await stage.post("people/xiaolu/messages", {"text": "你好"})
        assert set(stage.bot.checks) == {"robot", "app"}
        states = (await stage.get("log"))["channels"]
        assert [state["verified"] for state in states] == [True, True]


@pytest.mark.parametrize("wrong", ['"{}"', "{}\n", "\ufeff{}", "ok"])
async def test_an_echo_that_does_not_come_back_bare_leaves_the_address_unverified(
    tmp_path: Path, wrong: str
) -> None:
    bot = StubBot()
    bot.echo = wrong.format
    async with on_stage(tmp_path, bot=bot) as stage:
        message = await stage.say("签到")
        assert message["delivery"] == "failed"
        assert bot.letters == []
        assert any("回调地址验证失败" in problem for problem in await stage.problems())


async def test_a_slow_echo_leaves_the_address_unverified(tmp_path: Path) -> None:
    bot = StubBot()
    bot.delay_seconds = 0.3
    async with on_stage(tmp_path, bot=bot, answer_seconds=0.05) as stage:
        answer = await stage.post("channels/robot/check", {})
        assert answer == {"channel": "robot", "verified": False}


async def test_an_address_can_be_checked_again_once_it_works(tmp_path: Path) -> None:
    bot = StubBot()
    bot.echo = lambda _echo: "wrong"
    async with on_stage(tmp_path, bot=bot) as stage:
        assert not (await stage.post("channels/robot/check", {}))["verified"]
        bot.echo = lambda echo: echo
        assert (await stage.post("channels/robot/check", {}))["verified"]
        assert (await stage.say("签到"))["delivery"] == "empty"


async def test_the_robot_hears_a_message_with_its_mention_and_a_one_use_address(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.say("签到")
        (letter,) = stage.bot.letters
        address = letter.json.pop("response_url")
        assert address.startswith(str(stage.client.make_url("/sim/platform/cgi-bin/aibot/")))
        msgid = letter.json.pop("msgid")
        assert len(msgid) == 32
        assert letter.json == {
            "aibotid": "aib-robot",
            "chatid": "wrGARDEN",
            "chattype": "group",
            "from": {"userid": "xiaolu"},
            "msgtype": "text",
            "text": {"content": "@小禾 签到"},
        }


async def test_a_message_without_a_mention_is_shown_and_goes_nowhere(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        message = await stage.say("大家早", mention=False)
        assert message["delivery"] == "not_heard"
        assert stage.bot.letters == []
        assert [shown["text"] for shown in await stage.messages()] == ["大家早"]


async def test_a_mention_that_was_typed_is_not_doubled(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        message = await stage.say("早呀 @小禾 签到")
        assert message["text"] == "早呀 @小禾 签到"
        assert message["delivery"] == "empty"


@pytest.mark.parametrize("status", [201, 204, 302, 403, 500])
async def test_anything_but_200_is_tried_three_times_with_the_same_msgid(
    tmp_path: Path, status: int
) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: web.Response(status=status, headers={"Location": "/sim/"})
    async with on_stage(tmp_path, bot=bot) as stage:
        message = await stage.say("签到")
        assert message["delivery"] == "failed"
        assert len(bot.letters) == 3
        assert len({letter.json["msgid"] for letter in bot.letters}) == 1
        assert len({letter.query["nonce"] for letter in bot.letters}) == 3
        assert len({letter.json["response_url"] for letter in bot.letters}) == 1


async def test_a_slow_answer_is_cut_off_and_the_message_repeated(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: words("太晚了")
    async with on_stage(tmp_path, bot=bot, answer_seconds=0.1) as stage:
        await stage.say("热身")
        bot.delay_seconds = 0.4
        message = await stage.say("签到")
        assert message["delivery"] == "failed"
        assert len(bot.letters) == 4
        assert "太晚了" not in [shown["text"] for shown in (await stage.messages())[2:]]
        assert sum("连接已断开" in problem for problem in await stage.problems()) == 3


async def test_the_second_try_may_succeed(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: (
        words("好了") if len(bot.letters) == 2 else web.Response(status=500)
    )
    async with on_stage(tmp_path, bot=bot) as stage:
        message = await stage.say("签到")
        assert message["delivery"] == "answered"
        assert (await stage.messages())[-1]["text"] == "好了"
        lines = (await stage.get("log"))["lines"]
        tries = [line for line in lines if line["what"] == "callback"]
        assert [(line["attempt"], line["status"]) for line in tries] == [(1, 500), (2, 200)]


async def test_the_app_hears_private_words_as_xml(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        message = await stage.post("people/小鹿/messages", {"text": "我的数据 <&]]>"})
        assert message["delivery"] == "empty"
        (letter,) = stage.bot.letters
        fields = {child.name: child.text for child in letter.xml.children}
        assert int(fields.pop("MsgId")) > 10**17
        assert fields == {
            "ToUserName": "ww0000000000000000",
            "FromUserName": "xiaolu",
            "CreateTime": "1795309200",
            "MsgType": "text",
            "Content": "我的数据 <&]]>",
            "AgentID": "1000002",
        }


async def test_a_private_message_is_tried_three_times_with_the_same_msgid(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: web.Response(status=503)
    async with on_stage(tmp_path, bot=bot) as stage:
        assert (await stage.post("people/momo/messages", {"text": "在吗"}))["delivery"] == "failed"
        assert len(bot.letters) == 3
        assert len({letter.xml.value("MsgId") for letter in bot.letters}) == 1
