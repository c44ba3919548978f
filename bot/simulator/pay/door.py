"""The API of WeChat Pay v3, as far as merchant transfers need it, below /sim/wechatpay.

    POST /v3/fund-app/mch-transfer/transfer-bills
    GET  /v3/fund-app/mch-transfer/transfer-bills/out-bill-no/{number}
    POST /v3/fund-app/mch-transfer/transfer-bills/out-bill-no/{number}/cancel
    GET  /v3/fund-app/mch-transfer/transfer-bills/transfer-bill-no/{number}
    GET  /v3/bill/fundflowbill?bill_date=…&account_type=…
    GET  /v3/billdownload/file?token=…

The package of a transfer stands in the answer to its order only, never in that to a question.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.core.clock import Clock
from bot.core.payouts import BillState
from bot.platforms.pay import PLATFORM_ZONE
from bot.simulator.guard import local_only
from bot.simulator.pay.faults import CallFault, FaultDice
from bot.simulator.pay.fields import PayRefused, check_order
from bot.simulator.pay.merchant import Merchant, Transfer
from bot.simulator.pay.signing import Signing
from bot.simulator.pay.statement import is_there, write_statement
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.strict_json import read_object

PAY_BASE: Final = "/sim/wechatpay"
_BILLS: Final = f"{PAY_BASE}/v3/fund-app/mch-transfer/transfer-bills"
_BODY_BYTES: Final = 64 * 1024
_ACCOUNTS: Final = {"BASIC", "OPERATION", "FEES"}

Call = Callable[[web.Request, str], dict[str, Any]]


class PayDoor:
    """Answers the merchant. ``base`` is our own address, for download links."""

    def __init__(
        self,
        merchant: Merchant,
        *,
        app_id: str,
        signing: Signing,
        faults: FaultDice,
        clock: Clock,
        base: Callable[[], str],
        log: PlatformLog,
    ) -> None:
        self._merchant = merchant
        self._app_id = app_id
        self._signing = signing
        self._faults = faults
        self._clock = clock
        self._base = base
        self._log = log
        self._files: dict[str, bytes] = {}

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        number = f"{_BILLS}/out-bill-no/{{number}}"
        return [
            web.post(_BILLS, self._answering(self._order)),
            web.get(number, self._answering(self._ask)),
            web.post(f"{number}/cancel", self._answering(self._cancel)),
            web.get(
                f"{_BILLS}/transfer-bill-no/{{number}}", self._answering(self._ask_by_reference)
            ),
            web.get(f"{PAY_BASE}/v3/bill/fundflowbill", self._answering(self._announce)),
            web.get(f"{PAY_BASE}/v3/billdownload/file", local_only(self._download)),
        ]

    def _answering(self, call: Call) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """``call`` behind the check of its signature, with the faults of the drill."""

        async def respond(request: web.Request) -> web.StreamResponse:
            try:
                body = await self._checked(request)
            except PayRefused as refused:
                return self._refuse(refused)
            fault = self._faults.of_call()
            if fault is not None and not fault.takes_effect:
                return self._spoil(request, fault, {})
            try:
                answer = call(request, body)
            except PayRefused as refused:
                return self._refuse(refused)
            if fault is not None:
                return self._spoil(request, fault, answer)
            return self._signed(answer)

        return local_only(respond)

    async def _checked(self, request: web.Request) -> str:
        raw = await request.content.read(_BODY_BYTES + 1)
        if len(raw) > _BODY_BYTES or "application/json" not in request.headers.get("Accept", ""):
            raise PayRefused(400, "PARAM_ERROR", "请求的格式不对")
        try:
            body = raw.decode()
        except UnicodeDecodeError:
            raise PayRefused(400, "PARAM_ERROR", "请求不是 UTF-8") from None
        self._signing.check(request.method, request.raw_path, request.headers, body)
        return body

    def _order(self, _request: web.Request, body: str) -> dict[str, Any]:
        fields = read_object(body)
        if fields is None:
            raise PayRefused(400, "PARAM_ERROR", "请求体不是 JSON 对象")
        check_order(fields, self._app_id)
        transfer = self._merchant.transfer(fields)
        answer = {
            "out_bill_no": transfer.number,
            "transfer_bill_no": transfer.reference,
            "create_time": self._time(transfer),
            "state": transfer.state,
        }
        if transfer.state is BillState.WAIT_USER_CONFIRM:
            answer["package_info"] = transfer.package
        return answer

    def _ask(self, request: web.Request, _body: str) -> dict[str, Any]:
        return self._shown(self._merchant.find(request.match_info["number"]))

    def _ask_by_reference(self, request: web.Request, _body: str) -> dict[str, Any]:
        return self._shown(self._merchant.find_by_reference(request.match_info["number"]))

    def _cancel(self, request: web.Request, _body: str) -> dict[str, Any]:
        transfer = self._merchant.cancel(request.match_info["number"])
        return {
            "out_bill_no": transfer.number,
            "transfer_bill_no": transfer.reference,
            "state": transfer.state,
        }

    def _announce(self, request: web.Request, _body: str) -> dict[str, Any]:
        if request.query.get("account_type", "BASIC") not in _ACCOUNTS:
            raise PayRefused(400, "PARAM_ERROR", "account_type 不对")
        try:
            on_date = date.fromisoformat(request.query.get("bill_date", ""))
        except ValueError:
            raise PayRefused(400, "PARAM_ERROR", "bill_date 的格式不对") from None
        if not is_there(on_date, self._clock.now()):
            raise PayRefused(400, "STATEMENT_CREATING", "账单还没有生成")
        file = write_statement(on_date, self._merchant.movements)
        if file is None:
            raise PayRefused(400, "NO_STATEMENT_EXIST", "这一天没有资金流水")
        digest = hashlib.sha1(file).hexdigest()  # noqa: S324 (the platform's choice)
        self._files[digest] = file
        url = f"{self._base()}{PAY_BASE}/v3/billdownload/file?token={digest}"
        return {"hash_type": "SHA1", "hash_value": digest, "download_url": url}

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """The file itself; its answer is not signed."""
        try:
            await self._checked(request)
        except PayRefused as refused:
            return self._refuse(refused)
        file = self._files.get(request.query.get("token", ""))
        if file is None:
            return self._refuse(PayRefused(404, "NOT_FOUND", "没有这个文件"))
        return web.Response(body=file, content_type="text/plain")

    def _shown(self, transfer: Transfer) -> dict[str, Any]:
        """A transfer, as an answer to a question."""
        shown = {
            "mch_id": self._signing.merchant_id,
            "out_bill_no": transfer.number,
            "transfer_bill_no": transfer.reference,
            "appid": self._app_id,
            "state": transfer.state,
            "transfer_amount": transfer.amount,
            "transfer_remark": transfer.fields["transfer_remark"],
            "openid": transfer.openid,
            "create_time": self._time(transfer),
        }
        return {**shown, "fail_reason": transfer.reason} if transfer.reason else shown

    def _signed(self, answer: dict[str, Any], status: int = 200) -> web.Response:
        body = json.dumps(answer, ensure_ascii=False)
        headers = self._signing.headers(body)
        return web.Response(
            text=body, status=status, content_type="application/json", headers=headers
        )

    def _refuse(self, refused: PayRefused) -> web.Response:
        self._log.write(Level.ERROR, "pay", f"微信支付拒绝：{refused.code} {refused.message}")
        answer = {"code": refused.code, "message": refused.message}
        if refused.status == 401:  # nobody knows for whom it would be signed
            return web.json_response(answer, status=401)
        return self._signed(answer, refused.status)

    def _spoil(
        self, request: web.Request, fault: CallFault, answer: dict[str, Any]
    ) -> web.StreamResponse:
        self._log.write(Level.INFO, "fault", f"演习：微信支付 {fault}")
        match fault:
            case CallFault.TOO_OFTEN:
                return self._refuse(PayRefused(429, "FREQUENCY_LIMITED", "请求太频繁"))
            case CallFault.ERROR_BEFORE | CallFault.ERROR_AFTER:
                return self._refuse(PayRefused(500, "SYSTEM_ERROR", "系统错误"))
            case CallFault.UNSIGNED:
                response = self._signed(answer)
                response.headers["Wechatpay-Signature"] = f"WECHATPAY/SIGNTEST/{'A' * 300}"
                return response
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _time(self, transfer: Transfer) -> str:
        return transfer.made_at.astimezone(ZoneInfo(PLATFORM_ZONE)).isoformat(timespec="seconds")
