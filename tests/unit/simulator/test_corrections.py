"""message/recall and message/update_template_card: what can be changed after it was sent."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.settings.schema.bot import BotFile
from bot.settings.schema.channels import WecomApp
from tests.unit.simulator.stub_bot import (
    AGENT_ID,
    CORP_ID,
    Stage,
    StubBot,
    on_stage,
    opened_card,
    packet_card,
    settings,
)


def letter(**changes: Any) -> dict[str, Any]:
    return {
        "touser": "xiaolu|momo",
        "msgtype": "text",
        "agentid": AGENT_ID,
        "text": {"content": "你好"},
        **changes,
    }


async def send_card(stage: Stage, **changes: Any) -> str:
    """Send a card to two people; the code for changing it."""
    card = {**packet_card(), **changes}
    answer = await stage.api("message/send", letter(msgtype="template_card", template_card=card))
    assert answer["errcode"] == 0, answer
    return str(answer["response_code"])


async def update(stage: Stage, code: str, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "userids": ["xiaolu"],
        "agentid": AGENT_ID,
        "response_code": code,
        "button": {"replace_name": "已处理"},
    }
    return await stage.api("message/update_template_card", {**body, **changes})


async def seen(stage: Stage, who: str = "xiaolu") -> dict[str, Any]:
    """The card that somebody sees in his chat with the app."""
    (message,) = await stage.private_messages(who)
    face = message["card_states"].get(who, message)
    return {"text": face["text"], "buttons": [button["label"] for button in face["buttons"]]}


async def test_a_recalled_message_is_gone_from_all_chats(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        msgid = (await stage.api("message/send", letter()))["msgid"]
        assert (await stage.api("message/recall", {"msgid": msgid}))["errcode"] == 0
        for who in ("xiaolu", "momo"):
            (shown,) = await stage.private_messages(who)
            assert (shown["kind"], shown["text"]) == ("notice", "禾间 撤回了一条消息")
        assert (await stage.api("message/recall", {"msgid": msgid}))["errcode"] == 0


async def test_a_message_can_be_recalled_for_a_day(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first = (await stage.api("message/send", letter()))["msgid"]
        stage.clock.advance(timedelta(seconds=1))
        second = (await stage.api("message/send", letter()))["msgid"]
        stage.clock.advance(timedelta(days=1, seconds=-1))
        assert (await stage.api("message/recall", {"msgid": first}))["errcode"] == 40058
        assert (await stage.api("message/recall", {"msgid": second}))["errcode"] == 0


@pytest.mark.parametrize(
    ("body", "errcode"), [({}, 40063), ({"msgid": "m"}, 40058), ({"msgid": [1]}, 40058)]
)
async def test_what_was_never_sent_cannot_be_recalled(
    tmp_path: Path, body: dict[str, Any], errcode: int
) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("message/recall", body))["errcode"] == errcode


async def test_the_messages_and_cards_of_an_app_are_its_own(tmp_path: Path) -> None:
    async with on_stage(tmp_path, file=_two_apps()) as stage:
        msgid = (await stage.api("message/send", letter()))["msgid"]
        code = await send_card(stage)
        params = {"corpid": CORP_ID, "corpsecret": "other-secret"}
        issued = await stage.client.get("/sim/platform/cgi-bin/gettoken", params=params)
        token = (await issued.json())["access_token"]
        answer = await stage.api("message/recall", {"msgid": msgid}, access_token=token)
        assert answer["errcode"] == 40058
        body = {
            "userids": ["xiaolu"],
            "agentid": 1000003,
            "response_code": code,
            "button": {"replace_name": "已处理"},
        }
        answer = await stage.api("message/update_template_card", body, access_token=token)
        assert answer["errcode"] == 40058
        assert (await update(stage, code))["errcode"] == 0


def _two_apps() -> BotFile:
    first = settings()
    app = first.channels["app"]
    assert isinstance(app, WecomApp)
    second = app.model_copy(update={"agent_id": 1000003, "secret": SecretStr("other-secret")})
    return first.model_copy(update={"channels": {**first.channels, "second": second}})


async def test_a_recall_survives_a_restart_and_works_after_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first = (await stage.api("message/send", letter(touser="xiaolu")))["msgid"]
        second = (await stage.api("message/send", letter(touser="xiaolu")))["msgid"]
        await stage.api("message/recall", {"msgid": first})
    async with on_stage(tmp_path) as stage:
        await stage.api("message/recall", {"msgid": second})
        shown = await stage.private_messages()
        assert [message["kind"] for message in shown] == ["notice", "notice"]


async def test_only_cards_that_ask_something_have_a_code(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        notice = {**opened_card("a", "n1")}
        body = letter(msgtype="template_card", template_card=notice)
        assert "response_code" not in await stage.api("message/send", body)
        menu = {"action_list": [{"text": "不再推送", "key": "stop"}]}
        body = letter(
            msgtype="template_card", template_card={**opened_card("a", "n2"), "action_menu": menu}
        )
        assert (await stage.api("message/send", body))["response_code"]
        assert "response_code" not in await stage.api("message/send", letter())


async def test_a_worn_button_is_seen_by_those_who_are_named(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        code = await send_card(stage)
        answer = await update(stage, code, userids=["xiaolu", "keke"])
        assert (answer["errcode"], answer["invaliduser"]) == (0, ["keke"])
        face = await seen(stage)
        assert face == {"text": "100 积分，共 10 份，先到先得\n〔已处理〕", "buttons": []}
        assert (await seen(stage, "momo"))["buttons"] == ["拆红包"]


async def test_another_card_may_be_seen_by_all(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        code = await send_card(stage)
        card = {**opened_card("已抢完"), "task_id": ""}
        answer = await update(stage, code, userids=[], atall=1, button=None, template_card=card)
        assert answer["errcode"] == 0
        for who in ("xiaolu", "momo"):
            assert await seen(stage, who) == {"text": "已抢完", "buttons": []}


async def test_a_code_is_good_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        code = await send_card(stage)
        assert (await update(stage, code))["errcode"] == 0
        assert (await update(stage, code, userids=["momo"]))["errcode"] == 40058
        assert (await seen(stage, "momo"))["buttons"] == ["拆红包"]


async def test_a_code_is_good_for_72_hours(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first = await send_card(stage)
        stage.clock.advance(timedelta(seconds=1))
        second = await send_card(stage, task_id="packet-2")
        stage.clock.advance(timedelta(hours=72, seconds=-1))
        assert (await update(stage, first))["errcode"] == 40058
        assert (await update(stage, second))["errcode"] == 0


async def test_a_tap_gives_a_code_of_its_own(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        sent = await send_card(stage)
        await stage.post("people/xiaolu/taps", {"message_id": 1})
        code = bot.letters[-1].xml.value("ResponseCode")
        assert code
        assert code != sent
        assert (await update(stage, code))["errcode"] == 0
        assert (await update(stage, code))["errcode"] == 40058
        assert (await update(stage, sent, userids=["momo"]))["errcode"] == 0


async def test_used_codes_stay_used_after_a_restart(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        used, fresh = await send_card(stage), await send_card(stage, task_id="packet-2")
        await update(stage, used)
    async with on_stage(tmp_path) as stage:
        assert (await update(stage, used))["errcode"] == 40058
        assert (await update(stage, fresh))["errcode"] == 0


BAD_UPDATES: dict[str, tuple[dict[str, Any], int]] = {
    "no code": ({"response_code": ""}, 40063),
    "a made-up code": ({"response_code": "guess"}, 40058),
    "a code as list": ({"response_code": ["guess"]}, 40058),
    "another agent": ({"agentid": 7}, 301002),
    "people as text": ({"userids": "xiaolu|momo"}, 40058),
    "nobody": ({"userids": []}, 40063),
    "neither button nor card": ({"button": None}, 40063),
    "a button without words": ({"button": {"replace_name": " "}}, 40063),
    "a broken card": ({"button": None, "template_card": {"card_type": "poster"}}, 40058),
}


@pytest.mark.parametrize("name", BAD_UPDATES)
async def test_a_bad_change_is_refused_and_the_code_stays_good(tmp_path: Path, name: str) -> None:
    changes, errcode = BAD_UPDATES[name]
    async with on_stage(tmp_path) as stage:
        code = await send_card(stage)
        assert (await update(stage, code, **changes))["errcode"] == errcode
        assert (await seen(stage))["buttons"] == ["拆红包"]
        assert (await update(stage, code))["errcode"] == 0


async def test_a_card_without_buttons_has_none_to_wear_out(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        menu = {"action_list": [{"text": "不再推送", "key": "stop"}]}
        card = {**opened_card("a", "n1"), "action_menu": menu}
        body = letter(msgtype="template_card", template_card=card)
        code = (await stage.api("message/send", body))["response_code"]
        assert (await update(stage, code))["errcode"] == 40058
