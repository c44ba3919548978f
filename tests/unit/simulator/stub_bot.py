"""A bot of a few lines, and a stage to put it on: simulator and bot in one server on loopback."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.crypto import Envelope
from bot.channels.xml import Element, parse_xml, write_xml
from bot.core.clock import ManualClock, ShiftableClock
from bot.settings.schema.bot import BotFile
from bot.simulator.callbacks import Patience
from bot.simulator.simulator import Simulator

CORP_ID = "ww0000000000000000"
AGENT_ID = 1000002
SECRET = "app-secret"
WEBHOOK_KEY = "webhook-key"
ROBOT_TOKEN, ROBOT_KEY = "RobotToken", "r" * 42 + "A"
APP_TOKEN, APP_KEY = "AppToken", "a" * 42 + "A"
NINE = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai."""


def settings(**changes: Any) -> BotFile:
    """A brand with one group: two ordinary members, an owner, an operator, two outsiders."""
    return BotFile.model_validate(
        {
            "brand": {"name": "禾间"},
            "channels": {
                "robot": {
                    "kind": "wecom_robot",
                    "name": "小禾",
                    "corp_id": CORP_ID,
                    "token": ROBOT_TOKEN,
                    "encoding_aes_key": ROBOT_KEY,
                    "api_base": "simulator",
                },
                "app": {
                    "kind": "wecom_app",
                    "corp_id": CORP_ID,
                    "agent_id": AGENT_ID,
                    "secret": SECRET,
                    "token": APP_TOKEN,
                    "encoding_aes_key": APP_KEY,
                    "api_base": "simulator",
                },
                "posts": {
                    "kind": "group_webhook",
                    "webhook_key": WEBHOOK_KEY,
                    "api_base": "simulator",
                },
            },
            "groups": [
                {
                    "key": "garden",
                    "name": "禾间护肤小屋",
                    "hears": {"channel": "robot", "chat_id": "wrGARDEN"},
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
                    {"user_id": "xiaolu", "name": "小鹿"},
                    {"user_id": "momo", "name": "沫沫"},
                    {"user_id": "yoyo", "name": "悠悠"},
                    {"user_id": "keke", "name": "可可"},
                ],
                "in_group": ["tangyuan", "ayun", "xiaolu", "momo"],
            },
            **changes,
        }
    )


@dataclass
class Letter:
    """A callback as the bot got it: decrypted, with its query."""

    channel: str
    query: dict[str, str]
    json: dict[str, Any] = field(default_factory=dict)
    xml: Element = field(default_factory=lambda: Element(""))


Answer = dict[str, Any] | list[tuple[str, str | int]] | web.Response | None
"""JSON from a robot, XML fields from an app, a raw response, or nothing to say."""


