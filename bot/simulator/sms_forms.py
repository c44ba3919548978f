"""The two forms of a short message gateway: what they check, in which order, and how they answer.

They have their own copy of the rules on purpose: the simulator judges the product, so it must not
learn from it how a request is signed.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import parse_qsl, quote

from bot.simulator.cast import Gateway
from bot.simulator.strict_json import read_object

TEXT_CHARACTERS: Final = 500  # Alibaba Cloud 463270; the name in front is counted too
GENERIC_SECONDS: Final = 300
ALIYUN_SECONDS: Final = 900  # its gateway: InvalidTimeStamp.Expired
_PHONE: Final = re.compile(r"\+861[3-9][0-9]{9}|\+(?!86)[1-9][0-9]{6,14}")
_DIALLED: Final = re.compile(r"(?:\+86|0086|86|\+)?(1[3-9][0-9]{9})")
_NAMED: Final = re.compile(r"【[^【】]+】")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in; ``path`` as in its first line."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Submission:
    """A message to send. ``series`` is what a number may get only so much of; empty: no limit."""

    message_id: str
    phone: str
    text: str
    series: str = ""


class SmsRefused(Exception):
    """``status`` is HTTP's; ``code`` the provider's own."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Form(Protocol):
    """How one kind of gateway is spoken to. All raise SmsRefused."""

    drops_repeats: bool
    """Whether a message that was sent before is not sent again."""

    nonce_used: tuple[int, str]
    too_often: tuple[int, str]
    """Status and code of two refusals that hang on what was asked before."""

    def authenticate(self, gateway: Gateway, asked: Asked, now: datetime) -> str:
        """Who asks, and when; the nonce."""
        ...

    def read(self, asked: Asked) -> Submission:
        """What he wants."""
        ...

    def refusal(self, code: str) -> SmsRefused:
        """What a test wants to be answered."""
        ...

    def answer(self, code: str, reference: str, request_id: str) -> dict[str, str]:
        """The body of an answer; ``code`` is empty when the message was taken."""
        ...


class GenericForm:
    """Our own, as the docstring of bot/channels/sms_signatures.py specifies it."""

    drops_repeats = True
    nonce_used = (409, "409")
    too_often = (429, "429")

    def authenticate(self, gateway: Gateway, asked: Asked, now: datetime) -> str:
        """The nonce, if key, signature and time are right; what is wrong of them is not told."""
        key, timestamp, nonce, signature = (
            asked.headers.get(f"X-Sms-{name}", "")
            for name in ("Key", "Timestamp", "Nonce", "Signature")
        )
        lines = ("POST", asked.path, timestamp, nonce, hashlib.sha256(asked.body).hexdigest())
        wanted = hmac.digest(
            gateway.access_key_secret.encode(), "\n".join(lines).encode(), "sha256"
        )
        fresh = (
            re.fullmatch(r"[0-9]{1,11}", timestamp) is not None
            and abs(now.timestamp() - int(timestamp)) <= GENERIC_SECONDS
        )
        if key != gateway.access_key_id or signature != wanted.hex() or not fresh:
            raise SmsRefused(401, "401")
        return nonce

    def read(self, asked: Asked) -> Submission:
        """A number with its country's code, and a text with a name in front."""
        fields = read_object(asked.body) or {}
        message_id, phone, text = (fields.get(name) for name in ("id", "phone", "text"))
        if not (isinstance(message_id, str) and isinstance(phone, str) and isinstance(text, str)):
            raise SmsRefused(400, "400")
        good = message_id and _PHONE.fullmatch(phone) and _NAMED.match(text)
        if not good or len(text) > TEXT_CHARACTERS:
            raise SmsRefused(400, "400")
        return Submission(message_id, phone, text)

    def refusal(self, code: str) -> SmsRefused:
        """``code`` as the status."""
        return SmsRefused(int(code) if code.isdecimal() else 400, code)

    def answer(self, code: str, reference: str, request_id: str) -> dict[str, str]:
        """The reference alone; a refusal is all in its status."""
        del request_id
        return {} if code else {"reference": reference}


