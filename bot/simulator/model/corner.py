"""A language model as a corner of the simulator: its endpoint, its words and its faults.

POST /sim/model/v1/chat/completions   the endpoint, for the model and the key of bot.yaml
GET  /sim/api/model                   {"calls": N, "faults": [...]}: requests that were taken
PUT  /sim/api/model/words             {"text"}: what it says to everything from now on
PUT  /sim/api/model/faults            {"next": [...]}: what goes wrong with the next calls, in turn
PUT  /sim/api/model/gate              {"open": true}: let the slow ones go on

It understands nothing. A slow call waits until the gate is opened, and goes on then.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final

from aiohttp import web

from bot.core.clock import Clock
from bot.settings.schema.model import Model
from bot.simulator.api import answering
from bot.simulator.guard import local_only
from bot.simulator.inputs import BadInput, read_input, read_text
from bot.simulator.model.requests import Asked, ModelRefused, read_request
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.strict_json import read_object, readable_json

MODEL_BASE: Final = "/sim/model/v1"
_BODY_BYTES: Final = 256 * 1024
_PIECE: Final = 6
"""Characters of one piece of a stream."""

Mind = Callable[[Sequence[tuple[str, str]]], str]
"""What is said to messages, each with its role."""

_WORDS: Final = readable_json(
    {
        "intent": "chat",
        "confidence": 0.8,
        "used_facts": [],
        "reply": "慢慢来，一次只加一样新的，皮肤舒服了再往下试。",
    }
)


class ModelFault(StrEnum):
    """What can go wrong with a call."""

    SLOW = "slow"
    BUSY = "busy"
    """HTTP 429."""
    ERROR = "error"
    """HTTP 500."""
    GARBAGE = "garbage"
    """HTTP 200 with a page of HTML."""
    CUT = "cut"
    """The connection breaks in the middle of the answer."""


class ModelCorner:
    """The endpoint of ``section``; without one it answers 404."""

    def __init__(self, section: Model | None, *, clock: Clock, log: PlatformLog) -> None:
        self._section = section
        self._clock = clock
        self._log = log
        self._faults: deque[ModelFault] = deque()
        self._gate = asyncio.Event()
        self._calls = 0
        self.mind: Mind = lambda _: _WORDS

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        return [
            web.post(f"{MODEL_BASE}/chat/completions", local_only(self._complete)),
            web.get("/sim/api/model", answering(self._read)),
            web.put("/sim/api/model/words", answering(self._change_words)),
            web.put("/sim/api/model/faults", answering(self._change_faults)),
            web.put("/sim/api/model/gate", answering(self._change_gate)),
        ]

    def close(self) -> None:
        """Let slow calls go on, so that nobody waits for them."""
        self._gate.set()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        try:
            asked = await self._read_asked(request)
        except ModelRefused as refused:
            self._log.write(Level.ERROR, "api", f"模型接口拒绝了请求：{refused}")
            return _refusal(refused)
        self._calls += 1
        words = self.mind(asked.messages)
        fault = self._faults.popleft() if self._faults else None
        match fault:
            case ModelFault.SLOW:
                await self._gate.wait()
            case ModelFault.BUSY:
                return _refusal(ModelRefused(429, "rate_limit_exceeded", "Rate limit reached"))
            case ModelFault.ERROR:
                return _refusal(ModelRefused(500, "server_error", "The server had an error"))
            case ModelFault.GARBAGE:
                return web.Response(text="<html>502 Bad Gateway</html>", content_type="text/html")
        cut = fault is ModelFault.CUT
        if asked.streamed:
            return await self._stream(request, asked, words, cut=cut)
        return await self._answer(request, asked, words, cut=cut)

    async def _read_asked(self, request: web.Request) -> Asked:
        section = self._section
        if section is None:
            raise ModelRefused(404, "model_not_found", "bot.yaml has no model")
        key = section.key.get_secret_value()
        if key and request.headers.get("Authorization") != f"Bearer {key}":
            raise ModelRefused(401, "invalid_api_key", "Incorrect API key provided")
        if request.content_type != "application/json":
            raise ModelRefused(415, "invalid_request_error", "The body must be application/json")
        raw = bytearray()
        async for chunk in request.content.iter_any():
            raw += chunk
            if len(raw) > _BODY_BYTES:
                raise ModelRefused(413, "invalid_request_error", "The body is too large")
        body = read_object(bytes(raw))
        if body is None:
            raise ModelRefused(400, "invalid_request_error", "The body is not a JSON object")
        return read_request(body, name=section.name)

    async def _answer(
        self, request: web.Request, asked: Asked, words: str, *, cut: bool
    ) -> web.StreamResponse:
        said = words[: asked.most_tokens]
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": said, "refusal": None},
            "logprobs": None,
            "finish_reason": _reason(said, words),
        }
        document = self._document("chat.completion", [choice], usage=_usage(asked, said))
        if not cut:
            return web.Response(text=document, content_type="application/json")
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(document.encode()[: len(document) // 2])
        return _broken_off(request, response)

    async def _stream(
        self, request: web.Request, asked: Asked, words: str, *, cut: bool
    ) -> web.StreamResponse:
        said = words[: asked.most_tokens]
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        for start in range(0, len(said), _PIECE):
            if cut and start * 2 > len(said):
                return _broken_off(request, response)
            delta = {"role": "assistant", "content": said[start : start + _PIECE]}
            await self._tell(response, [_piece(delta, None)])
        await self._tell(response, [_piece({}, _reason(said, words))])
        if asked.counts_usage:
            await self._tell(response, [], usage=_usage(asked, said))
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _tell(
        self, response: web.StreamResponse, choices: list[dict[str, Any]], **more: Any
    ) -> None:
        document = self._document("chat.completion.chunk", choices, **more)
        await response.write(f"data: {document}\n\n".encode())

    def _document(self, kind: str, choices: list[dict[str, Any]], **more: Any) -> str:
        assert self._section is not None, "checked with the request"
        return readable_json(
            {
                "id": f"chatcmpl-{self._calls:08}",
                "object": kind,
                "created": int(self._clock.now().timestamp()),
                "model": self._section.name,
                "choices": choices,
                **more,
            }
        )

    async def _read(self, _request: web.Request) -> dict[str, Any]:
        return {"calls": self._calls, "faults": list(self._faults)}

    async def _change_words(self, request: web.Request) -> dict[str, Any]:
        text = read_text(await read_input(request), "text")
        self.mind = lambda _: text
        return {"text": text}

    async def _change_faults(self, request: web.Request) -> dict[str, Any]:
        wanted = (await read_input(request)).get("next")
        known = [str(fault) for fault in ModelFault]
        if not isinstance(wanted, list) or any(each not in known for each in wanted):
            raise BadInput(f"next 要写成列表，可以用：{'、'.join(known)}")
        self._faults = deque(ModelFault(each) for each in wanted)
        return {"next": wanted}

    async def _change_gate(self, request: web.Request) -> dict[str, Any]:
        is_open = (await read_input(request)).get("open")
        if not isinstance(is_open, bool):
            raise BadInput("open 只能是 true 或 false")
        if is_open:
            self._gate.set()
        else:
            self._gate.clear()
        return {"open": is_open}


def _piece(delta: dict[str, Any], finished: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finished}


def _reason(said: str, words: str) -> str:
    return "stop" if said == words else "length"


def _usage(asked: Asked, said: str) -> dict[str, int]:
    """A character counts as a token."""
    prompt = sum(len(text) for _, text in asked.messages)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": len(said),
        "total_tokens": prompt + len(said),
    }


def _refusal(refused: ModelRefused) -> web.Response:
    error = {
        "message": str(refused),
        "type": refused.code,
        "param": refused.param or None,
        "code": refused.code,
    }
    return web.Response(
        text=json.dumps({"error": error}), status=refused.status, content_type="application/json"
    )


def _broken_off(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return response
