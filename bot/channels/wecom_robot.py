"""The intelligent robot (智能机器人) in URL mode: member groups that mention it, and private chats.

Callbacks and answers are encrypted JSON with an empty receive id. It says nothing unasked: an
answer goes into the open request, into a later question for the state of its stream, or once to
the callback's response_url within an hour.

Source: developer.work.weixin.qq.com/document/path/101033 (envelope), 100719 (messages), 101031
(answers), 101138 (response_url).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from bot.channels import robot_answers as answers
from bot.channels.crypto import Envelope
from bot.channels.http import request_json, send_result
from bot.channels.media import fetch_media, read_key
from bot.channels.render import what_is_lost, why_unsaid
from bot.channels.robot_answers import Slot, Use
from bot.channels.robot_callbacks import RobotCallbacks, json_object, json_string, json_text
from bot.core.clock import Clock
from bot.core.errors import BadPayload, PlatformError, TransportError
from bot.core.events import Event, EventKind, MediaRef, Place, Receipt
from bot.core.ids import ChannelKey
from bot.core.messages import (
    CardUpdate,
    HandOver,
    Media,
    Message,
    Outgoing,
    Recall,
    TagChange,
    TargetKind,
    Waiting,
)
from bot.core.ports import Answer, Capabilities, Outcome, SendResult
from bot.platforms.limits import ROBOT_RESPONSE_URL_SECONDS
from bot.platforms.table import WECOM_ROBOT

MAX_BODY_BYTES: Final = 512 * 1024
"""Longest callback that is read; our bound, the platform names none."""

_PLATFORM_DOMAIN: Final = "weixin.qq.com"
_PLAIN_URL: Final = re.compile(r"https?://[0-9A-Za-z.:-]+(?:[/?][!-\[\]-~]*)?")
_ANSWER_LIFE: Final = timedelta(seconds=ROBOT_RESPONSE_URL_SECONDS)


class WecomRobot:
    """Codec, Sender and MediaSource of one intelligent robot.

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
        self._media_key = read_key(encoding_aes_key)
        self._callbacks = RobotCallbacks(key, name)

    @property
    def key(self) -> ChannelKey:
        """Its key in bot.yaml."""
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        """Its row of the capability table."""
        return WECOM_ROBOT

    def check_address(self, query: Mapping[str, str]) -> str:
        """The decrypted echo, to be answered bare (101033). Raises BadSignature or BadPayload."""
        return self._open(query, query.get("echostr", ""), self._clock.now())

    def read(self, query: Mapping[str, str], body: bytes, received_at: datetime) -> Receipt:
        """Check, decrypt and decode one callback. Raises BadSignature or BadPayload."""
        if len(body) > MAX_BODY_BYTES:
            raise BadPayload("The callback is too long.", bytes=len(body))
        ciphertext = json_string(json_object(body), "encrypt")
        data = json_object(self._open(query, ciphertext, received_at))
        receipt = self._callbacks.read(data, received_at)
        url = json_text(data, "response_url") if receipt.answerable else ""
        events = tuple(_with_address(event, url, received_at) for event in receipt.events)
        return replace(receipt, events=events, nonce=query.get("nonce", ""))

    def write_answer(self, receipt: Receipt, message: Message, answered_at: datetime) -> Answer:
        """Encrypt the answer, with the callback's own nonce (101033).

        A greeting is plain text, other words are a stream of at most 20,480 bytes: unfinished for
        a Waiting, after which the platform asks for the next state, and with its picture for a
        Drawing. Cards are cards when the platform takes them and numbered text otherwise. A tap
        takes nothing but a CardUpdate; what the open request does not take (other answers to a
        tap, media) leaves the answer empty, and words have to go to the event's ``reply_to``.
        """
        if not receipt.answerable:
            return Answer()
        answer = self._plain_answer(receipt, message)
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
        """Post to a callback's response_url, which works once and for one hour.

        Words are markdown; a card is one in private chats and numbered markdown in groups, where
        the platform takes none (101138).
        """
        message, slot = outgoing.message, Slot.parse(outgoing.target.address)
        if outgoing.target.kind is not TargetKind.CALLBACK:
            return SendResult(Outcome.DEAD, "A robot cannot speak unasked.")
        if reason := why_unsaid(message):
            return SendResult(Outcome.DEAD, reason)
        if isinstance(message, Media | Waiting):
            return SendResult(Outcome.DEAD, "A robot's later answer is words or a card.")
        if slot is None or slot.use is not Use.URL or not self._may_post_to(slot.token):
            return SendResult(Outcome.DEAD, "The response address is not the platform's.")
        shown = answers.card(message) if slot.place is Place.PRIVATE else None
        body = shown or answers.markdown(message)
        try:
            await request_json(self._session, "POST", slot.token, name="response_url", body=body)
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=False)
        return SendResult(Outcome.SENT, what_is_lost(message))

    async def read_media(self, media: MediaRef) -> bytes:
        """What a person sent, decrypted with the callback's key. Raises like ``fetch_media``."""
        if not media.address.startswith("https://") and not self._may_post_to(media.address):
            raise BadPayload("The address of the media file is not the platform's.")
        return await fetch_media(self._session, media.address, self._media_key)

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

    def _plain_answer(self, receipt: Receipt, message: Message) -> dict[str, Any] | None:
        """The plaintext answer, or None when there is none of this kind here (101031)."""
        if isinstance(message, Media | HandOver | TagChange | Recall):
            return None
        if receipt.refreshes:
            stream_id = self._callbacks.msgid(receipt.refreshes)
            ended = answers.stream_with_card(stream_id, message)
            return ended or answers.stream(stream_id, message)
        event = receipt.events[0]
        if event.kind is EventKind.TAPPED:
            if not isinstance(message, CardUpdate):
                return None
            return answers.card_change(message, event.task_id)
        if event.kind is EventKind.OPENED:
            return None if isinstance(message, Waiting) else answers.welcome(message)
        msgid = self._callbacks.msgid(event.key)
        return answers.card(message) or answers.stream(msgid, message, rated_as=msgid)

    def _may_post_to(self, url: str) -> bool:
        if not _PLAIN_URL.fullmatch(url):
            return False
        target = urlsplit(url)
        if self._api_base is not None:
            base = urlsplit(self._api_base)
            return (target.scheme, target.netloc.lower()) == (base.scheme, base.netloc.lower())
        host = target.netloc.lower().removesuffix(":443")
        return target.scheme == "https" and f".{host}".endswith(f".{_PLATFORM_DOMAIN}")


def _with_address(event: Event, url: str, received_at: datetime) -> Event:
    """The event with the callback's response_url, if it came with one."""
    if not url:
        return event
    slot = Slot(Use.URL, event.conversation.place, url)
    return replace(event, reply_to=str(slot), reply_until=received_at + _ANSWER_LIFE)