class StubBot:
    """Opens every callback, keeps it, and answers with what ``answer`` says."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.checks: list[str] = []
        self.answer: Callable[[Letter], Answer] = lambda _letter: None
        self.seal_nonce: Callable[[str], str] = lambda nonce: nonce
        self.echo: Callable[[str], str] = lambda echo: echo
        self.delay_seconds = 0.0
        self.envelopes = {
            "robot": Envelope(ROBOT_TOKEN, ROBOT_KEY, ""),
            "app": Envelope(APP_TOKEN, APP_KEY, CORP_ID),
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/callback/{key}", self._check),
            web.post("/callback/{key}", self._hear),
        ]

    def sealed(self, letter: Letter, answer: Answer) -> web.Response:
        if isinstance(answer, list):
            return self.sealed_text(letter, write_xml(answer))
        envelope, nonce = self.envelopes[letter.channel], self.seal_nonce(letter.query["nonce"])
        timestamp = letter.query["timestamp"]
        plaintext = json.dumps(answer, ensure_ascii=False)
        sealed = envelope.seal(plaintext, timestamp=timestamp, nonce=nonce)
        return web.json_response(
            {
                "encrypt": sealed.ciphertext,
                "msgsignature": sealed.signature,
                "timestamp": int(timestamp),
                "nonce": sealed.nonce,
            }
        )

    def sealed_text(self, letter: Letter, plaintext: str) -> web.Response:
        """XML as it is, encrypted as an app answers."""
        envelope, timestamp = self.envelopes[letter.channel], letter.query["timestamp"]
        sealed = envelope.seal(plaintext, timestamp=timestamp, nonce="own-nonce")
        fields = (
            ("Encrypt", sealed.ciphertext),
            ("MsgSignature", sealed.signature),
            ("TimeStamp", int(timestamp)),
            ("Nonce", sealed.nonce),
        )
        return web.Response(text=write_xml(fields), content_type="application/xml")

    async def _check(self, request: web.Request) -> web.Response:
        query = request.query
        envelope = self.envelopes[request.match_info["key"]]
        self.checks.append(request.match_info["key"])
        await asyncio.sleep(self.delay_seconds)
        echo = envelope.open(
            query["msg_signature"], query["timestamp"], query["nonce"], query["echostr"]
        )
        return web.Response(text=self.echo(echo))

    async def _hear(self, request: web.Request) -> web.Response:
        key, query, body = request.match_info["key"], dict(request.query), await request.read()
        robot = key == "robot"
        ciphertext = json.loads(body)["encrypt"] if robot else parse_xml(body).value("Encrypt")
        plaintext = self.envelopes[key].open(
            query["msg_signature"], query["timestamp"], query["nonce"], ciphertext
        )
        letter = Letter(key, query)
        if robot:
            letter.json = json.loads(plaintext)
        else:
            letter.xml = parse_xml(plaintext)
        self.letters.append(letter)
        answer = self.answer(letter)
        await asyncio.sleep(self.delay_seconds)
        if isinstance(answer, web.Response):
            return answer
        return web.Response() if answer is None else self.sealed(letter, answer)


@dataclass
class Stage:
    """A running simulator with a stub bot."""

    simulator: Simulator
    bot: StubBot
    clock: ManualClock | ShiftableClock
    client: TestClient[web.Request, web.Application]

    async def get(self, path: str, status: int = 200, **query: str | int) -> Any:
        response = await self.client.get(f"/sim/api/{path}", params=query)
        assert response.status == status, await response.text()
        return await response.json()

    async def post(self, path: str, body: Any, status: int = 200) -> Any:
        response = await self.client.post(f"/sim/api/{path}", json=body)
        assert response.status == status, await response.text()
        return await response.json()

    async def say(self, text: str, who: str = "xiaolu", **more: Any) -> Any:
        return await self.post("groups/garden/messages", {"from": who, "text": text, **more})

    async def messages(self) -> list[dict[str, Any]]:
        """What stands in the group, without the client's own notices."""
        answer = await self.get("groups/garden/messages")
        return [message for message in answer["messages"] if message["kind"] != "notice"]

    async def private_messages(self, who: str = "xiaolu") -> list[dict[str, Any]]:
        answer = await self.get(f"people/{who}/messages")
        return list(answer["messages"])

    async def problems(self) -> list[str]:
        answer = await self.get("log")
        return [line["text"] for line in answer["lines"] if line["level"] == "error"]

    async def token(self) -> str:
        response = await self.client.get(
            "/sim/platform/cgi-bin/gettoken", params={"corpid": CORP_ID, "corpsecret": SECRET}
        )
        return str((await response.json())["access_token"])

    async def api(self, path: str, body: Any, **query: str) -> dict[str, Any]:
        """A POST in the app's name, with a good token unless the query has another."""
        if "access_token" not in query and not path.startswith(("webhook", "aibot")):
            query["access_token"] = await self.token()
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = await self.client.post(f"/sim/platform/cgi-bin/{path}", params=query, data=data)
        assert response.status == 200
        answer = await response.json()
        assert isinstance(answer, dict)
        return answer

    async def read_api(self, path: str, **query: str) -> dict[str, Any]:
        """A GET in the app's name."""
        params = {"access_token": await self.token(), **query}
        response = await self.client.get(f"/sim/platform/cgi-bin/{path}", params=params)
        answer = await response.json()
        assert isinstance(answer, dict)
        return answer


