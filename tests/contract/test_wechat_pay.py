"""WeChat Pay v3: signatures against vectors and the wechatpayv3 package, the client against the
simulated platform, and every answer that decides about money."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from wechatpayv3 import WeChatPay as JudgeClient
from wechatpayv3 import WeChatPayType
from wechatpayv3 import utils as judge

from bot.channels.pay_signatures import (
    Sealed,
    authorization,
    check_signed,
    is_signed,
    read_private_key,
    read_public_key,
    seal,
    sign,
    unseal,
)
from bot.channels.wechat_pay import Terms, WechatPay
from bot.core.clock import ManualClock
from bot.core.errors import BadPayload, BadSignature
from bot.core.payouts import (
    Answer,
    Bill,
    BillNo,
    BillState,
    NoStatement,
    NotFound,
    PayoutOrder,
    Refused,
    Silent,
    Statement,
    Stop,
    Stopped,
)
from bot.simulator.feed import Feed
from bot.simulator.pay.corner import PayCorner
from bot.simulator.pay.door import PAY_BASE
from bot.simulator.pay.faults import PayFaults
from bot.simulator.pay.keys import API_V3_KEY, rehearsal_keys
from bot.simulator.pay.signing import Signing
from bot.simulator.platform_log import PlatformLog

from .support import NOW, PAYLOADS

SEALED = json.loads((PAYLOADS / "pay_v3_resource.json").read_text(encoding="utf-8"))
NUMBER = BillNo("YT2611220123456789ABCDEF01234567")
ORDER = PayoutOrder(NUMBER, "oTestOpenid0001", 888, "群福利提现")
APP_ID = "wxdemoaccount0001"
KEYS = rehearsal_keys()
PRIVATE_PEM = KEYS.merchant.key.private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
).decode()
PLATFORM_PEM = KEYS.platform.key.public_bytes(
    Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
).decode()


@dataclass
class Town:
    """The client, the platform on loopback, and the clock of both."""

    client: WechatPay
    pay: PayCorner
    clock: ManualClock
    base: str
    notices: list[tuple[dict[str, str], bytes]]

    async def order(self, order: PayoutOrder = ORDER) -> Answer:
        """Send an order."""
        return await self.client.send(order.bill_no, self.client.write(order))


@asynccontextmanager
async def open_town(**client: Any) -> AsyncIterator[Town]:
    clock = ManualClock(NOW)
    notices: list[tuple[dict[str, str], bytes]] = []
    server: BaseTestServer

    def base() -> str:
        return f"http://127.0.0.1:{server.port}"

    def happen(kind: str, **data: Any) -> None:
        pay.apply({"t": kind, "at": clock.now().isoformat(), **data})

    ids = iter(range(1, 1000))
    log = PlatformLog(clock, Feed())
    pay = PayCorner(
        app_id=APP_ID,
        clock=clock,
        happen=happen,
        new_id=lambda: f"{next(ids):032d}",
        base=base,
        log=log,
    )

    async def hear(request: web.Request) -> web.Response:
        notices.append((dict(request.headers), await request.read()))
        return web.Response(status=204)

    application = web.Application()
    application.add_routes([*pay.routes(), web.post("/pay/notify", hear)])
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        terms = Terms(
            app_id=APP_ID,
            scene_id="1000",
            scene_reports=(("活动名称", "群福利"), ("奖励说明", "现金")),
            notify_url=f"{base()}/pay/notify",
        )
        given = {"merchant": KEYS.merchant, "platform": KEYS.platform, "terms": terms, **client}
        speaker = WechatPay(
            api_v3_key=API_V3_KEY,
            api_base=f"{base()}{PAY_BASE}",
            session=session,
            clock=clock,
            **given,
        )
        yield Town(speaker, pay, clock, base(), notices)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with open_town() as town:
        yield town


# Signatures


def test_what_the_platform_sealed_opens_with_the_apiv3_key() -> None:
    sealed = Sealed(SEALED["nonce"], SEALED["ciphertext"], SEALED["associated_data"])
    assert unseal(sealed, SEALED["api_v3_key"]).decode() == SEALED["plaintext"]


def test_a_sealed_notice_opens_with_no_other_key_and_not_when_it_was_touched() -> None:
    sealed = seal(b"{}", api_v3_key="k" * 32, nonce="a1b2c3d4e5f6", associated_data="mch_payment")
    assert unseal(sealed, "k" * 32) == b"{}"
    touched = Sealed(sealed.nonce, sealed.ciphertext, "another")
    for bad, key in ((sealed, "x" * 32), (touched, "k" * 32), (sealed, "short")):
        with pytest.raises(BadPayload):
            unseal(bad, key)


def test_the_package_opens_what_we_seal_and_checks_what_we_sign() -> None:
    sealed = seal(b"said", api_v3_key="k" * 32, nonce="a1b2c3d4e5f6", associated_data="x")
    assert judge.aes_decrypt(sealed.nonce, sealed.ciphertext, "x", "k" * 32) == "said"
    signature = sign(KEYS.platform_private, "1", "nonce", '{"鱼":1}')
    assert judge.rsa_verify("1", "nonce", '{"鱼":1}', signature, KEYS.platform.key)


def test_our_authorization_is_the_packages_to_the_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judge, "time", SimpleNamespace(time=NOW.timestamp))
    theirs = judge.build_authorization(
        "/v3/pay?a=1", "POST", KEYS.merchant.merchant_id, KEYS.merchant.serial,
        judge.load_private_key(PRIVATE_PEM), data='{"a": 1}', nonce_str="N" * 32,
    )  # fmt: skip
    ours = authorization(
        KEYS.merchant, method="POST", path="/v3/pay?a=1", body='{"a": 1}', now=NOW, nonce="N" * 32
    )
    assert ours == theirs


def test_keys_are_read_with_line_ends_of_either_kind() -> None:
    for pem in (PRIVATE_PEM, PRIVATE_PEM.replace("\n", "\\n")):
        assert read_private_key(pem).private_numbers() == KEYS.merchant.key.private_numbers()
    assert read_public_key(PLATFORM_PEM).public_numbers() == KEYS.platform.key.public_numbers()
    with pytest.raises(ValueError, match="no private key"):
        read_private_key("not a key")
    with pytest.raises(ValueError, match="no public key"):
        read_public_key(PRIVATE_PEM)


@pytest.mark.parametrize("late", [timedelta(minutes=5, seconds=1), -timedelta(minutes=6)])
def test_an_old_or_early_signature_is_refused(late: timedelta) -> None:
    headers = Signing(ManualClock(NOW)).headers("{}")
    check_signed(KEYS.platform, headers, "{}", NOW + timedelta(minutes=5))
    with pytest.raises(BadSignature, match="too old"):
        check_signed(KEYS.platform, headers, "{}", NOW + late)


def test_a_probe_with_a_wrong_signature_fails_like_any_other() -> None:
    headers = Signing(ManualClock(NOW)).headers("{}")
    for wrong in ("WECHATPAY/SIGNTEST/" + "A" * 300, "", "签名"):
        with pytest.raises(BadSignature):
            check_signed(KEYS.platform, {**headers, "Wechatpay-Signature": wrong}, "{}", NOW)
    with pytest.raises(BadSignature, match="does not name"):
        check_signed(KEYS.platform, {**headers, "Wechatpay-Serial": "other"}, "{}", NOW)
    assert not is_signed(KEYS.platform.key, "A" * 344, "x")


# The client


async def test_an_order_waits_for_its_payee_with_a_package(town: Town) -> None:
    answer = await town.order()
    assert isinstance(answer, Bill)
    assert (answer.state, answer.bill_no) == (BillState.WAIT_USER_CONFIRM, NUMBER)
    assert answer.package


async def test_the_same_order_again_is_the_same_bill(town: Town) -> None:
    first, second = await town.order(), await town.order()
    assert first == second
    assert len(town.pay.merchant.transfers) == 1


async def test_the_same_number_with_other_fields_is_refused(town: Town) -> None:
    await town.order()
    other = PayoutOrder(NUMBER, ORDER.payee, 889, ORDER.remark)
    assert await town.order(other) == Refused("PARAM_ERROR")
    assert isinstance(await town.client.ask(NUMBER), Bill), "the refusal said nothing of the bill"


async def test_a_bill_is_found_by_both_numbers(town: Town) -> None:
    ordered = await town.order()
    assert isinstance(ordered, Bill)
    by_ours = await town.client.ask(NUMBER)
    assert by_ours == await town.client.ask_by_reference(ordered.reference)
    assert isinstance(by_ours, Bill)
    assert (by_ours.amount, by_ours.payee, by_ours.package) == (888, ORDER.payee, "")


async def test_an_unknown_number_is_not_found(town: Town) -> None:
    assert await town.client.ask(NUMBER) == NotFound()
    assert await town.client.cancel(NUMBER) == NotFound()


async def test_a_cancelled_bill_ends_when_the_platform_says_so(town: Town) -> None:
    await town.order()
    cancelled = await town.client.cancel(NUMBER)
    assert isinstance(cancelled, Bill)
    assert cancelled.state is BillState.CANCELING
    asked = await town.client.ask(NUMBER)
    assert isinstance(asked, Bill)
    assert asked.state is BillState.CANCELLED


async def test_a_bill_that_nobody_confirms_fails_after_24_hours(town: Town) -> None:
    await town.order()
    town.clock.advance(timedelta(hours=24))
    answer = await town.client.ask(NUMBER)
    assert isinstance(answer, Bill)
    assert (answer.state, answer.reason) == (BillState.FAIL, "OVERDUE_CLOSE")


async def test_a_bill_is_not_found_after_30_days(town: Town) -> None:
    await town.order()
    town.clock.advance(timedelta(days=30, seconds=1))
    assert await town.client.ask(NUMBER) == NotFound()


@pytest.mark.parametrize(
    ("fault", "answer", "acted"),
    [
        ("silent_before", Silent, False),
        ("silent_after", Silent, True),
        ("error_before", Silent, False),
        ("error_after", Silent, True),
        ("unsigned", Silent, True),
        ("too_often", Stopped, False),
    ],
)
async def test_what_goes_wrong_decides_nothing(
    town: Town, fault: str, answer: type[Answer], acted: bool
) -> None:
    town.pay.faults.change(PayFaults(**{fault: 100}))
    assert isinstance(await town.order(), answer)
    assert (NUMBER in town.pay.merchant.transfers) is acted
    town.pay.faults.change(PayFaults())
    again = await town.order()
    assert isinstance(again, Bill), "the same number may be sent again"
    assert town.pay.merchant.balance == 1_000_000 - 888, "and is paid once"


async def test_an_empty_account_stops_everything(town: Town) -> None:
    town.pay.merchant.fill_up(887)
    assert await town.order() == Stopped(Stop.NOT_ENOUGH, "NOT_ENOUGH")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("out_bill_no", "with-dash"),
        ("out_bill_no", "A" * 33),
        ("transfer_amount", "888"),
        ("transfer_amount", 0),
        ("transfer_amount", 200_000),
        ("transfer_remark", "长" * 33),
        ("transfer_scene_report_infos", [{"info_type": "活动名称", "info_content": "x"}]),
        ("notify_url", "https://a.example/pay?x=1"),
        ("notify_url", "http://a.example/pay"),
        ("openid", "o" * 65),
        ("surprise", "x"),
    ],
)
async def test_the_platform_takes_no_field_that_is_out_of_shape(
    town: Town, name: str, value: object
) -> None:
    fields = {**json.loads(town.client.write(ORDER)), name: value}
    answer = await town.client.send(NUMBER, json.dumps(fields))
    assert answer == Refused("PARAM_ERROR")


async def test_a_foreign_account_is_no_permission(town: Town) -> None:
    fields = {**json.loads(town.client.write(ORDER)), "appid": "wxother"}
    assert await town.client.send(NUMBER, json.dumps(fields)) == Refused("NO_AUTH")


async def test_a_nonce_or_a_key_that_is_not_good_stops_for_the_settings() -> None:
    async with open_town(nonce=lambda: "N" * 32) as town:
        await town.order()
        assert await town.client.ask(NUMBER) == Stopped(Stop.SETTINGS, "SIGN_ERROR")


async def test_an_answer_by_a_key_that_we_do_not_know_says_nothing() -> None:
    foreign = type(KEYS.platform)(KEYS.platform.key_id, KEYS.merchant.key.public_key())
    async with open_town(platform=foreign) as town:
        assert isinstance(await town.order(), Silent)
        assert NUMBER in town.pay.merchant.transfers


async def test_an_order_is_written_once_and_for_all(town: Town) -> None:
    fields = json.loads(town.client.write(ORDER))
    assert fields == {
        "appid": APP_ID,
        "out_bill_no": NUMBER,
        "transfer_scene_id": "1000",
        "openid": "oTestOpenid0001",
        "transfer_amount": 888,
        "transfer_remark": "群福利提现",
        "notify_url": f"{town.base}/pay/notify",
        "transfer_scene_report_infos": [
            {"info_type": "活动名称", "info_content": "群福利"},
            {"info_type": "奖励说明", "info_content": "现金"},
        ],
    }


# Answers that no simulator gives


@asynccontextmanager
async def answered(
    status: int, body: bytes, *, signed: bool, slow: bool = False
) -> AsyncIterator[WechatPay]:
    """A client whose platform always answers this."""
    clock = ManualClock(NOW)

    async def respond(_request: web.Request) -> web.StreamResponse:
        if slow:
            await asyncio.Event().wait()
        headers = Signing(clock).headers(body.decode()) if signed else {}
        return web.Response(
            status=status, body=body, content_type="application/json", headers=headers
        )

    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", respond)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        yield WechatPay(
            merchant=KEYS.merchant,
            platform=KEYS.platform,
            api_v3_key=API_V3_KEY,
            terms=Terms(APP_ID, "1000", (), "https://a.example/pay/notify"),
            api_base=f"http://127.0.0.1:{server.port}",
            session=session,
            clock=clock,
            patience=aiohttp.ClientTimeout(total=0.05 if slow else 5),
        )


def _error(code: str) -> bytes:
    return json.dumps({"code": code, "message": "…"}).encode()


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "PARAM_ERROR", Refused("PARAM_ERROR")),
        (403, "NO_AUTH", Refused("NO_AUTH")),
        (500, "PARAM_ERROR", Silent("PARAM_ERROR")),
        (500, "SYSTEM_ERROR", Silent("SYSTEM_ERROR")),
        (400, "A_NEW_CODE", Silent("A_NEW_CODE")),
        (404, "NOT_FOUND", NotFound()),
        (404, "OTHER", Silent("OTHER")),
        (404, "", Silent("HTTP 404")),
        (429, "", Stopped(Stop.TOO_OFTEN, "HTTP 429")),
        (400, "FREQUENCY_LIMITED", Stopped(Stop.TOO_OFTEN, "FREQUENCY_LIMITED")),
        (403, "NOT_ENOUGH", Stopped(Stop.NOT_ENOUGH, "NOT_ENOUGH")),
        (401, "SIGN_ERROR", Stopped(Stop.SETTINGS, "SIGN_ERROR")),
    ],
)
async def test_only_what_is_known_for_sure_is_concluded_from_a_code(
    status: int, code: str, expected: Answer
) -> None:
    async with answered(status, _error(code), signed=True) as client:
        assert await client.ask(NUMBER) == expected
    async with answered(status, _error(code), signed=False) as client:
        assert await client.ask(NUMBER) == expected


async def test_not_found_is_no_answer_to_an_order() -> None:
    async with answered(404, _error("NOT_FOUND"), signed=True) as client:
        assert isinstance(await client.send(NUMBER, "{}"), Silent)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"<html>", b'{"out_bill_no": "YT", "state": "SUCCESS"}', b'{"state": "SUCCESS"}'],
)
async def test_an_answer_about_nothing_or_another_bill_is_silence(body: bytes) -> None:
    async with answered(200, body, signed=True) as client:
        assert isinstance(await client.ask(NUMBER), Silent)


async def test_a_success_that_nobody_signed_is_silence() -> None:
    body = json.dumps({"out_bill_no": NUMBER, "state": "SUCCESS"}).encode()
    async with answered(200, body, signed=False) as client:
        assert isinstance(await client.ask(NUMBER), Silent)


async def test_a_platform_that_does_not_answer_is_silence() -> None:
    async with answered(200, b"", signed=True, slow=True) as client:
        assert isinstance(await client.send(NUMBER, "{}"), Silent)


async def test_a_number_with_anything_else_in_it_never_gets_into_an_address() -> None:
    async with answered(200, b"", signed=True) as client:
        with pytest.raises(ValueError, match="letters and digits"):
            await client.ask(BillNo("../secret"))


# Notices


async def _notice(town: Town) -> tuple[dict[str, str], bytes]:
    answer = await town.order()
    assert isinstance(answer, Bill)
    town.pay.merchant.confirm(answer.package)
    await town.pay.run(town.clock.now())
    return town.notices[-1]


async def test_a_notice_tells_the_end_of_a_bill(town: Town) -> None:
    headers, body = await _notice(town)
    bill = town.client.read_notice(headers, body, town.clock.now())
    assert (bill.bill_no, bill.state) == (NUMBER, BillState.SUCCESS)
    assert (bill.amount, bill.payee) == (888, ORDER.payee)


async def test_a_notice_is_refused_when_one_letter_of_it_was_changed(town: Town) -> None:
    headers, body = await _notice(town)
    with pytest.raises(BadSignature):
        town.client.read_notice(headers, body.replace(b"EV-", b"EW-"), town.clock.now())
    with pytest.raises(BadSignature):
        town.client.read_notice({}, body, town.clock.now())


async def test_a_forged_notice_is_refused(town: Town) -> None:
    town.pay.faults.change(PayFaults(forged=100, repeated=100))
    await _notice(town)
    told: list[BillState | None] = []
    for headers, body in town.notices:
        try:
            told.append(town.client.read_notice(headers, body, town.clock.now()).state)
        except BadPayload:
            told.append(None)
    assert told == [None, BillState.SUCCESS, BillState.SUCCESS]


@pytest.mark.parametrize(
    "change",
    [
        {"event_type": "REFUND.SUCCESS"},
        {"resource": None},
        {"resource": {"algorithm": "ROT13"}},
    ],
)
async def test_a_notice_of_anything_else_is_not_understood(
    town: Town, change: dict[str, Any]
) -> None:
    _, body = await _notice(town)
    other = json.dumps({**json.loads(body), **change})
    headers = Signing(town.clock).headers(other)
    with pytest.raises(BadPayload):
        town.client.read_notice(headers, other.encode(), town.clock.now())


# Statements


async def test_a_statement_holds_what_left_and_what_came_back(town: Town) -> None:
    await town.order()
    town.clock.advance(timedelta(hours=25))
    await town.client.ask(NUMBER)
    town.clock.advance(timedelta(days=1))
    found = await town.client.read_statement(date(2026, 1, 1))
    assert isinstance(found, Statement)
    assert [(flow.voucher, flow.amount) for flow in found.flows] == [(NUMBER, -888)]
    later = await town.client.read_statement(date(2026, 1, 2))
    assert isinstance(later, Statement)
    assert [(flow.voucher, flow.amount) for flow in later.flows] == [(NUMBER, 888)]


async def test_a_statement_that_is_not_made_yet_is_asked_for_later(town: Town) -> None:
    assert await town.client.read_statement(date(2026, 1, 1)) == NoStatement("STATEMENT_CREATING")


async def test_a_day_without_flows_has_an_empty_statement(town: Town) -> None:
    found = await town.client.read_statement(date(2025, 12, 1))
    assert found == Statement(date(2025, 12, 1), ())


async def test_a_statement_whose_hash_is_another_is_not_believed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.order()
    town.clock.advance(timedelta(days=2))
    call = town.client._call

    async def spoil(method: str, path: str, **more: Any) -> Any:
        heard = await call(method, path, **more)
        if "billdownload" in path and not isinstance(heard, Silent):
            return type(heard)(heard.status, heard.body + b" ", heard.headers)
        return heard

    monkeypatch.setattr(town.client, "_call", spoil)
    found = await town.client.read_statement(date(2026, 1, 1))
    assert isinstance(found, NoStatement)
    assert "hash" in found.reason


# The package as a judge of the simulated platform


async def test_the_package_gets_along_with_the_simulated_platform(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with open_town() as town:
        monkeypatch.setattr(judge, "time", SimpleNamespace(time=NOW.timestamp))
        client = JudgeClient(
            wechatpay_type=WeChatPayType.JSAPI,
            mchid=KEYS.merchant.merchant_id,
            private_key=PRIVATE_PEM,
            cert_serial_no=KEYS.merchant.serial,
            apiv3_key=API_V3_KEY,
            appid=APP_ID,
            notify_url=f"{town.base}/pay/notify",
            public_key=PLATFORM_PEM,
            public_key_id=KEYS.platform.key_id,
        )
        core = client._core
        core._gate_way = town.base
        signed = _under_path(core, PAY_BASE)
        monkeypatch.setattr(core, "request", signed)
        code, said = await asyncio.to_thread(
            client.mch_transfer_bills,
            out_bill_no=NUMBER,
            transfer_scene_id="1000",
            openid=ORDER.payee,
            transfer_amount=888,
            transfer_remark=ORDER.remark,
            transfer_scene_report_infos=[
                {"info_type": "活动名称", "info_content": "群福利"},
                {"info_type": "奖励说明", "info_content": "现金"},
            ],
        )
        assert code == 200, said
        code, said = await asyncio.to_thread(client.mch_transfer_bills_query, out_bill_no=NUMBER)
        assert (code, json.loads(said)["state"]) == (200, "WAIT_USER_CONFIRM")
        town.pay.merchant.confirm(town.pay.merchant.transfers[NUMBER].package)
        await town.pay.run(town.clock.now())
        headers, body = town.notices[-1]
        heard = client.callback(headers, body)
        assert heard["resource"]["state"] == "SUCCESS"


def _under_path(core: Any, prefix: str) -> Callable[..., Any]:
    """The package believes that the platform has no path in front; the simulated one has."""
    request = core.request

    def call(path: str, *args: Any, **more: Any) -> Any:
        return request(f"{prefix}{path}", *args, **more)

    return call
