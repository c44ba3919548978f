"""The webhook of a group and the robot's one-use response_url."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.stub_bot import WEBHOOK_KEY, Stage, StubBot, on_stage, packet_card


def text(content: str = "早安", **changes: Any) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": content}, **changes}


def markdown(content: str = "**早安**", **changes: Any) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": content}, **changes}


async def test_a_webhook_posts_into_its_group(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        body = text(text={"content": "早安", "mentioned_list": ["xiaolu", "@all"]})
        assert (await stage.api("webhook/send", body, key=WEBHOOK_KEY))["errcode"] == 0
        (shown,) = await stage.messages()
        assert (shown["text"], shown["from_kind"], shown["from"]) == ("早安", "webhook", "posts")
        assert shown["mentions"] == ["xiaolu", "@all"]


@pytest.mark.parametrize("key", ["", "guess"])
async def test_an_unknown_webhook_is_refused(tmp_path: Path, key: str) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("webhook/send", text(), key=key))["errcode"] == 93000


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (text(""), 44004),
        (text("a" * 2049), 45002),
        (markdown("a" * 4097), 45002),
        (text(msgtype="miniprogram"), 40008),
        (text(text={"content": "a", "mentioned_list": "@all"}), 40058),
        ({"msgtype": "image", "image": {"base64": "aGk=", "md5": "0"}}, 40058),
        ({"msgtype": "image", "image": {"base64": "not base64", "md5": "0"}}, 40058),
        ({"msgtype": "file", "file": {"media_id": "m"}}, 40007),
        ({"msgtype": "template_card", "template_card": packet_card()}, 40058),
        (
            {
                "msgtype": "news",
                "news": {"articles": [{"title": "a", "appid": "wx1", "pagepath": "b"}]},
            },
            40063,
        ),
    ],
)
async def test_a_bad_post_is_refused(tmp_path: Path, body: dict[str, Any], errcode: int) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("webhook/send", body, key=WEBHOOK_KEY))["errcode"] == errcode
        assert await stage.messages() == []


@pytest.mark.parametrize("body", [text("a" * 2048), markdown("a" * 4096)])
async def test_what_just_fits_is_shown(tmp_path: Path, body: dict[str, Any]) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("webhook/send", body, key=WEBHOOK_KEY))["errcode"] == 0


async def test_an_image_is_shown_when_its_digest_is_right(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        image = {"base64": "aGk=", "md5": "49f68a5c8493ec2c0bf489821c21fc3b"}
        answer = await stage.api(
            "webhook/send", {"msgtype": "image", "image": image}, key=WEBHOOK_KEY
        )
        assert answer["errcode"] == 0
        assert (await stage.messages())[0]["kind"] == "image"


async def test_the_21st_post_in_a_minute_closes_the_webhook_for_a_minute(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for _ in range(20):
            assert (await stage.api("webhook/send", text(), key=WEBHOOK_KEY))["errcode"] == 0
        stage.clock.advance(timedelta(seconds=30))
        assert (await stage.api("webhook/send", text(), key=WEBHOOK_KEY))["errcode"] == 45009
        stage.clock.advance(timedelta(seconds=59))
        assert (await stage.api("webhook/send", text(), key=WEBHOOK_KEY))["errcode"] == 45009
        stage.clock.advance(timedelta(seconds=1))
        assert (await stage.api("webhook/send", text(), key=WEBHOOK_KEY))["errcode"] == 0
        assert len(await stage.messages()) == 21


async def test_a_restart_does_not_forget_the_webhooks_count(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for _ in range(20):
            await stage.api("webhook/send", text(), key=WEBHOOK_KEY)
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("webhook/send", text(), key=WEBHOOK_KEY))["errcode"] == 45009


async def address_of(stage: Stage) -> str:
    """The response_url of a message that xiaolu has written just now."""
    await stage.say("讲个故事")
    return str(stage.bot.letters[-1].json["response_url"])


async def respond(stage: Stage, address: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await stage.client.session.post(address, data=json.dumps(body).encode())
    assert answer.status == 200
    data = await answer.json()
    assert isinstance(data, dict)
    return data


async def test_a_later_answer_quotes_the_message_and_works_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        address = await address_of(stage)
        assert (await respond(stage, address, markdown("从前有座山")))["errcode"] == 0
        asked, told = await stage.messages()
        assert (told["text"], told["kind"], told["from_kind"]) == (
            "从前有座山",
            "markdown",
            "robot",
        )
        assert told["quote"] == asked["id"]
        assert (await respond(stage, address, markdown("再讲一遍")))["errcode"] == 846605
        assert len(await stage.messages()) == 2


async def test_a_later_answer_is_too_late_after_an_hour(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first, second = await address_of(stage), await address_of(stage)
        stage.clock.advance(timedelta(seconds=3599))
        assert (await respond(stage, first, markdown()))["errcode"] == 0
        stage.clock.advance(timedelta(seconds=1))
        assert (await respond(stage, second, markdown()))["errcode"] == 846605


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (text(), 40008),
        ({"msgtype": "template_card", "template_card": packet_card()}, 40008),
        (markdown(""), 44004),
        (markdown("a" * 20_481), 45002),
        ({"msgtype": "markdown"}, 40063),
        ({}, 40008),
    ],
)
async def test_a_bad_later_answer_is_refused_and_the_address_stays_good(
    tmp_path: Path, body: dict[str, Any], errcode: int
) -> None:
    async with on_stage(tmp_path) as stage:
        address = await address_of(stage)
        assert (await respond(stage, address, body))["errcode"] == errcode
        assert (await respond(stage, address, markdown("a" * 20_480)))["errcode"] == 0


async def test_a_made_up_response_code_is_refused(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("aibot/response", markdown()))["errcode"] == 40063
        answer = await stage.api("aibot/response", markdown(), response_code="guess")
        assert answer["errcode"] == 846605


async def test_response_codes_survive_a_restart_used_or_not(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        used, fresh = await address_of(stage), await address_of(stage)
        await respond(stage, used, markdown())
    async with on_stage(tmp_path, bot=bot) as stage:
        codes = [address.partition("response_code=")[2] for address in (used, fresh)]
        answers = [
            await stage.api("aibot/response", markdown(), response_code=code) for code in codes
        ]
        assert [answer["errcode"] for answer in answers] == [846605, 0]
