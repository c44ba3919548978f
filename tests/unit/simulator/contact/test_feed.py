"""Whoever watches is told what has a new look, by hand or by a call."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.contact.support import Pond, at_the_pond

WORDS: dict[str, Any] = {"text": {"content": "今晚八点上新"}}
BY_HAND: list[tuple[str, str, Any, set[str]]] = [
    ("POST", "customers", {"name": "新新"}, {"group", "customer"}),
    ("POST", "customers/wmNANA/friends", {"employee": "tangyuan"}, {"customer"}),
    ("POST", "customers/wmNANA/friends", {"employee": "ayun", "half": True}, {"customer"}),
    ("POST", "customers/wmNANA/friends", {"way": "spring"}, {"customer", "ways"}),
    ("DELETE", "customers/wmLULU/friends/tangyuan", None, {"customer"}),
    ("PATCH", "customers/wmLULU/friends/tangyuan", {"remark": "a"}, {"customer"}),
    ("POST", "groups/pond/members", {"name": "娜娜"}, {"group", "customer_group", "message"}),
    ("DELETE", "groups/pond/members/路路", None, {"group", "customer_group", "message"}),
    ("PATCH", "groups/pond", {"name": "a"}, {"group", "customer_group", "message"}),
    ("DELETE", "groups/pond", None, {"group", "customer_group", "message"}),
    (
        "POST",
        "customer-groups",
        {"owner": "阿云", "name": "二群"},
        {"group", "customer_group", "message"},
    ),
    ("POST", "tags", {"group": "肤质", "tags": ["油皮"]}, {"tags"}),
    ("PATCH", "tags/干皮", {"name": "大干皮"}, {"tags"}),
    ("DELETE", "tags/干皮", None, {"tags"}),
    ("POST", "tags/shuffle", {}, {"tags"}),
    ("POST", "people/tangyuan/tasks/MSGID/confirm", {}, {"tasks", "message"}),
    ("POST", "people/tangyuan/tasks/MSGID/ignore", {}, {"tasks"}),
]


async def news(pond: Pond, stream: Any) -> set[str]:
    """The names of what was told until a mark that is set now, without what other parts tell."""
    await pond.act("POST", "groups/garden/messages", {"from": "xiaolu", "text": "mark"})
    names: set[str] = set()
    while True:
        line = (await asyncio.wait_for(stream.content.readline(), 5)).decode()
        if line.startswith("event: "):
            name = line.removeprefix("event: ").strip()
        if line.startswith("data: "):
            data = json.loads(line.removeprefix("data: "))
            if name == "message" and data["message"]["text"] == "mark":
                return names - {"state", "log", "clock", "channels"}
            names.add(name)


async def prepare(pond: Pond) -> dict[str, str]:
    """Something to change: a tag, a way of each kind, a task."""
    await pond.act("POST", "tags", {"group": "肤质", "tags": ["干皮"]})
    tags = (await pond.contact())["tags"]
    own = await pond.ok("add_corp_tag", group_name="年龄", tag=[{"name": "二十"}])
    friend = await pond.ok("add_contact_way", type=1, scene=2, user=["ayun"], state="spring")
    join = await pond.ok("groupchat/add_join_way", scene=2, chat_id_list=["wrPOND"])
    send = await pond.ok("add_msg_template", sender="tangyuan", **WORDS)
    return {
        "TAG": tags[0]["tags"][0]["id"],
        "OWN": own["tag_group"]["tag"][0]["id"],
        "WAY": friend["config_id"],
        "JOIN": join["config_id"],
        "MSGID": send["msgid"],
    }


@pytest.mark.parametrize(("verb", "path", "body", "names"), BY_HAND)
async def test_by_hand(tmp_path: Path, verb: str, path: str, body: Any, names: set[str]) -> None:
    async with at_the_pond(tmp_path) as pond:
        real = await prepare(pond)
        async with pond.stage.client.get("/sim/api/stream") as stream:
            await news(pond, stream)
            await pond.act(verb, path.replace("MSGID", real["MSGID"]), body)
            assert await news(pond, stream) == names


BY_CALL: list[tuple[str, dict[str, Any], set[str]]] = [
    ("remark", {"userid": "tangyuan", "external_userid": "wmLULU", "remark": "a"}, {"customer"}),
    (
        "mark_tag",
        {"userid": "tangyuan", "external_userid": "wmLULU", "add_tag": ["TAG"]},
        {"customer"},
    ),
    ("add_corp_tag", {"group_name": "年龄", "tag": [{"name": "三十"}]}, {"tags"}),
    ("edit_corp_tag", {"id": "OWN", "name": "廿"}, {"tags"}),
    ("del_corp_tag", {"tag_id": ["OWN"]}, {"tags"}),
    ("add_contact_way", {"type": 1, "scene": 2, "user": ["ayun"]}, {"ways"}),
    ("update_contact_way", {"config_id": "WAY", "state": "a"}, {"ways"}),
    ("del_contact_way", {"config_id": "WAY"}, {"ways"}),
    ("groupchat/add_join_way", {"scene": 2, "chat_id_list": ["wrPOND"]}, {"ways"}),
    (
        "groupchat/update_join_way",
        {"config_id": "JOIN", "scene": 2, "chat_id_list": ["wrPOND"]},
        {"ways"},
    ),
    ("groupchat/del_join_way", {"config_id": "JOIN"}, {"ways"}),
    ("add_msg_template", {"sender": "tangyuan", **WORDS}, {"tasks"}),
    ("remind_groupmsg_send", {"msgid": "MSGID"}, {"tasks"}),
    ("cancel_groupmsg_send", {"msgid": "MSGID"}, {"tasks"}),
]


@pytest.mark.parametrize(("path", "body", "names"), BY_CALL)
async def test_by_a_call(tmp_path: Path, path: str, body: dict[str, Any], names: set[str]) -> None:
    async with at_the_pond(tmp_path) as pond:
        text = json.dumps(body)
        for name, value in (await prepare(pond)).items():
            text = text.replace(f'"{name}"', f'"{value}"')
        async with pond.stage.client.get("/sim/api/stream") as stream:
            await news(pond, stream)
            await pond.ok(path, **json.loads(text))
            assert await news(pond, stream) == names
