"""Gateways for short messages, as strict about signatures as the real ones, and all their phones.

POST /sim/sms/{channel}       a channel's gateway, in the form of its provider
GET  /sim/api/sms?to=NUMBER   {"messages": [...]}, oldest first; without ``to`` everybody's
PUT  /sim/api/sms/refusals    {"to", "code"}: refuse a number with this code; an empty one ends it

A code is an HTTP status for a generic gateway, for aliyun one such as isv.BUSINESS_LIMIT_CONTROL.
"""

from typing import Any, Final

from aiohttp import web

from bot.simulator.api import answering
from bot.simulator.cast import Gateway
from bot.simulator.feed import Feed
from bot.simulator.frequency import Frequency
from bot.simulator.guard import local_only
from bot.simulator.inputs import read_input, read_optional, read_text
from bot.simulator.limits import Window
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.sms_forms import (
    AliyunForm,
    Asked,
    Form,
    GenericForm,
    SmsRefused,
    Submission,
    read_dialled,
)
from bot.simulator.world import World

SMS_BASE: Final = "/sim/sms"
NOTICES_A_DAY: Final = (
    Window(50, 86_400),
)  # Alibaba Cloud: one signature and template, one number
_BODY_BYTES: Final = 64 * 1024
_FORMS: Final[dict[str, Form]] = {"generic": GenericForm(), "aliyun": AliyunForm()}


class SmsGateways:
    """Takes short messages and keeps them. A part of the world: they survive a crash."""

    def __init__(
        self, world: World, gateways: dict[str, Gateway], *, log: PlatformLog, feed: Feed
    ) -> None:
        self._world = world
        self._gateways = gateways
        self._log = log
        self._feed = feed
        self._messages: list[dict[str, Any]] = []
        self._nonces: set[tuple[str, str]] = set()
        self._rates = Frequency(NOTICES_A_DAY, bans=False)
        self._refusals: dict[str, str] = {}

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        return [
            web.post(f"{SMS_BASE}/{{channel:[^/]+}}{{rest:/?}}", local_only(self._take)),
            web.get("/sim/api/sms", answering(self._read)),
            web.put("/sim/api/sms/refusals", answering(self._change_refusals)),
        ]

    def apply(self, data: dict[str, Any]) -> bool:
        """A message was taken."""
        if data["t"] != "sms":
            return False
        self._messages.append({"id": len(self._messages) + 1, "at": data["at"], **data["sms"]})
        return True

    async def _take(self, request: web.Request) -> web.StreamResponse:
        gateway = self._gateways.get(request.match_info["channel"])
        if gateway is None:
            return web.Response(status=404)
        form, request_id = _FORMS[gateway.provider], self._world.new_id().upper()
        body = await _read_body(request)
        try:
            reference = self._accept(gateway, form, Asked(request.raw_path, request.headers, body))
        except SmsRefused as refusal:
            self._log.write(Level.ERROR, "sms", f"短信被拒绝：{refusal.code}", channel=gateway.key)
            answer = form.answer(refusal.code, "", request_id)
            return web.json_response(answer, status=refusal.status)
        return web.json_response(form.answer("", reference, request_id))

    def _accept(self, gateway: Gateway, form: Form, asked: Asked) -> str:
        """Take a message; what it is called. Raises SmsRefused."""
        now = self._world.now()
        nonce = form.authenticate(gateway, asked, now)
        if not nonce or (gateway.key, nonce) in self._nonces:
            raise SmsRefused(*form.nonce_used)
        self._nonces.add((gateway.key, nonce))
        wanted = form.read(asked)
        if code := self._refusals.get(wanted.phone):
            raise form.refusal(code)
        if form.drops_repeats and (earlier := self._reference(gateway, wanted.message_id)):
            return earlier
        if wanted.series and not self._rates.take(f"{gateway.key}/{wanted.series}", now):
            raise SmsRefused(*form.too_often)
        return self._keep(gateway, wanted)

    def _reference(self, gateway: Gateway, message_id: str) -> str:
        """What a message was called that has been sent before; empty when it was not."""
        for sms in self._messages:
            if (sms["channel"], sms["message_id"]) == (gateway.key, message_id):
                return str(sms["reference"])
        return ""

    def _keep(self, gateway: Gateway, wanted: Submission) -> str:
        reference = self._world.new_id()
        self._world.happen(
            "sms",
            sms={
                "channel": gateway.key,
                "to": wanted.phone,
                "text": wanted.text,
                "message_id": wanted.message_id,
                "reference": reference,
            },
        )
        self._feed.publish("sms", self._messages[-1])
        text = f"短信 → {wanted.phone}：{wanted.text}"
        self._log.write(Level.INFO, "sms", text, channel=gateway.key)
        return reference

    async def _read(self, request: web.Request) -> dict[str, Any]:
        to = read_dialled(request.query.get("to", ""))
        return {"messages": [sms for sms in self._messages if to in {"", sms["to"]}]}

    async def _change_refusals(self, request: web.Request) -> dict[str, Any]:
        body = await read_input(request)
        to, code = read_dialled(read_text(body, "to")), read_optional(body, "code")
        self._refusals[to] = code
        return {"to": to, "code": code}


async def _read_body(request: web.Request) -> bytes:
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > _BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(_BODY_BYTES, len(raw))
    return bytes(raw)
