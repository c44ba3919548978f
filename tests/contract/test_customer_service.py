"""WeChat customer service: what is pulled, and what is sent back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.api import wecom_api
from bot.channels.customer_service import CustomerService, read_message
from bot.channels.media import MediaShelf
from bot.core.clock import ManualClock
from bot.core.errors import ChatUnreachable, CodeUsedUp, PlatformBusy, TransportError
from bot.core.events import (
    Conversation,
    Event,
    EventKind,
    MediaKind,
    MediaRef,
    Place,
    event_to_json,
)
from bot.core.ids import ChannelKey, EventKey, UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    HandOver,
    Link,
    Markdown,
    Media,
    Message,
    Outgoing,
    Recall,
    Target,
    TargetKind,
    Text,
)
from bot.core.ports import Directory, Outcome, Pause, Profile, Pull, Pulled, Sender
from bot.platforms.limits import SERVICE_MESSAGE_ID, WINDOW_RETRY_SECONDS
from bot.platforms.table import CUSTOMER_SERVICE

from .support import CORP_ID, NOW, PAYLOADS, SECRET, FakePlatform, HangUp, Raw, Reply

OPEN_KFID = "wkYutang00000000000000000000001"
CUSTOMER = "wmServiceUser0001"
KEY = ChannelKey("service")
SEND, GREET = "kf/send_msg", "kf/send_msg_on_event"
SYNC, TRANS = "kf/sync_msg", "kf/service_state/trans"
SERVICE_PAYLOADS = PAYLOADS / "service"
CARD = Card("抢红包", "手快有", (Button("领取", "claim:17"),), "packet-17")


@pytest.fixture
def service(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock, tmp_path: Path
) -> CustomerService:
    (tmp_path / "price.pdf").write_bytes(b"0123456789")
    return CustomerService(
        key=KEY,
        open_kfid=OPEN_KFID,
        servicers=("zhangsan", "lisi"),
        api=wecom_api(session, platform.base_url, CORP_ID, SECRET, clock),
        shelf=MediaShelf(tmp_path, clock),
    )


def payload(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(
        (SERVICE_PAYLOADS / f"{name}.json").read_text(encoding="utf-8")
    )
    return data


def page(*names: str, **more: Any) -> dict[str, Any]:
    messages = [payload(name) for name in names]
    return {"errcode": 0, "next_cursor": "c-2", "has_more": 0, "msg_list": messages, **more}


def outgoing(
    message: Message, kind: TargetKind = TargetKind.PERSON, address: str = CUSTOMER, key: str = "k"
) -> Outgoing:
    return Outgoing(key, KEY, Target(kind, address), message)


def only_body(platform: FakePlatform, path: str) -> dict[str, Any]:
    (request,) = platform.calls(path)
    assert (request.method, request.query) == ("POST", {"access_token": "ACCESS-TOKEN-1"})
    body: dict[str, Any] = request.body
    return body


def words(text: str) -> tuple[object, ...]:
    return EventKind.TEXT, text, "", ()


def media(kind: MediaKind, media_id: str) -> tuple[object, ...]:
    return EventKind.MEDIA, "", "", (MediaRef(kind, media_id),)


HEARD: dict[str, tuple[object, ...]] = {
    "text": words(" 我的积分 "),
    "text_of_menu": (EventKind.CHOSE, "check_in", "", ()),
    "image": media(MediaKind.IMAGE, "SVC-IMAGE-01"),
    "voice": media(MediaKind.VOICE, "SVC-VOICE-01"),
    "video": media(MediaKind.VIDEO, "SVC-VIDEO-01"),
    "file": media(MediaKind.FILE, "SVC-FILE-01"),
    "location": words("龙井路店 杭州市西湖区龙井路1号 30.274085,120.15507"),
    "location_unnamed": words("30.274085,120.15507"),
    "link": words("禾间春茶上新\nhttps://hejian.example/tea"),
    "miniprogram": words("禾间商城"),
    "enter_session": (EventKind.OPENED, "", "7KQ2", ()),
    "enter_session_again": (EventKind.OPENED, "", "7KQ2", ()),
}
OF_NO_USE = {
    "business_card": "business_card",
    "merged_msg": "merged_msg",
    "msg_send_fail": "msg_send_fail/4",
    "servicer_status_change": "servicer_status_change",
    "session_status_change": "session_status_change",
    "user_recall_msg": "user_recall_msg",
}
SKIPPED = ["servicer_text"]


def test_every_payload_file_is_heard_or_counted_or_skipped() -> None:
    names = {path.stem for path in SERVICE_PAYLOADS.iterdir()}
    assert names == {*HEARD, *OF_NO_USE, *SKIPPED}


async def test_it_offers_what_the_ports_ask(service: CustomerService) -> None:
    sender: Sender = service
    pull: Pull = service
    directory: Directory = service
    assert (sender.key, sender.capabilities) == ("service", CUSTOMER_SERVICE)
    assert callable(pull.pull)
    assert callable(directory.read_profile)
    await sender.close()


# What is pulled


async def test_a_message_becomes_words_in_a_private_chat(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply(SYNC, page("text"))
    assert await service.pull("c-1", "TICKET", NOW) == Pulled(
        events=(
            Event(
                key=EventKey("service/svc-01"),
                channel=KEY,
                kind=EventKind.TEXT,
                conversation=Conversation(Place.PRIVATE, CUSTOMER),
                user_id=UserId(CUSTOMER),
                at=datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC),
                text=" 我的积分 ",
            ),
        ),
        cursor="c-2",
        more=False,
    )


@pytest.mark.parametrize("name", HEARD)
async def test_what_a_customer_writes_or_does_is_an_event(
    service: CustomerService, platform: FakePlatform, name: str
) -> None:
    platform.reply(SYNC, page(name))
    (event,) = (await service.pull("", "", NOW)).events
    assert (event.kind, event.text, event.source, event.media) == HEARD[name]
    assert (event.user_id, event.conversation.chat_id) == (CUSTOMER, CUSTOMER)


@pytest.mark.parametrize("name", OF_NO_USE)
async def test_what_is_of_no_use_is_counted_by_name(
    service: CustomerService, platform: FakePlatform, name: str
) -> None:
    platform.reply(SYNC, page(name))
    pulled = await service.pull("", "", NOW)
    assert (pulled.events, pulled.unsupported) == ((), (OF_NO_USE[name],))


async def test_what_people_of_the_company_wrote_is_passed_over(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply(SYNC, page("servicer_text", "text"))
    pulled = await service.pull("", "", NOW)
    assert [event.text for event in pulled.events] == [" 我的积分 "]
    assert pulled.unsupported == ()


async def test_whoever_enters_may_be_greeted_for_twenty_seconds(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply(SYNC, page("enter_session", "enter_session_again"))
    greeted, not_greeted = (await service.pull("", "", NOW)).events
    assert greeted.reply_to == "WELCOME-CODE-1"
    assert greeted.reply_until == greeted.at + timedelta(seconds=20)
    assert (not_greeted.reply_to, not_greeted.reply_until) == ("", None)


async def test_the_order_of_a_page_is_kept_and_every_key_its_own(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply(SYNC, page(*HEARD))
    events = (await service.pull("", "", NOW)).events
    assert [event.kind for event in events] == [kind for kind, *_ in HEARD.values()]
    assert len({event.key for event in events}) == len(HEARD)


async def test_a_pull_names_its_account_its_cursor_and_its_ticket(
    service: CustomerService, platform: FakePlatform
) -> None:
    await service.pull("c-1", "TICKET", NOW)
    assert only_body(platform, SYNC) == {
        "open_kfid": OPEN_KFID,
        "limit": 1000,
        "cursor": "c-1",
        "token": "TICKET",
    }


async def test_the_first_pull_of_all_has_neither(
    service: CustomerService, platform: FakePlatform
) -> None:
    await service.pull("", "", NOW)
    assert only_body(platform, SYNC) == {"open_kfid": OPEN_KFID, "limit": 1000}


async def test_a_ticket_that_is_too_old_is_left_out(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply(SYNC, {"errcode": 95007, "errmsg": "invalid msg token"}, page("text"))
    assert len((await service.pull("c-1", "OLD", NOW)).events) == 1
    first, second = platform.calls(SYNC)
    assert first.body.pop("token") == "OLD"
    assert second.body == first.body


async def test_a_refusal_without_a_ticket_is_not_asked_again_forever(
    service: CustomerService, platform: FakePlatform
) -> None:
    refusal = {"errcode": 95007, "errmsg": "invalid msg token"}
    platform.reply(SYNC, refusal, refusal)
    with pytest.raises(CodeUsedUp):
        await service.pull("c-1", "OLD", NOW)


async def test_a_busy_platform_is_told_to_whoever_pulls(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply(SYNC, {"errcode": -1, "errmsg": "system error"})
    with pytest.raises(PlatformBusy):
        await service.pull("c-1", "", NOW)


@pytest.mark.parametrize(
    ("answer", "cursor", "more"),
    [
        ({"next_cursor": "c-2", "has_more": 1}, "c-2", True),
        ({"next_cursor": "c-2", "has_more": 0}, "c-2", False),
        ({"next_cursor": "c-1", "has_more": 1}, "c-1", False),
        ({}, "c-1", False),
    ],
)
async def test_there_is_more_as_long_as_the_cursor_moves(
    service: CustomerService,
    platform: FakePlatform,
    answer: dict[str, Any],
    cursor: str,
    more: bool,
) -> None:
    platform.reply(SYNC, {"errcode": 0, "msg_list": [], **answer})
    pulled = await service.pull("c-1", "", NOW)
    assert (pulled.cursor, pulled.more) == (cursor, more)


async def test_a_list_that_is_none_is_no_empty_page(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply(SYNC, {"errcode": 0, "next_cursor": "c-2", "msg_list": "?"})
    with pytest.raises(TransportError):
        await service.pull("c-1", "", NOW)


@pytest.mark.parametrize("missing", ["msgid", "external_userid"])
def test_a_message_that_lacks_what_names_it_stops_no_page(missing: str) -> None:
    message = payload("text")
    del message[missing]
    assert read_message(message, KEY, NOW) == "text"


@pytest.mark.parametrize("place", [{}, {"latitude": None, "longitude": "?"}])
def test_a_place_without_name_and_coordinates_says_nothing(place: dict[str, Any]) -> None:
    assert read_message({**payload("location"), "location": place}, KEY, NOW) == "location"


@pytest.mark.parametrize("time", [None, "soon", 0, -5, 10**11, 10**30])
def test_a_message_of_no_time_is_as_old_as_the_pull(time: object) -> None:
    event = read_message({**payload("text"), "send_time": time}, KEY, NOW)
    assert isinstance(event, Event)
    assert event.at == NOW


SCALARS = st.none() | st.booleans() | st.integers() | st.text()
FIELDS = (
    "content menu_id media_id name address latitude title desc url event_type external_userid"
    " welcome_code scene_param fail_type"
)
OWN = st.dictionaries(st.sampled_from(FIELDS.split()), SCALARS | st.just("enter_session"))
NAMES = st.sampled_from([*HEARD, "event", "", "hologram"])


@given(
    kind=NAMES,
    own=OWN | SCALARS,
    rest=st.dictionaries(st.sampled_from(["msgid", "external_userid", "send_time"]), SCALARS),
)
def test_whatever_a_page_contains_is_an_event_or_a_name(
    kind: str, own: object, rest: dict[str, Any]
) -> None:
    found = read_message({"msgtype": kind, kind: own, **rest}, KEY, NOW)
    if isinstance(found, Event):
        assert found.key.startswith("service/")
        assert event_to_json(found).encode()
    else:
        assert 0 < len(found.encode()) <= 64


# What is sent


SHOWN: list[tuple[Message, dict[str, Any]]] = [
    (Text("签到成功"), {"msgtype": "text", "text": {"content": "签到成功"}}),
    (Markdown("**好**"), {"msgtype": "text", "text": {"content": "好"}}),
    (CARD, {"msgtype": "text", "text": {"content": "抢红包\n手快有\n1. 领取"}}),
    (
        Text("x" * 3000),
        {"msgtype": "text", "text": {"content": "x" * 2045 + "…"}},
    ),
    (
        Link("禾间春茶", "明前龙井", "https://hejian.example/tea"),
        {
            "msgtype": "msgmenu",
            "msgmenu": {
                "head_content": "禾间春茶\n明前龙井",
                "list": [
                    {
                        "type": "view",
                        "view": {"url": "https://hejian.example/tea", "content": "禾间春茶"},
                    }
                ],
            },
        },
    ),
]


@pytest.mark.parametrize(("message", "content"), SHOWN)
async def test_a_customer_is_written_to(
    service: CustomerService, platform: FakePlatform, message: Message, content: dict[str, Any]
) -> None:
    result = await service.send(outgoing(message))
    body = only_body(platform, SEND)
    assert result.outcome is Outcome.SENT
    assert result.reference == body.pop("msgid")
    assert body == {"touser": CUSTOMER, "open_kfid": OPEN_KFID, **content}


@pytest.mark.parametrize(("message", "content"), SHOWN)
async def test_whoever_enters_is_greeted_by_his_code(
    service: CustomerService, platform: FakePlatform, message: Message, content: dict[str, Any]
) -> None:
    greeting = outgoing(message, TargetKind.CALLBACK, "WELCOME-CODE-1")
    assert (await service.send(greeting)).outcome is Outcome.SENT
    body = only_body(platform, GREET)
    del body["msgid"]
    assert body == {"code": "WELCOME-CODE-1", **content}


async def test_a_file_is_uploaded_and_shown(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply("media/upload", {"errcode": 0, "media_id": "MEDIA-1"})
    result = await service.send(outgoing(Media(MediaKind.FILE, "price.pdf")))
    assert result.outcome is Outcome.SENT
    body = only_body(platform, SEND)
    assert (body["msgtype"], body["file"]) == ("file", {"media_id": "MEDIA-1"})


async def test_a_repeat_bears_the_same_id_and_another_message_another(
    service: CustomerService, platform: FakePlatform
) -> None:
    for key in ("k-1", "k-1", "k-2"):
        await service.send(outgoing(Text("好"), key=key))
    ids = [call.body["msgid"] for call in platform.calls(SEND)]
    assert ids[0] == ids[1] != ids[2]
    assert all(SERVICE_MESSAGE_ID.fullmatch(own_id) for own_id in ids)


@pytest.mark.parametrize("silence", [HangUp(), Raw(status=502)])
async def test_silence_is_safe_to_repeat_towards_a_person_and_unknown_after_a_greeting(
    service: CustomerService, platform: FakePlatform, silence: Reply
) -> None:
    platform.reply(SEND, silence)
    platform.reply(GREET, silence)
    assert (await service.send(outgoing(Text("好")))).outcome is Outcome.RETRY
    greeting = outgoing(Text("您好"), TargetKind.CALLBACK, "WELCOME-CODE-1")
    assert (await service.send(greeting)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("errcode", [95001, 95002, 95013, 95018])
async def test_a_closed_window_is_waited_for(
    service: CustomerService, platform: FakePlatform, errcode: int
) -> None:
    platform.reply(SEND, {"errcode": errcode, "errmsg": "?"})
    result = await service.send(outgoing(Text("好")))
    assert (result.outcome, result.errcode) == (Outcome.RETRY, errcode)
    assert (result.retry_after_seconds, result.pauses) == (WINDOW_RETRY_SECONDS, Pause.ROW)


async def test_an_unknown_account_is_a_matter_of_settings(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply(SEND, {"errcode": 95004, "errmsg": "?"})
    result = await service.send(outgoing(Text("好")))
    assert (result.outcome, result.pauses) == (Outcome.RETRY, Pause.CHANNEL)


@pytest.mark.parametrize("errcode", [40096, 41050])
async def test_a_refusal_that_will_not_pass_is_a_dead_end(
    service: CustomerService, platform: FakePlatform, errcode: int
) -> None:
    platform.reply(SEND, {"errcode": errcode, "errmsg": "?"})
    result = await service.send(outgoing(Text("好")))
    assert (result.outcome, result.errcode) == (Outcome.DEAD, errcode)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (CardUpdate(UserId(CUSTOMER), CARD), TargetKind.PERSON),
        (Recall("r"), TargetKind.PERSON),
        (Text(""), TargetKind.PERSON),
        (Media(MediaKind.IMAGE, "gone.png"), TargetKind.PERSON),
        (Media(MediaKind.FILE, "price.pdf", "价目表"), TargetKind.CALLBACK),
        (HandOver("想问发货"), TargetKind.CALLBACK),
        (Text("好"), TargetKind.GROUP),
        (Text("好"), TargetKind.RECORD),
    ],
)
async def test_what_cannot_be_sent_dies_without_a_call(
    service: CustomerService, platform: FakePlatform, message: Message, kind: TargetKind
) -> None:
    assert (await service.send(outgoing(message, kind))).outcome is Outcome.DEAD
    assert not platform.requests


# Handing over


def states(platform: FakePlatform) -> list[tuple[int, str | None]]:
    for call in platform.calls(TRANS):
        assert (call.body["open_kfid"], call.body["external_userid"]) == (OPEN_KFID, CUSTOMER)
    return [
        (call.body["service_state"], call.body.get("servicer_userid"))
        for call in platform.calls(TRANS)
    ]


async def test_a_session_is_handed_to_the_first_servicer(
    service: CustomerService, platform: FakePlatform
) -> None:
    result = await service.send(outgoing(HandOver("想问发货")))
    assert result.outcome is Outcome.SENT
    assert states(platform) == [(3, "zhangsan")]
    assert not platform.calls(SEND)


@pytest.mark.parametrize("errcode", [95014, 95019])
async def test_a_servicer_who_takes_nobody_is_passed_over(
    service: CustomerService, platform: FakePlatform, errcode: int
) -> None:
    platform.reply(TRANS, {"errcode": errcode, "errmsg": "?"})
    assert (await service.send(outgoing(HandOver("")))).outcome is Outcome.SENT
    assert states(platform) == [(3, "zhangsan"), (3, "lisi")]


async def test_when_nobody_takes_it_the_session_waits_in_the_queue(
    service: CustomerService, platform: FakePlatform
) -> None:
    away = {"errcode": 95019, "errmsg": "?"}
    platform.reply(TRANS, away, away)
    assert (await service.send(outgoing(HandOver("")))).outcome is Outcome.SENT
    assert states(platform) == [(3, "zhangsan"), (3, "lisi"), (2, None)]


async def test_a_session_that_cannot_change_is_a_dead_end(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply(TRANS, {"errcode": 95016, "errmsg": "?"})
    result = await service.send(outgoing(HandOver("")))
    assert (result.outcome, result.errcode) == (Outcome.DEAD, 95016)
    assert states(platform) == [(3, "zhangsan")]


async def test_a_busy_platform_is_no_servicer_who_is_away(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply(TRANS, {"errcode": -1, "errmsg": "system error"})
    assert (await service.send(outgoing(HandOver("")))).outcome is Outcome.RETRY
    assert states(platform) == [(3, "zhangsan")]


# People


async def test_a_profile_has_the_name_and_the_union_id(
    service: CustomerService, platform: FakePlatform
) -> None:
    customer = {"external_userid": CUSTOMER, "nickname": "小鱼", "unionid": "oUnion0001"}
    platform.reply("kf/customer/batchget", {"errcode": 0, "customer_list": [customer]})
    assert await service.read_profile(UserId(CUSTOMER)) == Profile("小鱼", "oUnion0001")
    assert only_body(platform, "kf/customer/batchget") == {"external_userid_list": [CUSTOMER]}


async def test_whoever_has_not_been_here_lately_has_an_empty_profile(
    service: CustomerService, platform: FakePlatform
) -> None:
    platform.reply(
        "kf/customer/batchget",
        {"errcode": 0, "customer_list": [], "invalid_external_userid": [CUSTOMER]},
    )
    assert await service.read_profile(UserId(CUSTOMER)) == Profile()


async def test_there_are_no_groups(service: CustomerService, platform: FakePlatform) -> None:
    with pytest.raises(ChatUnreachable, match="no groups"):
        await service.read_chat("wr-1")
    assert not platform.requests
