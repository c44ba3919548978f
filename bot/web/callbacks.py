"""GET and POST /callback/{channel}: the platform's door.

A callback is acknowledged after it is stored, and not before. What is not the platform's is
refused without telling why in detail (403 signature, 400 payload); what cannot be stored now gets
500, so that the platform brings it again.
"""

import asyncio
from collections.abc import Mapping

import structlog
from aiohttp import web

from bot.core.clock import Clock
from bot.core.errors import BadPayload, BadSignature, StoreError
from bot.core.events import Receipt
from bot.core.ids import ChannelKey
from bot.core.messages import Drawing
from bot.core.metrics import Metrics
from bot.core.ports import Codec
from bot.pipeline.reception import Reception


class Callbacks:
    """The door for all channels that hear."""

    def __init__(
        self,
        *,
        codecs: Mapping[ChannelKey, Codec],
        reception: Reception,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._codecs = codecs
        self._reception = reception
        self._clock = clock
        self._metrics = metrics
        self._log = structlog.get_logger("callbacks")

    def routes(self) -> list[web.RouteDef]:
        """Both verbs of the callback address."""
        return [
            web.get("/callback/{channel}", self.check_address),
            web.post("/callback/{channel}", self.receive),
        ]

    async def check_address(self, request: web.Request) -> web.Response:
        """The platform's check of the address: answer with the decrypted echo, bare."""
        codec = self._codec(request)
        try:
            return web.Response(text=codec.check_address(request.query))
        except BadSignature:
            return self._refuse(codec, 403)
        except BadPayload:
            return self._refuse(codec, 400)

    async def receive(self, request: web.Request) -> web.Response:
        """A callback: read, store, handle, answer."""
        codec = self._codec(request)
        body = await request.read()  # bounded by the server's client_max_size
        try:
            receipt = codec.read(request.query, body, self._clock.now())
        except BadSignature:
            return self._refuse(codec, 403)
        except BadPayload:
            return self._refuse(codec, 400)
        with self._metrics.callback_seconds.labels(codec.key).time():
            return await self._answer(codec, receipt)

    async def _answer(self, codec: Codec, receipt: Receipt) -> web.Response:
        if receipt.unsupported:
            self._metrics.callbacks.labels(codec.key, "unsupported").inc()
            self._log.info("callback of no use to us", channel=codec.key, kind=receipt.unsupported)
        try:
            message = await self._reception.answer(receipt)
        except (StoreError, TimeoutError):
            self._log.exception("callback not taken", channel=codec.key)
            self._metrics.callbacks.labels(codec.key, "not_taken").inc()
            return web.Response(status=500)
        if message is None or not receipt.answerable:
            if not receipt.unsupported:
                self._metrics.callbacks.labels(codec.key, "stored").inc()
            return web.Response()
        self._metrics.callbacks.labels(codec.key, "answered").inc()
        answered_at = self._clock.now()
        if isinstance(message, Drawing):  # drawing takes a while, and others are waiting
            answer = await asyncio.to_thread(codec.write_answer, receipt, message, answered_at)
        else:
            answer = codec.write_answer(receipt, message, answered_at)
        return web.Response(body=answer.body, content_type=answer.content_type, charset="utf-8")

    def _codec(self, request: web.Request) -> Codec:
        codec = self._codecs.get(ChannelKey(request.match_info["channel"]))
        if codec is None:
            raise web.HTTPNotFound(text="no such channel\n")
        return codec

    def _refuse(self, codec: Codec, status: int) -> web.Response:
        self._metrics.callbacks.labels(codec.key, "refused").inc()
        self._log.warning("callback refused", channel=codec.key, status=status)
        return web.Response(status=status)
