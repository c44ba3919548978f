"""A thin client of the WeCom server API: one call, one answer, or an error that says what is known.

A refusal by the platform is a PlatformError, silence a TransportError. A stale token is replaced
and the call repeated once, never more. No message and no log line holds a secret, a token, a key
or an address that contains one; the platform's errmsg is left out for the same reason.

Source: developer.work.weixin.qq.com/document/path/90455 (errcodes), 91039 (token), 90236, 90245,
90247, 90248 (messages and groups), 90196 (user).
"""

import json
from typing import Any, Final

import aiohttp
from wechatpy.constants import WeChatErrorCode

from bot.channels.limits import (
    CONNECT_SECONDS,
    MINUTE_BAN_SECONDS,
    REQUEST_SECONDS,
    RESPONSE_BYTES,
    SECRET_REPAIR_SECONDS,
)
from bot.channels.tokens import AccessToken, TokenCache
from bot.core.clock import Clock
from bot.core.errors import PlatformError, TransportError
from bot.core.ids import UserId
from bot.core.ports import Outcome, SendResult

_MEANINGS: Final = {
    -1: "the platform is busy, try again",
    6000: "the data was changed meanwhile, try again",
    40001: "the secret is wrong, correct it in the channel's settings",
    40003: "there is no such user",
    40008: "this kind of message is not allowed here",
    40013: "the corp id is wrong, correct it in the channel's settings",
    40014: "the access token is not valid",
    40050: "there is no such chat",
    40058: "a parameter is wrong",
    40063: "a parameter is missing",
    41001: "the access token is missing",
    42001: "the access token has expired",
    44004: "the text is empty",
    45002: "the text is too long",
    45009: "too many calls, wait for the window of the limit to pass",
    45033: "too many calls at once",
    48002: "the app has no permission for this call, grant it in the console",
    60011: "the app has no permission for this member, widen its visible scope",
    60020: "this machine's address is not trusted, enter it in the console",
    60111: "there is no such user",
    81013: "none of the receivers can be reached, check the app's visible scope",
    86001: "the chat id is wrong",
    86003: "there is no such chat",
    93000: "the webhook is not valid or was removed from the group",
    93001: "nothing may be pushed to this chat",
    93004: "the robot was stopped",
    93006: "the chat id is wrong",
    93008: "the robot is not in the group",
    301002: "the app has no permission for this call, grant it in the console",
    846605: "the place for the answer is gone",
    846608: "the time for the answer is over",
}
"""What wechatpy does not know, or knows by the meaning that an Official Account gives it."""

_STALE_TOKEN: Final = frozenset({40014, 41001, 42001})

_RETRY_AFTER_SECONDS: Final[dict[int, float | None]] = {
    -1: None,
    6000: None,
    40014: None,
    41001: None,
    42001: None,
    45009: MINUTE_BAN_SECONDS,
    45033: None,
    40001: SECRET_REPAIR_SECONDS,
    40013: SECRET_REPAIR_SECONDS,
    60020: SECRET_REPAIR_SECONDS,
}
"""Refusals that may pass, with the pause before the next attempt (None: the usual one)."""

_NOT_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""Ways to fail before anything was sent."""

_TIMEOUT: Final = aiohttp.ClientTimeout(total=REQUEST_SECONDS, connect=CONNECT_SECONDS)


class WeComApi:
    """Calls in the name of one app. The session stays the caller's and is not closed here.

    ``base_url`` is https://qyapi.weixin.qq.com, or the simulator's, without a slash at its end.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        corp_id: str,
        secret: str,
        clock: Clock,
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._corp_id = corp_id
        self._secret = secret
        self._tokens = TokenCache(self._fetch_token, clock)

    async def get(self, path: str, *, params: dict[str, str]) -> dict[str, Any]:
        """GET ``path`` (such as "user/get"). Raises PlatformError or TransportError."""
        return await self._call("GET", path, params, None)

    async def post(self, path: str, *, json: dict[str, Any]) -> dict[str, Any]:
        """POST ``json`` to ``path``. Raises PlatformError or TransportError."""
        return await self._call("POST", path, {}, json)

    async def send_message(self, body: dict[str, Any]) -> dict[str, Any]:
        """Push to members (90236). An answer may still name receivers it did not reach."""
        return await self.post("message/send", json=body)

    async def send_appchat(self, body: dict[str, Any]) -> None:
        """Push into a member group that this app created (90248)."""
        await self.post("appchat/send", json=body)

    async def read_appchat_members(self, chat_id: str) -> tuple[UserId, ...]:
        """Everyone in a member group that this app created (90247)."""
        answer = await self.get("appchat/get", params={"chatid": chat_id})
        info = answer.get("chat_info")
        members = info.get("userlist") if isinstance(info, dict) else None
        if not isinstance(members, list):
            raise _garbled("appchat/get")
        return tuple(UserId(member) for member in members if isinstance(member, str))

    async def read_user_name(self, user_id: UserId) -> str:
        """A member's name, empty when the app may not see it (90196)."""
        answer = await self.get("user/get", params={"userid": user_id})
        name = answer.get("name")
        return name if isinstance(name, str) else ""

    async def close(self) -> None:
        """End a token request that is under way."""
        await self._tokens.close()

    async def _call(
        self, method: str, path: str, params: dict[str, str], body: dict[str, Any] | None
    ) -> dict[str, Any]:
        token = await self._tokens.get()
        try:
            return await self._call_once(method, path, params, body, token)
        except PlatformError as refusal:
            if refusal.errcode not in _STALE_TOKEN:
                raise
        self._tokens.invalidate(token)
        token = await self._tokens.get()
        return await self._call_once(method, path, params, body, token)

    async def _call_once(
        self,
        method: str,
        path: str,
        params: dict[str, str],
        body: dict[str, Any] | None,
        token: str,
    ) -> dict[str, Any]:
        return await request_json(
            self._session,
            method,
            f"{self._base_url}/cgi-bin/{path}",
            params={**params, "access_token": token},
            body=body,
            name=path,
        )

    async def _fetch_token(self) -> AccessToken:
        """A new token. Without one no call was made, so its silence is ``reached=False``."""
        try:
            answer = await request_json(
                self._session,
                "GET",
                f"{self._base_url}/cgi-bin/gettoken",
                params={"corpid": self._corp_id, "corpsecret": self._secret},
                name="gettoken",
            )
        except TransportError as silence:
            failure = TransportError(silence.message, reached=False, **silence.data)
        else:
            value, lifetime = answer.get("access_token"), answer.get("expires_in")
            if isinstance(value, str) and value and isinstance(lifetime, int):
                return AccessToken(value, lifetime)
            failure = _garbled("gettoken", reached=False)
        raise failure


