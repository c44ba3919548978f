"""The intelligent robot (智能机器人) in URL mode: member groups that mention it, and private chats.

Callbacks and answers are encrypted JSON with an empty receive id. It says nothing unasked: an
answer goes into the open request, or once to the callback's response_url within an hour.

Source: developer.work.weixin.qq.com/document/path/101033 (envelope), 100719 (messages), 101027
(events), 101031 (answers), 101032 (cards), 101138 (response_url).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from bot.channels.api import request_json, send_result
from bot.channels.crypto import Envelope
from bot.channels.limits import ROBOT_CONTENT_BYTES, ROBOT_WELCOME_BYTES, WECOM_ROBOT
from bot.channels.render import as_markdown, as_plain, fit, fits_card, template_card
from bot.core.clock import Clock
from bot.core.errors import BadPayload, PlatformError, TransportError
from bot.core.events import Conversation, Event, EventKind, Place, Receipt
from bot.core.ids import ChannelKey, EventKey, UserId
from bot.core.messages import Card, CardUpdate, Message, Outgoing, TargetKind
from bot.core.ports import Answer, Capabilities, Outcome, SendResult

MAX_BODY_BYTES: Final = 512 * 1024
"""Longest callback that is read; our bound, the platform names none."""

_PLATFORM_DOMAIN: Final = "weixin.qq.com"
_PLAIN_URL: Final = re.compile(r"https?://[0-9A-Za-z.:-]+(?:[/?][!-\[\]-~]*)?")
_MENTION_ENDS: Final = r"(?=[\s,.:;!?、，。：；！？]|$)"


class WecomRobot:
    """Codec and Sender of one intelligent robot.

    ``name`` is the robot's display name, as it stands behind the @. ``api_base`` is the only
    place that response addresses may lead to; without it they must be https in the platform's
    own domain, so that a forged address cannot make us post elsewhere.
    """

    def __init__(
        self,
        *,
        key: ChannelKey,
        name: str,
        token: str,
        encoding_aes_key: str,
        session: aiohttp.ClientSession,
        clock: Clock,
        api_base: str | None = None,
    ) -> None:
        self._key = key
        self._session = session
        self._clock = clock
        self._api_base = api_base
        self._envelope = Envelope(token, encoding_aes_key, "")
        mention = re.escape(f"@{name}")
        self._mentions = (
            re.compile(rf"{mention}{_MENTION_ENDS}\s*"),
            re.compile(rf"{mention}(?![0-9A-Za-z_])"),
        )

    @property
    def key(self) -> ChannelKey:
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        return WECOM_ROBOT

    def check_address(self, query: Mapping[str, str]) -> str:
        """The decrypted echo, to be answered bare (101033). Raises BadSignature or BadPayload."""
        return self._open(query, query.get("echostr", ""), self._clock.now())

    def read(self, query: Mapping[str, str], body: bytes, received_at: datetime) -> Receipt:
        """Check, decrypt and decode one callback. Raises BadSignature or BadPayload."""
        if len(body) > MAX_BODY_BYTES:
            raise BadPayload("The callback is too long.", bytes=len(body))
        ciphertext = _string(_object(body), "encrypt")
        event, unsupported = self._decode(
            _object(self._open(query, ciphertext, received_at)), received_at
        )
        return Receipt(
            events=() if event is None else (event,),
            answerable=event is not None,
            nonce=query.get("nonce", ""),
            unsupported=fit(unsupported, 64),
        )

    def write_answer(self, receipt: Receipt, message: Message, answered_at: datetime) -> Answer:
        """Encrypt the answer, with the callback's own nonce (101033).

        A greeting is plain text, other words are a finished stream of at most 20,480 bytes, cards
        are cards when the platform takes them and numbered text otherwise. A tap takes nothing
        but a CardUpdate; for other messages the answer is empty and they have to go to the
        event's response_url.
        """
        if not receipt.answerable:
            return Answer()
        answer = _answer_to(receipt.events[0], message)
        if answer is None:
            return Answer()
        sealed = self._envelope.seal(
            json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace").decode(),
            timestamp=str(int(answered_at.timestamp())),
            nonce=receipt.nonce,
        )
        body = {
            "encrypt": sealed.ciphertext,
            "msgsignature": sealed.signature,
            "timestamp": int(sealed.timestamp),
            "nonce": sealed.nonce,
        }
        return Answer(json.dumps(body).encode(), "application/json")

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Post markdown to a callback's response_url, which works once and for one hour.

        Cards become numbered markdown: the platform takes no card there when the chat is a group.
        """
        if outgoing.target.kind is not TargetKind.CALLBACK:
            return SendResult(Outcome.DEAD, "A robot cannot speak unasked.")
        if isinstance(outgoing.message, CardUpdate):
            return SendResult(
                Outcome.DEAD, "A card can be changed only in the answer to a tap on it."
            )
        if not self._may_post_to(outgoing.target.address):
            return SendResult(Outcome.DEAD, "The response address is not the platform's.")
        content = as_markdown(outgoing.message, ROBOT_CONTENT_BYTES)
        body = {"msgtype": "markdown", "markdown": {"content": content}}
        try:
            await request_json(
                self._session, "POST", outgoing.target.address, name="response_url", body=body
            )
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=False)
        return SendResult(Outcome.SENT)

    async def close(self) -> None:
        """Nothing to give back: the session is the caller's."""

    def _open(self, query: Mapping[str, str], ciphertext: str, now: datetime) -> str:
        return self._envelope.open(
            query.get("msg_signature", ""),
            query.get("timestamp", ""),
            query.get("nonce", ""),
            ciphertext,
            now=now,
        )

    def _decode(self, data: dict[str, Any], received_at: datetime) -> tuple[Event | None, str]:
        """The event of a decrypted callback, or None and the name of what it is."""
        kind = _string(data, "msgtype")
        if kind == "event":
            return self._decode_event(data, received_at)
        text = _typed_text(kind, data)
        if text is None:
            return None, kind
        event = self._event(data, EventKind.TEXT, received_at, text=self._without_mention(text))
        return event, kind if event is None else ""

    def _decode_event(
        self, data: dict[str, Any], received_at: datetime
    ) -> tuple[Event | None, str]:
        what = _member(data, "event")
        kind = _string(what, "eventtype")
        at = _instant(data.get("create_time"), received_at)
        event = None
        if kind == "enter_chat":
            event = self._event(data, EventKind.OPENED, at)
        elif kind == "template_card_event":
            tap = _member(what, "template_card_event")
            button, task_id = _string(tap, "event_key"), _optional(tap, "task_id")
            event = self._event(data, EventKind.TAPPED, at, button=button, task_id=task_id)
        return event, kind if event is None else ""

    def _event(
        self,
        data: dict[str, Any],
        kind: EventKind,
        at: datetime,
        *,
        text: str = "",
        button: str = "",
        task_id: str = "",
    ) -> Event | None:
        """The event, or None in a kind of chat that is new to us."""
        user_id = _string(_member(data, "from"), "userid")
        chat_type = _optional(data, "chattype") or ("group" if data.get("chatid") else "single")
        if chat_type not in {"group", "single"}:
            return None
        conversation = (
            Conversation(Place.GROUP, _string(data, "chatid"))
            if chat_type == "group"
            else Conversation(Place.PRIVATE, user_id)
        )
        return Event(
            key=EventKey(f"{self._key}/{_string(data, 'msgid')}"),
            channel=self._key,
            kind=kind,
            conversation=conversation,
            user_id=UserId(user_id),
            at=at,
            text=text,
            button=button,
            task_id=task_id,
            response_url=_optional(data, "response_url"),
        )

    def _without_mention(self, text: str) -> str:
        """Without "@name"; one that runs into the next word counts when none stands alone."""
        apart, joined = self._mentions
        cut, count = apart.subn("", text)
        return (cut if count else joined.sub("", text)).strip()

    def _may_post_to(self, url: str) -> bool:
        if not _PLAIN_URL.fullmatch(url):
            return False
        target = urlsplit(url)
        if self._api_base is not None:
            base = urlsplit(self._api_base)
            return (target.scheme, target.netloc.lower()) == (base.scheme, base.netloc.lower())
        host = target.netloc.lower().removesuffix(":443")
        return target.scheme == "https" and f".{host}".endswith(f".{_PLATFORM_DOMAIN}")


