"""What an app is told of a person alone with it, what it may answer, and its menu."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.unit.simulator.media_support import FILES, PNG, sent, upload
from tests.unit.simulator.stub_bot import (
    AGENT_ID,
    CORP_ID,
    Answer,
    Letter,
    Stage,
    StubBot,
    on_stage,
    opened_card,
    packet_card,
)

MENU = {
    "button": [
        {"type": "click", "name": "签到", "key": "checkin"},
        {
            "name": "更多",
            "sub_button": [
                {"type": "view", "name": "官网", "url": "https://a.example"},
                {"type": "click", "name": "我的积分", "key": "points"},
                {"type": "scancode_push", "name": "扫一扫", "key": "scan"},
            ],
        },
    ]
}


def fields(letter: Letter) -> dict[str, str]:
    return {child.name: child.text for child in letter.xml.children}


async def make_menu(stage: Stage, menu: dict[str, Any] | None = None) -> dict[str, Any]:
    return await stage.api("menu/create", MENU if menu is None else menu, agentid=str(AGENT_ID))


async def test_a_picture_comes_by_address_and_by_id(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        message = await stage.post(
            "people/xiaolu/messages", {"media": [sent("image", name="脸.png")]}
        )
        assert (message["kind"], message["text"]) == ("image", "[图片] 脸.png")
        assert message["delivery"] == "empty"
        told = fields(bot.letters[-1])
        assert (told["MsgType"], told["AgentID"]) == ("image", str(AGENT_ID))
        assert told["MsgId"].isdigit()
        assert await (await stage.client.session.get(told["PicUrl"])).read() == PNG
        params = {"access_token": await stage.token(), "media_id": told["MediaId"]}
        answer = await stage.client.get("/sim/platform/cgi-bin/media/get", params=params)
        assert await answer.read() == PNG


@pytest.mark.parametrize(
    ("kind", "names"), [("voice", {"MediaId", "Format"}), ("video", {"MediaId", "ThumbMediaId"})]
)
async def test_voices_and_films_come_by_id(tmp_path: Path, kind: str, names: set[str]) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.post("people/xiaolu/messages", {"media": [sent(kind)]})
        told = fields(bot.letters[-1])
        assert told["MsgType"] == kind
        assert names <= set(told)
        params = {"access_token": await stage.token(), "media_id": told["MediaId"]}
        answer = await stage.client.get("/sim/platform/cgi-bin/media/get", params=params)
        assert await answer.read() == FILES[kind]


async def test_a_file_is_shown_but_not_told(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        message = await stage.post("people/xiaolu/messages", {"media": [sent("file")]})
        assert message["delivery"] == "not_heard"
        assert bot.letters == []


async def test_a_place_and_a_page_can_be_shared(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        place = {"latitude": 31.2, "longitude": 121.5, "label": "人民广场"}
        shown = await stage.post("people/xiaolu/messages", {"location": place})
        assert shown["text"] == "[位置] 人民广场"
        told = fields(bot.letters[-1])
        assert (told["MsgType"], told["Location_X"], told["Location_Y"], told["Label"]) == (
            "location",
            "31.2",
            "121.5",
            "人民广场",
        )
        page = {"title": "成分表", "description": "一页", "url": "https://a.example"}
        await stage.post("people/xiaolu/messages", {"link": page})
        told = fields(bot.letters[-1])
        assert (told["MsgType"], told["Title"], told["Url"]) == (
            "link",
            "成分表",
            "https://a.example",
        )


async def test_opening_the_app_and_getting_it_are_events_without_a_number(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        for path, name in (("entries", "enter_agent"), ("subscriptions", "subscribe")):
            assert await stage.post(f"people/xiaolu/{path}", {}) == {"delivery": "empty"}
            told = fields(bot.letters[-1])
            assert (told["MsgType"], told["Event"], told["EventKey"]) == ("event", name, "")
            assert (told["FromUserName"], told["AgentID"]) == ("xiaolu", str(AGENT_ID))
            assert "MsgId" not in told


async def test_an_entry_of_the_menu_is_a_click_or_a_view(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        assert (await make_menu(stage))["errcode"] == 0
        entries = (await stage.get("people/xiaolu/menu"))["entries"]
        assert [entry["name"] for entry in entries] == ["签到", "官网", "我的积分"]
        for entry, event, key in (
            ("签到", "click", "checkin"),
            ("points", "click", "points"),
            ("官网", "view", "https://a.example"),
        ):
            await stage.post("people/xiaolu/menu", {"entry": entry})
            told = fields(bot.letters[-1])
            assert (told["Event"], told["EventKey"]) == (event, key)
        await stage.post("people/xiaolu/menu", {"entry": "没有的"}, 404)


async def test_a_menu_can_be_read_replaced_and_deleted(tmp_path: Path) -> None:
    agent = str(AGENT_ID)
    async with on_stage(tmp_path) as stage:
        assert (await stage.read_api("menu/get", agentid=agent))["errcode"] == 46003
        await make_menu(stage)
    async with on_stage(tmp_path) as stage:
        assert (await stage.read_api("menu/get", agentid=agent))["button"] == MENU["button"]
        one = {"button": [{"type": "click", "name": "签到", "key": "checkin"}]}
        await make_menu(stage, one)
        assert len((await stage.get("people/xiaolu/menu"))["entries"]) == 1
        assert (await stage.read_api("menu/delete", agentid=agent))["errcode"] == 0
        assert (await stage.read_api("menu/get", agentid=agent))["errcode"] == 46003
        assert (await stage.get("people/xiaolu/menu"))["entries"] == []


def button(**changes: Any) -> dict[str, Any]:
    return {"type": "click", "name": "签到", "key": "checkin", **changes}


BAD_MENUS: dict[str, tuple[Any, int]] = {
    "no buttons": ([], 40016),
    "four buttons": ([button()] * 4, 40016),
    "buttons as object": ({}, 40016),
    "a long name": ([button(name="签到领积分啦")], 40018),
    "no name": ([button(name="")], 40018),
    "no type": ([button(type=None)], 40017),
    "an unknown type": ([button(type="media_id")], 40017),
    "no key": ([button(key="")], 40019),
    "a long key": ([button(key="a" * 129)], 40019),
    "no address": ([button(type="view")], 40020),
    "a strange address": ([button(type="view", url="ftp://a.example")], 40020),
    "a long address": ([button(type="view", url="https://" + "a" * 1024)], 40020),
    "a mini program without appid": ([button(type="view_miniprogram", pagepath="a")], 40058),
    "six below": ([{"name": "更多", "sub_button": [button()] * 6}], 40023),
    "a third level": (
        [{"name": "更多", "sub_button": [button(sub_button=[button()])]}],
        40022,
    ),
    "a long name below": ([{"name": "更多", "sub_button": [button(name="签" * 14)]}], 40018),
}


@pytest.mark.parametrize("name", BAD_MENUS)
async def test_a_bad_menu_is_refused_and_the_old_one_stays(tmp_path: Path, name: str) -> None:
    buttons, errcode = BAD_MENUS[name]
    async with on_stage(tmp_path) as stage:
        await make_menu(stage)
        assert (await make_menu(stage, {"button": buttons}))["errcode"] == errcode
        assert len((await stage.get("people/xiaolu/menu"))["entries"]) == 3


async def test_a_menu_belongs_to_the_app_of_the_token(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.api("menu/create", MENU))["errcode"] == 40063
        assert (await stage.api("menu/create", MENU, agentid="7"))["errcode"] == 301002


@pytest.mark.parametrize("kind", ["image", "voice", "video"])
async def test_an_app_answers_with_media_of_its_company(tmp_path: Path, kind: str) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        media_id = await upload(stage, kind, name="a.bin")
        bot.answer = lambda letter: _media_answer(bot, letter, kind, media_id)
        assert (await stage.post("people/xiaolu/messages", {"text": "看看"}))[
            "delivery"
        ] == "answered"
        shown = (await stage.private_messages())[-1]
        assert (shown["kind"], shown["from_kind"]) == (kind, "app")
        assert shown["media"][0]["id"] == media_id


async def test_an_app_answers_with_articles(tmp_path: Path) -> None:
    bot = StubBot()
    item = "<item><Title>护肤课</Title><Description>三分钟</Description><Url>https://a.example</Url></item>"
    bot.answer = lambda letter: _raw_answer(
        bot,
        letter,
        f"<MsgType>news</MsgType><ArticleCount>1</ArticleCount><Articles>{item}</Articles>",
    )
    async with on_stage(tmp_path, bot=bot) as stage:
        assert (await stage.post("people/xiaolu/entries", {}))["delivery"] == "answered"
        assert (await stage.private_messages())[-1]["text"] == "护肤课\n三分钟\nhttps://a.example"
        bot.answer = lambda letter: _raw_answer(
            bot,
            letter,
            f"<MsgType>news</MsgType><ArticleCount>2</ArticleCount><Articles>{item}</Articles>",
        )
        assert (await stage.post("people/xiaolu/entries", {}))["delivery"] == "failed"


async def test_a_tap_wears_the_button_out(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        await _send_card(stage, packet_card())
        bot.answer = lambda letter: _raw_answer(
            bot,
            letter,
            "<MsgType>update_button</MsgType><Button><ReplaceName>已拆</ReplaceName></Button>",
        )
        tap = await stage.post("people/xiaolu/taps", {"message_id": 1})
        assert tap["delivery"] == "answered"
        state = tap["message"]["card_states"]["xiaolu"]
        assert state["buttons"] == []
        assert state["text"].endswith("〔已拆〕")


async def test_a_tap_changes_the_whole_card(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        await _send_card(stage, packet_card())
        bot.answer = lambda letter: _raw_answer(
            bot,
            letter,
            "<MsgType>update_template_card</MsgType><TemplateCard>"
            "<CardType>button_interaction</CardType><MainTitle><Title>红包</Title></MainTitle>"
            "<SubTitleText>12 积分</SubTitleText>"
            "<ButtonList><Text>看手气</Text><Key>luck</Key></ButtonList></TemplateCard>",
        )
        await stage.post("people/xiaolu/taps", {"message_id": 1})
        (shown,) = await stage.private_messages()
        state = shown["card_states"]["xiaolu"]
        assert (state["title"], state["text"], state["task_id"]) == ("红包", "12 积分", "packet-1")
        assert state["buttons"] == [{"label": "看手气", "key": "luck"}]
        await stage.post("people/xiaolu/taps", {"message_id": 1, "button": "luck"})
        assert fields(bot.letters[-1])["EventKey"] == "luck"


async def test_a_tap_is_told_once_and_other_acts_three_times(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        await _send_card(stage, packet_card())
        bot.answer = lambda _letter: web.Response(status=500)
        tap = await stage.post("people/xiaolu/taps", {"message_id": 1})
        assert (tap["delivery"], len(bot.letters)) == ("failed", 1)
        assert await stage.post("people/xiaolu/entries", {}) == {"delivery": "failed"}
        assert len(bot.letters) == 4


async def test_what_was_chosen_is_told(tmp_path: Path) -> None:
    bot = StubBot()
    card = {
        "card_type": "vote_interaction",
        "main_title": {"title": "周末去哪"},
        "task_id": "vote-1",
        "checkbox": {
            "question_key": "where",
            "mode": 1,
            "option_list": [{"id": "hill", "text": "爬山"}, {"id": "sea", "text": "看海"}],
        },
        "submit_button": {"text": "投票", "key": "vote"},
    }
    async with on_stage(tmp_path, bot=bot) as stage:
        await _send_card(stage, card)
        chosen = {"where": ["sea", "hill"]}
        await stage.post("people/xiaolu/taps", {"message_id": 1, "chosen": chosen})
        items = bot.letters[-1].xml.child("SelectedItems")
        assert items is not None
        (item,) = items.children
        options = item.child("OptionIds")
        assert item.value("QuestionKey") == "where"
        assert options is not None
        assert [option.text for option in options.children] == ["sea", "hill"]
        error = await stage.post(
            "people/xiaolu/taps", {"message_id": 1, "chosen": {"where": ["desert"]}}, 400
        )
        assert "hill、sea" in error["error"]


async def test_the_menu_of_a_card_is_an_event_of_its_own(tmp_path: Path) -> None:
    bot = StubBot()
    menu = {"action_list": [{"text": "不再推送", "key": "stop"}]}
    async with on_stage(tmp_path, bot=bot) as stage:
        await _send_card(stage, {**opened_card("a", "n1"), "action_menu": menu})
        await stage.post("people/xiaolu/taps", {"message_id": 1, "button": "不再推送"})
        told = fields(bot.letters[-1])
        assert (told["Event"], told["EventKey"]) == ("template_card_menu_event", "stop")
        assert told["ResponseCode"]


BAD_ACTS: list[tuple[str, Any, int]] = [
    ("messages", {"media": "a"}, 400),
    ("messages", {"media": [{"kind": "gif", "data": "aGk="}]}, 400),
    ("messages", {"media": [{"kind": "image", "data": "-"}]}, 400),
    ("messages", {"media": [{"kind": "image", "data": ""}]}, 400),
    ("messages", {"media": [sent("image"), sent("image")]}, 400),
    ("messages", {"media": [sent("voice")], "text": "听"}, 400),
    ("messages", {"media": [sent("image")], "text": "看"}, 400),
    ("messages", {"text": "a", "quote": 9}, 404),
    ("messages", {"text": "a", "quote": "1"}, 400),
    ("messages", {"location": {"latitude": "a", "longitude": 1, "label": "b"}}, 400),
    ("messages", {"location": 1}, 400),
    ("messages", {"link": {"title": "a"}}, 400),
    ("messages", {"link": []}, 400),
    ("entries", {"channel": "posts"}, 404),
    ("menu", {}, 400),
    ("menu", {"entry": "签到", "channel": "robot"}, 404),
    ("subscriptions", {"channel": "robot"}, 404),
    ("feedback", {"message_id": 1, "verdict": "good"}, 400),
]


@pytest.mark.parametrize(("path", "body", "status"), BAD_ACTS)
async def test_bad_acts_get_a_sentence(tmp_path: Path, path: str, body: Any, status: int) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.post(f"people/xiaolu/{path}", body, status))["error"]
        assert await stage.private_messages() == []
        assert stage.bot.letters == []


async def _send_card(stage: Stage, card: dict[str, Any]) -> None:
    body = {
        "touser": "xiaolu",
        "agentid": AGENT_ID,
        "msgtype": "template_card",
        "template_card": card,
    }
    assert (await stage.api("message/send", body))["errcode"] == 0


def _media_answer(bot: StubBot, letter: Letter, kind: str, media_id: str) -> Answer:
    name = kind.capitalize()
    return _raw_answer(
        bot, letter, f"<MsgType>{kind}</MsgType><{name}><MediaId>{media_id}</MediaId></{name}>"
    )


def _raw_answer(bot: StubBot, letter: Letter, inner: str) -> Answer:
    """An answer with nested elements, which ``write_xml`` does not know."""
    return bot.sealed_text(
        letter,
        f"<xml><ToUserName>xiaolu</ToUserName><FromUserName>{CORP_ID}</FromUserName>{inner}</xml>",
    )
