"""The intelligent robot hears: JSON callbacks as the platform sends them."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom_robot import MAX_BODY_BYTES
from bot.core.errors import BadPayload, BadSignature
from bot.core.events import (
    Conversation,
    Event,
    EventKind,
    MediaKind,
    MediaRef,
    Place,
    Receipt,
    event_from_json,
    event_to_json,
)
from bot.core.ids import ChannelKey, UserId
from bot.core.ports import Codec, MediaSource, Sender
from bot.platforms.table import WECOM_ROBOT

from .support import NOW, callback_query
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
    source: MediaSource = ROBOT
    assert {channel.key for channel in (codec, sender)} == {"robot"}
    assert sender.capabilities == WECOM_ROBOT
    assert callable(source.read_media)


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
                reply_to=f"url:group:{code}",
                reply_until=NOW + timedelta(hours=1),
            ),
        ),
        answerable=True,
        nonce="n-12345",
    )
    assert receipt.events[0].key == "robot/CAIQ16HMjQYY/NGagIOAgAMgq4KM0AI="


def test_a_private_message_has_the_user_as_its_chat() -> None:
    event = only_event("text_single")
    assert (event.conversation, event.text) == (Conversation(Place.PRIVATE, "lisi"), "签到")
    assert event.reply_to.startswith("url:private:https://qyapi.weixin.qq.com/")


def test_a_callback_without_a_response_url_has_no_place_for_a_later_answer() -> None:
    (event,) = deliver(payload_with("text_group", response_url="")).events
    assert (event.reply_to, event.reply_until) == ("", None)


def test_a_quoted_message_does_not_speak_for_the_one_who_quotes() -> None:
    event = only_event("text_quote")
    assert (event.text, event.quote) == ("这个怎么领", "今晚八点发红包")


@pytest.mark.parametrize("quote", [None, [], "words", {}, {"msgtype": "chatrecord"}])
def test_a_quote_that_has_no_words_takes_nothing_from_the_message(quote: object) -> None:
    (event,) = deliver(payload_with("text_quote", quote=quote)).events
    assert (event.text, event.quote) == ("这个怎么领", "")


def test_a_mixed_message_is_its_words_and_its_pictures() -> None:
    event = only_event("mixed")
    assert (event.kind, event.text) == (EventKind.MEDIA, "晒单\n颜色很好看")
    assert event.media == (MediaRef(MediaKind.IMAGE, "https://wework.qpic.cn/example/0"),)


def test_a_mixed_message_without_pictures_is_words() -> None:
    event = only_event("mixed_words")
    assert (event.kind, event.text, event.media) == (EventKind.TEXT, "签到", ())


def test_a_file_has_an_address_and_no_key_of_its_own() -> None:
    event = only_event("file")
    assert event.kind is EventKind.MEDIA
    assert event.media == (MediaRef(MediaKind.FILE, "https://wework.qpic.cn/example/1"),)


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
    assert event.text == "question-1=option-1,option-2"
    assert event.reply_to.endswith("RESPONSE-CODE-0010")


def test_what_was_chosen_in_several_lists_is_told_list_by_list() -> None:
    data = json.loads(payload("template_card_event"))
    items = data["event"]["template_card_event"]["selected_items"]["selected_item"]
    items += [{"question_key": "question-2", "option_ids": {"option_id": ["option-3"]}}]
    (event,) = deliver(json.dumps(data)).events
    assert event.text == "question-1=option-1,option-2;question-2=option-3"


@pytest.mark.parametrize("chosen", [None, [], {}, {"selected_item": None}, "x"])
def test_a_card_without_lists_has_nothing_chosen(chosen: object) -> None:
    data = json.loads(payload("template_card_event"))
    data["event"]["template_card_event"]["selected_items"] = chosen
    (event,) = deliver(json.dumps(data)).events
    assert (event.button, event.text) == ("claim:17", "")


def test_a_rating_names_the_answered_message_and_takes_no_answer() -> None:
    receipt = deliver(payload("feedback_bad"))
    (event,) = receipt.events
    assert (event.kind, event.task_id) == (EventKind.RATED, "MSG-0001")
    assert event.text == "bad\nincomplete\nbad analysis\n答的不是这个"
    assert (receipt.answerable, event.reply_to) == (False, "")


@pytest.mark.parametrize(
    ("codes", "reasons"),
    [
        ([1, 2, 3, 4], ["off topic", "incomplete", "wrong", "bad analysis"]),
        ([5, "1", None], []),
        (None, []),
    ],
)
def test_the_reasons_of_a_rating_are_words(codes: object, reasons: list[str]) -> None:
    data = json.loads(payload("feedback_bad"))
    feedback = data["event"]["feedback_event"]
    data["event"]["feedback_event"] = {**feedback, "content": "", "inaccurate_reason_list": codes}
    (event,) = deliver(json.dumps(data)).events
    assert event.text.split("\n") == ["bad", *reasons]


@pytest.mark.parametrize("rating", [0, 4, "1", None])
def test_a_rating_that_is_new_to_us_is_unsupported(rating: object) -> None:
    data = json.loads(payload("feedback_good"))
    data["event"]["feedback_event"]["type"] = rating
    assert deliver(json.dumps(data)).unsupported == "feedback_event"


def test_the_question_for_a_streams_next_state_names_the_event_that_it_answers() -> None:
    asked = only_event("text_group")
    refresh = payload_with("stream", stream={"id": asked.key.removeprefix("robot/")})
    assert deliver(refresh) == Receipt(
        events=(), answerable=True, nonce="n-12345", refreshes=asked.key
    )


def test_a_mixed_message_of_nothing_that_we_know_is_unsupported() -> None:
    items = {"msg_item": [{"msgtype": "sticker", "sticker": {}}]}
    assert deliver(payload_with("mixed", mixed=items)).unsupported == "mixed"


@pytest.mark.parametrize("items", [None, {}, "text", 5])
def test_a_mixed_message_without_a_list_is_refused(items: object) -> None:
    with pytest.raises(BadPayload, match="msg_item"):
        deliver(payload_with("mixed", mixed={"msg_item": items}))


def test_a_kind_of_message_that_is_new_to_us_is_acknowledged_by_a_bounded_name() -> None:
    unsupported = deliver(payload_with("text_group", msgtype="新" * 100)).unsupported
    assert unsupported.startswith("新新")
    assert len(unsupported.encode()) <= 64


@pytest.mark.parametrize(
    ("name", "place"), [("text_group", Place.GROUP), ("text_single", Place.PRIVATE)]
)
def test_a_callback_that_does_not_name_the_kind_of_its_chat_has_an_id_when_it_is_a_group(
    name: str, place: Place
) -> None:
    (event,) = deliver(payload_with(name, chattype="")).events
    assert event.conversation == only_event(name).conversation
    assert event.conversation.place is place


def test_a_kind_of_chat_that_is_new_to_us_is_unsupported() -> None:
    receipt = deliver(payload_with("text_group", chattype="blackboard"))
    assert (receipt.unsupported, receipt.answerable) == ("text", False)


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
SUPPORTED = [
    *("text_group", "text_single", "text_quote", "quote_of_mixed", "mixed", "voice", "file"),
    *("enter_chat", "template_card_event", "feedback_bad", "stream"),
]


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
        assert event_from_json(event_to_json(event)) == event
    assert len(receipt.unsupported.encode()) <= 64
