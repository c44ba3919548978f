"""The Official Account hears: callbacks as the platform sends them, and answers in the request."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import ArticlesReply, TransferCustomerServiceReply, deserialize_reply

from bot.channels.crypto import Envelope
from bot.channels.official_account import OfficialAccount
from bot.channels.xml import parse_xml, write_xml
from bot.core.errors import BadPayload, BadSignature
from bot.core.events import (
    Conversation,
    Event,
    EventKind,
    MediaKind,
    MediaRef,
    Place,
    Receipt,
    event_to_json,
)
from bot.core.ids import ChannelKey, EventKey, UserId
from bot.core.messages import (
    Button,
    Card,
    HandOver,
    Link,
    Markdown,
    Media,
    Message,
    Notice,
    Recall,
    TagChange,
    Text,
)
from bot.core.ports import Answer, Codec, Directory, Sender
from bot.platforms.table import OFFICIAL_ACCOUNT

from .account_support import (
    ACCOUNT,
    ACCOUNT_PAYLOADS,
    APP_ID,
    ENVELOPE,
    OPEN_ID,
    ORIGINAL_ID,
    deliver,
    make_account,
    only_event,
    payload,
    plain_query,
    sealed,
)
from .support import AES_KEY, NOW, TOKEN, callback_query

ORACLE = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
PLAIN = make_account(mode="plain")
COMPATIBLE = make_account(mode="compatible")


def words(text: str) -> tuple[object, ...]:
    return EventKind.TEXT, text, "", ()


def media(kind: MediaKind, media_id: str) -> tuple[object, ...]:
    return EventKind.MEDIA, "", "", (MediaRef(kind, media_id),)


HEARD: dict[str, tuple[object, ...]] = {
    "text": words(" 签到 "),
    "voice_recognised": words("我的积分"),
    "location": words("杭州市西湖区龙井路1号 30.274085,120.15507"),
    "location_unlabelled": words("30.274085,120.15507"),
    "link": words("禾间春茶上新\nhttps://hejian.example/tea"),
    "image": media(MediaKind.IMAGE, "ACC-IMAGE-01"),
    "voice": media(MediaKind.VOICE, "ACC-VOICE-01"),
    "video": media(MediaKind.VIDEO, "ACC-VIDEO-01"),
    "shortvideo": media(MediaKind.VIDEO, "ACC-VIDEO-02"),
    "subscribe": (EventKind.BEFRIENDED, "", "", ()),
    "subscribe_with_scene": (EventKind.BEFRIENDED, "", "7KQ2", ()),
    "subscribe_after_payment": (EventKind.BEFRIENDED, "", "", ()),
    "subscribe_from_product": (EventKind.BEFRIENDED, "", "", ()),
    "unsubscribe": (EventKind.UNFRIENDED, "", "", ()),
    "scan": (EventKind.SCANNED, "", "7KQ2", ()),
    "click": (EventKind.CHOSE, "签到", "", ()),
}
"""What becomes an event: its kind, words, source and media."""

SIMPLE = (
    "annual_renew card_not_pass_check card_pass_check card_sku_remind kf_close_session"
    " kf_create_session kf_switch_session location_select merchant_order naming_verify_fail"
    " naming_verify_success pic_photo_or_album pic_sysphoto pic_weixin poi_check_notify"
    " qualification_verify_fail qualification_verify_success scancode_push scancode_waitmsg"
    " submit_invoice_title submit_membercard_user_info update_member_card user_authorize_invoice"
    " user_consume_card user_del_card user_enter_session_from_card user_enter_tempsession"
    " user_get_card user_gifting_card user_pay_from_pay_cell user_scan_product"
    " user_scan_product_async user_scan_product_enter_session user_scan_product_verify_action"
    " user_view_card verify_expired wxa_media_check"
)
"""Events whose file has their name."""

OF_NO_USE = {
    "miniprogrampage": "miniprogrampage",
    "unknown": "hologram",
    "location_event": "LOCATION",
    "view": "VIEW",
    "view_miniprogram": "view_miniprogram",
    "mass_send_job_finish": "MASSSENDJOBFINISH/send success",
    "template_send_job_finish_success": "TEMPLATESENDJOBFINISH/success",
    "template_send_job_finish_user_block": "TEMPLATESENDJOBFINISH/failed:user block",
    "template_send_job_finish_failed": "TEMPLATESENDJOBFINISH/failed: system failed",
    "card_pay_order": "card_pay_order/ORDER_STATUS_FINANCE_SUCC",
    "update_invoice_status": "update_invoice_status/INVOICE_REIMBURSE_INIT",
    "device_text": "device_text",
    "device_bind": "device_event/bind",
    "device_unbind": "device_event/unbind",
    "device_subscribe_status": "device_event/subscribe_status",
    "device_unsubscribe_status": "device_event/unsubscribe_status",
    "shakearound_user_shake": "ShakearoundUserShake",
    "wifi_connected": "WifiConnected",
    "subscribe_msg_popup": "subscribe_msg_popup_event",
    "subscribe_msg_change": "subscribe_msg_change_event",
    "subscribe_msg_sent": "subscribe_msg_sent_event",
    **{name: name for name in SIMPLE.split()},
}
"""What is acknowledged and counted, under which name."""

ALL = sorted(path.stem for path in ACCOUNT_PAYLOADS.iterdir())


def test_every_payload_file_is_either_heard_or_of_no_use() -> None:
    assert sorted([*HEARD, *OF_NO_USE]) == ALL


def test_it_offers_what_the_ports_ask() -> None:
    codec: Codec = ACCOUNT
    sender: Sender = ACCOUNT
    directory: Directory = ACCOUNT
    assert {channel.key for channel in (codec, sender)} == {"account"}
    assert sender.capabilities == OFFICIAL_ACCOUNT
    assert callable(directory.read_profile)


def test_a_text_message_becomes_words_in_a_private_chat() -> None:
    assert deliver(payload("text")) == Receipt(
        events=(
            Event(
                key=EventKey(f"account/{OPEN_ID}/24700000000000001"),
                channel=ChannelKey("account"),
                kind=EventKind.TEXT,
                conversation=Conversation(Place.PRIVATE, OPEN_ID),
                user_id=UserId(OPEN_ID),
                at=datetime(2026, 1, 1, 0, 0, 41, tzinfo=UTC),
                text=" 签到 ",
            ),
        ),
        answerable=True,
        nonce="n-12345",
    )


@pytest.mark.parametrize("name", HEARD)
def test_what_a_follower_writes_or_does_is_an_event(name: str) -> None:
    event = only_event(name)
    assert (event.kind, event.text, event.source, event.media) == HEARD[name]
    assert event.conversation == Conversation(Place.PRIVATE, OPEN_ID)
    assert not event.reply_to


@pytest.mark.parametrize("name", OF_NO_USE)
def test_what_is_of_no_use_is_acknowledged_by_name(name: str) -> None:
    receipt = deliver(payload(name))
    assert receipt == Receipt(events=(), nonce="n-12345", unsupported=OF_NO_USE[name])
    assert ACCOUNT.write_answer(receipt, Text("你好"), NOW) == Answer()


@pytest.mark.parametrize("name", ALL)
def test_wechatpy_reads_the_same_sender_id_and_time(name: str) -> None:
    theirs, ours = parse_message(payload(name)), parse_xml(payload(name))
    assert theirs.source == ours.value("FromUserName") == OPEN_ID
    assert theirs.target == ours.value("ToUserName") == ORIGINAL_ID
    assert theirs.id == int(ours.value("MsgId") or ours.value("MsgID") or 0)
    for event in deliver(payload(name)).events:
        assert (event.user_id, int(event.at.timestamp())) == (theirs.source, theirs.time)
        assert str(theirs.id or theirs.time) in event.key


def test_somebody_who_leaves_is_told_nothing() -> None:
    receipt = deliver(payload("unsubscribe"))
    assert not receipt.answerable
    assert ACCOUNT.write_answer(receipt, Text("再见"), NOW) == Answer()


@pytest.mark.parametrize("name", HEARD)
def test_a_redelivery_has_the_key_of_the_first_delivery(name: str) -> None:
    again = deliver(payload(name), NOW + timedelta(seconds=5))
    assert again.events == (only_event(name),)


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("7KQ2]", "8MM1]"),
        ("TICKET-7KQ2", "TICKET-8MM1"),
        (OPEN_ID, "oSomebodyElse"),
        ("1767225664", "1767225665"),
        ("SCAN", "subscribe"),
    ],
)
def test_events_that_differ_in_anything_of_their_own_have_different_keys(
    field: str, other: str
) -> None:
    (changed,) = deliver(payload("scan").replace(field, other, 1)).events
    assert changed.key != only_event("scan").key


def test_two_followers_whose_messages_bear_one_number_have_two_keys() -> None:
    (other,) = deliver(payload("text").replace(OPEN_ID, "oSomebodyElse")).events
    assert other.key != only_event("text").key


@pytest.mark.parametrize(
    ("name", "gone", "unsupported"),
    [
        ("image", "ACC-IMAGE-01", "image"),
        ("click", "签到", "CLICK"),
    ],
)
def test_a_message_without_what_makes_it_is_of_no_use(
    name: str, gone: str, unsupported: str
) -> None:
    assert deliver(payload(name).replace(gone, "")).unsupported == unsupported


def test_a_message_without_a_type_is_counted_as_nameless() -> None:
    assert deliver("<xml><Content>hi</Content></xml>").unsupported == "nameless"


def test_the_name_of_something_unsupported_is_bounded() -> None:
    assert len(deliver(write_xml([("MsgType", "x" * 500)])).unsupported.encode()) <= 64


@pytest.mark.parametrize("missing", ["FromUserName", "CreateTime"])
def test_a_message_without_sender_or_time_is_refused(missing: str) -> None:
    with pytest.raises(BadPayload, match=missing):
        deliver(payload("text").replace(missing, "Other"))


@pytest.mark.parametrize("time", ["soon", "-5", "1e9", "9" * 12, "٣"])
def test_a_time_that_is_no_number_of_seconds_is_refused(time: str) -> None:
    with pytest.raises(BadPayload, match="CreateTime"):
        deliver(payload("text").replace("1767225641", time))


# Modes


def test_in_plain_mode_the_body_is_read_as_it_is() -> None:
    receipt = PLAIN.read(plain_query(), payload("text").encode(), NOW)
    assert receipt == deliver(payload("text"))


def test_in_plain_mode_a_wrong_signature_is_refused() -> None:
    body = payload("text").encode()
    for query in (
        plain_query(token="another"),
        {**plain_query(), "nonce": "another"},
        {**plain_query(), "signature": ""},
        {},
    ):
        with pytest.raises(BadSignature, match="signature"):
            PLAIN.read(query, body, NOW)


@pytest.mark.parametrize("late", [601, -601])
def test_in_plain_mode_a_callback_that_is_not_fresh_is_refused(late: int) -> None:
    received_at = NOW + timedelta(seconds=late)
    with pytest.raises(BadSignature, match="too old or from the future"):
        PLAIN.read(plain_query(NOW), payload("text").encode(), received_at)


def test_in_plain_mode_an_encrypted_body_asks_for_the_other_setting() -> None:
    query, body = sealed(payload("text"))
    with pytest.raises(BadPayload, match="mode to aes"):
        PLAIN.read(query, body, NOW)


@pytest.mark.parametrize("account", [ACCOUNT, COMPATIBLE], ids=["aes", "compatible"])
def test_where_it_must_be_encrypted_a_plain_body_is_refused(account: OfficialAccount) -> None:
    with pytest.raises(BadSignature, match="not encrypted"):
        account.read(plain_query(), payload("text").encode(), NOW)


@pytest.mark.parametrize("account", [ACCOUNT, COMPATIBLE], ids=["aes", "compatible"])
def test_where_it_must_be_encrypted_the_plain_signature_is_not_enough(
    account: OfficialAccount,
) -> None:
    query, body = sealed(payload("text"))
    with pytest.raises(BadSignature, match="signature"):
        account.read({**query, "msg_signature": query["signature"]}, body, NOW)


def test_in_compatible_mode_only_the_encrypted_half_counts() -> None:
    query, ciphertext = callback_query(ENVELOPE, payload("text"))
    forged = payload("click").replace(
        "</xml>", f"<Encrypt><![CDATA[{ciphertext}]]></Encrypt></xml>"
    )
    (event,) = COMPATIBLE.read(query, forged.encode(), NOW).events
    assert (event.kind, event.text) == (EventKind.TEXT, " 签到 ")


def test_a_callback_for_another_account_is_refused() -> None:
    other = Envelope(TOKEN, AES_KEY, "wx00000000000acct2")
    query, ciphertext = callback_query(other, payload("text"))
    with pytest.raises(BadSignature, match="meant for another"):
        ACCOUNT.read(query, write_xml([("Encrypt", ciphertext)]).encode(), NOW)


def test_a_callback_from_long_ago_is_refused() -> None:
    query, body = sealed(payload("text"), NOW)
    with pytest.raises(BadSignature, match="old"):
        ACCOUNT.read(query, body, NOW + timedelta(seconds=601))


def test_what_wechatpy_encrypts_is_read() -> None:
    timestamp = str(int(NOW.timestamp()))
    document = parse_xml(ORACLE.encrypt_message(payload("text"), "n-12345", timestamp))
    query = {
        "msg_signature": document.value("MsgSignature"),
        "timestamp": timestamp,
        "nonce": "n-12345",
    }
    body = write_xml([("Encrypt", document.value("Encrypt"))]).encode()
    assert ACCOUNT.read(query, body, NOW) == deliver(payload("text"))


def test_a_mode_with_encryption_needs_its_key() -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        OfficialAccount(
            key=ACCOUNT.key,
            app_id=APP_ID,
            original_id=ORIGINAL_ID,
            token=TOKEN,
            encoding_aes_key=None,
            mode="aes",
            templates={},
            api=ACCOUNT._api,
            clock=ACCOUNT._clock,
            shelf=ACCOUNT._shelf,
        )


# The check of the address


@pytest.mark.parametrize("account", [PLAIN, COMPATIBLE, ACCOUNT])
def test_the_address_check_is_answered_with_the_echo_as_it_came(account: OfficialAccount) -> None:
    echo = "5837397573476234"
    assert account.check_address({**plain_query(), "echostr": echo}) == echo


@pytest.mark.parametrize("account", [PLAIN, COMPATIBLE, ACCOUNT])
def test_an_address_check_of_somebody_else_or_of_yesterday_is_refused(
    account: OfficialAccount,
) -> None:
    for query in (plain_query(token="another"), plain_query(NOW - timedelta(seconds=601)), {}):
        with pytest.raises(BadSignature):
            account.check_address({**query, "echostr": "1"})


# Answers


def answer_xml(message: Message, *, account: OfficialAccount = ACCOUNT, to: str = "text") -> str:
    """What the follower's platform finds in our answer, decrypted by wechatpy."""
    answer = account.write_answer(deliver(payload(to)), message, NOW)
    assert answer.content_type == "application/xml"
    if account is PLAIN:
        return answer.body.decode()
    document = parse_xml(answer.body)
    plaintext: str = ORACLE.decrypt_message(
        answer.body.decode(),
        document.value("MsgSignature"),
        document.value("TimeStamp"),
        document.value("Nonce"),
    )
    return plaintext


