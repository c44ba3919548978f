"""A stage with customers: two employees' customers, one customer group, two apps that may ask."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import FormData

from bot.channels.crypto import Envelope
from bot.channels.xml import Element
from bot.core.clock import ManualClock
from bot.settings.schema.bot import BotFile
from bot.simulator.cast import read_cast
from bot.simulator.feed import Feed
from bot.simulator.journal import Journal
from bot.simulator.world import World
from tests.unit.simulator.stub_bot import (
    AGENT_ID,
    APP_KEY,
    APP_TOKEN,
    CORP_ID,
    NINE,
    SECRET,
    Stage,
    StubBot,
    on_stage,
    settings,
)

SECOND_SECRET, STRANGER_SECRET = "second-secret", "stranger-secret"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def pond_settings(**changes: Any) -> BotFile:
    """汤圆 and 阿云 have customers; 路路 is in the group, 娜娜 and 多多 are nobody's yet."""
    base = settings()
    simulator = {
        "enabled": True,
        "people": [person.model_dump() for person in base.simulator.people],
        "in_group": list(base.simulator.in_group),
        "customers": [
            {"user_id": "wmLULU", "name": "路路", "friend_of": ["tangyuan"]},
            {"user_id": "wmMIMI", "name": "米米", "friend_of": ["tangyuan", "ayun"]},
            {"user_id": "wmNANA", "name": "娜娜"},
            {"user_id": "woDODO", "name": "多多"},
        ],
        "in_customer_group": ["ayun", "wmLULU"],
    }
    pond = {"channel": "contact", "chat_id": "wrPOND"}
    garden = {
        "key": "garden",
        "name": "禾间护肤小屋",
        "posts": {"channel": "app", "chat_id": "garden01"},
        "roster": {"channel": "app", "chat_id": "garden01"},
        "owners": ["tangyuan"],
    }
    return BotFile.model_validate(
        {
            "brand": {"name": "禾间"},
            "channels": {
                "app": _app(AGENT_ID, SECRET),
                "second": _app(AGENT_ID + 1, SECOND_SECRET),
                "stranger": _app(AGENT_ID + 2, STRANGER_SECRET),
                "contact": {"kind": "customer_contact", "app": "app"},
                "also": {"kind": "customer_contact", "app": "second"},
            },
            "groups": [
                garden,
                {
                    "key": "pond",
                    "name": "禾间鱼塘",
                    "posts": pond,
                    "roster": pond,
                    "owners": ["tangyuan", "ayun"],
                },
            ],
            "operators": ["ayun"],
            "simulator": {**simulator, **changes},
        }
    )


def _app(agent_id: int, secret: str) -> dict[str, Any]:
    return {
        "kind": "wecom_app",
        "corp_id": CORP_ID,
        "agent_id": agent_id,
        "secret": secret,
        "token": APP_TOKEN,
        "encoding_aes_key": APP_KEY,
        "api_base": "simulator",
    }


def pond_world(directory: Path, file: BotFile | None = None) -> World:
    """The same as a world without a server; add its parts, then replay it."""
    file = file or pond_settings()
    return World(
        file,
        cast=read_cast(file),
        clock=ManualClock(NINE),
        journal=Journal(directory / "journal.jsonl"),
        feed=Feed(),
        dice=random.Random(1),
    )


