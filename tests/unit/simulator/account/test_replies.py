"""Passive replies: each kind is shown in the chat, and what the platform would not take is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.channels.crypto import Envelope
from bot.channels.xml import write_xml
from tests.unit.simulator.account.town import (
    AES_KEY,
    AMR,
    APP_ID,
    MP4,
    ORIGINAL_ID,
    PNG,
    TOKEN,
    YUE,
    TownBot,
    in_town,
    open_id,
)
from tests.unit.simulator.stub_bot import Answer, Letter

OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
MODES = pytest.mark.parametrize("mode", ["plain", "compatible", "aes"])


def raw(inner: str, *, by: str = ORIGINAL_ID, to: str = "", at: str = "1") -> str:
    """A reply with elements of its own, as text."""
    head = (("ToUserName", to or open_id()), ("FromUserName", by), ("CreateTime", at))
    return write_xml(head).removesuffix("</xml>") + inner + "</xml>"


def sealed(document: str) -> web.Response:
    letter = Envelope(TOKEN, AES_KEY, APP_ID).seal(document, timestamp="1", nonce="own")
    fields = (
        ("Encrypt", letter.ciphertext),
        ("MsgSignature", letter.signature),
        ("TimeStamp", 1),
        ("Nonce", "own"),
    )
    return web.Response(text=write_xml(fields))


def say(text: str) -> Callable[[TownBot], Callable[[Letter], Answer]]:
    return lambda bot: lambda letter: bot.reply(letter, "text", ("Content", text))


@MODES
async def test_words_are_shown_in_the_private_chat(tmp_path: Path, mode: str) -> None:
    bot = TownBot(mode)
    async with in_town(tmp_path, bot=bot) as town:
        bot.answer = say("收到")(bot)
        assert await town.say("你好") == "answered"
        assert await town.words() == ["你好", "收到"]
        assert [message["from"] for message in await town.room()] == [YUE, "account"]


@pytest.mark.parametrize("body", ["", "success", "success\n"])
async def test_nothing_to_say_is_no_answer_and_no_trouble(tmp_path: Path, body: str) -> None:
    bot = TownBot()
    async with in_town(tmp_path, bot=bot) as town:
        bot.answer = lambda _letter: web.Response(text=body)
        assert await town.say("你好") == "empty"
        assert await town.words() == ["你好"]
        assert len(bot.letters) == 1


async def test_a_compatible_account_may_answer_plainly_and_a_safe_one_may_not(
    tmp_path: Path,
) -> None:
    for mode, delivery in (("compatible", "answered"), ("aes", "failed")):
        bot = TownBot(mode)
        async with in_town(tmp_path / mode, bot=bot) as town:
            inner = "<MsgType>text</MsgType><Content>好</Content>"
            bot.answer = lambda _letter, inner=inner: web.Response(text=raw(inner))  # type: ignore[misc]
            assert await town.say() == delivery


async def test_events_are_answered_like_messages(tmp_path: Path) -> None:
    bot = TownBot()
    async with in_town(tmp_path, bot=bot, followers=()) as town:
        bot.answer = say("欢迎")(bot)
        assert await town.follow() == "answered"
        assert await town.words() == ["欢迎"]


async def test_who_has_left_reads_no_answer(tmp_path: Path) -> None:
    bot = TownBot()
    async with in_town(tmp_path, bot=bot) as town:
        bot.answer = say("别走")(bot)
        await town.stage.client.delete(f"/sim/api/accounts/account/followers/{YUE}")
        assert await town.words() == []


async def answer_with(tmp_path: Path, build: Callable[[Any], Any]) -> tuple[str, list[Any]]:
    """What becomes of a reply; ``build`` makes it from media ids by kind."""
    bot = TownBot()
    async with in_town(tmp_path, bot=bot) as town:
        ids = {
            kind: await town.media_id(kind, body)
            for kind, body in (("image", PNG), ("voice", AMR), ("video", MP4), ("thumb", PNG))
        }
        document = build(ids)
        bot.answer = lambda _letter: sealed(document)
        delivery = await town.say("你好")
        return delivery, (await town.room())[1:]


def media(kind: str, name: str, use: str = "") -> Callable[[dict[str, str]], str]:
    return lambda ids: raw(
        f"<MsgType>{kind}</MsgType><{name}><MediaId>{ids[use or kind]}</MediaId></{name}>"
    )


def music(thumb: str) -> Callable[[dict[str, str]], str]:
    return lambda ids: raw(
        "<MsgType>music</MsgType><Music><Title>雨声</Title><MusicUrl>https://a</MusicUrl>"
        f"<ThumbMediaId>{ids[thumb]}</ThumbMediaId></Music>"
    )


@pytest.mark.parametrize(
    ("build", "kind"),
    [
        (media("image", "Image"), "image"),
        (media("voice", "Voice"), "voice"),
        (media("video", "Video"), "video"),
        (music("thumb"), "news"),
    ],
)
async def test_media_are_shown(tmp_path: Path, build: Any, kind: str) -> None:
    delivery, (shown,) = await answer_with(tmp_path, build)
    assert (delivery, shown["kind"], shown["from_kind"]) == ("answered", kind, "app")


async def test_being_handed_to_a_person_is_shown_as_a_notice(tmp_path: Path) -> None:
    build = raw("<MsgType>transfer_customer_service</MsgType>")
    delivery, (shown,) = await answer_with(tmp_path, lambda _ids: build)
    assert (delivery, shown["kind"], shown["text"]) == ("answered", "notice", "已转接人工客服")


def articles(count: int, *, says: int | None = None) -> str:
    item = "<item><Title>护肤</Title><Description>五步</Description><Url>https://a</Url></item>"
    number = count if says is None else says
    return raw(
        f"<MsgType>news</MsgType><ArticleCount>{number}</ArticleCount>"
        f"<Articles>{item * count}</Articles>"
    )


async def test_words_are_answered_with_one_article_and_events_with_eight(tmp_path: Path) -> None:
    bot = TownBot()
    async with in_town(tmp_path, bot=bot, followers=()) as town:
        bot.answer = lambda _letter: sealed(articles(9))
        await town.follow()
        assert len(await town.room()) == 8
        await town.say()
        assert len(await town.room()) == 10


BAD = {
    "another receiver": raw("<MsgType>text</MsgType><Content>好</Content>", to="oNOBODY"),
    "another sender": raw("<MsgType>text</MsgType><Content>好</Content>", by="gh_other"),
    "no time": raw("<MsgType>text</MsgType><Content>好</Content>", at=""),
    "no words": raw("<MsgType>text</MsgType><Content> </Content>"),
    "too many words": raw(f"<MsgType>text</MsgType><Content>{'好' * 683}</Content>"),
    "a kind that does not exist": raw("<MsgType>markdown</MsgType><Content>好</Content>"),
    "a medium that does not exist": raw(
        "<MsgType>image</MsgType><Image><MediaId>made-up</MediaId></Image>"
    ),
    "a part that is not there": raw("<MsgType>image</MsgType>"),
    "a count that is wrong": articles(1, says=2),
    "no article": articles(0),
    "no xml": "hello",
}


@pytest.mark.parametrize("name", BAD)
async def test_what_the_platform_does_not_take_is_not_shown(tmp_path: Path, name: str) -> None:
    delivery, (shown,) = await answer_with(tmp_path, lambda _ids: BAD[name])
    assert (delivery, shown["text"]) == ("failed", OUT_OF_ORDER)


@pytest.mark.parametrize(
    "build",
    [media("image", "Image", use="voice"), media("voice", "Voice", use="image"), music("image")],
)
async def test_a_medium_must_be_of_its_kind(tmp_path: Path, build: Any) -> None:
    delivery, _ = await answer_with(tmp_path, build)
    assert delivery == "failed"


async def test_text_that_just_fits_is_shown(tmp_path: Path) -> None:
    text = "好" * 682 + "ab"
    document = raw(f"<MsgType>text</MsgType><Content>{text}</Content>")
    delivery, (shown,) = await answer_with(tmp_path, lambda _ids: document)
    assert (delivery, shown["text"]) == ("answered", text)


async def test_a_reply_that_is_signed_wrongly_is_not_shown(tmp_path: Path) -> None:
    bot = TownBot()
    async with in_town(tmp_path, bot=bot) as town:
        envelope = Envelope("AnotherToken", AES_KEY, APP_ID)
        letter = envelope.seal("<xml/>", timestamp="1", nonce="own")
        fields = (
            ("Encrypt", letter.ciphertext),
            ("MsgSignature", letter.signature),
            ("TimeStamp", 1),
            ("Nonce", "own"),
        )
        bot.answer = lambda _letter: web.Response(text=write_xml(fields))
        assert await town.say("你好") == "failed"
        assert any("验签" in problem for problem in await town.stage.problems())