@pytest.mark.parametrize("account", [ACCOUNT, COMPATIBLE, PLAIN])
def test_wechatpy_reads_our_words_in_every_mode(account: OfficialAccount) -> None:
    reply = deserialize_reply(answer_xml(Text("签到成功 ]]> 连续3天"), account=account))
    assert (reply.type, reply.content) == ("text", "签到成功 ]]> 连续3天")
    assert (reply.source, reply.target) == (ORIGINAL_ID, OPEN_ID)
    assert reply.time == int(NOW.timestamp())


def test_every_answer_has_a_nonce_of_its_own() -> None:
    receipt = deliver(payload("text"))
    answers = [parse_xml(ACCOUNT.write_answer(receipt, Text("好"), NOW).body) for _ in range(2)]
    assert len({answer.value("Nonce") for answer in answers}) == 2
    assert "n-12345" not in {answer.value("Nonce") for answer in answers}


@pytest.mark.parametrize(
    ("message", "content"),
    [
        (Markdown("**好**"), "好"),
        (Card("抢红包", "手快有", (Button("领取", "claim:17"),), "t-1"), "抢红包\n手快有\n1. 领取"),
        (Notice("packet", (), "红包已到账"), "红包已到账"),
        (Text("x" * 3000), "x" * 2045 + "…"),
    ],
)
def test_what_an_account_cannot_show_becomes_words_within_2048_bytes(
    message: Message, content: str
) -> None:
    assert parse_xml(answer_xml(message)).value("Content") == content


