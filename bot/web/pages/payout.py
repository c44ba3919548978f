"""Where a member confirms a payout, and where WeChat Pay tells us that one has ended.

    GET  /pay/claim/{number}/{token}    the amount, and the button that has WeChat ask the payee
    GET  /pay/claim/-/{name}            the page's own script
    POST /pay/notify                    a notice: checked, stored, then answered

The page takes nothing from its visitor, and what it shows can be taken by the payee alone, whom
WeChat knows. That its button was tapped moves no money: only the payer's word does.
"""

import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from string import Template
from typing import Final

import structlog
from aiohttp import web

from bot.core.clock import Clock
from bot.core.errors import CallbackRejected, StoreError
from bot.core.payouts import Confirmation, Notices
from bot.platforms.pay import CONFIRM_HOURS
from bot.rewards.payout.claims import CLAIM_PATH, NOTICE_PATH, ClaimLinks
from bot.rewards.payout.lane import Reported
from bot.rewards.payout.payout import Payout, PayoutId, PayoutState, in_yuan
from bot.rewards.payout.payouts import Payouts

FILES_PATH: Final = f"{CLAIM_PATH}/-"

_WORDS: Final = {
    PayoutState.HELD: "这笔提现在等运营批准。",
    PayoutState.LISTED: "这笔提现由运营发出，请留意红包。",
    PayoutState.NEW: "正在办理，过一会儿再打开。",
    PayoutState.UNKNOWN: "正在向微信支付核对，过一会儿再打开。",
    PayoutState.ACCEPTED: "微信支付正在处理，过一会儿再打开。",
    PayoutState.CONFIRMING: "点下面的按钮，在微信里确认收款。",
    PayoutState.PAID: "已经到账，查收一下微信零钱。",
    PayoutState.FAILED: "这笔没有成功，钱已经退回你的余额，可以再提一次。",
}


@dataclass(frozen=True, slots=True)
class PayoutPages:
    """The claim pages, and the door for notices.

    ``doubted`` is told of what the payer says and cannot be true. ``bridge`` is a rehearsal's
    script, or empty.
    """

    payouts: Payouts
    links: ClaimLinks
    notices: Notices
    confirmation: Confirmation
    clock: Clock
    doubted: Callable[[Reported, datetime], Awaitable[None]]
    bridge: str = ""

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        return [
            web.get(f"{FILES_PATH}/claim.js", self.give_script),
            web.get(f"{CLAIM_PATH}/{{number}}/{{token}}", self.show),
            web.post(NOTICE_PATH, self.hear),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """The page of a payout, as it stands now."""
        payout = await self._payout(request)
        if payout is None:
            return _page("没有这个页面", "链接可能抄错了。发“我的红包”可以再拿一次。", "", 404)
        until = payout.confirm_from and payout.confirm_from + timedelta(hours=CONFIRM_HOURS)
        if payout.package and until is not None and self.clock.now() >= until:
            words = "确认的时间过了，钱会退回你的余额，可以再提一次。"
            return _page(f"{in_yuan(payout.amount)} 元", words, "", 200)
        button = self._button(payout) if payout.package else ""
        return _page(f"{in_yuan(payout.amount)} 元", _WORDS[payout.state], button, 200)

    async def hear(self, request: web.Request) -> web.Response:
        """A notice is stored before it is answered; what is not the payer's changes nothing."""
        log, now = structlog.get_logger("payout"), self.clock.now()
        body = await request.read()  # bounded by the server's client_max_size
        try:
            bill = self.notices.read_notice(request.headers, body, now)
            heard = await self.payouts.hear(bill, now)
        except CallbackRejected as rejected:
            log.warning("notice rejected", reason=rejected.message)
            return _answer(401 if rejected.code == "bad_signature" else 400, rejected.message)
        except StoreError as failure:
            log.warning("notice not stored", reason=failure.message)
            return _answer(503, "not stored")
        if heard.payout is None:
            log.warning("a notice about a bill that is not ours", bill=bill.bill_no)
        await self.doubted(heard, now)
        return web.Response(status=204)

    async def give_script(self, _request: web.Request) -> web.Response:
        """The page's own script."""
        return web.Response(
            text=_file("claim.js"), content_type="text/javascript", charset="utf-8",
            headers=_HEADERS,
        )  # fmt: skip

    async def _payout(self, request: web.Request) -> Payout | None:
        number, token = request.match_info["number"], request.match_info["token"]
        if not (number.isascii() and number.isdecimal() and len(number) < 16):
            return None
        payout = await self.payouts.read_payout(PayoutId(int(number)))
        return payout if payout is not None and self.links.opens(payout, token) else None

    def _button(self, payout: Payout) -> str:
        values = {
            "merchant": self.confirmation.merchant_id,
            "app": self.confirmation.app_id,
            "package": payout.package,
        }
        data = " ".join(f'data-{name}="{html.escape(value)}"' for name, value in values.items())
        bridge = f'<script src="{html.escape(self.bridge)}"></script>' if self.bridge else ""
        script = f'<script src="{FILES_PATH}/claim.js" defer></script>'
        return f'<button type="button" id="claim" {data}>确认收款</button>{bridge}{script}'


_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'unsafe-inline';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _page(title: str, words: str, button: str, status: int) -> web.Response:
    text = Template(_file("claim.html")).substitute(
        title=html.escape(title), words=html.escape(words), button=button
    )
    return web.Response(text=text, status=status, content_type="text/html", headers=_HEADERS)


def _answer(status: int, message: str) -> web.Response:
    return web.json_response({"code": "FAIL", "message": message}, status=status)


@cache
def _file(name: str) -> str:
    return (files("bot.web.pages") / "static" / name).read_text(encoding="utf-8")
