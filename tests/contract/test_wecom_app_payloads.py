"""Every callback of the self-built app that the documentation names: what becomes of it, and that
wechatpy reads the same words out of those that it knows."""

from datetime import UTC, datetime
from typing import Any

import pytest
from wechatpy.enterprise import parse_message

from bot.core.events import Event, EventKind, Receipt

from .support import PAYLOADS
from .wecom_app_support import APP_ALONE, deliver, payload

OUTCOMES = {
    "batch_job_result": "unsupported batch_job_result",
    "click": "app: lisi chose 签到",
    "enter_agent": "app: wangwu opened",
    "external_chat_add_member": "contact: wmTESTUSER01 joined, wmTESTUSER02 joined, look again",
    "external_chat_add_member_older_form": (
        "contact: wmTESTUSER01 joined, wmTESTUSER02 joined, look again"
    ),
    "external_chat_change_name": "contact: look again",
    "external_chat_del_member": "contact: wmTESTUSER01 left, look again",
    "external_contact_add": "contact: wmTESTUSER03 befriended",
    "external_tag_create": "contact: look again",
    "image": "app: lisi media [image MEDIA-0002]",
    "kf_msg_or_event": "service: look again with TOKEN-0001",
    "kf_msg_or_event_of_another": "unsupported kf_msg_or_event",
    "link": "app: lisi text 秋天的护手霜\nhttps://hejian.example/hand-cream",
    "location": "app: lisi text 上海 31.2304,121.4737",
    "location_report": "unsupported LOCATION",
    "location_unnamed": "app: lisi text 31.2304,121.4737",
    "msgaudit_notify": "unsupported msgaudit_notify",
    "subscribe": "app: wangwu opened",
    "template_card_event": (
        "app: zhangsan tapped claim:17 of packet-17"
        " question-1=option-1,option-2;question-2=option-3 by RESPONSE-CODE-0001"
    ),
    "template_card_menu_event": "app: zhangsan tapped mute of packet-17 by RESPONSE-CODE-0002",
    "text": "app: zhang.san@yutang text  签到 ",
    "unsubscribe": "unsupported unsubscribe",
    "video": "app: lisi media [video MEDIA-0003]",
    "view": "unsupported view",
    "voice": "app: lisi text 我的积分",
    "voice_unrecognised": "app: lisi media [voice MEDIA-0001]",
}
"""By the name of the payload file."""

CONTACT_NAMES = {
    "external_chat_add_member": "change_external_chat/update/add_member",
    "external_chat_change_name": "change_external_chat/update/change_name",
    "external_contact_add": "change_external_contact/add_external_contact",
    "external_tag_create": "change_external_tag/create",
}


def outcome(receipt: Receipt) -> str:
    """A receipt as one line."""
    if receipt.unsupported:
        assert not receipt.events
        assert not receipt.hints
        return f"unsupported {receipt.unsupported}"
    told = [(event.channel, description(event)) for event in receipt.events]
    told += [
        (hint.channel, " with ".join(filter(None, ["look again", hint.ticket])))
        for hint in receipt.hints
    ]
    (channel,) = {channel for channel, _ in told}
    return f"{channel}: {', '.join(words for _, words in told)}"


def description(event: Event) -> str:
    """An event as a few words."""
    parts = [event.user_id, event.kind]
    if event.kind is EventKind.TAPPED:
        parts += [f"{event.button} of {event.task_id}"]
    parts += [text for text in (event.text,) if text and event.channel == "app"]
    parts += [f"[{item.kind} {item.address}]" for item in event.media]
    if event.reply_to and event.channel == "app":
        parts += [f"by {event.reply_to}"]
    return " ".join(parts)


def test_the_table_names_every_payload_file() -> None:
    assert OUTCOMES.keys() == {path.stem for path in (PAYLOADS / "wecom_app").iterdir()}


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_callback_is_decoded_or_acknowledged_by_name(name: str) -> None:
    receipt = deliver(payload(name))
    assert outcome(receipt) == OUTCOMES[name]
    assert receipt.nonce == "n-12345"


@pytest.mark.parametrize("name", OUTCOMES)
def test_only_what_a_member_does_can_be_answered_in_the_request(name: str) -> None:
    assert deliver(payload(name)).answerable == OUTCOMES[name].startswith("app:")


@pytest.mark.parametrize("name", CONTACT_NAMES)
def test_an_app_through_which_nobody_works_with_customers_acknowledges_by_name(name: str) -> None:
    receipt = deliver(payload(name), app=APP_ALONE)
    assert outcome(receipt) == f"unsupported {CONTACT_NAMES[name]}"


def wechatpy_says(message: Any) -> str:
    """What wechatpy read, in the words of the table."""
    match message.type:
        case "text":
            return f"text {message.content}"
        case "image" | "video":
            return f"media [{message.type} {message.media_id}]"
        case "voice" if message.recognition:
            return f"text {message.recognition}"
        case "voice":
            return f"media [voice {message.media_id}]"
        case "location":
            latitude, longitude = message.location
            return " ".join(["text", *filter(None, [message.label]), f"{latitude},{longitude}"])
        case "link":
            return f"text {message.title}\n{message.url}"
        case "event" if message.event in {"subscribe", "enter_agent"}:
            return "opened"
        case "event" if message.event == "click":
            return f"chose {message.key}"
        case _:
            return str(message.event)


KNOWN_TO_WECHATPY = [
    *("text", "image", "voice", "voice_unrecognised", "video", "location", "location_unnamed"),
    *("link", "subscribe", "enter_agent", "click"),
]


@pytest.mark.parametrize("name", KNOWN_TO_WECHATPY)
def test_wechatpy_reads_the_same_words_from_the_same_person(name: str) -> None:
    message = parse_message(payload(name))
    said = f"app: {message.source} {wechatpy_says(message)}"
    assert OUTCOMES[name].split() == said.split()  # xmltodict strips what it reads
    (event,) = deliver(payload(name)).events
    assert event.at == datetime.fromtimestamp(message.create_time.timestamp(), UTC)
    assert not message.id or event.key == f"app/{message.id}"


@pytest.mark.parametrize("name", ["unsubscribe", "view", "location_report", "batch_job_result"])
def test_wechatpy_gives_the_same_name_to_what_is_of_no_use(name: str) -> None:
    message = parse_message(payload(name))
    assert OUTCOMES[name].casefold() == f"unsupported {message.event}"
