"""Who may use the simulator at all."""

from pathlib import Path

import pytest

from bot.core.clock import ManualClock
from bot.core.errors import ConfigurationRefused
from bot.settings.schema.bot import BotFile
from bot.simulator.simulator import Simulator
from tests.unit.simulator.stub_bot import NINE, on_stage, settings


def test_it_refuses_to_exist_unless_the_settings_switch_it_on(tmp_path: Path) -> None:
    file = settings(simulator={"enabled": False})
    with pytest.raises(ConfigurationRefused, match="never in production"):
        Simulator(file, ManualClock(NINE), tmp_path, lambda: "")
    assert list(tmp_path.iterdir()) == []


def test_its_api_base_is_a_path_of_our_own_server(tmp_path: Path) -> None:
    simulator = Simulator(settings(), ManualClock(NINE), tmp_path, lambda: "")
    assert simulator.api_base == "/sim/platform"


async def test_the_page_and_its_parts_come_from_this_server_only(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        page = await stage.client.get("/sim")
        assert page.status == 200
        assert page.url.path == "/sim/"
        assert "模拟平台：不会发送到腾讯" in await page.text()
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        for name in ("chat.css", "chat.js"):
            part = await stage.client.get(f"/sim/{name}")
            assert part.status == 200
            text = await part.text()
            assert "innerHTML" not in text
            assert "//cdn" not in text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Host": "rebound.example"},
        {"Origin": "https://elsewhere.example"},
    ],
    ids=["behind a proxy", "behind a newer proxy", "rebound name", "foreign page"],
)
@pytest.mark.parametrize(
    "path", ["/sim/", "/sim/api/groups", "/sim/api/stream", "/sim/platform/cgi-bin/gettoken"]
)
async def test_requests_from_elsewhere_are_refused(
    tmp_path: Path, headers: dict[str, str], path: str
) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await stage.client.get(path, headers=headers)
        assert answer.status == 403


async def test_channels_that_speak_to_tencent_are_left_alone(tmp_path: Path) -> None:
    data = settings().model_dump()
    robot = data["channels"]["robot"]
    robot["api_base"] = "https://qyapi.weixin.qq.com"
    for channel in data["channels"].values():
        for name, value in channel.items():
            if hasattr(value, "get_secret_value"):
                channel[name] = value.get_secret_value()
    async with on_stage(tmp_path, file=BotFile.model_validate(data)) as stage:
        message = await stage.say("签到")
        assert message["delivery"] == "not_heard"
        states = (await stage.get("log"))["channels"]
        assert [state["channel"] for state in states] == ["app"]
        assert stage.bot.letters == []
