"""The frame around every call of a platform's API: who calls, JSON in and out, errcodes, the log.

A body that is not JSON is taken as empty and the answer says "Warning: wrong json format."
(90455), unless the platform refuses it. The calls themselves are lists of ``Call``, one for each
corner of the platform.

In a drill a call may be answered with -1, with HTTP 500 or not at all; the last two happen to half
of the calls after they have taken effect, so that whoever repeats them blindly does them twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from aiohttp import BodyPartReader, web

from bot.simulator.faults import CallFate, Fault, FaultPlan
from bot.simulator.guard import local_only
from bot.simulator.limits import CALL_BODY_BYTES, UPLOAD_BODY_BYTES
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.refusal import WRONG_JSON, Refused
from bot.simulator.strict_json import read_object

Answer = dict[str, Any]
"""The fields of an answer besides errcode and errmsg."""

Caller = TypeVar("Caller")


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is a file."""

    body: bytes
    content_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call, as multipart field ``media``."""

    body: bytes
    content_type: str
    name: str


UPLOAD: Final = "upload"
"""The key under which a call finds its ``Upload`` among its parameters."""


@dataclass(frozen=True, slots=True)
class Call(Generic[Caller]):
    """A call: with the parameters of the URL (GET) or the body (POST) and whoever makes it.

    ``path`` is what stands behind /cgi-bin/, or the whole path when it begins with /. ``run``
    raises Refused. ``parameter`` is one of the URL that joins the body. ``uploads`` tells that the
    body is a file: ``run`` gets the parameters of the URL and, under ``UPLOAD``, the file.
    ``quiet`` keeps a good answer off the page's log. ``bare`` tells that a good answer carries no
    errcode.
    """

    verb: str
    path: str
    run: Callable[[Caller, dict[str, Any]], Answer | File]
    quiet: bool = False
    parameter: str = ""
    uploads: bool = False
    bare: bool = False


class Frame(Generic[Caller]):
    """The API under ``base`` (a path, as /sim/platform).

    ``authorise`` finds out who calls, by the request and the call's path. Raises Refused.
    ``malformed`` refuses a body that is not JSON; without it such a body passes with a warning.
    ``faults`` says which calls go wrong. ``revoke`` makes the platform forget an access token that
    a drill has worn out, so that it issues another one.
    """

    def __init__(
        self,
        base: str,
        log: PlatformLog,
        authorise: Callable[[web.Request, str], Caller],
        *,
        faults: FaultPlan,
        malformed: Callable[[], Refused] | None = None,
        revoke: Callable[[str], None] | None = None,
    ) -> None:
        self._base = base
        self._log = log
        self._authorise = authorise
        self._faults = faults
        self._malformed = malformed
        self._revoke = revoke

    def routes(self, calls: Iterable[Call[Caller]]) -> list[web.RouteDef]:
        """All ``calls``; whatever else is asked for under the base is 404."""
        unknown = web.route("*", f"{self._base}/{{rest:.*}}", local_only(self._unknown))
        return [*(self._route(call) for call in calls), unknown]

    def _route(self, call: Call[Caller]) -> web.RouteDef:
        async def handle(request: web.Request) -> web.StreamResponse:
            parameters, is_json = await _read(request, call)
            fate = self._faults.of_call(call.path)
            if fate is not None and not fate.after_effect:
                return self._fail(call, fate, request)
            response = self._run(call, request, parameters, is_json=is_json)
            return response if fate is None else self._fail(call, fate, request)

        path = call.path if call.path.startswith("/") else f"/cgi-bin/{call.path}"
        return web.route(call.verb, f"{self._base}{path}", local_only(handle))

    def _run(
        self,
        call: Call[Caller],
        request: web.Request,
        parameters: dict[str, Any],
        *,
        is_json: bool,
    ) -> web.Response:
        try:
            caller = self._authorise(request, call.path)
            self._wear_out(request.query.get("access_token", ""))
            if self._malformed is not None and not is_json:
                raise self._malformed()
            result = call.run(caller, parameters)
        except Refused as refusal:
            warning = "" if is_json or self._malformed is not None else f". {WRONG_JSON}"
            return self._answer(
                call, {"errcode": refusal.errcode, "errmsg": refusal.errmsg + warning}
            )
        if isinstance(result, File):
            return self._file(call, result)
        return self._answer(call, {"errcode": 0, "errmsg": "ok", **result})

    def _wear_out(self, token: str) -> None:
        """Count a use of a token that is good by the platform's own rules. Raises Refused."""
        errcode = self._faults.wear_out(token) if token else 0
        if not errcode:
            return
        if self._revoke is not None:
            self._revoke(token)
        raise Refused(
            errcode, "invalid access_token" if errcode == 40014 else "access_token expired"
        )

    def _fail(self, call: Call[Caller], fate: CallFate, request: web.Request) -> web.Response:
        """What the caller sees of a fault; its effect, if any, is there already."""
        self._faults.happened(fate.fault)
        if fate.fault is Fault.BUSY:
            return self._answer(call, {"errcode": -1, "errmsg": "system busy"})
        when = "处理之后" if fate.after_effect else "处理之前"
        what = "HTTP 500" if fate.fault is Fault.HTTP_ERROR else "连接中断"
        text = f"演习：API {call.path} {when}{what}"
        self._log.write(Level.INFO, "fault", text, call=call.path)
        if fate.fault is Fault.HTTP_ERROR:
            return web.Response(status=500)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _answer(self, call: Call[Caller], answer: Answer) -> web.Response:
        errcode, errmsg = answer["errcode"], answer["errmsg"]
        good = Level.QUIET if call.quiet else Level.INFO
        text = f"API {call.path}：{errcode} {errmsg}"
        self._log.write(
            good if errcode == 0 else Level.ERROR, "api", text, call=call.path, errcode=errcode
        )
        if call.bare and errcode == 0:
            answer = {name: answer[name] for name in answer if name not in {"errcode", "errmsg"}}
        return web.json_response(answer)

    def _file(self, call: Call[Caller], file: File) -> web.Response:
        self._log.write(Level.QUIET, "api", f"API {call.path}：{file.name}", call=call.path)
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
        return web.Response(body=file.body, content_type=file.content_type, headers=headers)

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["rest"]
        self._log.write(Level.ERROR, "api", f"{request.method} {path}：没有这个接口", status=404)
        return web.Response(status=404)


async def _read(request: web.Request, call: Call[Any]) -> tuple[dict[str, Any], bool]:
    """The parameters of a call, and whether a body that should be JSON is."""
    parameters: dict[str, Any] = dict(request.query)
    if call.uploads:
        return {**parameters, UPLOAD: await _read_upload(request)}, True
    if call.verb == "GET":
        return parameters, True
    body = await _read_body(request)
    joined = {call.parameter: request.query.get(call.parameter, "")} if call.parameter else {}
    return {**(body or {}), **joined}, body is not None


async def _read_upload(request: web.Request) -> Upload | None:
    """The multipart field ``media``; None when there is none."""
    if not request.content_type.startswith("multipart/"):
        return None
    form = await request.clone(client_max_size=UPLOAD_BODY_BYTES).multipart()
    while (part := await form.next()) is not None:
        if isinstance(part, BodyPartReader) and part.name == "media" and part.filename:
            content_type = part.headers.get("Content-Type", "")
            return Upload(bytes(await part.read()), content_type, part.filename)
    return None


async def _read_body(request: web.Request) -> dict[str, Any] | None:
    """The JSON object of a request, None when there is none."""
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > CALL_BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(CALL_BODY_BYTES, len(raw))
    return read_object(bytes(raw))
