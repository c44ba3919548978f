"""What happened to customers is still so after a restart."""

import json
from pathlib import Path
from typing import Any

from bot.simulator.contact.records import Records
from tests.unit.simulator.contact.support import Pond, at_the_pond, pond_settings, pond_world
from tests.unit.simulator.stub_bot import NINE

WORDS: dict[str, Any] = {"text": {"content": "今晚八点上新"}}


async def live(pond: Pond) -> dict[str, str]:
    """A bit of everything; returns what to ask for afterwards."""
    tags = (await pond.ok("add_corp_tag", group_name="肤质", tag=[{"name": "干皮"}]))["tag_group"]
    await pond.act("POST", "tags", {"group": "年龄", "tags": ["二十", "三十"]})
    await pond.act("DELETE", "tags/三十")
    await pond.ok("add_contact_way", type=1, scene=2, user=["ayun"], state="spring")
    once = await pond.ok("add_contact_way", type=1, scene=2, user=["ayun"], is_temp=True)
    await pond.act("POST", "customers/woDODO/friends", {"way": once["config_id"]})
    join = {"scene": 2, "chat_id_list": ["wrPOND"], "state": "pond"}
    way = await pond.ok("groupchat/add_join_way", **join)
    await pond.act("POST", "customers/wmNANA/friends", {"way": "spring"})
    code = (await pond.heard())[-1].value("WelcomeCode")
    await pond.act("POST", "customers/wmMIMI/friends", {"employee": "xiaolu", "half": True})
    pair = {"userid": "ayun", "external_userid": "wmNANA"}
    await pond.ok("mark_tag", **pair, add_tag=[tags["tag"][0]["id"]])
    await pond.ok("remark", **pair, remark="娜姐", description="爱喝茶", remark_mobiles=["138"])
    await pond.act("DELETE", "customers/wmLULU/friends/tangyuan")
    await pond.act("POST", "groups/pond/members", {"name": "新新", "way": "pond"})
    await pond.act("DELETE", "groups/pond/members/路路")
    await pond.act("PATCH", "groups/pond", {"name": "鱼塘一号", "notice": "文明", "owner": "阿云"})
    other = await pond.act("POST", "customer-groups", {"owner": "汤圆", "name": "二群"})
    await pond.act("DELETE", f"groups/{other['customer_group']['id']}")
    sent = await pond.ok("add_msg_template", sender="tangyuan", **WORDS)
    await pond.act("POST", f"people/tangyuan/tasks/{sent['msgid']}/confirm", {})
    put_away = await pond.ok("add_msg_template", sender="ayun", **WORDS)
    await pond.act("POST", f"people/ayun/tasks/{put_away['msgid']}/ignore", {})
    called_off = await pond.ok("add_msg_template", sender="tangyuan", **WORDS)
    for _ in range(3):
        await pond.ok("remind_groupmsg_send", msgid=called_off["msgid"])
    await pond.ok("cancel_groupmsg_send", msgid=called_off["msgid"])
    return {
        "code": code,
        "way": way["config_id"],
        "sent": sent["msgid"],
        "reminded": called_off["msgid"],
    }


async def seen(pond: Pond, names: dict[str, str]) -> list[Any]:
    """All that can be read, but where our own address stands in it."""
    shown = await pond.contact()
    for way in shown["ways"]:
        way["qr_code"] = way["qr_code"].rpartition("/")[2]
    assert shown.keys() == (await pond.act("GET", "state"))["contact"].keys()
    return [
        shown,
        (await pond.act("GET", "groups"))["groups"],
        (await pond.act("GET", "state"))["rooms"],
        await pond.chat(),
        await pond.read("get", external_userid="wmNANA"),
        (await pond.ok("get_corp_tag_list"))["tag_group"],
        await pond.ok("get_groupmsg_send_result", msgid=names["sent"], userid="tangyuan"),
        (await pond.ok("groupchat/get_join_way", config_id=names["way"]))["join_way"]["state"],
    ]


async def test_a_restart_changes_nothing(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        names = await live(pond)
        before = await seen(pond, names)
    async with at_the_pond(tmp_path) as pond:
        assert await seen(pond, names) == before


async def test_what_was_used_up_stays_used_up(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        names = await live(pond)
        await pond.ok("send_welcome_msg", welcome_code=names["code"], **WORDS)
    async with at_the_pond(tmp_path) as pond:
        greeted = await pond.call("send_welcome_msg", welcome_code=names["code"], **WORDS)
        assert greeted["errcode"] == 41051
        answer = await pond.call("remind_groupmsg_send", msgid=names["reminded"])
        assert answer["errcode"] == 45009
        path = f"people/tangyuan/tasks/{names['sent']}/confirm"
        await pond.act("POST", path, {}, status=400)
        again = await pond.ok("add_msg_template", sender="tangyuan", **WORDS)
        await pond.act("POST", f"people/tangyuan/tasks/{again['msgid']}/confirm", {})
        asked = {"msgid": again["msgid"], "userid": "tangyuan"}
        rows = (await pond.ok("get_groupmsg_send_result", **asked))["send_list"]
        assert [row["status"] for row in rows] == [3]


async def test_a_half_added_customer_can_still_be_accepted(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await live(pond)
    async with at_the_pond(tmp_path) as pond:
        await pond.act("POST", "customers/wmMIMI/friends/xiaolu/accept", {})
        assert (await pond.event()).value("WelcomeCode")


async def test_people_and_groups_of_an_older_file_do_no_harm(tmp_path: Path) -> None:
    pair = {"employee": "gone", "customer": "wmGONE"}
    happenings: list[dict[str, Any]] = [
        {"t": "contact.tied", **pair, "state": "", "add_way": 1},
        {"t": "contact.noted", **pair, "changes": {"remark": "a"}},
        {"t": "contact.cut", **pair},
        {"t": "contact.marked", **pair, "add": ["et1"], "remove": []},
        {"t": "contact.tied", "employee": "gone", "customer": "wmLULU", "state": "", "add_way": 1},
        {
            "t": "contact.marked",
            "employee": "tangyuan",
            "customer": "wmLULU",
            "add": ["et1"],
            "remove": [],
        },
        {"t": "contact.joined", "group": "gone", "who": ["a"], "scene": 3, "state": ""},
        {"t": "contact.left", "group": "gone", "who": ["a"]},
        {"t": "contact.dismissed", "group": "gone"},
    ]
    path = tmp_path / "simulator" / "journal.jsonl"
    path.parent.mkdir()
    lines = [json.dumps({**happening, "at": NINE.isoformat()}) for happening in happenings]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    async with at_the_pond(tmp_path) as pond:
        answer = await pond.read("get", external_userid="wmLULU")
        assert [(tie["userid"], tie["tags"]) for tie in answer["follow_user"]] == [("tangyuan", [])]
        assert len((await pond.contact())["customer_groups"]) == 1


def test_what_happens_elsewhere_is_left_to_others(tmp_path: Path) -> None:
    world = pond_world(tmp_path)
    records = Records(world, pond_settings(), str)
    elsewhere = {"t": "elsewhere", "at": NINE.isoformat()}
    parts = (records.friends, records.tag_library, records.ways, records.chats, records.sends)
    assert not any(part.apply(elsewhere) for part in parts)
