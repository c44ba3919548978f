"""Games by words through the front door: anybody can start, join, and see how it ended."""

import re

import pytest

from bot.games.chain import Idioms
from bot.games.wordbook import Riddle, Wordbook, Words
from tests.scenario.town import Town, books_are_clean

OWNER = "tangyuan"
WORDS = Words(
    Idioms(
        {"水落石出": 5000, "出类拔萃": 500, "出人意料": 500, "节节攀升": 2000, "升堂入室": 10}, {}
    ),
    (Riddle("退潮以后", ("水落石出",)), Riddle("芝麻开花", ("节节攀升", "节节高"))),
)
"""Whatever is opened with can be continued; what the bot opens with occurs often."""


@pytest.fixture(autouse=True)
def _few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of words instead of the installed ones."""

    async def read(wordbook: Wordbook) -> Words:
        del wordbook
        return WORDS

    monkeypatch.setattr(Wordbook, "read", read)


async def start(town: Town, who: str, command: str) -> str:
    """At noon, when games may be played."""
    await town.pass_time(hours=5)
    return await town.say(who, command)


def linked(shown: str) -> str:
    """An idiom that continues the one in a text of the bot's."""
    (first,) = re.findall("用“(.)”开头", shown)
    return next(word for word in WORDS.idioms.counts if word[0] == first)


def right_answer(town: Town, shown: str) -> str:
    """What the question in a text of the bot's wants to hear."""
    quiz = town.app.live.current.calendar.games.quiz
    return next(asked.answers[0] for asked in quiz.questions if asked.question in shown)


async def posted(town: Town, after: int) -> list[str]:
    """What the bot said of itself behind a message."""
    return [str(post["text"]) for post in await town.posts(after)]


async def test_a_chain_is_started_joined_and_ended_by_plain_words(town: Town) -> None:
    opened = await start(town, "xiaolu", "我要玩接龙！")
    shown = await town.say("aqing", linked(opened))
    assert "阿晴" in shown
    assert await town.balance("aqing") == 2, "a link earns what rewards.yaml says"
    assert "签到" in await town.say("momo", "怎么签到"), "questions are answered during a game"
    assert "开头" in await town.say("momo", "接龙"), "who comes later sees where it stands"
    assert "小鹿" in await town.say("momo", "结束游戏"), "and who may end it"
    ended = await town.say("xiaolu", "不玩了")
    assert "1. 阿晴 赢了 1 次" in ended
    assert re.search("阿晴.*一共赢[了过] 1 次", await town.say("aqing", "战绩"))
    await books_are_clean(town)


async def test_points_stop_at_the_cap_of_their_rule(town: Town) -> None:
    await town.pass_time(hours=5)
    for _ in range(2):
        shown = await town.say(OWNER, "抢答")
        for _ in range(4):
            shown = await town.say("xiaolu", right_answer(town, shown))
        await town.pass_time(minutes=1)
        await town.say(OWNER, "结束游戏")
    assert await town.balance("xiaolu") == 10, "eight wins of 2 points, 10 a day at most"
    await books_are_clean(town)


async def test_a_riddle_gives_hints_is_given_away_and_the_result_is_posted(town: Town) -> None:
    opened = await start(town, "xiaolu", "猜谜")
    assert "○○○○（4 个字）" in opened
    before = await town.last_id()
    await town.pass_time(seconds=60)
    (hint,) = await posted(town, before)
    assert re.search("[水节]○○○", hint)
    assert "小鹿" in await town.say("xiaolu", "一帆风顺")
    assert await town.say("xiaolu", "一路平安") == "", "one wrong guess is answered at a time"
    await town.pass_time(minutes=20)
    rest = "\n".join(await posted(town, before))
    assert "水落石出" in rest
    assert "节节攀升" in rest
    assert "猜歇后语" in rest
    assert "一共赢" in await town.say("xiaolu", "战绩")


async def test_a_vote_runs_by_letters_and_taps_and_its_result_is_shown(town: Town) -> None:
    await town.pass_time(hours=5)
    refused = await town.say("xiaolu", "投票 周末去哪 爬山 还是 看海")
    assert "群主" in refused
    await town.say(OWNER, "投票 周末去哪 爬山 还是 看海")
    assert "看海：1 票 100%" in await town.say("xiaolu", "我选看海")
    card = next(m for m in await town.messages() if m["kind"] == "card")
    tapped = await town.tap("aqing", card["id"])
    assert "爬山：1 票 50%" in str(tapped)
    assert "看海：2 票 100%" in await town.say("aqing", "B")
    before = await town.last_id()
    await town.pass_time(hours=2)
    posts = await town.posts(before)
    assert any("“看海”" in post["text"] and "100%" in post["text"] for post in posts)
    assert any(part["kind"] == "image" for post in posts for part in post["media"])
    assert await town.balance("aqing") == 2, "thinking again earns nothing more"
    await books_are_clean(town)


async def test_quiet_hours_keep_games_away_and_end_them(town: Town) -> None:
    assert "08:00" in await town.say("xiaolu", "接龙"), "too early, and until when"
    await town.pass_time(hours=15, minutes=20)
    assert "9 分钟" in await town.say("xiaolu", "接龙")
    before = await town.last_id()
    await town.pass_time(minutes=9)
    (told,) = await posted(town, before)
    assert "成语接龙" in told, "before the quiet hours"
    await town.pass_time(minutes=5)
    assert "08:00" in await town.say("xiaolu", "抢答")


async def test_without_the_words_the_game_says_who_can_help_and_what_works(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(wordbook: Wordbook) -> None:
        del wordbook

    monkeypatch.setattr(Wordbook, "read", nothing)
    refused = await start(town, "xiaolu", "接龙")
    assert "yutang[games]" in refused
    assert "抢答" in refused
    assert "第 1/5 题" in await town.say("xiaolu", "抢答")


async def test_a_member_who_never_read_a_manual_finds_the_games(town: Town) -> None:
    assert "玩游戏：接龙" in await town.say("xiaolu", "帮助")
    assert "开一局" in await town.say("xiaolu", "帮助 接龙")
    assert "“接龙”" in await town.say("xiaolu", "战绩"), "nothing runs, and how to begin"


async def test_the_number_of_an_offered_question_is_no_vote(town: Town) -> None:
    await start(town, OWNER, "投票 先水后乳 还是 先乳后水")
    offered = await town.say("aqing", "防嗮多久补一次")
    assert "1. " in offered
    answered = await town.say("aqing", "1")
    assert "防晒" in answered or "补" in answered
    assert "1 票" not in await town.say(OWNER, "投票")
    await town.pass_time(minutes=11)
    await town.say("aqing", "1")
    assert "1 票" in await town.say(OWNER, "投票"), "the offer is over, and it is a vote"
