"""WeChat Pay v3: merchant transfers 商家转账 that the payee confirms, and the account's statement.

A status or an error code describes one request, never the bill. So every call ends in what is
known about the number, and whatever is not understood is Silent.

Requests are signed; an answer must be signed by the platform, unless it is a refusal without any
signature. No message and no log line holds a key, a body or an openid.

Source: pay.weixin.qq.com, transfer-to-user, get-transfer-bill-by-out-no, 4012716458 (cancel),
4012760535 (statement).
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from bot.channels.pay_signatures import (
    MerchantKey,
    PlatformKey,
    Sealed,
    authorization,
    check_signed,
    unseal,
)
from bot.channels.pay_statement import read_flows
from bot.core.clock import Clock
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
from bot.platforms.limits import CONNECT_SECONDS, REQUEST_SECONDS, RESPONSE_BYTES
from bot.platforms.pay import BILL_NO, STATEMENT_BYTES

BILLS_PATH: Final = "/v3/fund-app/mch-transfer/transfer-bills"
STATEMENT_PATH: Final = "/v3/bill/fundflowbill"
FINISHED: Final = "MCHTRANSFER.BILL.FINISHED"
"""The event of a notice."""

_REFUSALS: Final = frozenset({"PARAM_ERROR", "NO_AUTH"})
_TOO_OFTEN: Final = frozenset({"FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED"})
_NO_STATEMENT: Final = "NO_STATEMENT_EXIST"
"""Nothing moved on that day (unverified); what we paid then is reported as missing."""

_TIMEOUT: Final = aiohttp.ClientTimeout(total=REQUEST_SECONDS, connect=CONNECT_SECONDS)


@dataclass(frozen=True, slots=True)
class Terms:
    """What every order of the merchant says.

    ``scene_reports`` are the pairs of info_type and info_content that the scene asks for;
    ``perception`` is one of the scene's texts or empty; ``notify_url`` is HTTPS without a query.
    """

    app_id: str
    scene_id: str
    scene_reports: tuple[tuple[str, str], ...]
    notify_url: str
    perception: str = ""
    account_type: str = "BASIC"


@dataclass(frozen=True, slots=True)
class _Heard:
    status: int
    body: bytes
    headers: Mapping[str, str]


class WechatPay:
    """One merchant. ``nonce`` gives 32 characters that nobody can guess."""

    def __init__(
        self,
        *,
        merchant: MerchantKey,
        platform: PlatformKey,
        api_v3_key: str,
        terms: Terms,
        api_base: str,
        session: aiohttp.ClientSession,
        clock: Clock,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
        patience: aiohttp.ClientTimeout = _TIMEOUT,
    ) -> None:
        self._merchant = merchant
        self._platform = platform
        self._api_v3_key = api_v3_key
        self._terms = terms
        self._api_base = api_base.rstrip("/")
        self._session = session
        self._clock = clock
        self._nonce = nonce
        self._patience = patience

    def write(self, order: PayoutOrder) -> str:
        """The request's body; see ``bot.core.payouts.PayoutProvider``."""
        terms = self._terms
        fields: dict[str, Any] = {
            "appid": terms.app_id,
            "out_bill_no": order.bill_no,
            "transfer_scene_id": terms.scene_id,
            "openid": order.payee,
            "transfer_amount": order.amount,
            "transfer_remark": order.remark,
            "notify_url": terms.notify_url,
            "transfer_scene_report_infos": [
                {"info_type": kind, "info_content": content}
                for kind, content in terms.scene_reports
            ],
        }
        if terms.perception:
            fields["user_recv_perception"] = terms.perception
        return json.dumps(fields, ensure_ascii=False)

    async def send(self, bill_no: BillNo, request: str) -> Answer:
        """POST the order; see ``bot.core.payouts.PayoutProvider``."""
        answer = await self._bill("POST", BILLS_PATH, bill_no, body=request)
        return Silent("an order was answered with not found") if answer == NotFound() else answer

    async def ask(self, bill_no: BillNo) -> Answer:
        """GET the bill by our number."""
        return await self._bill("GET", f"{BILLS_PATH}/out-bill-no/{_checked(bill_no)}", bill_no)

    async def ask_by_reference(self, reference: str) -> Answer:
        """GET the bill by the platform's number."""
        path = f"{BILLS_PATH}/transfer-bill-no/{_checked(reference, most=64)}"
        return await self._bill("GET", path, None)

    async def cancel(self, bill_no: BillNo) -> Answer:
        """POST the wish to cancel; what is answered is that it was taken."""
        path = f"{BILLS_PATH}/out-bill-no/{_checked(bill_no)}/cancel"
        return await self._bill("POST", path, bill_no)

    async def read_statement(self, on_date: date) -> Statement | NoStatement:
        """The account's flows of a day of Beijing, whose hash is the announced one.

        The file is fetched from our own address of the platform, with the announced path: our
        signature goes nowhere else.
        """
        query = f"bill_date={on_date.isoformat()}&account_type={self._terms.account_type}"
        heard = await self._call("GET", f"{STATEMENT_PATH}?{query}")
        if isinstance(heard, Silent):
            return NoStatement(heard.reason)
        announced = _object(heard.body)
        if heard.status != 200:
            code = _word(announced, "code") or f"HTTP {heard.status}"
            return Statement(on_date, ()) if code == _NO_STATEMENT else NoStatement(code)
        if reason := self._unsigned(heard):
            return NoStatement(reason)
        address = urlsplit(_word(announced, "download_url"))
        if _word(announced, "hash_type") != "SHA1" or not address.path.startswith("/"):
            return NoStatement("the announcement of the statement cannot be read")
        path = address.path.removeprefix(urlsplit(self._api_base).path)
        path += f"?{address.query}" if address.query else ""
        file = await self._call("GET", path, most_bytes=STATEMENT_BYTES)
        if isinstance(file, Silent):
            return NoStatement(file.reason)
        if file.status != 200:
            return NoStatement(f"the statement's file was answered with HTTP {file.status}")
        if hashlib.sha1(file.body).hexdigest() != _word(announced, "hash_value").lower():  # noqa: S324 (the platform's choice)
            return NoStatement("the statement's hash is not the announced one")
        flows = read_flows(file.body)
        return NoStatement(flows) if isinstance(flows, str) else Statement(on_date, flows)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Bill:
        """The bill that a notice tells of; see ``bot.core.payouts.Notices``."""
        check_signed(self._platform, headers, _text(body), now)
        notice = _object(body)
        resource = notice.get("resource")
        if _word(notice, "event_type") != FINISHED or not isinstance(resource, dict):
            raise BadPayload("The notice is none of a transfer that ended.")
        if _word(resource, "algorithm") != "AEAD_AES_256_GCM":
            raise BadPayload("The notice is sealed in a way that we do not know.")
        names = ("nonce", "ciphertext", "associated_data")
        sealed = Sealed(*(_word(resource, name) for name in names))
        bill = read_bill(_object(unseal(sealed, self._api_v3_key)))
        if bill is None or not bill.state.is_final:
            raise BadPayload("The notice tells no end of a transfer.")
        return bill

    async def _bill(
        self, method: str, path: str, bill_no: BillNo | None, *, body: str = ""
    ) -> Answer:
        """What one request tells about ``bill_no``; None when the path names another number."""
        heard = await self._call(method, path, body=body)
        if isinstance(heard, Silent):
            return heard
        answer = _object(heard.body)
        if heard.status != 200:
            return self._refusal(heard, _word(answer, "code"))
        if reason := self._unsigned(heard):
            return Silent(reason)
        bill = read_bill(answer)
        if bill is None or bill_no not in (None, bill.bill_no):
            return Silent("the answer is not about this bill")
        return bill

    def _refusal(self, heard: _Heard, code: str) -> Answer:
        signed = any(name.lower() == "wechatpay-signature" for name in heard.headers)
        if signed and (reason := self._unsigned(heard)):
            return Silent(reason)
        if heard.status == 404 and code == "NOT_FOUND":
            return NotFound()
        if code in _TOO_OFTEN or heard.status == 429:
            return Stopped(Stop.TOO_OFTEN, code or "HTTP 429")
        if code == "NOT_ENOUGH":
            return Stopped(Stop.NOT_ENOUGH, code)
        if heard.status == 401:
            return Stopped(Stop.SETTINGS, code or "HTTP 401")
        if code in _REFUSALS and 400 <= heard.status < 500:
            return Refused(code)
        return Silent(_sayable(code) or f"HTTP {heard.status}")

    def _unsigned(self, heard: _Heard) -> str:
        """Why an answer is not the platform's; empty when it is."""
        try:
            check_signed(self._platform, heard.headers, _text(heard.body), self._clock.now())
        except (BadSignature, BadPayload) as bad:
            return bad.message
        return ""

    async def _call(
        self, method: str, path: str, *, body: str = "", most_bytes: int = RESPONSE_BYTES
    ) -> _Heard | Silent:
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "yutang",
            "Wechatpay-Serial": self._platform.key_id,
            "Authorization": authorization(
                self._merchant,
                method=method,
                path=urlsplit(self._api_base).path + path,
                body=body,
                now=self._clock.now(),
                nonce=self._nonce(),
            ),
        }
        try:
            async with self._session.request(
                method,
                f"{self._api_base}{path}",
                data=body.encode() if body else None,
                headers=headers,
                timeout=self._patience,
                allow_redirects=False,
            ) as response:
                raw = await _read_bounded(response, most_bytes)
                return _Heard(response.status, raw, dict(response.headers))
        except (aiohttp.ClientError, OSError) as error:
            return Silent(type(error).__name__)


