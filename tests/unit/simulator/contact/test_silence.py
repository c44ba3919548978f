"""Whatever an app does by a call, no app is told of it."""

from pathlib import Path

from tests.unit.simulator.contact.support import at_the_pond


async def test_changes_by_calls_raise_no_events(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        group = (await pond.ok("add_corp_tag", group_name="肤质", tag=[{"name": "干皮"}]))[
            "tag_group"
        ]
        tag = group["tag"][0]["id"]
        pair = {"userid": "tangyuan", "external_userid": "wmLULU"}
        await pond.ok("remark", **pair, remark="路路姐")
        await pond.ok("mark_tag", **pair, add_tag=[tag])
        await pond.ok("edit_corp_tag", id=tag, name="大干皮")
        await pond.ok("del_corp_tag", tag_id=[tag])
        friend = await pond.ok("add_contact_way", type=1, scene=2, user=["ayun"])
        await pond.ok("update_contact_way", config_id=friend["config_id"], state="a")
        await pond.ok("del_contact_way", config_id=friend["config_id"])
        way = await pond.ok("groupchat/add_join_way", scene=2, chat_id_list=["wrPOND"])
        await pond.ok("groupchat/del_join_way", config_id=way["config_id"])
        send = await pond.ok("add_msg_template", sender="tangyuan", text={"content": "a"})
        await pond.ok("remind_groupmsg_send", msgid=send["msgid"])
        await pond.ok("cancel_groupmsg_send", msgid=send["msgid"])
        await pond.later()
        assert pond.stage.bot.letters == []


async def test_the_same_changes_by_hand_do(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("POST", "tags", {"group": "肤质", "tags": ["干皮"]})
        await pond.act("PATCH", "tags/干皮", {"name": "大干皮"})
        await pond.act("PATCH", "customers/wmLULU/friends/tangyuan", {"add_tags": ["大干皮"]})
        await pond.act("DELETE", "tags/大干皮")
        changes = [event.value("ChangeType") for event in await pond.heard()]
        assert changes == ["create", "create", "update", "edit_external_contact", "delete"]
