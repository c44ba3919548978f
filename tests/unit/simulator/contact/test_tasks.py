"""Mass sends: a call makes tasks, an employee's yes sends, a receiver takes only so many."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.contact.support import SECOND_SECRET, Pond, at_the_pond

DAY = 86_400
WORDS: dict[str, Any] = {"text": {"content": "今晚八点上新"}}
TO_GROUP: dict[str, Any] = {
    "chat_type": "group",
    "sender": "tangyuan",
    "chat_id_list": ["wrPOND"],
    **WORDS,
}


async def make(pond: Pond, **body: Any) -> str:
    return str((await pond.ok("add_msg_template", **{**WORDS, **body}))["msgid"])


async def tasks(pond: Pond, person: str = "tangyuan") -> list[dict[str, Any]]:
    return list((await pond.act("GET", f"people/{person}/tasks"))["tasks"])


async def confirm(
    pond: Pond, msgid: str, person: str = "tangyuan", status: int = 200, **body: Any
) -> dict[str, Any]:
    path = f"people/{person}/tasks/{msgid}/confirm"
    return await pond.act("POST", path, body, status=status)


async def results(pond: Pond, msgid: str, person: str = "tangyuan") -> dict[str, int]:
    """The status by receiver."""
    answer = await pond.ok("get_groupmsg_send_result", msgid=msgid, userid=person)
    rows = answer["send_list"]
    assert all(row["userid"] == person for row in rows)
    assert all(("send_time" in row) == (row["status"] == 1) for row in rows)
    return {row.get("external_userid") or row["chat_id"]: row["status"] for row in rows}


async def test_nothing_is_sent_before_the_employee_says_yes(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        msgid = await make(pond, **TO_GROUP)
        assert await pond.words() == []
        listed = await pond.ok("get_groupmsg_task", msgid=msgid)
        assert listed["task_list"] == [{"userid": "tangyuan", "status": 0}]
        assert await results(pond, msgid) == {}
        (task,) = await tasks(pond)
        assert (task["state"], task["text"]) == ("open", "今晚八点上新")
        assert task["targets"] == [{"id": "wrPOND", "name": "禾间鱼塘", "status": 0}]


async def test_a_yes_posts_into_the_group_as_the_employee(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        link = {"title": "新品", "url": "https://example.com/new"}
        msgid = await make(pond, **TO_GROUP, attachments=[{"msgtype": "link", "link": link}])
        await pond.later(60)
        await confirm(pond, msgid)
        messages = (await pond.act("GET", "groups/pond/messages"))["messages"]
        assert [(one["from"], one["kind"]) for one in messages] == [
            ("tangyuan", "text"),
            ("tangyuan", "news"),
        ]
        assert messages[1]["text"] == "新品\nhttps://example.com/new"
        now = int(pond.stage.clock.now().timestamp())
        listed = await pond.ok("get_groupmsg_task", msgid=msgid)
        assert listed["task_list"] == [{"userid": "tangyuan", "status": 2, "send_time": now}]
        assert await results(pond, msgid) == {"wrPOND": 1}
        assert await pond.heard() == []


async def test_a_yes_counts_once(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        msgid = await make(pond, **TO_GROUP)
        await confirm(pond, msgid)
        assert "已经发送过" in (await confirm(pond, msgid, status=400))["error"]
        assert await pond.words() == ["今晚八点上新"]


async def test_customers_get_it_in_their_private_chats(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        msgid = await make(pond, sender="tangyuan")
        assert await results(pond, msgid) == {"wmLULU": 0, "wmMIMI": 0}
        await confirm(pond, msgid)
        assert await results(pond, msgid) == {"wmLULU": 1, "wmMIMI": 1}
        for customer in ("wmLULU", "wmMIMI"):
            words = await pond.private_words(customer, "tangyuan")
            assert words == ["今晚八点上新"]


async def test_of_a_shared_customer_the_one_who_last_chatted_gets_the_task(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        for employee in ("tangyuan", "ayun"):
            await pond.later(60)
            said = {"employee": employee, "from": "米米", "text": "在吗"}
            await pond.act("POST", "customers/wmMIMI/messages", said)
        await make(pond, external_userid=["wmLULU", "wmMIMI"])
        assert [one["id"] for one in (await tasks(pond))[0]["targets"]] == ["wmLULU"]
        assert [one["id"] for one in (await tasks(pond, "ayun"))[0]["targets"]] == ["wmMIMI"]


async def test_who_cannot_be_reached_is_told_at_once(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        answer = await pond.ok(
            "add_msg_template",
            **WORDS,
            sender="ayun",
            external_userid=["wmMIMI", "wmLULU", "wmNOBODY"],
        )
        assert answer["fail_list"] == ["wmLULU", "wmNOBODY"]
        answer = await pond.ok(
            "add_msg_template", **{**TO_GROUP, "chat_id_list": ["wrNONE", "wrPOND"]}
        )
        assert answer["fail_list"] == ["wrNONE"]


async def test_tags_choose_customers_one_of_each_list(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:

        async def tag(group: str, *names: str) -> list[str]:
            body = {"group_name": group, "tag": [{"name": name} for name in names]}
            made = (await pond.ok("add_corp_tag", **body))["tag_group"]["tag"]
            return [str(one["id"]) for one in made]

        dry, oily = await tag("肤质", "干皮", "油皮")
        (twenty,) = await tag("年龄", "二十")
        for customer, tags in (("wmLULU", [dry]), ("wmMIMI", [oily, twenty])):
            await pond.ok("mark_tag", userid="tangyuan", external_userid=customer, add_tag=tags)

        async def meant(*lists: list[str]) -> list[str]:
            chosen = {"group_list": [{"tag_list": listed} for listed in lists]}
            msgid = await make(pond, tag_filter=chosen)
            return list(await results(pond, msgid))

        assert await meant([dry, oily]) == ["wmLULU", "wmMIMI"]
        assert await meant([dry, oily], [twenty], []) == ["wmMIMI"]
        chosen = {"group_list": [{"tag_list": [dry]}, {"tag_list": [twenty]}]}
        answer = await pond.call("add_msg_template", **WORDS, tag_filter=chosen)
        assert answer["errcode"] == 41048


async def test_a_friend_who_is_gone_gets_nothing(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        msgid = await make(pond, sender="tangyuan")
        await pond.act("DELETE", "customers/wmLULU/friends/tangyuan")
        await confirm(pond, msgid)
        assert await results(pond, msgid) == {"wmLULU": 2, "wmMIMI": 1}
        assert await pond.private_words("wmLULU", "tangyuan") == []


async def test_a_customer_takes_one_a_day_whoever_sends(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        first = await make(pond, sender="tangyuan", external_userid=["wmMIMI"])
        second = await make(pond, sender="ayun", external_userid=["wmMIMI"])
        await confirm(pond, first)
        await confirm(pond, second, "ayun")
        assert await results(pond, second, "ayun") == {"wmMIMI": 3}
        assert await pond.private_words("wmMIMI", "ayun") == []
        third = await make(pond, sender="ayun", external_userid=["wmMIMI"])
        await pond.later(15 * 3600)  # it was nine: midnight
        await confirm(pond, third, "ayun")
        assert await results(pond, third, "ayun") == {"wmMIMI": 1}


async def test_a_group_takes_one_a_day_and_the_second_is_not_listed(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        first, second = await make(pond, **TO_GROUP), await make(pond, **TO_GROUP)
        await confirm(pond, first)
        task = (await confirm(pond, second))["task"]
        assert task["targets"][0]["status"] == 3
        assert await results(pond, second) == {}
        listed = await pond.ok("get_groupmsg_task", msgid=second)
        assert listed["task_list"][0]["status"] == 2
        assert await pond.words() == ["今晚八点上新"]


async def test_groups_that_are_gone_or_anothers_get_nothing(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        msgid = await make(pond, **TO_GROUP)
        await pond.act("PATCH", "groups/pond", {"owner": "阿云"})
        await confirm(pond, msgid)
        assert await pond.words() == []
        assert await results(pond, msgid) == {}


async def test_without_chats_the_employee_chooses_among_his_groups(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        made = await pond.act("POST", "customer-groups", {"owner": "汤圆", "name": "二群"})
        second = made["customer_group"]["chat_id"]
        msgid = await make(pond, chat_type="group", sender="tangyuan")
        await confirm(pond, msgid, targets=["pond"])
        assert await results(pond, msgid) == {"wrPOND": 1}
        assert await pond.words(second) == []


async def test_who_is_named_by_the_call_is_not_for_choosing_unless_it_says_so(
    tmp_path: Path,
) -> None:
    async with at_the_pond(tmp_path) as pond:
        for body in ({"sender": "tangyuan"}, TO_GROUP):
            fixed = await make(pond, **body)
            target = (await tasks(pond))[-1]["targets"][0]["id"]
            await confirm(pond, fixed, targets=[target], status=400)
        free = await make(pond, sender="tangyuan", allow_select=True)
        await confirm(pond, free, targets=["娜娜"], status=404)
        await confirm(pond, free, targets=["路路"])
        assert await results(pond, free) == {"wmLULU": 1, "wmMIMI": 0}


async def test_a_task_that_was_put_away_is_unsent_and_can_still_be_sent(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        msgid = await make(pond, **TO_GROUP)
        await pond.act("POST", f"people/汤圆/tasks/{msgid}/ignore", {})
        assert (await tasks(pond))[0]["state"] == "ignored"
        listed = await pond.ok("get_groupmsg_task", msgid=msgid)
        assert listed["task_list"] == [{"userid": "tangyuan", "status": 0}]
        await confirm(pond, msgid)
        await pond.act("POST", f"people/汤圆/tasks/{msgid}/ignore", {}, status=400)


async def test_a_cancelled_task_cannot_be_sent(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        msgid = await make(pond, external_userid=["wmLULU", "wmMIMI"], sender="tangyuan")
        done = await make(pond, sender="ayun")
        await confirm(pond, done, "ayun")
        for each in (msgid, done):
            await pond.ok("cancel_groupmsg_send", msgid=each)
        assert "取消" in (await confirm(pond, msgid, status=400))["error"]
        await pond.act("POST", f"people/汤圆/tasks/{msgid}/ignore", {}, status=400)
        assert await results(pond, msgid) == {"wmLULU": 0, "wmMIMI": 0}
        assert (await tasks(pond, "ayun"))[0]["state"] == "sent"


async def test_three_reminders_in_a_day(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        msgid = await make(pond, **TO_GROUP)
        for _ in range(3):
            await pond.ok("remind_groupmsg_send", msgid=msgid)
        assert (await pond.call("remind_groupmsg_send", msgid=msgid))["errcode"] == 45009
        assert (await tasks(pond))[0]["reminders"] == 3
        await pond.later(DAY)
        await pond.ok("remind_groupmsg_send", msgid=msgid)


async def test_what_was_made_is_listed_by_kind_and_time(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        first = await make(pond, **TO_GROUP)
        await pond.later(DAY)
        second = await make(pond, **TO_GROUP)
        await make(pond, sender="tangyuan")
        now = int(pond.stage.clock.now().timestamp())

        async def listed(start: int, end: int, **more: Any) -> list[str]:
            body = {"chat_type": "group", "start_time": start, "end_time": end, **more}
            answer = await pond.ok("get_groupmsg_list_v2", **body)
            return [one["msgid"] for one in answer["group_msg_list"]]

        assert await listed(now - DAY, now) == [first, second]
        assert await listed(now - DAY + 1, now) == [second]
        assert await listed(now - DAY, now, filter_type=0) == [first, second]
        assert await listed(now - DAY, now, filter_type=1) == []
        assert await listed(now - DAY, now, creator="tangyuan") == []
        assert len(await listed(now - DAY, now, chat_type="single")) == 1
        assert await listed(now - DAY, now, limit=1) == [first]
        assert await listed(now - DAY, now, limit=101) == [first, second]
        answer = await pond.ok(
            "get_groupmsg_list_v2", chat_type="group", start_time=now, end_time=now
        )
        (shown,) = answer["group_msg_list"]
        assert shown == {
            "msgid": second,
            "create_time": now,
            "create_type": 0,
            "text": {"content": "今晚八点上新"},
            "attachments": [],
        }


async def test_too_large_a_limit_gives_the_usual_page(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        for _ in range(51):
            await make(pond, **TO_GROUP)
        now = int(pond.stage.clock.now().timestamp())
        asked = {"chat_type": "group", "start_time": now, "end_time": now}
        for more, length in (({}, 50), ({"limit": 100}, 51), ({"limit": 101}, 50)):
            answer = await pond.ok("get_groupmsg_list_v2", **asked, **more)
            assert len(answer["group_msg_list"]) == length


async def test_results_come_page_by_page(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        asked = {"msgid": await make(pond, sender="tangyuan"), "userid": "tangyuan", "limit": 1}
        first = await pond.ok("get_groupmsg_send_result", **asked)
        rest = await pond.ok("get_groupmsg_send_result", **asked, cursor=first["next_cursor"])
        seen = [row["external_userid"] for row in first["send_list"] + rest["send_list"]]
        assert seen == ["wmLULU", "wmMIMI"]
        assert rest["next_cursor"] == ""


async def test_an_app_sees_only_its_own_sends(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        msgid = await make(pond, **TO_GROUP)
        for path in ("get_groupmsg_task", "remind_groupmsg_send", "cancel_groupmsg_send"):
            answer = await pond.call_as(SECOND_SECRET, path, msgid=msgid)
            assert answer["errcode"] == 41047


LIST = {"chat_type": "group", "start_time": 0, "end_time": 0}


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        ("add_msg_template", {"sender": "tangyuan"}, 44004),
        ("add_msg_template", {"sender": "tangyuan", "text": {"content": "a" * 4001}}, 45002),
        ("add_msg_template", {"sender": "nobody", **WORDS}, 40003),
        ("add_msg_template", {"sender": "xiaolu", **WORDS}, 41048),
        ("add_msg_template", {**WORDS}, 40063),
        ("add_msg_template", {"external_userid": ["wmNOBODY"], **WORDS}, 41048),
        ("add_msg_template", {"external_userid": ["wmLULU"] * 10_001, **WORDS}, 40058),
        ("add_msg_template", {"external_userid": "wmLULU", **WORDS}, 40058),
        ("add_msg_template", {"chat_type": "all", "sender": "tangyuan", **WORDS}, 40058),
        ("add_msg_template", {"sender": "tangyuan", "allow_select": 1, **WORDS}, 40058),
        (
            "add_msg_template",
            {"tag_filter": {"group_list": [{"tag_list": ["etNONE"]}]}, **WORDS},
            40068,
        ),
        (
            "add_msg_template",
            {"tag_filter": {"group_list": [{"tag_list": ["et"] * 101}]}, **WORDS},
            40058,
        ),
        ("add_msg_template", {**TO_GROUP, "sender": ""}, 41009),
        ("add_msg_template", {**TO_GROUP, "sender": "ayun"}, 41048),
        ("add_msg_template", {**TO_GROUP, "chat_id_list": ["wrNONE"]}, 41048),
        ("add_msg_template", {**TO_GROUP, "chat_id_list": ["wrPOND"] * 2001}, 40058),
        ("get_groupmsg_list_v2", {}, 40058),
        ("get_groupmsg_list_v2", {"chat_type": "group", "start_time": 0}, 40063),
        ("get_groupmsg_list_v2", {**LIST, "end_time": 31 * DAY + 1}, 40058),
        ("get_groupmsg_list_v2", {**LIST, "start_time": 1}, 40058),
        ("get_groupmsg_list_v2", {**LIST, "filter_type": 3}, 40058),
        ("get_groupmsg_task", {}, 41046),
        ("get_groupmsg_task", {"msgid": "none"}, 41047),
        ("get_groupmsg_send_result", {"msgid": "none", "userid": "tangyuan"}, 41047),
        ("get_groupmsg_send_result", {"msgid": "REAL"}, 41009),
        ("get_groupmsg_send_result", {"msgid": "REAL", "userid": "nobody"}, 40003),
        ("remind_groupmsg_send", {"msgid": "none"}, 41047),
        ("cancel_groupmsg_send", {"msgid": "none"}, 41047),
    ],
)
async def test_calls_are_refused(
    tmp_path: Path, path: str, body: dict[str, Any], errcode: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        real = await make(pond, **TO_GROUP)
        body = {name: real if value == "REAL" else value for name, value in body.items()}
        assert (await pond.call(path, **body))["errcode"] == errcode
        assert len(await tasks(pond)) == 1


async def test_as_many_as_the_page_says_are_taken(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await make(pond, external_userid=["wmLULU", *(f"wm{n}" for n in range(9999))])
        await make(pond, **{**TO_GROUP, "chat_id_list": ["wrPOND"] * 2000})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("people/tangyuan/tasks/none/confirm", 404),
        ("people/ayun/tasks/REAL/confirm", 404),
        ("people/nobody/tasks/REAL/confirm", 404),
        ("people/tangyuan/tasks/none/ignore", 404),
    ],
)
async def test_nobody_answers_anothers_task(tmp_path: Path, path: str, status: int) -> None:
    async with at_the_pond(tmp_path) as pond:
        path = path.replace("REAL", await make(pond, **TO_GROUP))
        assert (await pond.act("POST", path, {}, status=status))["error"]


async def test_the_page_is_told_of_a_new_task(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond, pond.stage.client.get("/sim/api/stream") as stream:
        await make(pond, **TO_GROUP)
        name = b""
        while name != b"event: tasks":
            name = (await stream.content.readline()).strip()
        assert "今晚八点上新" in (await stream.content.readline()).decode()
