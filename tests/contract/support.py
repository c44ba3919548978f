"""A stand-in for the platform's server on loopback, and what the tests of channels share."""

import asyncio
import base64
import json
import traceback
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.channels.crypto import Envelope

NOW = datetime.fromtimestamp(1767225660, UTC)
"""A minute after the payloads' CreateTime."""

CORP_ID = "ww0000000000000000"
TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
SECRET = "THE-APP-SECRET"

NO_SESSION = cast("aiohttp.ClientSession", None)
"""Codecs get this: they use no network, so they cannot miss it."""

_TOKEN_PATHS = {"/cgi-bin/gettoken", "/cgi-bin/stable_token"}

PAYLOADS = Path(__file__).parent / "payloads"


@dataclass
class Request:
    """What arrived at the stand-in."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass
class Raw:
    """An answer that is not the usual JSON."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class HangUp:
    """Close the connection instead of answering."""


class Silence:
    """Take the request and never answer."""


Reply = dict[str, Any] | Raw | HangUp | Silence
Serve = Callable[[Request], Reply]


class FakePlatform:
    """Answers every path with ``{"errcode": 0}`` unless told otherwise; numbers its tokens."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.token_requests = 0
        self.token_asked = asyncio.Event()
        self.gate: asyncio.Event | None = None
        """When set, token requests wait for it."""
        self._replies: dict[str, list[Reply]] = defaultdict(list)
        self._served: dict[str, Serve] = {}
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._server = TestServer(app)

    async def start(self) -> None:
        await self._server.start_server()

    async def close(self) -> None:
        self._closing.set()
        if self.gate is not None:
            self.gate.set()
        await self._server.close()

    @property
    def base_url(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    def reply(self, path: str, *replies: Reply) -> None:
        """The next answers of ``/cgi-bin/<path>``, one each; after them the usual one again."""
        self._replies[_full(path)].extend(replies)

    def serve(self, path: str, serve: Serve) -> None:
        """Every answer of ``/cgi-bin/<path>`` that is not told by ``reply``."""
        self._served[_full(path)] = serve

    def calls(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == _full(path)]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw) if request.content_type == "application/json" else raw or None
        seen = Request(request.method, request.path, dict(request.query), body)
        self.requests.append(seen)
        is_token = request.path in _TOKEN_PATHS
        if is_token:
            self.token_requests += 1
            self.token_asked.set()
            if self.gate is not None:
                await self.gate.wait()
        waiting, served = self._replies[request.path], self._served.get(request.path)
        if waiting:
            reply = waiting.pop(0)
        else:
            reply = served(seen) if served else self._usual(is_token=is_token)
        if isinstance(reply, Silence):
            await self._closing.wait()
        if isinstance(reply, Silence | HangUp):
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if isinstance(reply, Raw):
            return web.Response(body=reply.body, status=reply.status, headers=reply.headers)
        return web.json_response(reply)

    def _usual(self, *, is_token: bool) -> dict[str, Any]:
        usual: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
        if is_token:
            usual |= {"access_token": f"ACCESS-TOKEN-{self.token_requests}", "expires_in": 7200}
        return usual


def _full(path: str) -> str:
    """Paths of the API are named without /cgi-bin/."""
    return path if path.startswith("/") else f"/cgi-bin/{path}"


def callback_query(
    envelope: Envelope,
    plaintext: str,
    *,
    sent_at: datetime = NOW,
    nonce: str = "n-12345",
) -> tuple[dict[str, str], str]:
    """What the platform would send: the query, and the ciphertext for the body."""
    sealed = envelope.seal(plaintext, timestamp=str(int(sent_at.timestamp())), nonce=nonce)
    query = {
        "msg_signature": sealed.signature,
        "timestamp": sealed.timestamp,
        "nonce": sealed.nonce,
    }
    return query, sealed.ciphertext


def encrypt_padded(encoding_aes_key: str, padded: bytes) -> str:
    """AES-256-CBC over bytes that are padded already, well or badly."""
    key = base64.b64decode(encoding_aes_key + "=")
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def everything_said(error: BaseException) -> str:
    """All that an error could put into a log: itself, its data, its causes, its traceback."""
    said, link = [], cast("BaseException | None", error)
    while link is not None:
        said += [str(link), repr(link), repr(vars(link))]
        link = link.__cause__ or link.__context__
    return "\n".join([*said, *traceback.format_exception(error)])


def uploaded_file(body: bytes) -> tuple[str, str, bytes]:
    """Name, content type and content of a multipart body with nothing but the field ``media``."""
    head, _, rest = body.partition(b"\r\n\r\n")
    boundary, *lines = head.decode().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines)
    assert 'name="media"' in fields["Content-Disposition"]
    name = fields["Content-Disposition"].rpartition('filename="')[2].removesuffix('"')
    return name, fields["Content-Type"], rest.rpartition(f"\r\n{boundary}".encode())[0]
