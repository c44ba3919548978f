"""The page's files, and how a browser becomes somebody's phone."""

from pathlib import Path

import pytest

from bot.simulator import page
from tests.unit.simulator.account.town import APP_ID, YUE, in_town
from tests.unit.simulator.stub_bot import on_stage

STATIC = Path(page.__file__).parent / "static"


async def test_every_file_of_the_page_is_served(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        index = await stage.client.get("/sim/")
        assert "<title>模拟群聊" in await index.text()
        for path in (*STATIC.glob("*.js"), *STATIC.glob("*.css")):
            answer = await stage.client.get(f"/sim/{path.name}")
            assert await answer.text() == path.read_text(encoding="utf-8")
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_a_browser_becomes_another_phone_by_forgetting_the_last_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await stage.client.get(
            "/sim/as/wmLULU?to=/m/pond", headers={"Cookie": "pond=other"}, allow_redirects=False
        )
        assert (answer.status, answer.headers["Location"]) == (302, "/m/pond")
        assert answer.cookies["pond"]["max-age"] == "0"
        phone = answer.cookies["sim_user"]
        assert (phone.value, phone["path"], phone["max-age"]) == ("wmLULU", "/sim/", "60")


@pytest.mark.parametrize("to", ["", "https://example.com/m/", "//example.com/m/", "/sim/"])
async def test_the_way_leads_to_the_members_pages_only(tmp_path: Path, to: str) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await stage.client.get("/sim/as/wmLULU", params={"to": to}, allow_redirects=False)
        assert answer.status == 400
        assert "sim_user" not in answer.cookies


async def test_the_login_knows_whose_phone_it_is(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        client = town.stage.client
        query = {
            "appid": APP_ID,
            "redirect_uri": str(client.make_url("/m/pond/login")),
            "response_type": "code",
            "scope": "snsapi_base",
        }
        path = "/sim/weixin/connect/oauth2/authorize"
        asked = await client.get(path, params=query)
        assert "你是谁" in await asked.text()
        known = await client.get(
            path, params=query, headers={"Cookie": f"sim_user={YUE}"}, allow_redirects=False
        )
        assert known.status == 302
        assert known.headers["Location"].startswith(f"{query['redirect_uri']}?code=")
