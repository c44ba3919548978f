"""A robot in WebSocket mode: who may connect, what it is told, and which answers are taken."""

import asyncio
import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.media_support import FILES, picture_item, sent
from tests.unit.simulator.socket_bot import (
    BOT_ID,
    BOT_SECRET,
    SocketBot,
    connected,
    dialled,
    markdown,
    on_socket_stage,
    stream,
)
from tests.unit.simulator.stub_bot import Stage, opened_card, packet_card
from tests.unit.simulator.test_robot_urls import decrypted

CARD = {"msgtype": "template_card", "template_card": packet_card()}


async def hear(stage: Stage, bot: SocketBot, text: str = "在吗", **body: Any) -> dict[str, Any]:
    """What the robot is told of a message to the group; nobody waits for its answer."""
    await stage.say(text, **body)
    return await bot.next()


async def hear_alone(
    stage: Stage, bot: SocketBot, who: str = "xiaolu", **body: Any
) -> dict[str, Any]:
    await stage.post(f"people/{who}/messages", {"channel": "robot", **body})
    return await bot.next()


def req_id(frame: dict[str, Any]) -> str:
    return str(frame["headers"]["req_id"])


async def chat(stage: Stage, who: str = "xiaolu") -> list[dict[str, Any]]:
    """What stands in somebody's chat with the robot."""
    answer = await stage.get(f"people/{who}/messages", channel="robot")
    return list(answer["messages"])


# Connecting


