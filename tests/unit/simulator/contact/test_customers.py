"""Customers as apps read them, and what an app may note about them."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.contact.support import (
    SECOND_SECRET,
    STRANGER_SECRET,
    Pond,
    at_the_pond,
)


async def test_everyone_of_the_company_may_have_customers(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        answer = await pond.read("get_follow_user_list")
        assert answer["follow_user"][:2] == ["tangyuan", "ayun"]
        assert "wmLULU" not in answer["follow_user"]


async def test_an_employees_customers_are_listed(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        answer = await pond.read("list", userid="tangyuan")
        assert answer["external_userid"] == ["wmLULU", "wmMIMI"]


async def test_a_customer_is_told_with_what_each_of_his_employees_notes(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        noted = {"userid": "ayun", "external_userid": "wmMIMI", "remark": "大客户"}
        await pond.ok("remark", **noted, description="爱喝茶", remark_mobiles=["13800000001"])
        answer = await pond.read("get", external_userid="wmMIMI")
        contact = answer["external_contact"]
        assert (contact["name"], contact["type"]) == ("米米", 1)
        assert len(contact["unionid"]) == 28
        first, second = answer["follow_user"]
        assert (first["userid"], first["remark"], first["tags"]) == ("tangyuan", "", [])
        assert (second["userid"], second["remark"]) == ("ayun", "大客户")
        assert (second["description"], second["remark_mobiles"]) == ("爱喝茶", ["13800000001"])
        assert "next_cursor" not in answer


async def test_mobiles_are_cleared_by_an_empty_one(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        pair = {"userid": "ayun", "external_userid": "wmMIMI"}
        await pond.ok("remark", **pair, remark="老客户", remark_mobiles=["13800000001"])
        await pond.ok("remark", **pair, remark_mobiles=[""])
        notes = (await pond.read("get", external_userid="wmMIMI"))["follow_user"][1]
        assert (notes["remark"], notes["remark_mobiles"]) == ("老客户", [])


async def test_somebody_of_another_company_has_no_union_id(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("POST", "customers/woDODO/friends", {"employee": "汤圆"})
        contact = (await pond.read("get", external_userid="woDODO"))["external_contact"]
        assert contact["type"] == 2
        assert "unionid" not in contact


async def test_all_customers_of_several_employees_come_page_by_page(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        asked = {"userid_list": ["tangyuan", "ayun"], "limit": 2}
        first = await pond.ok("batch/get_by_user", **asked)
        second = await pond.ok("batch/get_by_user", **asked, cursor=first["next_cursor"])
        assert second["next_cursor"] == ""
        listed = first["external_contact_list"] + second["external_contact_list"]
        assert [
            (one["follow_info"]["userid"], one["external_contact"]["external_userid"])
            for one in listed
        ] == [("tangyuan", "wmLULU"), ("tangyuan", "wmMIMI"), ("ayun", "wmMIMI")]
        assert listed[0]["follow_info"]["tag_id"] == []


async def test_a_page_has_fifty_customers_unless_the_call_says_otherwise(tmp_path: Path) -> None:
    many = [{"user_id": f"wm{n}", "name": f"客{n}", "friend_of": ["ayun"]} for n in range(51)]
    lulu = {"user_id": "wmLULU", "name": "路路"}
    async with at_the_pond(tmp_path, customers=[*many, lulu]) as pond:
        for more, length in (({}, 50), ({"limit": 1}, 1), ({"limit": 51}, 51)):
            answer = await pond.ok("batch/get_by_user", userid_list=["ayun"], **more)
            assert len(answer["external_contact_list"]) == length
        assert answer["next_cursor"] == ""


async def test_more_than_500_followers_come_page_by_page(tmp_path: Path) -> None:
    people = [{"user_id": f"p{n}", "name": f"员工{n}"} for n in range(501)]
    staff = [{"user_id": "tangyuan", "name": "汤圆"}, {"user_id": "ayun", "name": "阿云"}]
    lulu = {"user_id": "wmLULU", "name": "路路", "friend_of": [one["user_id"] for one in people]}
    changes: dict[str, Any] = {"people": staff + people, "customers": [lulu], "in_group": []}
    async with at_the_pond(tmp_path, **changes) as pond:
        first = await pond.read("get", external_userid="wmLULU")
        assert len(first["follow_user"]) == 500
        rest = await pond.read("get", external_userid="wmLULU", cursor=first["next_cursor"])
        assert [one["userid"] for one in rest["follow_user"]] == ["p500"]
        assert "next_cursor" not in rest


@pytest.mark.parametrize(
    ("path", "query", "errcode"),
    [
        ("list", {}, 41009),
        ("list", {"userid": "nobody"}, 40003),
        ("list", {"userid": "wmLULU"}, 40003),
        ("list", {"userid": "xiaolu"}, 84061),
        ("get", {}, 41035),
        ("get", {"external_userid": "wmNOBODY"}, 40096),
        ("get", {"external_userid": "tangyuan"}, 40096),
        ("get", {"external_userid": "wmNANA"}, 84061),
        ("get", {"external_userid": "wmMIMI", "cursor": "x"}, 40058),
    ],
)
async def test_readings_are_refused(
    tmp_path: Path, path: str, query: dict[str, str], errcode: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        assert (await pond.read(path, **query))["errcode"] == errcode


PAIR = {"userid": "tangyuan", "external_userid": "wmLULU"}


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        ("remark", {**PAIR}, 40063),
        ("remark", {**PAIR, "remark": "一" * 21}, 40058),
        ("remark", {**PAIR, "description": "一" * 151}, 40058),
        ("remark", {**PAIR, "remark_company": "一" * 21}, 40058),
        ("remark", {**PAIR, "remark_mobiles": "138"}, 40058),
        ("remark", {**PAIR, "remark_pic_mediaid": "none"}, 40007),
        ("remark", {**PAIR, "remark": 7}, 40058),
        ("remark", {**PAIR, "userid": "nobody", "remark": "a"}, 40003),
        ("remark", {**PAIR, "external_userid": "wmNOBODY", "remark": "a"}, 40096),
        ("remark", {**PAIR, "external_userid": "wmNANA", "remark": "a"}, 84061),
        ("batch/get_by_user", {}, 40063),
        ("batch/get_by_user", {"userid_list": "tangyuan"}, 40058),
        ("batch/get_by_user", {"userid_list": ["tangyuan", "nobody"]}, 40003),
        ("batch/get_by_user", {"userid_list": ["tangyuan"] * 101}, 40058),
        ("batch/get_by_user", {"userid_list": ["tangyuan"], "limit": 101}, 40058),
        ("batch/get_by_user", {"userid_list": ["tangyuan"], "limit": 0}, 40058),
        ("batch/get_by_user", {"userid_list": ["tangyuan"], "cursor": "ZnJvbS94"}, 40058),
    ],
)
async def test_other_calls_are_refused(
    tmp_path: Path, path: str, body: dict[str, Any], errcode: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        assert (await pond.call(path, **body))["errcode"] == errcode


async def test_what_just_fits_is_taken(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.ok(
            "remark",
            **PAIR,
            remark="一" * 20,
            description="一" * 150,
            remark_company="一" * 20,
            remark_pic_mediaid=await pond.upload(),
        )
        await pond.ok("batch/get_by_user", userid_list=["tangyuan"] * 100, limit=100)


async def test_only_apps_that_are_listed_may_call(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:

        async def errcode(secret: str) -> int:
            answer = await pond.call_as(secret, "batch/get_by_user", userid_list=["ayun"])
            return int(answer["errcode"])

        assert await errcode(SECOND_SECRET) == 0
        assert await errcode(STRANGER_SECRET) == 48002


async def test_every_call_of_the_corner_is_closed_to_other_apps(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        token = await pond.token(STRANGER_SECRET)
        for verb, path in _paths(pond):
            response = await pond.stage.client.request(
                verb, f"/sim/platform/cgi-bin/{path}", params={"access_token": token}, json={}
            )
            assert (await response.json())["errcode"] == 48002, path


def _paths(pond: Pond) -> list[tuple[str, str]]:
    """Every route of the API under externalcontact/."""
    base = "/sim/platform/cgi-bin/"
    routes = pond.stage.simulator.routes()
    found = [(route.method, route.path) for route in routes if f"{base}external" in route.path]
    assert len(found) > 25
    return [(verb, path.removeprefix(base)) for verb, path in found]
