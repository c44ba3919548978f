"""The scriptable side: groups, messages, joining, leaving, tapping, and what bad input gets."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.stub_bot import StubBot, on_stage, packet_card, words


async def test_groups_tell_members_roles_and_who_may_join(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        (group,) = (await stage.get("groups"))["groups"]
        assert group == {
            "id": "garden",
            "key": "garden",
            "name": "禾间护肤小屋",
            "chat_ids": {"robot": "wrGARDEN", "app": "garden01"},
            "robot": "小禾",
            "members": [
                {"id": "tangyuan", "user_id": "tangyuan", "name": "汤圆", "role": "owner"},
                {"id": "ayun", "user_id": "ayun", "name": "阿云", "role": "operator"},
                {"id": "xiaolu", "user_id": "xiaolu", "name": "小鹿", "role": "member"},
                {"id": "momo", "user_id": "momo", "name": "沫沫", "role": "member"},
            ],
            "outsiders": [
                {"id": "yoyo", "user_id": "yoyo", "name": "悠悠"},
                {"id": "keke", "user_id": "keke", "name": "可可"},
            ],
        }


async def test_a_group_is_found_by_key_and_by_chat_id(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.say("大家早", mention=False)
        for name in ("garden", "wrGARDEN", "garden01"):
            assert len((await stage.get(f"groups/{name}/messages"))["messages"]) == 1


async def test_messages_after_a_number_are_only_the_newer_ones(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first = await stage.say("一", mention=False)
        await stage.say("二", "小鹿", mention=False)
        newer = (await stage.get("groups/garden/messages", after=first["id"]))["messages"]
        assert [message["text"] for message in newer] == ["二"]
        assert (await stage.get("groups/garden/messages", after=99))["messages"] == []


async def test_an_outsider_joins_and_gives_the_code_to_the_robot(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: words("欢迎")
    async with on_stage(tmp_path, bot=bot) as stage:
        body = {"user_id": "yoyo", "code": "H3K8Q"}
        answer = await stage.post("groups/garden/members", body)
        assert answer["member"] == {"id": "yoyo", "user_id": "yoyo", "name": "悠悠"}
        assert answer["message"]["text"] == "@小禾 邀请码 H3K8Q"
        assert answer["message"]["delivery"] == "answered"
        texts = [
            message["text"] for message in (await stage.get("groups/garden/messages"))["messages"]
        ]
        assert texts == ["悠悠 加入了群聊", "@小禾 邀请码 H3K8Q", "欢迎"]


async def test_a_new_person_gets_an_id_and_can_speak(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        member = (await stage.post("groups/garden/members", {"name": "阿橙"}))["member"]
        assert member == {"id": "guest7", "user_id": "guest7", "name": "阿橙"}
        assert (await stage.say("大家好", "阿橙", mention=False))["from"] == "guest7"
        assert (await stage.read_api("user/get", userid="guest7"))["name"] == "阿橙"


async def test_an_outsiders_name_brings_in_the_outsider(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        member = (await stage.post("groups/garden/members", {"name": "可可"}))["member"]
        assert member["user_id"] == "keke"


async def test_whoever_left_is_out_and_may_come_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        left = await stage.client.delete("/sim/api/groups/garden/members/沫沫")
        assert left.status == 200
        assert await stage.post("groups/garden/messages", {"from": "momo", "text": "a"}, 404)
        await stage.post("groups/garden/members", {"user_id": "momo"})
        assert (await stage.say("我回来了", "momo", mention=False))["name"] == "沫沫"


BAD_REQUESTS: list[tuple[str, Any, int]] = [
    ("groups/nowhere/messages", {"from": "xiaolu", "text": "a"}, 404),
    ("groups/garden/messages", {"from": "nobody", "text": "a"}, 404),
    ("groups/garden/messages", {"from": "yoyo", "text": "a"}, 404),
    ("groups/garden/messages", {"from": "xiaolu", "text": " "}, 400),
    ("groups/garden/messages", {"from": "xiaolu"}, 400),
    ("groups/garden/messages", {"from": "xiaolu", "text": 1}, 400),
    ("groups/garden/messages", {"from": "xiaolu", "text": "a" * 5001}, 400),
    ("groups/garden/messages", {"from": "xiaolu", "text": "a", "mention": "no"}, 400),
    ("groups/garden/messages", {"text": "a"}, 400),
    ("groups/garden/messages", [], 400),
    ("groups/garden/messages", {"from": "xiaolu", "text": "a" * 300_000}, 400),
    ("groups/garden/members", {}, 400),
    ("groups/garden/members", {"user_id": "xiaolu"}, 400),
    ("groups/garden/members", {"user_id": "小鹿"}, 400),
    ("groups/garden/members", {"name": 7}, 400),
    ("groups/garden/taps", {"from": "xiaolu", "message_id": 1}, 400),
    ("groups/garden/taps", {"from": "xiaolu", "message_id": 9}, 404),
    ("groups/garden/taps", {"from": "xiaolu", "message_id": 0}, 404),
    ("groups/garden/taps", {"from": "xiaolu", "message_id": "1"}, 400),
    ("people/nobody/messages", {"text": "a"}, 404),
    ("people/xiaolu/messages", {"text": "a", "channel": "posts"}, 404),
    ("people/xiaolu/taps", {"message_id": 1}, 404),
    ("channels/nothing/check", {}, 404),
]


@pytest.mark.parametrize(("path", "body", "status"), BAD_REQUESTS)
async def test_bad_input_gets_a_sentence(tmp_path: Path, path: str, body: Any, status: int) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.say("大家早", mention=False)
        assert (await stage.post(path, body, status))["error"]
        assert len(await stage.messages()) == 1


async def test_what_is_not_json_gets_a_sentence(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for raw in (b"{", b"\xff", b'{"from": "xiaolu", "text": "\\ud800"}'):
            answer = await stage.client.post("/sim/api/groups/garden/messages", data=raw)
            assert answer.status == 400
        answer = await stage.get("groups/garden/messages", 400, after="-1")
        assert "after" in answer["error"]


async def test_two_people_of_one_name_are_told_apart_by_id(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.post("groups/garden/members", {"name": "小鹿", "user_id": "lu2"})
        error = await stage.post("groups/garden/messages", {"from": "小鹿", "text": "a"}, 400)
        assert "xiaolu、lu2" in error["error"]
        assert (await stage.say("a", "lu2", mention=False))["from"] == "lu2"


async def test_a_button_is_named_by_key_or_label_or_is_the_first(tmp_path: Path) -> None:
    bot = StubBot()
    buttons = [{"text": "拆红包", "key": "open"}, {"text": "看手气", "key": "luck"}]
    card = {**packet_card(), "button_list": buttons}
    bot.answer = lambda _letter: {"msgtype": "template_card", "template_card": card}
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("发红包", "tangyuan")
        bot.answer = lambda _letter: None
        for button in (None, "open", "看手气"):
            tap = {"from": "momo", "message_id": 2, "button": button}
            assert (await stage.post("groups/garden/taps", tap))["delivery"] == "empty"
        error = await stage.post(
            "groups/garden/taps", {"from": "momo", "message_id": 2, "button": "gone"}, 400
        )
        assert "没有这个按钮" in error["error"]
        taps = [letter.json["event"]["template_card_event"] for letter in bot.letters[1:]]
        assert [tap["event_key"] for tap in taps] == ["open", "open", "luck"]


async def test_three_messages_of_a_person_are_in_work_at_once_and_the_fourth_waits(
    tmp_path: Path,
) -> None:
    bot, most = StubBot(), 0
    running = 0

    class Busy(StubBot):
        async def _hear(self, request: Any) -> Any:
            nonlocal running, most
            running += 1
            most = max(most, running)
            try:
                return await super()._hear(request)
            finally:
                running -= 1

    bot = Busy()
    bot.delay_seconds = 0.02
    async with on_stage(tmp_path, bot=bot) as stage:
        await asyncio.gather(*(stage.say(f"第 {n} 句") for n in range(9)))
        assert most == 3
        assert len(bot.letters) == 9


async def test_the_stream_begins_with_the_state_and_goes_on_with_changes(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage, stage.client.get("/sim/api/stream") as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"

        async def read_event() -> tuple[str, Any]:
            name = (await stream.content.readline()).decode().removeprefix("event: ").strip()
            data = (await stream.content.readline()).decode().removeprefix("data: ")
            await stream.content.readline()
            return name, json.loads(data)

        name, state = await read_event()
        assert name == "state"
        assert set(state) >= {
            *("groups", "apps", "robots", "rooms", "clock", "zone", "channels", "log"),
        }
        await stage.say("大家早", mention=False)
        while name != "message":
            name, change = await read_event()
        assert change["room"] == "group/garden"
        assert change["message"]["text"] == "大家早"


async def test_stopping_ends_the_streams(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage, stage.client.get("/sim/api/stream") as stream:
        await stream.content.readline()
        await stage.simulator.stop()
        assert (await stream.content.read()).startswith(b"data: ")
