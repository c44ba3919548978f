"""appchat/create, update, get, send."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.simulator.frequency import Frequency
from bot.simulator.limits import CHAT_CREATIONS, CHAT_DELIVERIES, CHAT_MEMBER_RATES
from tests.unit.simulator.stub_bot import NINE, on_stage


def new_chat(**changes: Any) -> dict[str, Any]:
    return {
        "name": "种子群",
        "owner": "tangyuan",
        "userlist": ["tangyuan", "xiaolu"],
        "chatid": "seeds01",
        **changes,
    }


def text(content: str = "你好", **changes: Any) -> dict[str, Any]:
    return {"chatid": "garden01", "msgtype": "text", "text": {"content": content}, **changes}


async def test_the_configured_group_is_there_with_its_members(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await stage.read_api("appchat/get", chatid="garden01")
        assert answer["errcode"] == 0
        assert answer["chat_info"] == {
            "chatid": "garden01",
            "name": "禾间护肤小屋",
            "owner": "tangyuan",
            "userlist": ["tangyuan", "ayun", "xiaolu", "momo"],
        }


async def test_whoever_joins_or_leaves_is_in_the_list_or_not(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.post("groups/garden/members", {"user_id": "yoyo"})
        await stage.client.delete("/sim/api/groups/garden/members/momo")
        info = (await stage.read_api("appchat/get", chatid="garden01"))["chat_info"]
        assert info["userlist"] == ["tangyuan", "ayun", "xiaolu", "yoyo"]
        assert stage.bot.letters == [], "member groups raise no events"


async def test_an_app_can_make_a_group_and_post_into_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("appchat/create", new_chat()))["chatid"] == "seeds01"
        assert (await stage.api("appchat/send", text(chatid="seeds01")))["errcode"] == 0
        answer = await stage.get("groups/seeds01/messages")
        assert [shown["text"] for shown in answer["messages"]] == ["你好"]
        made = (await stage.get("groups"))["groups"][-1]
        assert (made["id"], made["key"], made["chat_ids"]) == ("seeds01", "", {"app": "seeds01"})


async def test_without_a_chat_id_the_platform_makes_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        body = new_chat()
        del body["chatid"]
        chat_id = (await stage.api("appchat/create", body))["chatid"]
        assert (await stage.read_api("appchat/get", chatid=chat_id))["errcode"] == 0


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"userlist": ["tangyuan"]}, 40058),
        ({"userlist": []}, 40058),
        ({"userlist": "tangyuan"}, 40058),
        ({"userlist": ["tangyuan", "nobody"]}, 40003),
        ({"owner": "momo"}, 40058),
        ({"name": "长" * 51}, 40058),
        ({"chatid": "a" * 33}, 40058),
        ({"chatid": "seeds-01"}, 40058),
        ({"chatid": "garden01"}, 86215),
        ({"chatid": 7}, 40058),
    ],
)
async def test_a_bad_group_is_refused(
    tmp_path: Path, changes: dict[str, Any], errcode: int
) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("appchat/create", new_chat(**changes)))["errcode"] == errcode
        assert len((await stage.get("groups"))["groups"]) == 1


async def test_update_changes_name_owner_and_members(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        body = {
            "chatid": "garden01",
            "name": "新名字",
            "owner": "ayun",
            "add_user_list": ["yoyo"],
            "del_user_list": ["momo"],
        }
        assert (await stage.api("appchat/update", body))["errcode"] == 0
        info = (await stage.read_api("appchat/get", chatid="garden01"))["chat_info"]
        assert (info["name"], info["owner"]) == ("新名字", "ayun")
        assert info["userlist"] == ["tangyuan", "ayun", "xiaolu", "yoyo"]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"chatid": "gone", "name": "a"}, 86003),
        ({"name": "a"}, 40063),
        ({"chatid": "garden01"}, 40063),
        ({"chatid": "garden01", "owner": "yoyo"}, 40058),
        ({"chatid": "garden01", "add_user_list": ["nobody"]}, 40003),
    ],
)
async def test_a_bad_update_is_refused(tmp_path: Path, body: dict[str, Any], errcode: int) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("appchat/update", body))["errcode"] == errcode


async def test_beyond_100_changes_an_hour_the_call_is_closed_for_an_hour(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for number in range(100):
            body = {"chatid": "garden01", "name": f"第 {number} 个名字"}
            assert (await stage.api("appchat/update", body))["errcode"] == 0
        assert (await stage.api("appchat/update", body))["errcode"] == 45009
        stage.clock.advance(timedelta(seconds=3599))
        assert (await stage.api("appchat/update", body))["errcode"] == 45009
        stage.clock.advance(timedelta(seconds=1))
        assert (await stage.api("appchat/update", body))["errcode"] == 0


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (text(chatid="gone"), 86003),
        (text(chatid=""), 40063),
        (text(chatid="wrGARDEN"), 86003),
        (text(msgtype="template_card"), 40008),
        (text(""), 44004),
        (text("a" * 2049), 45002),
        (text(msgtype="markdown", markdown={"content": "a" * 2049}), 45002),
        (text(msgtype="file", file={"media_id": "m"}), 40007),
    ],
)
async def test_a_bad_post_is_refused(tmp_path: Path, body: dict[str, Any], errcode: int) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("appchat/send", body))["errcode"] == errcode
        assert await stage.messages() == []


async def test_beyond_200_a_minute_for_a_member_posts_vanish_without_a_word(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as stage:
        token = await stage.token()
        for number in range(201):
            answer = await stage.api("appchat/send", text(f"{number}"), access_token=token)
            assert answer["errcode"] == 0
        assert len(await stage.messages()) == 200


def test_a_company_makes_a_thousand_groups_a_day() -> None:
    rates = Frequency(CHAT_CREATIONS, bans=True)
    assert all(rates.take("corp", NINE) for _ in range(1000))
    assert not rates.take("corp", NINE + timedelta(hours=23))


def test_a_company_reaches_20000_people_a_minute() -> None:
    rates = Frequency(CHAT_DELIVERIES, bans=True)
    assert all(rates.take("corp", NINE, weight=500) for _ in range(40))
    assert not rates.take("corp", NINE, weight=1)


def test_a_member_gets_ten_thousand_a_day() -> None:
    rates, now, taken = Frequency(CHAT_MEMBER_RATES, bans=False), NINE, 0
    for minute in range(51):
        now = NINE + timedelta(minutes=minute)
        taken += sum(rates.take("xiaolu", now) for _ in range(200))
    assert taken == 10_000
