"""The outer forms of callbacks and of answers in the open request: encrypted JSON or XML.

Robots: 101033 (one key ``encrypt``; the answer's nonce is the callback's). Apps: 91116 (the
answer's nonce is the app's own).
"""

import json
from typing import Any, Protocol

from bot.channels.crypto import Envelope
from bot.channels.xml import parse_xml, write_xml
from bot.core.errors import CallbackRejected
from bot.simulator.cast import App, Robot
from bot.simulator.strict_json import read_object


class AnswerRejected(Exception):
    """The answer was 200 but is not one that the platform shows; the message says why."""


class Wire(Protocol):
    """How one channel's callbacks travel."""

    key: str
    envelope: Envelope
    content_type: str

    def wrap(self, ciphertext: str) -> bytes:
        """The body of a callback."""
        ...

    def open(self, body: bytes, nonce: str) -> str:
        """The plaintext of an answer. Raises AnswerRejected."""
        ...


class RobotWire:
    """JSON both ways."""

    content_type = "application/json"

    def __init__(self, robot: Robot) -> None:
        self.key = robot.key
        self.envelope = robot.envelope

    def wrap(self, ciphertext: str) -> bytes:
        return json.dumps({"encrypt": ciphertext}).encode()

    def open(self, body: bytes, nonce: str) -> str:
        answer = read_answer_object(body)
        if answer.get("nonce") != nonce:
            raise AnswerRejected("回包的 nonce 不是本次回调 URL 里的 nonce")
        return _open(
            self.envelope,
            answer.get("msgsignature"),
            answer.get("timestamp"),
            nonce,
            answer.get("encrypt"),
        )


class AppWire:
    """XML both ways."""

    content_type = "text/xml"

    def __init__(self, app: App) -> None:
        self.key = app.key
        self.envelope = app.envelope
        self._app = app

    def wrap(self, ciphertext: str) -> bytes:
        fields = (
            ("ToUserName", self._app.corp_id),
            ("AgentID", str(self._app.agent_id)),
            ("Encrypt", ciphertext),
        )
        return write_xml(fields).encode()

    def open(self, body: bytes, nonce: str) -> str:  # noqa: ARG002 (the app has its own)
        try:
            answer = parse_xml(body)
        except CallbackRejected:
            raise AnswerRejected("回包不是 XML") from None
        names = ("MsgSignature", "TimeStamp", "Nonce", "Encrypt")
        return _open(self.envelope, *(answer.value(name) for name in names))


def read_answer_object(document: bytes | str) -> dict[str, Any]:
    """A JSON object. Raises AnswerRejected."""
    data = read_object(document)
    if data is None:
        raise AnswerRejected("回包不是 JSON 对象")
    return data


def _open(
    envelope: Envelope, signature: object, timestamp: object, nonce: object, ciphertext: object
) -> str:
    seconds = str(timestamp) if isinstance(timestamp, int | str) else ""
    if not (isinstance(signature, str) and isinstance(nonce, str) and isinstance(ciphertext, str)):
        raise AnswerRejected("回包缺少签名、nonce 或密文")
    if not (seconds.isascii() and seconds.isdigit()):
        raise AnswerRejected("回包的时间戳不是秒数")
    try:
        return envelope.open(signature, seconds, nonce, ciphertext)
    except CallbackRejected as error:
        raise AnswerRejected(f"回包验签或解密失败（{error.code}）") from None
