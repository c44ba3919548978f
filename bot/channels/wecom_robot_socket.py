"""The intelligent robot (智能机器人) in WebSocket mode: it holds a line, and may speak unasked.

There is no request to answer in: every answer is a send. It goes to the callback's req_id as long
as the platform keeps that, and into the chat as a new message afterwards.

Source: developer.work.weixin.qq.com/document/path/101463.
"""

import asyncio
import base64
import hashlib
import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any, Final

import aiohttp

from bot.channels import robot_answers as answers
from bot.channels.http import File, garbled, send_result
from bot.channels.media import MediaShelf, fetch_media, read_key
from bot.channels.render import what_is_lost, why_unsaid
from bot.channels.robot_answers import Slot, Use
from bot.channels.robot_callbacks import RobotCallbacks
from bot.channels.socket_connection import Patience
from bot.channels.socket_line import SocketLine, TakenOver
from bot.core.clock import Clock
from bot.core.errors import BadPayload, CodeUsedUp, PlatformError, StoreError, TransportError
from bot.core.events import Event, EventKind, MediaKind, MediaRef, Place, Receipt
from bot.core.ids import ChannelKey
from bot.core.messages import (
    Attachment,
    Card,
    CardUpdate,
    Drawing,
    Media,
    Message,
    Outgoing,
    TargetKind,
    Text,
    Waiting,
)
from bot.core.ports import Capabilities, Outcome, SendResult, Take
from bot.platforms.limits import ROBOT_EVENT_SECONDS, ROBOT_REPLY_SECONDS, SOCKET_CHUNK_BYTES
from bot.platforms.table import WECOM_ROBOT_SOCKET

MOST_WAITING: Final = 1000
"""Callbacks that may wait to be stored; while so many do, nothing more is read."""

_ANSWER: Final = (Use.MESSAGE, timedelta(seconds=ROBOT_REPLY_SECONDS))
_USES: Final = {
    EventKind.TEXT: _ANSWER,
    EventKind.MEDIA: _ANSWER,
    EventKind.OPENED: (Use.WELCOME, timedelta(seconds=ROBOT_EVENT_SECONDS)),
    EventKind.TAPPED: (Use.UPDATE, timedelta(seconds=ROBOT_EVENT_SECONDS)),
}
"""What a callback's req_id takes, and for how long."""

_CHAT_TYPES: Final = {Place.PRIVATE: 1, Place.GROUP: 2}
_PLACES: Final = {TargetKind.PERSON: Place.PRIVATE, TargetKind.GROUP: Place.GROUP}


