"""Understanding what was typed: a command however it is written, and talk as talk."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import normalise
from bot.growth.referrals import read_code
from bot.pipeline.commands import (
    MAY_BE_ASKED_ABOUT,
    MAY_BE_WISHED,
    NUMBERED,
    RIGHTS,
    TAKES_WORDS,
    CommandWords,
    Invocation,
)
from bot.settings.schema.commands import Command, CommandName, CommandsFile
from tests.support.brand import brand

FILE: CommandsFile = brand().commands
WORDS = CommandWords(FILE)
TYPED = [
    (word, name)
    for name, command in FILE.commands.items()
    for word in (*command.words, command.alias)
    if name not in NUMBERED
]
"""Every word of the example brand with the command it stands for, but for those with a number."""

WITH_NUMBER = [
    (word, name)
    for name in sorted(NUMBERED)
    for word in (*FILE.commands[name].words, FILE.commands[name].alias)
]


def wide(text: str) -> str:
    return "".join(
        chr(ord(letter) + 0xFEE0) if letter in string.ascii_letters + string.digits else letter
        for letter in text
    )


every_word = pytest.mark.parametrize(("word", "name"), TYPED, ids=[word for word, _ in TYPED])


def test_the_example_brand_has_words_for_every_command() -> None:
    assert {name for _, name in (*TYPED, *WITH_NUMBER)} == set(CommandName)


@pytest.mark.parametrize(("word", "name"), WITH_NUMBER, ids=[word for word, _ in WITH_NUMBER])
def test_what_is_ordinary_talk_is_a_command_with_a_number_alone_behind_it(
    word: str, name: CommandName
) -> None:
    for number in ("12", "#12", "12号", "１２"):
        assert WORDS.read(f"{word} {number}！") is not None, number
    read = WORDS.read(f"/{word} 12")
    assert read == Invocation(name, "12")
    for typed in (
        word,
        f"{word}！",
        f"{word} 真好",
        f"{word} 30ml",
        f"{word} 12 很好",
        f"给你{word}",
    ):
        assert WORDS.read(typed) is None, typed


@every_word
def test_a_command_is_read_by_each_of_its_words_however_they_are_written(
    word: str, name: CommandName
) -> None:
    ways = (
        word, f"/{word}", f"／{word}", f"/ {word}", f"  {word}\n", word.upper(), word.title(),
        wide(word), f"／{wide(word.upper())}", f"{word}。", f"{word}！", f"{word}？", f"{word}!!",
        f"{word}~", f"{word}～", f"{word}…", f"{word}...", f"{word} 。", f"\u200b{word}\ufeff",
    )  # fmt: skip
    for typed in ways:
        assert WORDS.read(typed) == Invocation(name), repr(typed)


EVERY_WORD = {word for command in FILE.commands.values() for word in command.words}


@every_word
def test_talk_about_a_command_is_not_the_command(word: str, name: CommandName) -> None:
    for typed in (
        *(() if name in RIGHTS else (f"我想{word}",)),
        f"今天{word}了吗",
        f"{word}是什么意思呀",
        f"别{word}啊",
        f"不{word}",
    ):
        if typed not in EVERY_WORD:  # 不采纳 is a command of its own
            assert WORDS.read(typed) is None, repr(typed)


TALK = (
    "",
    "   ",
    "。",
    "/",
    "签到吗",
    "签到 了",
    "签到，大家好",
    "签 到",
    "我签到",
    "积分兑换",
    "发红包吧大家",
    "公告栏在哪",
    "邀请大家来玩",
    "画像真好看",
    "packetloss",
    "inviteme",
    "取消订单",
    "继续说",
)


@pytest.mark.parametrize("typed", TALK)
def test_is_just_talk(typed: str) -> None:
    assert WORDS.read(typed) is None


@pytest.mark.parametrize(
    ("typed", "name", "words"),
    [
        ("发红包 100 10", CommandName.PACKET, "100 10"),
        ("发红包100 10", CommandName.PACKET, "100 10"),
        ("发红包１００　１０", CommandName.PACKET, "100 10"),
        ("发红包 100 10 拼手气", CommandName.PACKET, "100 10 拼手气"),
        ("/packet 100 10", CommandName.PACKET, "100 10"),
        ("PACKET 100 10", CommandName.PACKET, "100 10"),
        ("发红包", CommandName.PACKET, ""),
        ("画像@小鹿", CommandName.PORTRAIT, "@小鹿"),
        ("画像 @小鹿", CommandName.PORTRAIT, "@小鹿"),
        ("画像＠小鹿", CommandName.PORTRAIT, "@小鹿"),
        ("画像：小鹿", CommandName.PORTRAIT, "小鹿"),
        ("邀请码ABC234", CommandName.INVITE, "ABC234"),
        ("邀请码 abc234", CommandName.INVITE, "abc234"),
        ("邀请 ABC234", CommandName.INVITE, "ABC234"),
        ("邀请码：ＡＢＣ２３４", CommandName.INVITE, "ABC234"),
        ("invite ABC234", CommandName.INVITE, "ABC234"),
        ("公告 今晚八点聊防晒", CommandName.ANNOUNCE, "今晚八点聊防晒"),
        ("公告:Hello World", CommandName.ANNOUNCE, "Hello World"),
        ("公告：", CommandName.ANNOUNCE, ""),
    ],
)
def test_what_follows_a_command_is_its_words(typed: str, name: CommandName, words: str) -> None:
    invocation = WORDS.read(typed)

    assert invocation is not None
    assert (invocation.name, normalise(invocation.words)) == (name, words)


@pytest.mark.parametrize(
    "announcement",
    ["今晚八点，聊防晒！", "第一行\n第二行", "全场（除新品）五折～", "“慢慢来”：一次一样"],
)
def test_the_words_of_a_command_keep_their_own_spelling(announcement: str) -> None:
    assert WORDS.read(f"公告 {announcement}") == Invocation(CommandName.ANNOUNCE, announcement)


def test_a_name_is_handed_on_as_it_was_typed_so_that_it_can_be_found() -> None:
    assert WORDS.read("画像 @小鹿（杭州）") == Invocation(CommandName.PORTRAIT, "@小鹿（杭州）")


def test_a_cause_may_be_given_when_a_person_is_called() -> None:
    assert WORDS.read("人工 订单少了一件") == Invocation(CommandName.HUMAN, "订单少了一件")


def examples() -> list[tuple[str, CommandName]]:
    """The forms that the help lines of the example brand show."""
    found = []
    for name, command in FILE.commands.items():
        words = "|".join(re.escape(word) for word in command.words)
        shown = re.findall(rf"[：；]((?:{words}) [^；，。]+)", command.help)
        found += [(example, name) for example in shown]
    return found


def test_every_form_that_the_help_shows_is_understood() -> None:
    shown = examples()
    assert len(shown) >= 5
    for example, name in shown:
        invocation = WORDS.read(example)
        assert invocation is not None, example
        assert invocation.name is name
        assert invocation.words, example


def test_the_code_that_the_help_shows_is_one_that_could_exist() -> None:
    (example,) = [example for example, name in examples() if name is CommandName.INVITE]
    invocation = WORDS.read(example)

    assert invocation is not None
    assert read_code(invocation.words) != ""


@given(
    st.sampled_from(TYPED),
    st.text("。.!！?？~～ ", max_size=4),
    st.sampled_from(["", "/", "／", " "]),
)
def test_a_word_is_its_own_command_and_never_another(
    typed: tuple[str, CommandName], closing: str, opening: str
) -> None:
    word, name = typed

    assert WORDS.read(f"{opening}{word}{closing}") == Invocation(name)


TAKING = [(word, name) for word, name in TYPED if name in TAKES_WORDS]


@given(st.sampled_from(TAKING), st.text("abc 123小鹿@", min_size=1, max_size=12))
def test_a_word_with_something_behind_it_is_its_own_command_with_all_of_it(
    typed: tuple[str, CommandName], words: str
) -> None:
    word, name = typed

    invocation = WORDS.read(f"{word} {words}")

    assert invocation is not None
    assert (invocation.name, normalise(invocation.words)) == (name, normalise(words))


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_without_trouble(text: str) -> None:
    found = WORDS.read(text)

    assert found is None or not found.words or found.name in TAKES_WORDS


def test_a_longer_word_is_read_before_a_shorter_one_that_begins_it() -> None:
    commands = {
        name: Command(words=(word,), alias=alias, help="help")
        for name, word, alias in (
            (CommandName.INVITE, "邀请", "invite"),
            (CommandName.PORTRAIT, "邀请A", "portrait"),
        )
    }
    words = CommandWords(CommandsFile(commands=commands))

    assert words.read("邀请A 小鹿") == Invocation(CommandName.PORTRAIT, "小鹿")
    assert words.read("邀请B 小鹿") == Invocation(CommandName.INVITE, "B 小鹿")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("我要签到!", CommandName.CHECKIN),
        ("我要签到了", CommandName.CHECKIN),
        ("帮我签到一下", CommandName.CHECKIN),
        ("我来打卡啦～", CommandName.CHECKIN),
        ("给我积分", CommandName.POINTS),
        ("我要抢", CommandName.CLAIM),
        ("我要抽奖！", CommandName.LOTTERY),
        ("我要兑换", CommandName.REDEEM),
        ("我要人工", CommandName.HUMAN),
    ],
)
def test_a_plain_wish_is_the_command_without_words(typed: str, name: CommandName) -> None:
    assert WORDS.read(typed) == Invocation(name)


@pytest.mark.parametrize(
    "typed",
    [
        "我要签到吗",
        "我要不要签到",
        "我要先签到再睡",
        "不要签到",
        "我要确认",
        "帮我确认一下",
        "我要取消",
        "帮我发红包",
        "帮我暂停",
        "我要取消兑换",
        "我要兑换 2",
        "我要",
    ],
)
def test_a_question_a_doubt_and_a_decision_are_no_plain_wish(typed: str) -> None:
    assert WORDS.read(typed) is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("怎么抽奖呀", CommandName.LOTTERY),
        ("想看看积分明细在哪", CommandName.STATEMENT),
        ("签道", CommandName.CHECKIN),
        ("到签", CommandName.CHECKIN),
        ("商诚。", CommandName.SHOP),
        ("积分名细", CommandName.POINTS),
        ("chekin", CommandName.CHECKIN),
        ("chceckin", CommandName.CHECKIN),
    ],
)
def test_what_is_meant_can_be_guessed(typed: str, name: CommandName) -> None:
    assert WORDS.guess(typed) is name


@pytest.mark.parametrize(
    "typed", ["", "抢", "今天天气不错", "签名册", "数剧", "确人", "暂停", "。"]
)
def test_nothing_is_guessed_from_other_words_nor_what_only_owners_may_do(typed: str) -> None:
    assert WORDS.guess(typed) is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("麻烦帮我退订一下谢谢", CommandName.UNSUBSCRIBE),
        ("我想退订", CommandName.UNSUBSCRIBE),
        ("退订吧，谢谢！", CommandName.UNSUBSCRIBE),
        ("ＴＤ", CommandName.UNSUBSCRIBE),
        ("烦死了，别再发了", CommandName.UNSUBSCRIBE),
        ("你们能不能别发了", CommandName.UNSUBSCRIBE),
        ("不要再给我发消息了好吗", CommandName.UNSUBSCRIBE),
        ("快停！", CommandName.STEP_OUT),
        ("你给我闭嘴行不行", CommandName.STEP_OUT),
        ("请别说话了", CommandName.STEP_OUT),
        ("请关闭个性化推荐", CommandName.PERSONAL_OFF),
        ("那你回来吧", CommandName.COME_BACK),
        ("算了不用了谢谢", CommandName.NO_NEED),
        ("麻烦帮我转人工", CommandName.HUMAN),
    ],
)
def test_a_right_is_understood_however_it_is_put(typed: str, name: CommandName) -> None:
    assert WORDS.read(typed) == Invocation(name)


@pytest.mark.parametrize(
    "typed",
    [
        "退订后还能签到吗",
        "怎么退订",
        "别停啊",
        "雨停了没",
        "不停地出油",
        "我朋友刚回来",
        "请问",
        "谢谢",
        "可以吗",
        "帮我一下",
        "这个面霜停产了吗",
        "我要签到谢谢",
    ],
)
def test_talk_that_has_its_words_is_no_right(typed: str) -> None:
    assert WORDS.read(typed) is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [("怎么退订", CommandName.UNSUBSCRIBE), ("关闭个性化在哪里", CommandName.PERSONAL_OFF)],
)
def test_who_asks_how_is_told_the_word(typed: str, name: CommandName) -> None:
    assert WORDS.guess(typed) is name


@given(st.text(max_size=40))
def test_a_guess_is_never_a_command_that_decides_something(text: str) -> None:
    assert WORDS.guess(text) in {None, *MAY_BE_WISHED, *MAY_BE_ASKED_ABOUT}
