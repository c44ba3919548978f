"""An intelligent robot without a network, and callbacks for it."""

import json
from typing import Any

import aiohttp
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.channels.crypto import Envelope
from bot.channels.wecom_robot import WecomRobot
from bot.core.clock import ManualClock
from bot.core.events import Event, Receipt
from bot.core.ids import ChannelKey
from bot.core.messages import Button, Card

from .support import AES_KEY, NO_SESSION, NOW, PAYLOADS, TOKEN, callback_query

ENVELOPE = Envelope(TOKEN, AES_KEY, "")
ORACLE = WeChatCrypto(TOKEN, AES_KEY, "")
CARD = Card("抢红包", "手快有", (Button("领取", "claim:17"), Button("规则", "rules")), "packet-17")
CARD_BODY = {
    "card_type": "button_interaction",
    "main_title": {"title": "抢红包"},
    "sub_title_text": "手快有",
    "task_id": "packet-17",
    "button_list": [
        {"text": "领取", "style": 1, "key": "claim:17"},
        {"text": "规则", "style": 1, "key": "rules"},
    ],
}


def make_robot(
    session: aiohttp.ClientSession = NO_SESSION,
    name: str = "小助手",
    api_base: str | None = None,
) -> WecomRobot:
    return WecomRobot(
        key=ChannelKey("robot"),
        name=name,
        token=TOKEN,
        encoding_aes_key=AES_KEY,
        session=session,
        clock=ManualClock(NOW),
        api_base=api_base,
    )


ROBOT = make_robot()


def deliver(plaintext: str, robot: WecomRobot = ROBOT) -> Receipt:
    query, ciphertext = callback_query(ENVELOPE, plaintext)
    return robot.read(query, json.dumps({"encrypt": ciphertext}).encode(), NOW)


def payload(name: str) -> str:
    return (PAYLOADS / "robot" / f"{name}.json").read_text(encoding="utf-8")


def payload_with(name: str, **changes: Any) -> str:
    return json.dumps({**json.loads(payload(name)), **changes})


def only_event(name: str) -> Event:
    (event,) = deliver(payload(name)).events
    return event
