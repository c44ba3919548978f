"""The self-built app pushes to members and into its groups, and changes what it has shown."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.channels.wecom_app import WecomApp
from bot.core.clock import ManualClock
from bot.core.events import MediaKind
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    HandOver,
    Letter,
    Link,
    Markdown,
    Media,
    Menu,
    MenuItem,
    Message,
    Notice,
    Outgoing,
    Post,
    Recall,
    TagChange,
    Target,
    TargetKind,
    Text,
)
from bot.core.ports import Outcome, SendResult
from bot.platforms.limits import APP_MARKDOWN_BYTES, APP_TEXT_BYTES

from .support import FakePlatform, HangUp, Raw, Reply, uploaded_file
from .wecom_app_support import CARD, make_app


@pytest.fixture
def app(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock, tmp_path: Path
) -> WecomApp:
    return make_app(session, platform.base_url, clock, tmp_path)


def to(kind: TargetKind, address: str, message: Message) -> Outgoing:
    return Outgoing("out-1", ChannelKey("app"), Target(kind, address), message)


def to_person(message: Message, address: str = "zhangsan") -> Outgoing:
    return to(TargetKind.PERSON, address, message)


def to_group(message: Message) -> Outgoing:
    return to(TargetKind.GROUP, "yutang001", message)


CARD_BODY = {
    "card_type": "button_interaction",
    "main_title": {"title": "抢红包"},
    "sub_title_text": "手快有",
    "task_id": "packet-17",
    "button_list": [
        {"text": "领取", "style": 1, "key": "claim:17"},
        {"text": "规则", "style": 1, "key": "rules"},
    ],
}


LINK = Link("护手霜", "三种质地", "https://hejian.example/a", "https://hejian.example/a.png")
TEXTCARD = {"title": "护手霜", "description": "三种质地", "url": "https://hejian.example/a"}
MENU = Menu("去哪", (MenuItem("商城", "https://hejian.example/shop"), MenuItem("签到")))


def text(content: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": content}}


WORDS = [
    (Text("早安"), text("早安")),
    (Markdown("**早安**"), {"msgtype": "markdown", "markdown": {"content": "**早安**"}}),
    (LINK, {"msgtype": "textcard", "textcard": TEXTCARD}),
    (Notice("prize", (("title", "奖"),), "中奖了"), text("中奖了")),
    (Letter("主题", "正文"), text("主题\n正文")),
    (MENU, text("去哪\n1. 商城 https://hejian.example/shop\n2. 签到")),
    (Post("今天的桌面"), text("今天的桌面")),
]


@pytest.mark.parametrize(
    ("message", "content"),
    [*WORDS, (CARD, {"msgtype": "template_card", "template_card": CARD_BODY})],
)
async def test_a_push_to_a_person_says_what_the_documentation_asks_for(
    app: WecomApp, platform: FakePlatform, message: Message, content: dict[str, Any]
) -> None:
    assert await app.send(to_person(message)) == SendResult(Outcome.SENT)
    (call,) = platform.calls("message/send")
    assert call.method == "POST"
    assert call.query == {"access_token": "ACCESS-TOKEN-1"}
    assert call.body == {
        "touser": "zhangsan",
        "agentid": 1000002,
        **content,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 600,
    }


CARD_IN_WORDS = {
    "msgtype": "markdown",
    "markdown": {"content": "**抢红包**\n手快有\n1. 领取\n2. 规则"},
}


@pytest.mark.parametrize(("message", "content"), [*WORDS, (CARD, CARD_IN_WORDS)])
async def test_a_push_into_a_group_says_what_the_documentation_asks_for(
    app: WecomApp, platform: FakePlatform, message: Message, content: dict[str, Any]
) -> None:
    assert await app.send(to_group(message)) == SendResult(Outcome.SENT)
    (call,) = platform.calls("appchat/send")
    assert call.body == {"chatid": "yutang001", **content}


async def test_a_page_keeps_the_byte_limits_and_says_its_title_twice_when_it_has_no_words(
    app: WecomApp, platform: FakePlatform
) -> None:
    await app.send(to_person(Link("鱼" * 100, "塘" * 300, "https://hejian.example/a")))
    await app.send(to_person(Link("护手霜", "", "https://hejian.example/a")))
    long, short = (call.body["textcard"] for call in platform.calls("message/send"))
    assert 122 < len(long["title"].encode()) <= 128
    assert 506 < len(long["description"].encode()) <= 512
    assert short["description"] == "护手霜"


@pytest.mark.parametrize("kind", MediaKind)
async def test_a_file_is_uploaded_once_and_shown_to_persons_and_groups(
    app: WecomApp, platform: FakePlatform, tmp_path: Path, kind: MediaKind
) -> None:
    (tmp_path / "a.bin").write_bytes(b"a file of ours")
    platform.reply("media/upload", {"errcode": 0, "errmsg": "ok", "media_id": "MEDIA-1"})
    media = Media(kind, "a.bin")
    assert await app.send(to_person(media)) == SendResult(Outcome.SENT)
    assert await app.send(to_group(media)) == SendResult(Outcome.SENT)
    (upload,) = platform.calls("media/upload")
    assert upload.query["type"] == kind
    assert uploaded_file(upload.body)[2] == b"a file of ours"
    shown = {"msgtype": kind, kind: {"media_id": "MEDIA-1"}}
    assert platform.calls("message/send")[0].body.items() >= shown.items()
    assert platform.calls("appchat/send")[0].body == {"chatid": "yutang001", **shown}


async def test_a_file_that_is_not_there_ends_the_message_without_a_call(
    app: WecomApp, platform: FakePlatform
) -> None:
    result = await app.send(to_person(Media(MediaKind.IMAGE, "nowhere.png")))
    assert (result.outcome, result.reason) == (
        Outcome.DEAD,
        "The image nowhere.png does not exist.",
    )
    assert platform.requests == []


async def test_silence_after_an_upload_sends_nothing_and_is_tried_again(
    app: WecomApp, platform: FakePlatform, tmp_path: Path
) -> None:
    (tmp_path / "a.bin").write_bytes(b"a file of ours")
    platform.reply("media/upload", HangUp())
    result = await app.send(to_group(Media(MediaKind.FILE, "a.bin")))
    assert result.outcome is Outcome.RETRY
    assert platform.calls("appchat/send") == []


@pytest.mark.parametrize("kind", [TargetKind.PERSON, TargetKind.GROUP])
async def test_words_with_media_go_without_them_and_the_result_says_so(
    app: WecomApp, platform: FakePlatform, kind: TargetKind
) -> None:
    post = Post("今天的桌面", (Media(MediaKind.IMAGE, "a.png"),))
    result = await app.send(to(kind, "zhangsan", post))
    assert result.outcome is Outcome.SENT
    assert "without its 1 media" in result.reason
    assert platform.requests[-1].body["text"] == {"content": "今天的桌面"}


async def test_a_message_can_be_found_again_and_its_card_changed_by_what_the_platform_called_it(
    app: WecomApp, platform: FakePlatform
) -> None:
    platform.reply(
        "message/send",
        {"errcode": 0, "errmsg": "ok", "msgid": "MSG-1", "response_code": "CODE-1"},
    )
    result = await app.send(to_person(CARD))
    assert result == SendResult(Outcome.SENT, reference="MSG-1", update_code="CODE-1")


@pytest.mark.parametrize("kind", [TargetKind.PERSON, TargetKind.RECORD])
async def test_a_message_is_taken_back_by_its_reference(
    app: WecomApp, platform: FakePlatform, kind: TargetKind
) -> None:
    assert await app.send(to(kind, "zhangsan", Recall("MSG-1"))) == SendResult(Outcome.SENT)
    (call,) = platform.calls("message/recall")
    assert call.body == {"msgid": "MSG-1"}


async def test_a_card_is_changed_for_one_person_by_a_code(
    app: WecomApp, platform: FakePlatform
) -> None:
    update = CardUpdate(UserId("zhangsan"), CARD)
    result = await app.send(to(TargetKind.CALLBACK, "RESPONSE-CODE-0001", update))
    assert result == SendResult(Outcome.SENT)
    (call,) = platform.calls("message/update_template_card")
    assert call.body == {
        "userids": ["zhangsan"],
        "agentid": 1000002,
        "response_code": "RESPONSE-CODE-0001",
        "template_card": CARD_BODY,
    }


async def test_a_card_that_could_not_be_changed_is_told(
    app: WecomApp, platform: FakePlatform
) -> None:
    update = to(TargetKind.CALLBACK, "CODE", CardUpdate(UserId("zhangsan"), CARD))
    platform.reply(
        "message/update_template_card",
        {"errcode": 0, "errmsg": "ok", "invaliduser": ["zhangsan"]},
        HangUp(),
    )
    outcomes = [(await app.send(update)).outcome for _ in range(2)]
    assert outcomes == [Outcome.DEAD, Outcome.UNKNOWN]


BUTTON = Button("领取", "claim")


@pytest.mark.parametrize(
    "card",
    [
        Card("红包", "", (BUTTON,) * 7, "packet-17"),
        Card("红包", "", (), "packet-17"),
        Card("红包", "", (BUTTON,), "packet 17"),
        Card("红包", "", (BUTTON,), ""),
        Card("红包", "", (BUTTON,), "x" * 129),
        Card("红包", "", (Button("领取", "k" * 1025),), "packet-17"),
        Card("红包", "", (Button("领取", ""),), "packet-17"),
    ],
)
async def test_a_card_that_the_platform_would_refuse_goes_out_as_numbered_markdown(
    app: WecomApp, platform: FakePlatform, card: Card
) -> None:
    await app.send(to_person(card))
    body = platform.calls("message/send")[0].body
    options = "".join(f"\n{n}. 领取" for n in range(1, len(card.buttons) + 1))
    assert body["msgtype"] == "markdown"
    assert body["markdown"] == {"content": f"**红包**{options}"}


async def test_pushes_keep_the_byte_limits(app: WecomApp, platform: FakePlatform) -> None:
    await app.send(to_person(Text("鱼" * 5000)))
    await app.send(to_person(Markdown("鱼" * 5000)))
    text, markdown = (call.body for call in platform.calls("message/send"))
    assert APP_TEXT_BYTES - 6 < len(text["text"]["content"].encode()) <= APP_TEXT_BYTES
    written = len(markdown["markdown"]["content"].encode())
    assert APP_MARKDOWN_BYTES - 6 < written <= APP_MARKDOWN_BYTES


@pytest.mark.parametrize("field", ["invaliduser", "unlicenseduser"])
async def test_a_person_who_was_not_reached_is_a_dead_end_with_a_reason(
    app: WecomApp, platform: FakePlatform, field: str
) -> None:
    platform.reply("message/send", {"errcode": 0, "errmsg": "ok", field: "zhangsan"})
    result = await app.send(to_person(Text("早安")))
    assert result.outcome is Outcome.DEAD
    assert "member" in result.reason


@pytest.mark.parametrize("address", ["@all", "zhangsan|lisi", ""])
async def test_a_message_for_one_is_never_sent_to_many(
    app: WecomApp, platform: FakePlatform, address: str
) -> None:
    result = await app.send(to_person(Text("早安"), address))
    assert result.outcome is Outcome.DEAD
    assert platform.requests == []


async def test_a_user_id_may_be_a_mail_address(app: WecomApp, platform: FakePlatform) -> None:
    assert (await app.send(to_person(Text("hi"), "li@example.com"))).outcome is Outcome.SENT
    assert platform.calls("message/send")[0].body["touser"] == "li@example.com"


@pytest.mark.parametrize(
    "outgoing",
    [
        to(TargetKind.CALLBACK, "RESPONSE-CODE-0001", Text("hi")),
        to(TargetKind.CALLBACK, "RESPONSE-CODE-0001", Recall("MSG-1")),
        to(TargetKind.RECORD, "zhangsan", Text("hi")),
        to_person(CardUpdate(UserId("zhangsan"), CARD)),
        to_person(HandOver("急")),
        to_person(TagChange(UserId("lisi"), add=("老客",))),
        to_group(Recall("MSG-1")),
    ],
)
async def test_what_this_channel_cannot_send_dies_without_a_call(
    app: WecomApp, platform: FakePlatform, outgoing: Outgoing
) -> None:
    result = await app.send(outgoing)
    assert result.outcome is Outcome.DEAD
    assert result.reason
    assert platform.requests == []


DROPPED = [HangUp(), Raw(b"<html>"), Raw(status=502), Raw(status=302, headers={"Location": "/x"})]


@pytest.mark.parametrize("reply", DROPPED)
async def test_silence_in_a_group_is_unknown_and_to_a_person_safe_to_repeat(
    app: WecomApp, platform: FakePlatform, reply: Reply
) -> None:
    platform.reply("appchat/send", reply)
    platform.reply("message/send", reply)
    assert (await app.send(to_group(Text("早安")))).outcome is Outcome.UNKNOWN
    assert (await app.send(to_person(Text("早安")))).outcome is Outcome.RETRY
    assert len(platform.calls("appchat/send")) == len(platform.calls("message/send")) == 1


async def test_a_platform_that_cannot_be_reached_is_tried_again(
    session: aiohttp.ClientSession, unused_base_url: str
) -> None:
    app = make_app(session, unused_base_url)
    assert (await app.send(to_group(Text("早安")))).outcome is Outcome.RETRY


async def test_a_group_send_is_not_unknown_when_only_the_token_could_not_be_had(
    app: WecomApp, platform: FakePlatform
) -> None:
    platform.reply("gettoken", Raw(status=500), {"errcode": 0, "errmsg": "ok"})
    results = [await app.send(to_group(Text("早安"))) for _ in range(2)]
    assert [result.outcome for result in results] == [Outcome.RETRY] * 2
    assert platform.calls("appchat/send") == []


async def test_closing_ends_a_token_request_and_leaves_the_session_to_its_owner(
    app: WecomApp, platform: FakePlatform, session: aiohttp.ClientSession
) -> None:
    platform.gate = asyncio.Event()
    send = asyncio.create_task(app.send(to_person(Text("早安"))))
    await platform.token_asked.wait()
    await app.close()
    await asyncio.wait([send])
    assert send.cancelled()
    assert not session.closed
