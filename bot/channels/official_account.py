"""The Official Account (公众号, 服务号): private chats with followers, their codes, tags and menu.

It may speak for a while after a follower has done something, and by template whenever the template
allows it. It has no groups. Callbacks are plain or encrypted as the console is set; where they are
encrypted, what comes unencrypted is refused.

Source: developers.weixin.qq.com/doc/service: message encryption, sendCustomMessage,
sendTemplateMessage, createQRCode, userInfo, getFans, tags, createCustomMenu.
"""

import hashlib
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import quote

from bot.channels.account_messages import (
    custom_media,
    custom_message,
    keyword_data,
    passive_reply,
    read_account_message,
)
from bot.channels.api import PlatformApi
from bot.channels.contact_reading import part, parts, word_list, words
from bot.channels.crypto import Envelope, check_plain
from bot.channels.http import garbled, send_result
from bot.channels.media import MediaShelf
from bot.channels.xml import Element, parse_xml, write_xml
from bot.core.clock import Clock
from bot.core.errors import (
    BadPayload,
    BadSignature,
    ChatUnreachable,
    ConfigurationRefused,
    ContentRefused,
    PersonUnreachable,
    PlatformError,
    TransportError,
)
from bot.core.events import Receipt
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import (
    CardUpdate,
    Drawing,
    HandOver,
    Media,
    MenuItem,
    Message,
    Notice,
    Outgoing,
    TargetKind,
)
from bot.core.ports import Answer, Capabilities, Chat, Outcome, Profile, SendResult, Way
from bot.platforms.limits import (
    ACCOUNT_MENU_BUTTONS,
    ACCOUNT_MENU_SUB_BUTTONS,
    ACCOUNT_QR_SECONDS,
    ACCOUNT_SCENE_CHARACTERS,
    ACCOUNT_TAGGING_BATCH,
)
from bot.platforms.table import OFFICIAL_ACCOUNT
from bot.settings.schema.channels import NoticeTemplate

Mode = Literal["plain", "compatible", "aes"]

CODE_ADDRESS: Final = "https://mp.weixin.qq.com"
"""Where Tencent shows the pictures of codes."""


