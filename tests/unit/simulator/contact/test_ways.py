"""Ways in: codes that add employees, codes that lead into groups."""

from pathlib import Path
from typing import Any

import pytest

from bot.simulator.contact import way_calls
from tests.unit.simulator.contact.support import SECOND_SECRET, Pond, at_the_pond

DAY = 86_400
FRIEND: dict[str, Any] = {"type": 1, "scene": 2, "user": ["tangyuan"]}
GROUP: dict[str, Any] = {"scene": 2, "chat_id_list": ["wrPOND"]}


async def friend_way(pond: Pond, **more: Any) -> str:
    return str((await pond.ok("add_contact_way", **{**FRIEND, **more}))["config_id"])


async def group_way(pond: Pond, **more: Any) -> str:
    return str((await pond.ok("groupchat/add_join_way", **{**GROUP, **more}))["config_id"])


async def test_a_contact_way_is_told_as_it_was_made(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        more = {"state": "spring", "remark": "春天", "skip_verify": False, "style": 1}
        made = await pond.ok("add_contact_way", **FRIEND, **more)
        way = (await pond.ok("get_contact_way", config_id=made["config_id"]))["contact_way"]
        assert way == {
            **FRIEND,
            **more,
            "is_temp": False,
            "config_id": made["config_id"],
            "qr_code": made["qr_code"],
        }


async def test_a_button_of_a_mini_program_has_no_code(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        made = await pond.ok("add_contact_way", **{**FRIEND, "scene": 1})
        assert "qr_code" not in made
        way = (await pond.ok("get_contact_way", config_id=made["config_id"]))["contact_way"]
        assert "qr_code" not in way
        assert way["skip_verify"] is True


async def test_an_update_changes_what_it_names(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        config_id = await friend_way(pond, state="spring", remark="春天")
        await pond.ok("update_contact_way", config_id=config_id, state="summer", user=["ayun"])
        way = (await pond.ok("get_contact_way", config_id=config_id))["contact_way"]
        assert (way["state"], way["remark"], way["user"]) == ("summer", "春天", ["ayun"])


async def test_a_join_way_is_told_as_it_was_made_and_overwritten_whole(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        config_id = await group_way(pond, state="spring", remark="春天", room_base_name="鱼塘")
        way = (await pond.ok("groupchat/get_join_way", config_id=config_id))["join_way"]
        assert (way["state"], way["remark"], way["room_base_name"]) == ("spring", "春天", "鱼塘")
        assert (way["auto_create_room"], way["chat_id_list"]) == (1, ["wrPOND"])
        assert way["qr_code"].startswith("http://")
        await pond.ok("groupchat/update_join_way", config_id=config_id, **GROUP, state="summer")
        way = (await pond.ok("groupchat/get_join_way", config_id=config_id))["join_way"]
        assert (way["state"], way["remark"], way["room_base_name"]) == ("summer", "", "")


async def test_a_join_ways_long_remark_is_cut_off(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        config_id = await group_way(pond, remark="一" * 31)
        way = (await pond.ok("groupchat/get_join_way", config_id=config_id))["join_way"]
        assert way["remark"] == "一" * 30


async def test_the_picture_of_a_code_can_be_fetched(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        url = (await pond.ok("add_contact_way", **FRIEND))["qr_code"]
        picture = await pond.stage.client.session.get(url)
        assert picture.content_type == "image/png"
        assert (await picture.read()).startswith(b"\x89PNG\r\n\x1a\n")
        missing = await pond.stage.client.session.get(url.replace(".png", "x.png"))
        assert missing.status == 404


async def test_what_was_deleted_is_gone(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        friend, group = await friend_way(pond), await group_way(pond)
        await pond.ok("del_contact_way", config_id=friend)
        await pond.ok("groupchat/del_join_way", config_id=group)
        assert (await pond.call("get_contact_way", config_id=friend))["errcode"] == 41044
        assert (await pond.call("groupchat/get_join_way", config_id=group))["errcode"] == 41044


async def test_an_app_sees_only_its_own_ways(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        config_id = await friend_way(pond)
        listed = await pond.call_as(SECOND_SECRET, "list_contact_way")
        assert listed["contact_way"] == []
        answer = await pond.call_as(SECOND_SECRET, "get_contact_way", config_id=config_id)
        assert answer["errcode"] == 41044


async def test_ways_are_listed_by_time_and_temporary_ones_are_not(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        old = await friend_way(pond)
        await pond.later(DAY)
        middle = await friend_way(pond)
        await friend_way(pond, is_temp=True)
        await pond.later(DAY)
        new = await friend_way(pond)
        now = int(pond.stage.clock.now().timestamp())

        async def listed(**more: Any) -> list[str]:
            answer = await pond.ok("list_contact_way", **more)
            return [way["config_id"] for way in answer["contact_way"]]

        assert await listed() == [old, middle, new]
        assert await listed(start_time=now - DAY, end_time=now - 1) == [middle]
        first = await pond.ok("list_contact_way", limit=2)
        assert await listed(cursor=first["next_cursor"], limit=2) == [new]
        await pond.later(91 * DAY)
        assert await listed() == []


async def test_texts_that_just_fit_are_taken(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await friend_way(pond, state="态" * 30, remark="一" * 30)
        await group_way(pond, state="态" * 30, room_base_name="群" * 40)
        await friend_way(pond, is_temp=True, expires_in=14 * DAY, chat_expires_in=14 * DAY)


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        ("add_contact_way", {**FRIEND, "type": None}, 41037),
        ("add_contact_way", {**FRIEND, "scene": None}, 41038),
        ("add_contact_way", {**FRIEND, "type": 3}, 41039),
        ("add_contact_way", {**FRIEND, "type": "1"}, 40058),
        ("add_contact_way", {**FRIEND, "scene": 0}, 41040),
        ("add_contact_way", {**FRIEND, "style": "a"}, 41042),
        ("add_contact_way", {**FRIEND, "user": []}, 40063),
        ("add_contact_way", {"type": 2, "scene": 2}, 40063),
        ("add_contact_way", {**FRIEND, "user": ["nobody"]}, 40003),
        ("add_contact_way", {**FRIEND, "user": ["tangyuan", "ayun"]}, 41041),
        (
            "add_contact_way",
            {**FRIEND, "type": 2, "is_temp": True, "user": ["tangyuan", "ayun"]},
            41041,
        ),
        ("add_contact_way", {**FRIEND, "type": 2, "party": [1]}, 60123),
        ("add_contact_way", {**FRIEND, "state": "s" * 31}, 40058),
        ("add_contact_way", {**FRIEND, "remark": "一" * 31}, 40058),
        ("add_contact_way", {**FRIEND, "skip_verify": "yes"}, 40058),
        ("add_contact_way", {**FRIEND, "is_temp": True, "expires_in": 14 * DAY + 1}, 40058),
        ("add_contact_way", {**FRIEND, "is_temp": True, "chat_expires_in": 0}, 40058),
        ("list_contact_way", {"limit": 1001}, 40058),
        ("get_contact_way", {}, 41043),
        ("get_contact_way", {"config_id": "none"}, 41044),
        ("get_contact_way", {"config_id": "JOIN"}, 41044),
        ("update_contact_way", {"config_id": "none"}, 41044),
        ("update_contact_way", {"config_id": "WAY", "state": "s" * 31}, 40058),
        ("update_contact_way", {"config_id": "WAY", "user": []}, 40063),
        ("update_contact_way", {"config_id": "WAY", "user": ["tangyuan", "ayun"]}, 41041),
        ("del_contact_way", {"config_id": "none"}, 41044),
        ("groupchat/add_join_way", {"chat_id_list": ["wrPOND"]}, 41038),
        ("groupchat/add_join_way", {**GROUP, "scene": 3}, 41040),
        ("groupchat/add_join_way", {"scene": 2}, 40063),
        ("groupchat/add_join_way", {**GROUP, "chat_id_list": ["wrNONE"]}, 40050),
        ("groupchat/add_join_way", {**GROUP, "chat_id_list": ["garden01"]}, 90501),
        ("groupchat/add_join_way", {**GROUP, "chat_id_list": ["wrPOND"] * 6}, 40058),
        ("groupchat/add_join_way", {**GROUP, "state": "s" * 31}, 40058),
        ("groupchat/add_join_way", {**GROUP, "room_base_name": "群" * 41}, 40058),
        ("groupchat/add_join_way", {**GROUP, "auto_create_room": 2}, 40058),
        ("groupchat/get_join_way", {}, 41043),
        ("groupchat/get_join_way", {"config_id": "WAY"}, 41044),
        ("groupchat/update_join_way", {"config_id": "JOIN", "scene": 2}, 40063),
        ("groupchat/update_join_way", {"config_id": "none", **GROUP}, 41044),
        ("groupchat/del_join_way", {"config_id": "none"}, 41044),
    ],
)
async def test_calls_are_refused(
    tmp_path: Path, path: str, body: dict[str, Any], errcode: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        real = {"WAY": await friend_way(pond), "JOIN": await group_way(pond)}
        config_id = body.get("config_id")
        if config_id in real:
            body = {**body, "config_id": real[str(config_id)]}
        assert (await pond.call(path, **body))["errcode"] == errcode


async def test_a_contact_way_has_at_most_a_hundred_people(tmp_path: Path) -> None:
    people = [{"user_id": f"p{n}", "name": f"员工{n}"} for n in range(101)]
    staff = [{"user_id": "tangyuan", "name": "汤圆"}, {"user_id": "ayun", "name": "阿云"}]
    async with at_the_pond(tmp_path, people=staff + people, in_group=[]) as pond:
        users = [str(person["user_id"]) for person in people]
        answer = await pond.call("add_contact_way", **{**FRIEND, "type": 2, "user": users})
        assert answer["errcode"] == 41041
        await friend_way(pond, type=2, user=users[:100])


async def test_both_kinds_share_one_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way_calls, "WAYS", 2)
    async with at_the_pond(tmp_path) as pond:
        await friend_way(pond, is_temp=True)
        await friend_way(pond)
        await group_way(pond)
        assert (await pond.call("add_contact_way", **FRIEND))["errcode"] == 41045
        assert (await pond.call("groupchat/add_join_way", **GROUP))["errcode"] == 41045


async def test_a_temporary_code_adds_once_and_for_a_while(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        last_words = {"text": {"content": "再见"}}
        once = await friend_way(pond, is_temp=True, state="once", conclusions=last_words)
        way = (await pond.ok("get_contact_way", config_id=once))["contact_way"]
        assert (way["expires_in"], way["chat_expires_in"]) == (7 * DAY, DAY)
        assert way["conclusions"] == last_words
        await pond.act("POST", "customers/wmNANA/friends", {"way": once})
        await pond.act("POST", "customers/woDODO/friends", {"way": once}, status=400)
        assert (await pond.call("update_contact_way", config_id=once))["errcode"] == 41044
        half = await friend_way(pond, is_temp=True)
        await pond.act("POST", "customers/wmMIMI/friends", {"way": half, "half": True}, status=400)
        await pond.act("POST", "customers/woDODO/friends", {"way": half, "half": True})
        assert (await pond.call("update_contact_way", config_id=half))["errcode"] == 41044
        short = await friend_way(pond, is_temp=True, expires_in=60)
        await pond.later(60)
        await pond.act("POST", "customers/woDODO/friends", {"way": short}, status=400)
