"""The self-built app (自建应用): private chats with members, and the groups the app has made.

Callbacks and answers are encrypted XML. In the open request it answers words and pages; media,
cards and whatever comes later are pushed.

Source: developer.work.weixin.qq.com/document/path/91116 (callbacks), 96469 (answers), 90236 and
90248 (sends), 94867 (recalling), 94888 (cards), 90245 and 90246 (groups).
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from bot.channels.api import PlatformApi
from bot.channels.app_callbacks import AppCallbacks
from bot.channels.crypto import Envelope
from bot.channels.http import garbled, send_result
from bot.channels.media import MediaShelf
from bot.channels.render import (
    as_markdown,
    as_plain,
    fit,
    fits_card,
    template_card,
    what_is_lost,
    why_unsaid,
)
from bot.channels.xml import Fields, parse_xml, write_xml
from bot.core.clock import Clock
from bot.core.errors import PlatformError, TransportError
from bot.core.events import MediaRef, Receipt
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import (
    Attachment,
    Card,
    CardUpdate,
    Drawing,
    Link,
    Markdown,
    Media,
    Message,
    Outgoing,
    Recall,
    TargetKind,
)
from bot.core.ports import (
    Answer,
    Capabilities,
    Chat,
    ChatMember,
    Outcome,
    Profile,
    SendResult,
)
from bot.platforms.limits import (
    APP_DUPLICATE_CHECK_SECONDS,
    APP_LINK_TEXT_BYTES,
    APP_LINK_TITLE_BYTES,
    APP_MARKDOWN_BYTES,
    APP_TEXT_BYTES,
)
from bot.platforms.table import WECOM_APP

_NOBODY: Final = frozenset({40003, 48002, 60011, 60111, 301002})
"""Refusals that mean: the platform does not tell us who this person is."""


class WecomApp:
    """Codec, Sender, Directory and MediaSource of one self-built app.

    ``api`` speaks in the app's name; the channels that work through the app share it, and closing
    the app closes it. ``contact`` is the customer contact channel among them, ``services`` are the
    customer service channels by their open_kfid.
    """

    def __init__(
        self,
        *,
        key: ChannelKey,
        corp_id: str,
        agent_id: int,
        token: str,
        encoding_aes_key: str,
        api: PlatformApi,
        clock: Clock,
        shelf: MediaShelf,
        contact: ChannelKey | None,
        services: Mapping[str, ChannelKey],
    ) -> None:
        self._key = key
        self._corp_id = corp_id
        self._agent_id = agent_id
        self._api = api
        self._clock = clock
        self._shelf = shelf
        self._envelope = Envelope(token, encoding_aes_key, corp_id)
        self._callbacks = AppCallbacks(key, contact, services)

    @property
    def key(self) -> ChannelKey:
        """Its key in bot.yaml."""
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        """Its row of the capability table."""
        return WECOM_APP

    def check_address(self, query: Mapping[str, str]) -> str:
        """The decrypted echo, to be answered bare (91116). Raises BadSignature or BadPayload."""
        return self._open(query, query.get("echostr", ""), self._clock.now())

    def read(self, query: Mapping[str, str], body: bytes, received_at: datetime) -> Receipt:
        """Check, decrypt and decode one callback. Raises BadSignature or BadPayload."""
        ciphertext = parse_xml(body).value("Encrypt")
        document = parse_xml(self._open(query, ciphertext, received_at))
        return replace(self._callbacks.read(document), nonce=query.get("nonce", ""))

    def write_answer(self, receipt: Receipt, message: Message, answered_at: datetime) -> Answer:
        """Encrypted text of at most 2,048 bytes, or a page as an article (96469); our own nonce.

        Media would have to be uploaded first, so for them the answer is empty and they have to be
        pushed.
        """
        if not receipt.answerable or isinstance(message, Attachment):
            return Answer()
        timestamp = int(answered_at.timestamp())
        plaintext = write_xml(
            (
                ("ToUserName", receipt.events[0].user_id),
                ("FromUserName", self._corp_id),
                ("CreateTime", timestamp),
                *_answer_fields(message),
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

        A card is changed with the code that a tap or its own sending brought (CALLBACK). The
        platform drops repeats to a person by itself, so silence there is RETRY; elsewhere it is
        UNKNOWN.
        """
        message, address = outgoing.message, outgoing.target.address
        try:
            match outgoing.target.kind:
                case TargetKind.CALLBACK if isinstance(message, CardUpdate):
                    return await self._update_card(address, message)
                case TargetKind.CALLBACK:
                    return SendResult(Outcome.DEAD, "An app's one-use codes only change cards.")
                case TargetKind.PERSON | TargetKind.RECORD if isinstance(message, Recall):
                    await self._api.post("message/recall", json={"msgid": message.reference})
                    return SendResult(Outcome.SENT)
                case _ if reason := why_unsaid(message):
                    return SendResult(Outcome.DEAD, reason)
                case TargetKind.PERSON:
                    return await self._send_to_person(address, message)
                case TargetKind.GROUP:
                    content = await self._content(message, TargetKind.GROUP)
                    await self._api.post("appchat/send", json={"chatid": address, **content})
                    return SendResult(Outcome.SENT, what_is_lost(message))
                case TargetKind.RECORD | TargetKind.MOMENTS:
                    return SendResult(Outcome.DEAD, "An app keeps no notes and has no Moments.")
        except (PlatformError, TransportError) as error:
            person = outgoing.target.kind is TargetKind.PERSON
            return send_result(error, repeat_is_safe=person)

    async def read_chat(self, chat_id: str) -> Chat:
        """A member group that the app made. Raises PlatformError or TransportError."""
        answer = await self._api.get("appchat/get", params={"chatid": chat_id})
        info = answer.get("chat_info")
        members = info.get("userlist") if isinstance(info, dict) else None
        if not isinstance(info, dict) or not isinstance(members, list):
            raise garbled("appchat/get")
        return Chat(
            members=tuple(ChatMember(UserId(str(member))) for member in members),
            name=str(info.get("name", "")),
            owner=str(info.get("owner", "")),
        )

    async def read_profile(self, user_id: UserId) -> Profile:
        """A member; without a name when the app may not see him.

        Raises PlatformError for other refusals and TransportError.
        """
        try:
            answer = await self._api.get("user/get", params={"userid": user_id})
        except PlatformError as error:
            if error.errcode in _NOBODY:
                return Profile()
            raise
        return Profile(name=str(answer.get("name", "")))

    async def create_chat(
        self, *, name: str, owner: UserId, members: Sequence[UserId], chat_id: str = ""
    ) -> str:
        """Make a group of 2 to 500 members, ``owner`` among them; returns its chat id (90245).

        ``chat_id`` is an id of our own, 32 letters and digits at most; empty lets the platform
        choose. Raises PlatformError or TransportError.
        """
        body = {"name": name, "owner": owner, "userlist": list(members)}
        answer = await self._api.post(
            "appchat/create", json={**body, "chatid": chat_id} if chat_id else body
        )
        made = answer.get("chatid")
        if not isinstance(made, str) or not made:
            raise garbled("appchat/create")
        return made

    async def update_chat(
        self,
        chat_id: str,
        *,
        name: str = "",
        owner: str = "",
        add: Sequence[UserId] = (),
        remove: Sequence[UserId] = (),
    ) -> None:
        """Change a group that the app made (90246); what is empty stays as it is.

        Raises PlatformError or TransportError.
        """
        changes = {
            "name": name,
            "owner": owner,
            "add_user_list": list(add),
            "del_user_list": list(remove),
        }
        given = {field: value for field, value in changes.items() if value}
        await self._api.post("appchat/update", json={"chatid": chat_id, **given})

    async def read_media(self, media: MediaRef) -> bytes:
        """What a member sent, for three days. Raises PlatformError or TransportError."""
        return await self._api.read_media(media.address)

    async def close(self) -> None:
        """End a token request that is under way; the session is the caller's."""
        await self._api.close()

    async def _send_to_person(self, user_id: str, message: Message) -> SendResult:
        if not user_id or "|" in user_id or user_id == "@all":
            return SendResult(Outcome.DEAD, "The address is not one member's user id.")
        answer = await self._api.post(
            "message/send",
            json={
                "touser": user_id,
                "agentid": self._agent_id,
                **await self._content(message, TargetKind.PERSON),
                "enable_duplicate_check": 1,
                "duplicate_check_interval": APP_DUPLICATE_CHECK_SECONDS,
            },
        )
        if reason := _unreached(answer):
            return SendResult(Outcome.DEAD, reason)
        return SendResult(
            Outcome.SENT,
            what_is_lost(message),
            reference=str(answer.get("msgid", "")),
            update_code=str(answer.get("response_code", "")),
        )

    async def _update_card(self, code: str, update: CardUpdate) -> SendResult:
        answer = await self._api.post(
            "message/update_template_card",
            json={
                "userids": [update.user_id],
                "agentid": self._agent_id,
                "response_code": code,
                "template_card": template_card(update.card, update.card.task_id),
            },
        )
        if reason := _unreached(answer):
            return SendResult(Outcome.DEAD, reason)
        return SendResult(Outcome.SENT)

    async def _content(self, message: Message, kind: TargetKind) -> dict[str, Any]:
        """Type and content of a push. Groups take no cards (90248): these are markdown there."""
        match message:
            case Media() | Drawing():
                media_id = await self._shelf.media_id(message, self._api.upload_media, self._key)
                return {"msgtype": message.kind, message.kind: {"media_id": media_id}}
            case Link():
                return {"msgtype": "textcard", "textcard": _textcard(message)}
            case Card() if kind in WECOM_APP.cards and fits_card(message):
                card = template_card(message, message.task_id)
                return {"msgtype": "template_card", "template_card": card}
            case Card() | Markdown():
                content = as_markdown(message, APP_MARKDOWN_BYTES)
                return {"msgtype": "markdown", "markdown": {"content": content}}
            case _:
                return {"msgtype": "text", "text": {"content": as_plain(message, APP_TEXT_BYTES)}}

    def _open(self, query: Mapping[str, str], ciphertext: str, now: datetime) -> str:
        return self._envelope.open(
            query.get("msg_signature", ""),
            query.get("timestamp", ""),
            query.get("nonce", ""),
            ciphertext,
            now=now,
        )


def _answer_fields(message: Message) -> Fields:
    if not isinstance(message, Link):
        return (("MsgType", "text"), ("Content", as_plain(message, APP_TEXT_BYTES)))
    article = (
        ("Title", fit(message.title, APP_LINK_TITLE_BYTES)),
        ("Description", fit(message.text, APP_LINK_TEXT_BYTES)),
        ("PicUrl", message.picture_url),
        ("Url", message.url),
    )
    return (("MsgType", "news"), ("ArticleCount", 1), ("Articles", (("item", article),)))


def _textcard(link: Link) -> dict[str, Any]:
    """Title, description and address are all needed: a page without words repeats its title."""
    return {
        "title": fit(link.title, APP_LINK_TITLE_BYTES),
        "description": fit(link.text or link.title, APP_LINK_TEXT_BYTES),
        "url": link.url,
    }


def _unreached(answer: dict[str, Any]) -> str:
    """Why the platform reached nobody although it took the call; empty when it did."""
    if answer.get("invaliduser"):
        return "The member cannot be reached: not in the app's visible scope, or gone."
    if answer.get("unlicenseduser"):
        return "The member has no licence for this app."
    return ""
