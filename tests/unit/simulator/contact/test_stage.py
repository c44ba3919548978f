"""Customer contact as a part of the stage, and what is there without it."""

from pathlib import Path

from tests.unit.simulator.contact.support import at_the_pond
from tests.unit.simulator.stub_bot import on_stage


async def test_the_page_sees_customers_groups_tasks_tags_and_ways(tmp_path: Path) -> None:
    async with at_the_pond(tmp_path) as pond:
        shown = (await pond.act("GET", "state"))["contact"]
        assert shown == await pond.contact()
        assert set(shown) == {"customers", "customer_groups", "tasks", "tags", "ways", "moments"}
        assert shown["customers"][0]["friends"][0]["room"] == "private/tangyuan/wmLULU"


async def test_without_customer_contact_nothing_is_shown_or_made(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert "contact" not in await stage.get("state")
        body = {"owner": "汤圆", "name": "客户群"}
        assert (await stage.post("customer-groups", body, 404))["error"]
        answer = await stage.read_api("externalcontact/get_follow_user_list")
        assert answer["errcode"] == 48002
