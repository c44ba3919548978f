"""Customer groups: what apps read of them, and what they are told when people come and go."""

from pathlib import Path
from typing import Any

import pytest

from bot.simulator.contact import chat_calls
from tests.unit.simulator.contact.support import Pond, at_the_pond
from tests.unit.simulator.contact.test_friends import fields

WAY = {"scene": 2, "chat_id_list": ["wrPOND"], "state": "spring"}


def items(event: Any) -> list[str]:
    """Who came or went."""
    listed = event.child("MemChangeList")
    assert listed is not None
    return [item.text for item in listed.children if item.name == "Item"]


async def members(pond: Pond) -> dict[str, dict[str, Any]]:
    return {member["userid"]: member for member in (await pond.chat())["member_list"]}


async def test_the_groups_details(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        chat = await pond.chat()
        assert (chat["chat_id"], chat["name"], chat["owner"]) == ("wrPOND", "禾间鱼塘", "tangyuan")
        assert chat["notice"] == ""
        assert chat["admin_list"] == [{"userid": "ayun"}]
        assert len(chat["member_version"]) == 32
        inside = await members(pond)
        assert list(inside) == ["tangyuan", "ayun", "wmLULU"]
        assert [member["type"] for member in inside.values()] == [1, 1, 2]
        lulu = inside["wmLULU"]
        assert (lulu["name"], lulu["join_scene"]) == ("路路", 1)
        assert lulu["invitor"] == {"userid": "tangyuan"}
        assert lulu["join_time"] == chat["create_time"]
        contact = (await pond.read("get", external_userid="wmLULU"))["external_contact"]
        assert lulu["unionid"] == contact["unionid"]
        assert "unionid" not in inside["ayun"]


async def test_somebody_of_another_company_has_no_union_id(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("POST", "groups/pond/members", {"name": "多多"})
        dodo = (await members(pond))["woDODO"]
        assert dodo["type"] == 2
        assert "unionid" not in dodo


async def test_names_come_only_when_asked_for(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        answer = await pond.ok("groupchat/get", chat_id="wrPOND")
        assert all("name" not in member for member in answer["group_chat"]["member_list"])


async def test_groups_are_listed_by_owner_and_page(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        made = await pond.act("POST", "customer-groups", {"owner": "阿云", "name": "二群"})
        second = made["customer_group"]["chat_id"]

        async def listed(**more: Any) -> list[str]:
            answer = await pond.ok("groupchat/list", **{"limit": 10, **more})
            assert all(chat["status"] == 0 for chat in answer["group_chat_list"])
            return [chat["chat_id"] for chat in answer["group_chat_list"]]

        assert await listed() == ["wrPOND", second]
        assert await listed(owner_filter={"userid_list": ["ayun"]}) == [second]
        assert await listed(owner_filter={"userid_list": ["xiaolu"]}) == []
        assert await listed(status_filter=1) == []
        first = await pond.ok("groupchat/list", limit=1)
        assert await listed(limit=1, cursor=first["next_cursor"]) == [second]


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        ("groupchat/get", {}, 40063),
        ("groupchat/get", {"chat_id": "wrNONE"}, 40050),
        ("groupchat/get", {"chat_id": "garden01"}, 90501),
        ("groupchat/get", {"chat_id": "wrPOND", "need_name": 2}, 40058),
        ("groupchat/list", {}, 40063),
        ("groupchat/list", {"limit": 0}, 40058),
        ("groupchat/list", {"limit": 1001}, 40058),
        ("groupchat/list", {"limit": 1, "status_filter": 4}, 40058),
        ("groupchat/list", {"limit": 1, "owner_filter": []}, 40058),
        ("groupchat/list", {"limit": 1, "owner_filter": {"userid_list": ["nobody"]}}, 40003),
        (
            "groupchat/list",
            {"limit": 1, "owner_filter": {"userid_list": ["ayun"] * 101}},
            40058,
        ),
    ],
)
async def test_readings_are_refused(
    tmp_path: Path, path: str, body: dict[str, Any], errcode: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        assert (await pond.call(path, **body))["errcode"] == errcode


async def test_a_large_company_must_name_owners(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_the_pond(tmp_path) as pond:
        monkeypatch.setattr(chat_calls, "VISIBLE_OWNERS", 6)
        await pond.ok("groupchat/list", limit=1)
        monkeypatch.setattr(chat_calls, "VISIBLE_OWNERS", 5)
        assert (await pond.call("groupchat/list", limit=1))["errcode"] == 81017
        await pond.ok("groupchat/list", limit=1, owner_filter={"userid_list": ["tangyuan"]})


async def test_whoever_scans_a_join_way_comes_with_its_state(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        before = (await pond.chat())["member_version"]
        await pond.ok("groupchat/add_join_way", **WAY)
        body = {"name": "娜娜", "way": "spring"}
        joined = await pond.act("POST", "groups/pond/members", body)
        assert joined["member"]["id"] == "wmNANA"
        event = await pond.event()
        told = fields(event)
        assert told.pop("MemChangeList") == ""
        assert told == {
            "Event": "change_external_chat",
            "ChatId": "wrPOND",
            "ChangeType": "update",
            "UpdateDetail": "add_member",
            "JoinScene": "3",
            "MemChangeCnt": "1",
            "LastMemVer": before,
            "CurMemVer": (await pond.chat())["member_version"],
        }
        assert items(event) == ["wmNANA"]
        nana = (await members(pond))["wmNANA"]
        assert (nana["state"], nana["join_scene"]) == ("spring", 3)
        assert "invitor" not in nana
        assert nana["join_time"] == int(pond.stage.clock.now().timestamp())


async def test_the_newest_way_of_a_state_is_meant(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        made = await pond.act("POST", "customer-groups", {"owner": "阿云", "name": "二群"})
        second = made["customer_group"]["chat_id"]
        await pond.ok("groupchat/add_join_way", **WAY)
        await pond.ok("groupchat/add_join_way", **{**WAY, "chat_id_list": [second]})
        answer = await pond.act("POST", "customers/wmNANA/groups", {"way": "spring"})
        assert answer["customer_group"]["chat_id"] == second


async def test_a_code_leads_into_the_first_group_that_is_still_there(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        made = await pond.act("POST", "customer-groups", {"owner": "阿云", "name": "二群"})
        second = made["customer_group"]["chat_id"]
        await pond.ok("groupchat/add_join_way", **{**WAY, "chat_id_list": ["wrPOND", second]})
        answer = await pond.act("POST", "customers/wmNANA/groups", {"way": "spring"})
        assert answer["customer_group"]["id"] == "pond"
        assert answer["customer_group"]["members"][-1]["id"] == "wmNANA"
        await pond.act("DELETE", "groups/pond")
        answer = await pond.act("POST", "customers/wmMIMI/groups", {"way": "spring"})
        assert answer["customer_group"]["chat_id"] == second
        await pond.act("DELETE", f"groups/{second}")
        await pond.act("POST", "customers/woDODO/groups", {"way": "spring"}, status=400)


async def test_several_guests_of_an_employee_are_one_event(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("POST", "groups/pond/invitations", {"by": "阿云", "who": ["米米", "小鹿"]})
        event = await pond.event()
        assert event.value("JoinScene") == "0"
        assert event.value("MemChangeCnt") == "2"
        assert items(event) == ["wmMIMI", "xiaolu"]
        mimi = (await members(pond))["wmMIMI"]
        assert (mimi["join_scene"], mimi["invitor"]) == (1, {"userid": "ayun"})


async def test_by_a_link_the_details_tell_more_than_the_event(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        body = {"by": "阿云", "who": ["米米"], "link": True}
        await pond.act("POST", "groups/pond/invitations", body)
        assert (await pond.event()).value("JoinScene") == "0"
        assert (await members(pond))["wmMIMI"]["join_scene"] == 2


async def test_customers_bring_customers_unseen(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("POST", "groups/pond/members", {"name": "娜娜", "by": "路路"})
        nana = (await members(pond))["wmNANA"]
        assert nana["join_scene"] == 1
        assert "invitor" not in nana


async def test_a_stranger_at_the_door_is_a_new_customer(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        joined = await pond.act("POST", "groups/pond/members", {"name": "新新"})
        assert joined["member"]["id"].startswith("wm")
        customers = (await pond.contact())["customers"]
        assert customers[-1]["name"] == "新新"
        assert customers[-1]["friends"] == []
        namesake = await pond.act("POST", "groups/pond/members", {"name": "路路"})
        assert namesake["member"]["id"] != "wmLULU"


@pytest.mark.parametrize(
    ("query", "scene", "words"),
    [
        ("", "0", "路路 离开了群聊"),
        ("?by=汤圆", "1", "路路 被移出群聊"),
        ("?by=阿云", "1", "路路 被移出群聊"),
    ],
)
async def test_leaving_and_being_removed(
    tmp_path: Path, query: str, scene: str, words: str
) -> None:
    async with at_the_pond(tmp_path) as pond:
        before = (await pond.chat())["member_version"]
        await pond.act("DELETE", f"groups/pond/members/路路{query}")
        event = await pond.event()
        assert event.value("UpdateDetail") == "del_member"
        assert event.value("QuitScene") == scene
        assert event.child("JoinScene") is None
        assert items(event) == ["wmLULU"]
        after = (await pond.chat())["member_version"]
        assert (event.value("LastMemVer"), event.value("CurMemVer")) == (before, after)
        assert "wmLULU" not in await members(pond)
        messages = (await pond.act("GET", "groups/pond/messages"))["messages"]
        assert messages[-1]["text"] == words


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"name": "鱼塘一号"}, "change_name"),
        ({"notice": "文明聊天"}, "change_notice"),
        ({"owner": "阿云"}, "change_owner"),
    ],
)
async def test_other_changes_are_told_and_leave_the_version(
    tmp_path: Path, body: dict[str, str], detail: str
) -> None:
    async with at_the_pond(tmp_path) as pond:
        before = await pond.chat()
        await pond.act("PATCH", "groups/pond", body)
        assert fields(await pond.event()) == {
            "Event": "change_external_chat",
            "ChatId": "wrPOND",
            "ChangeType": "update",
            "UpdateDetail": detail,
        }
        after = await pond.chat()
        (name,) = body
        assert after[name] == {"阿云": "ayun"}.get(body[name], body[name])
        assert after["member_version"] == before["member_version"]


async def test_a_new_owner_leaves_the_old_one_an_admin(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("PATCH", "groups/pond", {"owner": "阿云"})
        assert (await pond.chat())["admin_list"] == [{"userid": "tangyuan"}]


async def test_a_new_group_is_told_and_can_be_read(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        body = {"owner": "阿云", "name": "二群", "members": ["米米"]}
        made = (await pond.act("POST", "customer-groups", body))["customer_group"]
        event = fields(await pond.event())
        assert event["ChangeType"] == "create"
        assert event["ChatId"] == made["chat_id"]
        chat = await pond.chat(made["chat_id"])
        assert (chat["name"], chat["owner"]) == ("二群", "ayun")
        assert [member["userid"] for member in chat["member_list"]] == ["ayun", "wmMIMI"]
        groups = (await pond.act("GET", "groups"))["groups"]
        assert groups[-1]["chat_ids"] == {"contact": made["chat_id"]}


async def test_a_dismissed_group_can_only_be_read_on_the_page(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("DELETE", "groups/pond")
        event = fields(await pond.event())
        assert (event["ChangeType"], event["ChatId"]) == ("dismiss", "wrPOND")
        assert (await pond.call("groupchat/get", chat_id="wrPOND"))["errcode"] == 40050
        assert (await pond.ok("groupchat/list", limit=1))["group_chat_list"] == []
        said = {"from": "路路", "text": "有人吗"}
        await pond.act("POST", "groups/pond/messages", said, status=400)
        before = await pond.contact()
        await pond.act("POST", "groups/pond/members", {"name": "新新"}, status=400)
        assert await pond.contact() == before
        await pond.act("DELETE", "groups/pond/members/路路", status=400)
        await pond.act("DELETE", "groups/pond", status=400)
        await pond.act("PATCH", "groups/pond", {"name": "a"}, status=400)
        assert (await pond.act("GET", "groups/pond/messages"))["messages"]
        assert await pond.heard() == []


async def test_what_is_said_in_the_group_no_app_hears(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        for speaker in ("路路", "汤圆"):
            said = {"from": speaker, "text": "大家好"}
            answer = await pond.act("POST", "groups/pond/messages", said)
            assert answer["delivery"] == "not_heard"
        assert await pond.words() == ["大家好", "大家好"]
        assert await pond.heard() == []


async def test_no_call_writes_into_the_group(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        text = {"chatid": "wrPOND", "msgtype": "text", "text": {"content": "a"}}
        answer = await pond.stage.api("appchat/send", text)
        assert answer["errcode"] == 86003
        assert await pond.words() == []


BAD: list[tuple[str, str, Any, int]] = [
    ("POST", "groups/pond/members", {}, 400),
    ("POST", "groups/pond/members", {"user_id": "wmLULU"}, 400),
    ("POST", "groups/pond/members", {"user_id": "guest"}, 400),
    ("POST", "groups/pond/members", {"name": "甲", "way": "none"}, 404),
    ("POST", "groups/pond/members", {"name": "甲", "way": "other"}, 400),
    ("POST", "groups/pond/members", {"name": "甲", "by": "米米"}, 404),
    ("DELETE", "groups/pond/members/汤圆", None, 400),
    ("DELETE", "groups/pond/members/米米", None, 404),
    ("DELETE", "groups/pond/members/阿云?by=路路", None, 400),
    ("POST", "groups/pond/invitations", {"by": "汤圆", "who": []}, 400),
    ("POST", "groups/pond/invitations", {"by": "汤圆", "who": ["路路", "米米"]}, 400),
    ("POST", "groups/pond/invitations", {"by": "米米", "who": ["娜娜"]}, 404),
    ("POST", "groups/pond/invitations", {"by": "汤圆", "who": ["没有"]}, 404),
    ("POST", "groups/garden/invitations", {"by": "汤圆", "who": ["米米"]}, 400),
    ("PATCH", "groups/pond", {}, 400),
    ("PATCH", "groups/pond", {"owner": "路路"}, 404),
    ("PATCH", "groups/pond", {"owner": "小鹿", "name": "新名字"}, 404),
    ("PATCH", "groups/pond", {"owner": "小鹿"}, 404),
    ("PATCH", "groups/garden", {"name": "a"}, 400),
    ("DELETE", "groups/garden", None, 400),
    ("DELETE", "groups/nowhere", None, 404),
    ("POST", "customer-groups", {"owner": "路路", "name": "a"}, 404),
    ("POST", "customer-groups", {"owner": "汤圆"}, 400),
    ("POST", "customers/wmNANA/groups", {"way": "none"}, 404),
]


@pytest.mark.parametrize(("verb", "path", "body", "status"), BAD)
async def test_bad_input_gets_a_sentence_and_changes_nothing(
    tmp_path: Path, verb: str, path: str, body: Any, status: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        made = await pond.act("POST", "customer-groups", {"owner": "阿云", "name": "二群"})
        other = {**WAY, "state": "other", "chat_id_list": [made["customer_group"]["chat_id"]]}
        await pond.ok("groupchat/add_join_way", **other)
        await pond.heard()
        before = await pond.contact()
        assert (await pond.act(verb, path, body, status=status))["error"]
        assert await pond.contact() == before
        assert await pond.heard() == []
