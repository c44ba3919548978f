"""The mini program (小程序): subscription messages (订阅消息), and nothing else.

Each message uses up a consent that the person gave in the mini program before; without one there is
no way to him here.

Source: developers.weixin.qq.com/miniprogram/dev/server, sendMessage of subscription messages.
"""

from collections.abc import Mapping

from bot.channels.account_messages import keyword_data
from bot.channels.api import PlatformApi
from bot.channels.http import send_result
from bot.core.errors import PlatformError, TransportError
from bot.core.ids import ChannelKey
from bot.core.messages import Notice, Outgoing, TargetKind
from bot.core.ports import Capabilities, Outcome, SendResult
from bot.platforms.table import MINI_PROGRAM
from bot.settings.schema.channels import NoticeTemplate


class MiniProgram:
    """Sender of one mini program's notices; ``templates`` are its console's, by our names."""

    def __init__(
        self, *, key: ChannelKey, templates: Mapping[str, NoticeTemplate], api: PlatformApi
    ) -> None:
        self._key = key
        self._templates = templates
        self._api = api

    @property
    def key(self) -> ChannelKey:
        """Its key in bot.yaml."""
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        """Its row of the capability table."""
        return MINI_PROGRAM

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Send a notice; its ``url`` is the path of a page. Silence is UNKNOWN."""
        notice = outgoing.message
        if outgoing.target.kind is not TargetKind.PERSON or not isinstance(notice, Notice):
            return SendResult(Outcome.DEAD, "A mini program sends notices to persons only.")
        template = self._templates.get(notice.template)
        if template is None:
            return SendResult(
                Outcome.DEAD, f"The channel has no template {notice.template}: add it to bot.yaml."
            )
        body = {
            "touser": outgoing.target.address,
            "template_id": template.id,
            "data": keyword_data(template, notice),
            "miniprogram_state": "formal",
            "lang": "zh_CN",
            **({"page": notice.url} if notice.url else {}),
        }
        try:
            await self._api.post("message/subscribe/send", json=body)
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=False)
        return SendResult(Outcome.SENT)

    async def close(self) -> None:
        """End a token request that is under way; the session is the caller's."""
        await self._api.close()
