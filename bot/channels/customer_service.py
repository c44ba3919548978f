"""WeChat customer service (微信客服): private chats with WeChat users, who need not add anybody.

Nothing is brought: a callback says that there is news, and ``pull`` fetches it. What people of the
company wrote, and what the platform says about sessions, is not the customer's and no event.

Source: developer.work.weixin.qq.com/document/path/94670 (sync_msg), 94677 (send_msg), 96428
(send_msg_on_event), 94669 (session states), 96429 (customers).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.channels.api import PlatformApi
from bot.channels.contact_reading import parts, words
from bot.channels.http import send_result
from bot.channels.media import MediaShelf
from bot.channels.render import as_plain, fit
from bot.core.errors import (
    ChatUnreachable,
    CodeUsedUp,
    ContentRefused,
    PersonUnreachable,
    PlatformError,
    TransportError,
)
from bot.core.events import Conversation, Event, EventKind, MediaKind, MediaRef, Place
from bot.core.ids import ChannelKey, EventKey, UserId
from bot.core.messages import (
    Attachment,
    CardUpdate,
    HandOver,
    Link,
    Media,
    Message,
    Outgoing,
    TargetKind,
)
from bot.core.ports import Capabilities, Chat, Outcome, Profile, Pulled, SendResult
from bot.platforms.limits import (
    SERVICE_MENU_ENTRY_BYTES,
    SERVICE_MENU_HEAD_BYTES,
    SERVICE_PAGE,
    SERVICE_TEXT_BYTES,
    SERVICE_WELCOME_SECONDS,
)
from bot.platforms.table import CUSTOMER_SERVICE

_FROM_CUSTOMER: Final = 3
"""The ``origin`` of what a customer sent; 4 is the platform, 5 a person of the company (94670)."""

_QUEUE: Final = 2
_WITH_SERVICER: Final = 3
"""States of a session: it waits for whoever is free, or is with one servicer (94669)."""

_MEDIA: Final = frozenset(MediaKind)


class CustomerService:
    """Sender, Pull and Directory of one service account (``open_kfid``, wk…).

    ``api`` speaks for the app that may manage it. ``servicers`` are the user ids of those who take
    over, in this order.
    """

    def __init__(
        self,
        *,
        key: ChannelKey,
        open_kfid: str,
        servicers: Sequence[str],
        api: PlatformApi,
        shelf: MediaShelf,
    ) -> None:
        self._key = key
        self._open_kfid = open_kfid
        self._servicers = tuple(servicers)
        self._api = api
        self._shelf = shelf

    @property
    def key(self) -> ChannelKey:
        """Its key in bot.yaml."""
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        """Its row of the capability table."""
        return CUSTOMER_SERVICE

    async def pull(self, cursor: str, ticket: str, received_at: datetime) -> Pulled:
        """A page of at most 1,000 messages after ``cursor``, of the last three days at most.

        ``ticket`` is the token of the callback, good for ten minutes. Without one the platform
        allows far fewer calls, so it is left out only when there is none or it is too old.
        Raises PlatformError or TransportError.
        """
        body = {"open_kfid": self._open_kfid, "limit": SERVICE_PAGE}
        if cursor:
            body["cursor"] = cursor
        try:
            answer = await self._sync({**body, "token": ticket} if ticket else body)
        except CodeUsedUp:
            answer = await self._sync(body)
        after = words(answer, "next_cursor") or cursor
        read = [
            read_message(message, self._key, received_at)
            for message in parts(answer, "msg_list")
            if message.get("origin") == _FROM_CUSTOMER or message.get("msgtype") == "event"
        ]
        return Pulled(
            events=tuple(item for item in read if isinstance(item, Event)),
            cursor=after,
            more=answer.get("has_more") == 1 and after != cursor,
            unsupported=tuple(item for item in read if isinstance(item, str)),
        )

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Write to a customer, greet him by a welcome code, or hand his session over.

        The message's id is made of the outgoing's key and the platform takes an id once, so that
        silence towards a person is RETRY; if the silent one had arrived, the next ends as DEAD.
        Success means that the platform took it: what fails later comes back by ``pull``.
        """
        address, message = outgoing.target.address, outgoing.message
        own_id = hashlib.sha256(outgoing.key.encode()).hexdigest()[:32]
        try:
            match outgoing.target.kind:
                case TargetKind.PERSON if isinstance(message, HandOver):
                    await self._hand_over(address)
                    return SendResult(Outcome.SENT)
                case TargetKind.PERSON:
                    body = {"touser": address, "open_kfid": self._open_kfid, "msgid": own_id}
                    body |= await self._content(message)
                    await self._api.post("kf/send_msg", json=body)
                case TargetKind.CALLBACK:
                    body = {"code": address, "msgid": own_id, **_words_only(message)}
                    await self._api.post("kf/send_msg_on_event", json=body)
                case _:
                    return SendResult(Outcome.DEAD, "Customer service knows private chats only.")
        except (PlatformError, TransportError) as error:
            safe = outgoing.target.kind in CUSTOMER_SERVICE.repeat_is_safe_to
            return send_result(error, repeat_is_safe=safe)
        return SendResult(Outcome.SENT, reference=own_id)

    async def close(self) -> None:
        """Nothing to give back: the client is the app's."""

    async def read_chat(self, chat_id: str) -> Chat:
        """Raises ChatUnreachable: customer service has no groups."""
        raise ChatUnreachable("Customer service has no groups.", errcode=0, chat_id=chat_id)

    async def read_profile(self, user_id: UserId) -> Profile:
        """Name and union id; empty for whoever has not been here for 48 hours (96429).

        Raises PlatformError or TransportError.
        """
        body = {"external_userid_list": [user_id]}
        answer = await self._api.post("kf/customer/batchget", json=body)
        for customer in parts(answer, "customer_list"):
            return Profile(words(customer, "nickname"), words(customer, "unionid"))
        return Profile()

    async def _sync(self, body: dict[str, Any]) -> dict[str, Any]:
        return await self._api.post("kf/sync_msg", json=body)

    async def _hand_over(self, customer: str) -> None:
        """To the first servicer who takes it, else into the queue.

        The platform shows him the chat; it takes no note with it.
        """
        for servicer in self._servicers:
            try:
                await self._change_state(
                    customer, service_state=_WITH_SERVICER, servicer_userid=servicer
                )
            except PersonUnreachable:  # he takes nobody at the moment
                continue
            return
        await self._change_state(customer, service_state=_QUEUE)

    async def _change_state(self, customer: str, **state: str | int) -> None:
        body = {"open_kfid": self._open_kfid, "external_userid": customer, **state}
        await self._api.post("kf/service_state/trans", json=body)

    async def _content(self, message: Message) -> dict[str, Any]:
        """What a message shows. Raises ContentRefused for what it cannot."""
        if not isinstance(message, Attachment):
            return _words_only(message)
        media_id = await self._shelf.media_id(message, self._api.upload_media, self._key)
        return {"msgtype": message.kind.value, message.kind.value: {"media_id": media_id}}


