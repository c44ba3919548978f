"""How gateways for short messages are called: what is signed, and what their answers mean.

``GenericProvider`` is our own form, for a gateway that you write yourself:

    POST <api_base>
    Content-Type: application/json
    X-Sms-Key: <access_key_id>
    X-Sms-Timestamp: <seconds since 1970, UTC>
    X-Sms-Nonce: <32 hexadecimal digits, new for every request>
    X-Sms-Signature: <HMAC-SHA256 in lower-case hexadecimal>

    {"id": "out-1", "phone": "+8613800138000", "text": "【禾间】早安"}

The key of the HMAC is access_key_secret in UTF-8. Signed are five lines with line feeds between
them: the word POST, the path with its query as in the request line (/ when api_base has none), the
timestamp, the nonce, and the SHA-256 of the body in lower-case hexadecimal. For api_base
https://sms.example.com/send, key id demo, secret demo-secret, timestamp 1767225660, nonce
00112233445566778899aabbccddeeff and the body above (72 bytes of UTF-8), the signature is
cd1ef1ca4621e4b7a022657d771d36acb7f0b9037271fbc14dd6cf6a6adbe9d0.

Refuse a wrong signature, a timestamp more than 300 seconds off, and a nonce seen before. ``id`` is
the same whenever the same message is tried again: drop what you have already sent. Answer

    200  taken; {"reference": "..."} may say what you call it
    400  never: the number, the text; it is not tried again
    401  or 403: the key or the signature is wrong; everything waits until that is mended
    409  the nonce was seen before; tried again with a new one
    429  too many; everything waits, for a minute at first
    503  not taken, try again

Anything else, and silence, leaves open whether the message was sent, and it is not repeated.

``AliyunProvider`` speaks Alibaba Cloud's SendSms of 2017-05-25 in RPC style with HMAC-SHA1
(help.aliyun.com/document_detail/55284.html; the signature: 56189, the errors: 101346). The platform
itself writes the signature's name in front. What a template's variable may hold is agreed with it:
by default neither links nor much text (463270), and what it refuses is not tried again.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from urllib.parse import quote, urlencode, urlsplit

from bot.core.ports import Outcome, Pause, SendResult
from bot.platforms.limits import LIMIT_SECONDS, SECRET_REPAIR_SECONDS


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """``id`` is the same for every attempt; ``phone`` begins with + and the country's code."""

    id: str
    phone: str
    text: str


@dataclass(frozen=True, slots=True)
class SmsRequest:
    """A POST that is ready to go."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class Provider(Protocol):
    """A gateway's own way. It uses no network; the nonce is new for each request."""

    @property
    def signature(self) -> str:
        """The registered name that stands in front of each message, in 【】."""
        ...

    def request(self, message: ShortMessage, *, now: datetime, nonce: str) -> SmsRequest:
        """What to post."""
        ...

    def read(self, status: int, body: bytes) -> SendResult:
        """What the answer means. The gateway's own words are left out: they may name people."""
        ...


class GenericProvider:
    """Signed JSON to a gateway of your own."""

    def __init__(
        self, *, api_base: str, access_key_id: str, access_key_secret: str, signature: str
    ) -> None:
        self._api_base = api_base
        self._access_key_id = access_key_id
        self._secret = access_key_secret.encode()
        self._signature = signature

    @property
    def signature(self) -> str:
        """The registered name."""
        return self._signature

    def request(self, message: ShortMessage, *, now: datetime, nonce: str) -> SmsRequest:
        """The module's docstring is its specification."""
        text = f"【{self._signature}】{message.text}"
        fields = {"id": message.id, "phone": message.phone, "text": text}
        body = json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")
        address, timestamp = urlsplit(self._api_base), str(int(now.timestamp()))
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        lines = ("POST", path, timestamp, nonce, hashlib.sha256(body).hexdigest())
        signed = hmac.new(self._secret, "\n".join(lines).encode(), hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            "X-Sms-Key": self._access_key_id,
            "X-Sms-Timestamp": timestamp,
            "X-Sms-Nonce": nonce,
            "X-Sms-Signature": signed.hexdigest(),
        }
        return SmsRequest(self._api_base, headers, body)

    def read(self, status: int, body: bytes) -> SendResult:
        """By the status alone; the body of 200 may hold a reference."""
        reason = f"The gateway answered with HTTP {status}."
        match status:
            case 200:
                return SendResult(Outcome.SENT, reference=_text(body, "reference"))
            case 400:
                return SendResult(Outcome.DEAD, reason, status)
            case 401 | 403:
                return _wait_for_settings(reason, status)
            case 409 | 503:
                return SendResult(Outcome.RETRY, reason, status)
            case 429:
                return SendResult(Outcome.RETRY, reason, status, pauses=Pause.LIMIT)
            case _:
                return SendResult(Outcome.UNKNOWN, reason, status)


