"""The message push webhook: what is posted into a member group, and what its refusals mean."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.channels.group_webhook import GroupWebhook
from bot.channels.media import MediaShelf
from bot.core.clock import ManualClock
from bot.core.events import MediaKind
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    HandOver,
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
from bot.core.ports import Outcome, Pause, Sender, SendResult
from bot.platforms.limits import WEBHOOK_MARKDOWN_BYTES, WEBHOOK_TEXT_BYTES
from bot.platforms.table import GROUP_WEBHOOK

from .support import NOW, FakePlatform, HangUp, Raw, Reply, uploaded_file

WEBHOOK_KEY = "693a91f6-0000-4bc4-97a0-0ec2sifa5aaa"
CARD = Card("抢红包", "手快有", (Button("领取", "claim:17"), Button("规则", "rules")), "packet-17")
PICTURE = b"\x89PNG\r\n\x1a\n of ours"


def make_webhook(
    session: aiohttp.ClientSession, api_base: str, directory: Path = Path()
) -> GroupWebhook:
    return GroupWebhook(
        key=ChannelKey("webhook"),
        webhook_key=WEBHOOK_KEY,
        api_base=api_base,
        session=session,
        shelf=MediaShelf(directory, ManualClock(NOW)),
    )


@pytest.fixture
def webhook(session: aiohttp.ClientSession, platform: FakePlatform, tmp_path: Path) -> GroupWebhook:
    return make_webhook(session, platform.base_url, tmp_path)


def post(message: Message, kind: TargetKind = TargetKind.GROUP) -> Outgoing:
    return Outgoing("out-1", ChannelKey("webhook"), Target(kind, "the group"), message)


async def test_it_offers_what_the_ports_ask(webhook: GroupWebhook) -> None:
    sender: Sender = webhook
    assert (sender.key, sender.capabilities) == ("webhook", GROUP_WEBHOOK)


def markdown(content: str) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": content}}


@pytest.mark.parametrize(
    ("message", "body"),
    [
        (Text("早安"), {"msgtype": "text", "text": {"content": "早安"}}),
        (
            Text("领奖", (UserId("zhangsan"), UserId("lisi"))),
            {
                "msgtype": "text",
                "text": {"content": "领奖", "mentioned_list": ["zhangsan", "lisi"]},
            },
        ),
        (Markdown("**早安**"), markdown("**早安**")),
        (CARD, markdown("**抢红包**\n手快有\n1. 领取\n2. 规则")),
        (
            Menu("去哪", (MenuItem("商城", "https://hejian.example/shop"),)),
            markdown("去哪\n1. [商城](https://hejian.example/shop)"),
        ),
        (Notice("prize", (("title", "奖"),), "中奖了"), markdown("中奖了")),
        (
            Link("护手霜", "三种质地", "https://hejian.example/a", "https://hejian.example/a.png"),
            {
                "msgtype": "news",
                "news": {
                    "articles": [
                        {
                            "title": "护手霜",
                            "description": "三种质地",
                            "url": "https://hejian.example/a",
                            "picurl": "https://hejian.example/a.png",
                        }
                    ]
                },
            },
        ),
    ],
)
async def test_a_post_says_what_the_documentation_asks_for(
    webhook: GroupWebhook, platform: FakePlatform, message: Message, body: dict[str, Any]
) -> None:
    assert await webhook.send(post(message)) == SendResult(Outcome.SENT)
    (call,) = platform.requests
    assert (call.method, call.path) == ("POST", "/cgi-bin/webhook/send")
    assert call.query == {"key": WEBHOOK_KEY}
    assert call.body == body


async def test_a_page_without_a_picture_names_none_and_keeps_the_byte_limits(
    webhook: GroupWebhook, platform: FakePlatform
) -> None:
    await webhook.send(post(Link("鱼" * 100, "塘" * 300, "https://hejian.example/a")))
    (article,) = platform.requests[0].body["news"]["articles"]
    assert article.keys() == {"title", "description", "url"}
    assert 122 < len(article["title"].encode()) <= 128
    assert 506 < len(article["description"].encode()) <= 512


async def test_a_picture_travels_in_the_message_with_the_md5_of_the_file(
    webhook: GroupWebhook, platform: FakePlatform, tmp_path: Path
) -> None:
    (tmp_path / "cream.png").write_bytes(PICTURE)
    result = await webhook.send(post(Media(MediaKind.IMAGE, "cream.png")))
    assert result == SendResult(Outcome.SENT)
    (call,) = platform.requests
    assert call.body == {
        "msgtype": "image",
        "image": {
            "base64": "iVBORw0KGgogb2Ygb3Vycw==",
            "md5": "0554f2c79cf26dffea9c6a2b907322d1",
        },
    }


@pytest.mark.parametrize(
    ("kind", "name"), [(MediaKind.FILE, "手册.pdf"), (MediaKind.VOICE, "hello.amr")]
)
async def test_a_file_is_uploaded_for_this_webhook_and_then_posted(
    webhook: GroupWebhook, platform: FakePlatform, tmp_path: Path, kind: MediaKind, name: str
) -> None:
    (tmp_path / name).write_bytes(b"a file of ours")
    platform.reply("webhook/upload_media", {"errcode": 0, "errmsg": "ok", "media_id": "MEDIA-1"})
    for _ in range(2):
        assert await webhook.send(post(Media(kind, name))) == SendResult(Outcome.SENT)
    (upload,) = platform.calls("webhook/upload_media")
    assert upload.query == {"key": WEBHOOK_KEY, "type": kind}
    assert uploaded_file(upload.body)[0] == name
    bodies = [call.body for call in platform.calls("webhook/send")]
    assert bodies == [{"msgtype": kind, kind: {"media_id": "MEDIA-1"}}] * 2


async def test_words_with_media_are_posted_without_them_and_the_result_says_so(
    webhook: GroupWebhook, platform: FakePlatform
) -> None:
    media = (Media(MediaKind.IMAGE, "a.png"), Media(MediaKind.IMAGE, "b.png"))
    result = await webhook.send(post(Post("今天的桌面", media)))
    assert result.outcome is Outcome.SENT
    assert "without its 2 media" in result.reason
    (call,) = platform.requests
    assert call.body == markdown("今天的桌面")


def test_the_limits_are_those_of_the_documentation() -> None:
    assert (WEBHOOK_TEXT_BYTES, WEBHOOK_MARKDOWN_BYTES) == (2048, 4096)


async def test_posts_keep_the_byte_limits(webhook: GroupWebhook, platform: FakePlatform) -> None:
    for message in (Text("鱼" * 5000), Markdown("鱼" * 5000), Card("鱼" * 5000, "", (), "t")):
        await webhook.send(post(message))
    text, markdown, card = (call.body for call in platform.requests)
    written = len(text["text"]["content"].encode())
    assert WEBHOOK_TEXT_BYTES - 6 < written <= WEBHOOK_TEXT_BYTES
    for body in (markdown, card):
        written = len(body["markdown"]["content"].encode())
        assert WEBHOOK_MARKDOWN_BYTES - 6 < written <= WEBHOOK_MARKDOWN_BYTES


async def test_a_card_whose_options_alone_are_too_long_is_cut_all_the_same(
    webhook: GroupWebhook, platform: FakePlatform
) -> None:
    buttons = tuple(Button("鱼" * 500, f"b{n}") for n in range(6))
    await webhook.send(post(Card("选一个", "", buttons, "t")))
    content = platform.requests[0].body["markdown"]["content"]
    assert content.startswith("**选一个**\n1. 鱼")
    assert len(content.encode()) <= WEBHOOK_MARKDOWN_BYTES


@pytest.mark.parametrize("errcode", [93000, 93004, 93008])
async def test_a_webhook_that_is_gone_is_a_dead_end_with_a_reason(
    webhook: GroupWebhook, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("webhook/send", {"errcode": errcode, "errmsg": f"invalid {WEBHOOK_KEY}"})
    result = await webhook.send(post(Text("早安")))
    assert (result.outcome, result.errcode) == (Outcome.DEAD, errcode)
    assert str(errcode) in result.reason
    assert WEBHOOK_KEY not in result.reason


async def test_too_many_posts_wait_for_the_window_of_the_limit(
    webhook: GroupWebhook, platform: FakePlatform
) -> None:
    platform.reply("webhook/send", {"errcode": 45009, "errmsg": "api freq out of limit"})
    result = await webhook.send(post(Text("早安")))
    assert (result.outcome, result.pauses) == (Outcome.RETRY, Pause.LIMIT)


@pytest.mark.parametrize("reply", [HangUp(), Raw(b"busy"), Raw(status=500)])
async def test_silence_is_unknown_and_not_repeated(
    webhook: GroupWebhook, platform: FakePlatform, reply: Reply
) -> None:
    platform.reply("webhook/send", reply)
    result = await webhook.send(post(Text("早安")))
    assert result.outcome is Outcome.UNKNOWN
    assert WEBHOOK_KEY not in result.reason
    assert len(platform.requests) == 1


@pytest.mark.parametrize("reply", [HangUp(), {"errcode": 0}, {"errcode": 0, "media_id": 7}])
async def test_an_upload_without_a_media_id_posts_nothing_and_is_tried_again(
    webhook: GroupWebhook, platform: FakePlatform, tmp_path: Path, reply: Reply
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"a file of ours")
    platform.reply("webhook/upload_media", reply)
    result = await webhook.send(post(Media(MediaKind.FILE, "a.pdf")))
    assert result.outcome is Outcome.RETRY
    assert platform.calls("webhook/send") == []


async def test_a_platform_that_cannot_be_reached_is_tried_again(
    session: aiohttp.ClientSession, unused_base_url: str
) -> None:
    result = await make_webhook(session, unused_base_url).send(post(Text("早安")))
    assert result.outcome is Outcome.RETRY
    assert WEBHOOK_KEY not in result.reason


@pytest.mark.parametrize(
    "outgoing",
    [
        post(Text("hi"), TargetKind.PERSON),
        post(Text("hi"), TargetKind.CALLBACK),
        post(CardUpdate(UserId("zhangsan"), CARD)),
        post(HandOver("急")),
        post(TagChange(UserId("lisi"), add=("老客",))),
        post(Recall("m-1")),
        post(Media(MediaKind.VIDEO, "film.mp4")),
        post(Media(MediaKind.IMAGE, "nowhere.png")),
        post(Media(MediaKind.FILE, "nowhere.pdf")),
    ],
)
async def test_what_this_channel_cannot_send_dies_without_a_call(
    webhook: GroupWebhook, platform: FakePlatform, tmp_path: Path, outgoing: Outgoing
) -> None:
    (tmp_path / "film.mp4").write_bytes(b"a film of ours")
    result = await webhook.send(outgoing)
    assert result.outcome is Outcome.DEAD
    assert result.reason
    assert platform.requests == []


async def test_a_picture_above_two_megabytes_dies_with_the_limit(
    webhook: GroupWebhook, platform: FakePlatform, tmp_path: Path
) -> None:
    (tmp_path / "wall.png").write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    result = await webhook.send(post(Media(MediaKind.IMAGE, "wall.png")))
    assert result.outcome is Outcome.DEAD
    assert "at most 2097152" in result.reason
    assert platform.requests == []


async def test_closing_leaves_the_session_to_its_owner(
    webhook: GroupWebhook, session: aiohttp.ClientSession
) -> None:
    await webhook.close()
    assert not session.closed
