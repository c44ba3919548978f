"""Company tags are put on customers by name: what is missing is made, and made once."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.contact_tags import LIBRARY_SECONDS
from bot.channels.customer_contact import CustomerContact
from bot.core.clock import ManualClock
from bot.core.ids import UserId
from bot.core.messages import Outgoing, TagChange, Target, TargetKind
from bot.core.ports import Outcome, SendResult

from .contact_support import CONTACT, FakeTags, answer, make_contact, refusal
from .support import NOW, FakePlatform, HangUp, Raw, Reply

CUSTOMER = "wmTESTUSER03"
ZHANGSAN = UserId("zhangsan")


@pytest.fixture
def contact(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock
) -> CustomerContact:
    platform.serve("externalcontact/get_corp_tag_list", lambda _: answer("corp_tags"))
    return make_contact(session, platform.base_url, clock)


def change(*add: str, remove: tuple[str, ...] = ()) -> Outgoing:
    target = Target(TargetKind.RECORD, CUSTOMER)
    return Outgoing("out-1", CONTACT, target, TagChange(ZHANGSAN, add, remove))


def serve_tags(platform: FakePlatform) -> FakeTags:
    tags = FakeTags()
    platform.serve("externalcontact/get_corp_tag_list", tags.read)
    platform.serve("externalcontact/add_corp_tag", tags.add)
    return tags


def marks(platform: FakePlatform) -> list[dict[str, Any]]:
    return [call.body for call in platform.calls("externalcontact/mark_tag")]


async def test_names_become_ids_and_those_of_our_group_come_first(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    result = await contact.send(change("爱喝茶", "老客"))
    assert result == SendResult(Outcome.SENT)
    (asked,) = platform.calls("externalcontact/get_corp_tag_list")
    assert asked.body == {}
    pair = {"userid": "zhangsan", "external_userid": CUSTOMER}
    assert marks(platform) == [{**pair, "add_tag": ["etTESTTAG01", "etTESTTAG12"]}]


async def test_a_name_is_removed_in_whatever_groups_it_is(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    await contact.send(change("老客", remove=("爱喝茶", "没有的")))
    (mark,) = marks(platform)
    assert mark["add_tag"] == ["etTESTTAG12"]
    assert sorted(mark["remove_tag"]) == ["etTESTTAG01", "etTESTTAG11"]
    assert platform.calls("externalcontact/add_corp_tag") == []


@pytest.mark.parametrize("name", ["走了", "旧标签"])
async def test_a_deleted_tag_does_not_count(
    contact: CustomerContact, platform: FakePlatform, name: str
) -> None:
    made = {"group_id": "etTESTGROUP01", "tag": [{"id": "etNEW", "name": name}]}
    platform.reply("externalcontact/add_corp_tag", {"errcode": 0, "tag_group": made})
    await contact.send(change(name))
    assert [mark["add_tag"] for mark in marks(platform)] == [["etNEW"]]


@pytest.mark.parametrize("outgoing", [change(), change(remove=("没有的",))])
async def test_what_changes_nothing_marks_nothing(
    contact: CustomerContact, platform: FakePlatform, outgoing: Outgoing
) -> None:
    assert (await contact.send(outgoing)).outcome is Outcome.SENT
    assert marks(platform) == []


async def test_nobody_looks_for_no_names(contact: CustomerContact, platform: FakePlatform) -> None:
    await contact.send(change())
    assert platform.requests == []


async def test_missing_names_are_made_in_our_group_by_one_call(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    made = [{"id": "etNEW1", "name": "爱送礼"}, {"id": "etNEW2", "name": "爱山茶"}]
    group = {"group_id": "etTESTGROUP01", "group_name": "鱼塘", "tag": made}
    platform.reply("externalcontact/add_corp_tag", {"errcode": 0, "tag_group": group})
    await contact.send(change("爱山茶", "爱喝茶", "爱送礼", "爱山茶"))
    (call,) = platform.calls("externalcontact/add_corp_tag")
    wanted = [{"name": "爱山茶"}, {"name": "爱送礼"}]
    assert call.body == {"group_id": "etTESTGROUP01", "tag": wanted}
    assert [mark["add_tag"] for mark in marks(platform)] == [
        ["etNEW2", "etTESTTAG01", "etNEW1", "etNEW2"]
    ]


async def test_our_group_is_founded_with_its_first_tag(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    tags = serve_tags(platform)
    await contact.send(change("爱喝茶"))
    await contact.send(change("爱送礼"))
    founded, added = platform.calls("externalcontact/add_corp_tag")
    assert founded.body == {"group_name": "鱼塘", "tag": [{"name": "爱喝茶"}]}
    assert added.body == {"group_id": "group-鱼塘", "tag": [{"name": "爱送礼"}]}
    assert set(tags.groups["鱼塘"]) == {"爱喝茶", "爱送礼"}


async def test_the_library_is_read_again_when_it_is_old(
    contact: CustomerContact, platform: FakePlatform, clock: ManualClock
) -> None:
    await contact.send(change("爱喝茶"))
    clock.advance(timedelta(seconds=LIBRARY_SECONDS - 1))
    await contact.send(change("爱喝茶", remove=("老客",)))
    assert len(platform.calls("externalcontact/get_corp_tag_list")) == 1
    clock.advance(timedelta(seconds=1))
    await contact.send(change("爱喝茶"))
    assert len(platform.calls("externalcontact/get_corp_tag_list")) == 2


async def test_a_tag_that_was_made_by_hand_is_found_and_not_made_again(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    tags = serve_tags(platform)
    await contact.send(change("爱喝茶"))
    tags.groups["客户等级"] = {"老客": "by-hand"}
    await contact.send(change("老客"))
    assert [mark["add_tag"] for mark in marks(platform)] == [["tag-鱼塘-爱喝茶"], ["by-hand"]]
    assert len(platform.calls("externalcontact/add_corp_tag")) == 1


async def test_an_id_that_is_gone_is_looked_up_again_once(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    tags = serve_tags(platform)
    await contact.send(change("爱喝茶"))
    tags.groups.clear()
    platform.reply("externalcontact/mark_tag", refusal(40068))
    assert (await contact.send(change("爱喝茶"))).outcome is Outcome.SENT
    assert len(platform.calls("externalcontact/add_corp_tag")) == 2
    assert len(marks(platform)) == 3


async def test_an_id_that_stays_unknown_is_dead(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/mark_tag", refusal(40068), refusal(40068))
    result = await contact.send(change("爱喝茶"))
    assert (result.outcome, result.errcode) == (Outcome.DEAD, 40068)
    assert len(marks(platform)) == 2


@pytest.mark.parametrize("errcode", [84061, 40096])
async def test_a_customer_who_is_no_friend_is_not_marked(
    contact: CustomerContact, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("externalcontact/mark_tag", refusal(errcode))
    result = await contact.send(change("爱喝茶"))
    assert (result.outcome, result.errcode) == (Outcome.DEAD, errcode)
    assert len(marks(platform)) == 1


@pytest.mark.parametrize("path", ["get_corp_tag_list", "add_corp_tag", "mark_tag"])
@pytest.mark.parametrize("silence", [HangUp(), Raw(status=502)])
async def test_marking_may_be_tried_again_after_silence(
    contact: CustomerContact, platform: FakePlatform, path: str, silence: Reply
) -> None:
    tags = serve_tags(platform)
    platform.reply(f"externalcontact/{path}", silence)
    assert (await contact.send(change("爱喝茶"))).outcome is Outcome.RETRY
    assert (await contact.send(change("爱喝茶"))).outcome is Outcome.SENT
    assert tags.groups == {"鱼塘": {"爱喝茶": "tag-鱼塘-爱喝茶"}}


async def test_a_tag_that_was_not_made_after_all_may_be_tried_again(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    other = {"group_id": "etTESTGROUP01", "tag": [{"id": "etNEW", "name": "别的"}]}
    platform.reply("externalcontact/add_corp_tag", {"errcode": 0, "tag_group": other})
    assert (await contact.send(change("爱山茶"))).outcome is Outcome.RETRY
    assert marks(platform) == []


@pytest.mark.parametrize(
    ("name", "outcome"), [("茶" * 30, Outcome.SENT), ("茶" * 31, Outcome.DEAD)]
)
async def test_a_name_has_at_most_thirty_characters(
    contact: CustomerContact, platform: FakePlatform, name: str, outcome: Outcome
) -> None:
    serve_tags(platform)
    result = await contact.send(change(name))
    assert result.outcome is outcome
    assert bool(platform.requests) is (outcome is Outcome.SENT)


async def test_a_nameless_tag_is_not_made(contact: CustomerContact, platform: FakePlatform) -> None:
    assert (await contact.send(change(""))).outcome is Outcome.DEAD
    assert platform.requests == []


NAMES = st.lists(
    st.sampled_from(["爱喝茶", "爱送礼", "老客", "山茶", "白茶"]), min_size=1, max_size=4
)


@given(
    wanted=st.lists(NAMES, min_size=2, max_size=6), known=st.sets(st.sampled_from(["老客", "山茶"]))
)
async def test_sends_that_need_the_same_new_tags_make_each_once(
    wanted: list[list[str]], known: set[str]
) -> None:
    platform = FakePlatform()
    await platform.start()
    tags = serve_tags(platform)
    tags.groups["客户等级"] = {name: f"old-{name}" for name in known}
    async with aiohttp.ClientSession() as session:
        contact = make_contact(session, platform.base_url, ManualClock(NOW))
        sent = await asyncio.gather(*(contact.send(change(*names)) for names in wanted))
    await platform.close()
    assert {result.outcome for result in sent} == {Outcome.SENT}
    asked_for = {name for names in wanted for name in names}
    made = [
        tag["name"]
        for call in platform.calls("externalcontact/add_corp_tag")
        for tag in call.body["tag"]
    ]
    assert sorted(made) == sorted(asked_for - known)
    ids = {name: f"old-{name}" if name in known else f"tag-鱼塘-{name}" for name in asked_for}
    expected = [[ids[name] for name in names] for names in wanted]
    assert sorted(mark["add_tag"] for mark in marks(platform)) == sorted(expected)
