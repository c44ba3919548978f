"""A whole product in a test: the app, its simulator, and hands to play members with.

Everything goes through the front door: the simulated platform encrypts and posts callbacks over
HTTP, the bot answers and calls the platform's API. Time stands still until a test moves it.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import App
from bot.core.clock import ManualClock
from bot.settings.settings import Settings
from tests.support.books import assert_stored_books_are_right
from tests.support.engines import chosen
from tests.support.settings import example_settings

MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC) - timedelta(hours=8)
"""Monday, 07:00 in Shanghai."""

GROUP = "hejian"


@dataclass
class Town:
    """Hands on the simulator's scriptable API."""

    app: App
    clock: ManualClock
    http: aiohttp.ClientSession
    data: Path

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the simulator's API; raises AssertionError unless it answers 200."""
        url = f"{self.app.address}/sim/api{path}"
        async with self.http.request(method, url, json=body) as response:
            text = await response.text()
            assert response.status == 200, f"{method} {path}: {response.status} {text}"
            return json.loads(text)

    async def say(self, who: str, text: str, *, mention: bool = True) -> str:
        """``who`` writes in the group; returns what the robot answered to it, or nothing."""
        body = {"from": who, "text": text, "mention": mention}
        sent = await self.call("POST", f"/groups/{GROUP}/messages", body)
        after = await self.messages(after=sent["id"])
        answers = [message for message in after if message["from_kind"] == "robot"]
        return str(answers[0]["text"]) if answers else ""

    async def tell(self, who: str, text: str) -> str:
        """``who`` writes to the app in private; returns its answer, or nothing."""
        before = len(await self.notes_to(who))
        await self.call("POST", f"/people/{who}/messages", {"text": text})
        notes = await self.notes_to(who)
        return notes[before] if len(notes) > before else ""

    async def messages(self, after: int = 0) -> list[dict[str, Any]]:
        """The group's messages with ids above ``after``."""
        answer = await self.call("GET", f"/groups/{GROUP}/messages?after={after}")
        return list(answer["messages"])

    async def posts(self, after: int = 0) -> list[dict[str, Any]]:
        """What the bot posted unasked."""
        return [m for m in await self.messages(after) if m["from_kind"] == "webhook"]

    async def last_id(self) -> int:
        """The id of the newest message."""
        messages = await self.messages()
        return int(messages[-1]["id"]) if messages else 0

    async def notes_to(self, who: str) -> list[str]:
        """Private messages of the app to ``who``."""
        answer = await self.call("GET", f"/people/{who}/messages?after=0")
        return [str(m["text"]) for m in answer["messages"] if m["from_kind"] == "app"]

    async def scheduled_posts(self) -> list[dict[str, Any]]:
        """Those of the posts that the calendar has brought: each ends with a step to take."""
        steps = [
            text for step in self.app.live.current.calendar.fission_steps for text in step.texts
        ]
        return [post for post in await self.posts() if post["text"].endswith(tuple(steps))]

    async def tap(self, who: str, message_id: int) -> dict[str, Any]:
        """``who`` taps the first button of a card; returns the card as he sees it then."""
        body = {"from": who, "message_id": message_id}
        await self.call("POST", f"/groups/{GROUP}/taps", body)
        card = next(m for m in await self.messages() if m["id"] == message_id)
        return dict(card["card_states"][who])

    async def join(self, **person: str) -> None:
        """Someone joins, with his invite code if he has one."""
        await self.call("POST", f"/groups/{GROUP}/members", person)

    async def leave(self, who: str) -> None:
        """Someone leaves."""
        await self.call("DELETE", f"/groups/{GROUP}/members/{who}")

    async def pass_time(self, **span: float) -> None:
        """Move the clock by a timedelta's arguments; everything due on the way happens."""
        seconds = timedelta(**span).total_seconds()
        await self.call("POST", "/clock", {"advance_seconds": seconds})

    async def settle(self) -> None:
        """Let everything that is due now happen."""
        await self.pass_time(seconds=0)

    async def open_packet(self, words: str) -> int:
        """The owner sends a packet; returns the id of its card's message."""
        await self.say("tangyuan", f"发红包 {words}")
        await self.say("tangyuan", "确认")
        cards = [m for m in await self.messages() if m["kind"] == "card"]
        return int(cards[-1]["id"])

    async def balance(self, who: str) -> int:
        """What 积分 says."""
        text = await self.say(who, "积分")
        found = re.search(r"(?:手里有|现有|小金库) (-?\d+) 分", text)
        assert found, text
        return int(found[1])


async def books_are_clean(town: Town) -> None:
    """Assert that the audit finds nothing broken."""
    assert_stored_books_are_right(town.app.store)


@asynccontextmanager
async def town(data: Path, settings: Settings | None = None) -> AsyncIterator[Town]:
    """The example brand on ``data``, running on a free port of this machine."""
    clock = ManualClock(MORNING)
    app = App(
        settings or example_settings(),
        data_directory=data,
        database=chosen().address(data),
        port=0,
        clock=clock,
    )
    await app.start()
    try:
        async with aiohttp.ClientSession() as http:
            yield Town(app, clock, http, data)
    finally:
        await app.stop()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that another thread notices, at most ten seconds."""
    for _ in range(200):
        if await condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen")
