"""Customers add and drop employees, and every app that may know is told."""

from pathlib import Path
from typing import Any

import pytest

from bot.channels.xml import Element
from tests.unit.simulator.contact.support import Pond, at_the_pond
from tests.unit.simulator.stub_bot import CORP_ID

WAY = {"type": 2, "scene": 2, "user": ["tangyuan", "ayun"], "state": "spring"}


def fields(event: Element) -> dict[str, str]:
    """An event without what all have."""
    assert event.value("ToUserName") == CORP_ID
    assert event.value("FromUserName") == "sys"
    assert event.value("MsgType") == "event"
    assert event.value("CreateTime").isdecimal()
    common = {"ToUserName", "FromUserName", "MsgType", "CreateTime"}
    return {child.name: child.text for child in event.children if child.name not in common}


async def befriend(pond: Pond, customer: str = "wmNANA", **body: Any) -> dict[str, Any]:
    return await pond.act("POST", f"customers/{customer}/friends", body)


async def test_a_new_friend_is_told_with_the_ways_state_and_a_code(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.ok("add_contact_way", **WAY)
        await befriend(pond, way="spring", employee="阿云")
        event = fields(await pond.event())
        assert event.pop("WelcomeCode")
        assert event == {
            "Event": "change_external_contact",
            "ChangeType": "add_external_contact",
            "UserID": "ayun",
            "ExternalUserID": "wmNANA",
            "State": "spring",
        }
        tie = (await pond.read("get", external_userid="wmNANA"))["follow_user"][0]
        assert (tie["userid"], tie["state"], tie["add_way"]) == ("ayun", "spring", 1)
        assert tie["createtime"] == int(pond.stage.clock.now().timestamp())
        assert tie["oper_userid"] == "wmNANA"


async def test_a_join_way_of_the_same_state_is_no_contact_way(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.ok("add_contact_way", **WAY)
        join = {"scene": 2, "chat_id_list": ["wrPOND"], "state": "spring"}
        await pond.ok("groupchat/add_join_way", **join)
        await befriend(pond, way="spring")
        assert (await pond.event()).value("UserID") == "tangyuan"


async def test_whoever_comes_by_himself_has_no_state(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await befriend(pond, employee="tangyuan")
        assert "State" not in fields(await pond.event())
        tie = (await pond.read("get", external_userid="wmNANA"))["follow_user"][0]
        assert tie["add_way"] == 2
        assert "state" not in tie


async def test_all_listed_apps_are_told_and_no_other(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await befriend(pond, employee="tangyuan")
        await pond.later()
        assert [letter.channel for letter in pond.stage.bot.letters] == ["app", "second"]
        codes = {letter.xml.value("WelcomeCode") for letter in pond.stage.bot.letters}
        assert len(codes) == 1


async def test_a_half_added_customer_is_no_friend_until_he_is_accepted(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.ok("add_contact_way", **WAY)
        await befriend(pond, way="spring", half=True)
        event = fields(await pond.event())
        assert event["ChangeType"] == "add_half_external_contact"
        assert event["State"] == "spring"
        assert event["WelcomeCode"]
        assert (await pond.read("get", external_userid="wmNANA"))["errcode"] == 84061
        await pond.act("POST", "customers/wmNANA/friends/tangyuan/accept", {})
        event = fields(await pond.event())
        assert event["ChangeType"] == "add_external_contact"
        assert event["State"] == "spring"
        assert event["WelcomeCode"]
        assert (await pond.read("list", userid="tangyuan"))["external_userid"][-1] == "wmNANA"
        assert all(customer["asking"] == [] for customer in (await pond.contact())["customers"])
        await pond.act("POST", "customers/wmNANA/friends/tangyuan/accept", {}, status=400)


async def test_a_half_added_customer_can_be_turned_away_and_come_again(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        for _ in range(2):
            await befriend(pond, employee="tangyuan", half=True)
            await pond.act("DELETE", "customers/wmNANA/friends/tangyuan?by=employee")
        changes = [event.value("ChangeType") for event in await pond.heard()]
        assert changes == ["add_half_external_contact", "del_external_contact"] * 2


async def test_who_was_greeted_half_added_brings_no_second_code(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await befriend(pond, employee="tangyuan", half=True)
        code = fields(await pond.event())["WelcomeCode"]
        await pond.ok("send_welcome_msg", welcome_code=code, text={"content": "你好"})
        await pond.act("POST", "customers/wmNANA/friends/tangyuan/accept", {})
        assert "WelcomeCode" not in fields(await pond.event())


async def test_a_chat_that_has_begun_brings_no_code(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await befriend(pond, employee="tangyuan", half=True)
        said = {"employee": "tangyuan", "from": "娜娜", "text": "在吗"}
        await pond.act("POST", "customers/wmNANA/messages", said)
        await pond.act("POST", "customers/wmNANA/friends/tangyuan/accept", {})
        assert "WelcomeCode" not in fields((await pond.heard())[-1])


@pytest.mark.parametrize(
    ("customer", "body"),
    [("wmNANA", {"employee": "tangyuan", "console": True}), ("woDODO", {"employee": "tangyuan"})],
    ids=["the console greets", "of another company"],
)
async def test_there_is_no_code_for(tmp_path: Path, customer: str, body: dict[str, Any]) -> None:
    async with at_the_pond(tmp_path) as pond:
        await befriend(pond, customer, **body)
        assert "WelcomeCode" not in fields(await pond.event())


@pytest.mark.parametrize(
    ("by", "change"),
    [("customer", "del_follow_user"), ("employee", "del_external_contact")],
)
async def test_a_cut_tie_is_told_by_who_cut_it(tmp_path: Path, by: str, change: str) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("DELETE", f"customers/路路/friends/汤圆?by={by}")
        assert fields(await pond.event()) == {
            "Event": "change_external_contact",
            "ChangeType": change,
            "UserID": "tangyuan",
            "ExternalUserID": "wmLULU",
        }
        assert (await pond.read("get", external_userid="wmLULU"))["errcode"] == 84061


async def test_notes_by_hand_are_told_as_an_edit(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("POST", "tags", {"group": "肤质", "tags": ["没了", "油皮", "干皮"]})
        await pond.act("DELETE", "tags/没了")
        await pond.heard()
        notes = {"remark": "路路姐", "description": "", "add_tags": ["干皮"]}
        await pond.act("PATCH", "customers/wmLULU/friends/tangyuan", notes)
        event = fields(await pond.event())
        assert event["ChangeType"] == "edit_external_contact"
        tie = (await pond.read("get", external_userid="wmLULU"))["follow_user"][0]
        assert tie["remark"] == "路路姐"
        assert [tag["tag_name"] for tag in tie["tags"]] == ["干皮"]
        gone = {"add_tags": ["没了"]}
        await pond.act("PATCH", "customers/wmLULU/friends/tangyuan", gone, status=404)
        cleared = {"remark": "", "remove_tags": ["干皮"]}
        await pond.act("PATCH", "customers/wmLULU/friends/tangyuan", cleared)
        tie = (await pond.read("get", external_userid="wmLULU"))["follow_user"][0]
        assert (tie["remark"], tie["tags"]) == ("", [])


async def test_notes_that_just_fit_are_taken(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        notes = {"remark": "一" * 20, "description": "一" * 150}
        await pond.act("PATCH", "customers/wmLULU/friends/tangyuan", notes)


async def test_somebody_new_can_be_made_up(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        customer = (await pond.act("POST", "customers", {"name": "新新"}))["customer"]
        assert customer["id"].startswith("wm")
        await befriend(pond, "新新", employee="tangyuan")
        answer = await pond.read("get", external_userid=customer["id"])
        assert answer["external_contact"]["name"] == "新新"


async def test_people_write_to_each_other_and_no_app_hears_it(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        for speaker, text in (("路路", "在吗"), ("汤圆", "在的")):
            said = {"employee": "tangyuan", "from": speaker, "text": text}
            answer = await pond.act("POST", "customers/wmLULU/messages", said)
            assert answer["delivery"] == "not_heard"
        assert await pond.private_words("wmLULU", "tangyuan") == ["在吗", "在的"]
        assert await pond.heard() == []


BAD: list[tuple[str, str, Any, int]] = [
    ("POST", "customers", {}, 400),
    ("POST", "customers", {"name": "a", "id": "guest"}, 400),
    ("POST", "customers", {"name": "a", "id": "wmLULU"}, 400),
    ("POST", "customers/nobody/friends", {"employee": "tangyuan"}, 404),
    ("POST", "customers/wmNANA/friends", {}, 400),
    ("POST", "customers/wmNANA/friends", {"employee": "wmLULU"}, 404),
    ("POST", "customers/wmNANA/friends", {"way": "none"}, 404),
    ("POST", "customers/wmNANA/friends", {"way": "spring", "employee": "xiaolu"}, 400),
    ("POST", "customers/wmNANA/friends", {"way": "slow", "half": True}, 400),
    ("POST", "customers/wmNANA/friends", {"way": "private"}, 400),
    ("POST", "customers/wmNANA/friends", {"employee": "tangyuan", "half": "yes"}, 400),
    ("POST", "customers/wmLULU/friends", {"employee": "tangyuan"}, 400),
    ("POST", "customers/wmLULU/friends", {"employee": "tangyuan", "half": True}, 400),
    ("POST", "customers/wmNANA/friends/tangyuan/accept", {}, 400),
    ("DELETE", "customers/wmNANA/friends/tangyuan", None, 400),
    ("DELETE", "customers/wmLULU/friends/tangyuan?by=me", None, 400),
    ("PATCH", "customers/wmLULU/friends/tangyuan", {}, 400),
    ("PATCH", "customers/wmLULU/friends/tangyuan", {"remark": 7}, 400),
    ("PATCH", "customers/wmLULU/friends/tangyuan", {"remark": "一" * 21}, 400),
    ("PATCH", "customers/wmLULU/friends/tangyuan", {"description": "一" * 151}, 400),
    ("PATCH", "customers/wmLULU/friends/tangyuan", {"add_tags": ["没有"]}, 404),
    ("PATCH", "customers/wmLULU/friends/tangyuan", {"add_tags": "没有"}, 400),
    ("PATCH", "customers/wmNANA/friends/tangyuan", {"remark": "a"}, 400),
    ("POST", "customers/wmNANA/messages", {"employee": "汤圆", "from": "娜娜", "text": "a"}, 400),
    ("POST", "customers/wmLULU/messages", {"employee": "汤圆", "from": "阿云", "text": "a"}, 400),
    ("POST", "customers/wmLULU/messages", {"employee": "汤圆", "from": "路路", "text": " "}, 400),
    ("GET", "customers/wmLULU/messages?employee=nobody", None, 404),
]


@pytest.mark.parametrize(("verb", "path", "body", "status"), BAD)
async def test_bad_input_gets_a_sentence_and_no_event(
    tmp_path: Path, verb: str, path: str, body: Any, status: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.ok("add_contact_way", **WAY)
        await pond.ok("add_contact_way", **{**WAY, "state": "slow", "skip_verify": False})
        private = {**WAY, "user": ["ayun"], "state": "private", "is_temp": True, "unionid": "o6"}
        await pond.ok("add_contact_way", **private)
        assert (await pond.act(verb, path, body, status=status))["error"]
        assert await pond.heard() == []
