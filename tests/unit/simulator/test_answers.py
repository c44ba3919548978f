"""What the simulated platform shows of our answers, and what it throws away."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.unit.simulator.media_support import picture_item
from tests.unit.simulator.stub_bot import (
    Answer,
    Letter,
    StubBot,
    on_stage,
    opened_card,
    packet_card,
    words,
)


def answering(answer: Answer) -> StubBot:
    bot = StubBot()
    bot.answer = lambda _letter: answer
    return bot


async def test_a_finished_stream_is_shown_as_markdown_of_the_robot(tmp_path: Path) -> None:
    async with on_stage(tmp_path, bot=answering(words("**+5** 积分"))) as stage:
        assert (await stage.say("签到"))["delivery"] == "answered"
        shown = (await stage.messages())[-1]
        assert shown["text"] == "**+5** 积分"
        assert (shown["from"], shown["from_kind"], shown["name"]) == ("robot", "robot", "小禾")
        assert shown["kind"] == "markdown"


async def test_of_a_stream_only_the_last_frame_stays(tmp_path: Path) -> None:
    bot = StubBot()
    frames = [words("正在", finish=False), words("正在查", finish=False), words("128 积分")]
    bot.answer = lambda _letter: frames[min(len(bot.letters), 3) - 1]
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("积分")
        for _ in range(1000):
            if len(await stage.messages()) == 2:
                break
        assert [shown["text"] for shown in await stage.messages()] == ["@小禾 积分", "128 积分"]
        refresh = bot.letters[-1].json
        assert refresh["msgtype"] == "stream"
        assert refresh["stream"] == {"id": "s1"}
        assert "response_url" not in refresh


async def test_a_stream_that_does_not_end_within_six_minutes_is_given_up(tmp_path: Path) -> None:
    bot = answering(words("等等", finish=False))
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("积分")
        await stage.post("clock", {"advance_seconds": 361})
        for _ in range(1000):
            if await stage.problems():
                break
        assert "6 分钟内没有结束" in (await stage.problems())[-1]
        assert len(await stage.messages()) == 1


async def test_a_card_is_shown_with_its_buttons(tmp_path: Path) -> None:
    card = {"msgtype": "template_card", "template_card": packet_card()}
    async with on_stage(tmp_path, bot=answering(card)) as stage:
        assert (await stage.say("发红包", "tangyuan"))["delivery"] == "answered"
        shown = (await stage.messages())[-1]
        assert shown["kind"] == "card"
        assert shown["task_id"] == "packet-1"
        assert shown["buttons"] == [{"label": "拆红包", "key": "open"}]
        assert shown["title"] == "汤圆的拼手气红包"
        assert shown["card_states"] == {}


async def test_words_and_card_may_come_together(tmp_path: Path) -> None:
    both = {**words("红包来了"), "msgtype": "stream_with_template_card"}
    both["template_card"] = packet_card()
    async with on_stage(tmp_path, bot=answering(both)) as stage:
        await stage.say("发红包", "tangyuan")
        assert [shown["kind"] for shown in await stage.messages()] == ["text", "markdown", "card"]


async def test_exactly_20480_bytes_are_shown(tmp_path: Path) -> None:
    async with on_stage(tmp_path, bot=answering(words("a" * 20_480))) as stage:
        assert (await stage.say("帮助"))["delivery"] == "answered"


def broken_card(**changes: Any) -> dict[str, Any]:
    return {"msgtype": "template_card", "template_card": {**packet_card(), **changes}}


SUBMIT = {"text": "投票", "key": "vote"}
CHECKBOX = {"question_key": "q", "option_list": [{"id": "a", "text": "甲"}]}


def options(count: int) -> list[dict[str, str]]:
    return [{"id": f"o{number}", "text": f"选项 {number}"} for number in range(count)]


def vote(**changes: Any) -> dict[str, Any]:
    checkbox = {**CHECKBOX, **changes}
    return broken_card(card_type="vote_interaction", checkbox=checkbox, submit_button=SUBMIT)


def multiple(*keys: int) -> dict[str, Any]:
    lists = [{"question_key": f"q{key}", "option_list": options(2)} for key in keys]
    return broken_card(card_type="multiple_interaction", select_list=lists, submit_button=SUBMIT)


def pictured(*items: dict[str, Any]) -> dict[str, Any]:
    stream = {"id": "1", "finish": True, "content": "看", "msg_item": list(items)}
    return {"msgtype": "stream", "stream": stream}


REJECTED: dict[str, tuple[Answer, str]] = {
    "20,481 bytes": (words("a" * 20_478 + "禾"), "超过 20480 字节"),
    "no words": (words(" "), "content 是空的"),
    "plain text": ({"msgtype": "text", "text": {"content": "你好"}}, "只能是 stream"),
    "markdown": ({"msgtype": "markdown", "markdown": {"content": "你好"}}, "只能是 stream"),
    "no stream id": ({"msgtype": "stream", "stream": {"finish": True, "content": "a"}}, "id"),
    "no stream": ({"msgtype": "stream"}, "没有 stream"),
    "finish as text": (
        {"msgtype": "stream", "stream": {"id": "1", "finish": "true", "content": "a"}},
        "finish",
    ),
    "content as number": (
        {"msgtype": "stream", "stream": {"id": "1", "finish": True, "content": 1}},
        "content",
    ),
    "a list": (web.json_response([]), "不是 JSON 对象"),
    "not JSON": (web.Response(text="success"), "不是 JSON 对象"),
    "nothing encrypted": (web.json_response({"nonce": "1"}), "nonce"),
    "no card": ({"msgtype": "template_card"}, "template_card"),
    "unknown card type": (broken_card(card_type="poster"), "card_type"),
    "task id too long": (broken_card(task_id="a" * 129), "task_id"),
    "task id with other letters": (broken_card(task_id="红包"), "task_id"),
    "interactive card without task id": (broken_card(task_id=""), "task_id"),
    "no buttons": (broken_card(button_list=[]), "button_list"),
    "seven buttons": (
        broken_card(button_list=[{"text": "a", "key": str(n)} for n in range(7)]),
        "at most 6",
    ),
    "long button key": (
        broken_card(button_list=[{"text": "a", "key": "k" * 1025}]),
        "at most 1024",
    ),
    "button without label": (broken_card(button_list=[{"key": "a"}]), "button_list.text"),
    "button without key": (broken_card(button_list=[{"text": "a"}]), "button_list.key"),
    "the same key twice": (
        broken_card(button_list=[{"text": "a", "key": "k"}, {"text": "b", "key": "k"}]),
        "keys must differ",
    ),
    "no title": (broken_card(main_title={}, sub_title_text=""), "main_title"),
    "no choices": (broken_card(card_type="vote_interaction", submit_button=SUBMIT), "checkbox"),
    "21 choices": (vote(option_list=options(21)), "at most 20"),
    "a choice with a long id": (vote(option_list=[{"id": "a" * 129, "text": "a"}]), "at most 128"),
    "the same choice twice": (vote(option_list=options(1) * 2), "keys must differ"),
    "a vote without a button": (
        broken_card(card_type="vote_interaction", checkbox=CHECKBOX),
        "submit_button",
    ),
    "four lists": (multiple(*range(4)), "at most 3"),
    "the same list twice": (multiple(1, 1), "keys must differ"),
    "eleven entries of a list": (
        broken_card(button_selection={"question_key": "q", "option_list": options(11)}),
        "at most 10",
    ),
    "no entry in the menu": (broken_card(action_menu={"action_list": []}), "1 to 3"),
    "four entries in the menu": (
        broken_card(action_menu={"action_list": [{"text": "a", "key": "a"}] * 4}),
        "at most 3",
    ),
    "seven lines": (
        broken_card(horizontal_content_list=[{"keyname": "a"}] * 7),
        "horizontal_content_list: at most 6",
    ),
    "five paragraphs": (
        broken_card(vertical_content_list=[{"title": "a"}] * 5),
        "vertical_content_list: at most 4",
    ),
    "four jumps": (broken_card(jump_list=[{"title": "a"}] * 4), "jump_list: at most 3"),
    "feedback without an id": (broken_card(feedback={}), "feedback.id"),
    "feedback with a long id": (broken_card(feedback={"id": "a" * 257}), "256"),
    "eleven pictures": (pictured(*[picture_item()] * 11), "最多 10 张"),
    "a picture that is none": (pictured(picture_item(b"GIF89a")), "图片不合规"),
    "a picture of another digest": (
        pictured({"msgtype": "image", "image": {"base64": "aGk=", "md5": "0" * 32}}),
        "md5",
    ),
    "words among the pictures": (
        pictured({"msgtype": "text", "text": {"content": "a"}}),
        "只能是图片",
    ),
    "pictures too early": (
        {"msgtype": "stream", "stream": {"id": "1", "msg_item": [picture_item()]}},
        "最后一帧",
    ),
    "notice that leads nowhere": (broken_card(card_type="text_notice"), "card_action"),
    "notice that leads into no mini program": (
        broken_card(card_type="text_notice", card_action={"type": 2}),
        "card_action.appid",
    ),
    "notice that leads to a strange address": (
        broken_card(card_type="text_notice", card_action={"type": 1, "url": "ftp://a.example"}),
        "card_action.url",
    ),
}


@pytest.mark.parametrize("name", REJECTED)
async def test_a_bad_answer_is_logged_and_not_shown(tmp_path: Path, name: str) -> None:
    answer, reason = REJECTED[name]
    async with on_stage(tmp_path, bot=answering(answer)) as stage:
        message = await stage.say("签到")
        assert message["delivery"] == "failed"
        assert len(await stage.messages()) == 1
        assert len(stage.bot.letters) == 1, "200 is not repeated"
        assert any(reason in problem for problem in await stage.problems())


async def test_an_answer_with_a_nonce_of_its_own_is_not_shown(tmp_path: Path) -> None:
    bot = answering(words("你好"))
    bot.seal_nonce = lambda _nonce: "another"
    async with on_stage(tmp_path, bot=bot) as stage:
        assert (await stage.say("签到"))["delivery"] == "failed"
        assert "nonce" in (await stage.problems())[-1]


@pytest.mark.parametrize("part", ["msgsignature", "encrypt", "timestamp"])
async def test_an_answer_with_a_broken_seal_is_not_shown(tmp_path: Path, part: str) -> None:
    bot = StubBot()

    def spoiled(letter: Letter) -> Answer:
        sealed = bot.sealed(letter, words("你好"))
        assert sealed.text is not None
        body = {"msgsignature": "0" * 40, "encrypt": "AAAA", "timestamp": 1}[part]
        data = {**_decoded(sealed.text), part: body}
        return web.json_response(data)

    bot.answer = spoiled
    async with on_stage(tmp_path, bot=bot) as stage:
        assert (await stage.say("签到"))["delivery"] == "failed"
        assert "验签或解密失败" in (await stage.problems())[-1]


async def test_a_task_id_is_good_for_one_card_only(tmp_path: Path) -> None:
    card = {"msgtype": "template_card", "template_card": packet_card()}
    async with on_stage(tmp_path, bot=answering(card)) as stage:
        assert (await stage.say("发红包", "tangyuan"))["delivery"] == "answered"
        assert (await stage.say("发红包", "tangyuan"))["delivery"] == "failed"
        assert "task_id 已经用过" in (await stage.problems())[-1]


async def test_a_tap_carries_the_button_and_its_update_is_for_that_person(tmp_path: Path) -> None:
    bot = answering({"msgtype": "template_card", "template_card": packet_card()})
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("发红包", "tangyuan")
        card_id = (await stage.messages())[-1]["id"]
        bot.answer = lambda _letter: {
            "response_type": "update_template_card",
            "userids": ["momo"],
            "template_card": opened_card("你抢到了 12 积分"),
        }
        tap = await stage.post("groups/garden/taps", {"from": "沫沫", "message_id": card_id})
        assert tap["delivery"] == "answered"
        event = bot.letters[-1].json
        assert event["msgtype"] == "event"
        assert event["create_time"] == 1795309200
        assert event["event"] == {
            "eventtype": "template_card_event",
            "template_card_event": {
                "card_type": "button_interaction",
                "event_key": "open",
                "task_id": "packet-1",
            },
        }
        shown = (await stage.messages())[-1]
        assert set(shown["card_states"]) == {"momo"}
        assert shown["card_states"]["momo"]["text"] == "你抢到了 12 积分"
        assert shown["buttons"], "the others still see the button"


async def test_an_update_without_user_ids_is_for_everyone(tmp_path: Path) -> None:
    bot = answering({"msgtype": "template_card", "template_card": packet_card()})
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("发红包", "tangyuan")
        bot.answer = lambda _letter: {
            "response_type": "update_template_card",
            "template_card": opened_card("已抢完"),
        }
        await stage.post("groups/garden/taps", {"from": "momo", "message_id": 2})
        states = (await stage.messages())[-1]["card_states"]
        assert set(states) == {"tangyuan", "ayun", "xiaolu", "momo"}


BAD_UPDATES: dict[str, tuple[Answer, str]] = {
    "other task id": (
        {
            "response_type": "update_template_card",
            "template_card": opened_card("a", "packet-2"),
        },
        "task_id",
    ),
    "words": (words("你抢到了"), "update_template_card"),
    "user ids as text": (
        {
            "response_type": "update_template_card",
            "userids": "momo",
            "template_card": opened_card("a"),
        },
        "userids",
    ),
}


@pytest.mark.parametrize("name", BAD_UPDATES)
async def test_a_bad_update_changes_nothing(tmp_path: Path, name: str) -> None:
    bot = answering({"msgtype": "template_card", "template_card": packet_card()})
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("发红包", "tangyuan")
        answer, reason = BAD_UPDATES[name]
        bot.answer = lambda _letter: answer
        tap = await stage.post("groups/garden/taps", {"from": "momo", "message_id": 2})
        assert tap["delivery"] == "failed"
        assert tap["message"]["card_states"] == {}
        assert reason in (await stage.problems())[-1]


async def test_a_tap_is_told_once_and_never_again(tmp_path: Path) -> None:
    bot = answering({"msgtype": "template_card", "template_card": packet_card()})
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("发红包", "tangyuan")
        bot.answer = lambda _letter: web.Response(status=500)
        tap = await stage.post("groups/garden/taps", {"from": "momo", "message_id": 2})
        assert tap["delivery"] == "failed"
        assert len(bot.letters) == 2


def app_words(content: str, **changes: str) -> list[tuple[str, str | int]]:
    fields = {
        "ToUserName": "xiaolu",
        "FromUserName": "ww0000000000000000",
        "CreateTime": "1",
        "MsgType": "text",
        "Content": content,
        **changes,
    }
    return list(fields.items())


async def test_an_app_answers_in_private_with_text(tmp_path: Path) -> None:
    async with on_stage(tmp_path, bot=answering(app_words("128 积分"))) as stage:
        message = await stage.post("people/xiaolu/messages", {"text": "积分"})
        assert message["delivery"] == "answered"
        shown = (await stage.private_messages())[-1]
        assert (shown["text"], shown["from_kind"], shown["from"]) == ("128 积分", "app", "app")
        assert await stage.private_messages("momo") == []


async def test_an_app_answer_is_cut_at_2048_bytes(tmp_path: Path) -> None:
    async with on_stage(tmp_path, bot=answering(app_words("a" * 3000))) as stage:
        await stage.post("people/xiaolu/messages", {"text": "帮助"})
        assert len((await stage.private_messages())[-1]["text"].encode()) == 2048


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (app_words("a", ToUserName="momo"), "收件人"),
        (app_words("a", FromUserName="xiaolu"), "收件人"),
        (app_words(" "), "空的"),
        (app_words("a", MsgType="image"), "media_id"),
        (app_words("a", MsgType="music"), "只能是 text"),
        (app_words("a", MsgType="update_button"), "点击卡片后"),
        (web.Response(text="success"), "不是 XML"),
        (web.Response(text="<xml><Encrypt>AAAA</Encrypt></xml>"), "时间戳"),
    ],
)
async def test_a_bad_app_answer_is_not_shown(tmp_path: Path, answer: Answer, reason: str) -> None:
    async with on_stage(tmp_path, bot=answering(answer)) as stage:
        message = await stage.post("people/xiaolu/messages", {"text": "帮助"})
        assert message["delivery"] == "failed"
        assert reason in (await stage.problems())[-1]
        assert len(await stage.private_messages()) == 1


def _decoded(text: str) -> dict[str, Any]:
    data = json.loads(text)
    assert isinstance(data, dict)
    return data
