"""A brand with an Official Account, a mini program and customer service, and a bot behind them."""

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import FormData, web

from bot.channels.crypto import Envelope
from bot.channels.xml import parse_xml, write_xml
from bot.core.clock import ManualClock, ShiftableClock
from bot.settings.schema.bot import BotFile
from bot.simulator.wechat_users import open_id_of
from tests.unit.simulator.stub_bot import (
    AGENT_ID,
    APP_KEY,
    APP_TOKEN,
    CORP_ID,
    Answer,
    Letter,
    Stage,
    StubBot,
    on_stage,
)
from tests.unit.simulator.stub_bot import SECRET as APP_SECRET

APP_ID, SECRET, ORIGINAL_ID = "wx00000000000000aa", "account-secret", "gh_hejian"
TOKEN, AES_KEY = "AccountToken", "k" * 42 + "A"
PROGRAM_ID, PROGRAM_SECRET = "wx00000000000000bb", "program-secret"
TEMPLATE, PROGRAM_TEMPLATE = "TEMPLATE-1", "TEMPLATE-2"
KF = "wkHEJIAN0001"
YUE, LAN, QING = "wmYUEYUE0001", "wmLANLAN0002", "wmQINGQING03"
"""月月 has added an employee; 兰兰 and 青青 have not."""

PNG = b"\x89PNG\r\n\x1a\n and so on"
AMR = b"#!AMR\n and so on"
MP4 = b"\x00\x00\x00\x20ftypisom and so on"


def town(*, mode: str = "aes", more_customers: int = 0) -> BotFile:
    """The brand; its account is in ``mode``."""
    customers = [
        {"user_id": YUE, "name": "月月", "friend_of": ["ayun"]},
        {"user_id": LAN, "name": "兰兰"},
        {"user_id": QING, "name": "青青"},
    ]
    customers += [{"user_id": f"wmMORE{n:06}", "name": f"客{n}"} for n in range(more_customers)]
    return BotFile.model_validate(
        {
            "brand": {"name": "禾间"},
            "channels": {
                "app": {
                    "kind": "wecom_app",
                    "corp_id": CORP_ID,
                    "agent_id": AGENT_ID,
                    "secret": APP_SECRET,
                    "token": APP_TOKEN,
                    "encoding_aes_key": APP_KEY,
                    "api_base": "simulator",
                },
                "other_app": {
                    "kind": "wecom_app",
                    "corp_id": CORP_ID,
                    "agent_id": AGENT_ID + 1,
                    "secret": "other-secret",
                    "token": APP_TOKEN,
                    "encoding_aes_key": APP_KEY,
                    "api_base": "simulator",
                },
                "account": {
                    "kind": "official_account",
                    "name": "禾间护肤",
                    "app_id": APP_ID,
                    "original_id": ORIGINAL_ID,
                    "secret": SECRET,
                    "token": TOKEN,
                    "encoding_aes_key": AES_KEY,
                    "mode": mode,
                    "templates": {
                        "notice": {"id": TEMPLATE, "fields": {"thing1": "title", "thing2": "text"}}
                    },
                    "api_base": "simulator",
                },
                "program": {
                    "kind": "mini_program",
                    "app_id": PROGRAM_ID,
                    "secret": PROGRAM_SECRET,
                    "templates": {
                        "notice": {"id": PROGRAM_TEMPLATE, "fields": {"thing1": "title"}}
                    },
                    "api_base": "simulator",
                },
                "service": {
                    "kind": "customer_service",
                    "app": "app",
                    "open_kfid": KF,
                    "servicers": ["ayun", "tangyuan"],
                },
                "second_service": {
                    "kind": "customer_service",
                    "app": "app",
                    "open_kfid": "wkHEJIAN0002",
                },
                "posts": {"kind": "group_webhook", "webhook_key": "k", "api_base": "simulator"},
            },
            "groups": [
                {
                    "key": "garden",
                    "name": "禾间护肤小屋",
                    "posts": {"channel": "posts"},
                    "roster": {"channel": "app", "chat_id": "garden01"},
                    "owners": ["tangyuan"],
                }
            ],
            "operators": ["ayun"],
            "simulator": {
                "enabled": True,
                "people": [
                    {"user_id": "tangyuan", "name": "汤圆"},
                    {"user_id": "ayun", "name": "阿云"},
                    {"user_id": "momo", "name": "沫沫"},
                ],
                "customers": customers,
            },
        }
    )


def open_id(user_id: str = YUE, app_id: str = APP_ID) -> str:
    return open_id_of(app_id, user_id)