def _words_only(message: Message) -> dict[str, Any]:
    """Words, or a page as a menu with one entry: a link of its own would need a picture."""
    if isinstance(message, CardUpdate | HandOver | Media):
        raise ContentRefused("Customer service cannot show this here.", errcode=0)
    if isinstance(message, Link):
        entry = {"url": message.url, "content": fit(message.title, SERVICE_MENU_ENTRY_BYTES)}
        menu = {
            "head_content": fit(
                f"{message.title}\n{message.text}".strip(), SERVICE_MENU_HEAD_BYTES
            ),
            "list": [{"type": "view", "view": entry}],
        }
        return {"msgtype": "msgmenu", "msgmenu": menu}
    text = as_plain(message, SERVICE_TEXT_BYTES)
    if not text:
        raise ContentRefused("There are no words in the message.", errcode=0)
    return {"msgtype": "text", "text": {"content": text}}


def read_message(
    message: dict[str, Any], channel: ChannelKey, received_at: datetime
) -> Event | str:
    """The event of a message of sync_msg, or the name of what is of no use."""
    kind = words(message, "msgtype")
    content = message.get(kind)
    own = content if isinstance(content, dict) else {}
    user_id = words(own if kind == "event" else message, "external_userid")
    name = words(own, "event_type") if kind == "event" else kind
    message_id = words(message, "msgid")
    if not user_id or not message_id:
        return _name(name, own)
    event = Event(
        key=EventKey(f"{channel}/{message_id}"),
        channel=channel,
        kind=EventKind.TEXT,
        conversation=Conversation(Place.PRIVATE, user_id),
        user_id=UserId(user_id),
        at=_instant(message, received_at),
        text=_typed(kind, own),
    )
    if name == "enter_session":
        return _opened(event, own)
    if menu_id := words(own, "menu_id"):
        return replace(event, kind=EventKind.CHOSE, text=menu_id)
    if kind in _MEDIA and (media_id := words(own, "media_id")):
        media = MediaRef(MediaKind(kind), media_id)
        return replace(event, kind=EventKind.MEDIA, media=(media,))
    return event if event.text else _name(name, own)


def _opened(event: Event, own: dict[str, Any]) -> Event:
    """Somebody has come. There is a welcome code when he may be greeted, once and soon."""
    code = words(own, "welcome_code")
    return replace(
        event,
        kind=EventKind.OPENED,
        source=words(own, "scene_param"),
        reply_to=code,
        reply_until=event.at + timedelta(seconds=SERVICE_WELCOME_SECONDS) if code else None,
    )


def _typed(kind: str, own: dict[str, Any]) -> str:
    """The words of a message, empty when it has none."""
    match kind:
        case "text":
            return words(own, "content")
        case "location":
            return " ".join(filter(None, (words(own, "name"), words(own, "address"), _point(own))))
        case "link":
            return f"{words(own, 'title')}\n{words(own, 'url')}".strip()
        case "miniprogram":
            return words(own, "title")
        case _:
            return ""


def _point(own: dict[str, Any]) -> str:
    point = (own.get("latitude"), own.get("longitude"))
    return ",".join(str(degrees) for degrees in point if isinstance(degrees, float | int))


def _name(name: str, own: dict[str, Any]) -> str:
    """What something is called; a send that failed tells why by its number (94670)."""
    reason = own.get("fail_type")
    return fit(f"{name}/{reason}" if isinstance(reason, int) else name or "nameless", 64)


def _instant(message: dict[str, Any], otherwise: datetime) -> datetime:
    seconds = message.get("send_time")
    if isinstance(seconds, int) and 0 < seconds < 10**11:
        return datetime.fromtimestamp(seconds, UTC)
    return otherwise
