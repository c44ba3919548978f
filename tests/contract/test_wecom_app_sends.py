"""The self-built app pushes to members and groups, and reads who is there."""

from typing import Any

import aiohttp
import pytest

from bot.channels import api as api_module
from bot.channels.limits import APP_MARKDOWN_BYTES, APP_TEXT_BYTES
from bot.channels.wecom_app import WecomApp
from bot.core.clock import ManualClock
from bot.core.errors import PlatformError, TransportError
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    Markdown,
    Message,
    Outgoing,
    Target,
    TargetKind,
    Text,
)
from bot.core.ports import Outcome, SendResult

from .support import (
    FakePlatform,
    HangUp,
    Raw,
    Reply,
    Silence,
)
from .wecom_app_support import CARD, make_app


@pytest.fixture
def app(session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock) -> WecomApp:
    return make_app(session, platform.base_url, clock)


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


@pytest.mark.parametrize(
    ("message", "content"),
    [
        (Text("早安"), {"msgtype": "text", "text": {"content": "早安"}}),
        (Markdown("**早安**"), {"msgtype": "markdown", "markdown": {"content": "**早安**"}}),
        (CARD, {"msgtype": "template_card", "template_card": CARD_BODY}),
    ],
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


@pytest.mark.parametrize(
    ("message", "content"),
    [
        (Text("早安"), {"msgtype": "text", "text": {"content": "早安"}}),
        (Markdown("**早安**"), {"msgtype": "markdown", "markdown": {"content": "**早安**"}}),
        (
            CARD,
            {
                "msgtype": "markdown",
                "markdown": {"content": "**抢红包**\n手快有\n1. 领取\n2. 规则"},
            },
        ),
    ],
)
async def test_a_push_into_a_group_says_what_the_documentation_asks_for(
    app: WecomApp, platform: FakePlatform, message: Message, content: dict[str, Any]
) -> None:
    assert await app.send(to_group(message)) == SendResult(Outcome.SENT)
    (call,) = platform.calls("appchat/send")
    assert call.body == {"chatid": "yutang001", **content}


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


async def test_what_this_channel_cannot_send_dies_without_a_call(
    app: WecomApp, platform: FakePlatform
) -> None:
    impossible = (
        to(TargetKind.CALLBACK, "https://qyapi.weixin.qq.com/x", Text("hi")),
        to_person(CardUpdate(UserId("zhangsan"), CARD)),
    )
    for outgoing in impossible:
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


async def test_a_platform_that_never_answers_is_given_up(
    app: WecomApp, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_module, "_TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    await app.read_name(UserId("lisi"))  # the token is there
    platform.reply("appchat/send", Silence())
    assert (await app.send(to_group(Text("早安")))).outcome is Outcome.UNKNOWN


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


async def test_the_members_of_a_group_are_read(app: WecomApp, platform: FakePlatform) -> None:
    info = {"chatid": "yutang001", "name": "鱼塘", "owner": "lisi", "userlist": ["lisi", "wangwu"]}
    platform.reply("appchat/get", {"errcode": 0, "errmsg": "ok", "chat_info": info})
    assert await app.read_group_members("yutang001") == ("lisi", "wangwu")
    (call,) = platform.calls("appchat/get")
    assert call.query == {"chatid": "yutang001", "access_token": "ACCESS-TOKEN-1"}


async def test_an_unknown_group_is_an_error_and_not_an_empty_group(
    app: WecomApp, platform: FakePlatform
) -> None:
    platform.reply("appchat/get", {"errcode": 86003, "errmsg": "x"}, {"errcode": 0, "errmsg": "ok"})
    with pytest.raises(PlatformError):
        await app.read_group_members("nowhere")
    with pytest.raises(TransportError):
        await app.read_group_members("nowhere")


async def test_a_name_is_read_and_empty_when_the_platform_does_not_tell(
    app: WecomApp, platform: FakePlatform
) -> None:
    platform.reply(
        "user/get",
        {"errcode": 0, "errmsg": "ok", "userid": "lisi", "name": "李四"},
        {"errcode": 0, "errmsg": "ok", "userid": "lisi"},
        {"errcode": 60111, "errmsg": "userid not found"},
    )
    names = [await app.read_name(UserId("lisi")) for _ in range(3)]
    assert names == ["李四", "", ""]


async def test_a_name_is_not_called_empty_when_the_platform_is_only_busy(
    app: WecomApp, platform: FakePlatform
) -> None:
    platform.reply("user/get", {"errcode": -1, "errmsg": "busy"})
    with pytest.raises(PlatformError):
        await app.read_name(UserId("lisi"))


async def test_closing_leaves_the_session_to_its_owner(
    app: WecomApp, session: aiohttp.ClientSession
) -> None:
    await app.close()
    assert not session.closed