def test_a_link_becomes_an_article_as_wechatpy_writes_it() -> None:
    link = Link(
        "禾间春茶", "明前龙井", "https://hejian.example/tea", "https://hejian.example/t.png"
    )
    theirs = ArticlesReply(source=ORIGINAL_ID, target=OPEN_ID, time=int(NOW.timestamp()))
    theirs.add_article(
        {"title": link.title, "description": link.text, "url": link.url, "image": link.picture_url}
    )
    assert tree(answer_xml(link)) == tree(theirs.render())


def test_handing_over_is_the_word_that_wechatpy_has_for_it() -> None:
    theirs = TransferCustomerServiceReply(
        source=ORIGINAL_ID, target=OPEN_ID, time=int(NOW.timestamp())
    )
    assert tree(answer_xml(HandOver("想问发货"))) == tree(theirs.render())


def tree(document: str) -> dict[str, object]:
    """An XML document without the order of fields that is of no meaning."""

    def inside(element: object) -> object:
        children = getattr(element, "children", [])
        if not children:
            return getattr(element, "text", "").strip()
        return sorted((child.name, str(inside(child))) for child in children)

    root = parse_xml(document)
    return {child.name: inside(child) for child in root.children}


@pytest.mark.parametrize(
    "message",
    [Recall("r"), TagChange(UserId("lisi"), ("新客",)), Text(""), Media(MediaKind.IMAGE, "a.png")],
)
def test_without_words_the_answer_is_empty(message: Message) -> None:
    assert ACCOUNT.write_answer(deliver(payload("text")), message, NOW) == Answer()


