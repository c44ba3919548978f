"""What scripts and the page send us: read with care, refused with a sentence."""

from typing import Any, Final

from aiohttp import web

from bot.simulator.strict_json import read_object

BODY_BYTES: Final = 256 * 1024
TEXT_CHARACTERS: Final = 5000


class BadInput(Exception):
    """``status`` is 400 or 404, the message a sentence for whoever asked."""

    def __init__(self, sentence: str, *, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


async def read_input(request: web.Request, *, limit: int = BODY_BYTES) -> dict[str, Any]:
    """The JSON object of a request of at most ``limit`` bytes. Raises BadInput."""
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > limit:
            raise BadInput("请求太大了")
    body = read_object(bytes(raw))
    if body is None:
        raise BadInput("请求体要写成一个 JSON 对象")
    return body


def read_text(body: dict[str, Any], name: str, *, limit: int = TEXT_CHARACTERS) -> str:
    """A text that is not empty. Raises BadInput."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{name} 要写一段文字")
    if len(value) > limit:
        raise BadInput(f"{name} 最多 {limit} 个字")
    return value


def read_optional(body: dict[str, Any], name: str, *, limit: int = 200) -> str:
    """A text, empty when it is not there. Raises BadInput."""
    return "" if body.get(name) in {None, ""} else read_text(body, name, limit=limit).strip()


def read_after(request: web.Request) -> int:
    """The query's ``after``, 0 when it is not there. Raises BadInput."""
    value = request.query.get("after", "0")
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise BadInput("after 要写一个不小于 0 的整数")
    return int(value)
