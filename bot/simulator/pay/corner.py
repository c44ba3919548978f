"""WeChat Pay as a corner of the simulator: the merchant, its API, its payees and its notices.

GET  /sim/api/pay                          the account, its transfers, notices and faults
PUT  /sim/api/pay/balance                  {"fen"}: what is in the account from now on
PUT  /sim/api/pay/faults                   see ``faults.py``; what is left out does not happen
POST /sim/api/pay/transfers/{number}/confirm   the payee takes the money
POST /sim/api/pay/transfers/{number}/fail      {"reason"}: the platform refuses the payee
POST /sim/api/pay/transfers/{number}/forge     {"state"}: a notice by somebody else's key
POST /sim/pay/confirm                      {"package"}: what WeChat does on a claim page
GET  /sim/pay/bridge.js                    gives a claim page what WeChat gives it
"""

from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from aiohttp import web

from bot.core.clock import Clock
from bot.core.payouts import BillState
from bot.simulator.api import answering
from bot.simulator.guard import local_only
from bot.simulator.inputs import BadInput, read_input, read_optional, read_text
from bot.simulator.pay.door import PayDoor
from bot.simulator.pay.faults import FaultDice, read_faults
from bot.simulator.pay.fields import PayRefused
from bot.simulator.pay.keys import PayKeys, rehearsal_keys
from bot.simulator.pay.merchant import Happen, Merchant, Transfer
from bot.simulator.pay.notices import PayNotices, forger
from bot.simulator.pay.signing import Signing
from bot.simulator.platform_log import PlatformLog

BRIDGE_PATH: Final = "/sim/pay/bridge.js"


class PayCorner:
    """A part of the world: transfers survive a crash. It is also a job of the ticker's."""

    name = "simulated pay"

    def __init__(
        self,
        *,
        app_id: str,
        clock: Clock,
        happen: Happen,
        new_id: Callable[[], str],
        base: Callable[[], str],
        log: PlatformLog,
    ) -> None:
        self.faults = FaultDice()
        self.merchant = Merchant(clock, happen, new_id)
        signing = Signing(clock)
        self.notices = PayNotices(
            self.merchant,
            signing=signing,
            faults=self.faults,
            clock=clock,
            log=log,
        )
        self._door = PayDoor(
            self.merchant,
            app_id=app_id,
            signing=signing,
            faults=self.faults,
            clock=clock,
            base=base,
            log=log,
        )

    @property
    def keys(self) -> PayKeys:
        """What the merchant's console shows; made when they are first asked for."""
        return rehearsal_keys()

    def routes(self) -> list[web.RouteDef]:
        """The API, and what the module's docstring lists."""
        one = "/sim/api/pay/transfers/{number}"
        return [
            *self._door.routes(),
            web.get("/sim/api/pay", answering(self._read)),
            web.put("/sim/api/pay/balance", answering(self._fill_up)),
            web.put("/sim/api/pay/faults", answering(self._change_faults)),
            web.post(f"{one}/confirm", answering(self._confirm)),
            web.post(f"{one}/fail", answering(self._fail)),
            web.post(f"{one}/forge", answering(self._forge)),
            web.post("/sim/pay/confirm", answering(self._confirm_package)),
            web.get(BRIDGE_PATH, local_only(_give_bridge)),
        ]

    def apply(self, data: dict[str, Any]) -> bool:
        """A happening of the account."""
        return self.merchant.apply(data)

    async def run(self, _now: datetime) -> None:
        """End what is over and tell what has ended."""
        self.merchant.end_late()
        await self.notices.deliver_due()

    async def next_due(self, _now: datetime) -> datetime | None:
        """When something ends by itself, or is to be told."""
        instants = (self.merchant.next_end(), self.notices.next_due())
        return min((instant for instant in instants if instant is not None), default=None)

    async def _read(self, _request: web.Request) -> dict[str, Any]:
        merchant = self.merchant
        return {
            "balance": merchant.balance,
            "paid": merchant.paid,
            "transfers": [_to_json(one) for one in merchant.transfers.values()],
            "notices": self.notices.answers,
            **self.faults.to_json(),
        }

    async def _fill_up(self, request: web.Request) -> dict[str, Any]:
        fen = (await read_input(request)).get("fen")
        if type(fen) is not int or fen < 0:
            raise BadInput("fen 要写不小于 0 的整数")
        self.merchant.fill_up(fen)
        return {"balance": fen}

    async def _change_faults(self, request: web.Request) -> dict[str, Any]:
        try:
            self.faults.change(read_faults(await read_input(request)))
        except ValueError as bad:
            raise BadInput(str(bad)) from None
        return self.faults.to_json()

    async def _confirm(self, request: web.Request) -> dict[str, Any]:
        return self._take(self._found(request).package)

    async def _confirm_package(self, request: web.Request) -> dict[str, Any]:
        return self._take(read_text(await read_input(request), "package"))

    def _take(self, package: str) -> dict[str, Any]:
        try:
            return _to_json(self.merchant.confirm(package))
        except PayRefused as refused:
            raise BadInput(refused.message) from None

    async def _fail(self, request: web.Request) -> dict[str, Any]:
        reason = read_optional(await read_input(request), "reason") or "ACCOUNT_FROZEN"
        return _to_json(self.merchant.fail(self._found(request).number, reason))

    async def _forge(self, request: web.Request) -> dict[str, Any]:
        state = read_text(await read_input(request), "state")
        if state not in {str(known) for known in BillState}:
            raise BadInput("没有这种状态")
        transfer = self._found(request)
        return {"status": await self.notices.forge(transfer, BillState(state), forger())}

    def _found(self, request: web.Request) -> Transfer:
        transfer = self.merchant.transfers.get(request.match_info["number"])
        if transfer is None:
            raise BadInput("没有这笔转账", status=404)
        return transfer


def _to_json(transfer: Transfer) -> dict[str, Any]:
    return {
        "number": transfer.number,
        "reference": transfer.reference,
        "openid": transfer.openid,
        "amount": transfer.amount,
        "state": transfer.state,
        "reason": transfer.reason,
    }


async def _give_bridge(_request: web.Request) -> web.StreamResponse:
    script = (files("bot.simulator") / "static" / "pay_bridge.js").read_text(encoding="utf-8")
    return web.Response(text=script, content_type="text/javascript", charset="utf-8")
