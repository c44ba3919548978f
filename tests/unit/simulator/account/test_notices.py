"""Templates, subscription notices, the mini program's messages: who may get one, how often."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.account.town import (
    LAN,
    PROGRAM_ID,
    PROGRAM_TEMPLATE,
    TEMPLATE,
    YUE,
    Town,
    in_town,
    open_id,
)

DATA = {"thing1": {"value": "签到提醒"}, "thing2": {"value": "今天还没签到", "color": "#173177"}}


def notice(**changes: Any) -> dict[str, Any]:
    return {"touser": open_id(), "template_id": TEMPLATE, "data": DATA, **changes}


async def agree(town: Town, channel: str, template: str, **more: Any) -> Any:
    body = {"customer": YUE, "template": template, **more}
    return (await town.stage.post(f"accounts/{channel}/consents", body))["delivery"]


async def heard(town: Town, name: str) -> Any:
    """The event of this name, once it has arrived."""
    (letter,) = await town.bot.told(name)
    return letter.xml


async def test_a_template_reaches_a_follower_and_its_end_is_told(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        answer = await town.post("message/template/send", notice(url="https://a.example.com"))
        assert answer["errcode"] == 0
        shown = (await town.room())[-1]
        assert shown["text"] == "thing1：签到提醒\nthing2：今天还没签到\nhttps://a.example.com"
        event = await heard(town, "TEMPLATESENDJOBFINISH")
        assert (event.value("MsgID"), event.value("Status")) == (str(answer["msgid"]), "success")
        assert event.value("FromUserName") == open_id()


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"template_id": "made-up"}, 40037),
        ({"template_id": PROGRAM_TEMPLATE}, 40037),
        ({"touser": "oNOBODY"}, 40003),
        ({"touser": open_id(LAN)}, 43004),
        ({"data": None}, 47003),
        ({"data": {"thing1": {"value": "a"}}}, 47003),
        ({"data": {**DATA, "thing2": {"value": ""}}}, 47003),
        ({"data": {**DATA, "thing2": {"value": "好" * 20}}}, 0),
        ({"data": {**DATA, "thing2": {"value": "好" * 21}}}, 47003),
        ({"data": {**DATA, "thing9": {"value": "more"}}}, 0),
    ],
)
async def test_a_template_is_checked(tmp_path: Path, changes: dict[str, Any], errcode: int) -> None:
    async with in_town(tmp_path) as town:
        assert await town.code_of("message/template/send", notice(**changes)) == errcode
        assert len(await town.room()) == (1 if errcode == 0 else 0)


async def test_the_same_client_message_is_sent_once_in_ten_minutes(tmp_path: Path) -> None:
    async with in_town(tmp_path, followers=(YUE, LAN)) as town:
        body = notice(client_msg_id="c1")
        first = await town.post("message/template/send", body)
        assert (await town.post("message/template/send", body))["msgid"] == first["msgid"]
        assert len(await town.room()) == 1
        await town.post("message/template/send", notice(client_msg_id="c2"))
        await town.post("message/template/send", {**body, "touser": open_id(LAN)})
        assert (len(await town.room()), len(await town.room(LAN))) == (2, 1)
        town.stage.clock.advance(timedelta(minutes=10))
        await town.post("message/template/send", body)
        assert len(await town.room()) == 3


async def test_a_subscription_notice_needs_a_consent_for_each(tmp_path: Path) -> None:
    async with in_town(tmp_path, followers=()) as town:
        assert await town.code_of("message/subscribe/bizsend", notice()) == 43101
        await agree(town, "account", TEMPLATE)
        event = town.bot.letters[-1].xml.child("SubscribeMsgPopupEvent")
        assert event is not None
        (item,) = event.children
        assert [(child.name, child.text) for child in item.children] == [
            ("TemplateId", TEMPLATE),
            ("SubscribeStatusString", "accept"),
            ("PopupScene", "1"),
        ]
        body = {**notice(), "touser": open_id(LAN)}
        assert await town.code_of("message/subscribe/bizsend", body) == 43101
        assert await town.code_of("message/subscribe/bizsend", notice()) == 0
        assert await town.code_of("message/subscribe/bizsend", notice()) == 43101
        told = await heard(town, "subscribe_msg_sent_event")
        (item,) = told.child("SubscribeMsgSentEvent").children
        assert (item.value("TemplateId"), item.value("ErrorStatus")) == (TEMPLATE, "success")
        assert len(await town.room()) == 1


async def test_who_says_no_is_not_written_to(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await agree(town, "account", TEMPLATE, accept=False)
        event = town.bot.letters[-1].xml.child("SubscribeMsgPopupEvent")
        assert event is not None
        assert event.children[0].value("SubscribeStatusString") == "reject"
        assert await town.code_of("message/subscribe/bizsend", notice()) == 43101


async def test_consents_add_up(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await agree(town, "account", TEMPLATE)
        await agree(town, "account", TEMPLATE)
        codes = [await town.code_of("message/subscribe/bizsend", notice()) for _ in range(3)]
        assert codes == [0, 0, 43101]


async def test_what_is_refused_uses_no_consent(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        await agree(town, "account", TEMPLATE)
        assert await town.code_of("message/subscribe/bizsend", notice(data={})) == 47003
        assert await town.code_of("message/subscribe/bizsend", notice()) == 0


async def test_a_mini_program_sends_once_for_each_consent_and_hears_nothing(tmp_path: Path) -> None:
    body = {
        "touser": open_id(YUE, PROGRAM_ID),
        "template_id": PROGRAM_TEMPLATE,
        "data": {"thing1": {"value": "签到提醒"}},
        "page": "pages/index",
    }
    async with in_town(tmp_path) as town:
        token = await town.program_token()
        send = "message/subscribe/send"
        assert await town.code_of(send, body, access_token=token) == 43101
        assert await agree(town, "program", PROGRAM_TEMPLATE) == "not_heard"
        foreign = {**body, "touser": open_id()}
        assert await town.code_of(send, foreign, access_token=token) == 40003
        assert await town.code_of(send, body, access_token=token) == 0
        assert await town.code_of(send, body, access_token=token) == 43101
        (shown,) = await town.room(account="program")
        assert shown["text"] == "thing1：签到提醒\npages/index"
        assert town.bot.letters == []


async def test_a_consent_is_for_one_template_of_one_channel(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        error = await town.stage.post(
            "accounts/account/consents", {"customer": YUE, "template": PROGRAM_TEMPLATE}, 404
        )
        assert "没有编号为" in error["error"]
        answer = await town.stage.get("accounts")
        assert answer["accounts"][0]["followers"][0]["consents"] == {}
        await agree(town, "program", PROGRAM_TEMPLATE)
        answer = await town.stage.get("accounts")
        assert answer["programs"][0]["people"][0]["consents"] == {PROGRAM_TEMPLATE: 1}
        assert answer["accounts"][0]["followers"][0]["consents"] == {}
