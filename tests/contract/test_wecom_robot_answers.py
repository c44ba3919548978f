"""The intelligent robot answers in the open request, as wechatpy reads it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import MediaKind
from bot.core.ids import UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    HandOver,
    Link,
    Markdown,
    Media,
    Message,
    Recall,
    TagChange,
    Text,
    Waiting,
)
from bot.core.ports import Answer
from bot.platforms.limits import ROBOT_CONTENT_BYTES

from .support import NOW
from .wecom_robot_support import CARD, CARD_BODY, ORACLE, ROBOT, deliver, payload, payload_with


def read_answer(message: Message, name: str = "text_group", plaintext: str = "") -> dict[str, Any]:
    """What the platform would see: wechatpy checks the signature and decrypts."""
    answer = ROBOT.write_answer(deliver(plaintext or payload(name)), message, NOW)
    outer = json.loads(answer.body)
    plaintext = ORACLE.decrypt_message(
        {"Encrypt": outer["encrypt"]},
        outer["msgsignature"],
        str(outer["timestamp"]),
        outer["nonce"],
    )
    decoded: dict[str, Any] = json.loads(plaintext)
    return decoded


def test_the_envelope_of_an_answer_carries_the_callbacks_nonce_and_a_whole_number_of_seconds() -> (
    None
):
    answer = ROBOT.write_answer(deliver(payload("text_group")), Text("hi"), NOW)
    outer = json.loads(answer.body)
    assert answer.content_type == "application/json"
    assert outer.keys() == {"encrypt", "msgsignature", "timestamp", "nonce"}
    assert outer["nonce"] == "n-12345"
    assert outer["timestamp"] == int(NOW.timestamp())
    assert isinstance(outer["timestamp"], int)


MSGID = "CAIQ16HMjQYY/NGagIOAgAMgq4KM0AI="


@pytest.mark.parametrize(
    ("message", "content"),
    [
        (Text("**30** 分"), "**30** 分"),
        (Markdown("**30** 分"), "**30** 分"),
        (
            Link("护手霜", "三种", "https://hejian.example"),
            "三种\n[护手霜](https://hejian.example)",
        ),
    ],
)
def test_words_are_answered_with_a_finished_stream_that_can_be_rated(
    message: Message, content: str
) -> None:
    stream = {"id": MSGID, "finish": True, "content": content, "feedback": {"id": MSGID}}
    assert read_answer(message) == {"msgtype": "stream", "stream": stream}


def test_a_waiting_begins_a_stream_that_is_not_finished() -> None:
    answer = read_answer(Waiting("正在查询…"))
    assert answer["stream"] == {
        "id": MSGID,
        "finish": False,
        "content": "正在查询…",
        "feedback": {"id": MSGID},
    }


@pytest.mark.parametrize(
    ("message", "finish"), [(Waiting("还在查…"), False), (Text("30 分"), True)]
)
def test_the_next_state_of_a_stream_has_its_name_and_cannot_ask_for_a_rating_again(
    message: Waiting | Text, finish: bool
) -> None:
    refresh = payload_with("stream", stream={"id": MSGID})
    assert read_answer(message, plaintext=refresh) == {
        "msgtype": "stream",
        "stream": {"id": MSGID, "finish": finish, "content": message.text},
    }


def test_a_stream_that_ends_in_a_card_ends_and_shows_the_card() -> None:
    assert read_answer(CARD, "stream") == {
        "msgtype": "stream_with_template_card",
        "stream": {"id": "STREAM-0001", "finish": True, "content": "抢红包"},
        "template_card": CARD_BODY,
    }


def test_a_stream_that_ends_in_a_card_that_the_platform_would_refuse_ends_in_words() -> None:
    card = Card("红包", "", (Button("领取", "claim"),) * 7, "packet-17")
    answer = read_answer(card, "stream")
    assert answer["msgtype"] == "stream"
    assert answer["stream"]["content"].startswith("**红包**\n1. 领取")


def test_a_message_whose_id_is_too_long_to_be_rated_is_answered_all_the_same() -> None:
    for length, rated in ((256, True), (257, False)):
        plaintext = payload_with("text_group", msgid="m" * length)
        stream = read_answer(Text("hi"), plaintext=plaintext)["stream"]
        assert ("feedback" in stream) == rated


def test_a_card_is_answered_as_a_card() -> None:
    assert read_answer(CARD) == {"msgtype": "template_card", "template_card": CARD_BODY}


@pytest.mark.parametrize(
    "card",
    [
        Card("红包", "", (Button("领取", "claim"),) * 7, "packet-17"),
        Card("红包", "", (Button("领取", "claim"),), "任务"),
        Card("红包", "", (Button("领取", "claim"),), "x" * 129),
    ],
)
def test_a_card_that_the_platform_would_refuse_becomes_numbered_text(card: Card) -> None:
    answer = read_answer(card)
    options = "".join(f"\n{n}. 领取" for n in range(1, len(card.buttons) + 1))
    assert answer["msgtype"] == "stream"
    assert answer["stream"]["content"] == f"**红包**{options}"


def test_a_greeting_is_plain_text_or_a_card() -> None:
    assert read_answer(Markdown("**欢迎**"), "enter_chat") == {
        "msgtype": "text",
        "text": {"content": "欢迎"},
    }
    assert read_answer(CARD, "enter_chat")["template_card"] == CARD_BODY


def test_a_greeting_cannot_wait() -> None:
    receipt = deliver(payload("enter_chat"))
    assert ROBOT.write_answer(receipt, Waiting("…"), NOW) == Answer()


def test_a_tap_is_answered_by_changing_the_tapped_card_for_one_person() -> None:
    update = CardUpdate(UserId("zhangsan"), Card("已领取", "5 分", CARD.buttons[1:], "packet-99"))
    assert read_answer(update, "template_card_event") == {
        "response_type": "update_template_card",
        "userids": ["zhangsan"],
        "template_card": {
            "card_type": "button_interaction",
            "main_title": {"title": "已领取"},
            "sub_title_text": "5 分",
            "task_id": "packet-17",
            "button_list": [{"text": "规则", "style": 1, "key": "rules"}],
        },
    }


def test_a_card_without_buttons_left_is_a_notice() -> None:
    update = CardUpdate(UserId("zhangsan"), Card("已领取", "", (), "packet-17"))
    assert read_answer(update, "template_card_event")["template_card"] == {
        "card_type": "text_notice",
        "main_title": {"title": "已领取"},
        "task_id": "packet-17",
        "card_action": {"type": 1, "url": "https://work.weixin.qq.com"},
    }


def test_an_updated_card_never_has_more_than_six_buttons() -> None:
    update = CardUpdate(UserId("z"), Card("a", "", (Button("b", "c"),) * 9, "packet-17"))
    card = read_answer(update, "template_card_event")["template_card"]
    assert len(card["button_list"]) == 6


@pytest.mark.parametrize("message", [Text("抢到 5 分"), Markdown("抢到 5 分"), CARD])
def test_a_tap_takes_no_words_so_the_answer_stays_empty(message: Message) -> None:
    receipt = deliver(payload("template_card_event"))
    assert ROBOT.write_answer(receipt, message, NOW) == Answer()


def test_a_card_update_where_nothing_was_tapped_is_said_in_words() -> None:
    answer = read_answer(CardUpdate(UserId("zhangsan"), CARD))
    assert answer["stream"]["content"] == "**抢红包**\n手快有\n1. 领取\n2. 规则"


@pytest.mark.parametrize("name", ["disconnected_event", "feedback_bad"])
def test_what_takes_no_answer_is_not_answered(name: str) -> None:
    assert ROBOT.write_answer(deliver(payload(name)), Text("hi"), NOW) == Answer()


@pytest.mark.parametrize("name", ["text_group", "stream", "template_card_event", "enter_chat"])
@pytest.mark.parametrize(
    "message",
    [
        Media(MediaKind.IMAGE, "a.png", "图"),
        HandOver("急"),
        TagChange(UserId("lisi"), add=("老客",)),
        Recall("m-1"),
    ],
)
def test_what_cannot_be_said_leaves_the_answer_empty(name: str, message: Message) -> None:
    assert ROBOT.write_answer(deliver(payload(name)), message, NOW) == Answer()


def test_the_limit_is_that_of_the_documentation() -> None:
    assert ROBOT_CONTENT_BYTES == 20 * 1024


@pytest.mark.parametrize("length", [100, ROBOT_CONTENT_BYTES // 3, 30_000])
def test_an_answer_keeps_the_byte_limit_and_whole_characters(length: int) -> None:
    content = read_answer(Markdown("鱼" * length))["stream"]["content"]
    size = len(content.encode())
    assert size == length * 3 or ROBOT_CONTENT_BYTES - 6 < size <= ROBOT_CONTENT_BYTES
    assert set(content) <= {"鱼", "…"}
    assert content.endswith("…") == (length * 3 > ROBOT_CONTENT_BYTES)


@given(st.text())
def test_any_text_can_be_answered(text: str) -> None:
    whole = text.encode("utf-8", "replace").decode()
    assert read_answer(Text(text))["stream"]["content"] == whole
