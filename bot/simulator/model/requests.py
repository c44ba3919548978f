"""What a chat completion request must be; whatever the real endpoints refuse is refused here.

Source: platform.openai.com/docs/api-reference/chat/create.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

ROLES: Final = ("system", "user", "assistant")

_CHECKS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "model": lambda value: isinstance(value, str) and value != "",
    "messages": lambda value: isinstance(value, list) and value != [],
    "max_tokens": lambda value: type(value) is int and value > 0,
    "temperature": lambda value: type(value) in {int, float} and 0 <= value <= 2,
    "stream": lambda value: isinstance(value, bool),
    "stream_options": lambda value: isinstance(value, dict) and value.keys() <= {"include_usage"},
    "response_format": lambda value: value in ({"type": "text"}, {"type": "json_object"}),
}
"""Every parameter that is known here, with what it may be."""


class ModelRefused(Exception):
    """The request is answered with ``status`` and an error in the protocol's form."""

    def __init__(self, status: int, code: str, message: str, *, param: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was taken."""

    messages: tuple[tuple[str, str], ...]
    most_tokens: int
    streamed: bool
    counts_usage: bool


def read_request(body: dict[str, Any], *, name: str) -> Asked:
    """Check a request for the model ``name``. Raises ModelRefused."""
    for param, value in body.items():
        check = _CHECKS.get(param)
        if check is None:
            raise _bad(param, f"Unrecognized request argument supplied: {param}")
        if not check(value):
            raise _bad(param, f"Invalid value for '{param}'")
    for param in ("model", "messages"):
        if param not in body:
            raise _bad(param, f"Missing required parameter: '{param}'")
    if body["model"] != name:
        raise ModelRefused(404, "model_not_found", "The model does not exist", param="model")
    streamed = bool(body.get("stream"))
    if "stream_options" in body and not streamed:
        raise _bad("stream_options", "'stream_options' is only allowed when 'stream' is enabled")
    messages = tuple(_read_message(message) for message in body["messages"])
    wants_json = body.get("response_format") == {"type": "json_object"}
    if wants_json and not any("json" in text.lower() for _, text in messages):
        raise _bad("messages", "'messages' must contain the word 'json' in some form")
    return Asked(
        messages=messages,
        most_tokens=body.get("max_tokens", 4096),
        streamed=streamed,
        counts_usage=bool(body.get("stream_options", {}).get("include_usage")),
    )


def _read_message(message: Any) -> tuple[str, str]:
    if not isinstance(message, dict) or message.keys() != {"role", "content"}:
        raise _bad("messages", "A message has a role and a content")
    role, content = message["role"], message["content"]
    if role not in ROLES or not isinstance(content, str) or not content:
        raise _bad("messages", "Invalid role or content")
    return role, content


def _bad(param: str, message: str) -> ModelRefused:
    return ModelRefused(400, "invalid_request_error", message, param=param)
