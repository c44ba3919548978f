"""What the tests of customer service share: the town's customers, servicers and the app's calls."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.clock import ManualClock
from bot.settings.schema.bot import BotFile
from tests.unit.simulator.account.town import KF, YUE, TownBot, town
from tests.unit.simulator.stub_bot import CORP_ID, Stage, on_stage


@dataclass
class Desk:
    """The service account "service", managed by the app."""

    stage: Stage
    bot: TownBot

    async def kf(self, path: str, body: dict[str, Any], **query: str) -> dict[str, Any]:
        return await self.stage.api(f"kf/{path}", body, **query)

    async def sync(self, **body: Any) -> dict[str, Any]:
        """sync_msg of the account, without the fields that every answer has."""
        answer = await self.kf("sync_msg", {"open_kfid": KF, **body})
        assert answer.pop("errcode") == 0, answer
        answer.pop("errmsg")
        return answer

    async def events(self, name: str) -> list[dict[str, Any]]:
        """All events of this name, as they can be read."""
        found = (await self.sync())["msg_list"]
        events = [message["event"] for message in found if message["msgtype"] == "event"]
        return [event for event in events if event["event_type"] == name]

    async def do(
        self, what: str, body: dict[str, Any], *, status: int = 200, key: str = "service"
    ) -> Any:
        """What a customer or a servicer does."""
        return await self.stage.post(f"services/{key}/{what}", body, status)

    async def write(self, text: str = "你好", who: str = YUE) -> Any:
        return await self.do("messages", {"from": who, "text": text})

    async def enter(self, who: str = YUE, **more: str) -> bool:
        return bool((await self.do("sessions", {"customer": who, **more}))["may_welcome"])

    async def send(self, who: str = YUE, text: str = "在的", **more: Any) -> int:
        """send_msg with words; its errcode."""
        body = {"touser": who, "open_kfid": KF, "msgtype": "text", "text": {"content": text}}
        return int((await self.kf("send_msg", {**body, **more}))["errcode"])

    async def say_on_event(self, code: str, **more: Any) -> int:
        body = {"code": code, "msgtype": "text", "text": {"content": "欢迎"}, **more}
        return int((await self.kf("send_msg_on_event", body))["errcode"])

    async def state(self, who: str = YUE) -> dict[str, Any]:
        answer = await self.kf("service_state/get", {"open_kfid": KF, "external_userid": who})
        return {name: answer[name] for name in answer if name not in {"errcode", "errmsg"}}

    async def change(self, state: int, who: str = YUE, **more: str) -> dict[str, Any]:
        body = {"open_kfid": KF, "external_userid": who, "service_state": state, **more}
        return await self.kf("service_state/trans", body)

    async def room(self, who: str = YUE) -> list[dict[str, Any]]:
        answer = await self.stage.get("services/service/messages", customer=who)
        return list(answer["messages"])

    async def words(self, who: str = YUE) -> list[str]:
        return [message["text"] for message in await self.room(who)]

    async def token_of(self, secret: str) -> str:
        params = {"corpid": CORP_ID, "corpsecret": secret}
        got = await self.stage.client.get("/sim/platform/cgi-bin/gettoken", params=params)
        return str((await got.json())["access_token"])


@asynccontextmanager
async def at_desk(
    directory: Path, *, clock: ManualClock | None = None, file: BotFile | None = None
) -> AsyncIterator[Desk]:
    bot = TownBot()
    async with on_stage(directory, bot=bot, file=file or town(), clock=clock) as stage:
        yield Desk(stage, bot)
