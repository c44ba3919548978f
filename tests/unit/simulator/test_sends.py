"""message/send and user/get: what reaches people, and what does not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.media_support import upload
from tests.unit.simulator.stub_bot import AGENT_ID, StubBot, on_stage, packet_card


def letter(content: str = "你好", **changes: Any) -> dict[str, Any]:
    return {
        "touser": "xiaolu",
        "msgtype": "text",
        "agentid": AGENT_ID,
        "text": {"content": content},
        **changes,
    }


NOTICE = {"card_type": "text_notice", "main_title": {"title": "发货了"}}
LEADS = {"card_action": {"type": 1, "url": "https://a.example"}}


async def test_a_text_reaches_the_private_chat(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await stage.api("message/send", letter())
        assert answer["errcode"] == 0
        assert answer["msgid"]
        (shown,) = await stage.private_messages()
        assert (shown["text"], shown["from_kind"]) == ("你好", "app")


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "no message type": (letter(msgtype=None), 40008),
    "unknown message type": (letter(msgtype="markdown_v2"), 40008),
    "no agent": ({**letter(), "agentid": None}, 40063),
    "other agent": (letter(agentid=7), 301002),
    "agent as text": (letter(agentid=str(AGENT_ID)), 301002),
    "empty text": (letter(""), 44004),
    "blank text": (letter(" \n"), 44004),
    "no text": (letter(text={}), 44004),
    "text as number": (letter(text={"content": 1}), 40058),
    "text object missing": (letter(text=None), 40063),
    "2,049 bytes": (letter("禾" * 683), 45002),
    "2,049 bytes of markdown": (
        letter(msgtype="markdown", markdown={"content": "a" * 2049}),
        45002,
    ),
    "nobody": (letter(touser=""), 82001),
    "only unknown people": (letter(touser="nobody|noone"), 81013),
    "1,001 people": (letter(touser="|".join(f"u{n}" for n in range(1001))), 40058),
    "101 departments": (letter(toparty="|".join(str(n) for n in range(101))), 40058),
    "101 tags": (letter(totag="|".join(str(n) for n in range(101))), 40058),
    "departments as list": (letter(toparty=[1]), 40058),
    "a text for the company only": (letter(safe=2), 40058),
    "receivers as list": (letter(touser=["xiaolu"]), 40058),
    "media that was never uploaded": (letter(msgtype="image", image={"media_id": "m"}), 40007),
    "duplicate check over four hours": (letter(duplicate_check_interval=14_401), 40058),
    "duplicate check as text": (letter(duplicate_check_interval="600"), 40058),
    "textcard with a long title": (
        letter(
            msgtype="textcard",
            textcard={"title": "a" * 129, "description": "b", "url": "https://a.example"},
        ),
        40058,
    ),
    "textcard without url": (
        letter(msgtype="textcard", textcard={"title": "a", "description": "b"}),
        40063,
    ),
    "nine articles": (letter(msgtype="news", news={"articles": [{"title": "a"}] * 9}), 40058),
    "textcard with a long button": (
        letter(
            msgtype="textcard",
            textcard={
                "title": "a",
                "description": "b",
                "url": "https://a.example",
                "btntxt": "点击查看吧",
            },
        ),
        40058,
    ),
    "an article that leads nowhere": (
        letter(msgtype="news", news={"articles": [{"title": "a"}]}),
        40063,
    ),
    "mpnews without a picture": (
        letter(msgtype="mpnews", mpnews={"articles": [{"title": "a", "content": "b"}]}),
        40007,
    ),
    "a mini program without appid": (
        letter(msgtype="miniprogram_notice", miniprogram_notice={"title": "会议通知"}),
        40063,
    ),
    "a mini program with a short title": (
        letter(msgtype="miniprogram_notice", miniprogram_notice={"appid": "wx1", "title": "会议"}),
        40058,
    ),
    "a mini program with eleven lines": (
        letter(
            msgtype="miniprogram_notice",
            miniprogram_notice={
                "appid": "wx1",
                "title": "会议通知",
                "content_item": [{"key": "a", "value": "b"}] * 11,
            },
        ),
        40058,
    ),
    "a mini program for everybody": (
        letter(
            touser="@all",
            msgtype="miniprogram_notice",
            miniprogram_notice={"appid": "wx1", "title": "会议通知"},
        ),
        40058,
    ),
    "a notice that leads nowhere": (letter(msgtype="template_card", template_card=NOTICE), 42045),
    "a card with a file of somebody else": (
        letter(
            msgtype="template_card",
            template_card={
                **NOTICE,
                **LEADS,
                "horizontal_content_list": [{"keyname": "附件", "type": 2, "media_id": "m"}],
            },
        ),
        40007,
    ),
    "broken card": (
        letter(msgtype="template_card", template_card={**packet_card(), "button_list": []}),
        40063,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_bad_message_is_refused_with_its_errcode(tmp_path: Path, name: str) -> None:
    body, errcode = REFUSED[name]
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("message/send", body))["errcode"] == errcode
        assert await stage.private_messages() == []


async def test_2048_bytes_pass(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("message/send", letter("a" * 2048)))["errcode"] == 0


async def test_a_film_has_a_title_and_a_description(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        video = {"media_id": await upload(stage, "video", name="a.mp4"), "title": "护肤课"}
        assert (await stage.api("message/send", letter(msgtype="video", video=video)))[
            "errcode"
        ] == 0
        assert (await stage.private_messages())[0]["text"] == "护肤课\n[视频] a.mp4"
        for bad in ({**video, "title": "a" * 129}, {**video, "description": "a" * 513}):
            answer = await stage.api("message/send", letter(msgtype="video", video=bad))
            assert answer["errcode"] == 40058


async def test_articles_with_pictures_of_the_company_are_shown(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        article = {
            "title": "冬天怎么护肤",
            "thumb_media_id": await upload(stage, name="雪.png"),
            "content": "<p>多喝水</p>",
            "digest": "三句话",
        }
        body = letter(msgtype="mpnews", mpnews={"articles": [article]})
        assert (await stage.api("message/send", body))["errcode"] == 0
        shown = (await stage.private_messages())[0]
        assert shown["text"] == "冬天怎么护肤\n三句话\n[图片] 雪.png"
        for bad in (
            {**article, "content": "a" * (666 * 1024 + 1)},
            {**article, "author": "a" * 65},
            {**article, "digest": "a" * 513},
        ):
            body = letter(msgtype="mpnews", mpnews={"articles": [bad]})
            assert (await stage.api("message/send", body))["errcode"] == 40058


async def test_news_may_lead_into_a_mini_program(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        article = {"title": "领券", "appid": "wx1", "pagepath": "pages/index"}
        body = letter(msgtype="news", news={"articles": [article]})
        assert (await stage.api("message/send", body))["errcode"] == 0
        assert (await stage.private_messages())[0]["text"] == "领券\npages/index"


async def test_a_notice_of_a_mini_program_is_shown_line_by_line(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        notice = {
            "appid": "wx1",
            "title": "会议通知",
            "content_item": [{"key": "会议室", "value": "402"}],
        }
        body = letter(msgtype="miniprogram_notice", miniprogram_notice=notice)
        assert (await stage.api("message/send", body))["errcode"] == 0
        assert (await stage.private_messages())[0]["text"] == "会议通知\n会议室：402"


async def test_unknown_people_are_named_and_the_others_reached(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await stage.api("message/send", letter(touser="Nobody|xiaolu|noone"))
        assert answer["errcode"] == 0
        assert answer["invaliduser"] == "nobody|noone"
        assert len(await stage.private_messages()) == 1


async def test_at_all_reaches_everyone_of_the_company(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.api("message/send", letter(touser="@all"))
        for who in ("tangyuan", "xiaolu", "keke"):
            assert len(await stage.private_messages(who)) == 1


async def test_beyond_30_a_minute_messages_vanish_without_a_word(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for number in range(31):
            answer = await stage.api("message/send", letter(f"第 {number} 条"))
            assert answer["errcode"] == 0
        assert len(await stage.private_messages()) == 30
        stage.clock.advance(timedelta(seconds=60))
        await stage.api("message/send", letter("又一条"))
        assert len(await stage.private_messages()) == 31


async def test_beyond_1000_an_hour_messages_vanish_without_a_word(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        token = await stage.token()
        for number in range(1010):
            if number % 30 == 0:
                stage.clock.advance(timedelta(seconds=60))
            await stage.api("message/send", letter(f"第 {number} 条"), access_token=token)
        assert len(await stage.private_messages()) == 1000


async def test_the_duplicate_check_swallows_a_repeat_for_its_time(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        checked: dict[str, Any] = {"enable_duplicate_check": 1, "duplicate_check_interval": 600}
        for _ in range(3):
            assert (await stage.api("message/send", letter(**checked)))["errcode"] == 0
        assert len(await stage.private_messages()) == 1
        await stage.api("message/send", letter("另一句", **checked))
        assert len(await stage.private_messages()) == 2
        stage.clock.advance(timedelta(seconds=600))
        await stage.api("message/send", letter(**checked))
        assert len(await stage.private_messages()) == 3


async def test_without_the_duplicate_check_a_repeat_is_shown_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.api("message/send", letter())
        await stage.api("message/send", letter())
        assert len(await stage.private_messages()) == 2


async def test_a_repeat_is_swallowed_also_after_a_restart(tmp_path: Path) -> None:
    body = letter(enable_duplicate_check=1)
    async with on_stage(tmp_path) as stage:
        await stage.api("message/send", body)
    async with on_stage(tmp_path) as stage:
        await stage.api("message/send", body)
        assert len(await stage.private_messages()) == 1


async def test_a_card_can_be_tapped_in_private(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        body = letter(msgtype="template_card", template_card=packet_card())
        answer = await stage.api("message/send", body)
        assert answer["response_code"]
        (card,) = await stage.private_messages()
        tap = await stage.post("people/xiaolu/taps", {"message_id": card["id"]})
        assert tap["delivery"] == "empty"
        event = {child.name: child.text for child in bot.letters[-1].xml.children}
        assert event["Event"] == "template_card_event"
        assert (event["EventKey"], event["TaskId"]) == ("open", "packet-1")
        assert (event["CardType"], event["AgentID"]) == ("button_interaction", str(AGENT_ID))
        assert event["ResponseCode"]
        assert "MsgId" not in event


async def test_a_task_id_of_an_app_is_good_for_one_card_only(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        body = letter(msgtype="template_card", template_card=packet_card())
        assert (await stage.api("message/send", body))["errcode"] == 0
        assert (await stage.api("message/send", body))["errcode"] == 40058


async def test_user_get_tells_names_of_the_company(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await stage.read_api("user/get", userid="xiaolu")
        assert (answer["errcode"], answer["userid"], answer["name"]) == (0, "xiaolu", "小鹿")
        assert (await stage.read_api("user/get", userid="nobody"))["errcode"] == 60111
        assert (await stage.read_api("user/get"))["errcode"] == 40003
