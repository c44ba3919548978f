"""The platform's API under /sim/platform: the frame around every call.

Tokens (91039), frequencies of any call (90312), JSON in and out with errcode and errmsg (90455). A
body that is not JSON is taken as empty and the answer says "Warning: wrong json format.". The
calls themselves are in ``sends.py``, ``appchats.py`` and ``addresses.py``.
"""

from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from bot.simulator.addresses import Addresses
from bot.simulator.appchats import AppChats
from bot.simulator.cast import App
from bot.simulator.frequency import Frequency
from bot.simulator.guard import local_only
from bot.simulator.limits import CALL_BODY_BYTES, CALL_RATES
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.refusal import WRONG_JSON, Refused, too_often
from bot.simulator.sends import Sends
from bot.simulator.strict_json import read_object
from bot.simulator.world import World

API_BASE: Final = "/sim/platform"

Answer = dict[str, Any]
AppCall = Callable[[App, dict[str, Any]], Answer]
"""A call in the name of an app: with its parameters (GET) or its body (POST)."""

AddressCall = Callable[[str, dict[str, Any]], Answer]
"""A call to a secret address: with the secret of the URL and the body."""


class Platform:
    """The platform's API. The frequencies go on where the journal's messages left them."""

    def __init__(self, world: World, log: PlatformLog) -> None:
        self._world = world
        self._log = log
        self._rates = Frequency(CALL_RATES, bans=True)
        self._sends = Sends(world)
        self._chats = AppChats(world)
        self._addresses = Addresses(world)

    def routes(self) -> list[web.RouteDef]:
        """Every call that the platform knows here; others are 404."""
        sends, chats, addresses = self._sends, self._chats, self._addresses
        return [
            web.get(f"{API_BASE}/cgi-bin/gettoken", local_only(self._get_token)),
            self._post("message/send", sends.send_to_people),
            self._get("user/get", sends.read_user),
            self._post("appchat/create", chats.create),
            self._post("appchat/update", chats.update),
            self._get("appchat/get", chats.read),
            self._post("appchat/send", chats.send),
            self._address("webhook/send", "key", addresses.send_to_webhook),
            self._address("aibot/response", "response_code", addresses.respond),
            web.route("*", f"{API_BASE}/{{rest:.*}}", local_only(self._unknown)),
        ]

    def _get(self, path: str, call: AppCall) -> web.RouteDef:
        async def handle(request: web.Request) -> web.StreamResponse:
            parameters: dict[str, Any] = dict(request.query)
            return self._answer(
                path, lambda: call(self._app(request, path), parameters), quiet=True
            )

        return web.get(f"{API_BASE}/cgi-bin/{path}", local_only(handle))

    def _post(self, path: str, call: AppCall) -> web.RouteDef:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await _read_body(request)
            return self._answer(path, lambda: call(self._app(request, path), body or {}), body=body)

        return web.post(f"{API_BASE}/cgi-bin/{path}", local_only(handle))

    def _address(self, path: str, secret: str, call: AddressCall) -> web.RouteDef:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await _read_body(request)
            value = request.query.get(secret, "")
            return self._answer(path, lambda: call(value, body or {}), body=body)

        return web.post(f"{API_BASE}/cgi-bin/{path}", local_only(handle))

    async def _get_token(self, request: web.Request) -> web.StreamResponse:
        return self._answer("gettoken", lambda: self._token(request), quiet=True)

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["rest"]
        self._log.write(Level.ERROR, "api", f"{request.method} {path}：没有这个接口", status=404)
        return web.Response(status=404)

    def _token(self, request: web.Request) -> Answer:
        corp_id, secret = request.query.get("corpid", ""), request.query.get("corpsecret", "")
        apps = [app for app in self._world.cast.apps.values() if app.corp_id == corp_id]
        if not apps:
            raise Refused(40013, "invalid corpid")
        app = next((app for app in apps if app.secret == secret), None)
        if app is None:
            raise Refused(40001, "invalid credential")
        token = self._world.issue_token(app)
        left = token.until - self._world.now()
        return {"access_token": token.value, "expires_in": int(left.total_seconds())}

    def _app(self, request: web.Request, path: str) -> App:
        """The app whose token the call carries. Raises Refused."""
        value = request.query.get("access_token", "")
        if not value:
            raise Refused(41001, "access_token missing")
        token = self._world.tokens.get(value)
        app = None if token is None else self._world.cast.apps.get(token.channel)
        if token is None or app is None:
            raise Refused(40014, "invalid access_token")
        if self._world.now() >= token.until:
            raise Refused(42001, "access_token expired")
        if not self._rates.take(f"{app.corp_id}/{path}", self._world.now()):
            raise too_often()
        return app

    def _answer(
        self,
        path: str,
        call: Callable[[], Answer],
        *,
        body: dict[str, Any] | None = None,
        quiet: bool = False,
    ) -> web.Response:
        try:
            answer = {"errcode": 0, "errmsg": "ok", **call()}
        except Refused as refusal:
            warning = f". {WRONG_JSON}" if body is None and not quiet else ""
            answer = {"errcode": refusal.errcode, "errmsg": refusal.errmsg + warning}
        errcode, errmsg = answer["errcode"], answer["errmsg"]
        good = Level.QUIET if quiet else Level.INFO
        text = f"API {path}：{errcode} {errmsg}"
        self._log.write(
            good if errcode == 0 else Level.ERROR, "api", text, call=path, errcode=errcode
        )
        return web.json_response(answer)


async def _read_body(request: web.Request) -> dict[str, Any] | None:
    """The JSON object of a request, None when there is none."""
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > CALL_BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(CALL_BODY_BYTES, len(raw))
    return read_object(bytes(raw))
