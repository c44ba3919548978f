"""token and stable_token: two families; and what every call makes of its token."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.simulator.account.town import APP_ID, PROGRAM_ID, SECRET, Town, in_town, open_id


async def errcode(town: Town, token: str) -> int:
    answer = await town.get("tags/get", access_token=token)
    return int(answer.get("errcode", 0))


async def test_a_plain_token_is_new_each_time_and_the_old_one_works_five_minutes_more(
    tmp_path: Path,
) -> None:
    async with in_town(tmp_path) as town:
        first, second = await town.fetch_token(), await town.fetch_token()
        assert first["access_token"] != second["access_token"]
        assert second == {"access_token": second["access_token"], "expires_in": 7200}
        town.stage.clock.advance(timedelta(seconds=299))
        assert await errcode(town, first["access_token"]) == 0
        town.stage.clock.advance(timedelta(seconds=1))
        assert await errcode(town, first["access_token"]) == 40001
        assert await errcode(town, second["access_token"]) == 0


async def test_a_third_token_does_not_let_the_first_live_longer(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        first = (await town.fetch_token())["access_token"]
        await town.fetch_token()
        town.stage.clock.advance(timedelta(seconds=200))
        await town.fetch_token()
        town.stage.clock.advance(timedelta(seconds=100))
        assert await errcode(town, first) == 40001


async def test_the_stable_token_stays_the_same_as_long_as_it_lives(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        first = await town.stable_token()
        town.stage.clock.advance(timedelta(seconds=7199))
        second = await town.stable_token(force_refresh=False)
        assert second == {"access_token": first["access_token"], "expires_in": 1}
        town.stage.clock.advance(timedelta(seconds=1))
        assert await errcode(town, first["access_token"]) == 42001
        third = await town.stable_token()
        assert third["access_token"] != first["access_token"]


async def test_a_forced_refresh_kills_the_old_stable_token_at_once(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        old = (await town.stable_token())["access_token"]
        new = (await town.stable_token(force_refresh=True))["access_token"]
        assert await errcode(town, old) == 40001
        assert await errcode(town, new) == 0
        assert (await town.stable_token())["access_token"] == new


async def test_the_two_families_do_not_touch_each_other(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        stable = (await town.stable_token())["access_token"]
        plain = (await town.fetch_token())["access_token"]
        await town.stable_token(force_refresh=True)
        assert await errcode(town, plain) == 0
        await town.fetch_token()
        town.stage.clock.advance(timedelta(minutes=5))
        assert await errcode(town, plain) == 40001
        assert stable != plain
        assert await errcode(town, (await town.stable_token())["access_token"]) == 0


async def test_forced_refreshes_are_thirty_seconds_apart_and_twenty_a_day(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        for _ in range(20):
            assert "access_token" in await town.stable_token(force_refresh=True)
            assert (await town.stable_token(force_refresh=True)).get("errcode") in {45011, 45009}
            town.stage.clock.advance(timedelta(seconds=30))
        assert (await town.stable_token(force_refresh=True))["errcode"] == 45009
        assert "access_token" in await town.stable_token()
        town.stage.clock.advance(timedelta(days=1))
        assert "access_token" in await town.stable_token(force_refresh=True)


async def test_a_refresh_too_soon_is_told_to_be_slower(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await town.stable_token(force_refresh=True)
        town.stage.clock.advance(timedelta(seconds=29))
        assert (await town.stable_token(force_refresh=True))["errcode"] == 45011
        town.stage.clock.advance(timedelta(seconds=1))
        assert "access_token" in await town.stable_token(force_refresh=True)


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"grant_type": "password"}, 40002),
        ({"appid": "wx1"}, 40013),
        ({"appid": ""}, 41002),
        ({"secret": "guess"}, 40125),
        ({"secret": ""}, 41004),
    ],
)
async def test_wrong_credentials_are_refused(
    tmp_path: Path, changes: dict[str, str], errcode: int
) -> None:
    async with in_town(tmp_path) as town:
        for answer in (await town.fetch_token(**changes), await town.stable_token(**changes)):
            assert answer["errcode"] == errcode
            assert "access_token" not in answer


CALLS = [
    ("POST", "message/custom/send"),
    ("POST", "message/custom/typing"),
    ("POST", "message/template/send"),
    ("POST", "message/subscribe/bizsend"),
    ("POST", "tags/create"),
    ("GET", "tags/get"),
    ("POST", "tags/update"),
    ("POST", "tags/delete"),
    ("POST", "tags/members/batchtagging"),
    ("POST", "tags/members/batchuntagging"),
    ("POST", "tags/getidlist"),
    ("GET", "user/info"),
    ("POST", "user/info/batchget"),
    ("GET", "user/get"),
    ("POST", "user/info/updateremark"),
    ("POST", "menu/create"),
    ("GET", "menu/get"),
    ("GET", "menu/delete"),
    ("POST", "menu/addconditional"),
    ("POST", "qrcode/create"),
    ("POST", "media/upload"),
    ("GET", "media/get"),
]


@pytest.mark.parametrize(("verb", "path"), CALLS)
async def test_every_call_of_an_account_checks_its_token(
    tmp_path: Path, verb: str, path: str
) -> None:
    async with in_town(tmp_path) as town:
        call = town.get if verb == "GET" else lambda path, **query: town.post(path, {}, **query)
        assert (await call(path, access_token=""))["errcode"] == 41001
        assert (await call(path, access_token="made-up"))["errcode"] == 40014
        program = await town.program_token()
        assert (await call(path, access_token=program))["errcode"] == 48001
        old = await town.token()
        town.stage.clock.advance(timedelta(hours=2))
        assert (await call(path, access_token=old))["errcode"] == 42001


async def test_an_account_may_not_send_as_a_mini_program(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        assert await town.code_of("message/subscribe/send", {}) == 48001


async def test_a_body_that_is_not_json_is_refused_with_a_number_of_its_own(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        answer = await town.post("tags/create", b"{'tag': 1}")
        assert answer == {"errcode": 47001, "errmsg": "data format error"}
        assert (await town.get("tags/get"))["tags"] == [{"id": 2, "name": "星标组", "count": 0}]


async def test_each_call_has_a_quota_for_the_day(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        for _ in range(500):
            assert "total" in await town.get("user/get")
        assert (await town.get("user/get"))["errcode"] == 45009
        assert "subscribe" in await town.get("user/info", openid=open_id())
        town.stage.clock.advance(timedelta(days=1))
        await town.token(fresh=True)
        assert "total" in await town.get("user/get")


async def test_an_app_ids_secret_is_its_own(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        assert (await town.fetch_token(appid=PROGRAM_ID, secret=SECRET))["errcode"] == 40125
        assert "access_token" in await town.fetch_token(appid=APP_ID)


async def test_unknown_calls_are_not_found(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        response = await town.stage.client.post("/sim/weixin/cgi-bin/message/mass/sendall", json={})
        assert response.status == 404
