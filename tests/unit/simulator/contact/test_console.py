"""The console's tag library: changes by hand are told by id and type."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.contact.support import Pond, at_the_pond
from tests.unit.simulator.contact.test_friends import fields


async def told(pond: Pond) -> list[tuple[str, str, str | None]]:
    """ChangeType, TagType and Id of what came."""
    events = [fields(event) for event in await pond.heard()]
    assert {event["Event"] for event in events} <= {"change_external_tag"}
    return [(event["ChangeType"], event["Id"], event.get("TagType")) for event in events]


async def test_new_tags_and_a_new_group_are_told(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        (group,) = (await pond.act("POST", "tags", {"group": "肤质", "tags": ["干皮"]}))["tags"]
        assert await told(pond) == [
            ("create", group["id"], "tag_group"),
            ("create", group["tags"][0]["id"], "tag"),
        ]
        (group,) = (await pond.act("POST", "tags", {"group": "肤质", "tags": ["油皮"]}))["tags"]
        assert await told(pond) == [("create", group["tags"][1]["id"], "tag")]
        library = (await pond.ok("get_corp_tag_list"))["tag_group"]
        assert [tag["name"] for tag in library[0]["tag"]] == ["干皮", "油皮"]


async def test_a_group_is_renamed_shuffled_and_deleted(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        body = {"group": "肤质", "tags": ["干皮", "油皮"]}
        group_id = (await pond.act("POST", "tags", body))["tags"][0]["id"]
        await told(pond)
        await pond.act("PATCH", "tags/肤质", {"name": "皮肤"})
        assert await told(pond) == [("update", group_id, "tag_group")]
        tags = (await pond.act("POST", "tags/shuffle", {"group": "皮肤"}))["tags"]
        assert [tag["name"] for tag in tags[0]["tags"]] == ["油皮", "干皮"]
        assert await told(pond) == [("shuffle", group_id, None)]
        assert (await pond.act("DELETE", "tags/皮肤"))["tags"] == []
        assert await told(pond) == [("delete", group_id, "tag_group")]


async def test_a_deleted_tag_is_gone_and_the_others_stay(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("POST", "tags", {"group": "肤质", "tags": ["干皮", "一" * 30]})
        (group,) = (await pond.act("DELETE", "tags/干皮"))["tags"]
        assert [tag["name"] for tag in group["tags"]] == ["一" * 30]
        await pond.act("PATCH", "tags/干皮", {"name": "a"}, status=404)


async def test_a_shuffle_of_the_groups_names_none(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("POST", "tags", {"group": "肤质", "tags": ["干皮"]})
        await pond.act("POST", "tags", {"group": "年龄", "tags": ["二十"]})
        await told(pond)
        tags = (await pond.act("POST", "tags/shuffle", {}))["tags"]
        assert [group["name"] for group in tags] == ["年龄", "肤质"]
        assert await told(pond) == [("shuffle", "", None)]


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        ("POST", "tags", {"group": "肤质"}, 400),
        ("POST", "tags", {"tags": ["a"]}, 400),
        ("POST", "tags", {"group": "肤质", "tags": "a"}, 400),
        ("POST", "tags", {"group": "肤质", "tags": ["干皮"]}, 400),
        ("POST", "tags", {"group": "肤质", "tags": ["一" * 31]}, 400),
        ("POST", "tags", {"group": "一" * 31, "tags": ["a"]}, 400),
        ("PATCH", "tags/干皮", {"name": "油皮"}, 400),
        ("PATCH", "tags/干皮", {"name": "一" * 31}, 400),
        ("PATCH", "tags/肤质", {"name": "年龄"}, 400),
        ("PATCH", "tags/none", {"name": "a"}, 404),
        ("DELETE", "tags/none", None, 404),
        ("POST", "tags/shuffle", {"group": "none"}, 404),
    ],
)
async def test_bad_input_gets_a_sentence(
    tmp_path: Path, verb: str, path: str, body: Any, status: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.act("POST", "tags", {"group": "肤质", "tags": ["干皮", "油皮"]})
        await pond.act("POST", "tags", {"group": "年龄", "tags": ["二十"]})
        await told(pond)
        before = await pond.contact()
        assert (await pond.act(verb, path, body, status=status))["error"]
        assert await pond.contact() == before
        assert await told(pond) == []
