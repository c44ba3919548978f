"""Moments: a call makes a job, the job a task, an employee's yes shows it to his customers."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.contact.support import SECOND_SECRET, Pond, at_the_pond

DAY = 86_400
WORDS: dict[str, Any] = {"text": {"content": "今天聊聊防晒"}}


def by(*employees: str) -> dict[str, Any]:
    """The moment of these employees."""
    return {"visible_range": {"sender_list": {"user_list": list(employees)}}, **WORDS}


def of_pictures(media_ids: list[str]) -> list[dict[str, Any]]:
    return [{"msgtype": "image", "image": {"media_id": media_id}} for media_id in media_ids]


async def made(pond: Pond, **body: Any) -> str:
    """The id of a moment, when its job is done."""
    jobid = (await pond.ok("add_moment_task", **{**by("tangyuan"), **body}))["jobid"]
    await pond.later(5)
    answer = await pond.read("get_moment_task_result", jobid=jobid)
    assert (answer["status"], answer["result"]["errcode"]) == (3, 0)
    return str(answer["result"]["moment_id"])


async def publish(
    pond: Pond, moment: str, person: str = "tangyuan", status: int = 200
) -> dict[str, Any]:
    return await pond.act("POST", f"people/{person}/moments/{moment}/publish", {}, status=status)


async def seen(pond: Pond, customer: str) -> list[str]:
    """The texts that a customer finds in his Moments."""
    found = (await pond.act("GET", f"customers/{customer}/moments"))["moments"]
    return [moment["text"] for moment in found]


async def test_a_job_is_asked_after_until_it_has_made_the_moment(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        jobid = (await pond.ok("add_moment_task", **by("tangyuan", "nobody")))["jobid"]
        asked = await pond.read("get_moment_task_result", jobid=jobid)
        assert (asked["status"], "result" in asked) == (1, False)
        assert (await pond.act("GET", "people/tangyuan/moments"))["moments"] == []
        await pond.later(5)
        asked = await pond.read("get_moment_task_result", jobid=jobid)
        assert (asked["status"], asked["type"]) == (3, "add_moment_task")
        assert asked["result"]["moment_id"].startswith("mom")
        assert asked["result"]["invalid_sender_list"]["user_list"] == ["nobody"]


async def test_a_job_is_forgotten_after_a_day(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        jobid = (await pond.ok("add_moment_task", **by("tangyuan")))["jobid"]
        await pond.later(DAY)
        assert (await pond.read("get_moment_task_result", jobid=jobid))["errcode"] == 0
        await pond.later(1)
        assert (await pond.read("get_moment_task_result", jobid=jobid))["errcode"] == 40058
        assert (await pond.read("get_moment_task_result", jobid="job"))["errcode"] == 40058


async def test_without_an_employee_whom_it_knows_a_job_fails(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        jobid = (await pond.ok("add_moment_task", **by("nobody")))["jobid"]
        await pond.later(5)
        result = (await pond.read("get_moment_task_result", jobid=jobid))["result"]
        assert result["errcode"] == 40031
        assert "moment_id" not in result


async def test_customers_see_a_moment_when_their_employee_says_yes(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        moment = await made(pond, **by("tangyuan", "ayun"))
        assert await seen(pond, "wmLULU") == []
        listed = (await pond.ok("get_moment_task", moment_id=moment))["task_list"]
        assert listed == [
            {"userid": "tangyuan", "publish_status": 0},
            {"userid": "ayun", "publish_status": 0},
        ]
        await publish(pond, moment)
        assert await seen(pond, "wmLULU") == ["今天聊聊防晒"]
        assert await seen(pond, "wmNANA") == []
        listed = (await pond.ok("get_moment_task", moment_id=moment))["task_list"]
        assert [row["publish_status"] for row in listed] == [1, 0]
        shown = await pond.ok("get_moment_send_result", moment_id=moment, userid="tangyuan")
        assert shown["customer_list"] == [
            {"external_userid": "wmLULU"},
            {"external_userid": "wmMIMI"},
        ]


async def test_a_yes_counts_once(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        moment = await made(pond)
        await publish(pond, moment)
        assert "已经发表过" in (await publish(pond, moment, status=400))["error"]
        assert await seen(pond, "wmLULU") == ["今天聊聊防晒"]


async def test_what_was_called_off_cannot_be_published(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        moment = await made(pond, **by("tangyuan", "ayun"))
        await publish(pond, moment)
        await pond.ok("cancel_moment_task", moment_id=moment)
        assert "已经被停止" in (await publish(pond, moment, "ayun", status=400))["error"]
        assert await seen(pond, "wmLULU") == ["今天聊聊防晒"]


async def test_customers_like_and_comment_what_they_see(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        moment = await made(pond)
        await publish(pond, moment)
        at = f"customers/wmLULU/moments/{moment}"
        for _ in range(2):  # a like is one, however often it is tapped
            await pond.act("POST", f"{at}/like", {"employee": "tangyuan"})
        await pond.act("POST", f"{at}/comments", {"employee": "tangyuan", "text": "学到了"})
        answer = await pond.ok("get_moment_comments", moment_id=moment, userid="tangyuan")
        assert [row["external_userid"] for row in answer["like_list"]] == ["wmLULU"]
        assert [row["content"] for row in answer["comment_list"]] == ["学到了"]
        nobody = f"customers/wmNANA/moments/{moment}/like"
        await pond.act("POST", nobody, {"employee": "tangyuan"}, status=404)


async def test_a_customer_is_shown_only_so_many_a_month(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        for _ in range(5):
            await publish(pond, await made(pond))
        assert len(await seen(pond, "wmLULU")) == 4
        await pond.later(31 * DAY)
        await publish(pond, await made(pond))
        assert len(await seen(pond, "wmLULU")) == 5


async def test_a_company_makes_only_so_many_in_a_minute(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        for _ in range(10):
            await pond.ok("add_moment_task", **by("tangyuan"))
        assert (await pond.call("add_moment_task", **by("tangyuan")))["errcode"] == 45009
        await pond.later(61)
        await pond.ok("add_moment_task", **by("tangyuan"))


async def test_pictures_are_those_that_were_uploaded_for_moments(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        good = [await pond.upload_attachment() for _ in range(9)]
        await made(pond, attachments=of_pictures(good))
        other = [await pond.upload()]
        wrong = await pond.call("add_moment_task", **by("tangyuan"), attachments=of_pictures(other))
        assert wrong["errcode"] == 40007


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"text": {"content": "长" * 1334}}, 45002),
        ({"text": {"content": " "}}, 44004),
        ({"attachments": of_pictures(["m"] * 10)}, 41064),
        ({"attachments": [*of_pictures(["m"]), {"msgtype": "link", "link": {}}]}, 41065),
        ({"attachments": [{"msgtype": "file", "file": {"media_id": "m"}}]}, 41065),
        ({"attachments": [{"msgtype": "link", "link": {}}] * 2}, 41064),
        ({"visible_range": {"external_contact_list": {"tag_list": ["t"]}}}, 40068),
    ],
)
async def test_what_no_moment_can_be_is_refused(
    tmp_path: Path, body: dict[str, Any], errcode: int
) -> None:
    async with at_the_pond(tmp_path) as pond:
        assert (await pond.call("add_moment_task", **{**by("tangyuan"), **body}))["errcode"] == (
            errcode
        )


async def test_moments_that_are_not_one_s_own_are_refused(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        moment = await made(pond)
        asked: list[tuple[dict[str, Any], int]] = [
            ({}, 41059),
            ({"moment_id": "mom"}, 41060),
            ({"moment_id": moment, "userid": "ayun"}, 41061),
            ({"moment_id": moment, "userid": "tangyuan"}, 41062),
        ]
        for body, errcode in asked:
            assert (await pond.call("get_moment_comments", **body))["errcode"] == errcode
        body = {"moment_id": moment}
        other = await pond.call_as(SECOND_SECRET, "get_moment_task", **body)
        assert other["errcode"] == 41060


async def test_a_moment_that_is_being_dispatched_has_to_be_waited_for(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        await pond.ok("add_moment_task", **by("tangyuan"))
        (shown,) = (await pond.contact())["moments"]
        answer = await pond.call("get_moment_task", moment_id=shown["moment_id"])
        assert answer["errcode"] == 41063


async def test_moments_outlive_a_restart(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        moment = await made(pond)
        await publish(pond, moment)
    async with at_the_pond(tmp_path) as pond:
        assert await seen(pond, "wmLULU") == ["今天聊聊防晒"]
        listed = (await pond.ok("get_moment_task", moment_id=moment))["task_list"]
        assert [row["publish_status"] for row in listed] == [1]
