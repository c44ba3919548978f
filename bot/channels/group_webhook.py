"""The message push webhook (消息推送): posts into one member group and hears nothing.

Whoever has the webhook's key can post, so it is a secret. The address of a message does not
matter: a webhook belongs to one group.

Source: developer.work.weixin.qq.com/document/path/99110.
"""

from typing import Any

import aiohttp

from bot.channels.api import request_json, send_result
from bot.channels.limits import GROUP_WEBHOOK, WEBHOOK_MARKDOWN_BYTES, WEBHOOK_TEXT_BYTES
from bot.channels.render import as_markdown, as_plain
from bot.core.errors import PlatformError, TransportError
from bot.core.ids import ChannelKey
from bot.core.messages import CardUpdate, Message, Outgoing, TargetKind, Text
from bot.core.ports import Capabilities, Outcome, SendResult


class GroupWebhook:
    """Sender of one webhook; ``webhook_key`` is the ``key`` of its address."""

    def __init__(
        self,
        *,
        key: ChannelKey,
        webhook_key: str,
        api_base: str,
        session: aiohttp.ClientSession,
    ) -> None:
        self._key = key
        self._webhook_key = webhook_key
        self._url = f"{api_base.rstrip('/')}/cgi-bin/webhook/send"
        self._session = session

    @property
    def key(self) -> ChannelKey:
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        return GROUP_WEBHOOK

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Post text (2,048 bytes) or markdown (4,096 bytes); cards become numbered markdown."""
        if outgoing.target.kind is not TargetKind.GROUP:
            return SendResult(Outcome.DEAD, "A webhook posts into its group only.")
        if isinstance(outgoing.message, CardUpdate):
            return SendResult(
                Outcome.DEAD, "A card can be changed only in the answer to a tap on it."
            )
        try:
            await request_json(
                self._session,
                "POST",
                self._url,
                name="webhook/send",
                params={"key": self._webhook_key},
                body=_content(outgoing.message),
            )
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=False)
        return SendResult(Outcome.SENT)

    async def close(self) -> None:
        """Nothing to give back: the session is the caller's."""


def _content(message: Message) -> dict[str, Any]:
    if isinstance(message, Text):
        text: dict[str, Any] = {"content": as_plain(message, WEBHOOK_TEXT_BYTES)}
        if message.mentions:
            text["mentioned_list"] = list(message.mentions)
        return {"msgtype": "text", "text": text}
    content = as_markdown(message, WEBHOOK_MARKDOWN_BYTES)
    return {"msgtype": "markdown", "markdown": {"content": content}}