class TownBot(StubBot):
    """Opens what the account posts in any mode, by rules written down here once more."""

    def __init__(self, mode: str = "aes") -> None:
        super().__init__()
        self.mode = mode
        self.bodies: list[bytes] = []
        self._news = asyncio.Event()
        app = Envelope(APP_TOKEN, APP_KEY, CORP_ID)
        self.envelopes = {
            "app": app,
            "other_app": app,
            "account": Envelope(TOKEN, AES_KEY, APP_ID),
        }

    def events(self, name: str) -> list[Letter]:
        """What an account or an app was told under this name."""
        return [it for it in self.letters if it.xml.value("Event") == name]

    async def told(self, name: str, count: int = 1) -> list[Letter]:
        """The first ``count`` events of this name, once they have arrived."""
        while len(self.events(name)) < count:
            self._news.clear()
            await self._news.wait()
        return self.events(name)[:count]

    def last(self, field: str) -> str:
        return self.letters[-1].xml.value(field)

    def reply(self, letter: Letter, kind: str, *fields: tuple[str, str | int]) -> Answer:
        """A passive reply to whoever wrote."""
        return [
            ("ToUserName", letter.xml.value("FromUserName")),
            ("FromUserName", letter.xml.value("ToUserName")),
            ("CreateTime", 1767225600),
            ("MsgType", kind),
            *fields,
        ]

    async def _check(self, request: web.Request) -> web.Response:
        if request.match_info["key"] != "account":
            return await super()._check(request)
        self.checks.append("account")
        _prove(request)
        return web.Response(text=self.echo(request.query["echostr"]))

    async def _hear(self, request: web.Request) -> web.Response:
        try:
            return await self._read(request)
        finally:
            self._news.set()

    async def _read(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        if request.match_info["key"] != "account":
            return await super()._hear(request)
        _prove(request)
        if self.mode == "plain":
            letter = Letter("account", dict(request.query), xml=parse_xml(self.bodies[-1]))
            self.letters.append(letter)
            answer = self.answer(letter)
            if isinstance(answer, web.Response):
                return answer
            return web.Response(text=write_xml(answer) if isinstance(answer, list) else "")
        assert request.query["encrypt_type"] == "aes"
        return await super()._hear(request)


def _prove(request: web.Request) -> None:
    parts = sorted([TOKEN, request.query["timestamp"], request.query["nonce"]])
    assert hashlib.sha1("".join(parts).encode()).hexdigest() == request.query["signature"]


@dataclass
class Town:
    """A running simulator with the brand's bot."""

    stage: Stage
    bot: TownBot
    held: str = ""

    async def token(self, *, fresh: bool = False) -> str:
        if fresh or not self.held:
            self.held = str((await self.fetch_token())["access_token"])
        return self.held

    async def fetch_token(self, **changes: str) -> dict[str, Any]:
        query = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, **changes}
        return await self._read(
            await self.stage.client.get("/sim/weixin/cgi-bin/token", params=query)
        )

    async def stable_token(self, **changes: Any) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, **changes}
        path = "/sim/weixin/cgi-bin/stable_token"
        return await self._read(await self.stage.client.post(path, json=body))

    async def program_token(self) -> str:
        found = await self.stable_token(appid=PROGRAM_ID, secret=PROGRAM_SECRET)
        return str(found["access_token"])

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        query.setdefault("access_token", await self.token())
        return await self._read(
            await self.stage.client.get(f"/sim/weixin{_full(path)}", params=query)
        )

    async def post(self, path: str, body: Any, **query: str) -> dict[str, Any]:
        query.setdefault("access_token", await self.token())
        data = body if isinstance(body, bytes | FormData) else json.dumps(body).encode()
        url = f"/sim/weixin{_full(path)}"
        return await self._read(await self.stage.client.post(url, params=query, data=data))

    async def code_of(self, path: str, body: Any, **query: str) -> int:
        """The errcode of a POST, 0 for those that carry none."""
        return int((await self.post(path, body, **query)).get("errcode", 0))

    async def say(self, text: str = "你好", who: str = YUE) -> str:
        answer = await self.stage.post("accounts/account/messages", {"from": who, "text": text})
        return str(answer["delivery"])

    async def follow(self, who: str = YUE, **more: str) -> str:
        answer = await self.stage.post("accounts/account/followers", {"customer": who, **more})
        return str(answer["delivery"])

    async def room(self, who: str = YUE, account: str = "account") -> list[dict[str, Any]]:
        answer = await self.stage.get(f"accounts/{account}/messages", customer=who)
        return list(answer["messages"])

    async def words(self, who: str = YUE) -> list[str]:
        return [message["text"] for message in await self.room(who)]

    async def send_text(self, text: str = "在的", who: str = YUE) -> int:
        body = {"touser": open_id(who), "msgtype": "text", "text": {"content": text}}
        return await self.code_of("message/custom/send", body)

    async def upload(self, kind: str, body: bytes) -> dict[str, Any]:
        form = FormData()
        kind_of_file = "application/octet-stream"
        form.add_field("media", io.BytesIO(body), filename="file", content_type=kind_of_file)
        return await self.post("media/upload", form, type=kind)

    async def media_id(self, kind: str, body: bytes) -> str:
        found = await self.upload(kind, body)
        return str(found["thumb_media_id" if kind == "thumb" else "media_id"])

    async def _get(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        return await self._read(await self.stage.client.get(f"/sim/weixin{path}", params=query))

    async def _read(self, response: Any) -> dict[str, Any]:
        assert response.status == 200, await response.text()
        answer = await response.json()
        assert isinstance(answer, dict)
        return answer


def _full(path: str) -> str:
    return path if path.startswith("/") else f"/cgi-bin/{path}"


@asynccontextmanager
async def in_town(
    directory: Path,
    *,
    bot: TownBot | None = None,
    file: BotFile | None = None,
    followers: Iterable[str] = (YUE,),
    clock: ManualClock | ShiftableClock | None = None,
    answer_seconds: float = 2.0,
) -> AsyncIterator[Town]:
    """The town with the account's ``followers``, who came by themselves."""
    bot = bot or TownBot()
    file = file or town(mode=bot.mode)
    async with on_stage(
        directory, bot=bot, file=file, clock=clock, answer_seconds=answer_seconds
    ) as stage:
        here = Town(stage, bot)
        for who in followers:
            await here.follow(who)
        bot.letters.clear()
        yield here
