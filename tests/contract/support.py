"""A stand-in for the platform's server on loopback, and what the tests of channels share."""

import asyncio
import base64
import json
import traceback
from collections import defaultdict
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


class FakePlatform:
    """Answers every path with ``{"errcode": 0}`` unless told otherwise; numbers its tokens."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.token_requests = 0
        self.token_asked = asyncio.Event()
        self.gate: asyncio.Event | None = None
        """When set, token requests wait for it."""
        self._replies: dict[str, list[Reply]] = defaultdict(list)
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
        self._replies[f"/cgi-bin/{path}"].extend(replies)

    def calls(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == f"/cgi-bin/{path}"]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw) if raw else None
        seen = Request(request.method, request.path, dict(request.query), body)
        self.requests.append(seen)
        is_token = request.path == "/cgi-bin/gettoken"
        if is_token:
            self.token_requests += 1
            self.token_asked.set()
            if self.gate is not None:
                await self.gate.wait()
        waiting = self._replies[request.path]
        reply = waiting.pop(0) if waiting else self._usual(is_token=is_token)
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
