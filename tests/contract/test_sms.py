"""Short messages: what is posted to a gateway, how it is signed, and what its answers mean."""

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import http, sms_signatures
from bot.channels.render import as_markdown, as_plain, as_short_plain
from bot.channels.sms import Sms, read_phone
from bot.channels.sms_signatures import (
    AliyunProvider,
    GenericProvider,
    Provider,
    ShortMessage,
    rpc_signature,
)
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
    Waiting,
)
from bot.core.ports import Outcome, Pause, Rate, Sender, SendResult
from bot.platforms.limits import LIMIT_SECONDS, SECRET_REPAIR_SECONDS, SMS_CHARACTERS

from .support import NO_SESSION, NOW

PHONE = "+8613800138000"
CARD = Card("抢红包", "手快有", (Button("领取", "claim:17"), Button("规则", "rules")), "packet-17")
MENU = Menu(
    "今天想看什么？",
    (
        MenuItem("打开商城", "https://shop.example/"),
        MenuItem(
            "会员",
            items=(MenuItem("签到", "https://pond.example/in"), MenuItem("积分")),
        ),
    ),
)


@dataclass
class FakeGateway:
    """Takes everything, unless told otherwise."""

    status: int = 200
    answer: bytes = b'{"reference": "r-1", "Code": "OK", "BizId": "b-1"}'
    hangs_up: bool = False
    gate: asyncio.Event | None = None
    """When set, answers wait for it."""
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    base: str = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.requests.append((request.raw_path, dict(request.headers), body))
        if self.hangs_up:
            assert request.transport is not None
            request.transport.close()
        if self.gate is not None:
            await self.gate.wait()
        return web.Response(status=self.status, body=self.answer)


@asynccontextmanager
async def listening(gateway: FakeGateway) -> AsyncIterator[FakeGateway]:
    app = web.Application()
    app.router.add_post("/{path:.*}", gateway.take)
    server = TestServer(app)
    await server.start_server()
    gateway.base = str(server.make_url("")).rstrip("/")
    try:
        yield gateway
    finally:
        await server.close()


def generic(api_base: str = "https://sms.example.com/send", **changes: str) -> GenericProvider:
    settings = {
        "access_key_id": "demo",
        "access_key_secret": "demo-secret",
        "signature": "禾间",
        **changes,
    }
    return GenericProvider(api_base=api_base, **settings)


def aliyun(api_base: str = "https://dysmsapi.aliyuncs.com", **changes: str) -> AliyunProvider:
    settings = {
        "access_key_id": "testId",
        "access_key_secret": "testSecret",
        "signature": "禾间",
        "template": "SMS_71390007",
        **changes,
    }
    return AliyunProvider(api_base=api_base, **settings)


def channel(provider: Provider, session: aiohttp.ClientSession = NO_SESSION) -> Sms:
    return Sms(
        key=ChannelKey("sms"),
        provider=provider,
        per_minute=60,
        session=session,
        clock=ManualClock(NOW),
    )


def text_to(
    message: Message, *, to: str = PHONE, key: str = "out-1", kind: TargetKind = TargetKind.PERSON
) -> Outgoing:
    return Outgoing(key, ChannelKey("sms"), Target(kind, to), message)


async def posted(session: aiohttp.ClientSession, message: Message) -> str:
    """The text that arrives at a gateway of our own form."""
    async with listening(FakeGateway()) as gateway:
        result = await channel(generic(gateway.base), session).send(text_to(message))
        assert result.outcome is Outcome.SENT
    ((_, _, body),) = gateway.requests
    return str(json.loads(body)["text"])


def test_it_offers_what_the_ports_ask() -> None:
    sender: Sender = Sms(
        key=ChannelKey("sms"),
        provider=generic(),
        per_minute=7,
        session=NO_SESSION,
        clock=ManualClock(NOW),
    )
    assert sender.key == "sms"
    assert sender.capabilities.rates == (Rate(7, 60, per_chat=False),)
    assert sender.capabilities.repeat_is_safe_to == frozenset()