class Pond:
    """The stage, with short words for what the tests do on it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._heard = 0

    async def call(self, path: str, **body: Any) -> dict[str, Any]:
        """A POST of the first app: ``externalcontact/`` and ``path``."""
        return await self.call_as(SECRET, path, **body)

    async def call_as(self, secret: str, path: str, **body: Any) -> dict[str, Any]:
        """A POST of the app with this secret."""
        token = await self.token(secret)
        return await self.stage.api(f"externalcontact/{path}", body, access_token=token)

    async def ok(self, path: str, **body: Any) -> dict[str, Any]:
        """A POST that must go well."""
        answer = await self.call(path, **body)
        assert answer["errcode"] == 0, answer
        return answer

    async def read(self, path: str, **query: str) -> dict[str, Any]:
        """A GET of the app."""
        return await self.stage.read_api(f"externalcontact/{path}", **query)

    async def token(self, secret: str) -> str:
        response = await self.stage.client.get(
            "/sim/platform/cgi-bin/gettoken", params={"corpid": CORP_ID, "corpsecret": secret}
        )
        return str((await response.json())["access_token"])

    async def upload(self, kind: str = "image", body: bytes = PNG) -> str:
        """A media id of the company."""
        return str((await self._post_media("upload", body, type=kind))["media_id"])

    async def upload_picture(self) -> str:
        """The address of a picture."""
        return str((await self._post_media("uploadimg", PNG))["url"])

    async def upload_attachment(self, body: bytes = PNG) -> str:
        """A media id for Moments."""
        query = {"media_type": "image", "attachment_type": "1"}
        return str((await self._post_media("upload_attachment", body, **query))["media_id"])

    async def _post_media(self, path: str, body: bytes, **query: str) -> dict[str, Any]:
        form = FormData()
        form.add_field("media", body, filename="a.png", content_type="image/png")
        response = await self.stage.client.post(
            f"/sim/platform/cgi-bin/media/{path}",
            params={"access_token": await self.token(SECRET), **query},
            data=form,
        )
        return dict(await response.json())

    async def act(
        self, verb: str, path: str, body: Any = None, *, status: int = 200
    ) -> dict[str, Any]:
        """Something that a person does: ``/sim/api/`` and ``path``, with its query."""
        response = await self.stage.client.request(verb, f"/sim/api/{path}", json=body)
        assert response.status == status, await response.text()
        answer = await response.json()
        assert isinstance(answer, dict)
        return answer

    async def later(self, seconds: float = 0) -> None:
        """Let the clock go on, and everything under way arrive."""
        await self.act("POST", "clock", {"advance_seconds": seconds})

    async def heard(self, channel: str = "app") -> list[Element]:
        """The events that ``channel`` got since it was asked last."""
        await self.later()
        letters = self.stage.bot.letters
        fresh, self._heard = letters[self._heard :], len(letters)
        return [letter.xml for letter in fresh if letter.channel == channel]

    async def event(self) -> Element:
        """The one event that came since it was asked last."""
        (event,) = await self.heard()
        return event

    async def contact(self) -> dict[str, Any]:
        """Everything that the page shows of customer contact."""
        return await self.act("GET", "contact")

    async def chat(self, chat_id: str = "wrPOND") -> dict[str, Any]:
        """The details of a customer group, with names."""
        answer = await self.ok("groupchat/get", chat_id=chat_id, need_name=1)
        details = answer["group_chat"]
        assert isinstance(details, dict)
        return details

    async def words(self, group: str = "pond") -> list[str]:
        """The texts in a group, without the client's own notices."""
        messages = (await self.act("GET", f"groups/{group}/messages"))["messages"]
        return [message["text"] for message in messages if message["kind"] != "notice"]

    async def private_words(self, customer: str, employee: str) -> list[str]:
        """The texts between the two."""
        path = f"customers/{customer}/messages?employee={employee}"
        return [message["text"] for message in (await self.act("GET", path))["messages"]]


@asynccontextmanager
async def at_the_pond(directory: Path, **changes: Any) -> AsyncIterator[Pond]:
    """The stage with ``pond_settings``; ``changes`` are of the simulator's section."""
    bot = StubBot()
    for key in ("second", "stranger"):
        bot.envelopes[key] = Envelope(APP_TOKEN, APP_KEY, CORP_ID)
    file = pond_settings(**changes)
    async with on_stage(directory, bot=bot, file=file, answer_seconds=30) as stage:
        yield Pond(stage)
