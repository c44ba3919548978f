"""What people do alone with an app: they write, send, tap cards and the menu, open it.

An app is told everything but files, which 90239 does not know, and may answer in the open request.
"""

import base64
from typing import Final

from bot.core.events import MediaKind
from bot.simulator import payloads
from bot.simulator.acts import Delivery, Tap
from bot.simulator.app_answers import read_app_answer
from bot.simulator.callbacks import Callbacks, Reply
from bot.simulator.cast import App
from bot.simulator.corrections import Corrections
from bot.simulator.groups import private_room
from bot.simulator.limits import MESSAGE_TRIES, TAP_TRIES
from bot.simulator.media import MediaStore
from bot.simulator.menus import MenuEntry
from bot.simulator.payloads import Fields, Link, Location
from bot.simulator.platform_log import Level, PlatformLog
from bot.simulator.shapes import Card, Draft, Kind, Message, Sender, SenderKind
from bot.simulator.wire import AnswerRejected, Wire
from bot.simulator.world import World

_STILL: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
"""What stands for a film's first picture: one point."""


class AppTalk:
    """Everything that a person can do alone with an app."""

    def __init__(
        self,
        world: World,
        *,
        callbacks: Callbacks,
        wires: dict[str, Wire],
        media: MediaStore,
        corrections: Corrections,
        log: PlatformLog,
    ) -> None:
        self._world = world
        self._callbacks = callbacks
        self._wires = wires
        self._media = media
        self._corrections = corrections
        self._log = log

    async def say(self, app: App, user_id: str, draft: Draft) -> tuple[Message, Delivery]:
        """Write to an app, or send it something."""
        message = self._post(app, user_id, draft)
        fields = self._fields(app, draft)
        if fields is None:
            return message, Delivery.NOT_HEARD
        return message, await self._tell(app, user_id, fields)

    async def share_location(
        self, app: App, user_id: str, place: Location
    ) -> tuple[Message, Delivery]:
        """Share a place."""
        message = self._post(app, user_id, Draft(Kind.TEXT, f"[位置] {place.label}"))
        return message, await self._tell(app, user_id, payloads.location(place))

    async def share_link(self, app: App, user_id: str, page: Link) -> tuple[Message, Delivery]:
        """Share a page."""
        shown = "\n".join(part for part in (page.title, page.description, page.url) if part)
        message = self._post(app, user_id, Draft(Kind.NEWS, shown))
        return message, await self._tell(app, user_id, payloads.link(page))

    async def tap(self, app: App, user_id: str, message: Message, tapped: Tap) -> Delivery:
        """Tap a card that the app has sent."""
        card = message.card_for(user_id)
        if card is None:
            return Delivery.NOT_HEARD
        code = self._corrections.issue_code(app.key, card)
        fields = payloads.tap(card, tapped, code)
        plaintext = payloads.write_tap(app, self._world.now(), user_id, fields, tapped)
        return await self._deliver(app, user_id, plaintext, "点击卡片", tapped=message)

    async def open(self, app: App, user_id: str) -> Delivery:
        """Open the app's chat."""
        return await self._happen(app, user_id, "进入应用", payloads.event("enter_agent"))

    async def subscribe(self, app: App, user_id: str) -> Delivery:
        """Somebody in the console made the app visible to him."""
        return await self._happen(app, user_id, "获得应用", payloads.event("subscribe"))

    async def choose(self, app: App, user_id: str, entry: MenuEntry) -> Delivery:
        """Tap an entry of the app's menu."""
        fields = payloads.event(entry.event, entry.key)
        return await self._happen(app, user_id, f"点击菜单「{entry.name}」", fields)

    def _fields(self, app: App, draft: Draft) -> Fields | None:
        """What the app is told of a message; None for kinds that it is not told of."""
        match draft.kind:
            case Kind.TEXT:
                return payloads.text(draft.text)
            case Kind.IMAGE:
                medium = self._media.take(app.corp_id, draft.media[0].id)
                return payloads.image(draft.media[0], self._media.picture_url(medium))
            case Kind.VOICE:
                return payloads.voice(draft.media[0])
            case Kind.VIDEO:
                still = self._media.shelf(app.corp_id).keep(MediaKind.IMAGE, _STILL)
                return payloads.video(draft.media[0], still)
            case _:
                return None

    async def _tell(self, app: App, user_id: str, fields: Fields) -> Delivery:
        msgid = self._world.new_number()
        plaintext = payloads.write_message(app, self._world.now(), user_id, fields, msgid)
        return await self._deliver(app, user_id, plaintext, "私聊")

    async def _happen(self, app: App, user_id: str, what: str, fields: Fields) -> Delivery:
        plaintext = payloads.write_event(app, self._world.now(), user_id, fields)
        return await self._deliver(app, user_id, plaintext, what)

    async def _deliver(
        self, app: App, user_id: str, plaintext: str, what: str, *, tapped: Message | None = None
    ) -> Delivery:
        """Deliver a callback and show what it was answered; a tap is told once."""
        who = self._world.who(user_id).name
        tries = MESSAGE_TRIES if tapped is None else TAP_TRIES
        with self._callbacks.busy():
            reply = await self._callbacks.deliver(
                app.key, plaintext, what=f"{who}{what}", tries=tries
            )
            if reply is None or not reply.body:
                return Delivery.FAILED if reply is None else Delivery.EMPTY
            try:
                self._show(app, user_id, self._read(app, user_id, reply, tapped), tapped)
            except AnswerRejected as rejected:
                text = f"{app.key} 的回复未显示：{rejected}"
                self._log.write(Level.ERROR, "answer", text, channel=app.key)
                return Delivery.FAILED
            return Delivery.ANSWERED

    def _read(self, app: App, user_id: str, reply: Reply, tapped: Message | None) -> Draft | Card:
        return read_app_answer(
            self._wires[app.key].open(reply.body, reply.nonce),
            corp_id=app.corp_id,
            user_id=user_id,
            shelf=self._media.shelf(app.corp_id),
            tapped=None if tapped is None else tapped.card_for(user_id),
        )

    def _show(self, app: App, user_id: str, answer: Draft | Card, tapped: Message | None) -> None:
        room = private_room(app.key, user_id)
        if isinstance(answer, Draft):
            self._world.post(room, Sender(SenderKind.APP, app.key, app.name), answer)
        elif tapped is not None:
            self._world.update_card(room, tapped, [user_id], answer)

    def _post(self, app: App, user_id: str, draft: Draft) -> Message:
        sender = Sender(SenderKind.USER, user_id, self._world.who(user_id).name)
        return self._world.post(private_room(app.key, user_id), sender, draft)
