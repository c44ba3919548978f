"""A language model behind any endpoint that speaks the OpenAI protocol (POST /chat/completions).

One time limit covers everything from the connection to the last word, one size limit the whole
answer, and nothing is tried twice but a connection that broke before there was any answer. No
message of ours holds the key, the prompt or the answer.

Source: platform.openai.com/docs/api-reference/chat; errors in a stream as {"error": …}.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.core.chat_model import Completion, ModelMessage, ModelTrouble, NoCompletion
from bot.settings.schema.channels import SIMULATOR
from bot.settings.schema.model import Model

MOST_BYTES: Final = 256 * 1024
"""Of a whole answer; a stream needs some hundred bytes for each token."""

TEMPERATURE: Final = 0.3
"""Close to what the prompt says: facts are asked for, not ideas."""

_NO_LIMIT: Final = aiohttp.ClientTimeout(total=None, connect=None)
"""The session's own limits would cut an answer that ours still allows."""

_LOST: Final = (aiohttp.ClientConnectionError, OSError)
"""The connection did not come about, or broke."""

OnText = Callable[[str], None]
Result = Completion | NoCompletion


def open_model(
    section: Model | None, *, session: aiohttp.ClientSession, stage: str
) -> "OpenAiModel | None":
    """The model of bot.yaml, if it has one; ``stage`` is the simulated endpoint's address."""
    if section is None:
        return None
    address = stage if section.api_base == SIMULATOR else section.api_base
    return OpenAiModel(section, address=address, session=session)


@dataclass(slots=True)
class _Gathered:
    """What has come of an answer so far."""

    text: str = ""
    model: str = ""
    tokens: int | None = None
    finished: str = ""


class OpenAiModel:
    """The model ``section`` names, at ``address`` (without a slash at its end)."""

    def __init__(self, section: Model, *, address: str, session: aiohttp.ClientSession) -> None:
        self._section = section
        self._url = f"{address}/chat/completions"
        self._session = session
        self._headers = {"Content-Type": "application/json"}
        if key := section.key.get_secret_value():
            self._headers["Authorization"] = f"Bearer {key}"

    async def complete(
        self, messages: Sequence[ModelMessage], *, on_text: OnText | None = None
    ) -> Result:
        """Ask once, as ``ChatModel`` promises; with ``on_text`` the answer is streamed."""
        body = json.dumps(self._body(messages, streamed=on_text is not None), ensure_ascii=False)
        try:
            async with asyncio.timeout(self._section.timeout_seconds):
                return await self._ask(body.encode("utf-8", "replace"), on_text)
        except TimeoutError:
            return NoCompletion(ModelTrouble.SLOW, f"after {self._section.timeout_seconds:g} s")

    def _body(self, messages: Sequence[ModelMessage], *, streamed: bool) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._section.name,
            "messages": [{"role": each.speaker, "content": each.text} for each in messages],
            "max_tokens": self._section.most_tokens,
            "temperature": TEMPERATURE,
        }
        if self._section.json_mode:
            body["response_format"] = {"type": "json_object"}
        if streamed:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return body

    async def _ask(self, body: bytes, on_text: OnText | None) -> Result:
        for is_last in (False, True):
            try:
                response = await self._session.post(
                    self._url,
                    data=body,
                    headers=self._headers,
                    timeout=_NO_LIMIT,
                    allow_redirects=False,
                )
            except _LOST as error:
                if is_last:
                    return NoCompletion(ModelTrouble.UNREACHABLE, type(error).__name__)
            except aiohttp.ClientError as error:
                return NoCompletion(ModelTrouble.BROKEN, type(error).__name__)
            else:
                break
        try:
            async with response:
                return await _read(response, on_text)
        except (aiohttp.ClientError, OSError) as error:
            return NoCompletion(ModelTrouble.GARBLED, f"cut off ({type(error).__name__})")


async def _read(response: aiohttp.ClientResponse, on_text: OnText | None) -> Result:
    if response.status != 200:
        return NoCompletion(_trouble(response.status), f"HTTP {response.status}")
    gathered = _Gathered()
    try:
        if response.content_type == "text/event-stream":
            await _read_events(response, gathered, on_text)
        else:
            await _read_document(response, gathered, on_text)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return NoCompletion(ModelTrouble.GARBLED, "not what the protocol promises, or too long")
    return _result(gathered)


async def _read_events(
    response: aiohttp.ClientResponse, gathered: _Gathered, on_text: OnText | None
) -> None:
    """A stream of events, each a line "data: …", up to the one that says [DONE]."""
    size, rest = 0, b""
    async for chunk in response.content.iter_any():
        size = _grown(size, chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            data = line.removeprefix(b"data:").strip()
            if data == b"[DONE]":
                return
            if line.startswith(b"data:"):
                _take(gathered, json.loads(data), "delta", on_text)


async def _read_document(
    response: aiohttp.ClientResponse, gathered: _Gathered, on_text: OnText | None
) -> None:
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        _grown(0, raw)
    _take(gathered, json.loads(raw), "message", on_text)


def _grown(size: int, chunk: bytes | bytearray) -> int:
    """The size with ``chunk``. Raises ValueError when that is too long."""
    if size + len(chunk) > MOST_BYTES:
        raise ValueError("the answer is too long")
    return size + len(chunk)


def _take(gathered: _Gathered, piece: dict[str, Any], part: str, on_text: OnText | None) -> None:
    """Add one JSON document of the answer; raises what a strange shape raises."""
    gathered.model = str(piece.get("model") or gathered.model)
    if usage := piece.get("usage"):
        gathered.tokens = int(usage["total_tokens"])
    if "error" in piece:
        raise ValueError("an error within the stream")
    for choice in piece["choices"][:1]:
        gathered.finished = choice.get("finish_reason") or gathered.finished
        words = choice[part].get("content") or ""
        if not isinstance(words, str):
            raise TypeError("content is no text")
        gathered.text += words
        if words and on_text is not None:
            on_text(words)


def _result(gathered: _Gathered) -> Result:
    match gathered.finished:
        case "stop":
            return Completion(gathered.text, gathered.model, gathered.tokens)
        case "content_filter":
            return NoCompletion(ModelTrouble.REFUSED, "its own filter")
        case other:
            return NoCompletion(ModelTrouble.GARBLED, f"it ended with {other or 'nothing'}")


def _trouble(status: int) -> ModelTrouble:
    """What an HTTP status says."""
    if status == 429:
        return ModelTrouble.BUSY
    if status in {401, 403, 404}:
        return ModelTrouble.SETTINGS
    return ModelTrouble.REFUSED if 400 <= status < 500 else ModelTrouble.BROKEN