# Telephone numbers


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800138000", PHONE),
        (PHONE, PHONE),
        ("+85251234567", "+85251234567"),
        ("+14155550123", "+14155550123"),
    ],
)
def test_numbers_of_the_mainland_and_from_abroad_are_known(written: str, number: str) -> None:
    assert read_phone(written) == number


@pytest.mark.parametrize(
    "written",
    [
        *("", "1380013800", "138001380000", "12800138000", "8613800138000", "+8612800138000"),
        *("+86", "+0123456789", "+1", "+1234567890123456", "138 0013 8000", "13800138000\n"),
        *("１３８００１３８０００", "13800138000,13800138001", "wmYUEYUE0001"),
    ],
)
async def test_what_is_no_mobile_number_is_a_dead_end(written: str) -> None:
    result = await channel(generic()).send(text_to(Text("早安"), to=written))
    assert result == SendResult(Outcome.DEAD, "The receiver's address is not a mobile number.")


# What a message looks like


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (Text("早安"), "早安"),
        (Markdown("**早安**"), "早安"),
        (CARD, "抢红包\n手快有\n1. 领取\n2. 规则"),
        (Link("商城", "上新了", "https://shop.example/1"), "商城\n上新了\nhttps://shop.example/1"),
        (Post("看图"), "看图"),
        (Media(MediaKind.FILE, "a.pdf", "手册.pdf"), "手册.pdf"),
        (Notice("points", (), "积分 +5", "https://p.example"), "积分 +5\nhttps://p.example"),
        (Notice("points", (), "积分 +5", "pages/points"), "积分 +5"),
        (Letter("预告", "来了", "https://pond.example/leave"), "预告\n来了"),
        (Waiting("稍等"), "稍等"),
        (
            MENU,
            """今天想看什么？
1. 打开商城 https://shop.example/
2. 会员
2.1 签到 https://pond.example/in
2.2 积分""",
        ),
    ],
)
async def test_every_message_becomes_plain_text_behind_the_brands_name(
    session: aiohttp.ClientSession, message: Message, text: str
) -> None:
    assert await posted(session, message) == f"【禾间】{text}"


async def test_a_long_message_is_cut_at_500_characters_with_the_name(
    session: aiohttp.ClientSession,
) -> None:
    text = await posted(session, Text("鱼" * 600))
    assert len(text) == SMS_CHARACTERS == 500
    assert text.endswith("鱼…")
    assert len(await posted(session, Text("鱼" * 496))) == 500
    assert not (await posted(session, Text("鱼" * 496))).endswith("…")


async def test_the_entries_of_a_menu_stay_whole(session: aiohttp.ClientSession) -> None:
    text = await posted(session, Menu("鱼" * 600, MENU.items))
    entries = as_short_plain(Menu("", MENU.items), 500)
    assert len(text) == 500
    assert text.endswith(f"鱼…\n{entries}")


LABELS = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=12)
URLS = st.just("") | st.integers(0, 999).map("https://s.example/{}".format)
LEAVES = st.builds(MenuItem, LABELS, URLS)
ITEMS = st.lists(
    LEAVES | st.builds(MenuItem, LABELS, URLS, st.lists(LEAVES, max_size=3).map(tuple)), max_size=3
).map(tuple)


@given(text=st.text(st.characters(codec="utf-8"), max_size=700), items=ITEMS)
def test_a_menu_is_numbered_whole_and_within_the_limit(
    text: str, items: tuple[MenuItem, ...]
) -> None:
    shown = as_short_plain(Menu(text, items), 496)
    assert len(shown) <= 496
    expected = []
    for first, item in enumerate(items, start=1):
        expected.append(" ".join(part for part in (f"{first}.", item.label, item.url) if part))
        for second, below in enumerate(item.items, start=1):
            words = (f"{first}.{second}", below.label, below.url)
            expected.append(" ".join(part for part in words if part))
    tail = shown.split("\n")[-len(expected) :] if expected else []
    assert [line.split() for line in tail] == [line.split() for line in expected]


