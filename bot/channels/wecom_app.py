"""The self-built app (自建应用): private chats with members, and the groups the app has made.

Callbacks and answers are encrypted XML; an answer is plain text. Joining and leaving of customer
groups is told here too, one event per person.

Source: developer.work.weixin.qq.com/document/path/91116 (callbacks), 90239 (messages), 90240
(events), 96469 (answers), 96361 (customer groups), 90236 and 90248 (sends).
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp

from bot.channels.api import WeComApi, send_result
from bot.channels.crypto import Envelope
from bot.channels.limits import (
    APP_DUPLICATE_CHECK_SECONDS,
    APP_MARKDOWN_BYTES,
    APP_TEXT_BYTES,
    WECOM_APP,
)
from bot.channels.render import as_markdown, as_plain, fit, fits_card, template_card
from bot.channels.xml import Element, parse_xml, write_xml
from bot.core.clock import Clock
from bot.core.errors import BadPayload, PlatformError, TransportError
from bot.core.events import Conversation, Event, EventKind, Place, Receipt
from bot.core.ids import ChannelKey, EventKey, UserId
from bot.core.messages import Card, CardUpdate, Message, Outgoing, TargetKind, Text
from bot.core.ports import Answer, Capabilities, Outcome, SendResult

_OPENING: Final = frozenset({"enter_agent", "subscribe"})
_MEMBERSHIP: Final = {"add_member": EventKind.JOINED, "del_member": EventKind.LEFT}
_OWN_IDS: Final = (
    *("ChangeType", "ChatId", "UpdateDetail", "LastMemVer", "CurMemVer"),
    *("UserID", "ExternalUserID", "Id", "TagType", "EventKey", "TaskId", "JobId"),
)
"""Fields that tell events of one user, one second and one type apart."""

_NOBODY: Final = frozenset({40003, 48002, 60011, 60111, 301002})
"""Refusals that mean: the platform does not tell us this person's name."""


