"""A robot in URL mode: what it is told in groups and alone, and what its answers may carry."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tests.unit.simulator.media_support import PDF, PNG, picture_item, sent
from tests.unit.simulator.stub_bot import (
    ROBOT_KEY,
    Letter,
    Stage,
    StubBot,
    on_stage,
    opened_card,
    packet_card,
    words,
)


def decrypted(body: bytes, key: bytes) -> bytes:
    decryptor = Cipher(AES256(key), CBC(key[:16])).decryptor()
    padded = decryptor.update(body) + decryptor.finalize()
    assert len(padded) % 32 == 0
    assert padded.endswith(bytes([padded[-1]]) * padded[-1])
    return padded[: -padded[-1]]


async def fetch(stage: Stage, url: str, status: int = 200) -> bytes:
    """What lies under the address, decrypted with the key of the robot's callbacks."""
    answer = await stage.client.session.get(url)
    assert answer.status == status
    body = await answer.read()
    return decrypted(body, base64.b64decode(ROBOT_KEY + "=")) if status == 200 else body


async def alone(stage: Stage, who: str = "xiaolu", **body: Any) -> Any:
    return await stage.post(f"people/{who}/messages", {"channel": "robot", **body})


async def chat(stage: Stage, who: str = "xiaolu") -> list[dict[str, Any]]:
    """What stands in somebody's chat with the robot."""
    answer = await stage.get(f"people/{who}/messages", channel="robot")
    return list(answer["messages"])


