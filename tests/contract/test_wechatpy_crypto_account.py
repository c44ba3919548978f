"""wechatpy's WeChatCrypto reads what the simulator posts, and its replies are taken."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.replies import (
    ArticlesReply,
    EmptyReply,
    ImageReply,
    TextReply,
    TransferCustomerServiceReply,
)
from wechatpy.utils import check_signature

from tests.unit.simulator.account.town import AES_KEY, APP_ID, PNG, TOKEN, TownBot, in_town, open_id


class WechatpyBot(TownBot):
    """A bot of a few lines, as wechatpy's examples write it."""

    def __init__(self, answer_to: Callable[[Any], Any] = lambda _message: None) -> None:
        super().__init__("aes")
        self.answer_to = answer_to
        self.messages: list[Any] = []
        self.crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)

    async def _check(self, request: web.Request) -> web.Response:
        if request.match_info["key"] != "account":
            return await super()._check(request)
        query = request.query
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        return web.Response(text=query["echostr"])

    async def _hear(self, request: web.Request) -> web.Response:
        if request.match_info["key"] != "account":
            return await super()._hear(request)
        query, body = request.query, await request.text()
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        stamp = (query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(self.crypto.decrypt_message(body, *stamp))
        self.messages.append(message)
        reply = self.answer_to(message)
        if reply is None:
            return web.Response(text="success")
        answer = self.crypto.encrypt_message(reply.render(), stamp[2], stamp[1])
        return web.Response(text=answer, content_type="application/xml")


async def test_wechatpy_reads_messages_and_events(tmp_path: Path) -> None:
    bot = WechatpyBot()
    async with in_town(tmp_path, bot=bot) as town:
        assert await town.say("你好") == "empty"
        await town.stage.client.delete("/sim/api/accounts/account/followers/月月")
        follow, words, leave = bot.messages
        assert (follow.event, words.type, leave.event) == ("subscribe", "text", "unsubscribe")
        assert (words.content, words.source, words.target) == ("你好", open_id(), "gh_hejian")
        assert words.id > 0


async def test_wechatpy_tells_a_scan_that_follows_from_one_that_does_not(tmp_path: Path) -> None:
    bot = WechatpyBot()
    scene = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "ref-7"}}}
    async with in_town(tmp_path, bot=bot, followers=()) as town:
        made = await town.post("qrcode/create", scene)
        for _ in range(2):
            body = {"customer": "月月", "code": "ref-7"}
            await town.stage.post("accounts/account/scans", body)
        first, second = bot.messages
        assert (first.event, first.scene_id) == ("subscribe_scan", "ref-7")
        assert (second.event, second.scene_id) == ("scan", "ref-7")
        assert first.ticket == second.ticket == made["ticket"]


async def test_wechatpy_answers_in_words_pictures_and_articles(tmp_path: Path) -> None:
    bot = WechatpyBot()
    async with in_town(tmp_path, bot=bot) as town:
        media_id = await town.media_id("image", PNG)

        def article(message: Any) -> ArticlesReply:
            reply = ArticlesReply(message=message)
            reply.add_article(
                {"title": "护肤", "description": "五步", "image": "https://b", "url": "https://a"}
            )
            return reply

        answers: list[tuple[Callable[[Any], Any], str]] = [
            (lambda message: TextReply(content="收到", message=message), "text"),
            (lambda message: ImageReply(media_id=media_id, message=message), "image"),
            (article, "news"),
            (lambda message: TransferCustomerServiceReply(message=message), "notice"),
        ]
        for answer_to, kind in answers:
            bot.answer_to = answer_to
            assert await town.say() == "answered"
            assert (await town.room())[-1]["kind"] == kind


async def test_wechatpys_empty_reply_is_no_answer(tmp_path: Path) -> None:
    bot = WechatpyBot()
    async with in_town(tmp_path, bot=bot) as town:
        assert EmptyReply().render() == ""
        assert await town.say() == "empty"
        assert await town.words() == ["你好"]


@pytest.mark.parametrize(
    ("token", "app_id", "error"),
    [
        ("AnotherToken", APP_ID, InvalidSignatureException),
        (TOKEN, "wx1", InvalidAppIdException),
    ],
)
async def test_wechatpy_would_notice_another_accounts_callback(
    tmp_path: Path, token: str, app_id: str, error: type[Exception]
) -> None:
    async with in_town(tmp_path) as town:
        await town.say()
        (letter,) = town.bot.letters
        stamp = (letter.query["msg_signature"], letter.query["timestamp"], letter.query["nonce"])
        with pytest.raises(error):
            WeChatCrypto(token, AES_KEY, app_id).decrypt_message(town.bot.bodies[-1], *stamp)
