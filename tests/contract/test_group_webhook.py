"""The message push webhook: what is posted into a member group, and what its refusals mean."""

from typing import Any

import aiohttp
import pytest

from bot.channels.group_webhook import GroupWebhook
from bot.channels.limits import (
    GROUP_WEBHOOK,
    MINUTE_BAN_SECONDS,
    WEBHOOK_MARKDOWN_BYTES,
    WEBHOOK_TEXT_BYTES,
)
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
from bot.core.ports import Outcome, Sender, SendResult

from .support import FakePlatform, HangUp, Raw, Reply

WEBHOOK_KEY = "693a91f6-0000-4bc4-97a0-0ec2sifa5aaa"
CARD = Card("抢红包", "手快有", (Button("领取", "claim:17"), Button("规则", "rules")), "packet-17")


def make_webhook(session: aiohttp.ClientSession, api_base: str) -> GroupWebhook:
    return GroupWebhook(
        key=ChannelKey("webhook"), webhook_key=WEBHOOK_KEY, api_base=api_base, session=session
    )


@pytest.fixture
def webhook(session: aiohttp.ClientSession, platform: FakePlatform) -> GroupWebhook:
    return make_webhook(session, platform.base_url)


def post(message: Message, kind: TargetKind = TargetKind.GROUP) -> Outgoing:
    return Outgoing("out-1", ChannelKey("webhook"), Target(kind, "the group"), message)


async def test_it_offers_what_the_ports_ask(webhook: GroupWebhook) -> None:
    sender: Sender = webhook
    assert (sender.key, sender.capabilities) == ("webhook", GROUP_WEBHOOK)


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
async def test_a_post_says_what_the_documentation_asks_for(
    webhook: GroupWebhook, platform: FakePlatform, message: Message, body: dict[str, Any]
) -> None:
    assert await webhook.send(post(message)) == SendResult(Outcome.SENT)
    (call,) = platform.requests
    assert (call.method, call.path) == ("POST", "/cgi-bin/webhook/send")
    assert call.query == {"key": WEBHOOK_KEY}
    assert call.body == body


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


async def test_too_many_posts_wait_a_minute(webhook: GroupWebhook, platform: FakePlatform) -> None:
    platform.reply("webhook/send", {"errcode": 45009, "errmsg": "api freq out of limit"})
    result = await webhook.send(post(Text("早安")))
    assert (result.outcome, result.retry_after_seconds) == (Outcome.RETRY, MINUTE_BAN_SECONDS)


@pytest.mark.parametrize("reply", [HangUp(), Raw(b"busy"), Raw(status=500)])
async def test_silence_is_unknown_and_not_repeated(
    webhook: GroupWebhook, platform: FakePlatform, reply: Reply
) -> None:
    platform.reply("webhook/send", reply)
    result = await webhook.send(post(Text("早安")))
    assert result.outcome is Outcome.UNKNOWN
    assert WEBHOOK_KEY not in result.reason
    assert len(platform.requests) == 1


async def test_a_platform_that_cannot_be_reached_is_tried_again(
    session: aiohttp.ClientSession, unused_base_url: str
) -> None:
    result = await make_webhook(session, unused_base_url).send(post(Text("早安")))
    assert result.outcome is Outcome.RETRY
    assert WEBHOOK_KEY not in result.reason


async def test_what_this_channel_cannot_send_dies_without_a_call(
    webhook: GroupWebhook, platform: FakePlatform
) -> None:
    impossible = (
        post(Text("hi"), TargetKind.PERSON),
        post(Text("hi"), TargetKind.CALLBACK),
        post(CardUpdate(UserId("zhangsan"), CARD)),
    )
    for outgoing in impossible:
        assert (await webhook.send(outgoing)).outcome is Outcome.DEAD
    assert platform.requests == []


async def test_closing_leaves_the_session_to_its_owner(
    webhook: GroupWebhook, session: aiohttp.ClientSession
) -> None:
    await webhook.close()
    assert not session.closed
