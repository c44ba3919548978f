"""The client of language models and the simulated endpoint; the OpenAI library judges both sides.

The endpoint takes what the library sends and answers what it can read; the client reads what the
endpoint answers. So the client would understand the endpoints that the library understands.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import openai
import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from bot.channels.chat_model import MOST_BYTES, OpenAiModel
from bot.core.chat_model import Completion, ModelMessage, ModelTrouble, NoCompletion, Speaker
from bot.core.clock import ManualClock
from bot.settings.schema.model import Model
from bot.simulator.feed import Feed
from bot.simulator.model.corner import MODEL_BASE, ModelCorner
from bot.simulator.platform_log import PlatformLog

KEY = "sk-THE-SECRET-KEY"
WORDS = '{"intent": "chat", "reply": "慢慢来。"}'
MESSAGES = (
    ModelMessage(Speaker.RULES, "Answer in JSON."),
    ModelMessage(Speaker.PERSON, "怎么选精华"),
)


def section(**more: Any) -> Model:
    return Model.model_validate({"api_base": "simulator", "key": KEY, "name": "m-1", **more})


class Endpoint:
    """The simulated endpoint on a port of its own, and a client that calls it."""

    def __init__(self, server: BaseTestServer, corner: ModelCorner, http: aiohttp.ClientSession):
        self.address = str(server.make_url(MODEL_BASE))
        self.base = str(server.make_url("/sim/api/model"))
        self.corner = corner
        self.http = http

    def client(self, **more: Any) -> OpenAiModel:
        return OpenAiModel(section(**more), address=self.address, session=self.http)

    async def fail(self, *faults: str) -> None:
        async with self.http.put(f"{self.base}/faults", json={"next": faults}) as response:
            assert response.status == 200

    async def calls(self) -> int:
        async with self.http.get(self.base) as response:
            return int((await response.json())["calls"])

    async def post(self, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", **headers}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{self.address}/chat/completions"
        async with self.http.post(url, data=raw, headers=sent) as response:
            return response.status, await response.json()


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    clock = ManualClock(datetime(2026, 11, 23, tzinfo=UTC))
    corner = ModelCorner(section(), clock=clock, log=PlatformLog(clock, Feed()))
    corner.mind = lambda _: WORDS
    app = web.Application()
    app.add_routes(corner.routes())
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        yield Endpoint(server, corner, http)
        corner.close()


@pytest.fixture
async def judge(endpoint: Endpoint) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(api_key=KEY, base_url=endpoint.address, max_retries=0) as client:
        yield client


# ---- the endpoint, judged by the library


async def test_the_library_reads_a_whole_answer(judge: openai.AsyncOpenAI) -> None:
    answer = await judge.chat.completions.create(
        model="m-1",
        messages=[{"role": "user", "content": "in JSON"}],
        response_format={"type": "json_object"},
        max_tokens=100,
    )
    assert answer.choices[0].message.content == WORDS
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == len("in JSON") + len(WORDS)


async def test_the_library_reads_a_stream(judge: openai.AsyncOpenAI) -> None:
    stream = await judge.chat.completions.create(
        model="m-1",
        messages=[{"role": "user", "content": "x"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    said = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert said == WORDS
    assert chunks[-1].usage is not None


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("busy", openai.RateLimitError),
        ("error", openai.InternalServerError),
        ("cut", openai.APIError),
    ],
)
async def test_the_library_understands_what_goes_wrong(
    judge: openai.AsyncOpenAI, endpoint: Endpoint, fault: str, error: type[Exception]
) -> None:
    await endpoint.fail(fault)
    with pytest.raises(error):
        await judge.chat.completions.create(
            model="m-1", messages=[{"role": "user", "content": "x"}]
        )


async def test_the_library_is_told_that_its_key_or_model_is_wrong(endpoint: Endpoint) -> None:
    async def ask(client: openai.AsyncOpenAI, name: str) -> None:
        await client.chat.completions.create(
            model=name, messages=[{"role": "user", "content": "x"}]
        )

    async with openai.AsyncOpenAI(api_key="sk-no", base_url=endpoint.address) as stranger:
        with pytest.raises(openai.AuthenticationError):
            await ask(stranger, "m-1")
    async with openai.AsyncOpenAI(api_key=KEY, base_url=endpoint.address) as client:
        with pytest.raises(openai.NotFoundError):
            await ask(client, "m-2")


GOOD: dict[str, Any] = {"model": "m-1", "messages": [{"role": "user", "content": "json"}]}


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b"[]",
        {},
        {"model": "m-1"},
        GOOD | {"messages": []},
        GOOD | {"messages": [{"role": "boss", "content": "x"}]},
        GOOD | {"messages": [{"role": "user", "content": ""}]},
        GOOD | {"messages": [{"role": "user", "content": "x", "name": "y"}]},
        GOOD | {"temperature": 3},
        GOOD | {"max_tokens": "600"},
        GOOD | {"stream": "yes"},
        GOOD | {"stream_options": {"include_usage": True}},
        GOOD | {"timeout": 8},
        GOOD
        | {
            "messages": [{"role": "user", "content": "x"}],
            "response_format": {"type": "json_object"},
        },
    ],
)
async def test_the_endpoint_takes_nothing_that_a_real_one_refuses(
    endpoint: Endpoint, body: Any
) -> None:
    status, answer = await endpoint.post(body)
    assert status == 400
    assert set(answer["error"]) == {"message", "type", "param", "code"}
    assert await endpoint.calls() == 0


async def test_the_endpoint_wants_json_and_a_bounded_body(endpoint: Endpoint) -> None:
    assert (await endpoint.post(GOOD, **{"Content-Type": "text/plain"}))[0] == 415
    assert (await endpoint.post(b"{" + b" " * 300_000))[0] == 413


# ---- the client


@pytest.mark.parametrize("streamed", [False, True])
async def test_the_client_gets_the_words_the_model_and_the_tokens(
    endpoint: Endpoint, *, streamed: bool
) -> None:
    pieces: list[str] = []
    on_text = pieces.append if streamed else None
    got = await endpoint.client().complete(MESSAGES, on_text=on_text)
    prompt = sum(len(message.text) for message in MESSAGES)
    assert got == Completion(WORDS, "m-1", prompt + len(WORDS))
    assert "".join(pieces) == (WORDS if streamed else "")


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ("busy", ModelTrouble.BUSY),
        ("error", ModelTrouble.BROKEN),
        ("garbage", ModelTrouble.GARBLED),
        ("cut", ModelTrouble.GARBLED),
    ],
)
async def test_the_client_tells_what_went_wrong_and_does_not_ask_again(
    endpoint: Endpoint, fault: str, trouble: ModelTrouble, *, streamed: bool
) -> None:
    await endpoint.fail(fault)
    on_text = (lambda _: None) if streamed else None
    got = await endpoint.client().complete(MESSAGES, on_text=on_text)
    assert isinstance(got, NoCompletion)
    assert got.trouble is trouble
    assert await endpoint.calls() == 1


async def test_a_slow_model_is_given_up_in_time(endpoint: Endpoint) -> None:
    await endpoint.fail("slow")
    got = await endpoint.client(timeout_seconds=0.05).complete(MESSAGES)
    assert got == NoCompletion(ModelTrouble.SLOW, "after 0.05 s")


async def test_a_caller_that_gives_up_takes_the_request_with_it(endpoint: Endpoint) -> None:
    await endpoint.fail("slow")
    arrived = asyncio.Event()

    def mind(_: object) -> str:
        arrived.set()
        return WORDS

    endpoint.corner.mind = mind
    task = asyncio.create_task(endpoint.client().complete(MESSAGES))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("more", [{"key": "sk-other"}, {"name": "m-2"}])
async def test_wrong_settings_are_told_apart(endpoint: Endpoint, more: dict[str, str]) -> None:
    got = await endpoint.client(**more).complete(MESSAGES)
    assert isinstance(got, NoCompletion)
    assert got.trouble is ModelTrouble.SETTINGS
    assert KEY not in repr(got)


async def test_an_answer_that_was_cut_by_its_length_is_none(endpoint: Endpoint) -> None:
    endpoint.corner.mind = lambda _: "长" * 200
    got = await endpoint.client(most_tokens=100).complete(MESSAGES)
    assert got == NoCompletion(ModelTrouble.GARBLED, "it ended with length")


async def test_nobody_listens(endpoint: Endpoint, unused_tcp_port: int) -> None:
    address = f"http://127.0.0.1:{unused_tcp_port}/v1"
    client = OpenAiModel(section(), address=address, session=endpoint.http)
    got = await client.complete(MESSAGES)
    assert isinstance(got, NoCompletion)
    assert got.trouble is ModelTrouble.UNREACHABLE


# ---- the client, against answers that no honest endpoint gives

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def answered(serve: Serve, *, streamed: bool = False) -> Completion | NoCompletion:
    app = web.Application()
    app.router.add_post("/chat/completions", serve)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        client = OpenAiModel(section(), address=str(server.make_url("")).rstrip("/"), session=http)
        return await client.complete(MESSAGES, on_text=(lambda _: None) if streamed else None)


def events(*lines: str) -> Serve:
    async def serve(_request: web.Request) -> web.StreamResponse:
        text = "".join(f"{line}\n\n" for line in lines)
        return web.Response(text=text, content_type="text/event-stream")

    return serve


def chunk(text: str, finish: str | None = None) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return "data: " + json.dumps({"model": "m", "choices": [choice]})


async def test_comments_other_events_and_carriage_returns_are_no_trouble() -> None:
    lines = (": ping", "event: x\r", chunk("好") + "\r", chunk("", "stop"), "data:[DONE]")
    got = await answered(events(*lines), streamed=True)
    assert got == Completion("好", "m", None)


async def test_an_end_without_done_is_an_end() -> None:
    got = await answered(events(chunk("好"), chunk("", "stop")), streamed=True)
    assert got == Completion("好", "m", None)


@pytest.mark.parametrize(
    "lines",
    [
        (chunk("好"),),
        (chunk("好"), 'data: {"error": {"message": "overloaded"}}'),
        (chunk("好"), "data: {"),
        ("data: 7",),
        ('data: {"choices": [{"delta": {"content": ["x"]}}]}',),
        ('data: {"choices": 3}',),
        (chunk("好", "tool_calls"), "data: [DONE]"),
    ],
)
async def test_a_stream_that_breaks_its_promises_is_no_answer(lines: tuple[str, ...]) -> None:
    got = await answered(events(*lines), streamed=True)
    assert isinstance(got, NoCompletion)
    assert got.trouble is ModelTrouble.GARBLED


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_without_an_end_is_given_up(*, streamed: bool) -> None:
    async def serve(_request: web.Request) -> web.StreamResponse:
        kind = "text/event-stream" if streamed else "application/json"
        return web.Response(body=b"x" * (MOST_BYTES + 1), content_type=kind)

    got = await answered(serve, streamed=streamed)
    assert isinstance(got, NoCompletion)
    assert got.trouble is ModelTrouble.GARBLED


async def test_redirects_are_not_followed_with_the_key() -> None:
    async def serve(_request: web.Request) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect("http://other.example/v1/chat/completions")

    got = await answered(serve)
    assert isinstance(got, NoCompletion)
    assert got.trouble is ModelTrouble.BROKEN


async def test_a_connection_that_broke_before_the_answer_is_tried_once_more() -> None:
    calls = 0

    async def serve(request: web.Request) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        if calls == 1:
            assert request.transport is not None
            request.transport.abort()
        choice = {"message": {"content": "好"}, "finish_reason": "stop"}
        return web.json_response({"model": "m", "choices": [choice]})

    assert await answered(serve) == Completion("好", "m", None)
    assert calls == 2


async def test_no_trouble_tells_the_key_or_the_words() -> None:
    async def serve(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=f"<html>{KEY} 怎么选精华</html>", content_type="text/html")

    got = await answered(serve)
    assert not re.search(f"{KEY}|怎么选", repr(got))
