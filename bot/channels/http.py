"""One request to a platform: an answer, or an error that says what is known.

A refusal by the platform is a PlatformError, silence a TransportError. No message and no log line
holds a secret, a token, a key or an address that contains one; the platform's errmsg is left out
for the same reason.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.core.errors import (
    LimitReached,
    PlatformBusy,
    PlatformError,
    SettingsWrong,
    TokenStale,
    TransportError,
    WindowClosed,
)
from bot.core.ports import Outcome, Pause, SendResult
from bot.platforms.errcodes import WECOM, Refusals, refused
from bot.platforms.limits import (
    CONNECT_SECONDS,
    MEDIA_READ_BYTES,
    MEDIA_REQUEST_SECONDS,
    REQUEST_SECONDS,
    RESPONSE_BYTES,
    SECRET_REPAIR_SECONDS,
    WINDOW_RETRY_SECONDS,
)

_NOT_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""Ways to fail before anything was sent."""

_QUICK: Final = aiohttp.ClientTimeout(total=REQUEST_SECONDS, connect=CONNECT_SECONDS)
_PATIENT: Final = aiohttp.ClientTimeout(total=MEDIA_REQUEST_SECONDS, connect=CONNECT_SECONDS)


@dataclass(frozen=True, slots=True)
class File:
    """A file on its way to a platform, as multipart field ``media``."""

    name: str
    body: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    content_type: str


async def request_json(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    name: str,
    params: dict[str, str] | None = None,
    body: dict[str, Any] | File | None = None,
    refusals: Refusals = WECOM,
) -> dict[str, Any]:
    """One request and its decoded answer, whose errcode is 0 or missing.

    ``name`` stands for the address in messages. Redirects are not followed. Raises PlatformError
    for any other errcode, and TransportError when no connection came about (``reached=False``) or
    no usable answer (``reached=True``).
    """
    raw, _ = await _request(session, method, url, name=name, params=params, body=body)
    return _decode(raw, name, refusals)


async def read_file(
    session: aiohttp.ClientSession,
    url: str,
    *,
    name: str,
    params: dict[str, str] | None = None,
    refusals: Refusals = WECOM,
) -> bytes:
    """The file at ``url``. Raises like ``request_json``: platforms refuse with JSON."""
    raw, content_type = await _request(
        session, "GET", url, name=name, params=params, most_bytes=MEDIA_READ_BYTES
    )
    if content_type in {"application/json", "text/plain"} and raw[:1] == b"{":
        _decode(raw, name, refusals)
    return raw


async def exchange(
    session: aiohttp.ClientSession,
    url: str,
    *,
    name: str,
    headers: Mapping[str, str],
    body: bytes,
) -> tuple[int, bytes]:
    """POST ``body`` as it is: the answer's status and body, whatever they say.

    Raises TransportError when there was no answer.
    """
    answer = await _send(
        session,
        "POST",
        url,
        name=name,
        patience=_QUICK,
        most_bytes=RESPONSE_BYTES,
        headers=headers,
        data=body,
    )
    return answer.status, answer.body


def send_result(error: PlatformError | TransportError, *, repeat_is_safe: bool) -> SendResult:
    """What a failed attempt to send means for the message.

    A refusal had no effect: it is RETRY when it may pass and DEAD when it will not. Silence is
    RETRY when nothing was sent or ``repeat_is_safe``, else UNKNOWN.
    """
    match error:
        case TransportError():
            unknown = error.reached and not repeat_is_safe
            return SendResult(Outcome.UNKNOWN if unknown else Outcome.RETRY, error.message)
        case PlatformBusy() | TokenStale():
            pause, seconds = Pause.ROW, None
        case WindowClosed():
            pause, seconds = Pause.ROW, WINDOW_RETRY_SECONDS
        case LimitReached():
            pause, seconds = Pause.LIMIT, None
        case SettingsWrong():
            pause, seconds = Pause.CHANNEL, SECRET_REPAIR_SECONDS
        case _:
            return SendResult(Outcome.DEAD, error.message, error.errcode)
    return SendResult(Outcome.RETRY, error.message, error.errcode, seconds, pause)


async def _request(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    name: str,
    params: dict[str, str] | None = None,
    body: dict[str, Any] | File | None = None,
    most_bytes: int = RESPONSE_BYTES,
) -> tuple[bytes, str]:
    """The raw answer to one request, with its content type."""
    data: bytes | aiohttp.FormData | None = None
    headers: dict[str, str] | None = None
    if isinstance(body, File):
        data = aiohttp.FormData(quote_fields=False)  # people are shown the name as it stands
        data.add_field("media", body.body, filename=body.name, content_type=body.content_type)
    elif body is not None:
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Type": "application/json"}
    answer = await _send(
        session,
        method,
        url,
        name=name,
        params=params,
        headers=headers,
        data=data,
        patience=_PATIENT if isinstance(body, File) or most_bytes > RESPONSE_BYTES else _QUICK,
        most_bytes=most_bytes,
    )
    if answer.status != 200:
        raise TransportError(
            f"{name} was answered with HTTP {answer.status}.", reached=True, status=answer.status
        )
    return answer.body, answer.content_type


async def _send(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    name: str,
    patience: aiohttp.ClientTimeout,
    most_bytes: int,
    params: dict[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    data: bytes | aiohttp.FormData | None = None,
) -> _Answer:
    """One request and its answer. Raises TransportError when there was none."""
    try:
        async with session.request(
            method,
            url,
            params=params,
            data=data,
            headers=headers,
            timeout=patience,
            allow_redirects=False,
        ) as response:
            body = await _read_bounded(response, most_bytes)
            return _Answer(response.status, body, response.content_type)
    except _NOT_SENT as error:
        failure = _silence(name, error, "found no connection", reached=False)
    except (aiohttp.ClientError, OSError) as error:
        failure = _silence(name, error, "was not answered", reached=True)
    raise failure  # out here: the caught one knows the address with its secret


async def _read_bounded(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """The body; of one that is too long only the start, which then is of no use."""
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > most_bytes:
            break
    return bytes(raw)


def _decode(raw: bytes, name: str, refusals: Refusals) -> dict[str, Any]:
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        answer = None
    errcode = answer.get("errcode", 0) if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(errcode, int):
        raise garbled(name)
    if errcode != 0:
        raise refused(name, errcode, refusals)
    return answer


def garbled(name: str, *, reached: bool = True) -> TransportError:
    """The answer to ``name`` is not what the platform promises."""
    return TransportError(f"The answer to {name} cannot be read.", reached=reached, call=name)


def _silence(name: str, error: BaseException, what: str, *, reached: bool) -> TransportError:
    kind = type(error).__name__
    return TransportError(f"{name} {what} ({kind}).", reached=reached, call=name, kind=kind)