class OfficialAccount:
    """Codec, Sender and Directory of one account, and what its operators set up.

    ``original_id`` (gh_…) is the account's name in messages. ``encoding_aes_key`` is needed unless
    ``mode`` is plain; ValueError otherwise. In compatible mode the encrypted half counts.
    """

    def __init__(
        self,
        *,
        key: ChannelKey,
        app_id: str,
        original_id: str,
        token: str,
        encoding_aes_key: str | None,
        mode: Mode,
        templates: Mapping[str, NoticeTemplate],
        api: PlatformApi,
        clock: Clock,
        shelf: MediaShelf,
        code_address: str = CODE_ADDRESS,
    ) -> None:
        self._key = key
        self._app_id = app_id
        self._original_id = original_id
        self._token = token
        self._envelope = (
            None if mode == "plain" else Envelope(token, encoding_aes_key or "", app_id)
        )
        self._templates = templates
        self._api = api
        self._clock = clock
        self._shelf = shelf
        self._code_address = code_address

    @property
    def key(self) -> ChannelKey:
        """Its key in bot.yaml."""
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        """Its row of the capability table."""
        return OFFICIAL_ACCOUNT

    def check_address(self, query: Mapping[str, str]) -> str:
        """The echo as it came, which is plain in every mode. Raises BadSignature."""
        self._check_plain(query, self._clock.now())
        return query.get("echostr", "")

    def read(self, query: Mapping[str, str], body: bytes, received_at: datetime) -> Receipt:
        """Check, decrypt and decode one callback. Raises BadSignature or BadPayload."""
        document = self._open(query, body, received_at)
        receipt = read_account_message(document, channel=self._key)
        return replace(receipt, nonce=query.get("nonce", ""))

    def write_answer(self, receipt: Receipt, message: Message, answered_at: datetime) -> Answer:
        """The passive reply: words, one article, or handing over. Encrypted unless plain.

        An answer without words is empty, which the platform takes as none.
        """
        reply = tuple(passive_reply(message))
        if not receipt.answerable or not reply:
            return Answer()
        timestamp = int(answered_at.timestamp())
        plaintext = write_xml(
            (
                ("ToUserName", receipt.events[0].user_id),
                ("FromUserName", self._original_id),
                ("CreateTime", timestamp),
                *reply,
            )
        )
        return Answer(self._sealed(plaintext, timestamp).encode(), "application/xml")

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Write to a follower: a notice by its template, anything else as customer message.

        The platform sends a template once for each ``client_msg_id`` within ten minutes, so that
        silence there is RETRY; a customer message that ends in silence is UNKNOWN.
        """
        if outgoing.target.kind is not TargetKind.PERSON:
            return SendResult(Outcome.DEAD, "An account writes to followers only.")
        message = outgoing.message
        template = self._templates.get(message.template) if isinstance(message, Notice) else None
        try:
            if isinstance(message, Notice) and template is not None:
                return await self._send_notice(outgoing, message, template)
            body = {"touser": outgoing.target.address, **await self._content(message)}
            await self._api.post("message/custom/send", json=body)
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=template is not None)
        return SendResult(Outcome.SENT)

    async def close(self) -> None:
        """End a token request that is under way; the session is the caller's."""
        await self._api.close()

    async def read_chat(self, chat_id: str) -> Chat:
        """Raises ChatUnreachable: an account has no groups."""
        raise ChatUnreachable("An account has no groups.", errcode=0, chat_id=chat_id)

    async def read_profile(self, user_id: UserId) -> Profile:
        """The union id; names are not told since 2021-12. Empty for strangers.

        Raises PlatformError for other refusals and TransportError.
        """
        try:
            answer = await self._api.get("user/info", params={"openid": user_id, "lang": "zh_CN"})
        except PersonUnreachable:
            return Profile()
        return Profile(union_id=words(answer, "unionid"))

    async def followers(self) -> AsyncIterator[tuple[UserId, ...]]:
        """All followers, at most 10,000 at a time. Raises PlatformError or TransportError."""
        after = ""
        while True:
            answer = await self._api.get("user/get", params={"next_openid": after})
            page = word_list(answer.get("data") or {}, "openid")
            if page:
                yield tuple(UserId(open_id) for open_id in page)
            after = words(answer, "next_openid")
            if not page or not after:
                return

    async def create_tag(self, name: str) -> int:
        """The id of a new tag of at most 30 characters. Raises ContentRefused if it exists."""
        answer = await self._api.post("tags/create", json={"tag": {"name": name}})
        tag_id = part(answer, "tag").get("id")
        if not isinstance(tag_id, int):
            raise garbled("tags/create")
        return tag_id

    async def read_tags(self) -> dict[str, int]:
        """The ids of all tags by name. Raises PlatformError or TransportError."""
        answer = await self._api.get("tags/get", params={})
        return {
            words(tag, "name"): tag["id"]
            for tag in parts(answer, "tags")
            if isinstance(tag.get("id"), int)
        }

    async def tag(self, tag_id: int, open_ids: Sequence[UserId]) -> None:
        """Give followers a tag, 50 in a call. Raises PlatformError or TransportError."""
        await self._change_tags("batchtagging", tag_id, open_ids)

    async def untag(self, tag_id: int, open_ids: Sequence[UserId]) -> None:
        """Take a tag from followers, 50 in a call. Raises PlatformError or TransportError."""
        await self._change_tags("batchuntagging", tag_id, open_ids)

    async def create_menu(self, items: Sequence[MenuItem], keys: Mapping[str, str]) -> None:
        """Put this menu below every chat in place of the one before.

        An entry without address comes back as CHOSE with the key that ``keys`` has for its label,
        or else with the label. Raises ConfigurationRefused for a menu of another shape than the
        platform's, PlatformError or TransportError.
        """
        await self._api.post("menu/create", json={"button": _buttons(items, keys)})

    async def make_code(self, scene: str, seconds: int) -> Way:
        """A code that lives ``seconds`` (1 to 2,592,000) and brings back ``scene``.

        ``scene`` has 1 to 64 characters; ValueError otherwise. Raises PlatformError or
        TransportError.
        """
        if (
            not 1 <= len(scene) <= ACCOUNT_SCENE_CHARACTERS
            or not 1 <= seconds <= ACCOUNT_QR_SECONDS
        ):
            raise ValueError("a code needs 1 to 64 characters and lives 30 days at most")
        body = {
            "expire_seconds": seconds,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        answer = await self._api.post("qrcode/create", json=body)
        ticket = words(answer, "ticket")
        if not ticket:
            raise garbled("qrcode/create")
        address = f"{self._code_address}/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}"
        return Way(config_id=ticket, picture_url=address)

    def _open(self, query: Mapping[str, str], body: bytes, received_at: datetime) -> Element:
        if self._envelope is None:
            self._check_plain(query, received_at)
            document = parse_xml(body)
            if document.child("MsgType") is None and document.child("Encrypt") is not None:
                raise BadPayload("The callback is encrypted: set the channel's mode to aes.")
            return document
        sealed = parse_xml(body).child("Encrypt")
        if sealed is None:
            raise BadSignature("The callback is not encrypted: set the console to 安全模式.")
        plaintext = self._envelope.open(
            query.get("msg_signature", ""),
            query.get("timestamp", ""),
            query.get("nonce", ""),
            sealed.text,
            now=received_at,
        )
        return parse_xml(plaintext)

    def _check_plain(self, query: Mapping[str, str], now: datetime) -> None:
        check_plain(
            self._token,
            query.get("signature", ""),
            query.get("timestamp", ""),
            query.get("nonce", ""),
            now,
        )

    def _sealed(self, plaintext: str, timestamp: int) -> str:
        if self._envelope is None:
            return plaintext
        sealed = self._envelope.seal(
            plaintext, timestamp=str(timestamp), nonce=secrets.token_hex(8)
        )
        return write_xml(
            (
                ("Encrypt", sealed.ciphertext),
                ("MsgSignature", sealed.signature),
                ("TimeStamp", timestamp),
                ("Nonce", sealed.nonce),
            )
        )

    async def _send_notice(
        self, outgoing: Outgoing, notice: Notice, template: NoticeTemplate
    ) -> SendResult:
        body = {
            "touser": outgoing.target.address,
            "template_id": template.id,
            "client_msg_id": hashlib.sha256(outgoing.key.encode()).hexdigest()[:32],
            "data": keyword_data(template, notice),
            **({"url": notice.url} if notice.url else {}),
        }
        answer = await self._api.post("message/template/send", json=body)
        return SendResult(Outcome.SENT, reference=str(answer.get("msgid", "")))

    async def _content(self, message: Message) -> dict[str, Any]:
        """What a customer message shows. Raises ContentRefused for what it cannot."""
        match message:
            case CardUpdate():
                raise _cannot("A card can be changed only in the answer to a tap on it.")
            case HandOver():
                raise _cannot("An account hands over only in the answer to a message.")
            case Media() if message.kind not in OFFICIAL_ACCOUNT.media:
                raise _cannot(f"An account cannot send a {message.kind}.")
            case Media() | Drawing():
                upload = self._api.upload_media
                return custom_media(
                    message, await self._shelf.media_id(message, upload, self._app_id)
                )
        content = custom_message(message)
        if content is None:
            raise _cannot("There are no words in the message.")
        return content

    async def _change_tags(self, call: str, tag_id: int, open_ids: Sequence[UserId]) -> None:
        for start in range(0, len(open_ids), ACCOUNT_TAGGING_BATCH):
            batch = list(open_ids[start : start + ACCOUNT_TAGGING_BATCH])
            await self._api.post(
                f"tags/members/{call}", json={"openid_list": batch, "tagid": tag_id}
            )


def _buttons(items: Sequence[MenuItem], keys: Mapping[str, str]) -> list[dict[str, Any]]:
    if not 1 <= len(items) <= ACCOUNT_MENU_BUTTONS:
        raise ConfigurationRefused("A menu has one to three entries; correct its first level.")
    return [
        {"name": item.label, "sub_button": _sub_buttons(item, keys)}
        if item.items
        else _leaf(item, keys)
        for item in items
    ]


def _sub_buttons(item: MenuItem, keys: Mapping[str, str]) -> list[dict[str, Any]]:
    if len(item.items) > ACCOUNT_MENU_SUB_BUTTONS or any(below.items for below in item.items):
        raise ConfigurationRefused(
            f"{item.label} may open at most five entries, which open no others; correct it."
        )
    return [_leaf(below, keys) for below in item.items]


def _leaf(item: MenuItem, keys: Mapping[str, str]) -> dict[str, Any]:
    if item.url:
        return {"type": "view", "name": item.label, "url": item.url}
    return {"type": "click", "name": item.label, "key": keys.get(item.label, item.label)}


def _cannot(why: str) -> ContentRefused:
    return ContentRefused(why, errcode=0)