class WecomApp:
    """Codec, Sender and Directory of one self-built app."""

    def __init__(
        self,
        *,
        key: ChannelKey,
        corp_id: str,
        agent_id: int,
        secret: str,
        token: str,
        encoding_aes_key: str,
        api_base: str,
        session: aiohttp.ClientSession,
        clock: Clock,
    ) -> None:
        self._key = key
        self._corp_id = corp_id
        self._agent_id = agent_id
        self._clock = clock
        self._envelope = Envelope(token, encoding_aes_key, corp_id)
        self._api = WeComApi(session, api_base, corp_id, secret, clock)

    @property
    def key(self) -> ChannelKey:
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        return WECOM_APP

    def check_address(self, query: Mapping[str, str]) -> str:
        """The decrypted echo, to be answered bare (91116). Raises BadSignature or BadPayload."""
        return self._open(query, query.get("echostr", ""), self._clock.now())

    def read(self, query: Mapping[str, str], body: bytes, received_at: datetime) -> Receipt:
        """Check, decrypt and decode one callback. Raises BadSignature or BadPayload."""
        ciphertext = parse_xml(body).value("Encrypt")
        document = parse_xml(self._open(query, ciphertext, received_at))
        events, unsupported = self._decode(document)
        return Receipt(
            events=events,
            answerable=any(event.conversation.place is Place.PRIVATE for event in events),
            nonce=query.get("nonce", ""),
            unsupported=unsupported,
        )

    def write_answer(self, receipt: Receipt, message: Message, answered_at: datetime) -> Answer:
        """Any message as encrypted text of at most 2,048 bytes (96469); the nonce is ours."""
        if not receipt.answerable:
            return Answer()
        timestamp = int(answered_at.timestamp())
        plaintext = write_xml(
            (
                ("ToUserName", receipt.events[0].user_id),
                ("FromUserName", self._corp_id),
                ("CreateTime", timestamp),
                ("MsgType", "text"),
                ("Content", as_plain(message, APP_TEXT_BYTES)),
            )
        )
        sealed = self._envelope.seal(
            plaintext, timestamp=str(timestamp), nonce=secrets.token_hex(8)
        )
        document = write_xml(
            (
                ("Encrypt", sealed.ciphertext),
                ("MsgSignature", sealed.signature),
                ("TimeStamp", timestamp),
                ("Nonce", sealed.nonce),
            )
        )
        return Answer(document.encode(), "application/xml")

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Push to a member or into a group of ours: one attempt, repeated once for a stale token.

        The platform drops repeats to a person by itself, so silence there is RETRY; in a group it
        is UNKNOWN.
        """
        if isinstance(outgoing.message, CardUpdate):
            return SendResult(
                Outcome.DEAD, "A card can be changed only in the answer to a tap on it."
            )
        person = outgoing.target.kind is TargetKind.PERSON
        try:
            match outgoing.target.kind:
                case TargetKind.PERSON:
                    return await self._send_to_person(outgoing.target.address, outgoing.message)
                case TargetKind.GROUP:
                    content = _group_content(outgoing.message)
                    await self._api.send_appchat({"chatid": outgoing.target.address, **content})
                    return SendResult(Outcome.SENT)
                case TargetKind.CALLBACK:
                    return SendResult(Outcome.DEAD, "An app has no one-use addresses.")
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=person)

    async def read_group_members(self, chat_id: str) -> tuple[UserId, ...]:
        """Everyone in a member group that the app made. Raises PlatformError or TransportError."""
        return await self._api.read_appchat_members(chat_id)

    async def read_name(self, user_id: UserId) -> str:
        """A member's name, empty when the app may not see it.

        Raises PlatformError for other refusals and TransportError.
        """
        try:
            return await self._api.read_user_name(user_id)
        except PlatformError as error:
            if error.errcode in _NOBODY:
                return ""
            raise

    async def close(self) -> None:
        """End a token request that is under way; the session is the caller's."""
        await self._api.close()

    async def _send_to_person(self, user_id: str, message: Message) -> SendResult:
        if not user_id or "|" in user_id or user_id == "@all":
            return SendResult(Outcome.DEAD, "The address is not one member's user id.")
        answer = await self._api.send_message(
            {
                "touser": user_id,
                "agentid": self._agent_id,
                **_person_content(message),
                "enable_duplicate_check": 1,
                "duplicate_check_interval": APP_DUPLICATE_CHECK_SECONDS,
            }
        )
        if answer.get("invaliduser"):
            reason = "The member cannot be reached: not in the app's visible scope, or gone."
            return SendResult(Outcome.DEAD, reason)
        if answer.get("unlicenseduser"):
            return SendResult(Outcome.DEAD, "The member has no licence for this app.")
        return SendResult(Outcome.SENT)

    def _open(self, query: Mapping[str, str], ciphertext: str, now: datetime) -> str:
        return self._envelope.open(
            query.get("msg_signature", ""),
            query.get("timestamp", ""),
            query.get("nonce", ""),
            ciphertext,
            now=now,
        )

    def _decode(self, document: Element) -> tuple[tuple[Event, ...], str]:
        """The events of a decrypted callback, or none and the name of what it is."""
        kind = document.value("MsgType")
        if kind == "event":
            return self._decode_event(document)
        words = document.child({"text": "Content", "voice": "Recognition"}.get(kind, ""))
        if words is None or (kind == "voice" and not words.text):
            return (), fit(kind or "nameless", 64)
        return (self._private(document, EventKind.TEXT, text=words.text),), ""

    def _decode_event(self, document: Element) -> tuple[tuple[Event, ...], str]:
        name, detail = document.value("Event"), document.value("UpdateDetail")
        if name in _OPENING:
            return (self._private(document, EventKind.OPENED),), ""
        if name == "template_card_event":
            button, task_id = document.value("EventKey"), document.value("TaskId")
            tap = self._private(document, EventKind.TAPPED, button=button, task_id=task_id)
            return (tap,), ""
        if name == "change_external_chat" and detail in _MEMBERSHIP:
            return self._membership(document, _MEMBERSHIP[detail]), ""
        path = (name, document.value("ChangeType"), detail)
        return (), fit("/".join(part for part in path if part) or "nameless", 64)

    def _private(
        self,
        document: Element,
        kind: EventKind,
        *,
        text: str = "",
        button: str = "",
        task_id: str = "",
    ) -> Event:
        user_id = _needed(document, "FromUserName")
        return Event(
            key=EventKey(self._event_key(document)),
            channel=self._key,
            kind=kind,
            conversation=Conversation(Place.PRIVATE, user_id),
            user_id=UserId(user_id),
            at=_instant(document),
            text=text,
            button=button,
            task_id=task_id,
        )

    def _membership(self, document: Element, kind: EventKind) -> tuple[Event, ...]:
        """One event for each person, with a key of its own."""
        chat_id, key = _needed(document, "ChatId"), self._event_key(document)
        return tuple(
            Event(
                key=EventKey(f"{key}/{person}"),
                channel=self._key,
                kind=kind,
                conversation=Conversation(Place.GROUP, chat_id),
                user_id=UserId(person),
                at=_instant(document),
            )
            for person in _changed_members(document)
        )

    def _event_key(self, document: Element) -> str:
        """The platform's MsgId; for events without one, who, when and a digest of the rest."""
        message_id = document.value("MsgId").strip()
        if message_id:
            return f"{self._key}/{message_id}"
        own = [document.value("Event"), *(document.value(name) for name in _OWN_IDS)]
        own += _changed_members(document)
        digest = hashlib.sha256(json.dumps(own).encode()).hexdigest()[:32]
        who, when = _needed(document, "FromUserName"), int(_instant(document).timestamp())
        return f"{self._key}/{who}/{when}/{digest}"


def _needed(document: Element, name: str) -> str:
    value = document.value(name).strip()
    if not value:
        raise BadPayload(f"The callback has no {name}.")
    return value


def _instant(document: Element) -> datetime:
    seconds = _needed(document, "CreateTime")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        raise BadPayload("The callback's CreateTime is not a number of seconds.")
    return datetime.fromtimestamp(int(seconds), UTC)


def _changed_members(document: Element) -> list[str]:
    """Who joined or left: one Item each, or in the older form one text with commas (96361)."""
    members = document.child("MemChangeList")
    if members is None:
        return []
    ids = [item.text for item in members.children] or members.text.split(",")
    return list(dict.fromkeys(person.strip() for person in ids if person.strip()))


def _person_content(message: Message) -> dict[str, Any]:
    match message:
        case Text():
            return {"msgtype": "text", "text": {"content": as_plain(message, APP_TEXT_BYTES)}}
        case Card() if fits_card(message):
            card = template_card(message, message.task_id)
            return {"msgtype": "template_card", "template_card": card}
        case _:
            content = as_markdown(message, APP_MARKDOWN_BYTES)
            return {"msgtype": "markdown", "markdown": {"content": content}}


def _group_content(message: Message) -> dict[str, Any]:
    """Groups take no cards with buttons (90248): these become numbered markdown."""
    if isinstance(message, Text):
        return {"msgtype": "text", "text": {"content": as_plain(message, APP_TEXT_BYTES)}}
    content = as_markdown(message, APP_MARKDOWN_BYTES)
    return {"msgtype": "markdown", "markdown": {"content": content}}