async def test_whoever_knows_the_secret_may_listen(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage:
        assert (await stage.get("state"))["robots"] == [
            {"key": "robot", "name": "小禾", "mode": "socket", "connected": False},
            {"key": "other", "name": "小苗", "mode": "socket", "connected": False},
        ]
        async with connected(stage):
            assert (await stage.get("state"))["robots"][0]["connected"]


@pytest.mark.parametrize(
    "body",
    [
        {"bot_id": BOT_ID, "secret": "guess"},
        {"bot_id": "aibNOBODY", "secret": BOT_SECRET},
        {"bot_id": BOT_ID},
        {},
    ],
)
async def test_a_wrong_secret_is_refused_and_the_connection_closed(
    tmp_path: Path, body: dict[str, Any]
) -> None:
    async with on_socket_stage(tmp_path) as stage, dialled(stage) as bot:
        assert await bot.errcode("aibot_subscribe", body) == 40001
        await asyncio.wait_for(bot.closed.wait(), 5)
        assert not (await stage.get("state"))["robots"][0]["connected"]


@pytest.mark.parametrize("cmd", ["ping", "aibot_send_msg", "nonsense"])
async def test_nothing_comes_before_the_subscription(tmp_path: Path, cmd: str) -> None:
    async with on_socket_stage(tmp_path) as stage, dialled(stage) as bot:
        assert await bot.errcode(cmd, {"chatid": "wrGARDEN", **markdown()}) == 40058
        await asyncio.wait_for(bot.closed.wait(), 5)
        assert await stage.messages() == []


async def test_only_this_machine_may_connect(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage:
        answer = await stage.client.get("/sim/openws", headers={"X-Forwarded-For": "1.2.3.4"})
        assert answer.status == 403


async def test_a_second_connection_kicks_the_first(tmp_path: Path) -> None:
    async with (
        on_socket_stage(tmp_path) as stage,
        connected(stage) as first,
        connected(stage) as second,
    ):
        farewell = await first.next()
        assert farewell["cmd"] == "aibot_event_callback"
        assert farewell["body"]["event"] == {"eventtype": "disconnected_event"}
        await asyncio.wait_for(first.closed.wait(), 5)
        told = await hear(stage, second)
        assert told["body"]["text"]["content"] == "@小禾 在吗"
        assert first.heard.empty()


async def test_a_bad_subscription_kicks_nobody(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as first:
        async with dialled(stage) as second:
            await second.call("aibot_subscribe", {"bot_id": BOT_ID, "secret": "guess"})
        assert await first.errcode("ping") == 0
        assert first.heard.empty()


async def test_pings_are_acknowledged(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        ack = await bot.call("ping", req_id="ping_1")
        assert ack == {"headers": {"req_id": "ping_1"}, "errcode": 0, "errmsg": "ok"}


@pytest.mark.parametrize("text", ["no json", "[]", '{"cmd": "ping"}', '{"headers": {"req_id": 1}}'])
async def test_what_is_no_frame_is_refused_and_the_connection_stays(
    tmp_path: Path, text: str
) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await bot.connection.send_str(text)
        assert await bot.errcode("ping") == 0
        assert "不合规的数据" in (await stage.problems())[-1]


async def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        assert await bot.errcode("aibot_dance") == 40058


async def test_stopping_closes_the_connections(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await stage.simulator.stop()
        await asyncio.wait_for(bot.closed.wait(), 5)


# Being told


async def test_a_group_message_comes_with_the_hour_and_without_an_address(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        frame = await hear(stage, bot, "签到")
        assert frame["cmd"] == "aibot_msg_callback"
        body = frame["body"]
        assert body.pop("msgid")
        assert body == {
            "aibotid": BOT_ID,
            "chatid": "wrGARDEN",
            "chattype": "group",
            "from": {"userid": "xiaolu"},
            "create_time": 1795309200,
            "msgtype": "text",
            "text": {"content": "@小禾 签到"},
        }


async def test_each_file_has_a_key_of_its_own(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        keys = set()
        for kind in ("image", "video", "file"):
            told = (await hear_alone(stage, bot, media=[sent(kind)]))["body"]
            assert told["chattype"] == "single"
            assert told["msgtype"] == kind
            raw = await (await stage.client.session.get(told[kind]["url"])).read()
            keys.add(told[kind]["aeskey"])
            assert decrypted(raw, base64.b64decode(told[kind]["aeskey"])) == FILES[kind]
        assert len(keys) == 3


async def test_a_quote_comes_along(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        first = await stage.say("今天几度", mention=False)
        told = await hear(stage, bot, "你说呢", quote=first["id"])
        assert told["body"]["quote"] == {"msgtype": "text", "text": {"content": "今天几度"}}


async def test_what_is_said_while_nobody_listens_is_lost(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage:
        assert (await stage.say("有人吗"))["delivery"] == "failed"
        assert "没有连接" in (await stage.problems())[-1]
        async with connected(stage) as bot:
            await stage.say("现在呢")
            assert (await bot.next())["body"]["text"]["content"] == "@小禾 现在呢"
            assert bot.heard.empty()


async def test_whoever_writes_waits_for_the_first_answer(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path, answer_seconds=5) as stage, connected(stage) as bot:
        saying = asyncio.create_task(stage.say("积分"))
        told = await bot.next()
        assert (
            await bot.errcode("aibot_respond_msg", stream("", finish=False), req_id=req_id(told))
            == 0
        )
        assert (await saying)["delivery"] == "answered"


async def test_silence_is_empty_and_a_refused_answer_failed(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        assert (await stage.say("积分"))["delivery"] == "empty"
        await bot.next()
    async with on_socket_stage(tmp_path, answer_seconds=0.1) as stage, connected(stage) as bot:
        saying = asyncio.create_task(stage.say("积分"))
        told = await bot.next()
        await bot.call("aibot_respond_msg", {"msgtype": "text"}, req_id=req_id(told))
        assert (await saying)["delivery"] == "failed"


# Answers to messages


async def test_of_a_stream_only_the_last_frame_is_shown(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = req_id(await hear(stage, bot))
        for content, finish in (("正在", False), ("正在查", False), ("**128** 积分", True)):
            assert (
                await bot.errcode("aibot_respond_msg", stream(content, finish=finish), req_id=slot)
                == 0
            )
        shown = await stage.messages()
        assert [message["text"] for message in shown] == ["@小禾 在吗", "**128** 积分"]
        assert (shown[-1]["from"], shown[-1]["from_kind"]) == ("robot", "robot")


async def test_a_finished_stream_is_not_written_on(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = req_id(await hear(stage, bot))
        assert await bot.errcode("aibot_respond_msg", stream("好"), req_id=slot) == 0
        assert await bot.errcode("aibot_respond_msg", stream("不好"), req_id=slot) == 846608
        assert await bot.errcode("aibot_respond_msg", stream("再说", id_="s2"), req_id=slot) == 0
        assert [shown["text"] for shown in await stage.messages()][1:] == ["好", "再说"]


async def test_a_stream_must_end_within_six_minutes_of_its_first_frame(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = req_id(await hear(stage, bot))
        stage.clock.advance(timedelta(hours=1))
        await bot.call("aibot_respond_msg", stream("想", finish=False, id_="a"), req_id=slot)
        stage.clock.advance(timedelta(seconds=1))
        await bot.call("aibot_respond_msg", stream("想", finish=False, id_="b"), req_id=slot)
        stage.clock.advance(timedelta(seconds=359))
        assert await bot.errcode("aibot_respond_msg", stream("晚", id_="a"), req_id=slot) == 846608
        assert await bot.errcode("aibot_respond_msg", stream("准时", id_="b"), req_id=slot) == 0
        assert [shown["text"] for shown in await stage.messages()][1:] == ["准时"]


async def test_a_message_can_be_answered_for_a_day(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = req_id(await hear(stage, bot))
        stage.clock.advance(timedelta(days=1, seconds=-1))
        assert await bot.errcode("aibot_respond_msg", stream("好"), req_id=slot) == 0
        stage.clock.advance(timedelta(seconds=1))
        assert await bot.errcode("aibot_respond_msg", stream("晚", id_="s2"), req_id=slot) == 846605


async def test_places_for_answers_survive_a_restart(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = req_id(await hear(stage, bot))
        first = stream("想", finish=False, feedback={"id": "f1"})
        await bot.call("aibot_respond_msg", first, req_id=slot)
        done = stream("早", id_="done")
        await bot.call("aibot_respond_msg", {**done, **_with_card("packet-1")}, req_id=slot)
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        assert (
            await bot.errcode("aibot_respond_msg", stream("再", id_="done"), req_id=slot) == 846608
        )
        assert await bot.errcode("aibot_respond_msg", stream("好"), req_id=slot) == 0
        assert (await stage.messages())[-1]["feedback"] == "f1"
        another = {"msgtype": "template_card", "template_card": packet_card("packet-2")}
        assert await bot.errcode("aibot_respond_msg", another, req_id=slot) == 40058


@pytest.mark.parametrize("guess", ["guess", "aibot_respond_msg-1"])
async def test_a_made_up_place_is_refused(tmp_path: Path, guess: str) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await hear(stage, bot)
        assert await bot.errcode("aibot_respond_msg", stream("好"), req_id=guess) == 846605
        assert len(await stage.messages()) == 1


def _with_card(task_id: str) -> dict[str, Any]:
    return {"msgtype": "stream_with_template_card", "template_card": packet_card(task_id)}


async def test_a_message_gets_one_card(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = req_id(await hear(stage, bot))
        both = {**stream("红包来了", finish=False), **_with_card("packet-1")}
        assert await bot.errcode("aibot_respond_msg", both, req_id=slot) == 0
        both = {**stream("红包来了"), **_with_card("packet-2")}
        assert await bot.errcode("aibot_respond_msg", both, req_id=slot) == 40058
        card = {"msgtype": "template_card", "template_card": packet_card("packet-3")}
        assert await bot.errcode("aibot_respond_msg", card, req_id=slot) == 40058
        assert await bot.errcode("aibot_respond_msg", stream("红包来了"), req_id=slot) == 0
        assert [shown["kind"] for shown in await stage.messages()] == ["text", "card", "markdown"]


async def test_an_answer_may_be_media_of_the_robot(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = req_id(await hear(stage, bot))
        for kind in FILES:
            media_id = await bot.upload(kind, FILES[kind])
            answer = {"msgtype": kind, kind: {"media_id": media_id}}
            assert await bot.errcode("aibot_respond_msg", answer, req_id=slot) == 0
        assert [shown["kind"] for shown in (await stage.messages())[1:]] == list(FILES)


async def test_a_stream_may_end_with_pictures_and_be_rated(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = req_id(await hear(stage, bot))
        answer = stream("看", msg_item=[picture_item()], feedback={"id": "f1"})
        assert await bot.errcode("aibot_respond_msg", answer, req_id=slot) == 0
        assert len((await stage.messages())[-1]["media"]) == 1
        rating = {"from": "momo", "message_id": 2, "verdict": "good"}
        assert await stage.post("groups/garden/feedback", rating) == {"delivery": "empty"}
        told = await bot.next()
        assert told["body"]["event"]["feedback_event"] == {"id": "f1", "type": 1}
        errcode = await bot.errcode("aibot_respond_msg", stream("谢谢"), req_id=req_id(told))
        assert errcode == 846605


BAD_ANSWERS: dict[str, tuple[dict[str, Any], int]] = {
    "words": ({"msgtype": "text", "text": {"content": "好"}}, 40008),
    "markdown": (markdown(), 40008),
    "no type": ({}, 40008),
    "no stream": ({"msgtype": "stream"}, 40063),
    "no stream id": (stream("好", id_=""), 40063),
    "20,481 bytes": (stream("a" * 20_481), 45002),
    "nothing at the end": (stream(" "), 44004),
    "a broken card": ({"msgtype": "template_card", "template_card": {}}, 40058),
    "media of nobody": ({"msgtype": "image", "image": {"media_id": "m"}}, 40007),
    "no media": ({"msgtype": "image"}, 40063),
    "long feedback": (stream("好", feedback={"id": "a" * 257}), 40058),
    "pictures too early": (stream("好", finish=False, msg_item=[picture_item()]), 40058),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_a_bad_answer_is_refused_and_the_place_stays(tmp_path: Path, name: str) -> None:
    answer, errcode = BAD_ANSWERS[name]
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = req_id(await hear(stage, bot))
        assert await bot.errcode("aibot_respond_msg", answer, req_id=slot) == errcode
        assert len(await stage.messages()) == 1
        assert await bot.errcode("aibot_respond_msg", stream("a" * 20_480), req_id=slot) == 0


# Welcomes and changed cards


async def enter(stage: Stage, bot: SocketBot, who: str = "xiaolu") -> str:
    await stage.post(f"people/{who}/entries", {"channel": "robot"})
    told = await bot.next()
    assert told["cmd"] == "aibot_event_callback"
    assert told["body"]["event"] == {"eventtype": "enter_chat"}
    return req_id(told)


WELCOME = {"msgtype": "text", "text": {"content": "欢迎"}}


async def test_a_welcome_is_taken_once_within_five_seconds(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = await enter(stage, bot)
        stage.clock.advance(timedelta(seconds=4))
        assert await bot.errcode("aibot_respond_welcome_msg", WELCOME, req_id=slot) == 0
        assert await bot.errcode("aibot_respond_welcome_msg", WELCOME, req_id=slot) == 846605
        assert [shown["text"] for shown in await chat(stage)] == ["欢迎"]
        late = await enter(stage, bot, "momo")
        stage.clock.advance(timedelta(seconds=5))
        assert await bot.errcode("aibot_respond_welcome_msg", WELCOME, req_id=late) == 846605
        assert await chat(stage, "momo") == []


async def test_a_welcome_is_words_or_a_card(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = await enter(stage, bot)
        assert await bot.errcode("aibot_respond_welcome_msg", stream("好"), req_id=slot) == 40008
        assert await bot.errcode("aibot_respond_welcome_msg", CARD, req_id=slot) == 0
        assert [shown["kind"] for shown in await chat(stage)] == ["card"]


async def test_a_place_takes_its_own_kind_of_answer_only(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        welcome, message = await enter(stage, bot), req_id(await hear(stage, bot))
        assert await bot.errcode("aibot_respond_msg", stream("好"), req_id=welcome) == 846605
        assert await bot.errcode("aibot_respond_welcome_msg", WELCOME, req_id=message) == 846605
        change = {"response_type": "update_template_card", "template_card": opened_card("a")}
        assert await bot.errcode("aibot_respond_update_msg", change, req_id=message) == 846605
        assert await chat(stage) == []


async def tap(stage: Stage, bot: SocketBot, who: str = "momo", message: int = 2) -> str:
    await stage.post("groups/garden/taps", {"from": who, "message_id": message})
    told = await bot.next()
    assert told["body"]["event"]["template_card_event"] == {
        "card_type": "button_interaction",
        "event_key": "open",
        "task_id": "packet-1",
    }
    return req_id(told)


async def test_a_tapped_card_is_changed_once_within_five_seconds(tmp_path: Path) -> None:
    change = {
        "response_type": "update_template_card",
        "userids": ["momo"],
        "template_card": opened_card("12 积分"),
    }
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await bot.call("aibot_respond_msg", CARD, req_id=req_id(await hear(stage, bot)))
        late = await tap(stage, bot)
        stage.clock.advance(timedelta(seconds=5))
        assert await bot.errcode("aibot_respond_update_msg", change, req_id=late) == 846605
        slot = await tap(stage, bot)
        assert await bot.errcode("aibot_respond_msg", stream("好"), req_id=slot) == 846605
        other = {**change, "template_card": opened_card("a", "packet-2")}
        assert await bot.errcode("aibot_respond_update_msg", other, req_id=slot) == 40058
        assert await bot.errcode("aibot_respond_update_msg", change, req_id=slot) == 0
        assert await bot.errcode("aibot_respond_update_msg", change, req_id=slot) == 846605
        states = (await stage.messages())[1]["card_states"]
        assert {who: card["text"] for who, card in states.items()} == {"momo": "12 积分"}


# Pushes


async def push(bot: SocketBot, chat_id: str = "wrGARDEN", **body: Any) -> int:
    return await bot.errcode("aibot_send_msg", {"chatid": chat_id, **markdown(), **body})


async def test_a_push_reaches_only_chats_where_somebody_wrote_to_the_robot(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await stage.say("大家早", mention=False)
        assert await push(bot) == 93001
        assert await push(bot, "xiaolu") == 93001
        await hear(stage, bot)
        await hear_alone(stage, bot, text="在吗")
        assert await push(bot) == 0
        assert await push(bot, "xiaolu") == 0
        assert await push(bot, "momo") == 93001
        assert (await stage.messages())[-1]["text"] == "**早安**"
        assert (await chat(stage))[-1]["text"] == "**早安**"


async def test_a_push_into_an_unknown_chat_is_refused(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await hear(stage, bot)
        await hear_alone(stage, bot, text="在吗")
        for chat_id, chat_type in (
            ("wrOTHER", 2),
            ("wrOTHER", 0),
            ("nobody", 1),
            ("wrGARDEN", 1),
            ("xiaolu", 2),
        ):
            assert await push(bot, chat_id, chat_type=chat_type) == 93006
        for chat_id, chat_type in (("wrGARDEN", 2), ("wrGARDEN", 0), ("xiaolu", 1), ("xiaolu", 0)):
            assert await push(bot, chat_id, chat_type=chat_type) == 0
        assert await push(bot, chat_type=3) == 40058
        assert await push(bot, "") == 40063


async def test_a_push_may_be_a_card_or_media(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await hear(stage, bot)
        assert await bot.errcode("aibot_send_msg", {"chatid": "wrGARDEN", **CARD}) == 0
        assert await bot.errcode("aibot_send_msg", {"chatid": "wrGARDEN", **CARD}) == 40058
        for kind in FILES:
            media_id = await bot.upload(kind, FILES[kind], name="喝水.bin")
            body = {"chatid": "wrGARDEN", "msgtype": kind, kind: {"media_id": media_id}}
            assert await bot.errcode("aibot_send_msg", body) == 0
            assert (await stage.messages())[-1]["text"].endswith("喝水.bin")


BAD_PUSHES: dict[str, tuple[dict[str, Any], int]] = {
    "text": ({"msgtype": "text", "text": {"content": "早"}}, 40008),
    "markdown_v2": ({"msgtype": "markdown_v2", "markdown_v2": {"content": "早"}}, 40008),
    "a stream": (stream("早"), 40008),
    "no words": (markdown(""), 44004),
    "20,481 bytes": (markdown("a" * 20_481), 45002),
    "no markdown": ({"msgtype": "markdown"}, 40063),
    "media of nobody": ({"msgtype": "file", "file": {"media_id": "m"}}, 40007),
    "a broken card": ({"msgtype": "template_card", "template_card": {}}, 40058),
}


@pytest.mark.parametrize("name", BAD_PUSHES)
async def test_a_bad_push_is_refused(tmp_path: Path, name: str) -> None:
    body, errcode = BAD_PUSHES[name]
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await hear(stage, bot)
        assert await bot.errcode("aibot_send_msg", {"chatid": "wrGARDEN", **body}) == errcode
        assert len(await stage.messages()) == 1


async def test_answers_and_pushes_into_a_chat_count_together(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        slot = req_id(await hear(stage, bot))
        await hear_alone(stage, bot, text="在吗")
        for number in range(15):
            assert await push(bot) == 0
            first = stream("想", finish=False, id_=f"s{number}")
            assert await bot.errcode("aibot_respond_msg", first, req_id=slot) == 0
        assert await push(bot) == 45009
        assert await bot.errcode("aibot_respond_msg", stream("好", id_="new"), req_id=slot) == 45009
        assert await bot.errcode("aibot_respond_msg", stream("好", id_="s0"), req_id=slot) == 0
        assert await push(bot, "xiaolu") == 0
        stage.clock.advance(timedelta(seconds=60))
        assert await push(bot) == 0


async def test_a_restart_does_not_forget_the_count(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await hear(stage, bot)
        for _ in range(30):
            assert await push(bot) == 0
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        assert await push(bot) == 45009


async def test_a_thousand_an_hour_close_the_chat_for_an_hour(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await hear(stage, bot)
        for number in range(1000):
            if number % 30 == 0:
                stage.clock.advance(timedelta(seconds=60))
            assert await push(bot) == 0
        stage.clock.advance(timedelta(seconds=60))
        assert await push(bot) == 45009
        stage.clock.advance(timedelta(seconds=3599))
        assert await push(bot) == 45009
        stage.clock.advance(timedelta(seconds=1))
        assert await push(bot) == 0


async def test_the_clock_does_not_jump_over_an_answer(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path, answer_seconds=5) as stage, connected(stage) as bot:
        entering = asyncio.create_task(stage.post("people/xiaolu/entries", {"channel": "robot"}))
        told = await bot.next()
        moving = asyncio.create_task(stage.post("clock", {"advance_seconds": 3600}))
        await asyncio.sleep(0.01)
        errcode = await bot.errcode("aibot_respond_welcome_msg", WELCOME, req_id=req_id(told))
        assert errcode == 0
        assert (await entering)["delivery"] == "answered"
        assert (await moving)["advanced_seconds"] == 3600


async def test_what_belongs_to_one_robot_is_nothing_to_another(tmp_path: Path) -> None:
    async with (
        on_socket_stage(tmp_path) as stage,
        connected(stage) as bot,
        connected(stage, "aibOTHER") as other,
    ):
        assert await bot.errcode("ping") == 0, "another robot kicks nobody"
        slot = req_id(await hear(stage, bot))
        assert await other.errcode("aibot_respond_msg", stream("好"), req_id=slot) == 846605
        assert await push(other) == 93006
        upload_id = (await bot.announce("file", FILES["file"]))["body"]["upload_id"]
        assert (await other.chunk(upload_id, 0, FILES["file"]))["errcode"] == 40058
        media_id = await bot.upload("file", FILES["file"])
        told = await _hear_other(stage, other)
        answer = {"msgtype": "file", "file": {"media_id": media_id}}
        assert await other.errcode("aibot_respond_msg", answer, req_id=told) == 40007
        assert len(await stage.messages()) == 1


async def _hear_other(stage: Stage, other: SocketBot) -> str:
    await stage.post("people/xiaolu/messages", {"channel": "other", "text": "在吗"})
    return req_id(await other.next())


async def test_the_journal_holds_no_secret(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await hear(stage, bot)
        log = json.dumps((await stage.get("log"))["lines"], ensure_ascii=False)
        assert BOT_SECRET not in log
    journal = (tmp_path / "simulator" / "journal.jsonl").read_text(encoding="utf-8")
    assert BOT_SECRET not in journal