class WecomRobotSocket:
    """Listener, Sender and MediaSource of one intelligent robot.

    ``name`` is the robot's display name, as it stands behind the @. ``address`` is the platform's
    (wss) or the simulator's (ws). The session stays the caller's.
    """

    def __init__(
        self,
        *,
        key: ChannelKey,
        name: str,
        bot_id: str,
        secret: str,
        address: str,
        session: aiohttp.ClientSession,
        clock: Clock,
        rng: random.Random,
        shelf: MediaShelf,
        patience: Patience | None = None,
    ) -> None:
        self._key = key
        self._address = address
        self._session = session
        self._clock = clock
        self._shelf = shelf
        self._patience = patience or Patience()
        self._callbacks = RobotCallbacks(key, name)
        self._line = SocketLine(
            address,
            {"bot_id": bot_id, "secret": secret},
            session=session,
            rng=rng,
            patience=self._patience,
        )
        self._unstored = ""

    @property
    def key(self) -> ChannelKey:
        """Its key in bot.yaml."""
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        """Its row of the capability table."""
        return WECOM_ROBOT_SOCKET

    @property
    def trouble(self) -> str:
        """Why nothing is heard at the moment, as a sentence; empty when all is well."""
        return self._line.trouble or self._unstored

    async def listen(self, take: Take) -> None:
        """Connect, stay connected, hand over what comes. Returns only when cancelled.

        What comes waits in its order until ``take`` has stored it.
        """
        heard: asyncio.Queue[Receipt] = asyncio.Queue(MOST_WAITING)

        async def hear(req_id: str, body: dict[str, Any]) -> None:
            await heard.put(self._read(req_id, body))

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._line.keep(hear))
            tasks.create_task(self._hand_over(heard, take))

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One attempt over the line; while it is down RETRY.

        At the address of a callback (CALLBACK) words are a stream: unfinished for a Waiting, and
        finished by what follows under a key that differs in its last part only. What the platform
        does not take there, or not any more, goes into ``outgoing.chat``.
        """
        try:
            return await self._attempt(outgoing)
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=False)

    async def read_media(self, media: MediaRef) -> bytes:
        """What a person sent, decrypted with its own key. Raises like ``fetch_media``."""
        if self._address.startswith("wss:") and not media.address.startswith("https://"):
            raise BadPayload("The address of the media file is not the platform's.")
        key = read_key(media.key) if media.key else b""
        return await fetch_media(self._session, media.address, key)

    async def close(self) -> None:
        """Nothing to give back: the connection ends with ``listen``."""

    def _read(self, req_id: str, body: dict[str, Any]) -> Receipt:
        """The receipt of a callback, with the place for its answer. Raises TakenOver."""
        event = body.get("event")
        if isinstance(event, dict) and event.get("eventtype") == "disconnected_event":
            raise TakenOver
        now = self._clock.now()
        try:
            receipt = self._callbacks.read(body, now)
        except BadPayload:
            return Receipt((), unsupported="unreadable")
        if receipt.refreshes:
            return Receipt((), unsupported="stream")
        events = tuple(_with_address(event, req_id, now) for event in receipt.events)
        return replace(receipt, events=events, answerable=False)

    async def _hand_over(self, heard: asyncio.Queue[Receipt], take: Take) -> None:
        while True:
            await self._store(await heard.get(), take)

    async def _store(self, receipt: Receipt, take: Take) -> None:
        """Store it, however long that takes: the platform does not bring it again."""
        while True:
            try:
                await take(receipt)
            except StoreError:
                self._unstored = "What the robot hears cannot be stored; it is tried again."
                await asyncio.sleep(self._patience.store_seconds)
            else:
                self._unstored = ""
                return

    async def _attempt(self, outgoing: Outgoing) -> SendResult:
        message, target = outgoing.message, outgoing.target
        slot = Slot.parse(target.address) if target.kind is TargetKind.CALLBACK else None
        if slot is not None and slot.use is Use.UPDATE and isinstance(message, CardUpdate):
            change = answers.card_change(message)
            return await self._respond("aibot_respond_update_msg", slot, change)
        if reason := why_unsaid(message):
            return SendResult(Outcome.DEAD, reason)
        if target.kind in _PLACES:
            return await self._push(_PLACES[target.kind], target.address, message)
        if slot is None or slot.use is Use.URL:
            return SendResult(Outcome.DEAD, "The address is not one of this robot's.")
        if slot.use is Use.MESSAGE:
            return await self._answer(slot, outgoing)
        if slot.use is Use.WELCOME and not isinstance(message, Media | Waiting):
            greeting = answers.welcome(message)
            return await self._respond("aibot_respond_welcome_msg", slot, greeting)
        return await self._push(slot.place, outgoing.chat, message)

    async def _respond(self, command: str, slot: Slot, body: dict[str, Any]) -> SendResult:
        await self._line.connection().request(command, body, req_id=slot.token)
        return SendResult(Outcome.SENT)

    async def _answer(self, slot: Slot, outgoing: Outgoing) -> SendResult:
        """Answer a message where the platform still takes it, else as a new message."""
        message, event_key = outgoing.message, outgoing.key.rpartition("/")[0]
        shown = await self._shown(message)
        connection = self._line.connection()
        stream_id = hashlib.sha256(event_key.encode()).hexdigest()[:32]
        begun = stream_id in connection.unfinished
        if shown is None:
            rated_as = "" if begun else self._callbacks.msgid(event_key)
            frames = [answers.stream(stream_id, message, rated_as=rated_as)]
        else:
            ended = answers.stream(stream_id, Text(_caption(message)))
            frames = [ended, shown] if begun else [shown]
        if isinstance(message, Waiting):
            connection.unfinished.add(stream_id)  # also when nobody can say whether it was shown
        try:
            for frame in frames:
                await connection.request("aibot_respond_msg", frame, req_id=slot.token)
        except CodeUsedUp:
            if isinstance(message, Waiting) or not outgoing.chat:
                raise
            return await self._push(slot.place, outgoing.chat, message)
        if not isinstance(message, Waiting):
            connection.unfinished.discard(stream_id)
        return SendResult(Outcome.SENT, what_is_lost(message))

    async def _push(self, place: Place, chat_id: str, message: Message) -> SendResult:
        if isinstance(message, Waiting) or not chat_id:
            return SendResult(Outcome.DEAD, "There is no chat in which this can be shown.")
        content = await self._shown(message) or answers.markdown(message)
        body = {"chatid": chat_id, "chat_type": _CHAT_TYPES[place], **content}
        await self._line.connection().request("aibot_send_msg", body)
        return SendResult(Outcome.SENT, what_is_lost(message))

    async def _shown(self, message: Message) -> dict[str, Any] | None:
        """A card or a file as the platform shows it; None for words."""
        if isinstance(message, Attachment):
            media_id = await self._shelf.media_id(message, self._upload, self._key)
            return answers.media(message, media_id)
        return answers.card(message)

    async def _upload(self, kind: MediaKind, file: File) -> str:
        """A media id. The largest file takes 40 of the 100 chunks that are allowed."""
        connection, body = self._line.connection(), file.body
        starts = range(0, len(body), SOCKET_CHUNK_BYTES)
        begun = await connection.request(
            "aibot_upload_media_init",
            {
                "type": kind,
                "filename": file.name,
                "total_size": len(body),
                "total_chunks": len(starts),
                "md5": hashlib.md5(body, usedforsecurity=False).hexdigest(),
            },
        )
        upload = {"upload_id": begun.get("upload_id")}
        for index, start in enumerate(starts):
            part = base64.b64encode(body[start : start + SOCKET_CHUNK_BYTES]).decode()
            await connection.request(
                "aibot_upload_media_chunk", {**upload, "chunk_index": index, "base64_data": part}
            )
        done = await connection.request("aibot_upload_media_finish", upload)
        media_id = done.get("media_id")
        if not isinstance(media_id, str):
            raise garbled("aibot_upload_media_finish")
        return media_id


def _with_address(event: Event, req_id: str, received_at: datetime) -> Event:
    """The event with the place for its answer; the seconds of that run from its arrival."""
    if event.kind not in _USES or not req_id:
        return event
    use, life = _USES[event.kind]
    slot = Slot(use, event.conversation.place, req_id)
    return replace(event, reply_to=str(slot), reply_until=received_at + life)


def _caption(message: Message) -> str:
    """What takes the place of a Waiting when its answer is not words."""
    match message:
        case Card():
            return message.title or message.text
        case Drawing():
            return message.text
        case Media():
            return message.name or PurePath(message.path).name
        case _:
            return ""
