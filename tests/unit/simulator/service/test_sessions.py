"""Sessions: who answers, how that changes, what may be said at a change, and what is told of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.account.town import KF, LAN, YUE
from tests.unit.simulator.service.desk import Desk, at_desk

NEW, ASSISTANT, QUEUE, SERVICER, OVER = range(5)


async def reach(desk: Desk, state: int) -> None:
    """Bring the customer's session into ``state``."""
    if state != OVER:
        await desk.write()
    if state not in {NEW, OVER}:
        more = {"servicer_userid": "ayun"} if state == SERVICER else {}
        assert (await desk.change(state, **more))["errcode"] == 0


async def test_a_session_begins_with_the_customers_words(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        assert await desk.state() == {"service_state": OVER}
        await desk.enter()
        assert await desk.state() == {"service_state": OVER}
        await desk.write()
        assert await desk.state() == {"service_state": NEW}
        assert await desk.send() == 0
        assert await desk.state() == {"service_state": NEW}


async def test_a_session_ends_48_hours_after_the_last_words(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await reach(desk, SERVICER)
        desk.stage.clock.advance(timedelta(hours=47))
        await desk.write()
        assert await desk.state() == {"service_state": SERVICER, "servicer_userid": "ayun"}
        desk.stage.clock.advance(timedelta(hours=48))
        assert await desk.state() == {"service_state": OVER}
        await desk.write()
        assert await desk.state() == {"service_state": NEW}


ALLOWED = {
    NEW: {ASSISTANT, QUEUE, SERVICER, OVER},
    ASSISTANT: {ASSISTANT, QUEUE, SERVICER, OVER},
    QUEUE: {QUEUE, SERVICER, OVER},
    SERVICER: {SERVICER, OVER},
}


@pytest.mark.parametrize("before", ALLOWED)
@pytest.mark.parametrize("after", [NEW, ASSISTANT, QUEUE, SERVICER, OVER])
async def test_a_session_goes_on_and_not_back(tmp_path: Path, before: int, after: int) -> None:
    async with at_desk(tmp_path) as desk:
        await reach(desk, before)
        answer = await desk.change(after, servicer_userid="ayun")
        assert answer["errcode"] == (0 if after in ALLOWED[before] else 95016)
        expected = after if after in ALLOWED[before] else before
        assert (await desk.state())["service_state"] == expected


@pytest.mark.parametrize(
    ("state", "more", "errcode"),
    [
        (SERVICER, {}, 95014),
        (SERVICER, {"servicer_userid": "momo"}, 95014),
        (5, {}, 40058),
        ("1", {}, 40058),
        (True, {}, 40058),
        (None, {}, 40063),
    ],
)
async def test_a_change_is_checked(
    tmp_path: Path, state: Any, more: dict[str, str], errcode: int
) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        assert (await desk.change(state, **more))["errcode"] == errcode
        assert await desk.state() == {"service_state": NEW}


async def test_what_is_over_cannot_be_changed(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        assert (await desk.change(ASSISTANT))["errcode"] == 95013
        await reach(desk, NEW)
        await desk.change(OVER)
        assert (await desk.change(QUEUE))["errcode"] == 95013


@pytest.mark.parametrize(
    ("state", "errcode"),
    [(NEW, 0), (ASSISTANT, 0), (QUEUE, 95018), (SERVICER, 95018)],
)
async def test_the_app_sends_only_while_nobody_else_answers(
    tmp_path: Path, state: int, errcode: int
) -> None:
    async with at_desk(tmp_path) as desk:
        await reach(desk, state)
        assert await desk.send() == errcode


async def test_nothing_is_sent_into_a_session_that_was_ended(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await reach(desk, NEW)
        await desk.change(OVER)
        assert await desk.send() == 95018
        await desk.write()
        assert await desk.send() == 0


# ---- welcome


async def welcome_code(desk: Desk) -> str:
    return str((await desk.events("enter_session"))[-1].get("welcome_code", ""))


async def test_who_enters_is_told_with_his_scene_and_a_code(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        assert await desk.enter(scene="poster", scene_param="a=1")
        (message,) = (await desk.sync())["msg_list"]
        assert (message["origin"], message["msgtype"]) == (4, "event")
        assert {"open_kfid", "external_userid"} & set(message) == set()
        code = message["event"].pop("welcome_code")
        assert len(code) == 32
        assert message["event"] == {
            "event_type": "enter_session",
            "open_kfid": KF,
            "external_userid": YUE,
            "scene": "poster",
            "scene_param": "a=1",
        }


async def test_the_welcome_is_said_once_within_twenty_seconds(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.enter()
        code = await welcome_code(desk)
        desk.stage.clock.advance(timedelta(seconds=19))
        assert await desk.say_on_event(code) == 0
        assert await desk.say_on_event(code) == 40058
        assert await desk.words() == ["欢迎"]
        await desk.enter(LAN)
        late = await welcome_code(desk)
        desk.stage.clock.advance(timedelta(seconds=20))
        assert await desk.say_on_event(late) == 40058
        assert await desk.words(LAN) == []


async def test_the_welcome_uses_none_of_the_five(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.enter()
        code = await welcome_code(desk)
        await desk.write()
        assert await desk.say_on_event(code) == 0
        assert [await desk.send() for _ in range(6)] == [0] * 5 + [95001]


async def test_nobody_is_greeted_twice_in_48_hours_or_after_he_has_written(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        assert await desk.enter()
        assert await desk.enter()
        assert await desk.say_on_event(await welcome_code(desk)) == 0
        assert not await desk.enter()
        assert await welcome_code(desk) == ""
        desk.stage.clock.advance(timedelta(hours=48))
        assert await desk.enter()
        await desk.write()
        assert not await desk.enter()
        desk.stage.clock.advance(timedelta(hours=48))
        assert await desk.enter()


async def test_a_welcome_may_carry_a_menu_and_nothing_else(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.enter()
        code = await welcome_code(desk)
        assert await desk.say_on_event(code, msgtype="link", link={}) == 40008
        assert await desk.say_on_event("made-up") == 40058
        menu = {"head_content": "你好", "list": []}
        assert await desk.say_on_event(code, msgtype="msgmenu", msgmenu=menu, msgid="w1") == 0
        await desk.write()
        assert await desk.send(msgid="w1") == 40058


async def test_a_code_is_for_the_app_that_manages_the_account(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.enter()
        body = {"code": await welcome_code(desk), "msgtype": "text", "text": {"content": "a"}}
        other = await desk.token_of("other-secret")
        assert (await desk.kf("send_msg_on_event", body, access_token=other))["errcode"] == 40058
        assert (await desk.kf("send_msg_on_event", body))["errcode"] == 0


# ---- words at a change


@pytest.mark.parametrize(
    ("state", "seconds", "menu"),
    [(QUEUE, 48 * 3600 - 1, 40008), (SERVICER, 48 * 3600 - 1, 40008), (OVER, 19, 0)],
)
async def test_a_change_lets_the_app_say_one_thing(
    tmp_path: Path, state: int, seconds: int, menu: int
) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        answer = await desk.change(state, servicer_userid="ayun")
        code = answer["msg_code"]
        desk.stage.clock.advance(timedelta(seconds=seconds))
        content = {"head_content": "评价一下", "list": []}
        assert await desk.say_on_event(code, msgtype="msgmenu", msgmenu=content) == menu
        assert await desk.say_on_event(code) == (0 if menu else 40058)
        assert await desk.say_on_event(code) == 40058


async def test_words_at_a_change_are_too_late_when_it_has_changed_again(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        code = (await desk.change(QUEUE))["msg_code"]
        await desk.change(SERVICER, servicer_userid="ayun")
        assert await desk.say_on_event(code) == 40058


async def test_the_code_at_the_end_lives_twenty_seconds(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        code = (await desk.change(OVER))["msg_code"]
        desk.stage.clock.advance(timedelta(seconds=20))
        assert await desk.say_on_event(code) == 40058


async def test_only_the_first_time_in_a_session_gives_a_code(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.write()
        assert "msg_code" not in await desk.change(ASSISTANT)
        assert "msg_code" in await desk.change(QUEUE)
        assert "msg_code" not in await desk.change(QUEUE)
        await desk.change(OVER)
        await desk.write()
        assert "msg_code" in await desk.change(QUEUE)


# ---- servicers


async def test_a_servicer_takes_answers_hands_on_and_ends(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await reach(desk, QUEUE)
        taken = await desk.do("takes", {"servicer": "阿云", "customer": "月月"})
        assert taken == {"customer": YUE, "state": SERVICER, "servicer": "ayun"}
        await desk.do("answers", {"servicer": "ayun", "customer": YUE, "text": "我是阿云"})
        await desk.write("要换货")
        await desk.do("transfers", {"servicer": "汤圆", "customer": YUE})
        assert await desk.state() == {"service_state": SERVICER, "servicer_userid": "tangyuan"}
        await desk.do("ends", {"customer": YUE})
        assert await desk.state() == {"service_state": OVER}
        read = (await desk.sync())["msg_list"]
        assert [it["origin"] for it in read] == [3, 4, 5, 3, 4, 4]
        answer = read[2]
        assert (answer["servicer_userid"], answer["text"]) == ("ayun", {"content": "我是阿云"})
        changes = await desk.events("session_status_change")
        codes = [change.pop("msg_code", None) for change in changes]
        assert [code is not None for code in codes] == [True, False, True]
        common = {
            "event_type": "session_status_change",
            "open_kfid": KF,
            "external_userid": YUE,
        }
        assert changes == [
            {**common, "change_type": 1, "new_servicer_userid": "ayun"},
            {
                **common,
                "change_type": 2,
                "old_servicer_userid": "ayun",
                "new_servicer_userid": "tangyuan",
            },
            {**common, "change_type": 3, "old_servicer_userid": "tangyuan"},
        ]
        assert await desk.say_on_event(codes[2]) == 0
        assert await desk.words() == ["你好", "我是阿云", "要换货", "欢迎"]
        told = await desk.bot.told("kf_msg_or_event", 6)
        assert len({letter.xml.value("Token") for letter in told}) == 6


async def test_a_servicer_begins_a_session_again_with_his_words(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await reach(desk, SERVICER)
        await desk.do("ends", {"customer": YUE})
        await desk.do("answers", {"servicer": "tangyuan", "customer": YUE, "text": "还有一件事"})
        assert await desk.state() == {"service_state": SERVICER, "servicer_userid": "tangyuan"}
        change = (await desk.events("session_status_change"))[-1]
        assert (change["change_type"], change["new_servicer_userid"]) == (4, "tangyuan")


@pytest.mark.parametrize(
    ("state", "act", "body", "words"),
    [
        (NEW, "takes", {"servicer": "ayun"}, "待接入池"),
        (QUEUE, "answers", {"servicer": "ayun", "text": "a"}, "不由这位"),
        (SERVICER, "answers", {"servicer": "tangyuan", "text": "a"}, "不由这位"),
        (OVER, "answers", {"servicer": "ayun", "text": "a"}, "没有来过"),
        (QUEUE, "transfers", {"servicer": "ayun"}, "没有人在接待"),
        (QUEUE, "ends", {}, "没有人在接待"),
        (QUEUE, "takes", {"servicer": "momo"}, "不是接待人员"),
    ],
)
async def test_what_nobody_can_do_is_said(
    tmp_path: Path, state: int, act: str, body: dict[str, str], words: str
) -> None:
    async with at_desk(tmp_path) as desk:
        await reach(desk, state)
        before = await desk.state()
        assert words in (await desk.do(act, {"customer": YUE, **body}, status=400))["error"]
        assert await desk.state() == before


async def test_strangers_and_unknown_accounts_are_not_found(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        assert "error" in await desk.do("sessions", {"customer": "nobody"}, status=404)
        assert "error" in await desk.do("sessions", {"customer": YUE}, status=404, key="nothing")


# ---- restart


async def test_a_restart_keeps_sessions_codes_tokens_and_used_ids(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.enter(LAN)
        code = await welcome_code(desk)
        await desk.write()
        await desk.send(msgid="own")
        used = (await desk.change(QUEUE))["msg_code"]
        await desk.say_on_event(used)
        (letter, *_rest) = await desk.bot.told("kf_msg_or_event", 2)
        before, services = await desk.sync(), await desk.stage.get("services")
    async with at_desk(tmp_path) as again:
        assert await again.sync(token=letter.xml.value("Token")) == before
        assert await again.stage.get("services") == services
        assert await again.state() == {"service_state": QUEUE}
        assert await again.send(msgid="own") == 40058
        assert await again.say_on_event(used) == 40058
        assert await again.say_on_event(code) == 0
        end = await again.sync(cursor=before["next_cursor"])
        assert end["msg_list"] == []
