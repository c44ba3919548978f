"""A self-built app without a network, and callbacks for it."""

from datetime import datetime
from pathlib import Path

import aiohttp
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.channels.api import wecom_api
from bot.channels.crypto import Envelope
from bot.channels.media import MediaShelf
from bot.channels.wecom_app import WecomApp
from bot.channels.xml import write_xml
from bot.core.clock import Clock, ManualClock
from bot.core.events import Event, Receipt
from bot.core.ids import ChannelKey
from bot.core.messages import (
    Button,
    Card,
)

from .support import (
    AES_KEY,
    CORP_ID,
    NO_SESSION,
    NOW,
    PAYLOADS,
    SECRET,
    TOKEN,
    callback_query,
)

ENVELOPE = Envelope(TOKEN, AES_KEY, CORP_ID)
ORACLE = WeChatCrypto(TOKEN, AES_KEY, CORP_ID)
CARD = Card("抢红包", "手快有", (Button("领取", "claim:17"), Button("规则", "rules")), "packet-17")
CONTACT = ChannelKey("contact")


def make_app(
    session: aiohttp.ClientSession = NO_SESSION,
    api_base: str = "",
    clock: Clock | None = None,
    directory: Path = Path(),
    contact: ChannelKey | None = CONTACT,
) -> WecomApp:
    clock = clock or ManualClock(NOW)
    return WecomApp(
        key=ChannelKey("app"),
        corp_id=CORP_ID,
        agent_id=1000002,
        token=TOKEN,
        encoding_aes_key=AES_KEY,
        api=wecom_api(session, api_base, CORP_ID, SECRET, clock),
        clock=clock,
        shelf=MediaShelf(directory, clock),
        contact=contact,
        services={"wkTESTSERVICE01": ChannelKey("service")},
    )


APP = make_app()
APP_ALONE = make_app(contact=None)
"""No customer contact channel works through this one."""


def deliver(plaintext: str, received_at: datetime = NOW, app: WecomApp = APP) -> Receipt:
    query, ciphertext = callback_query(ENVELOPE, plaintext, sent_at=received_at)
    return app.read(query, write_xml([("Encrypt", ciphertext)]).encode(), received_at)


def payload(name: str) -> str:
    return (PAYLOADS / "wecom_app" / f"{name}.xml").read_text(encoding="utf-8")


def only_event(name: str) -> Event:
    (event,) = deliver(payload(name)).events
    return event
