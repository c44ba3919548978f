"""An Official Account, callbacks for it, and an API client towards the stand-in."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import aiohttp
from wechatpy import WeChatClient

from bot.channels.api import PlatformApi, account_api
from bot.channels.crypto import Envelope
from bot.channels.media import MediaShelf
from bot.channels.official_account import Mode, OfficialAccount
from bot.channels.xml import write_xml
from bot.core.clock import Clock, ManualClock
from bot.core.events import Event, Receipt
from bot.core.ids import ChannelKey
from bot.core.messages import Message, Outgoing, Target, TargetKind
from bot.settings.schema.channels import NoticeTemplate

from .support import AES_KEY, NOW, PAYLOADS, SECRET, TOKEN, callback_query

APP_ID = "wx00000000000acct1"
ORIGINAL_ID = "gh_7a1c0b2d3e4f"
OPEN_ID = "oYutangFan_000000000000000001"
ENVELOPE = Envelope(TOKEN, AES_KEY, APP_ID)
ACCOUNT_PAYLOADS = PAYLOADS / "account"

TEMPLATES = {
    "packet": NoticeTemplate(
        id="TPL-PACKET-0001",
        fields={"thing1": "title", "amount2": "points", "thing3": "text", "phrase4": "state"},
    )
}
NO_API = cast("PlatformApi", None)
"""Codecs get this: they use no network, so they cannot miss it."""


def make_account(
    api: PlatformApi = NO_API,
    *,
    mode: Mode = "aes",
    clock: Clock | None = None,
    directory: Path = Path(),
    code_address: str = "https://codes.example",
) -> OfficialAccount:
    clock = clock or ManualClock(NOW)
    return OfficialAccount(
        key=ChannelKey("account"),
        app_id=APP_ID,
        original_id=ORIGINAL_ID,
        token=TOKEN,
        encoding_aes_key=None if mode == "plain" else AES_KEY,
        mode=mode,
        templates=TEMPLATES,
        api=api,
        clock=clock,
        shelf=MediaShelf(directory, clock),
        code_address=code_address,
    )


def make_api(session: aiohttp.ClientSession, base_url: str, clock: Clock) -> PlatformApi:
    return account_api(session, base_url, APP_ID, SECRET, clock)


def payload(name: str) -> str:
    return (ACCOUNT_PAYLOADS / f"{name}.xml").read_text(encoding="utf-8")


def plain_query(sent_at: datetime = NOW, *, token: str = TOKEN) -> dict[str, str]:
    """What the platform signs when it does not encrypt."""
    timestamp, nonce = str(int(sent_at.timestamp())), "n-12345"
    signed = "".join(sorted((token, timestamp, nonce))).encode()
    return {
        "signature": hashlib.sha1(signed, usedforsecurity=False).hexdigest(),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": OPEN_ID,
    }


def sealed(plaintext: str, sent_at: datetime = NOW) -> tuple[dict[str, str], bytes]:
    """A callback in secure mode: the query and the body."""
    query, ciphertext = callback_query(ENVELOPE, plaintext, sent_at=sent_at)
    body = write_xml((("ToUserName", ORIGINAL_ID), ("Encrypt", ciphertext)))
    return {**plain_query(sent_at), **query, "encrypt_type": "aes"}, body.encode()


ACCOUNT = make_account()


def deliver(
    plaintext: str, received_at: datetime = NOW, account: OfficialAccount = ACCOUNT
) -> Receipt:
    query, body = sealed(plaintext, received_at)
    return account.read(query, body, received_at)


def only_event(name: str) -> Event:
    (event,) = deliver(payload(name)).events
    return event


def to_follower(message: Message, *, key: str = "k-1") -> Outgoing:
    return Outgoing(key, ChannelKey("account"), Target(TargetKind.PERSON, OPEN_ID), message)


class Recorder(WeChatClient):  # type: ignore[misc]
    """wechatpy's client, which writes down what it would post."""

    def __init__(self) -> None:
        super().__init__(APP_ID, SECRET)
        self.posted: list[tuple[str, dict[str, Any]]] = []

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> dict[str, Any]:
        assert method == "post"
        self.posted.append((url_or_endpoint, dict(kwargs["data"])))
        return {}
