"""The intelligent robot answers late: once, to an address of the platform."""

import base64
from typing import Any

import aiohttp
import pytest

from bot.channels.wecom_robot import WecomRobot
from bot.core.errors import BadPayload, TransportError
from bot.core.events import MediaKind, MediaRef
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    HandOver,
    Link,
    Markdown,
    Media,
    Message,
    Outgoing,
    Post,
    Recall,
    TagChange,
    Target,
    TargetKind,
    Text,
    Waiting,
)
from bot.core.ports import Outcome, SendResult
from bot.platforms.limits import ROBOT_CONTENT_BYTES

from .support import AES_KEY, FakePlatform, HangUp, Raw, Reply, encrypt_padded
from .wecom_robot_support import CARD, CARD_BODY, make_robot


@pytest.fixture
def robot(session: aiohttp.ClientSession, platform: FakePlatform) -> WecomRobot:
    return make_robot(session, api_base=platform.base_url)


@pytest.fixture
def address(platform: FakePlatform) -> str:
    """The response_url of a message in a group."""
    return f"url:group:{platform.base_url}/cgi-bin/aibot/response?response_code=ONE-USE-CODE"


def late(message: Message, address: str, kind: TargetKind = TargetKind.CALLBACK) -> Outgoing:
    return Outgoing("out-1", ChannelKey("robot"), Target(kind, address), message)


@pytest.mark.parametrize(
    ("message", "content"),
    [
        (Text("早安"), "早安"),
        (Markdown("**早安**"), "**早安**"),
        (CARD, "**抢红包**\n手快有\n1. 领取\n2. 规则"),
        (
            Link("护手霜", "三种", "https://hejian.example"),
            "三种\n[护手霜](https://hejian.example)",
        ),
    ],
)
async def test_a_late_answer_is_markdown_posted_once_to_the_callbacks_address(
    robot: WecomRobot, platform: FakePlatform, address: str, message: Message, content: str
) -> None:
    assert await robot.send(late(message, address)) == SendResult(Outcome.SENT)
    (call,) = platform.requests
    assert (call.method, call.path) == ("POST", "/cgi-bin/aibot/response")
    assert call.query == {"response_code": "ONE-USE-CODE"}
    assert call.body == {"msgtype": "markdown", "markdown": {"content": content}}


async def test_a_late_card_is_a_card_in_private_chats_only(
    robot: WecomRobot, platform: FakePlatform, address: str
) -> None:
    private = address.replace("group", "private")
    odd = Card("红包", "", (Button("领取", "claim"),) * 7, "packet-17")
    for message, where in ((CARD, private), (odd, private), (CARD, address)):
        assert (await robot.send(late(message, where))).outcome is Outcome.SENT
    shown, too_many, in_group = (call.body for call in platform.requests)
    assert shown == {"msgtype": "template_card", "template_card": CARD_BODY}
    assert too_many["msgtype"] == in_group["msgtype"] == "markdown"


async def test_words_with_media_go_without_them_and_the_result_says_so(
    robot: WecomRobot, platform: FakePlatform, address: str
) -> None:
    post = Post("今天的桌面", (Media(MediaKind.IMAGE, "a.png"),))
    result = await robot.send(late(post, address))
    assert result.outcome is Outcome.SENT
    assert "without its 1 media" in result.reason
    assert platform.requests[0].body["markdown"] == {"content": "今天的桌面"}


async def test_a_late_answer_keeps_the_byte_limit(
    robot: WecomRobot, platform: FakePlatform, address: str
) -> None:
    await robot.send(late(Text("鱼" * 30_000), address))
    size = len(platform.requests[0].body["markdown"]["content"].encode())
    assert ROBOT_CONTENT_BYTES - 6 < size <= ROBOT_CONTENT_BYTES


@pytest.mark.parametrize("reply", [HangUp(), Raw(b"{"), Raw(status=503)])
async def test_silence_after_a_late_answer_is_unknown_and_not_repeated(
    robot: WecomRobot, platform: FakePlatform, address: str, reply: Reply
) -> None:
    platform.reply("aibot/response", reply)
    assert (await robot.send(late(Text("早安"), address))).outcome is Outcome.UNKNOWN
    assert len(platform.requests) == 1


async def test_a_used_address_is_a_dead_end_and_the_reason_does_not_repeat_it(
    robot: WecomRobot, platform: FakePlatform, address: str
) -> None:
    platform.reply("aibot/response", {"errcode": 846605, "errmsg": "invalid ONE-USE-CODE"})
    result = await robot.send(late(Text("早安"), address))
    assert (result.outcome, result.errcode) == (Outcome.DEAD, 846605)
    assert "846605" in result.reason
    assert "ONE-USE-CODE" not in result.reason


