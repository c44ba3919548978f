"""The frames of a robot's connection: ``{"cmd", "headers": {"req_id"}, "body"}`` as JSON (101463).

An acknowledgement has no cmd, but errcode and errmsg, and the req_id of what it acknowledges.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bot.simulator.strict_json import read_object, readable_json


class Command(StrEnum):
    """What robots may send."""

    SUBSCRIBE = "aibot_subscribe"
    PING = "ping"
    RESPOND = "aibot_respond_msg"
    WELCOME = "aibot_respond_welcome_msg"
    UPDATE = "aibot_respond_update_msg"
    SEND = "aibot_send_msg"
    UPLOAD_INIT = "aibot_upload_media_init"
    UPLOAD_CHUNK = "aibot_upload_media_chunk"
    UPLOAD_FINISH = "aibot_upload_media_finish"


class Callback(StrEnum):
    """What robots are sent."""

    MESSAGE = "aibot_msg_callback"
    EVENT = "aibot_event_callback"


_ERRMSGS: Final = {
    40008: "invalid message type",
    40063: "parameter is empty",
    44004: "empty content",
    45002: "content size out of limit",
}


@dataclass(frozen=True, slots=True)
class SocketFrame:
    """A frame of a robot. ``command`` is None for one that the platform does not know."""

    command: Command | None
    req_id: str
    body: dict[str, Any]


def read_frame(text: str) -> SocketFrame | None:
    """The frame, None when it is none at all: no JSON object, or without a req_id."""
    data = read_object(text)
    headers = None if data is None else data.get("headers")
    req_id = headers.get("req_id") if isinstance(headers, dict) else None
    if data is None or not isinstance(req_id, str) or not req_id:
        return None
    name, body = data.get("cmd"), data.get("body", {})
    known = isinstance(name, str) and name in {command.value for command in Command}
    command = Command(str(name)) if known else None
    return SocketFrame(command, req_id, body if isinstance(body, dict) else {})


def callback_frame(callback: Callback, req_id: str, body: dict[str, Any]) -> str:
    """A message or an event for a robot."""
    return readable_json({"cmd": callback, "headers": {"req_id": req_id}, "body": body})


def ack_frame(req_id: str, body: dict[str, Any] | None = None) -> str:
    """Says that a frame was taken; ``body`` is what comes back."""
    ack = {"headers": {"req_id": req_id}, "errcode": 0, "errmsg": "ok"}
    return readable_json({**ack, "body": body} if body else ack)


def refusal_frame(req_id: str, errcode: int, errmsg: str = "") -> str:
    """Says that a frame was not taken and had no effect."""
    text = errmsg or _ERRMSGS.get(errcode, "invalid parameter")
    return readable_json({"headers": {"req_id": req_id}, "errcode": errcode, "errmsg": text})