def _answer_to(event: Event, message: Message) -> dict[str, Any] | None:
    """The plaintext answer, or None when this kind of event takes no such answer (101031)."""
    if event.kind is EventKind.TAPPED:
        if not isinstance(message, CardUpdate):
            return None
        card = template_card(message.card, event.task_id or message.card.task_id)
        return {
            "response_type": "update_template_card",
            "userids": [message.user_id],
            "template_card": card,
        }
    if isinstance(message, Card) and fits_card(message):
        card = template_card(message, message.task_id)
        return {"msgtype": "template_card", "template_card": card}
    if event.kind is EventKind.OPENED:
        return {"msgtype": "text", "text": {"content": as_plain(message, ROBOT_WELCOME_BYTES)}}
    stream = {
        "id": hashlib.sha256(event.key.encode()).hexdigest()[:32],
        "finish": True,
        "content": as_markdown(message, ROBOT_CONTENT_BYTES),
    }
    return {"msgtype": "stream", "stream": stream}


def _typed_text(kind: str, data: dict[str, Any]) -> str | None:
    """The words of a message (100719), or None when it has none."""
    if kind in {"text", "voice"}:
        return _optional(_member(data, kind), "content")
    if kind != "mixed":
        return None
    items = _member(data, "mixed").get("msg_item")
    if not isinstance(items, list):
        raise BadPayload("The callback's msg_item is not a list.")
    texts = [
        _optional(_member(item, "text"), "content")
        for item in items
        if isinstance(item, dict) and item.get("msgtype") == "text"
    ]
    return "\n".join(texts) if texts else None


def _object(document: str | bytes) -> dict[str, Any]:
    try:
        data = json.loads(document)
    except (ValueError, RecursionError):
        raise BadPayload("The callback is not JSON.") from None
    if not isinstance(data, dict):
        raise BadPayload("The callback is not a JSON object.")
    return data


def _member(data: dict[str, Any], name: str) -> dict[str, Any]:
    member = data.get(name)
    if not isinstance(member, dict):
        raise BadPayload(f"The callback has no object {name}.")
    return member


def _string(data: dict[str, Any], name: str) -> str:
    value = _optional(data, name)
    if not value:
        raise BadPayload(f"The callback has no text {name}.")
    return value


def _optional(data: dict[str, Any], name: str) -> str:
    """A text, empty when missing, without what a database cannot store (NUL, half characters)."""
    value = data.get(name, "")
    if not isinstance(value, str):
        raise BadPayload(f"The callback's {name} is not text.")
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def _instant(seconds: object, otherwise: datetime) -> datetime:
    """When the platform says it happened; most callbacks do not say."""
    if isinstance(seconds, int) and 0 < seconds < 10**11:
        return datetime.fromtimestamp(seconds, UTC)
    return otherwise
