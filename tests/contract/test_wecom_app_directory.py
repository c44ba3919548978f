"""The self-built app reads who is there and what they sent, and makes groups of members."""

import aiohttp
import pytest

from bot.channels.wecom_app import WecomApp
from bot.core.clock import ManualClock
from bot.core.errors import PlatformError, TransportError
from bot.core.events import MediaKind, MediaRef
from bot.core.ids import UserId
from bot.core.ports import Chat, ChatMember, Profile

from .support import FakePlatform, Raw
from .wecom_app_support import make_app


@pytest.fixture
def app(session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock) -> WecomApp:
    return make_app(session, platform.base_url, clock)


async def test_a_group_is_read_with_its_members(app: WecomApp, platform: FakePlatform) -> None:
    info = {"chatid": "yutang001", "name": "鱼塘", "owner": "lisi", "userlist": ["lisi", "wangwu"]}
    platform.reply("appchat/get", {"errcode": 0, "errmsg": "ok", "chat_info": info})
    assert await app.read_chat("yutang001") == Chat(
        members=(ChatMember(UserId("lisi")), ChatMember(UserId("wangwu"))),
        name="鱼塘",
        owner="lisi",
    )
    (call,) = platform.calls("appchat/get")
    assert call.query == {"chatid": "yutang001", "access_token": "ACCESS-TOKEN-1"}


async def test_an_unknown_group_is_an_error_and_not_an_empty_group(
    app: WecomApp, platform: FakePlatform
) -> None:
    platform.reply(
        "appchat/get",
        {"errcode": 86003, "errmsg": "x"},
        {"errcode": 0, "errmsg": "ok"},
        {"errcode": 0, "errmsg": "ok", "chat_info": {"chatid": "nowhere", "userlist": "lisi"}},
    )
    with pytest.raises(PlatformError):
        await app.read_chat("nowhere")
    for _ in range(2):
        with pytest.raises(TransportError):
            await app.read_chat("nowhere")


async def test_a_group_is_made_under_our_id_or_the_platforms(
    app: WecomApp, platform: FakePlatform
) -> None:
    for chat_id in ("yutang001", "wrMADE"):
        answer = {"errcode": 0, "errmsg": "ok", "chatid": chat_id}
        platform.reply("appchat/create", answer)
    members = [UserId("lisi"), UserId("wangwu")]
    for ours, made in (("yutang001", "yutang001"), ("", "wrMADE")):
        chat_id = await app.create_chat(
            name="鱼塘", owner=UserId("lisi"), members=members, chat_id=ours
        )
        assert chat_id == made
    with_id, without = (call.body for call in platform.calls("appchat/create"))
    assert without == {"name": "鱼塘", "owner": "lisi", "userlist": ["lisi", "wangwu"]}
    assert with_id == {**without, "chatid": "yutang001"}


async def test_a_group_without_an_id_was_not_made(app: WecomApp, platform: FakePlatform) -> None:
    with pytest.raises(TransportError, match="appchat/create"):
        await app.create_chat(name="鱼塘", owner=UserId("lisi"), members=[UserId("lisi")])


async def test_a_group_is_changed_only_in_what_is_given(
    app: WecomApp, platform: FakePlatform
) -> None:
    await app.update_chat("yutang001", name="新鱼塘")
    await app.update_chat(
        "yutang001", owner="wangwu", add=[UserId("zhangsan")], remove=[UserId("lisi")]
    )
    renamed, moved = (call.body for call in platform.calls("appchat/update"))
    assert renamed == {"chatid": "yutang001", "name": "新鱼塘"}
    assert moved == {
        "chatid": "yutang001",
        "owner": "wangwu",
        "add_user_list": ["zhangsan"],
        "del_user_list": ["lisi"],
    }


async def test_a_person_is_read_by_his_name(app: WecomApp, platform: FakePlatform) -> None:
    platform.reply(
        "user/get",
        {"errcode": 0, "errmsg": "ok", "userid": "lisi", "name": "李四"},
        {"errcode": 0, "errmsg": "ok", "userid": "lisi"},
    )
    profiles = [await app.read_profile(UserId("lisi")) for _ in range(2)]
    assert profiles == [Profile("李四"), Profile()]
    assert platform.calls("user/get")[0].query["userid"] == "lisi"


@pytest.mark.parametrize("errcode", [40003, 48002, 60011, 60111, 301002])
async def test_a_person_of_whom_the_platform_does_not_tell_is_nameless(
    app: WecomApp, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("user/get", {"errcode": errcode, "errmsg": "x"})
    assert await app.read_profile(UserId("lisi")) == Profile()


async def test_a_person_is_not_called_nameless_when_the_platform_is_only_busy(
    app: WecomApp, platform: FakePlatform
) -> None:
    platform.reply("user/get", {"errcode": -1, "errmsg": "busy"})
    with pytest.raises(PlatformError):
        await app.read_profile(UserId("lisi"))


async def test_what_a_member_sent_is_read_by_its_id(app: WecomApp, platform: FakePlatform) -> None:
    platform.reply("media/get", Raw(b"jpeg", headers={"Content-Type": "image/jpeg"}))
    assert await app.read_media(MediaRef(MediaKind.IMAGE, "MEDIA-0002")) == b"jpeg"
    assert platform.calls("media/get")[0].query["media_id"] == "MEDIA-0002"
