"""How a typed question is read: spellings, chat words, meanings, and slips of the ear."""

import pytest

from bot.persona.knowledge.reading import MOST_CHARACTERS, Reader, fold_question
from bot.persona.knowledge.sounds import Sounds, syllable

from .support import base_of, best_key, entry, example_base

BASE = base_of(
    entry("checkin", "怎么签到", "签到怎么签"),
    entry("sunscreen", "防晒涂多少", "防晒要不要补涂"),
    entry("sensitive", "敏感肌用什么", "敏感肌怎么选"),
    entry("retinol", "视黄醇怎么用"),
    entry("season", "换季起皮怎么办"),
    entry("redeem", "怎么兑换礼物"),
    same=(("视黄醇", "A醇"), ("兑换", "换"), ("礼物", "奖品")),
)


def read(text: str, *same: tuple[str, ...]) -> str:
    return Reader(same).read(fold_question(text)).text


@pytest.mark.parametrize(
    "typed", ["防曬塗多少", "防 晒 涂 多 少", "防晒涂多少？？", "ＳＰＦ防曬用量"]
)
def test_width_spaces_signs_and_traditional_characters_do_not_matter(typed: str) -> None:
    assert best_key(BASE, typed) == "sunscreen"


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("咋签到", "怎么签到"),
        ("签到咋整", "签到怎么办"),
        ("啥时候补", "何时补"),
        ("能不能补", "能补"),
        ("去哪儿领", "何处领"),
        ("为啥没有", "为什么没"),
    ],
)
def test_chat_words_become_plain_ones(typed: str, plain: str) -> None:
    assert read(typed) == plain


def test_words_that_mean_the_same_become_the_first_of_their_group() -> None:
    assert read("a醇怎么用", ("视黄醇", "A醇")) == "视黄醇怎么用"
    assert best_key(BASE, "A醇的用法") == "retinol"


def test_the_longest_word_counts() -> None:
    assert read("防晒霜", ("防晒", "防晒霜"), ("面霜", "霜")) == "防晒"


def test_a_single_character_means_something_only_where_it_stands_alone() -> None:
    same = ("兑换", "换")

    assert read("换了不要", same).startswith("兑换")
    assert read("换季起皮", same) == "换季起皮"
    assert best_key(BASE, "换季了起皮") == "season"


@pytest.mark.parametrize(
    ("slip", "key"),
    [("签道怎么弄", "checkin"), ("防嗮用量", "sunscreen"), ("敏干肌推荐", "sensitive")],
)
def test_a_slip_is_read_as_the_word_that_sounds_the_same(slip: str, key: str) -> None:
    assert best_key(BASE, slip) == key


def test_a_word_of_its_own_is_no_slip() -> None:
    sounds = Sounds(words=[("皂", "基"), ("签", "到")], known=[])

    assert sounds.mend("签道") == "签到"
    assert sounds.mend("造机") == "皂基"
    assert sounds.mend("前导") == "前导", "a word of the language"


def test_a_pair_that_the_base_knows_is_no_slip() -> None:
    assert Sounds(words=[("签", "到")], known=[("签", "道")]).mend("签道") == "签道"


def test_two_words_that_sound_the_same_mend_nothing() -> None:
    assert Sounds(words=[("签", "到"), ("千", "到")], known=[]).mend("签道") == "签道"


@pytest.mark.parametrize(("one", "other"), [("晒", "赛"), ("真", "增"), ("因", "英"), ("吃", "次")])
def test_accents_sound_the_same(one: str, other: str) -> None:
    assert syllable(one) == syllable(other)


def test_what_is_no_chinese_character_has_no_sound() -> None:
    assert [syllable(each) for each in ("a", "1", "😀", "？")] == [""] * 4


def test_of_a_long_message_the_beginning_is_read() -> None:
    assert len(fold_question("签到" * 1_000)) == MOST_CHARACTERS
    assert best_key(BASE, "怎么签到" + "。" * 100_000) == "checkin"


def test_the_words_of_a_question_are_what_it_is_about() -> None:
    words = example_base().read("请问一下怎么签到呢").words

    assert ["".join(word.units) for word in words] == ["签到"]