@given(text=st.text(max_size=200), limit=st.integers(3, 300))
def test_no_rendering_is_longer_than_its_limit(text: str, limit: int) -> None:
    for message in (Text(text), Menu(text, MENU.items), Link(text, text, "https://s.example/1")):
        assert len(as_plain(message, limit).encode()) <= limit
        assert len(as_markdown(message, limit).encode()) <= limit
        assert len(as_short_plain(message, limit)) <= limit


def test_links_in_markdown_survive_brackets() -> None:
    link = Link("上新 [第 1 批]", "快看", "https://s.example/a (1)")
    assert as_markdown(link, 500) == "快看\n[上新 ［第 1 批］](https://s.example/a%20%281%29)"
    assert as_markdown(MENU, 500).splitlines()[1:] == [
        "1. [打开商城](https://shop.example/)",
        "2. 会员",
        "2.1 [签到](https://pond.example/in)",
        "2.2 积分",
    ]


@pytest.mark.parametrize(
    "outgoing",
    [
        text_to(Text("早"), kind=TargetKind.GROUP),
        text_to(Text("早"), kind=TargetKind.CALLBACK),
        text_to(CardUpdate(UserId("xiaolu"), CARD)),
        text_to(TagChange(UserId("tangyuan"), add=("会员",))),
        text_to(Recall("r-1")),
        text_to(HandOver("他问退货")),
        text_to(Media(MediaKind.IMAGE, "a.png")),
        text_to(Text(" \n")),
    ],
)
async def test_what_short_messages_cannot_do_dies_without_a_call(outgoing: Outgoing) -> None:
    result = await channel(generic()).send(outgoing)
    assert result.outcome is Outcome.DEAD
    assert result.reason


async def test_a_post_tells_that_its_media_stayed_behind(session: aiohttp.ClientSession) -> None:
    async with listening(FakeGateway()) as gateway:
        post = Post("看图", (Media(MediaKind.IMAGE, "a.png"),))
        result = await channel(generic(gateway.base), session).send(text_to(post))
    assert result.outcome is Outcome.SENT
    assert "without its 1 media" in result.reason


# Our own form


def test_the_example_of_the_specification_is_right() -> None:
    request = generic().request(
        ShortMessage("out-1", PHONE, "早安"),
        now=datetime.fromtimestamp(1767225660, UTC),
        nonce="00112233445566778899aabbccddeeff",
    )
    specification = sms_signatures.__doc__ or ""
    for piece in (
        request.body.decode(),
        f"{len(request.body)} bytes",
        request.url,
        *request.headers.values(),
    ):
        assert piece in specification
    lines = [
        "POST",
        "/send",
        "1767225660",
        "00112233445566778899aabbccddeeff",
        hashlib.sha256(request.body).hexdigest(),
    ]
    signed = hmac.new(b"demo-secret", "\n".join(lines).encode(), hashlib.sha256).hexdigest()
    assert request.headers["X-Sms-Signature"] == signed


@pytest.mark.parametrize(
    ("api_base", "path"),
    [("https://s.example", "/"), ("https://s.example/a/b?c=d", "/a/b?c=d")],
)
def test_the_path_is_signed_as_it_stands_in_the_request_line(api_base: str, path: str) -> None:
    request = generic(api_base).request(ShortMessage("1", PHONE, "早"), now=NOW, nonce="n")
    digest = hashlib.sha256(request.body).hexdigest()
    lines = f"POST\n{path}\n{int(NOW.timestamp())}\nn\n{digest}"
    signed = hmac.new(b"demo-secret", lines.encode(), hashlib.sha256).hexdigest()
    assert request.headers["X-Sms-Signature"] == signed


async def test_each_attempt_has_its_own_nonce_and_each_message_one_id(
    session: aiohttp.ClientSession,
) -> None:
    async with listening(FakeGateway()) as gateway:
        sender = channel(generic(f"{gateway.base}/send"), session)
        for key in ("welcome/xiaolu", "welcome/xiaolu", "welcome/momo"):
            assert (await sender.send(text_to(Text("早"), key=key))).reference == "r-1"
    ids = [json.loads(body)["id"] for _, _, body in gateway.requests]
    assert ids[0] == ids[1] != ids[2]
    assert not any("xiaolu" in body.decode() for _, _, body in gateway.requests)
    nonces = {headers["X-Sms-Nonce"] for _, headers, _ in gateway.requests}
    assert len(nonces) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", nonce) for nonce in nonces)
    assert {path for path, _, _ in gateway.requests} == {"/send"}