async def test_words_in_private_come_without_a_chat_id(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: words("你好呀")
    async with on_stage(tmp_path, bot=bot) as stage:
        assert (await alone(stage, text="在吗"))["delivery"] == "answered"
        told = bot.letters[-1].json
        assert told["chattype"] == "single"
        assert "chatid" not in told
        assert told["from"] == {"userid": "xiaolu"}
        assert (told["msgtype"], told["text"]) == ("text", {"content": "在吗"})
        assert told["response_url"].startswith("http")
        assert [shown["text"] for shown in await chat(stage)] == ["在吗", "你好呀"]
        assert await stage.messages() == []


@pytest.mark.parametrize("kind", ["image", "video", "file"])
async def test_what_is_sent_in_private_lies_encrypted_under_an_address(
    tmp_path: Path, kind: str
) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        await alone(stage, media=[sent(kind)])
        told = bot.letters[-1].json
        assert told["msgtype"] == kind
        assert set(told[kind]) == {"url"}
        raw = await (await stage.client.session.get(told[kind]["url"])).read()
        assert PNG[:8] not in raw
        assert await fetch(stage, told[kind]["url"]) == base64.b64decode(sent(kind)["data"])


async def test_an_address_lives_five_minutes_and_survives_a_restart(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        await alone(stage, media=[sent("file", name="成分表.pdf")])
        url = bot.letters[-1].json["file"]["url"]
    async with on_stage(tmp_path, bot=bot) as stage:
        path = url.partition("/sim/")[2]
        stage.clock.advance(timedelta(seconds=299))
        answer = await stage.client.get(f"/sim/{path}")
        assert decrypted(await answer.read(), base64.b64decode(ROBOT_KEY + "=")) == PDF
        name = answer.headers["Content-Disposition"]
        assert name == "attachment; filename*=UTF-8''%E6%88%90%E5%88%86%E8%A1%A8.pdf"
        stage.clock.advance(timedelta(seconds=1))
        assert (await stage.client.get(f"/sim/{path}")).status == 403


async def test_a_made_up_address_leads_nowhere(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.client.get("/sim/robot-media/guess")).status == 403


async def test_the_journal_holds_no_key_of_the_callbacks(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await alone(stage, media=[sent("image")])
    journal = (tmp_path / "simulator" / "journal.jsonl").read_text(encoding="utf-8")
    assert ROBOT_KEY not in journal
    assert base64.b64encode(base64.b64decode(ROBOT_KEY + "=")).decode() not in journal


async def test_a_voice_comes_as_its_words(tmp_path: Path) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        message = await alone(stage, media=[sent("voice", words="帮我签到")])
        assert message["text"] == "[语音] 帮我签到"
        told = bot.letters[-1].json
        assert (told["msgtype"], told["voice"]) == ("voice", {"content": "帮我签到"})


async def test_words_with_pictures_are_mixed_in_private_and_in_groups(tmp_path: Path) -> None:
    bot = StubBot()
    media = [sent("image"), sent("image")]
    async with on_stage(tmp_path, bot=bot) as stage:
        await alone(stage, text="这两支哪个好", media=media)
        await stage.say("这两支哪个好", media=media)
        for letter, said in zip(bot.letters, ("这两支哪个好", "@小禾 这两支哪个好"), strict=True):
            assert letter.json["msgtype"] == "mixed"
            first, *pictures = letter.json["mixed"]["msg_item"]
            assert first == {"msgtype": "text", "text": {"content": said}}
            assert [item["msgtype"] for item in pictures] == ["image", "image"]
            assert await fetch(stage, pictures[0]["image"]["url"]) == PNG


@pytest.mark.parametrize("kind", ["image", "voice", "video", "file"])
async def test_in_a_group_the_robot_hears_only_what_mentions_it(tmp_path: Path, kind: str) -> None:
    bot = StubBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        body = {"from": "xiaolu", "media": [sent(kind)]}
        shown = await stage.post("groups/garden/messages", body)
        assert (shown["kind"], shown["delivery"]) == (kind, "not_heard")
        assert bot.letters == []


async def test_a_quoted_message_comes_along(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: words("**喝水**")
    async with on_stage(tmp_path, bot=bot) as stage:
        first = await stage.say("早上做什么")
        await stage.say("真的吗", quote=first["id"] + 1)
        told = bot.letters[-1].json
        assert told["quote"] == {"msgtype": "text", "text": {"content": "**喝水**"}}
        assert "quote" not in bot.letters[0].json
        picture = await alone(stage, media=[sent("image")])
        await alone(stage, text="这是什么", quote=picture["id"])
        quoted = bot.letters[-1].json["quote"]
        assert quoted["msgtype"] == "image"
        assert await fetch(stage, quoted["image"]["url"]) == PNG
        assert (await chat(stage))[-2]["quote"] == picture["id"]


async def test_opening_the_chat_is_told_once_a_day(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: {"msgtype": "text", "text": {"content": "欢迎"}}
    enter = {"channel": "robot"}
    async with on_stage(tmp_path, bot=bot) as stage:
        assert await stage.post("people/xiaolu/entries", enter) == {"delivery": "answered"}
        told = bot.letters[-1].json
        assert told["event"] == {"eventtype": "enter_chat"}
        assert (told["chattype"], told["from"]) == ("single", {"userid": "xiaolu"})
        assert isinstance(told["create_time"], int)
        assert (await chat(stage))[-1]["text"] == "欢迎"
        assert await stage.post("people/xiaolu/entries", enter) == {"delivery": "not_heard"}
        assert await stage.post("people/momo/entries", enter) == {"delivery": "answered"}
    async with on_stage(tmp_path, bot=bot) as stage:
        assert await stage.post("people/xiaolu/entries", enter) == {"delivery": "not_heard"}
        stage.clock.advance(timedelta(hours=15, seconds=-1))  # it began at 09:00 in Shanghai
        assert await stage.post("people/xiaolu/entries", enter) == {"delivery": "not_heard"}
        stage.clock.advance(timedelta(seconds=1))
        assert await stage.post("people/xiaolu/entries", enter) == {"delivery": "answered"}


async def test_an_unanswered_visit_is_not_told_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        enter = {"channel": "robot"}
        assert await stage.post("people/xiaolu/entries", enter) == {"delivery": "empty"}
        assert await stage.post("people/xiaolu/entries", enter) == {"delivery": "not_heard"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (words("欢迎"), "text 或 template_card"),
        ({"msgtype": "text", "text": {"content": " "}}, "空的"),
        ({"msgtype": "text"}, "没有 text"),
    ],
)
async def test_a_bad_welcome_is_not_shown(
    tmp_path: Path, answer: dict[str, Any], reason: str
) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: answer
    async with on_stage(tmp_path, bot=bot) as stage:
        entry = await stage.post("people/xiaolu/entries", {"channel": "robot"})
        assert entry == {"delivery": "failed"}
        assert await chat(stage) == []
        assert reason in (await stage.problems())[-1]


async def test_a_welcome_may_be_a_card(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: {"msgtype": "template_card", "template_card": packet_card()}
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.post("people/xiaolu/entries", {"channel": "robot"})
        assert (await chat(stage))[-1]["kind"] == "card"


async def test_pictures_come_with_the_last_frame(tmp_path: Path) -> None:
    bot = StubBot()
    answer = words("看这张")
    answer["stream"]["msg_item"] = [picture_item()] * 10
    bot.answer = lambda _letter: answer
    async with on_stage(tmp_path, bot=bot) as stage:
        assert (await stage.say("有图吗"))["delivery"] == "answered"
        shown = (await stage.messages())[-1]
        assert (shown["kind"], len(shown["media"])) == ("markdown", 10)
        page = await stage.client.get(f"/sim/api/media/{shown['media'][0]['id']}")
        assert await page.read() == PNG


async def settled(stage: Stage, count: int) -> list[dict[str, Any]]:
    """The group's messages, once there are ``count``."""
    for _ in range(1000):
        if len(messages := await stage.messages()) >= count:
            return messages
    raise AssertionError(await stage.problems())


async def test_the_first_frame_says_how_ratings_come_back(tmp_path: Path) -> None:
    bot = StubBot()
    first, last = words("正在想", finish=False), words("多喝水")
    first["stream"]["feedback"] = {"id": "answer-7"}
    last["stream"]["feedback"] = {"id": "too-late"}
    bot.answer = lambda _letter: first if len(bot.letters) == 1 else last
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("怎么护肤")
        shown = (await settled(stage, 2))[-1]
        assert shown["feedback"] == "answer-7"
        bot.answer = lambda _letter: None
        rating = {
            "from": "momo",
            "message_id": shown["id"],
            "verdict": "bad",
            "text": "没说到",
            "reasons": [1, 2],
        }
        assert await stage.post("groups/garden/feedback", rating) == {"delivery": "empty"}
        told = bot.letters[-1].json
        assert told["event"] == {
            "eventtype": "feedback_event",
            "feedback_event": {
                "id": "answer-7",
                "type": 2,
                "content": "没说到",
                "inaccurate_reason_list": [1, 2],
            },
        }
        assert (told["from"]["userid"], told["chatid"]) == ("momo", "wrGARDEN")


@pytest.mark.parametrize(("verdict", "number"), [("good", 1), ("bad", 2), ("withdrawn", 3)])
async def test_a_verdict_is_a_number(tmp_path: Path, verdict: str, number: int) -> None:
    bot = StubBot()
    card = {**packet_card(), "feedback": {"id": "card-1"}}
    bot.answer = lambda _letter: {"msgtype": "template_card", "template_card": card}
    async with on_stage(tmp_path, bot=bot) as stage:
        await alone(stage, text="发红包")
        bot.answer = lambda _letter: None
        body = {"channel": "robot", "message_id": 2, "verdict": verdict}
        await stage.post("people/xiaolu/feedback", body)
        told = bot.letters[-1].json["event"]["feedback_event"]
        assert told == {"id": "card-1", "type": number}


async def test_nothing_may_be_said_to_a_rating(tmp_path: Path) -> None:
    bot = StubBot()
    answer = words("多喝水")
    answer["stream"]["feedback"] = {"id": "answer-7"}
    bot.answer = lambda _letter: answer
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("怎么护肤")
        rating = {"from": "momo", "message_id": 2, "verdict": "good"}
        assert await stage.post("groups/garden/feedback", rating) == {"delivery": "failed"}
        assert "反馈事件只能回复空包" in (await stage.problems())[-1]
        assert len(await stage.messages()) == 2


@pytest.mark.parametrize(
    "rating",
    [
        {"message_id": 1, "verdict": "good"},
        {"message_id": 2, "verdict": "fine"},
        {"message_id": 2, "verdict": "bad", "reasons": [5]},
        {"message_id": 2, "verdict": "bad", "reasons": [[]]},
    ],
)
async def test_a_bad_rating_gets_a_sentence(tmp_path: Path, rating: dict[str, Any]) -> None:
    bot = StubBot()
    answer = words("多喝水")
    answer["stream"]["feedback"] = {"id": "answer-7"}
    bot.answer = lambda _letter: answer
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("怎么护肤")
        assert await stage.post("groups/garden/feedback", {"from": "momo", **rating}, 400)
        assert len(bot.letters) == 1


async def test_a_stream_gives_one_card_only(tmp_path: Path) -> None:
    bot = StubBot()

    def answer(_letter: Letter) -> dict[str, Any]:
        frame = words("红包来了", finish=False)
        frame["msgtype"] = "stream_with_template_card"
        frame["template_card"] = packet_card(f"packet-{len(bot.letters)}")
        return frame

    bot.answer = answer
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("发红包", "tangyuan")
        for _ in range(1000):
            if await stage.problems():
                break
        assert "只能回复一次 template_card" in (await stage.problems())[-1]
        assert [shown["kind"] for shown in await stage.messages()] == ["text", "card"]


async def test_a_stream_keeps_its_id(tmp_path: Path) -> None:
    bot = StubBot()
    first, last = words("正在想", finish=False), words("多喝水")
    last["stream"]["id"] = "another"
    bot.answer = lambda _letter: first if len(bot.letters) == 1 else last
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("怎么护肤")
        for _ in range(1000):
            if await stage.problems():
                break
        assert "stream.id 变了" in (await stage.problems())[-1]
        assert len(await stage.messages()) == 1


async def test_a_refresh_takes_no_card_alone(tmp_path: Path) -> None:
    bot = StubBot()
    card = {"msgtype": "template_card", "template_card": packet_card()}
    bot.answer = lambda _letter: words("稍等", finish=False) if len(bot.letters) == 1 else card
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("发红包", "tangyuan")
        for _ in range(1000):
            if await stage.problems():
                break
        assert "刷新流式消息" in (await stage.problems())[-1]
        assert len(await stage.messages()) == 1


async def test_what_was_chosen_on_a_card_is_told(tmp_path: Path) -> None:
    bot = StubBot()
    card = {
        "card_type": "multiple_interaction",
        "main_title": {"title": "订一箱"},
        "task_id": "order-1",
        "select_list": [
            {
                "question_key": "size",
                "option_list": [{"id": "s", "text": "小"}, {"id": "l", "text": "大"}],
            },
            {"question_key": "day", "option_list": [{"id": "mon", "text": "周一"}]},
        ],
        "submit_button": {"text": "下单", "key": "order"},
    }
    bot.answer = lambda _letter: {"msgtype": "template_card", "template_card": card}
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("我要下单")
        bot.answer = lambda _letter: None
        tap = {"from": "momo", "message_id": 2, "chosen": {"size": ["l"]}}
        assert (await stage.post("groups/garden/taps", tap))["delivery"] == "empty"
        told = bot.letters[-1].json["event"]["template_card_event"]
        assert told["event_key"] == "order"
        assert told["selected_items"]["selected_item"] == [
            {"question_key": "size", "option_ids": {"option_id": ["l"]}},
            {"question_key": "day", "option_ids": {"option_id": ["mon"]}},
        ]
        for bad in ({"size": ["s", "l"]}, {"colour": ["red"]}, ["l"]):
            tap = {"from": "momo", "message_id": 2, "chosen": bad}
            await stage.post("groups/garden/taps", tap, 400)
        assert len(bot.letters) == 2


async def test_in_private_a_changed_card_is_for_whoever_tapped(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: {"msgtype": "template_card", "template_card": packet_card()}
    async with on_stage(tmp_path, bot=bot) as stage:
        await alone(stage, text="红包")
        bot.answer = lambda _letter: {
            "response_type": "update_template_card",
            "userids": ["momo"],
            "template_card": opened_card("12 积分"),
        }
        tap = {"channel": "robot", "message_id": 2}
        assert (await stage.post("people/xiaolu/taps", tap))["delivery"] == "answered"
        assert set((await chat(stage))[-1]["card_states"]) == {"xiaolu"}


async def test_a_later_answer_in_private_may_be_a_card_and_quotes_nothing(tmp_path: Path) -> None:
    bot = StubBot()
    card = {"msgtype": "template_card", "template_card": packet_card()}
    async with on_stage(tmp_path, bot=bot) as stage:
        for text in ("一", "二", "三"):
            await alone(stage, text=text)
        codes = [letter.json["response_url"].partition("code=")[2] for letter in bot.letters]
        first = await stage.api("aibot/response", card, response_code=codes[0])
        again = await stage.api("aibot/response", card, response_code=codes[1])
        said = {"msgtype": "markdown", "markdown": {"content": "好"}}
        last = await stage.api("aibot/response", said, response_code=codes[2])
        assert [answer["errcode"] for answer in (first, again, last)] == [0, 40058, 0]
        assert [shown["kind"] for shown in (await chat(stage))[3:]] == ["card", "markdown"]
        assert (await chat(stage))[-1]["quote"] is None