_AGAIN: Final = frozenset({"isp.SYSTEM_ERROR", "SignatureNonceUsed"})
_CHANNEL_LIMITS: Final = frozenset(
    {
        "Throttling",
        "Throttling.Api",
        "Throttling.User",
        "isv.DAY_LIMIT_CONTROL",
        "isv.MONTH_LIMIT_CONTROL",
    }
)
_PERSON_LIMIT: Final = "isv.BUSINESS_LIMIT_CONTROL"
"""Too many to one number in a minute, an hour or a day; the code does not say which."""

_SETTINGS: Final = frozenset(
    {
        "InvalidAccessKeyId.Inactive",
        "InvalidAccessKeyId.NotFound",
        "InvalidTimeStamp.Expired",
        "SignatureDoesNotMatch",
        "isp.RAM_PERMISSION_DENY",
        "isv.ACCOUNT_ABNORMAL",
        "isv.ACCOUNT_NOT_EXISTS",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.DENY_IP_RANGE",
        "isv.OUT_OF_SERVICE",
        "isv.PRODUCT_UN_SUBSCRIPT",
        "isv.PRODUCT_UNSUBSCRIBE",
        "isv.SIGN_STATE_ILLEGAL",
        "isv.SMS_SIGN_ILLEGAL",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL",
    }
)
"""What somebody must mend, in bot.yaml or in the console, before anything can go."""


class AliyunProvider:
    """Alibaba Cloud. ``template`` is a registered one whose only variable is content."""

    def __init__(
        self,
        *,
        api_base: str,
        access_key_id: str,
        access_key_secret: str,
        signature: str,
        template: str,
    ) -> None:
        self._api_base = api_base
        self._access_key_id = access_key_id
        self._access_key_secret = access_key_secret
        self._signature = signature
        self._template = template

    @property
    def signature(self) -> str:
        """The registered name."""
        return self._signature

    def request(self, message: ShortMessage, *, now: datetime, nonce: str) -> SmsRequest:
        """All parameters in the body, so that no number stands in an address."""
        parameters = {
            "AccessKeyId": self._access_key_id,
            "Action": "SendSms",
            "Format": "JSON",
            "OutId": message.id,
            "PhoneNumbers": _dialled(message.phone),
            "RegionId": "cn-hangzhou",
            "SignName": self._signature,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureNonce": nonce,
            "SignatureVersion": "1.0",
            "TemplateCode": self._template,
            "TemplateParam": json.dumps({"content": message.text}, ensure_ascii=False),
            "Timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Version": "2017-05-25",
        }
        signature = rpc_signature("POST", parameters, self._access_key_secret)
        body = urlencode({**parameters, "Signature": signature}, quote_via=quote)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return SmsRequest(f"{self._api_base}/", headers, body.encode())

    def read(self, status: int, body: bytes) -> SendResult:
        """By the field Code, which stands in refusals of every status."""
        code = _text(body, "Code")
        if code == "OK":
            return SendResult(Outcome.SENT, reference=_text(body, "BizId"))
        reason = f"Alibaba Cloud refused the message with {code} (help.aliyun.com, 101346)."
        if code in _AGAIN:
            return SendResult(Outcome.RETRY, reason)
        if code == _PERSON_LIMIT:
            return SendResult(Outcome.RETRY, reason, retry_after_seconds=LIMIT_SECONDS[1])
        if code in _CHANNEL_LIMITS:
            return SendResult(Outcome.RETRY, reason, pauses=Pause.LIMIT)
        if code in _SETTINGS:
            return _wait_for_settings(reason)
        if not code or status >= 500:
            answer = f"Alibaba Cloud did not say what became of the message (HTTP {status})."
            return SendResult(Outcome.UNKNOWN, answer)
        return SendResult(Outcome.DEAD, reason)


def rpc_signature(method: str, parameters: Mapping[str, str], secret: str) -> str:
    """The signature of Alibaba Cloud's RPC style: HMAC-SHA1 over the sorted, encoded query."""
    query = "&".join(f"{_encode(name)}={_encode(parameters[name])}" for name in sorted(parameters))
    text = f"{method}&{_encode('/')}&{_encode(query)}"
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _encode(text: str) -> str:
    return quote(text, safe="~")


def _dialled(phone: str) -> str:
    """Numbers of the mainland without anything in front, others with their country's code."""
    return phone.removeprefix("+86") if phone.startswith("+86") else phone.removeprefix("+")


def _text(body: bytes, name: str) -> str:
    """A field of a JSON object; empty when there is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    value = answer.get(name) if isinstance(answer, dict) else None
    return value if isinstance(value, str) else ""


def _wait_for_settings(reason: str, code: int = 0) -> SendResult:
    mend = f"{reason} Mend the channel's settings or the account."
    return SendResult(Outcome.RETRY, mend, code, SECRET_REPAIR_SECONDS, Pause.CHANNEL)