@pytest.mark.parametrize(
    ("status", "outcome", "pause"),
    [
        (200, Outcome.SENT, Pause.ROW),
        (400, Outcome.DEAD, Pause.ROW),
        (401, Outcome.RETRY, Pause.CHANNEL),
        (403, Outcome.RETRY, Pause.CHANNEL),
        (409, Outcome.RETRY, Pause.ROW),
        (429, Outcome.RETRY, Pause.LIMIT),
        (503, Outcome.RETRY, Pause.ROW),
        (302, Outcome.UNKNOWN, Pause.ROW),
        (404, Outcome.UNKNOWN, Pause.ROW),
        (500, Outcome.UNKNOWN, Pause.ROW),
    ],
)
async def test_the_status_of_our_own_form_decides(
    session: aiohttp.ClientSession, status: int, outcome: Outcome, pause: Pause
) -> None:
    gateway = FakeGateway(status, f"no, {PHONE}".encode())
    async with listening(gateway):
        result = await channel(generic(gateway.base), session).send(text_to(Text("早")))
    assert (result.outcome, result.pauses) == (outcome, pause)
    assert PHONE not in result.reason
    waits = SECRET_REPAIR_SECONDS if pause is Pause.CHANNEL else None
    assert result.retry_after_seconds == waits
    assert len(gateway.requests) == 1


# Alibaba Cloud


def test_the_documented_example_of_the_signature_comes_out() -> None:
    """The example of help.aliyun.com/document_detail/56189.html."""
    parameters = {
        "AccessKeyId": "testId",
        "Action": "SendSms",
        "Format": "XML",
        "OutId": "123",
        "PhoneNumbers": "15300000001",
        "RegionId": "cn-hangzhou",
        "SignName": "阿里云短信测试专用",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466",
        "SignatureVersion": "1.0",
        "TemplateCode": "SMS_71390007",
        "TemplateParam": '{"customer":"test"}',
        "Timestamp": "2017-07-12T02:42:19Z",
        "Version": "2017-05-25",
    }
    assert rpc_signature("GET", parameters, "testSecret") == "zJDF+Lrzhj/ThnlvIToysFRq6t4="


@pytest.mark.parametrize(
    ("phone", "dialled"), [(PHONE, "13800138000"), ("+85251234567", "85251234567")]
)
def test_everything_travels_in_the_body_under_its_signature(phone: str, dialled: str) -> None:
    now = datetime(2026, 11, 22, 9, 30, 5, 123_456, tzinfo=UTC)
    request = aliyun().request(ShortMessage("out-1", phone, "早安 ~*+/&="), now=now, nonce="n-1")
    assert request.url == "https://dysmsapi.aliyuncs.com/"
    fields = dict(parse_qsl(request.body.decode(), strict_parsing=True))
    signature = fields.pop("Signature")
    assert signature == rpc_signature("POST", fields, "testSecret")
    assert fields == {
        "AccessKeyId": "testId",
        "Action": "SendSms",
        "Format": "JSON",
        "OutId": "out-1",
        "PhoneNumbers": dialled,
        "RegionId": "cn-hangzhou",
        "SignName": "禾间",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "n-1",
        "SignatureVersion": "1.0",
        "TemplateCode": "SMS_71390007",
        "TemplateParam": '{"content": "早安 ~*+/&="}',
        "Timestamp": "2026-11-22T09:30:05Z",
        "Version": "2017-05-25",
    }


