"""Tasks that employees confirm: how they stand, reminding, calling off."""

from typing import Any

import aiohttp
import pytest

from bot.channels.customer_contact import CustomerContact
from bot.core.clock import ManualClock
from bot.core.errors import SettingsWrong, TransportError
from bot.core.ports import TaskState

from .contact_support import make_contact, refusal
from .support import FakePlatform

CUSTOMER = "wmTESTUSER03"


@pytest.fixture
def contact(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock
) -> CustomerContact:
    return make_contact(session, platform.base_url, clock)


def task(*statuses: int) -> dict[str, Any]:
    rows = [{"userid": f"e{n}", "status": status} for n, status in enumerate(statuses)]
    return {"errcode": 0, "task_list": rows, "next_cursor": ""}


def results(*statuses: int) -> dict[str, Any]:
    rows = [{"external_userid": CUSTOMER, "status": status} for status in statuses]
    return {"errcode": 0, "send_list": rows, "next_cursor": ""}


@pytest.mark.parametrize(
    ("tasks", "sent", "state"),
    [
        (task(0), [], TaskState.OPEN),
        (task(), [], TaskState.OPEN),
        (task(2), [results(1)], TaskState.SENT),
        (task(2), [results(0)], TaskState.OPEN),
        (task(2), [results(2)], TaskState.REFUSED),
        (task(2), [results(3)], TaskState.REFUSED),
        (task(2), [results()], TaskState.REFUSED),
        (task(2, 0), [results(3)], TaskState.OPEN),
        (task(2, 2), [results(3), results(1)], TaskState.SENT),
        (task(2, 2), [results(3), results(2)], TaskState.REFUSED),
    ],
)
async def test_a_task_stands_as_its_employee_and_its_receiver_do(
    contact: CustomerContact,
    platform: FakePlatform,
    tasks: dict[str, Any],
    sent: list[dict[str, Any]],
    state: TaskState,
) -> None:
    platform.reply("externalcontact/get_groupmsg_task", tasks)
    platform.reply("externalcontact/get_groupmsg_send_result", *sent)
    assert await contact.read_task("m1") is state
    (asked,) = platform.calls("externalcontact/get_groupmsg_task")
    assert asked.body == {"msgid": "m1", "limit": 1000}
    looks = platform.calls("externalcontact/get_groupmsg_send_result")
    confirmed = [row["userid"] for row in tasks["task_list"] if row["status"] == 2]
    assert [look.body for look in looks] == [
        {"msgid": "m1", "userid": employee, "limit": 1000} for employee in confirmed
    ]


async def test_a_task_is_read_over_all_pages(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/get_groupmsg_task", task(0) | {"next_cursor": "c1"}, task(2))
    platform.reply("externalcontact/get_groupmsg_send_result", results(1))
    assert await contact.read_task("m1") is TaskState.SENT
    _, second = platform.calls("externalcontact/get_groupmsg_task")
    assert second.body == {"msgid": "m1", "limit": 1000, "cursor": "c1"}


async def test_pages_that_lead_round_in_a_circle_are_left(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    pages = [task(0) | {"next_cursor": cursor} for cursor in ("c1", "c2", "c1")]
    platform.reply("externalcontact/get_groupmsg_task", *pages)
    with pytest.raises(TransportError):
        await contact.read_task("m1")
    assert len(platform.calls("externalcontact/get_groupmsg_task")) == 3


async def test_a_task_can_be_reminded_of_and_called_off(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    await contact.remind_of_task("m1")
    await contact.cancel_task("m1")
    (reminded,) = platform.calls("externalcontact/remind_groupmsg_send")
    (cancelled,) = platform.calls("externalcontact/cancel_groupmsg_send")
    assert reminded.body == cancelled.body == {"msgid": "m1"}


async def test_a_refusal_about_a_task_is_told(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/remind_groupmsg_send", refusal(48002))
    with pytest.raises(SettingsWrong):
        await contact.remind_of_task("m1")
