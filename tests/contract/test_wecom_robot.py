"""The intelligent robot hears: JSON callbacks as the platform sends them."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.limits import WECOM_ROBOT
from bot.channels.wecom_robot import MAX_BODY_BYTES
from bot.core.errors import BadPayload, BadSignature
from bot.core.events import Conversation, Event, EventKind, Place, Receipt, event_to_json
from bot.core.ids import ChannelKey, UserId
from bot.core.ports import Codec, Sender

from .support import (
    NOW,
    PAYLOADS,
    callback_query,
)
from .wecom_robot_support import (
    ENVELOPE,
    ROBOT,
    deliver,
    make_robot,
    only_event,
    payload,
    payload_with,
)


def test_it_offers_what_the_ports_ask() -> None:
    codec: Codec = ROBOT
    sender: Sender = ROBOT
    assert {channel.key for channel in (codec, sender)} == {"robot"}
    assert sender.capabilities == WECOM_ROBOT


def test_a_mention_in_a_group_becomes_words_without_the_mention() -> None:
    receipt = deliver(payload("text_group"))
    code = "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=RESPONSE-CODE-0001"
    assert receipt == Receipt(
        events=(
            Event(
                key=receipt.events[0].key,
                channel=ChannelKey("robot"),
                kind=EventKind.TEXT,
                conversation=Conversation(Place.GROUP, "wrTESTGROUP0002"),
                user_id=UserId("zhangsan"),
                at=NOW,
                text="积分多少？",
                response_url=code,
            ),
        ),
        answerable=True,
        nonce="n-12345",
    )
    assert receipt.events[0].key == "robot/CAIQ16HMjQYY/NGagIOAgAMgq4KM0AI="


def test_a_private_message_has_the_user_as_its_chat() -> None:
    event = only_event("text_single")
    assert (event.conversation, event.text) == (Conversation(Place.PRIVATE, "lisi"), "签到")


def test_a_quoted_message_does_not_speak_for_the_one_who_quotes() -> None:
    assert only_event("text_quote").text == "这个怎么领"


def test_the_texts_of_a_mixed_message_are_joined() -> None:
    assert only_event("mixed").text == "晒单\n颜色很好看"


def test_a_voice_message_arrives_as_its_transcript() -> None:
    event = only_event("voice")
    assert (event.kind, event.text) == (EventKind.TEXT, "我的积分")


def test_entering_the_chat_is_told_with_the_platforms_time() -> None:
    event = only_event("enter_chat")
    assert (event.kind, event.user_id) == (EventKind.OPENED, "wangwu")
    assert event.conversation == Conversation(Place.PRIVATE, "wangwu")
    assert event.at == datetime(2025, 12, 31, 23, 50, tzinfo=UTC)


@pytest.mark.parametrize("create_time", [10**30, 10**11, 0, -5, 1.5, "soon", None])
def test_a_time_that_makes_no_sense_gives_way_to_the_time_of_arrival(create_time: object) -> None:
    (event,) = deliver(payload_with("enter_chat", create_time=create_time)).events
    assert event.at == NOW


def test_a_tap_on_a_card_names_the_button_and_the_task() -> None:
    event = only_event("template_card_event")
    assert (event.kind, event.button, event.task_id) == (EventKind.TAPPED, "claim:17", "packet-17")
    assert event.conversation == Conversation(Place.GROUP, "wrTESTGROUP0002")
    assert event.response_url.endswith("RESPONSE-CODE-0010")


@pytest.mark.parametrize(
    ("name", "unsupported"),
    [
        ("image", "image"),
        ("file", "file"),
        ("stream", "stream"),
        ("feedback_event", "feedback_event"),
    ],
)
def test_what_is_of_no_use_is_acknowledged_by_name(name: str, unsupported: str) -> None:
    assert deliver(payload(name)) == Receipt(events=(), nonce="n-12345", unsupported=unsupported)


def test_a_mixed_message_without_words_is_unsupported() -> None:
    images = {"msg_item": [{"msgtype": "image", "image": {"url": "https://example.com/0"}}]}
    assert deliver(payload_with("mixed", mixed=images)).unsupported == "mixed"


def test_a_kind_of_chat_that_is_new_to_us_is_unsupported() -> None:
    assert deliver(payload_with("text_group", chattype="blackboard")).unsupported == "text"


def test_every_payload_file_is_read_by_a_test() -> None:
    names = {path.stem for path in (PAYLOADS / "wecom_robot").iterdir()}
    assert len(names) == 11
    for name in names:
        receipt = deliver(payload(name))
        assert bool(receipt.events) != bool(receipt.unsupported)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("@小助手 签到", "签到"),
        ("  @小助手\u2005签到  ", "签到"),
        ("你好 @小助手 积分", "你好 积分"),
        ("@小助手，积分", "，积分"),
        ("@小助手", ""),
        ("@小助手签到", "签到"),
        ("@小助手2号 @小助手 签到", "@小助手2号 签到"),
        ("签到", "签到"),
        ("小助手 签到", "小助手 签到"),
    ],
)
def test_only_the_mention_of_this_robot_is_taken_out(typed: str, text: str) -> None:
    (event,) = deliver(payload_with("text_group", text={"content": typed})).events
    assert event.text == text


def test_a_latin_name_is_not_cut_out_of_a_longer_one() -> None:
    robot = make_robot(name="Bo.t")
    for typed, text in (("@Boxt hi", "@Boxt hi"), ("@Bo.ts hi", "@Bo.ts hi"), ("@Bo.t a", "a")):
        (event,) = deliver(payload_with("text_group", text={"content": typed}), robot).events
        assert event.text == text


def test_a_half_character_and_a_nul_do_not_reach_the_database() -> None:
    (event,) = deliver(payload_with("text_group", text={"content": "a\ud83d\0b"})).events
    assert event.text == "a?b"


@pytest.mark.parametrize("missing", ["msgid", "from", "text", "msgtype", "chatid"])
def test_a_message_without_its_parts_is_refused(missing: str) -> None:
    data = json.loads(payload("text_group"))
    del data[missing]
    with pytest.raises(BadPayload, match=missing):
        deliver(json.dumps(data))


def test_a_callback_that_is_too_long_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(BadPayload, match="too long"):
        ROBOT.read({}, b" " * (MAX_BODY_BYTES + 1), NOW)


def test_deeply_nested_json_is_refused() -> None:
    with pytest.raises(BadPayload):
        ROBOT.read({}, b"[" * 100_000, NOW)
    with pytest.raises(BadPayload):
        deliver('{"a":' * 20_000)


def test_a_callback_from_long_ago_is_refused() -> None:
    query, ciphertext = callback_query(ENVELOPE, payload("text_group"))
    body = json.dumps({"encrypt": ciphertext}).encode()
    with pytest.raises(BadSignature, match="old"):
        ROBOT.read(query, body, NOW + timedelta(seconds=601))


def test_the_address_check_is_answered_with_the_decrypted_echo() -> None:
    query, echo = callback_query(ENVELOPE, "4472398471")
    assert ROBOT.check_address({**query, "echostr": echo}) == "4472398471"
    with pytest.raises(BadSignature):
        ROBOT.check_address({**query, "echostr": echo, "timestamp": "1"})


@given(
    st.dictionaries(st.sampled_from(["msg_signature", "timestamp", "nonce"]), st.text()),
    st.binary() | st.text(min_size=1).map(lambda text: json.dumps({"encrypt": text}).encode()),
)
def test_an_arbitrary_request_is_refused_and_nothing_else_happens(
    query: dict[str, str], body: bytes
) -> None:
    with pytest.raises((BadPayload, BadSignature)):
        ROBOT.read(query, body, NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
SUPPORTED = ["text_group", "text_single", "mixed", "voice", "enter_chat", "template_card_event"]


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place inside a JSON value."""
    pairs: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    return [path, *(place for key, child in pairs for place in places(child, (*path, key)))]


@given(st.data(), st.sampled_from(SUPPORTED), JSON)
def test_a_signed_callback_with_anything_anywhere_is_read_or_refused_as_unreadable(
    data: st.DataObject, name: str, value: Any
) -> None:
    document = {"root": copy.deepcopy(json.loads(payload(name)))}
    *path, last = ("root", *data.draw(st.sampled_from(places(document["root"]))))
    inside: Any = document
    for key in path:
        inside = inside[key]
    inside[last] = value
    try:
        receipt = deliver(json.dumps(document["root"]))
    except BadPayload:
        return
    for event in receipt.events:
        assert event.key.startswith("robot/")
        assert event_to_json(event).encode()
    assert len(receipt.unsupported.encode()) <= 64