@pytest.mark.parametrize(
    ("status", "code", "outcome", "pause", "seconds"),
    [
        (200, "OK", Outcome.SENT, Pause.ROW, None),
        (200, "isv.BUSINESS_LIMIT_CONTROL", Outcome.RETRY, Pause.ROW, LIMIT_SECONDS[1]),
        (200, "isv.DAY_LIMIT_CONTROL", Outcome.RETRY, Pause.LIMIT, None),
        (400, "Throttling.User", Outcome.RETRY, Pause.LIMIT, None),
        (200, "isp.SYSTEM_ERROR", Outcome.RETRY, Pause.ROW, None),
        (400, "SignatureNonceUsed", Outcome.RETRY, Pause.ROW, None),
        (400, "SignatureDoesNotMatch", Outcome.RETRY, Pause.CHANNEL, SECRET_REPAIR_SECONDS),
        (404, "InvalidAccessKeyId.NotFound", Outcome.RETRY, Pause.CHANNEL, SECRET_REPAIR_SECONDS),
        (200, "isv.AMOUNT_NOT_ENOUGH", Outcome.RETRY, Pause.CHANNEL, SECRET_REPAIR_SECONDS),
        (200, "isv.SMS_TEMPLATE_ILLEGAL", Outcome.RETRY, Pause.CHANNEL, SECRET_REPAIR_SECONDS),
        (200, "isv.MOBILE_NUMBER_ILLEGAL", Outcome.DEAD, Pause.ROW, None),
        (200, "isv.PARAM_NOT_SUPPORT_URL", Outcome.DEAD, Pause.ROW, None),
        (503, "ServiceUnavailable", Outcome.UNKNOWN, Pause.ROW, None),
        (200, "", Outcome.UNKNOWN, Pause.ROW, None),
    ],
)
async def test_the_code_of_alibaba_cloud_decides(
    session: aiohttp.ClientSession,
    status: int,
    code: str,
    outcome: Outcome,
    pause: Pause,
    seconds: float | None,
) -> None:
    answer: dict[str, Any] = {"Code": code, "Message": f"no, {PHONE}", "BizId": "b-1"}
    async with listening(FakeGateway(status, json.dumps(answer).encode())) as gateway:
        result = await channel(aliyun(gateway.base), session).send(text_to(Text("早")))
    assert (result.outcome, result.pauses) == (outcome, pause)
    assert result.retry_after_seconds == seconds
    assert result.reference == ("b-1" if code == "OK" else "")
    assert code in result.reason or outcome is not Outcome.DEAD
    assert "13800138000" not in result.reason


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[1]", b"{", b"[" * 100_000, b'{"Code": 1}'])
async def test_an_answer_that_cannot_be_read_is_unknown(
    session: aiohttp.ClientSession, answer: bytes
) -> None:
    async with listening(FakeGateway(200, answer)) as gateway:
        result = await channel(aliyun(gateway.base), session).send(text_to(Text("早")))
    assert result.outcome is Outcome.UNKNOWN


# Silence


@pytest.mark.parametrize("make", [generic, aliyun])
async def test_silence_is_unknown_and_not_repeated(
    session: aiohttp.ClientSession, make: Any
) -> None:
    async with listening(FakeGateway(hangs_up=True)) as gateway:
        result = await channel(make(gateway.base), session).send(text_to(Text("早")))
    assert result.outcome is Outcome.UNKNOWN
    assert len(gateway.requests) == 1
    assert gateway.base not in result.reason


@pytest.mark.parametrize("make", [generic, aliyun])
async def test_a_gateway_that_is_not_there_is_tried_again(
    session: aiohttp.ClientSession, make: Any, unused_base_url: str
) -> None:
    result = await channel(make(unused_base_url), session).send(text_to(Text("早")))
    assert result.outcome is Outcome.RETRY
    assert unused_base_url not in result.reason


async def test_a_gateway_that_takes_too_long_is_unknown(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_QUICK", aiohttp.ClientTimeout(total=0.1))
    gateway = FakeGateway(gate=asyncio.Event())
    async with listening(gateway):
        result = await channel(generic(gateway.base), session).send(text_to(Text("早")))
        assert gateway.gate is not None
        gateway.gate.set()
    assert result.outcome is Outcome.UNKNOWN


async def test_closing_leaves_the_session_to_its_owner(session: aiohttp.ClientSession) -> None:
    await channel(generic(), session).close()
    assert not session.closed
