"""An account's tags: names, numbers, holders, and the limits of each."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.account.town import (
    LAN,
    PROGRAM_ID,
    QING,
    YUE,
    Town,
    in_town,
    open_id,
)


async def create(town: Town, name: str) -> int:
    return int((await town.post("tags/create", {"tag": {"name": name}}))["tag"]["id"])


async def tag(town: Town, tag_id: object, *who: str, verb: str = "batchtagging") -> int:
    body = {"tagid": tag_id, "openid_list": [open_id(one) for one in who]}
    return await town.code_of(f"tags/members/{verb}", body)


async def held(town: Town, who: str = YUE) -> list[int]:
    answer = await town.post("tags/getidlist", {"openid": open_id(who)})
    return list(answer["tagid_list"])


async def test_a_tag_is_made_listed_renamed_and_deleted(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        one, two = await create(town, "敏感肌"), await create(town, "油皮")
        assert (one, two) == (100, 101)
        assert await town.code_of("tags/update", {"tag": {"id": one, "name": "很敏感"}}) == 0
        assert await town.code_of("tags/update", {"tag": {"id": one, "name": "很敏感"}}) == 0
        assert await town.code_of("tags/delete", {"tag": {"id": two}}) == 0
        assert (await town.get("tags/get"))["tags"][1:] == [
            {"id": one, "name": "很敏感", "count": 0}
        ]
        assert await create(town, "油皮") == 102


@pytest.mark.parametrize(
    ("name", "errcode"), [("星标组", 45157), ("好" * 31, 45158), ("", 40035), (7, 40035)]
)
async def test_a_name_is_new_and_at_most_thirty_long(
    tmp_path: Path, name: Any, errcode: int
) -> None:
    async with in_town(tmp_path) as town:
        await create(town, "好" * 30)
        assert await town.code_of("tags/create", {"tag": {"name": name}}) == errcode
        body = {"tag": {"id": 100, "name": name}}
        assert await town.code_of("tags/update", body) == errcode


async def test_an_account_has_a_hundred_tags(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        for number in range(100):
            await create(town, f"t{number}")
        assert await town.code_of("tags/create", {"tag": {"name": "one more"}}) == 45056
        await town.post("tags/delete", {"tag": {"id": 150}})
        assert await create(town, "one more") == 200


@pytest.mark.parametrize(
    ("tag_id", "errcode"), [(0, 45058), (1, 45058), (2, 45058), (99, 45159), ("100", 45159)]
)
async def test_the_systems_tags_and_unknown_ones_cannot_be_changed(
    tmp_path: Path, tag_id: object, errcode: int
) -> None:
    async with in_town(tmp_path) as town:
        await create(town, "敏感肌")
        assert await town.code_of("tags/update", {"tag": {"id": tag_id, "name": "x"}}) == errcode
        assert await town.code_of("tags/delete", {"tag": {"id": tag_id}}) == errcode


async def test_followers_are_tagged_and_untagged_together(tmp_path: Path) -> None:
    async with in_town(tmp_path, followers=(YUE, LAN)) as town:
        one, two = await create(town, "敏感肌"), await create(town, "油皮")
        assert await tag(town, one, YUE, LAN, YUE) == 0
        assert await tag(town, two, YUE) == 0
        assert (await held(town), await held(town, LAN)) == ([one, two], [one])
        profile = await town.get("user/info", openid=open_id())
        assert (profile["tagid_list"], profile["groupid"]) == ([one, two], one)
        assert [it["count"] for it in (await town.get("tags/get"))["tags"]] == [0, 2, 1]
        assert await tag(town, one, YUE, LAN, verb="batchuntagging") == 0
        assert (await held(town), await held(town, LAN)) == ([two], [])


async def test_a_deleted_tag_is_taken_from_everybody(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        one = await create(town, "敏感肌")
        await tag(town, one, YUE)
        await town.post("tags/delete", {"tag": {"id": one}})
        assert await held(town) == []


async def test_who_leaves_loses_his_tags(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        one = await create(town, "敏感肌")
        await tag(town, one, YUE)
        await town.stage.client.delete(f"/sim/api/accounts/account/followers/{YUE}")
        assert (await town.get("tags/get"))["tags"][1]["count"] == 0
        await town.follow()
        assert await held(town) == []


async def test_a_call_names_fifty_people_at_most(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        one = await create(town, "敏感肌")
        assert await tag(town, one, *[YUE] * 50) == 0
        assert await tag(town, one, *[YUE] * 51) == 40032
        assert await tag(town, one, *[YUE] * 51, verb="batchuntagging") == 40032
        assert await tag(town, one) == 40031


async def test_a_follower_has_twenty_tags_at_most_and_a_full_one_stops_the_call(
    tmp_path: Path,
) -> None:
    async with in_town(tmp_path, followers=(YUE, LAN)) as town:
        tags = [await create(town, f"t{number}") for number in range(21)]
        for one in tags[:20]:
            assert await tag(town, one, YUE) == 0
        assert await tag(town, tags[20], LAN, YUE) == 45059
        assert await held(town, LAN) == []
        assert await tag(town, tags[19], YUE) == 0


async def test_who_is_not_the_accounts_is_not_tagged(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        one = await create(town, "敏感肌")
        assert await tag(town, 99, YUE) == 45159
        assert await tag(town, one, YUE, QING) == 43004
        for stranger, errcode in (("oNOBODY", 40003), (open_id(YUE, PROGRAM_ID), 49003)):
            body = {"tagid": one, "openid_list": [open_id(), stranger]}
            assert await town.code_of("tags/members/batchtagging", body) == errcode
            assert await town.code_of("tags/getidlist", {"openid": stranger}) == errcode
        assert await held(town) == []
