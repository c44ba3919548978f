"""The platform's hands without the simulator: encrypts a robot callback, reads the answer.

It keeps the request, so that a test can deliver the very same callback again.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from bot.channels.crypto import Envelope
from bot.settings.schema.channels import WecomRobot
from bot.settings.settings import Settings


@dataclass(frozen=True)
class Callback:
    """One callback as the platform would post it, any number of times."""

    path: str
    body: str


class RobotPlatform:
    """Speaks for the robot channel of ``settings``."""

    def __init__(self, settings: Settings, channel: str = "robot") -> None:
        section = settings.bot.channels[channel]
        assert isinstance(section, WecomRobot)
        self._channel = channel
        self._envelope = Envelope(
            section.token.get_secret_value(), section.encoding_aes_key.get_secret_value(), ""
        )

    def text(self, *, user: str, text: str, msgid: str, now: datetime) -> Callback:
        """A group message to the robot."""
        return self.callback(
            {
                "msgid": msgid,
                "aibotid": "AIB",
                "chatid": "wrHEJIAN0001",
                "chattype": "group",
                "from": {"userid": user},
                "msgtype": "text",
                "text": {"content": f"@小禾 {text}"},
            },
            now,
        )

    def callback(self, plain: dict[str, Any], now: datetime) -> Callback:
        """Any callback, encrypted and signed."""
        sealed = self._envelope.seal(
            json.dumps(plain, ensure_ascii=False),
            timestamp=str(int(now.timestamp())),
            nonce=plain.get("msgid", "nonce"),
        )
        path = (
            f"/callback/{self._channel}?msg_signature={sealed.signature}"
            f"&timestamp={sealed.timestamp}&nonce={sealed.nonce}"
        )
        return Callback(path, json.dumps({"encrypt": sealed.ciphertext}))

    async def deliver(self, http: aiohttp.ClientSession, base: str, callback: Callback) -> str:
        """Post the callback; returns the text shown in answer, empty for none.

        Raises AssertionError unless the answer is 200 and, when it says something, properly signed.
        """
        async with http.post(f"{base}{callback.path}", data=callback.body) as response:
            raw = await response.text()
            assert response.status == 200, f"{response.status} {raw}"
        if not raw:
            return ""
        reply = json.loads(raw)
        plain = json.loads(
            self._envelope.open(
                reply["msgsignature"],
                str(reply["timestamp"]),
                reply["nonce"],
                reply["encrypt"],
            )
        )
        return str(plain["stream"]["content"])
