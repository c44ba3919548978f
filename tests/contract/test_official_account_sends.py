"""The Official Account writes to followers, and is set up by its operators."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.channels.account_messages import keyword_data
from bot.channels.official_account import OfficialAccount
from bot.core.clock import ManualClock
from bot.core.errors import (
    ChatUnreachable,
    ConfigurationRefused,
    ContentRefused,
    PlatformBusy,
    TransportError,
)
from bot.core.events import MediaKind
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import (
    Button,
    Card,
    CardUpdate,
    HandOver,
    Link,
    Markdown,
    Media,
    MenuItem,
    Message,
    Notice,
    Outgoing,
    Recall,
    Target,
    TargetKind,
    Text,
)
from bot.core.ports import Outcome, Pause, Profile
from bot.platforms.limits import WINDOW_RETRY_SECONDS
from bot.settings.schema.channels import NoticeTemplate

from .account_support import APP_ID, OPEN_ID, Recorder, make_account, make_api, to_follower
from .support import SECRET, FakePlatform, HangUp, Raw, Reply

CUSTOM, TEMPLATE = "message/custom/send", "message/template/send"
CARD = Card("抢红包", "手快有", (Button("领取", "claim:17"),), "packet-17")
NOTICE = Notice(
    "packet",
    (
        ("title", "您抢到了一个特别大的红包请尽快在群里查看吧"),
        ("points", "88"),
        ("state", "已到账了啦"),
    ),
    "红包已到账",
    "https://hejian.example/packet",
)
LINK = Link("禾间春茶", "明前龙井", "https://hejian.example/tea", "https://hejian.example/t.png")


@pytest.fixture
async def account(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[OfficialAccount]:
    for name in ("poster.png", "hello.amr", "film.mp4", "price.pdf"):
        (tmp_path / name).write_bytes(b"0123456789")
    api = make_api(session, platform.base_url, clock)
    account = make_account(api, clock=clock, directory=tmp_path)
    yield account
    await account.close()


def only_body(platform: FakePlatform, path: str) -> dict[str, Any]:
    (request,) = platform.calls(path)
    assert request.method == "POST"
    assert request.query == {"access_token": "ACCESS-TOKEN-1"}
    body: dict[str, Any] = request.body
    return body


async def test_its_token_is_the_stable_one(
    account: OfficialAccount, platform: FakePlatform
) -> None:
    await account.send(to_follower(Text("好")))
    (request,) = platform.calls("stable_token")
    assert request.body == {
        "grant_type": "client_credential",
        "appid": APP_ID,
        "secret": SECRET,
        "force_refresh": False,
    }


THEIRS: list[tuple[Message, Callable[[Recorder], object]]] = [
    (Text("签到成功"), lambda client: client.message.send_text(OPEN_ID, "签到成功")),
    (Markdown("**好**"), lambda client: client.message.send_text(OPEN_ID, "好")),
    (
        CARD,
        lambda client: client.message.send_text(OPEN_ID, "抢红包\n手快有\n1. 领取"),
    ),
    (
        LINK,
        lambda client: client.message.send_articles(
            OPEN_ID,
            [
                {
                    "title": LINK.title,
                    "description": LINK.text,
                    "url": LINK.url,
                    "image": LINK.picture_url,
                }
            ],
        ),
    ),
    (
        Media(MediaKind.IMAGE, "poster.png"),
        lambda client: client.message.send_image(OPEN_ID, "MEDIA-1"),
    ),
    (
        Media(MediaKind.VOICE, "hello.amr", "早安"),
        lambda client: client.message.send_voice(OPEN_ID, "MEDIA-1"),
    ),
    (
        Media(MediaKind.VIDEO, "film.mp4", "制茶"),
        lambda client: client.message.send_video(OPEN_ID, "MEDIA-1", "制茶"),
    ),
    (
        Notice("unheard", (), "红包已到账"),
        lambda client: client.message.send_text(OPEN_ID, "红包已到账"),
    ),
]


@pytest.mark.parametrize(("message", "theirs"), THEIRS)
async def test_a_message_is_posted_as_wechatpy_would(
    account: OfficialAccount,
    platform: FakePlatform,
    message: Message,
    theirs: Callable[[Recorder], object],
) -> None:
    platform.reply("media/upload", {"media_id": "MEDIA-1", "type": "image", "created_at": 1})
    assert (await account.send(to_follower(message))).outcome is Outcome.SENT
    recorder = Recorder()
    theirs(recorder)
    assert recorder.posted == [(CUSTOM, only_body(platform, CUSTOM))]


async def test_a_file_is_uploaded_once_and_under_its_kind(
    account: OfficialAccount, platform: FakePlatform
) -> None:
    platform.reply("media/upload", {"media_id": "MEDIA-1"})
    for key in ("k-1", "k-2"):
        picture = Media(MediaKind.IMAGE, "poster.png")
        assert (await account.send(to_follower(picture, key=key))).outcome is Outcome.SENT
    (upload,) = platform.calls("media/upload")
    assert upload.query["type"] == "image"
    assert b"0123456789" in upload.body
    assert len(platform.calls(CUSTOM)) == 2


async def test_a_notice_goes_by_its_template(
    account: OfficialAccount, platform: FakePlatform
) -> None:
    platform.reply(TEMPLATE, {"errcode": 0, "errmsg": "ok", "msgid": 200228332})
    result = await account.send(to_follower(NOTICE))
    assert (result.outcome, result.reference) == (Outcome.SENT, "200228332")
    body = only_body(platform, TEMPLATE)
    own_id = body.pop("client_msg_id")
    assert len(own_id) == 32
    recorder = Recorder()
    recorder.message.send_template(
        OPEN_ID,
        "TPL-PACKET-0001",
        {
            "thing1": {"value": "您抢到了一个特别大的红包请尽快在群里查…"},
            "amount2": {"value": "88"},
            "thing3": {"value": "红包已到账"},
            "phrase4": {"value": "已到账了啦"},
        },
        url="https://hejian.example/packet",
    )
    assert recorder.posted == [(TEMPLATE, body)]


async def test_a_notice_that_is_repeated_bears_the_same_id_and_another_one_another(
    account: OfficialAccount, platform: FakePlatform
) -> None:
    platform.reply(TEMPLATE, HangUp())
    first = await account.send(to_follower(NOTICE, key="k-1"))
    assert first.outcome is Outcome.RETRY
    await account.send(to_follower(NOTICE, key="k-1"))
    await account.send(to_follower(NOTICE, key="k-2"))
    ids = [call.body["client_msg_id"] for call in platform.calls(TEMPLATE)]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("keyword", "value", "shown"),
    [
        ("thing1", "一" * 20, "一" * 20),
        ("thing1", "一" * 21, "一" * 19 + "…"),
        ("thing12", "第一行\n第二行", "第一行 第二行"),
        ("phrase2", "正在为您处理中", "正在为您处"),
        ("name3", "一个非常非常长的名字哦", "一个非常非常长的名字"),
        ("amount4", "1" * 40, "1" * 40),
        ("character_string5", "A" * 40, "A" * 40),
        ("time6", "2026年1月1日 08:00", "2026年1月1日 08:00"),
        ("first", "您好\n" + "一" * 40, "您好\n" + "一" * 40),
    ],
)
def test_prose_is_cut_to_its_keyword_and_nothing_else_is(
    keyword: str, value: str, shown: str
) -> None:
    template = NoticeTemplate(id="T", fields={keyword: "what"})
    notice = Notice("any", (("what", value),), "")
    assert keyword_data(template, notice) == {keyword: {"value": shown}}


def test_a_template_may_ask_for_the_words_and_the_address_of_the_notice() -> None:
    template = NoticeTemplate(id="T", fields={"thing1": "text", "thing2": "url", "thing3": "gone"})
    assert keyword_data(template, Notice("any", (), "好", "p/1")) == {
        "thing1": {"value": "好"},
        "thing2": {"value": "p/1"},
        "thing3": {"value": ""},
    }


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (HandOver("想问发货"), "answer to a message"),
        (CardUpdate(UserId(OPEN_ID), CARD), "answer to a tap"),
        (Media(MediaKind.FILE, "price.pdf"), "cannot send a file"),
        (Media(MediaKind.IMAGE, "gone.png"), "gone.png does not exist"),
        (Recall("r"), "no words"),
        (Text(""), "no words"),
    ],
)
async def test_what_an_account_cannot_send_dies_without_a_call(
    account: OfficialAccount, platform: FakePlatform, message: Message, reason: str
) -> None:
    result = await account.send(to_follower(message))
    assert result.outcome is Outcome.DEAD
    assert reason in result.reason
    assert not platform.requests


@pytest.mark.parametrize("kind", [TargetKind.GROUP, TargetKind.CALLBACK, TargetKind.RECORD])
async def test_an_account_writes_to_persons_only(
    account: OfficialAccount, platform: FakePlatform, kind: TargetKind
) -> None:
    outgoing = Outgoing("k", ChannelKey("account"), Target(kind, OPEN_ID), Text("好"))
    assert (await account.send(outgoing)).outcome is Outcome.DEAD
    assert not platform.requests


@pytest.mark.parametrize("errcode", [45015, 45047])
async def test_a_closed_window_is_waited_for(
    account: OfficialAccount, platform: FakePlatform, errcode: int
) -> None:
    platform.reply(CUSTOM, {"errcode": errcode, "errmsg": "?"})
    result = await account.send(to_follower(Text("好")))
    assert (result.outcome, result.errcode) == (Outcome.RETRY, errcode)
    assert (result.retry_after_seconds, result.pauses) == (WINDOW_RETRY_SECONDS, Pause.ROW)


@pytest.mark.parametrize("errcode", [40003, 43004, 40037, 47003, 45002])
async def test_a_refusal_that_will_not_pass_is_a_dead_end(
    account: OfficialAccount, platform: FakePlatform, errcode: int
) -> None:
    platform.reply(CUSTOM, {"errcode": errcode, "errmsg": "?"})
    result = await account.send(to_follower(Text("好")))
    assert (result.outcome, result.errcode) == (Outcome.DEAD, errcode)


@pytest.mark.parametrize("silence", [HangUp(), Raw(status=502), Raw(b"<html>")])
async def test_silence_after_a_customer_message_is_unknown(
    account: OfficialAccount, platform: FakePlatform, silence: Reply
) -> None:
    platform.reply(CUSTOM, silence)
    assert (await account.send(to_follower(Text("好")))).outcome is Outcome.UNKNOWN


async def test_silence_while_a_file_is_uploaded_shows_nothing_and_is_tried_again(
    account: OfficialAccount, platform: FakePlatform
) -> None:
    platform.reply("media/upload", HangUp())
    result = await account.send(to_follower(Media(MediaKind.IMAGE, "poster.png")))
    assert result.outcome is Outcome.RETRY
    assert not platform.calls(CUSTOM)


# Followers


async def test_a_profile_is_the_union_id(account: OfficialAccount, platform: FakePlatform) -> None:
    platform.reply("user/info", {"subscribe": 1, "openid": OPEN_ID, "unionid": "oUnion0001"})
    assert await account.read_profile(UserId(OPEN_ID)) == Profile("", "oUnion0001")
    (request,) = platform.calls("user/info")
    assert (request.query["openid"], request.query["lang"]) == (OPEN_ID, "zh_CN")


@pytest.mark.parametrize(
    "reply", [{"subscribe": 0, "openid": OPEN_ID}, {"errcode": 40003, "errmsg": "?"}]
)
async def test_a_stranger_has_an_empty_profile(
    account: OfficialAccount, platform: FakePlatform, reply: Reply
) -> None:
    platform.reply("user/info", reply)
    assert await account.read_profile(UserId(OPEN_ID)) == Profile()


async def test_a_profile_is_not_called_empty_when_the_platform_is_only_busy(
    account: OfficialAccount, platform: FakePlatform
) -> None:
    platform.reply("user/info", {"errcode": -1, "errmsg": "system error"})
    with pytest.raises(PlatformBusy):
        await account.read_profile(UserId(OPEN_ID))


async def test_there_are_no_groups(account: OfficialAccount, platform: FakePlatform) -> None:
    with pytest.raises(ChatUnreachable, match="no groups"):
        await account.read_chat("wr-1")
    assert not platform.requests


async def test_followers_are_read_page_by_page_until_there_are_no_more(
    account: OfficialAccount, platform: FakePlatform
) -> None:
    platform.reply(
        "user/get",
        {"total": 3, "count": 2, "data": {"openid": ["o1", "o2"]}, "next_openid": "o2"},
        {"total": 3, "count": 1, "data": {"openid": ["o3"]}, "next_openid": "o3"},
        {"total": 3, "count": 0, "next_openid": ""},
    )
    assert [page async for page in account.followers()] == [("o1", "o2"), ("o3",)]
    assert [call.query["next_openid"] for call in platform.calls("user/get")] == ["", "o2", "o3"]


# Tags


async def test_a_tag_is_made_and_found_again(
    account: OfficialAccount, platform: FakePlatform
) -> None:
    platform.reply("tags/create", {"tag": {"id": 134, "name": "新客"}})
    platform.reply(
        "tags/get",
        {
            "tags": [
                {"id": 2, "name": "星标组", "count": 0},
                {"id": 134, "name": "新客"},
                {"name": "?"},
            ]
        },
    )
    assert await account.create_tag("新客") == 134
    assert await account.read_tags() == {"星标组": 2, "新客": 134}
    assert only_body(platform, "tags/create") == {"tag": {"name": "新客"}}


async def test_a_tag_that_exists_already_is_said_so(
    account: OfficialAccount, platform: FakePlatform
) -> None:
    platform.reply("tags/create", {"errcode": 45157, "errmsg": "invalid tag name"})
    with pytest.raises(ContentRefused, match="tag of this name"):
        await account.create_tag("新客")


@pytest.mark.parametrize("what", ["tag", "untag"])
async def test_followers_are_tagged_fifty_in_a_call(
    account: OfficialAccount, platform: FakePlatform, what: str
) -> None:
    open_ids = [UserId(f"o{number}") for number in range(120)]
    await getattr(account, what)(134, open_ids)
    calls = platform.calls(f"tags/members/batch{what}ging")
    assert [len(call.body["openid_list"]) for call in calls] == [50, 50, 20]
    assert [open_id for call in calls for open_id in call.body["openid_list"]] == open_ids
    assert {call.body["tagid"] for call in calls} == {134}


# Menu


async def test_a_menu_is_posted_as_wechatpy_would(
    account: OfficialAccount, platform: FakePlatform
) -> None:
    points = MenuItem(
        "会员",
        items=(MenuItem("签到"), MenuItem("积分"), MenuItem("商城", "https://hejian.example/m")),
    )
    await account.create_menu((points, MenuItem("帮助")), {"积分": "我的积分"})
    recorder = Recorder()
    recorder.menu.create(
        {
            "button": [
                {
                    "name": "会员",
                    "sub_button": [
                        {"type": "click", "name": "签到", "key": "签到"},
                        {"type": "click", "name": "积分", "key": "我的积分"},
                        {"type": "view", "name": "商城", "url": "https://hejian.example/m"},
                    ],
                },
                {"type": "click", "name": "帮助", "key": "帮助"},
            ]
        }
    )
    assert recorder.posted == [("menu/create", only_body(platform, "menu/create"))]


LEAF = MenuItem("签到")


@pytest.mark.parametrize(
    "items",
    [
        (),
        (LEAF,) * 4,
        (MenuItem("会员", items=(LEAF,) * 6),),
        (MenuItem("会员", items=(MenuItem("更多", items=(LEAF,)),)),),
    ],
)
async def test_a_menu_of_another_shape_is_refused_before_it_is_sent(
    account: OfficialAccount, platform: FakePlatform, items: tuple[MenuItem, ...]
) -> None:
    with pytest.raises(ConfigurationRefused, match="correct it"):
        await account.create_menu(items, {})
    assert not platform.requests


# Codes


async def test_a_code_with_a_scene_is_a_temporary_one(
    account: OfficialAccount, platform: FakePlatform
) -> None:
    platform.reply(
        "qrcode/create",
        {"ticket": "gQH4+/==", "expire_seconds": 600, "url": "http://weixin.qq.com/q/1"},
    )
    way = await account.make_code("7KQ2", 600)
    assert way.config_id == "gQH4+/=="
    assert way.picture_url == "https://codes.example/cgi-bin/showqrcode?ticket=gQH4%2B%2F%3D%3D"
    assert only_body(platform, "qrcode/create") == {
        "expire_seconds": 600,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": "7KQ2"}},
    }


@pytest.mark.parametrize(
    ("scene", "seconds"), [("", 60), ("x" * 65, 60), ("7KQ2", 0), ("7KQ2", 2_592_001)]
)
async def test_a_code_that_the_platform_would_refuse_is_not_asked_for(
    account: OfficialAccount, platform: FakePlatform, scene: str, seconds: int
) -> None:
    with pytest.raises(ValueError, match="30 days"):
        await account.make_code(scene, seconds)
    assert not platform.requests


@pytest.mark.parametrize(
    ("path", "ask"),
    [
        ("qrcode/create", lambda account: account.make_code("7KQ2", 60)),
        ("tags/create", lambda account: account.create_tag("新客")),
    ],
)
async def test_an_answer_without_what_was_asked_for_is_unreadable(
    account: OfficialAccount,
    platform: FakePlatform,
    path: str,
    ask: Callable[[OfficialAccount], Any],
) -> None:
    platform.reply(path, {"errcode": 0, "errmsg": "ok"})
    with pytest.raises(TransportError, match="cannot be read"):
        await ask(account)
