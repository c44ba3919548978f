"""gettoken and what every call makes of the token."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.simulator.frequency import Frequency
from bot.simulator.limits import CALL_RATES
from tests.unit.simulator.stub_bot import AGENT_ID, CORP_ID, NINE, SECRET, Stage, on_stage


async def fetch(stage: Stage, **query: str) -> dict[str, object]:
    answer = await stage.client.get("/sim/platform/cgi-bin/gettoken", params=query)
    body = await answer.json()
    assert isinstance(body, dict)
    return body


async def test_a_token_lives_two_hours_and_stays_the_same(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first = await fetch(stage, corpid=CORP_ID, corpsecret=SECRET)
        assert first["expires_in"] == 7200
        stage.clock.advance(timedelta(seconds=7199))
        second = await fetch(stage, corpid=CORP_ID, corpsecret=SECRET)
        assert (second["access_token"], second["expires_in"]) == (first["access_token"], 1)
        stage.clock.advance(timedelta(seconds=1))
        third = await fetch(stage, corpid=CORP_ID, corpsecret=SECRET)
        assert third["access_token"] != first["access_token"]
        assert third["expires_in"] == 7200


@pytest.mark.parametrize(
    ("query", "errcode"),
    [
        ({"corpid": "ww1", "corpsecret": SECRET}, 40013),
        ({"corpsecret": SECRET}, 40013),
        ({"corpid": CORP_ID, "corpsecret": "guess"}, 40001),
        ({"corpid": CORP_ID}, 40001),
    ],
)
async def test_wrong_credentials_are_refused(
    tmp_path: Path, query: dict[str, str], errcode: int
) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await fetch(stage, **query)
        assert answer["errcode"] == errcode
        assert "access_token" not in answer


@pytest.mark.parametrize(
    "path",
    ["message/send", "appchat/create", "appchat/update", "appchat/send"],
)
async def test_every_call_checks_its_token(tmp_path: Path, path: str) -> None:
    async with on_stage(tmp_path) as stage:
        token = await stage.token()
        assert (await stage.api(path, {}, access_token=""))["errcode"] == 41001
        assert (await stage.api(path, {}, access_token="made-up"))["errcode"] == 40014
        stage.clock.advance(timedelta(seconds=7200))
        assert (await stage.api(path, {}, access_token=token))["errcode"] == 42001


@pytest.mark.parametrize("path", ["user/get", "appchat/get"])
async def test_every_reading_call_checks_its_token(tmp_path: Path, path: str) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.read_api(path, access_token=""))["errcode"] == 41001
        assert (await stage.read_api(path, access_token="made-up"))["errcode"] == 40014


async def test_a_body_that_is_not_json_is_named_in_the_answer(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for path in ("message/send", "appchat/create", "appchat/update", "appchat/send"):
            for body in (b"{", b"[]", b'"text"', b'{"touser": "\\ud800"}', b"\xff"):
                answer = await stage.api(path, body)
                assert answer["errcode"] != 0
                assert "Warning: wrong json format." in str(answer["errmsg"])


def test_one_call_of_a_company_is_closed_for_a_minute_beyond_10000_a_minute() -> None:
    rates = Frequency(CALL_RATES, bans=True)
    assert all(rates.take("corp/user/get", NINE) for _ in range(10_000))
    assert not rates.take("corp/user/get", NINE)
    assert rates.take("corp/appchat/get", NINE), "each call has its own count"
    assert not rates.take("corp/user/get", NINE + timedelta(seconds=59))
    assert rates.take("corp/user/get", NINE + timedelta(seconds=60))


async def test_an_unknown_call_is_not_found(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await stage.client.post("/sim/platform/cgi-bin/externalcontact/list")
        assert answer.status == 404
        assert "没有这个接口" in (await stage.problems())[-1]


async def test_no_secret_and_no_token_stands_in_the_platform_log(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        token = await stage.token()
        await stage.api("message/send", {"touser": "xiaolu", "agentid": AGENT_ID})
        await fetch(stage, corpid=CORP_ID, corpsecret="guess")
        text = str(await stage.get("log"))
        assert token not in text
        assert SECRET not in text
        assert "guess" not in text