async def request_json(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    name: str,
    params: dict[str, str] | None = None,
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """One request to the platform and its decoded answer, whose errcode is 0.

    ``name`` stands for the address in messages. Redirects are not followed. Raises PlatformError
    for any other errcode, and TransportError when no connection came about (``reached=False``) or
    no usable answer (``reached=True``).
    """
    data, headers = None, None
    if body is not None:
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Type": "application/json"}
    raw, failure = b"", None
    try:
        async with session.request(
            method,
            url,
            params=params,
            data=data,
            headers=headers,
            timeout=_TIMEOUT,
            allow_redirects=False,
        ) as response:
            if response.status == 200:
                raw = await _read_bounded(response)
            else:
                failure = TransportError(
                    f"{name} was answered with HTTP {response.status}.",
                    reached=True,
                    status=response.status,
                )
    except _NOT_SENT as error:
        failure = _silence(name, error, "found no connection", reached=False)
    except (aiohttp.ClientError, OSError) as error:
        failure = _silence(name, error, "was not answered", reached=True)
    if failure is not None:  # raised out here: the caught one knows the address with its secret
        raise failure
    return _decode(raw, name)


def describe(errcode: int) -> str:
    """What an errcode means, in words."""
    if errcode in _MEANINGS:
        return _MEANINGS[errcode]
    try:
        return str(WeChatErrorCode(errcode).name).lower().replace("_", " ")
    except ValueError:
        return "see developer.work.weixin.qq.com/document/path/90455"


def send_result(error: PlatformError | TransportError, *, repeat_is_safe: bool) -> SendResult:
    """What a failed attempt to send means for the message.

    A refusal had no effect: it is RETRY when it may pass and DEAD when it will not. Silence is
    RETRY when nothing was sent or ``repeat_is_safe``, else UNKNOWN.
    """
    if isinstance(error, PlatformError):
        code = error.errcode
        if code in _RETRY_AFTER_SECONDS:
            return SendResult(Outcome.RETRY, error.message, code, _RETRY_AFTER_SECONDS[code])
        return SendResult(Outcome.DEAD, error.message, code)
    if error.reached and not repeat_is_safe:
        return SendResult(Outcome.UNKNOWN, error.message)
    return SendResult(Outcome.RETRY, error.message)


async def _read_bounded(response: aiohttp.ClientResponse) -> bytes:
    """The body; of one that is too long only the start, which then does not parse."""
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > RESPONSE_BYTES:
            break
    return bytes(raw)


def _decode(raw: bytes, name: str) -> dict[str, Any]:
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        answer = None
    errcode = answer.get("errcode") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(errcode, int):
        raise _garbled(name)
    if errcode != 0:
        raise PlatformError(
            f"The platform refused {name} with errcode {errcode}: {describe(errcode)}.",
            errcode=errcode,
            call=name,
        )
    return answer


def _silence(name: str, error: BaseException, what: str, *, reached: bool) -> TransportError:
    kind = type(error).__name__
    return TransportError(f"{name} {what} ({kind}).", reached=reached, call=name, kind=kind)


def _garbled(name: str, *, reached: bool = True) -> TransportError:
    return TransportError(f"The answer to {name} cannot be read.", reached=reached, call=name)
