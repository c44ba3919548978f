"""The outer forms of callbacks and of answers in the open request: encrypted JSON or XML.

Robots: 101033 (one key ``encrypt``; the answer's nonce is the callback's). Apps: 91116 (the
answer's nonce is the app's own).
"""

import json
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.crypto import Envelope
from bot.channels.xml import Element, parse_xml, write_xml
from bot.core.errors import CallbackRejected
from bot.simulator.cast import App, Robot
from bot.simulator.strict_json import read_object


class AnswerRejected(Exception):
    """The answer came but is not one that the platform shows; the message says why.

    ``errcode`` is what a robot is told over its connection; an open request tells nothing.
    """

    def __init__(self, sentence: str, errcode: int = 40058) -> None:
        super().__init__(sentence)
        self.errcode = errcode


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes each request another one: seconds in digits, and a nonce."""

    timestamp: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A callback as it travels: what stands in the URL, and the body."""

    query: dict[str, str]
    body: bytes


class Wire(Protocol):
    """How one channel's callbacks travel."""

    key: str
    content_type: str

    def write_check(self, echo: str, stamp: Stamp) -> dict[str, str]:
        """The query of a check of the address, which is to be answered with ``echo``, bare."""
        ...

    def write(self, plaintext: str, stamp: Stamp) -> Parcel:
        """A callback."""
        ...

    def open(self, body: bytes, nonce: str) -> str:
        """The plaintext of an answer. Raises AnswerRejected."""
        ...


class RobotWire:
    """JSON both ways."""

    content_type = "application/json"

    def __init__(self, robot: Robot) -> None:
        self.key = robot.key
        self._envelope = robot.envelope

    def write_check(self, echo: str, stamp: Stamp) -> dict[str, str]:
        """Signed, with the echo encrypted."""
        query, ciphertext = seal(self._envelope, echo, stamp)
        return {**query, "echostr": ciphertext}

    def write(self, plaintext: str, stamp: Stamp) -> Parcel:
        """Signed and encrypted."""
        query, ciphertext = seal(self._envelope, plaintext, stamp)
        return Parcel(query, json.dumps({"encrypt": ciphertext}).encode())

    def open(self, body: bytes, nonce: str) -> str:
        """The plaintext of an answer. Raises AnswerRejected."""
        answer = read_answer_object(body)
        if answer.get("nonce") != nonce:
            raise AnswerRejected("回包的 nonce 不是本次回调 URL 里的 nonce")
        return _open(
            self._envelope,
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
        self._app = app

    def write_check(self, echo: str, stamp: Stamp) -> dict[str, str]:
        """Signed, with the echo encrypted."""
        query, ciphertext = seal(self._app.envelope, echo, stamp)
        return {**query, "echostr": ciphertext}

    def write(self, plaintext: str, stamp: Stamp) -> Parcel:
        """Signed and encrypted."""
        query, ciphertext = seal(self._app.envelope, plaintext, stamp)
        fields = (
            ("ToUserName", self._app.corp_id),
            ("AgentID", str(self._app.agent_id)),
            ("Encrypt", ciphertext),
        )
        return Parcel(query, write_xml(fields).encode())

    def open(self, body: bytes, nonce: str) -> str:  # noqa: ARG002 (the app has its own)
        """The plaintext of an answer. Raises AnswerRejected."""
        return open_xml(self._app.envelope, read_answer_xml(body))


def seal(envelope: Envelope, plaintext: str, stamp: Stamp) -> tuple[dict[str, str], str]:
    """The query that proves who sends, and the ciphertext."""
    sealed = envelope.seal(plaintext, timestamp=stamp.timestamp, nonce=stamp.nonce)
    query = {
        "msg_signature": sealed.signature,
        "timestamp": stamp.timestamp,
        "nonce": stamp.nonce,
    }
    return query, sealed.ciphertext


def open_xml(envelope: Envelope, answer: Element) -> str:
    """The plaintext of an encrypted answer in XML. Raises AnswerRejected."""
    names = ("MsgSignature", "TimeStamp", "Nonce", "Encrypt")
    return _open(envelope, *(answer.value(name) for name in names))


def read_answer_xml(body: bytes) -> Element:
    """An XML document. Raises AnswerRejected."""
    try:
        return parse_xml(body)
    except CallbackRejected:
        raise AnswerRejected("回包不是 XML") from None


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
