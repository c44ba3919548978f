"""The tag library, and the tags that an employee's customer carries."""

from pathlib import Path
from typing import Any

import pytest

from bot.simulator.contact import tag_calls
from tests.unit.simulator.contact.support import SECOND_SECRET, Pond, at_the_pond

PAIR = {"userid": "tangyuan", "external_userid": "wmMIMI"}


async def add(pond: Pond, *names: str, **more: Any) -> dict[str, Any]:
    """Tags of a group 肤质, which is returned."""
    body = {"group_name": "肤质", "tag": [{"name": name} for name in names], **more}
    return dict((await pond.ok("add_corp_tag", **body))["tag_group"])


async def library(pond: Pond) -> dict[str, list[str]]:
    """Names of tags by name of group."""
    groups = (await pond.ok("get_corp_tag_list"))["tag_group"]
    assert not any("deleted" in tag for group in groups for tag in (group, *group["tag"]))
    return {group["group_name"]: [tag["name"] for tag in group["tag"]] for group in groups}


async def test_a_group_is_made_with_its_tags_and_only_new_ones_are_told(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        first = await add(pond, "干皮", "油皮", order=3)
        assert (first["group_name"], first["order"]) == ("肤质", 3)
        again = await add(pond, "敏感肌")
        assert again["group_id"] == first["group_id"]
        assert [tag["name"] for tag in again["tag"]] == ["敏感肌"]
        assert await library(pond) == {"肤质": ["干皮", "油皮", "敏感肌"]}


async def test_the_same_name_twice_in_a_call_gives_one_tag(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        assert len((await add(pond, "干皮", "干皮"))["tag"]) == 1


async def test_a_group_id_makes_name_and_order_of_no_account(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        group = await add(pond, "干皮")
        await add(pond, "油皮", group_id=group["group_id"], group_name="别的", order=9)
        assert await library(pond) == {"肤质": ["干皮", "油皮"]}


async def test_a_higher_order_stands_further_up(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        tags = [{"name": "干皮", "order": 1}, {"name": "油皮", "order": 2**32 - 1}]
        await pond.ok("add_corp_tag", group_name="肤质", tag=tags)
        await pond.ok("add_corp_tag", group_name="年龄", order=5, tag=[{"name": "二十"}])
        assert await library(pond) == {"年龄": ["二十"], "肤质": ["油皮", "干皮"]}
        assert list(await library(pond)) == ["年龄", "肤质"]


async def test_tags_and_groups_get_other_names_and_places(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        group = await add(pond, "干皮", "油皮")
        await pond.ok("edit_corp_tag", id=group["tag"][1]["id"], name="大油皮", order=1)
        await pond.ok("edit_corp_tag", id=group["group_id"], name="皮肤")
        await pond.ok("edit_corp_tag", id=group["group_id"], name="皮肤", order=7)
        assert await library(pond) == {"皮肤": ["大油皮", "干皮"]}


async def test_a_group_goes_with_its_last_tag_and_is_known_by_id_only(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        group = await add(pond, "干皮", "油皮")
        await add(pond, "二十", group_name="年龄")
        one, two = (tag["id"] for tag in group["tag"])
        await pond.ok("del_corp_tag", tag_id=[one])
        assert await library(pond) == {"肤质": ["油皮"], "年龄": ["二十"]}
        shown = (await pond.ok("get_corp_tag_list", group_id=[group["group_id"]]))["tag_group"]
        assert [tag["deleted"] for tag in shown[0]["tag"]] == [True, False]
        await pond.ok("del_corp_tag", tag_id=[two])
        assert await library(pond) == {"年龄": ["二十"]}
        (shown,) = (await pond.ok("get_corp_tag_list", tag_id=[one]))["tag_group"]
        assert shown["deleted"] is True
        assert [(tag["id"], tag["deleted"]) for tag in shown["tag"]] == [(one, True)]


async def test_a_deleted_name_may_be_used_again(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        old = await add(pond, "干皮")
        await pond.ok("del_corp_tag", group_id=[old["group_id"]])
        assert (await add(pond, "干皮"))["group_id"] != old["group_id"]


async def test_a_tag_belongs_to_a_pair(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        dry, oily = (tag["id"] for tag in (await add(pond, "干皮", "油皮"))["tag"])
        await pond.ok("mark_tag", **PAIR, add_tag=[dry, oily])
        await pond.ok("mark_tag", **PAIR, remove_tag=[oily])
        mine, other = (await pond.read("get", external_userid="wmMIMI"))["follow_user"]
        assert mine["tags"] == [
            {"group_name": "肤质", "tag_name": "干皮", "tag_id": dry, "type": 1}
        ]
        assert other["tags"] == []
        listed = await pond.ok("batch/get_by_user", userid_list=["tangyuan"])
        infos = [one["follow_info"]["tag_id"] for one in listed["external_contact_list"]]
        assert infos == [[], [dry]]


async def test_deleted_tags_are_on_nobody(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        dry, oily = (tag["id"] for tag in (await add(pond, "干皮", "油皮"))["tag"])
        await pond.ok("mark_tag", **PAIR, add_tag=[dry, oily])
        await pond.ok("del_corp_tag", tag_id=[dry])
        mine = (await pond.read("get", external_userid="wmMIMI"))["follow_user"][0]
        assert [tag["tag_id"] for tag in mine["tags"]] == [oily]


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        ("add_corp_tag", {"group_name": "肤质", "tag": []}, 40063),
        ("add_corp_tag", {"group_name": "肤质"}, 40063),
        ("add_corp_tag", {"tag": [{"name": "a"}]}, 40063),
        ("add_corp_tag", {"group_name": "肤质", "tag": [{"name": ""}]}, 40063),
        ("add_corp_tag", {"group_name": "肤质", "tag": ["a"]}, 40058),
        ("add_corp_tag", {"group_name": "肤质", "tag": [{"name": "一" * 31}]}, 40058),
        ("add_corp_tag", {"group_name": "一" * 31, "tag": [{"name": "a"}]}, 40058),
        ("add_corp_tag", {"group_name": "肤质", "tag": [{"name": "a", "order": -1}]}, 40058),
        ("add_corp_tag", {"group_name": "a", "order": 2**32, "tag": [{"name": "a"}]}, 40058),
        ("add_corp_tag", {"group_name": "肤质", "tag": [{"name": "干皮"}]}, 40071),
        ("add_corp_tag", {"group_id": "etNONE", "tag": [{"name": "a"}]}, 40068),
        ("edit_corp_tag", {}, 40063),
        ("edit_corp_tag", {"id": "etNONE", "name": "a"}, 40068),
        ("edit_corp_tag", {"id": "DRY", "name": "油皮"}, 40071),
        ("edit_corp_tag", {"id": "GROUP", "name": "年龄"}, 40071),
        ("edit_corp_tag", {"id": "DRY", "name": "一" * 31}, 40058),
        ("del_corp_tag", {}, 40063),
        ("del_corp_tag", {"tag_id": ["etNONE"]}, 40068),
        ("del_corp_tag", {"group_id": ["etNONE"]}, 40068),
        ("get_corp_tag_list", {"tag_id": ["etNONE"]}, 40068),
        ("get_corp_tag_list", {"group_id": ["etNONE"]}, 40068),
        ("mark_tag", {**PAIR}, 40063),
        ("mark_tag", {**PAIR, "add_tag": ["etNONE"]}, 40068),
        ("mark_tag", {**PAIR, "add_tag": ["GONE"]}, 40068),
        ("mark_tag", {**PAIR, "external_userid": "wmNANA", "add_tag": ["DRY"]}, 84061),
        ("mark_tag", {**PAIR, "external_userid": "wmNOBODY", "add_tag": ["DRY"]}, 40096),
        ("mark_tag", {**PAIR, "userid": "nobody", "add_tag": ["DRY"]}, 40003),
    ],
)
async def test_calls_are_refused(
    tmp_path: Path, path: str, body: dict[str, Any], errcode: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        group = await add(pond, "干皮", "油皮", "没了")
        await add(pond, "二十", group_name="年龄")
        dry, _oily, gone = (tag["id"] for tag in group["tag"])
        await pond.ok("del_corp_tag", tag_id=[gone])
        real = {"DRY": dry, "GONE": gone, "GROUP": group["group_id"]}

        def known(value: Any) -> Any:
            if isinstance(value, list):
                return [known(item) for item in value]
            return real.get(value, value) if isinstance(value, str) else value

        body = {name: known(value) for name, value in body.items()}
        assert (await pond.call(path, **body))["errcode"] == errcode


async def test_nobodys_tags_but_its_own_does_an_app_change(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        dry = (await add(pond, "干皮"))["tag"][0]["id"]
        await pond.act("POST", "tags", {"group": "年龄", "tags": ["二十"]})
        twenty = (await pond.contact())["tags"][1]["tags"][0]["id"]
        for tag in (dry, twenty):
            answer = await pond.call_as(SECOND_SECRET, "edit_corp_tag", id=tag, name="别名")
            assert answer["errcode"] == 81011
            answer = await pond.call_as(SECOND_SECRET, "del_corp_tag", tag_id=[tag])
            assert answer["errcode"] == 81011
        await pond.ok("mark_tag", **PAIR, add_tag=[dry, twenty])


async def test_there_is_a_most_of_tags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_calls, "CORP_TAGS", 2)
    async with at_the_pond(tmp_path) as pond:
        await add(pond, "干皮")
        many: dict[str, Any] = {"group_name": "肤质", "tag": [{"name": "油皮"}, {"name": "混合"}]}
        assert (await pond.call("add_corp_tag", **many))["errcode"] == 40126
        await add(pond, "油皮")
