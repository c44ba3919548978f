"""The simulated short message gateways: signatures, limits, and what phones show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.channels.sms import Sms
from bot.channels.sms_signatures import (
    AliyunProvider,
    GenericProvider,
    Provider,
    ShortMessage,
    SmsRequest,
    rpc_signature,
)
from bot.core.clock import Clock, ManualClock
from bot.core.ids import ChannelKey
from bot.core.messages import Menu, MenuItem, Message, Outgoing, Target, TargetKind, Text
from bot.core.ports import Outcome, Pause, SendResult
from bot.simulator.sms import NOTICES_A_DAY
from tests.unit.simulator.stub_bot import NINE, Stage, on_stage, settings

PHONE = "+8613800138000"
MORNING = Text("早安")


@asynccontextmanager
async def sms_stage(directory: Path) -> AsyncIterator[Stage]:
    """The brand with a gateway of each kind."""
    common = {
        "kind": "sms",
        "api_base": "simulator",
        "access_key_id": "key",
        "access_key_secret": "secret",
        "signature": "禾间",
    }
    gateways = {
        "generic": {**common, "provider": "generic"},
        "aliyun": {**common, "provider": "aliyun", "template": "SMS_1"},
    }
    file = settings(channels={**settings().model_dump()["channels"], **gateways})
    async with on_stage(directory, file=file) as stage:
        yield stage


def provider(stage: Stage, kind: str, **changes: str) -> Provider:
    address = str(stage.client.make_url(stage.simulator.sms_base(kind)))
    account = {"access_key_id": "key", "access_key_secret": "secret", "signature": "禾间"}
    if kind == "generic":
        return GenericProvider(api_base=address, **{**account, **changes})
    return AliyunProvider(api_base=address, **{**account, "template": "SMS_1", **changes})


async def send(
    stage: Stage,
    kind: str,
    message: Message = MORNING,
    *,
    to: str = PHONE,
    key: str = "out-1",
    clock: Clock | None = None,
    account: dict[str, str] | None = None,
) -> SendResult:
    """One attempt by our own channel."""
    async with aiohttp.ClientSession() as session:
        sender = Sms(
            key=ChannelKey(kind),
            provider=provider(stage, kind, **(account or {})),
            per_minute=60,
            session=session,
            clock=clock or stage.clock,
        )
        target = Target(TargetKind.PERSON, to)
        return await sender.send(Outgoing(key, ChannelKey(kind), target, message))


async def post(stage: Stage, request: SmsRequest) -> tuple[int, dict[str, Any]]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(request.url, data=request.body, headers=request.headers) as response,
    ):
        return response.status, await response.json()


def request_of(stage: Stage, kind: str, *, nonce: str = "n-1", **changes: str) -> SmsRequest:
    message = ShortMessage(
        changes.pop("id", "1"), changes.pop("phone", PHONE), changes.pop("text", "早安")
    )
    return provider(stage, kind, **changes).request(message, now=stage.clock.now(), nonce=nonce)


async def phone(stage: Stage, to: str = "") -> list[dict[str, Any]]:
    return list((await stage.get("sms", to=to))["messages"])


@pytest.mark.parametrize("kind", ["generic", "aliyun"])
async def test_a_message_of_ours_is_on_its_receivers_phone(tmp_path: Path, kind: str) -> None:
    async with sms_stage(tmp_path) as stage:
        menu = Menu("看什么", (MenuItem("打开商城", "https://shop.example/"),))
        result = await send(stage, kind, menu)
        assert result.outcome is Outcome.SENT
        await send(stage, kind, to="+85251234567", key="out-2")
        (sms,) = await phone(stage, "13800138000")
        assert len(sms.pop("message_id")) == 32
        assert sms == {
            "id": 1,
            "at": NINE.isoformat(),
            "channel": kind,
            "to": PHONE,
            "text": "【禾间】看什么\n1. 打开商城 https://shop.example/",
            "reference": result.reference,
        }
        assert [sms["to"] for sms in await phone(stage)] == [PHONE, "+85251234567"]
        assert [sms["to"] for sms in await phone(stage, "+85251234567")] == ["+85251234567"]


@pytest.mark.parametrize("kind", ["generic", "aliyun"])
@pytest.mark.parametrize("wrong", [{"access_key_id": "else"}, {"access_key_secret": "else"}])
async def test_strangers_may_not_send(tmp_path: Path, kind: str, wrong: dict[str, str]) -> None:
    async with sms_stage(tmp_path) as stage:
        result = await send(stage, kind, account=wrong)
        assert (result.outcome, result.pauses) == (Outcome.RETRY, Pause.CHANNEL)
        assert await phone(stage) == []


@pytest.mark.parametrize(("kind", "seconds"), [("generic", 300), ("aliyun", 900)])
async def test_a_clock_that_is_wrong_is_noticed(tmp_path: Path, kind: str, seconds: int) -> None:
    async with sms_stage(tmp_path) as stage:
        for off, outcome in ((seconds, Outcome.SENT), (seconds + 1, Outcome.RETRY)):
            for sign in (1, -1):
                clock = ManualClock(NINE + sign * timedelta(seconds=off))
                result = await send(stage, kind, clock=clock, key=f"{off}/{sign}")
                assert result.outcome is outcome
        assert result.pauses is Pause.CHANNEL


@pytest.mark.parametrize(
    ("kind", "status", "code"), [("generic", 409, None), ("aliyun", 400, "SignatureNonceUsed")]
)
async def test_a_request_that_is_played_back_is_refused(
    tmp_path: Path, kind: str, status: int, code: str | None
) -> None:
    async with sms_stage(tmp_path) as stage:
        request = request_of(stage, kind)
        assert (await post(stage, request))[0] == 200
        refused, answer = await post(stage, request)
        assert (refused, answer.get("Code")) == (status, code)
        assert (await post(stage, request_of(stage, kind, nonce="")))[0] == status
        assert len(await phone(stage)) == 1


@pytest.mark.parametrize("kind", ["generic", "aliyun"])
async def test_a_request_that_was_changed_on_its_way_is_refused(tmp_path: Path, kind: str) -> None:
    async with sms_stage(tmp_path) as stage:
        request = request_of(stage, kind, text="1")
        changed = SmsRequest(request.url, request.headers, request.body.replace(b"1", b"2"))
        assert (await post(stage, changed))[0] in {400, 401, 404}
        assert await phone(stage) == []


async def test_our_own_form_covers_the_path_too(tmp_path: Path) -> None:
    async with sms_stage(tmp_path) as stage:
        request = request_of(stage, "generic")
        moved = SmsRequest(f"{request.url}/", request.headers, request.body)
        assert (await post(stage, moved))[0] == 401


async def test_our_own_form_drops_repeats_and_alibaba_cloud_does_not(tmp_path: Path) -> None:
    async with sms_stage(tmp_path) as stage:
        for kind, shown in (("generic", 1), ("aliyun", 2)):
            first, second = await send(stage, kind), await send(stage, kind)
            assert first.outcome is second.outcome is Outcome.SENT
            assert (first.reference == second.reference) == (kind == "generic")
            assert len([s for s in await phone(stage) if s["channel"] == kind]) == shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": "13800138000"},
        {"phone": "+8612800138000"},
        {"signature": ""},
        {"text": "鱼" * 497},
        {"id": ""},
    ],
)
async def test_our_own_form_refuses_what_its_specification_forbids(
    tmp_path: Path, wrong: dict[str, str]
) -> None:
    async with sms_stage(tmp_path) as stage:
        assert (await post(stage, request_of(stage, "generic", **wrong)))[0] == 400
        good = request_of(stage, "generic", nonce="n-2", text="鱼" * 496)
        assert (await post(stage, good))[0] == 200


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"SignName": ""}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"TemplateCode": "1"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"PhoneNumbers": "12800138000,"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"TemplateParam": "早安"}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"code": "1"}'}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"TemplateParam": '{"content": "%s"}' % ("鱼" * 497)}, "isv.PARAM_LENGTH_LIMIT"),
        ({"Action": "SendMms"}, "InvalidAction.NotFound"),
        ({"Timestamp": "2026-11-22"}, "InvalidTimeStamp.Format"),
        ({"Timestamp": "2026-19-22T01:00:00Z"}, "InvalidTimeStamp.Format"),
        ({"SignatureMethod": "HMAC-SHA256"}, "SignatureDoesNotMatch"),
    ],
)
async def test_alibaba_cloud_names_what_is_wrong(
    tmp_path: Path, wrong: dict[str, str], code: str
) -> None:
    async with sms_stage(tmp_path) as stage:
        fields = {
            "AccessKeyId": "key",
            "Action": "SendSms",
            "PhoneNumbers": "13800138000",
            "SignName": "禾间",
            "SignatureMethod": "HMAC-SHA1",
            "SignatureNonce": "n-1",
            "TemplateCode": "SMS_1",
            "TemplateParam": '{"content": "早安"}',
            "Timestamp": "2026-11-22T01:00:00Z",
            "Version": "2017-05-25",
            **wrong,
        }
        fields["Signature"] = rpc_signature("POST", fields, "secret")
        url = str(stage.client.make_url(stage.simulator.sms_base("aliyun")))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        _, answer = await post(stage, SmsRequest(url, headers, urlencode(fields).encode()))
        assert answer["Code"] == code
        assert await phone(stage) == []
        assert await stage.problems() == [f"短信被拒绝：{code}"]


async def test_one_number_gets_fifty_a_day_from_alibaba_cloud(tmp_path: Path) -> None:
    async with sms_stage(tmp_path) as stage:
        for number in range(NOTICES_A_DAY[0].limit):
            assert (await send(stage, "aliyun", key=f"{number}")).outcome is Outcome.SENT
        result = await send(stage, "aliyun", key="51")
        assert (result.outcome, result.pauses) == (Outcome.RETRY, Pause.ROW)
        assert "isv.BUSINESS_LIMIT_CONTROL" in result.reason
        assert (await send(stage, "aliyun", to="13800138001")).outcome is Outcome.SENT
        await stage.post("clock", {"advance_seconds": 86_400})
        assert (await send(stage, "aliyun", key="52")).outcome is Outcome.SENT


@pytest.mark.parametrize(
    ("kind", "code", "outcome"),
    [
        ("generic", "429", Outcome.RETRY),
        ("generic", "503", Outcome.RETRY),
        ("generic", "500", Outcome.UNKNOWN),
        ("generic", "nonsense", Outcome.DEAD),
        ("aliyun", "isv.BUSINESS_LIMIT_CONTROL", Outcome.RETRY),
        ("aliyun", "isv.SMS_CONTENT_ILLEGAL", Outcome.DEAD),
    ],
)
async def test_a_number_can_be_closed_for_a_test(
    tmp_path: Path, kind: str, code: str, outcome: Outcome
) -> None:
    async with sms_stage(tmp_path) as stage:
        await refuse(stage, {"to": "13800138000", "code": code})
        assert (await send(stage, kind)).outcome is outcome
        assert (await send(stage, kind, to="13800138001")).outcome is Outcome.SENT
        await refuse(stage, {"to": PHONE, "code": ""})
        assert (await send(stage, kind)).outcome is Outcome.SENT


async def refuse(stage: Stage, body: dict[str, str]) -> None:
    response = await stage.client.put("/sim/api/sms/refusals", json=body)
    assert response.status == 200


async def test_messages_survive_a_crash(tmp_path: Path) -> None:
    async with sms_stage(tmp_path) as stage:
        first = await send(stage, "generic")
        before = await phone(stage)
    async with sms_stage(tmp_path) as stage:
        assert await phone(stage) == before
        assert (await send(stage, "generic")).reference == first.reference
        assert await phone(stage) == before


async def test_a_gateway_that_is_not_ours_does_not_exist(tmp_path: Path) -> None:
    async with sms_stage(tmp_path) as stage:
        response = await stage.client.post("/sim/sms/else", data=b"{}")
        assert response.status == 404


async def test_a_body_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    async with sms_stage(tmp_path) as stage:
        response = await stage.client.post("/sim/sms/generic", data=b"x" * 70_000)
        assert response.status == 413
