"""Customer groups, customers and ties as the platform lists them; codes that lead to them."""

from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.customer_contact import CustomerContact
from bot.core.clock import ManualClock
from bot.core.errors import ChatUnreachable, PlatformError, SettingsWrong, TransportError
from bot.core.ids import UserId
from bot.core.ports import Chat, ChatMember, Profile, Tie, Way

from .contact_support import answer, make_contact, refusal
from .support import NOW, FakePlatform, Request

GROUP = "wrTESTGROUP0001"
CUSTOMER = UserId("wmTESTUSER03")
ZHANGSAN, LISI = UserId("zhangsan"), UserId("lisi")


@pytest.fixture
def contact(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock
) -> CustomerContact:
    platform.serve("externalcontact/get_corp_tag_list", lambda _: answer("corp_tags"))
    return make_contact(session, platform.base_url, clock)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


async def test_a_group_is_read_with_everybody_in_it(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/groupchat/get", answer("groupchat_get"))
    assert await contact.read_chat(GROUP) == Chat(
        members=(
            ChatMember(ZHANGSAN, at(1767139200), name="张三"),
            ChatMember(
                UserId("wmTESTUSER01"),
                at(1767225600),
                source="a7k2",
                name="茶茶",
                union_id="oTESTUNION01",
            ),
            ChatMember(UserId("wmTESTUSER02"), at(1767225601), name="momo"),
        ),
        name="禾间山茶鱼塘",
        owner="zhangsan",
        version="71217227bbd112ecfe3a49c482195cb4",
    )
    (call,) = platform.calls("externalcontact/groupchat/get")
    assert call.method == "POST"
    assert call.body == {"chat_id": GROUP, "need_name": 1}


@pytest.mark.parametrize("errcode", [40050, 86001, 86003])
async def test_a_group_that_is_gone_cannot_be_read(
    contact: CustomerContact, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("externalcontact/groupchat/get", refusal(errcode))
    with pytest.raises(ChatUnreachable):
        await contact.read_chat(GROUP)


@pytest.mark.parametrize(
    "group_chat",
    [
        None,
        {"member_list": "nobody"},
        {"member_list": ["zhangsan"]},
        {"member_list": [{"userid": "zhangsan"}, {"name": "茶茶"}]},
    ],
)
async def test_a_list_that_lost_somebody_is_no_list(
    contact: CustomerContact, platform: FakePlatform, group_chat: Any
) -> None:
    platform.reply("externalcontact/groupchat/get", {"errcode": 0, "group_chat": group_chat})
    with pytest.raises(TransportError):
        await contact.read_chat(GROUP)


async def test_names_lose_what_a_database_cannot_store(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    group = answer("groupchat_get")
    group["group_chat"]["name"] = "鱼\0塘\ud83d"
    platform.reply("externalcontact/groupchat/get", group)
    assert (await contact.read_chat(GROUP)).name == "鱼塘?"


@pytest.mark.parametrize("user_id", ["wmTESTUSER03", "woTESTUSER03"])
async def test_a_customer_is_read_as_an_external_contact(
    contact: CustomerContact, platform: FakePlatform, user_id: str
) -> None:
    platform.reply("externalcontact/get", answer("customer"))
    assert await contact.read_profile(UserId(user_id)) == Profile("茶茶", "oTESTUNION03")
    (call,) = platform.calls("externalcontact/get")
    assert call.method == "GET"
    assert call.query == {"external_userid": user_id, "access_token": "ACCESS-TOKEN-1"}
    assert platform.calls("user/get") == []


async def test_an_employee_is_read_as_a_member(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("user/get", {"errcode": 0, "userid": "zhangsan", "name": "张三"})
    assert await contact.read_profile(ZHANGSAN) == Profile("张三")
    (call,) = platform.calls("user/get")
    assert call.query == {"userid": "zhangsan", "access_token": "ACCESS-TOKEN-1"}
    assert platform.calls("externalcontact/get") == []


async def test_an_employee_whose_id_begins_like_a_customers_is_found(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/get", refusal(40096))
    platform.reply("user/get", {"errcode": 0, "userid": "wmeng", "name": "王萌"})
    assert await contact.read_profile(UserId("wmeng")) == Profile("王萌")


async def test_who_is_gone_has_no_name(contact: CustomerContact, platform: FakePlatform) -> None:
    platform.reply("externalcontact/get", refusal(84061))
    platform.reply("user/get", refusal(60111), refusal(60011))
    assert await contact.read_profile(CUSTOMER) == Profile()
    assert await contact.read_profile(ZHANGSAN) == Profile()


@pytest.mark.parametrize("user_id", [CUSTOMER, ZHANGSAN])
async def test_a_missing_permission_is_told(
    contact: CustomerContact, platform: FakePlatform, user_id: UserId
) -> None:
    platform.serve("externalcontact/get", lambda _: refusal(48002))
    platform.serve("user/get", lambda _: refusal(48002))
    with pytest.raises(SettingsWrong):
        await contact.read_profile(user_id)


async def test_employees_are_those_with_the_customer_contact_right(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    found = {"errcode": 0, "follow_user": ["zhangsan", "lisi"]}
    platform.reply("externalcontact/get_follow_user_list", found)
    assert await contact.read_employees() == (ZHANGSAN, LISI)
    (call,) = platform.calls("externalcontact/get_follow_user_list")
    assert (call.method, call.query) == ("GET", {"access_token": "ACCESS-TOKEN-1"})


OF_ZHANGSAN = Tie(
    CUSTOMER,
    ZHANGSAN,
    at(1767225600),
    source="poster-7",
    name="茶茶",
    union_id="oTESTUNION03",
    tags=frozenset({"爱喝茶"}),
)
OF_LISI = Tie(CUSTOMER, LISI, at(1767139200), name="茶茶", union_id="oTESTUNION03")


async def test_ties_are_read_in_one_call_with_the_names_of_their_company_tags(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/batch/get_by_user", answer("customers_page"))
    assert await contact.read_ties((ZHANGSAN, LISI)) == (OF_ZHANGSAN, OF_LISI)
    (call,) = platform.calls("externalcontact/batch/get_by_user")
    assert call.method == "POST"
    assert call.body == {"userid_list": ["zhangsan", "lisi"], "limit": 100}


async def test_ties_carry_the_names_that_tags_have_now(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.serve("externalcontact/batch/get_by_user", lambda _: answer("customers_page"))
    await contact.read_ties((ZHANGSAN,))
    renamed = answer("corp_tags")
    renamed["tag_group"][1]["tag"][0]["name"] = "爱茶"
    platform.reply("externalcontact/get_corp_tag_list", renamed)
    assert (await contact.read_ties((ZHANGSAN,)))[0].tags == {"爱茶"}


async def test_nobody_has_no_ties(contact: CustomerContact, platform: FakePlatform) -> None:
    assert await contact.read_ties(()) == ()
    assert platform.requests == []


async def test_an_employee_without_a_licence_stops_the_reading_with_his_name(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    page = answer("customers_page") | {"fail_info": {"unlicensed_userid_list": ["lisi"]}}
    platform.reply("externalcontact/batch/get_by_user", page)
    with pytest.raises(SettingsWrong, match="lisi"):
        await contact.read_ties((ZHANGSAN, LISI))


async def test_an_empty_list_of_failures_is_none(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    page = answer("customers_page") | {"fail_info": {"unlicensed_userid_list": []}}
    platform.reply("externalcontact/batch/get_by_user", page)
    assert len(await contact.read_ties((ZHANGSAN, LISI))) == 2


async def test_who_has_no_customers_does_not_hide_those_of_others(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    def serve(request: Request) -> dict[str, Any]:
        if "wangwu" in request.body["userid_list"]:
            return refusal(84061)
        page = answer("customers_page")
        page["external_contact_list"] = page["external_contact_list"][:1]
        return page

    platform.serve("externalcontact/batch/get_by_user", serve)
    assert await contact.read_ties((UserId("wangwu"), ZHANGSAN)) == (OF_ZHANGSAN,)


async def test_other_refusals_are_not_taken_for_no_customers(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/batch/get_by_user", refusal(60011))
    with pytest.raises(PlatformError):
        await contact.read_ties((ZHANGSAN,))


async def test_a_tie_without_its_beginning_is_unreadable(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    page = answer("customers_page")
    del page["external_contact_list"][0]["follow_info"]["createtime"]
    platform.reply("externalcontact/batch/get_by_user", page)
    with pytest.raises(TransportError):
        await contact.read_ties((ZHANGSAN,))


class FakeBook:
    """Who is whose customer, in pages of any size, told twice where ``repeats`` says so."""

    def __init__(self, ties: list[tuple[str, str]], page_sizes: list[int], repeats: int) -> None:
        self.ties = ties
        self.page_sizes = page_sizes
        self.repeats = repeats

    def read(self, request: Request) -> dict[str, Any]:
        employees = request.body["userid_list"]
        assert 1 <= len(employees) <= 100
        assert request.body["limit"] <= 100
        page, start = (int(part) for part in request.body.get("cursor", "0/0").split("/"))
        mine = [tie for tie in self.ties if tie[0] in employees]
        size = self.page_sizes[page % len(self.page_sizes)]
        entries = [
            {
                "external_contact": {"external_userid": customer, "name": customer},
                "follow_info": {"userid": employee, "createtime": 1767225600, "tag_id": []},
            }
            for employee, customer in mine[max(0, start - self.repeats) : start + size]
        ]
        more = start + size < len(mine)
        cursor = f"{page + 1}/{start + size}" if more else ""
        return {"errcode": 0, "external_contact_list": entries, "next_cursor": cursor}


TIES = st.lists(
    st.tuples(st.integers(0, 240).map("e{}".format), st.integers(0, 9).map("wm{}".format)),
    unique=True,
    max_size=40,
)


@given(
    ties=TIES,
    page_sizes=st.lists(st.integers(0, 7), min_size=1, max_size=4).filter(any),
    repeats=st.integers(0, 2),
)
async def test_pages_of_any_size_give_every_tie_once(
    ties: list[tuple[str, str]], page_sizes: list[int], repeats: int
) -> None:
    platform = FakePlatform()
    await platform.start()
    platform.serve("externalcontact/batch/get_by_user", FakeBook(ties, page_sizes, repeats).read)
    async with aiohttp.ClientSession() as session:
        contact = make_contact(session, platform.base_url, ManualClock(NOW))
        found = await contact.read_ties(tuple(UserId(f"e{n}") for n in range(241)))
    await platform.close()
    assert sorted((tie.employee, tie.user_id) for tie in found) == sorted(ties)


async def test_one_tie_is_read_with_company_tags_only(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/get", answer("customer"))
    assert await contact.read_tie(CUSTOMER, ZHANGSAN) == OF_ZHANGSAN


async def test_a_tie_is_found_behind_five_hundred_others(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    first = answer("customer") | {"next_cursor": "c1"}
    first["follow_user"] = first["follow_user"][:1]
    platform.reply("externalcontact/get", first, answer("customer"))
    assert await contact.read_tie(CUSTOMER, ZHANGSAN) == OF_ZHANGSAN
    _, second = platform.calls("externalcontact/get")
    assert second.query == {
        "external_userid": CUSTOMER,
        "cursor": "c1",
        "access_token": "ACCESS-TOKEN-1",
    }


async def test_who_is_not_among_the_followers_has_no_tie(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/get", answer("customer"))
    assert await contact.read_tie(CUSTOMER, UserId("wangwu")) is None


@pytest.mark.parametrize("errcode", [84061, 40096])
async def test_whom_nobody_follows_has_no_tie(
    contact: CustomerContact, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("externalcontact/get", refusal(errcode))
    assert await contact.read_tie(CUSTOMER, ZHANGSAN) is None


@pytest.mark.parametrize("errcode", [60011, 48002])
async def test_a_refusal_to_tell_is_not_the_end_of_a_tie(
    contact: CustomerContact, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("externalcontact/get", refusal(errcode))
    with pytest.raises(PlatformError):
        await contact.read_tie(CUSTOMER, ZHANGSAN)


async def test_a_group_way_leads_into_groups_that_are_there(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/groupchat/add_join_way", {"errcode": 0, "config_id": "j1"})
    shown = {"config_id": "j1", "qr_code": "https://wework.example/j1.png"}
    platform.reply("externalcontact/groupchat/get_join_way", {"errcode": 0, "join_way": shown})
    way = await contact.make_group_way((GROUP, "wr2"), "a7k2", "茶" * 40)
    assert way == Way("j1", "https://wework.example/j1.png")
    (made,) = platform.calls("externalcontact/groupchat/add_join_way")
    assert made.body == {
        "scene": 2,
        "auto_create_room": 0,
        "chat_id_list": [GROUP, "wr2"],
        "state": "a7k2",
        "remark": "茶" * 30,
    }
    (asked,) = platform.calls("externalcontact/groupchat/get_join_way")
    assert asked.body == {"config_id": "j1"}


async def test_a_friend_way_leads_to_one_employee(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    made = {"errcode": 0, "config_id": "w1", "qr_code": "https://wework.example/w1.png"}
    platform.reply("externalcontact/add_contact_way", made)
    way = await contact.make_friend_way(ZHANGSAN, "a7k2", "海报")
    assert way == Way("w1", "https://wework.example/w1.png")
    (call,) = platform.calls("externalcontact/add_contact_way")
    assert call.body == {
        "type": 1,
        "scene": 2,
        "user": ["zhangsan"],
        "state": "a7k2",
        "remark": "海报",
    }


async def test_a_way_that_the_platform_would_cut_is_a_defect_of_the_caller(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    with pytest.raises(ValueError, match="30"):
        await contact.make_friend_way(ZHANGSAN, "x" * 31, "")
    with pytest.raises(ValueError, match="30"):
        await contact.make_group_way((GROUP,), "x" * 31, "")
    for chat_ids in ((), (GROUP,) * 6):
        with pytest.raises(ValueError, match="5"):
            await contact.make_group_way(chat_ids, "a7k2", "")
    assert platform.requests == []
