"""sync_msg: everything once, in order, in pages of any size; its cursors and its tokens."""

import base64
import random
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.clock import ManualClock
from bot.simulator.cast import read_cast
from bot.simulator.feed import Feed
from bot.simulator.journal import Journal
from bot.simulator.service.mailbox import Mailbox
from bot.simulator.world import World
from tests.unit.simulator.account.town import KF, LAN, PNG, YUE, town
from tests.unit.simulator.service.desk import Desk, at_desk
from tests.unit.simulator.stub_bot import CORP_ID, NINE

SECOND = "wkHEJIAN0002"


def contents(answer: dict[str, Any]) -> list[str]:
    return [message["text"]["content"] for message in answer["msg_list"]]


async def test_the_app_is_told_that_there_is_something_to_read(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write("你好")
        (letter,) = await desk.bot.told("kf_msg_or_event")
        fields = {child.name: child.text for child in letter.xml.children}
        ticket = fields.pop("Token")
        assert fields == {
            "ToUserName": CORP_ID,
            "CreateTime": str(int(NINE.timestamp())),
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "OpenKfId": KF,
        }
        assert letter.channel == "app"
        answer = await desk.sync(token=ticket)
        (message,) = answer["msg_list"]
        assert len(message.pop("msgid")) == 32
        assert message == {
            "open_kfid": KF,
            "external_userid": YUE,
            "send_time": int(NINE.timestamp()),
            "origin": 3,
            "msgtype": "text",
            "text": {"content": "你好"},
        }
        assert answer["has_more"] == 0


async def test_pages_follow_one_another_and_new_messages_come_after_them(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        for number in range(5):
            await desk.write(str(number))
        first = await desk.sync(limit=2)
        assert (contents(first), first["has_more"]) == (["0", "1"], 1)
        second = await desk.sync(limit=2, cursor=first["next_cursor"])
        third = await desk.sync(limit=2, cursor=second["next_cursor"])
        assert (contents(second), contents(third)) == (["2", "3"], ["4"])
        assert (second["has_more"], third["has_more"]) == (1, 0)
        end = await desk.sync(cursor=third["next_cursor"])
        assert (end["msg_list"], end["has_more"]) == ([], 0)
        await desk.write("5")
        assert contents(await desk.sync(cursor=end["next_cursor"])) == ["5"]
        assert contents(await desk.sync(cursor=first["next_cursor"])) == ["2", "3", "4", "5"]


async def test_each_account_is_read_by_itself_or_all_together(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write("一")
        await desk.do("messages", {"from": LAN, "text": "二"}, key="second_service")
        await desk.write("三")
        assert contents(await desk.sync()) == ["一", "三"]
        assert contents(await desk.sync(open_kfid=SECOND)) == ["二"]
        assert contents(await desk.sync(open_kfid="")) == ["一", "二", "三"]


@pytest.mark.parametrize("limit", [0, 1001, -1, "10", True])
async def test_a_page_has_one_to_a_thousand(tmp_path: Path, limit: Any) -> None:
    async with at_desk(tmp_path) as desk:
        answer = await desk.kf("sync_msg", {"open_kfid": KF, "limit": limit})
        assert answer["errcode"] == 40058
        assert (await desk.kf("sync_msg", {"open_kfid": KF, "limit": 1000}))["errcode"] == 0


async def test_a_cursor_is_one_that_was_given_for_the_same_account(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        cursor = (await desk.sync())["next_cursor"]
        assert len(cursor) <= 64
        for wrong in ("made-up", cursor + "0", cursor[:-1], "4gw7MepFLfgF2VC5npN", "x" * 70):
            answer = await desk.kf("sync_msg", {"open_kfid": KF, "cursor": wrong})
            assert answer["errcode"] == 40058, wrong
        for scope in (SECOND, ""):
            answer = await desk.kf("sync_msg", {"open_kfid": scope, "cursor": cursor})
            assert answer["errcode"] == 40058


async def test_only_the_last_three_days_can_be_read(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write("早")
        cursor = (await desk.sync())["next_cursor"]
        await desk.write("午")
        desk.stage.clock.advance(timedelta(days=1))
        await desk.write("晚")
        desk.stage.clock.advance(timedelta(days=2, seconds=-1))
        assert contents(await desk.sync()) == ["早", "午", "晚"]
        desk.stage.clock.advance(timedelta(seconds=1))
        assert contents(await desk.sync()) == ["晚"]
        assert contents(await desk.sync(cursor=cursor)) == ["晚"]


async def test_the_token_of_an_event_is_good_for_ten_minutes_and_for_its_app(
    tmp_path: Path,
) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        (letter,) = await desk.bot.told("kf_msg_or_event")
        ticket = letter.xml.value("Token")
        other = await desk.token_of("other-secret")
        foreign = await desk.kf("sync_msg", {"token": ticket}, access_token=other)
        assert foreign["errcode"] == 95007
        assert (await desk.kf("sync_msg", {"token": "made-up"}))["errcode"] == 95007
        desk.stage.clock.advance(timedelta(seconds=599))
        assert (await desk.kf("sync_msg", {"token": ticket}))["errcode"] == 0
        desk.stage.clock.advance(timedelta(seconds=1))
        assert (await desk.kf("sync_msg", {"token": ticket}))["errcode"] == 95007


async def test_without_a_token_reading_is_limited(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        (letter,) = await desk.bot.told("kf_msg_or_event")
        for _ in range(60):
            await desk.sync()
        assert (await desk.kf("sync_msg", {}))["errcode"] == 45009
        await desk.sync(token=letter.xml.value("Token"))
        desk.stage.clock.advance(timedelta(minutes=1))
        await desk.sync()


async def test_what_the_app_sends_is_not_read_back(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        assert await desk.send() == 0
        assert contents(await desk.sync()) == ["你好"]


async def test_an_app_reads_only_what_it_manages(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        other = await desk.token_of("other-secret")
        assert (await desk.kf("sync_msg", {}, access_token=other))["msg_list"] == []
        for open_kfid, errcode in ((KF, 48002), ("wkNOBODY", 95004)):
            answer = await desk.kf("sync_msg", {"open_kfid": open_kfid}, access_token=other)
            assert answer["errcode"] == errcode


SETTINGS = town()
CAST = read_cast(SETTINGS)
ACCOUNTS = {KF: frozenset({KF}), SECOND: frozenset({SECOND}), "app": frozenset({KF, SECOND})}

ENTRIES = st.lists(st.sampled_from([KF, SECOND]), max_size=30)
READS = st.lists(
    st.tuples(st.sampled_from(list(ACCOUNTS)), st.integers(1, 7), st.booleans()), max_size=40
)


def new_mailbox(directory: Path) -> Mailbox:
    world = World(
        SETTINGS,
        cast=CAST,
        clock=ManualClock(NINE),
        journal=Journal(directory / "journal.jsonl"),
        feed=Feed(),
        dice=random.Random(1),
    )
    mailbox = Mailbox(world)
    world.add(mailbox)
    world.replay()
    return mailbox


@given(early=ENTRIES, late=ENTRIES, limits=st.lists(st.integers(1, 9), min_size=1), data=st.data())
def test_any_pages_give_each_message_exactly_once_in_order(
    early: list[str], late: list[str], limits: list[int], data: st.DataObject
) -> None:
    with TemporaryDirectory() as directory:
        mailbox, waiting = new_mailbox(Path(directory)), list(late)
        for number, kf in enumerate(early):
            mailbox.put(kf, {"n": number})
        scope = data.draw(st.sampled_from(list(ACCOUNTS)))
        cursor, read, number = "", [], len(early)
        for step in range(len(early) + len(late) + len(limits)):
            arrives: bool = data.draw(st.booleans())
            if waiting and arrives:
                mailbox.put(waiting.pop(), {"n": number})
                number += 1
            limit = limits[step % len(limits)]
            page = mailbox.read(scope, ACCOUNTS[scope], cursor, limit)
            assert len(page.entries) <= limit
            assert page.has_more == bool(
                mailbox.read(scope, ACCOUNTS[scope], page.cursor, 1).entries
            )
            read += [entry.body["n"] for entry in page.entries]
            cursor = page.cursor
        read += [
            entry.body["n"] for entry in mailbox.read(scope, ACCOUNTS[scope], cursor, 1000).entries
        ]
        everything = mailbox.read(scope, ACCOUNTS[scope], "", 1000).entries
        assert read == [entry.body["n"] for entry in everything]
        assert len(everything) == sum(
            kf in ACCOUNTS[scope] for kf in [*early, *list(reversed(late))[: number - len(early)]]
        )


@given(entries=ENTRIES, reads=READS)
def test_cursors_go_on_after_a_restart_and_as_often_as_one_likes(
    entries: list[str], reads: list[tuple[str, int, bool]]
) -> None:
    with TemporaryDirectory() as directory:
        mailbox = new_mailbox(Path(directory))
        for number, kf in enumerate(entries):
            mailbox.put(kf, {"n": number})
        again = new_mailbox(Path(directory))
        cursors = dict.fromkeys(ACCOUNTS, "")
        for scope, limit, forget in reads:
            cursor = "" if forget else cursors[scope]
            one = mailbox.read(scope, ACCOUNTS[scope], cursor, limit)
            assert one == again.read(scope, ACCOUNTS[scope], cursor, limit)
            cursors[scope] = one.cursor


async def test_a_picture_can_be_fetched_by_what_is_read(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        data = base64.b64encode(PNG).decode()
        await desk.do("messages", {"from": YUE, "kind": "image", "data": data})
        (message,) = (await desk.sync())["msg_list"]
        assert (message["origin"], message["msgtype"]) == (3, "image")
        params = {
            "access_token": await desk.stage.token(),
            "media_id": message["image"]["media_id"],
        }
        got = await desk.stage.client.get("/sim/platform/cgi-bin/media/get", params=params)
        assert await got.read() == PNG


async def test_what_a_customer_cannot_send_is_said(tmp_path: Path) -> None:
    async def refuse(desk: Desk, **body: Any) -> str:
        return str((await desk.do("messages", {"from": YUE, **body}, status=400))["error"])

    async with at_desk(tmp_path) as desk:
        assert "kind" in await refuse(desk, kind="song", data="")
        assert "Base64" in await refuse(desk, kind="image", data="!")
        assert "平台不收" in await refuse(desk, kind="image", data="aGVsbG8gd29ybGQ=")
        assert "text" in await refuse(desk, text=" ")
        assert (await desk.sync())["msg_list"] == []