@asynccontextmanager
async def on_stage(
    directory: Path,
    *,
    bot: StubBot | None = None,
    clock: ManualClock | ShiftableClock | None = None,
    answer_seconds: float = 2.0,
    file: BotFile | None = None,
    port: int = 0,
) -> AsyncIterator[Stage]:
    """Simulator and bot in one server; the journal is in ``directory``."""
    bot, clock = bot or StubBot(), clock or ManualClock(NINE)
    addresses: list[str] = []
    simulator = Simulator(
        file or settings(),
        clock,
        directory,
        lambda: addresses[0],
        patience=Patience(
            check_seconds=answer_seconds,
            answer_seconds=answer_seconds,
            stream_pause_seconds=0.0,
        ),
        dice=random.Random(directory.name),
    )
    app = web.Application()
    app.add_routes([*simulator.routes(), *bot.routes()])
    server = TestServer(app, port=port)
    client: TestClient[web.Request, web.Application] = TestClient(server)
    await client.start_server()
    addresses.append(str(server.make_url("")).rstrip("/"))
    await simulator.start()
    try:
        yield Stage(simulator, bot, clock, client)
    finally:
        await simulator.stop()
        await client.close()


def words(content: str, *, finish: bool = True) -> dict[str, Any]:
    """A robot's answer in words."""
    return {"msgtype": "stream", "stream": {"id": "s1", "finish": finish, "content": content}}


def packet_card(task_id: str = "packet-1") -> dict[str, Any]:
    """A card with one button."""
    return {
        "card_type": "button_interaction",
        "main_title": {"title": "汤圆的拼手气红包"},
        "sub_title_text": "100 积分，共 10 份，先到先得",
        "task_id": task_id,
        "button_list": [{"text": "拆红包", "style": 1, "key": "open"}],
    }


def opened_card(text: str, task_id: str = "packet-1") -> dict[str, Any]:
    """What a person sees instead after tapping."""
    return {
        "card_type": "text_notice",
        "main_title": {"title": "汤圆的拼手气红包"},
        "sub_title_text": text,
        "task_id": task_id,
        "card_action": {"type": 1, "url": "https://work.weixin.qq.com"},
    }


def showy_answer(letter: Letter) -> Answer:
    """A bot for the browser: a card for 抢红包, an opened card for a tap, words for the rest."""
    if letter.channel == "app":
        user, corp = letter.xml.value("FromUserName"), letter.xml.value("ToUserName")
        return [
            ("ToUserName", user),
            ("FromUserName", corp),
            ("CreateTime", 1),
            ("MsgType", "text"),
            ("Content", f"收到：{letter.xml.value('Content')}"),
        ]
    if letter.json["msgtype"] == "event":
        tap = letter.json["event"]["template_card_event"]
        user = letter.json["from"]["userid"]
        card = opened_card(f"恭喜 {user}，你抢到了 12 积分", tap["task_id"])
        return {
            "response_type": "update_template_card",
            "userids": [user],
            "template_card": card,
        }
    text = letter.json["text"]["content"].replace("@小禾", "").strip()
    if "红包" in text:
        return {"msgtype": "template_card", "template_card": packet_card(letter.json["msgid"])}
    return words(_SHOWY.get(text, f"**{text}**，收到啦\n> 我是小禾，随时都在"))


_SHOWY = {
    "签到": "签到成功，**+5 积分**，已连续签到 **3** 天。\n> 再签 4 天，还有一份惊喜。",
    "积分": "### 小鹿的积分\n- 可用：**128**\n- 冻结：0\n- 本周获得：36",
    "帮助": "我能做这些：\n1. **签到** 每天来一次\n2. **积分** 看看攒了多少\n3. **抢红包**"
    "\n更多请看[使用说明](https://example.com/help)",
}
