"""The message push webhook (消息推送): posts into one member group and hears nothing.

Whoever has the webhook's key can post, so it is a secret. The address of a message does not
matter: a webhook belongs to one group.

Source: developer.work.weixin.qq.com/document/path/99110.
"""

from typing import Any

import aiohttp

from bot.channels.http import File, garbled, request_json, send_result
from bot.channels.media import MediaShelf, inline_picture
from bot.channels.render import as_markdown, as_plain, fit, what_is_lost, why_unsaid
from bot.core.errors import PlatformError, TransportError
from bot.core.events import MediaKind
from bot.core.ids import ChannelKey
from bot.core.messages import Drawing, Link, Media, Message, Outgoing, TargetKind, Text
from bot.core.ports import Capabilities, Outcome, SendResult
from bot.platforms.limits import (
    WEBHOOK_IMAGE_BYTES,
    WEBHOOK_LINK_TEXT_BYTES,
    WEBHOOK_LINK_TITLE_BYTES,
    WEBHOOK_MARKDOWN_BYTES,
    WEBHOOK_TEXT_BYTES,
)
from bot.platforms.table import GROUP_WEBHOOK


class GroupWebhook:
    """Sender of one webhook; ``webhook_key`` is the ``key`` of its address."""

    def __init__(
        self,
        *,
        key: ChannelKey,
        webhook_key: str,
        api_base: str,
        session: aiohttp.ClientSession,
        shelf: MediaShelf,
    ) -> None:
        self._key = key
        self._webhook_key = webhook_key
        self._base_url = f"{api_base.rstrip('/')}/cgi-bin/webhook"
        self._session = session
        self._shelf = shelf

    @property
    def key(self) -> ChannelKey:
        """Its key in bot.yaml."""
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        """Its row of the capability table."""
        return GROUP_WEBHOOK

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Post text (2,048 bytes), a page, a file, or anything else as markdown (4,096 bytes)."""
        message = outgoing.message
        if outgoing.target.kind is not TargetKind.GROUP:
            return SendResult(Outcome.DEAD, "A webhook posts into its group only.")
        if reason := why_unsaid(message):
            return SendResult(Outcome.DEAD, reason)
        if isinstance(message, Media) and message.kind not in GROUP_WEBHOOK.media:
            return SendResult(Outcome.DEAD, f"A webhook cannot post a {message.kind}.")
        try:
            content = await self._content(message)
            await self._post("send", {}, content)
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=False)
        return SendResult(Outcome.SENT, what_is_lost(message))

    async def close(self) -> None:
        """Nothing to give back: the session is the caller's."""

    async def _content(self, message: Message) -> dict[str, Any]:
        match message:
            case Text():
                text: dict[str, Any] = {"content": as_plain(message, WEBHOOK_TEXT_BYTES)}
                if message.mentions:
                    text["mentioned_list"] = list(message.mentions)
                return {"msgtype": "text", "text": text}
            case Link():
                return {"msgtype": "news", "news": {"articles": [_article(message)]}}
            case Media() | Drawing() if message.kind is MediaKind.IMAGE:
                picture = await self._shelf.file(message, most_bytes=WEBHOOK_IMAGE_BYTES)
                return {"msgtype": "image", "image": inline_picture(picture.body)}
            case Media():
                media_id = await self._shelf.media_id(message, self._upload, self._key)
                return {"msgtype": message.kind, message.kind: {"media_id": media_id}}
            case _:
                content = as_markdown(message, WEBHOOK_MARKDOWN_BYTES)
                return {"msgtype": "markdown", "markdown": {"content": content}}

    async def _upload(self, kind: MediaKind, file: File) -> str:
        answer = await self._post("upload_media", {"type": kind}, file)
        media_id = answer.get("media_id")
        if not isinstance(media_id, str):
            raise garbled("webhook/upload_media")
        return media_id

    async def _post(
        self, call: str, params: dict[str, str], body: dict[str, Any] | File
    ) -> dict[str, Any]:
        return await request_json(
            self._session,
            "POST",
            f"{self._base_url}/{call}",
            name=f"webhook/{call}",
            params={"key": self._webhook_key, **params},
            body=body,
        )


def _article(link: Link) -> dict[str, str]:
    article = {
        "title": fit(link.title, WEBHOOK_LINK_TITLE_BYTES),
        "description": fit(link.text, WEBHOOK_LINK_TEXT_BYTES),
        "url": link.url,
    }
    return {**article, "picurl": link.picture_url} if link.picture_url else article