# Whatever comes


QUERIES = st.dictionaries(
    st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "echostr"]), st.text()
)


@given(QUERIES, st.binary())
def test_an_arbitrary_request_is_refused_and_nothing_else_happens(
    query: Mapping[str, str], body: bytes
) -> None:
    for account in (PLAIN, COMPATIBLE, ACCOUNT):
        with pytest.raises((BadPayload, BadSignature)):
            account.read(query, body, NOW)
        with pytest.raises(BadSignature):
            account.check_address(query)


UNICODE = st.text(st.characters(exclude_categories=["Cs"]))
KINDS = "text voice image location link event subscribe unsubscribe SCAN CLICK VIEW"
FIELDS = (
    "MsgType Event FromUserName CreateTime Content Recognition MsgId EventKey Ticket MediaId"
    " Label Title Url Status"
)
VALUES = UNICODE | st.sampled_from([*KINDS.split(), "1767225600", "qrscene_", "qrscene_1", " "])
NAMES = st.sampled_from(FIELDS.split())


@given(UNICODE | st.lists(st.tuples(NAMES, VALUES)).map(write_xml))
def test_a_signed_callback_of_any_content_is_read_or_refused_as_unreadable(plaintext: str) -> None:
    try:
        receipt = deliver(plaintext)
    except BadPayload:
        return
    assert bool(receipt.events) != bool(receipt.unsupported)
    for event in receipt.events:
        assert event.key.startswith("account/")
        assert event_to_json(event).encode()