class AliyunForm:
    """SendSms of Alibaba Cloud: 55284 (parameters), 56189 (signature), 101346 (errors)."""

    drops_repeats = False
    nonce_used = (400, "SignatureNonceUsed")
    too_often = (200, "isv.BUSINESS_LIMIT_CONTROL")

    def authenticate(self, gateway: Gateway, asked: Asked, now: datetime) -> str:
        """The nonce, if action, key, time and signature are right, asked in this order."""
        fields = _form_fields(asked)
        if fields.get("Action") != "SendSms" or fields.get("Version") != "2017-05-25":
            raise SmsRefused(404, "InvalidAction.NotFound")
        if fields.get("AccessKeyId") != gateway.access_key_id:
            raise SmsRefused(404, "InvalidAccessKeyId.NotFound")
        if abs((now - _instant(fields.get("Timestamp", ""))).total_seconds()) > ALIYUN_SECONDS:
            raise SmsRefused(400, "InvalidTimeStamp.Expired")
        signature = fields.pop("Signature", "")
        wanted = _rpc_signature(fields, gateway.access_key_secret)
        if fields.get("SignatureMethod") != "HMAC-SHA1" or signature != wanted:
            raise SmsRefused(400, "SignatureDoesNotMatch")
        return fields.get("SignatureNonce", "")

    def read(self, asked: Asked) -> Submission:
        """The message as its receiver sees it: the platform writes the name in front."""
        fields = _form_fields(asked)
        name, template = fields.get("SignName", ""), fields.get("TemplateCode", "")
        phone = read_dialled(fields.get("PhoneNumbers", ""))
        parameters = read_object(fields.get("TemplateParam", ""))
        if not name:
            raise SmsRefused(200, "isv.SMS_SIGNATURE_ILLEGAL")
        if not template.startswith("SMS_"):
            raise SmsRefused(200, "isv.SMS_TEMPLATE_ILLEGAL")
        if not _PHONE.fullmatch(phone):
            raise SmsRefused(200, "isv.MOBILE_NUMBER_ILLEGAL")
        if parameters is None:
            raise SmsRefused(200, "isv.INVALID_JSON_PARAM")
        content = parameters.get("content")
        if not isinstance(content, str) or not content:
            raise SmsRefused(200, "isv.TEMPLATE_MISSING_PARAMETERS")
        text = f"【{name}】{content}"
        if len(text) > TEXT_CHARACTERS:
            raise SmsRefused(200, "isv.PARAM_LENGTH_LIMIT")
        return Submission(fields.get("OutId", ""), phone, text, f"{name}/{template}/{phone}")

    def refusal(self, code: str) -> SmsRefused:
        """``code`` in the body: business errors come with HTTP 200."""
        return SmsRefused(200, code)

    def answer(self, code: str, reference: str, request_id: str) -> dict[str, str]:
        """Code and BizId; the Message repeats the code."""
        answer = {"Code": code or "OK", "Message": code or "OK", "RequestId": request_id}
        return answer if code else {**answer, "BizId": reference}


def read_dialled(phone: str) -> str:
    """A number as people dial it (55284), with + and its country's code; empty stays empty."""
    mainland = _DIALLED.fullmatch(phone)
    if mainland is not None:
        return f"+86{mainland[1]}"
    return f"+{phone.strip().removeprefix('+')}" if phone else ""


def _form_fields(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))


def _instant(timestamp: str) -> datetime:
    """Raises SmsRefused for what is not an instant of UTC in seconds."""
    if not re.fullmatch(r"[0-9-]{10}T[0-9:]{8}Z", timestamp):
        raise SmsRefused(400, "InvalidTimeStamp.Format")
    try:
        return datetime.fromisoformat(timestamp)
    except ValueError:
        raise SmsRefused(400, "InvalidTimeStamp.Format") from None


def _rpc_signature(fields: dict[str, str], secret: str) -> str:
    """HMAC-SHA1 over the sorted parameters, encoded twice."""
    pairs = sorted((_encode(name), _encode(value)) for name, value in fields.items())
    query = "&".join(f"{name}={value}" for name, value in pairs)
    text = f"POST&%2F&{_encode(query)}".encode()
    return base64.b64encode(hmac.digest(f"{secret}&".encode(), text, "sha1")).decode()


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")