def read_bill(answer: Mapping[str, Any]) -> Bill | None:
    """A bill as the platform writes it; None when number or state is not one."""
    number, state = _word(answer, "out_bill_no"), _word(answer, "state")
    if not BILL_NO.fullmatch(number) or state not in {str(known) for known in BillState}:
        return None
    amount = answer.get("transfer_amount")
    return Bill(
        bill_no=BillNo(number),
        state=BillState(state),
        reference=_word(answer, "transfer_bill_no"),
        amount=amount if type(amount) is int else None,
        payee=_word(answer, "openid") or None,
        package=_word(answer, "package_info"),
        reason=_sayable(_word(answer, "fail_reason")),
    )


async def _read_bounded(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """The body; of one that is too long only the start, which fits no signature and no hash."""
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > most_bytes:
            break
    return bytes(raw)


def _checked(number: str, *, most: int = 32) -> str:
    """A number that may stand in a path."""
    if not (number.isascii() and number.isalnum() and len(number) <= most):
        raise ValueError("a bill's number has letters and digits only")
    return number


def _object(body: bytes) -> dict[str, Any]:
    """A JSON object; empty when it is something else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _word(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _sayable(word: str) -> str:
    """A code of the platform's, for logs and operators; nothing that could be more than a code."""
    return word if word.isascii() and len(word) <= 64 and word.isprintable() else ""


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        pass
    raise BadPayload("The body is not UTF-8.")
