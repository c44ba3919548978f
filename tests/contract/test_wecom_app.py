"""The self-built app hears: callbacks as the platform sends them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.xml import write_xml
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
from bot.core.ports import Codec, Directory, MediaSource, Sender
from bot.platforms.table import WECOM_APP

from .support import NOW, callback_query
from .wecom_app_support import APP, ENVELOPE, deliver, only_event, payload


def test_it_offers_what_the_ports_ask() -> None:
    codec: Codec = APP
    sender: Sender = APP
    directory: Directory = APP
    source: MediaSource = APP
    assert {channel.key for channel in (codec, sender)} == {"app"}
    assert sender.capabilities == WECOM_APP
    assert callable(directory.read_profile)
    assert callable(source.read_media)


def test_a_text_message_becomes_words_in_a_private_chat() -> None:
    assert deliver(payload("text")) == Receipt(
        events=(
            Event(
                key=only_event("text").key,
                channel=ChannelKey("app"),
                kind=EventKind.TEXT,
                conversation=Conversation(Place.PRIVATE, "zhang.san@yutang"),
                user_id=UserId("zhang.san@yutang"),
                at=datetime(2026, 1, 1, 0, 0, 0, tzinfo=UTC),
                text=" 签到 ",
            ),
        ),
        answerable=True,
        nonce="n-12345",
    )
    assert only_event("text").key == "app/7234567890123456789"


def test_a_voice_message_arrives_as_its_transcript() -> None:
    event = only_event("voice")
    assert (event.kind, event.text, event.media) == (EventKind.TEXT, "我的积分", ())


def test_a_voice_message_in_which_no_words_were_heard_is_a_sound() -> None:
    silent = payload("voice").replace("我的积分", "")
    (event,) = deliver(silent).events
    assert (event.kind, event.text) == (EventKind.MEDIA, "")
    assert event.media == (MediaRef(MediaKind.VOICE, "MEDIA-0001"),)


def test_an_entry_of_the_menu_is_the_word_behind_it() -> None:
    event = only_event("click")
    assert (event.kind, event.text) == (EventKind.CHOSE, "签到")
    assert deliver(payload("click").replace("签到", "")).unsupported == "click"


@pytest.mark.parametrize("name", ["enter_agent", "subscribe"])
def test_opening_the_app_is_told_and_may_be_answered(name: str) -> None:
    receipt = deliver(payload(name))
    assert receipt.answerable
    assert [(event.kind, event.conversation) for event in receipt.events] == [
        (EventKind.OPENED, Conversation(Place.PRIVATE, "wangwu"))
    ]


def test_opening_twice_in_a_second_in_two_ways_gives_two_keys() -> None:
    assert only_event("enter_agent").key != only_event("subscribe").key


def test_a_tap_on_a_card_names_the_button_and_the_task() -> None:
    event = only_event("template_card_event")
    assert (event.kind, event.button, event.task_id) == (EventKind.TAPPED, "claim:17", "packet-17")
    assert event.conversation == Conversation(Place.PRIVATE, "zhangsan")


def test_a_tap_brings_a_code_that_changes_the_card_for_a_day() -> None:
    event = only_event("template_card_event")
    assert event.reply_to == "RESPONSE-CODE-0001"
    assert event.reply_until == event.at + timedelta(days=1)
    without = payload("template_card_event").replace("RESPONSE-CODE-0001", "")
    (event,) = deliver(without).events
    assert (event.reply_to, event.reply_until) == ("", None)


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("claim:17", "claim:18"),
        ("packet-17", "packet-18"),
        ("zhangsan", "lisi"),
        ("1767225605", "1767225604"),
        ("template_card_event", "enter_agent"),
    ],
)
def test_taps_that_differ_in_anything_of_their_own_have_different_keys(
    field: str, other: str
) -> None:
    plaintext = payload("template_card_event")
    (changed,) = deliver(plaintext.replace(field, other, 1)).events
    assert changed.key != only_event("template_card_event").key


OWN_IDS = (
    "ChangeType ChatId UpdateDetail LastMemVer CurMemVer UserID ExternalUserID Id TagType EventKey"
    " TaskId JobId"
)


@pytest.mark.parametrize("field", OWN_IDS.split())
def test_events_of_one_second_differ_by_every_id_that_the_platform_writes(field: str) -> None:
    one, other = (
        deliver(
            write_xml(
                [
                    ("FromUserName", "lisi"),
                    ("CreateTime", 1767225600),
                    ("MsgType", "event"),
                    ("Event", "enter_agent"),
                    (field, value),
                ]
            )
        ).events[0]
        for value in ("1", "2")
    )
    assert one.key != other.key


@pytest.mark.parametrize("name", ["template_card_event", "enter_agent", "external_chat_add_member"])
def test_a_redelivered_event_has_the_key_of_the_first_delivery(name: str) -> None:
    first = deliver(payload(name), NOW)
    again = deliver(payload(name), NOW + timedelta(seconds=5))
    assert first.events == again.events != ()


def test_who_left_is_told_with_another_key_than_when_he_joined_in_the_same_second() -> None:
    left = only_event("external_chat_del_member")
    joined = deliver(payload("external_chat_add_member")).events[0]
    assert (left.channel, left.kind, left.user_id) == ("contact", EventKind.LEFT, joined.user_id)
    assert left.at == joined.at
    assert left.key != joined.key


def test_two_changes_of_a_group_in_one_second_differ_by_their_member_version() -> None:
    plaintext = payload("external_chat_add_member")
    later = plaintext.replace("71217227bbd112ecfe3a49c482195cb4", "another-version")
    keys = {event.key for event in deliver(plaintext).events + deliver(later).events}
    assert len(keys) == 4


def test_the_name_of_something_unsupported_is_bounded() -> None:
    assert len(deliver(write_xml([("MsgType", "x" * 500)])).unsupported.encode()) <= 64


@pytest.mark.parametrize("missing", ["FromUserName", "CreateTime"])
def test_a_message_without_sender_or_time_is_refused(missing: str) -> None:
    with pytest.raises(BadPayload, match=missing):
        deliver(payload("text").replace(missing, "Other"))


def test_a_text_without_words_is_unsupported() -> None:
    assert deliver(payload("text").replace("Content", "Other")).unsupported == "text"


def test_a_list_of_a_card_in_which_nothing_was_chosen_is_told_as_empty() -> None:
    plaintext = payload("template_card_event").replace("OptionIds", "Other")
    (event,) = deliver(plaintext).events
    assert event.text == "question-1=;question-2="


def test_a_picture_without_its_id_is_refused() -> None:
    with pytest.raises(BadPayload, match="MediaId"):
        deliver(payload("image").replace("MediaId", "Other"))


@pytest.mark.parametrize("time", ["soon", "-5", "1e9", "9" * 12, "٣"])
def test_a_time_that_is_no_number_of_seconds_is_refused(time: str) -> None:
    with pytest.raises(BadPayload, match="CreateTime"):
        deliver(payload("text").replace("1767225600", time))


def test_a_callback_from_long_ago_is_refused() -> None:
    query, ciphertext = callback_query(ENVELOPE, payload("text"), sent_at=NOW)
    body = write_xml([("Encrypt", ciphertext)]).encode()
    with pytest.raises(BadSignature, match="old"):
        APP.read(query, body, NOW + timedelta(seconds=601))


def test_the_address_check_is_answered_with_the_decrypted_echo() -> None:
    query, echo = callback_query(ENVELOPE, "1616140317555161061")
    assert APP.check_address({**query, "echostr": echo}) == "1616140317555161061"


def test_an_address_check_of_somebody_else_is_refused() -> None:
    query, echo = callback_query(ENVELOPE, "1616140317555161061")
    with pytest.raises(BadSignature):
        APP.check_address({**query, "echostr": echo, "nonce": "other"})
    with pytest.raises(BadSignature):
        APP.check_address({})


def test_an_old_address_check_is_refused() -> None:
    sent_at = NOW - timedelta(seconds=601)
    query, echo = callback_query(ENVELOPE, "1616140317555161061", sent_at=sent_at)
    with pytest.raises(BadSignature, match="old"):
        APP.check_address({**query, "echostr": echo})


QUERIES = st.dictionaries(
    st.sampled_from(["msg_signature", "timestamp", "nonce", "echostr"]), st.text()
)


@given(QUERIES, st.binary())
def test_an_arbitrary_request_is_refused_and_nothing_else_happens(
    query: Mapping[str, str], body: bytes
) -> None:
    with pytest.raises((BadPayload, BadSignature)):
        APP.read(query, body, NOW)
    with pytest.raises(BadSignature):
        APP.check_address(query)


UNICODE = st.text(st.characters(exclude_categories=["Cs"]))
KINDS = (
    "text voice image location link event enter_agent click template_card_event kf_msg_or_event"
    " change_external_chat update add_member change_external_contact add_external_contact"
)
FIELDS = (
    "MsgType Event FromUserName CreateTime Content Recognition MediaId MsgId EventKey TaskId"
    " ResponseCode SelectedItems OpenKfId ChatId ChangeType UpdateDetail MemChangeList UserID"
    " ExternalUserID"
)
VALUES = UNICODE | st.sampled_from([*KINDS.split(), "1767225600", "sys", "a,b", ",", " "])
NAMES = st.sampled_from(FIELDS.split())


@given(UNICODE | st.lists(st.tuples(NAMES, VALUES)).map(write_xml))
def test_a_signed_callback_of_any_content_is_read_or_refused_as_unreadable(plaintext: str) -> None:
    try:
        receipt = deliver(plaintext)
    except BadPayload:
        return
    assert len(receipt.unsupported.encode()) <= 64
    for event in receipt.events:
        assert event.key.startswith("app/")
        assert event_from_json(event_to_json(event)) == event
