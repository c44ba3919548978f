"""What people do with an account in their client, and what its replies change in the chat.

A reply counts only in the open request of the callback. When there is none at all, or one that
the platform does not take, the person is told that the account's service is out of order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.simulator.account.allowance import Act
from bot.simulator.account.client import Client
from bot.simulator.account.codes import Code
from bot.simulator.account.followers import Arrival
from bot.simulator.account.kept import Kept
from bot.simulator.account.limits import (
    REPLY_ARTICLES_TO_EVENTS,
    REPLY_ARTICLES_TO_WORDS,
    THUMB,
)
from bot.simulator.account.media import AccountMedia
from bot.simulator.account.payloads import (
    Fields,
    consented,
    event,
    message,
    scanned_by_menu,
)
from bot.simulator.account.replies import NO_REPLY, read_reply
from bot.simulator.acts import Delivery
from bot.simulator.callbacks import Callbacks, Reply
from bot.simulator.cast import Account
from bot.simulator.groups import private_room
from bot.simulator.limits import MESSAGE_TRIES
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.shapes import Draft, Kind, Sender, SenderKind
from bot.simulator.wire import AnswerRejected, Wire
from bot.simulator.world import World

OUT_OF_ORDER: Final = "该公众号提供的服务出现故障，请稍后再试"
_COVER: Final = b"\x89PNG\r\n\x1a\n"
"""Stands for the first picture of a film."""

SCANS: Final = frozenset({"scancode_push", "scancode_waitmsg"})


@dataclass(frozen=True, slots=True)
class Sent:
    """Something other than words that somebody sends: its kind, fields and look."""

    kind: str
    fields: Fields
    draft: Draft


class Visits:
    """Everything that a WeChat user can do with an account."""

    def __init__(
        self,
        world: World,
        kept: Kept,
        *,
        media: AccountMedia,
        callbacks: Callbacks,
        wires: Mapping[str, Wire],
        log: PlatformLog,
    ) -> None:
        self._world = world
        self._kept = kept
        self._media = media
        self._callbacks = callbacks
        self._wires = wires
        self._log = log

    async def follow(self, account: Account, user_id: str, code: Code | None = None) -> Delivery:
        """Begin to follow, of his own accord or by scanning a code."""
        arrival = Arrival()
        fields: Fields = (("EventKey", ""),)
        if code is not None:
            arrival = Arrival("ADD_SCENE_QR_CODE", code.number, code.text)
            fields = (("EventKey", f"qrscene_{code.scene}"), ("Ticket", code.ticket))
        self._kept.followers.follow(account, user_id, arrival)
        self._kept.allowances.open(account, user_id, Act.FOLLOWED)
        return await self._happen(account, user_id, "subscribe", fields)

    async def unfollow(self, account: Account, user_id: str) -> Delivery:
        """Stop following; whatever the account answers reaches nobody."""
        self._kept.tags.forget(account, user_id)
        self._kept.allowances.close(account, user_id)
        self._kept.followers.unfollow(account, user_id)
        told = event(account, user_id, at=self._world.now(), name="unsubscribe")
        with self._callbacks.busy():
            reply = await self._deliver(account, user_id, told, "取消关注")
        return Delivery.FAILED if reply is None else Delivery.EMPTY

    async def scan(self, account: Account, user_id: str, code: Code) -> Delivery:
        """Scan a code; whoever does not follow yet follows by it."""
        if user_id not in self._kept.followers.of(account.key):
            return await self.follow(account, user_id, code)
        self._kept.allowances.open(account, user_id, Act.SCANNED)
        fields = (("EventKey", code.scene), ("Ticket", code.ticket))
        return await self._happen(account, user_id, "SCAN", fields)

    async def write(
        self, account: Account, user_id: str, text: str, *, menu_id: str = ""
    ) -> Delivery:
        """Write words, or tap an entry of a menu message, which counts as a click (mp)."""
        fields: Fields = (("Content", text),)
        fields += (("bizmsgmenuid", menu_id),) if menu_id else ()
        sent = Sent("text", fields, Draft(Kind.TEXT, text))
        return await self.send(account, user_id, sent, Act.CLICKED if menu_id else Act.WROTE)

    async def send(
        self, account: Account, user_id: str, sent: Sent, act: Act = Act.WROTE
    ) -> Delivery:
        """Send something."""
        room = private_room(account.key, user_id)
        sender = Sender(SenderKind.USER, user_id, self._kept.users.name(user_id))
        shown = self._world.post(room, sender, sent.draft)
        self._kept.allowances.open(account, user_id, act)
        number = self._world.new_number()
        told = message(
            account, user_id, at=shown.at, msg_id=number, kind=sent.kind, fields=sent.fields
        )
        return await self._ask(account, user_id, told, "来信", REPLY_ARTICLES_TO_WORDS)

    async def send_media(
        self,
        account: Account,
        user_id: str,
        kind: str,
        *,
        name: str,
        body: bytes,
        recognition: str = "",
    ) -> Delivery:
        """Send a picture, a voice (with what was understood of it) or a film. Raises Refused."""
        medium = self._media.keep(account, kind, name=name, body=body)
        fields: Fields = (("MediaId", medium.id),)
        match kind:
            case "image":
                fields = (("PicUrl", self._media.picture_url(medium)), *fields)
            case "voice":
                heard = (("Recognition", recognition),) if recognition else ()
                fields = (*fields, ("Format", "amr"), *heard)
            case _:
                cover = self._media.keep(account, THUMB, name="cover.png", body=_COVER)
                fields = (*fields, ("ThumbMediaId", cover.id))
        draft = Draft(Kind(kind), media=(medium.attachment(recognition),))
        return await self.send(account, user_id, Sent(kind, fields, draft))

    async def click(
        self, account: Account, user_id: str, button: dict[str, Any], *, result: str = ""
    ) -> Delivery:
        """Tap a button of the menu; ``result`` is what a button that scans has read.

        Only buttons that push or scan let the account write (mp).
        """
        kind = str(button["type"])
        if kind == "view":
            return await self._happen(account, user_id, "VIEW", (("EventKey", button["url"]),))
        self._kept.allowances.open(account, user_id, Act.CLICKED)
        if kind == "click":
            return await self._happen(account, user_id, "CLICK", (("EventKey", button["key"]),))
        told = scanned_by_menu(
            account,
            user_id,
            at=self._world.now(),
            name=kind,
            key=button["key"],
            result=result,
        )
        return await self._ask(account, user_id, told, "菜单扫码", REPLY_ARTICLES_TO_EVENTS)

    async def answer_question(
        self, client: Client, user_id: str, template: str, *, accepts: bool
    ) -> Delivery:
        """Say whether one wants a notice. Only accounts are told; a program asks in its page."""
        if accepts:
            self._kept.notices.agree(client, user_id, template)
        if not isinstance(client, Account):
            return Delivery.NOT_HEARD
        told = consented(
            client,
            user_id,
            at=self._world.now(),
            templates=(template,),
            answer="accept" if accepts else "reject",
        )
        with self._callbacks.busy():
            reply = await self._deliver(client, user_id, told, "订阅选择")
        return Delivery.FAILED if reply is None else Delivery.EMPTY

    async def _happen(self, account: Account, user_id: str, name: str, fields: Fields) -> Delivery:
        told = event(account, user_id, at=self._world.now(), name=name, fields=fields)
        return await self._ask(account, user_id, told, name, REPLY_ARTICLES_TO_EVENTS)

    async def _ask(
        self, account: Account, user_id: str, told: str, what: str, most_articles: int
    ) -> Delivery:
        """Tell the account and show what it replies."""
        with self._callbacks.busy():
            reply = await self._deliver(account, user_id, told, what)
            if reply is None:
                self._show(account, user_id, Draft(Kind.NOTICE, OUT_OF_ORDER))
                return Delivery.FAILED
            if reply.body.strip() in NO_REPLY:
                return Delivery.EMPTY
            try:
                plaintext = self._wires[account.key].open(reply.body, reply.nonce)
                drafts = read_reply(
                    plaintext, account, user_id, media=self._media, most_articles=most_articles
                )
            except AnswerRejected as rejected:
                text = f"{account.key} 的回复未显示：{rejected}"
                self._log.write(Level.ERROR, "answer", text, channel=account.key)
                self._show(account, user_id, Draft(Kind.NOTICE, OUT_OF_ORDER))
                return Delivery.FAILED
            for draft in drafts:
                self._show(account, user_id, draft)
            return Delivery.ANSWERED

    async def _deliver(self, account: Account, user_id: str, told: str, what: str) -> Reply | None:
        name = self._kept.users.name(user_id)
        return await self._callbacks.deliver(
            account.key, told, what=f"{name} {what}", tries=MESSAGE_TRIES
        )

    def _show(self, account: Account, user_id: str, draft: Draft) -> None:
        kind = SenderKind.SYSTEM if draft.kind is Kind.NOTICE else SenderKind.APP
        sender = Sender(kind, account.key, account.name)
        self._world.post(private_room(account.key, user_id), sender, draft)