async def test_what_this_channel_cannot_send_dies_without_a_call(
    robot: WecomRobot, platform: FakePlatform, address: str
) -> None:
    impossible = (
        late(Text("hi"), "wrTESTGROUP0002", TargetKind.GROUP),
        late(Text("hi"), "zhangsan", TargetKind.PERSON),
        late(Text("hi"), address, TargetKind.PERSON),
        late(CardUpdate(UserId("zhangsan"), CARD), address),
        late(HandOver("急"), address),
        late(TagChange(UserId("lisi"), add=("老客",)), address),
        late(Recall("m-1"), address),
        late(Media(MediaKind.IMAGE, "a.png"), address),
        late(Waiting("正在查询…"), address),
        late(Text("hi"), address.replace("url:", "msg:")),
    )
    for outgoing in impossible:
        result = await robot.send(outgoing)
        assert result.outcome is Outcome.DEAD
        assert result.reason
    assert platform.requests == []


FORGED = [
    "",
    "qyapi.weixin.qq.com/x",
    "http://qyapi.weixin.qq.com/x",
    "ftp://qyapi.weixin.qq.com/x",
    "file:///etc/passwd",
    "https://example.com/qyapi.weixin.qq.com",
    "https://qyapi.weixin.qq.com.example.com/x",
    "https://evilweixin.qq.com/x",
    "https://example.com\\@qyapi.weixin.qq.com/x",
    "https://qyapi.weixin.qq.com@example.com/x",
    "https://example.com?.weixin.qq.com",
    "https://example.com#.weixin.qq.com",
    "https://qyapi.weixin.qq.com:8443/x",
    "https://[::1]/x",
    "https://qyapi.weixin.qq.com/x y",
    "https://qyapi.weixin.qq.com/\r\nHost: example.com",
]


@pytest.mark.parametrize("forged", FORGED)
async def test_a_forged_address_is_not_posted_to(
    platform: FakePlatform, session: aiohttp.ClientSession, forged: str
) -> None:
    for robot in (make_robot(session), make_robot(session, api_base=platform.base_url)):
        for address in (f"url:group:{forged}", forged):
            result = await robot.send(late(Text("hi"), address))
            assert result == SendResult(Outcome.DEAD, "The response address is not the platform's.")
    assert platform.requests == []


@pytest.mark.parametrize("port", ["", ":443"])
async def test_the_platforms_own_address_is_trusted_only_when_no_other_is_set(
    platform: FakePlatform, unused_base_url: str, port: str
) -> None:
    url = f"url:group:https://qyapi.weixin.qq.com{port}/cgi-bin/x?response_code=ONE-USE-CODE"
    connector = aiohttp.TCPConnector(resolver=Nowhere())
    async with aiohttp.ClientSession(connector=connector) as offline:
        reached_for = await make_robot(offline).send(late(Text("hi"), url))
        refused = await make_robot(offline, api_base=platform.base_url).send(late(Text("hi"), url))
        other_port = await make_robot(offline, api_base=platform.base_url).send(
            late(Text("hi"), f"url:group:{unused_base_url}/x")
        )
    assert reached_for.outcome is Outcome.RETRY
    assert "ONE-USE-CODE" not in reached_for.reason
    assert (refused.outcome, other_port.outcome) == (Outcome.DEAD, Outcome.DEAD)


async def test_what_a_person_sent_is_fetched_and_decrypted_with_the_callbacks_key(
    robot: WecomRobot, platform: FakePlatform
) -> None:
    body = base64.b64decode(encrypt_padded(AES_KEY, b"a picture" + bytes([23]) * 23))
    platform.reply("/file", Raw(body))
    media = MediaRef(MediaKind.IMAGE, f"{platform.base_url}/file?sign=x")
    assert await robot.read_media(media) == b"a picture"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "file:///etc/passwd", "ftp://127.0.0.1/x", ""]
)
async def test_a_file_is_fetched_only_over_https_or_from_the_configured_place(
    robot: WecomRobot, session: aiohttp.ClientSession, url: str
) -> None:
    for each in (robot, make_robot(session)):
        with pytest.raises(BadPayload, match="not the platform's"):
            await each.read_media(MediaRef(MediaKind.FILE, url))


async def test_a_file_may_lie_anywhere_behind_https() -> None:
    connector = aiohttp.TCPConnector(resolver=Nowhere())
    async with aiohttp.ClientSession(connector=connector) as offline:
        with pytest.raises(TransportError):
            await make_robot(offline).read_media(
                MediaRef(MediaKind.FILE, "https://files.example/1?sign=x")
            )


class Nowhere(aiohttp.abc.AbstractResolver):
    """Knows no address at all, so that no test can leave this machine."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> Any:
        raise OSError(f"no address for {host}:{port}")

    async def close(self) -> None:
        """Nothing is held."""


async def test_closing_leaves_the_session_to_its_owner(
    robot: WecomRobot, session: aiohttp.ClientSession
) -> None:
    await robot.close()
    assert not session.closed
