"""Callbacks of an account in its three modes: how they are signed, sealed, repeated."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from bot.channels.crypto import Envelope
from bot.channels.xml import parse_xml
from tests.unit.simulator.account.town import (
    AES_KEY,
    AMR,
    APP_ID,
    MP4,
    PNG,
    TOKEN,
    YUE,
    Town,
    TownBot,
    in_town,
    open_id,
)
from tests.unit.simulator.stub_bot import NINE

MODES = pytest.mark.parametrize("mode", ["plain", "compatible", "aes"])
STAMP = {"signature", "timestamp", "nonce"}


@MODES
async def test_the_address_is_checked_with_a_bare_echo_in_every_mode(
    tmp_path: Path, mode: str
) -> None:
    bot = TownBot(mode)
    async with in_town(tmp_path, bot=bot) as town:
        assert await town.stage.post("channels/account/check", {}) == {
            "channel": "account",
            "verified": True,
        }
        bot.echo = lambda echo: f"{echo}\n"
        assert not (await town.stage.post("channels/account/check", {}))["verified"]


async def test_an_address_that_fails_its_check_gets_nothing(tmp_path: Path) -> None:
    bot = TownBot()
    bot.echo = lambda _echo: "wrong"
    async with in_town(tmp_path, bot=bot, followers=()) as town:
        assert await town.follow() == "failed"
        assert bot.letters == []


async def test_a_plain_callback_is_signed_and_readable(tmp_path: Path) -> None:
    async with in_town(tmp_path, bot=TownBot("plain")) as town:
        await town.say("你好")
        (letter,) = town.bot.letters
        assert set(letter.query) == STAMP | {"openid"}
        assert letter.query["openid"] == open_id()
        assert parse_xml(town.bot.bodies[-1]).value("Content") == "你好"


async def test_a_compatible_callback_is_readable_and_sealed(tmp_path: Path) -> None:
    async with in_town(tmp_path, bot=TownBot("compatible")) as town:
        await town.say("你好")
        (letter,) = town.bot.letters
        assert set(letter.query) == STAMP | {"openid", "encrypt_type", "msg_signature"}
        outside = parse_xml(town.bot.bodies[-1])
        assert outside.value("Content") == letter.xml.value("Content") == "你好"
        assert outside.value("MsgId") == letter.xml.value("MsgId")


async def test_a_safe_callback_shows_whom_it_is_for_and_nothing_else(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await town.say("你好")
        (letter,) = town.bot.letters
        assert set(letter.query) == STAMP | {"openid", "encrypt_type", "msg_signature"}
        outside = parse_xml(town.bot.bodies[-1])
        assert [child.name for child in outside.children] == ["ToUserName", "Encrypt"]
        opened = Envelope(TOKEN, AES_KEY, APP_ID).open(
            letter.query["msg_signature"],
            letter.query["timestamp"],
            letter.query["nonce"],
            outside.value("Encrypt"),
        )
        assert parse_xml(opened).value("Content") == "你好"


async def test_a_message_is_written_as_the_platform_writes_it(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await town.say("你好")
        fields = [(child.name, child.text) for child in town.bot.letters[-1].xml.children]
        assert fields[:-1] == [
            ("ToUserName", "gh_hejian"),
            ("FromUserName", open_id()),
            ("CreateTime", str(int(NINE.timestamp()))),
            ("MsgType", "text"),
            ("Content", "你好"),
        ]
        assert fields[-1][0] == "MsgId"
        assert fields[-1][1].isdecimal()


async def send(town: Town, status: int = 200, **body: Any) -> Any:
    return await town.stage.post("accounts/account/messages", {"from": YUE, **body}, status)


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


async def test_a_picture_comes_with_an_address_and_an_id(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await send(town, kind="image", data=b64(PNG), name="肌肤.png")
        seen = await town.stage.client.get(urlsplit(town.bot.last("PicUrl")).path)
        assert await seen.read() == PNG
        got = await town.stage.client.get(
            "/sim/weixin/cgi-bin/media/get",
            params={"access_token": await town.token(), "media_id": town.bot.last("MediaId")},
        )
        assert await got.read() == PNG
        assert (await town.room())[-1]["kind"] == "image"


async def test_a_voice_comes_with_what_was_understood_of_it(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await send(town, kind="voice", data=b64(AMR), recognition="签到")
        assert town.bot.last("MsgType") == "voice"
        assert (town.bot.last("Format"), town.bot.last("Recognition")) == ("amr", "签到")
        await send(town, kind="voice", data=b64(AMR))
        assert town.bot.letters[-1].xml.child("Recognition") is None


async def test_a_film_comes_with_its_first_picture(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await send(town, kind="video", data=b64(MP4))
        assert town.bot.last("MediaId") != town.bot.last("ThumbMediaId") != ""
        answer = await town.get("media/get", media_id=town.bot.last("MediaId"))
        seen = await town.stage.client.get(urlsplit(answer["video_url"]).path)
        assert await seen.read() == MP4


async def test_places_and_links_can_be_sent(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await send(town, kind="location", label="西湖", x=30.2, y=120.1, scale=16)
        place = ("Location_X", "Location_Y", "Scale", "Label")
        assert [town.bot.last(name) for name in place] == ["30.2", "120.1", "16", "西湖"]
        await send(town, kind="link", title="护肤", url="https://a", description="五步")
        link = ("Title", "Description", "Url")
        assert [town.bot.last(name) for name in link] == ["护肤", "五步", "https://a"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"kind": "song"}, "kind"),
        ({"text": ""}, "text"),
        ({"kind": "image", "data": "!"}, "Base64"),
        ({"kind": "image", "data": "aGVsbG8gd29ybGQ="}, "平台不收"),
    ],
)
async def test_what_cannot_be_sent_is_said(
    tmp_path: Path, body: dict[str, Any], words: str
) -> None:
    async with in_town(tmp_path) as town:
        assert words in (await send(town, 400, **body))["error"]
        assert town.bot.letters == []


async def test_only_followers_write(tmp_path: Path) -> None:
    async with in_town(tmp_path, followers=()) as town:
        assert "没有关注" in (await send(town, 400, text="你好"))["error"]


async def test_a_callback_is_tried_three_times_with_the_same_message(tmp_path: Path) -> None:
    bot = TownBot()
    async with in_town(tmp_path, bot=bot) as town:
        bot.answer = lambda _letter: web.Response(status=500)
        assert await town.say() == "failed"
        assert len(bot.letters) == 3
        assert len({it.xml.value("MsgId") for it in bot.letters}) == 1
        assert len({it.query["nonce"] for it in bot.letters}) == 3
        assert (await town.words())[-1] == "该公众号提供的服务出现故障，请稍后再试"


async def test_a_slow_answer_is_cut_off_and_asked_for_again(tmp_path: Path) -> None:
    bot = TownBot()
    async with in_town(tmp_path, bot=bot, answer_seconds=0.2) as town:
        bot.delay_seconds = 0.5
        assert await town.say() == "failed"
        assert len(bot.letters) == 3


async def test_a_window_opens_even_when_the_bot_is_out_of_order(tmp_path: Path) -> None:
    bot = TownBot()
    async with in_town(tmp_path, bot=bot) as town:
        town.stage.clock.advance(timedelta(minutes=1))
        bot.answer = lambda _letter: web.Response(status=500)
        await town.say()
        assert await town.send_text("来晚了") == 0
