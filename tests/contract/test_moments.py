"""Customers' Moments: made once, asked after by its job; who published it, who liked it."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.channels.customer_contact import CustomerContact
from bot.core.clock import ManualClock
from bot.core.errors import PlatformBusy, TransportError
from bot.core.events import MediaKind
from bot.core.ids import UserId
from bot.core.messages import Media, Message, Outgoing, Post, Target, TargetKind, Text
from bot.core.moments import Made, Making, NotMade, Reactions
from bot.core.ports import Outcome, Pause, SendResult

from .contact_support import CONTACT, answer, make_contact, refusal
from .support import FakePlatform, HangUp, Raw, Reply, uploaded_file

MOMENT = "momTEST0001"
PICTURE = Media(MediaKind.IMAGE, "tea.png")


@pytest.fixture
def contact(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock, tmp_path: Path
) -> CustomerContact:
    for name in ("tea.png", "tea.mp4"):
        (tmp_path / name).write_bytes(b"a file of ours")
    platform.serve("media/upload_attachment", lambda _: {"media_id": "for-moments"})
    platform.serve("externalcontact/add_moment_task", lambda _: {"errcode": 0, "jobid": "job-1"})
    return make_contact(session, platform.base_url, clock, tmp_path)


def moment(message: Message, employees: str = "tangyuan|ayun") -> Outgoing:
    return Outgoing("out-1", CONTACT, Target(TargetKind.MOMENTS, employees), message)


async def test_a_moment_becomes_a_task_for_its_employees(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    result = await contact.send(moment(Post("今天聊聊防晒", (PICTURE,))))
    assert result == SendResult(Outcome.HANDED, reference="job-1")
    (made,) = platform.calls("externalcontact/add_moment_task")
    assert made.method == "POST"
    assert made.body == {
        "text": {"content": "今天聊聊防晒"},
        "attachments": [{"msgtype": "image", "image": {"media_id": "for-moments"}}],
        "visible_range": {"sender_list": {"user_list": ["tangyuan", "ayun"]}},
    }


async def test_words_alone_are_a_moment_too(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    assert (await contact.send(moment(Text("早安")))).outcome is Outcome.HANDED
    (made,) = platform.calls("externalcontact/add_moment_task")
    assert "attachments" not in made.body


async def test_pictures_are_uploaded_for_moments_and_not_as_others(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    await contact.send(moment(Post("一", (PICTURE,))))
    await contact.send(moment(Post("二", (PICTURE,))))
    (upload,) = platform.calls("media/upload_attachment")
    assert (upload.query["media_type"], upload.query["attachment_type"]) == ("image", "1")
    assert uploaded_file(upload.body) == ("tea.png", "image/png", b"a file of ours")
    assert platform.calls("media/upload") == []


@pytest.mark.parametrize(
    "message",
    [
        Text(" "),
        Text("长" * 1334),
        Post("十张", (PICTURE,) * 10),
        Post("影片", (Media(MediaKind.VIDEO, "tea.mp4"),)),
        Post("没有", (Media(MediaKind.IMAGE, "none.png"),)),
    ],
)
async def test_what_no_moment_can_be_is_dead_before_it_is_asked(
    contact: CustomerContact, platform: FakePlatform, message: Message
) -> None:
    result = await contact.send(moment(message))
    assert result.outcome is Outcome.DEAD
    assert result.reason
    assert platform.calls("externalcontact/add_moment_task") == []


@pytest.mark.parametrize("silence", [HangUp(), Raw(b"", 502), {"errcode": 0}])
async def test_a_silence_may_have_made_it_and_is_not_repeated(
    contact: CustomerContact, platform: FakePlatform, silence: Reply
) -> None:
    platform.reply("externalcontact/add_moment_task", silence)
    assert (await contact.send(moment(Text("早安")))).outcome is Outcome.UNKNOWN


async def test_a_silence_before_it_was_asked_for_is_tried_again(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("media/upload_attachment", HangUp())
    result = await contact.send(moment(Post("早安", (PICTURE,))))
    assert result.outcome is Outcome.RETRY
    assert platform.calls("externalcontact/add_moment_task") == []


@pytest.mark.parametrize(
    ("errcode", "outcome", "pauses"),
    [
        (41065, Outcome.DEAD, Pause.ROW),
        (40007, Outcome.DEAD, Pause.ROW),
        (45009, Outcome.RETRY, Pause.LIMIT),
        (48002, Outcome.RETRY, Pause.CHANNEL),
        (-1, Outcome.RETRY, Pause.ROW),
    ],
)
async def test_refusals_say_whether_it_can_work_later(
    contact: CustomerContact,
    platform: FakePlatform,
    errcode: int,
    outcome: Outcome,
    pauses: Pause,
) -> None:
    platform.reply("externalcontact/add_moment_task", refusal(errcode))
    result = await contact.send(moment(Text("早安")))
    assert (result.outcome, result.pauses) == (outcome, pauses)


@pytest.mark.parametrize("status", [1, 2])
async def test_a_job_under_way_has_made_nothing_yet(
    contact: CustomerContact, platform: FakePlatform, status: int
) -> None:
    platform.reply("externalcontact/get_moment_task_result", {"errcode": 0, "status": status})
    assert await contact.moments.read_job("job-1") == Making()
    (asked,) = platform.calls("externalcontact/get_moment_task_result")
    assert (asked.method, asked.query["jobid"]) == ("GET", "job-1")


async def test_a_job_that_is_done_names_the_moment_and_whom_it_does_not_know(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/get_moment_task_result", answer("moment_job"))
    assert await contact.moments.read_job("job-1") == Made(MOMENT, (UserId("left-us"),))


async def test_a_job_may_end_without_a_moment(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    failed = answer("moment_job") | {"result": {"errcode": 40031, "errmsg": "invalid"}}
    platform.reply("externalcontact/get_moment_task_result", failed)
    ended = await contact.moments.read_job("job-1")
    assert isinstance(ended, NotMade)
    assert "40031" in ended.reason


async def test_a_job_that_is_done_without_a_moment_is_unreadable(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/get_moment_task_result", {"errcode": 0, "status": 3})
    with pytest.raises(TransportError):
        await contact.moments.read_job("job-1")


async def test_who_has_published_is_read_over_all_pages(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    pages: list[dict[str, Any]] = [
        {"task_list": [{"userid": "tangyuan", "publish_status": 1}], "next_cursor": "c1"},
        {"task_list": [{"userid": "ayun", "publish_status": 0}], "next_cursor": ""},
    ]
    platform.reply("externalcontact/get_moment_task", *({"errcode": 0, **page} for page in pages))
    assert await contact.moments.read_publishers(MOMENT) == {"tangyuan": True, "ayun": False}
    first, second = platform.calls("externalcontact/get_moment_task")
    assert first.body == {"moment_id": MOMENT, "limit": 1000}
    assert second.body == {"moment_id": MOMENT, "limit": 1000, "cursor": "c1"}


async def test_a_moment_that_is_being_handed_out_is_asked_after_later(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/get_moment_task", refusal(41063))
    with pytest.raises(PlatformBusy):
        await contact.moments.read_publishers(MOMENT)


async def test_of_reactions_those_of_customers_count(
    contact: CustomerContact, platform: FakePlatform
) -> None:
    platform.reply("externalcontact/get_moment_comments", answer("moment_comments"))
    assert await contact.moments.read_reactions(MOMENT, UserId("ayun")) == Reactions(2, 1)
    (asked,) = platform.calls("externalcontact/get_moment_comments")
    assert asked.body == {"moment_id": MOMENT, "userid": "ayun"}


async def test_a_moment_can_be_called_off(contact: CustomerContact, platform: FakePlatform) -> None:
    await contact.moments.cancel_moment(MOMENT)
    (cancelled,) = platform.calls("externalcontact/cancel_moment_task")
    assert cancelled.body == {"moment_id": MOMENT}
