"""The journal: what was written survives, what was torn is ignored."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.clock import ManualClock
from bot.core.errors import StoreError
from bot.simulator.journal import Journal
from tests.unit.simulator.stub_bot import (
    NINE,
    StubBot,
    on_stage,
    opened_card,
    packet_card,
    words,
)


def journal_of(directory: Path) -> Path:
    return directory / "simulator" / "journal.jsonl"


async def test_a_restart_keeps_the_chat_the_members_and_the_clock(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: words("签到成功")
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("签到")
        await stage.post("groups/garden/members", {"name": "阿橙", "code": "A1"})
        await stage.client.delete("/sim/api/groups/garden/members/momo")
        await stage.post("people/xiaolu/messages", {"text": "你好"})
        await stage.post("clock", {"advance_seconds": 86_400})
        before = await stage.get("state")
    clock = ManualClock(NINE)
    async with on_stage(tmp_path, bot=bot, clock=clock) as stage:
        after = await stage.get("state")
        assert clock.now() == NINE + timedelta(days=1)
        for part in ("groups", "rooms", "clock"):
            assert after[part] == before[part]


async def test_a_tapped_card_stays_tapped_after_a_restart(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: {"msgtype": "template_card", "template_card": packet_card()}
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("发红包", "tangyuan")
        bot.answer = lambda _letter: {
            "response_type": "update_template_card",
            "userids": ["momo"],
            "template_card": opened_card("12 积分"),
        }
        await stage.post("groups/garden/taps", {"from": "momo", "message_id": 2})
    async with on_stage(tmp_path, bot=bot) as stage:
        assert (await stage.messages())[-1]["card_states"]["momo"]["text"] == "12 积分"
        error = await stage.post("groups/garden/taps", {"from": "momo", "message_id": 2}, 400)
        assert "没有可以点的按钮" in error["error"]


async def test_a_group_made_by_an_app_is_still_there_after_a_restart(tmp_path: Path) -> None:
    body = {"name": "种子群", "userlist": ["xiaolu", "momo"], "chatid": "seeds01"}
    async with on_stage(tmp_path) as stage:
        await stage.api("appchat/create", body)
        await stage.api("appchat/update", {"chatid": "seeds01", "name": "新名字"})
    async with on_stage(tmp_path) as stage:
        info = (await stage.read_api("appchat/get", chatid="seeds01"))["chat_info"]
        assert info["name"] == "新名字"
        assert info["userlist"] == ["xiaolu", "momo"]


async def test_what_an_older_version_wrote_is_still_understood(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: {"msgtype": "template_card", "template_card": packet_card()}
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("发红包", "tangyuan")
        before = await stage.messages()
    path, newer = journal_of(tmp_path), ("media", "feedback", "questions", "menu")
    happenings = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for happening in happenings:
        for name in newer:
            happening.get("message", {}).pop(name, None)
    path.write_text("".join(json.dumps(it) + "\n" for it in happenings), encoding="utf-8")
    async with on_stage(tmp_path, bot=bot) as stage:
        assert await stage.messages() == before


async def test_every_line_is_written_before_the_answer_goes_out(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.say("大家早", mention=False)
        lines = journal_of(tmp_path).read_text(encoding="utf-8").splitlines()
        assert json.loads(lines[-1])["message"]["text"] == "大家早"


async def test_a_torn_last_line_is_ignored_and_cut_off(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.say("第一句", mention=False)
        await stage.say("第二句", mention=False)
    path = journal_of(tmp_path)
    path.write_bytes(path.read_bytes()[:-9])
    async with on_stage(tmp_path) as stage:
        assert [shown["text"] for shown in await stage.messages()] == ["第一句"]
        await stage.say("第三句", mention=False)
    async with on_stage(tmp_path) as stage:
        assert [shown["text"] for shown in await stage.messages()] == ["第一句", "第三句"]


@pytest.mark.parametrize("damage", [b"not json\n", b"[]\n", b"{}\n", b"\n"])
def test_a_damaged_line_in_the_middle_is_an_error_that_names_it(
    tmp_path: Path, damage: bytes
) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"t": "clock", "seconds": 1}\n' + damage + b'{"t": "clock"}\n')
    with pytest.raises(StoreError, match=r"Line 2 of .*journal\.jsonl"):
        Journal(path).read()


async def test_members_of_a_group_that_is_no_longer_configured_do_no_harm(tmp_path: Path) -> None:
    path = journal_of(tmp_path)
    path.parent.mkdir()
    happening = {"t": "joined", "at": NINE.isoformat(), "group": "gone", "user_id": "yoyo"}
    path.write_text(json.dumps(happening) + "\n", encoding="utf-8")
    async with on_stage(tmp_path) as stage:
        assert len((await stage.get("groups"))["groups"]) == 1
