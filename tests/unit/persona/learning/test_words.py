"""The form in which questions are kept, shown and compared."""

import pytest

from bot.persona.learning.likeness import find_like, likeness
from bot.persona.learning.masking import MOST_CHARACTERS, mask_question, present_question
from bot.wording.policy import Policy


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("面霜开封后能放多久？", "面霜开封后能放多久?"),
        ("我手机13800138000，发货了吗", "我手机＊,发货了吗"),
        ("单号SF1234567890到哪了", "单号＊到哪了"),
        ("@小禾 你们家 @阿晴 用什么", "＊ 你们家 ＊ 用什么"),
        ("发到 xiaolu@example.com 行吗", "发到 ＊ 行吗"),
        ("https://a.example/x 这个链接是你们的吗", "＊ 这个链接是你们的吗"),
        ("证件 11010519491231002X 能验吗", "证件 ＊ 能验吗"),
        ("SPF50 和 PA+++ 是什么", "SPF50 和 PA+++ 是什么"),
        ("早8点到晚9点有人吗", "早8点到晚9点有人吗"),
    ],
)
def test_what_tells_whose_a_question_is_is_masked(said: str, kept: str) -> None:
    assert mask_question(said) == kept


@pytest.mark.parametrize("said", ["", "？？", "在吗", "13800138000", "https://a.example/x ?"])
def test_what_is_too_little_for_a_question_is_not_kept(said: str) -> None:
    assert mask_question(said) == ""


def test_a_long_question_is_cut() -> None:
    assert len(mask_question("面霜怎么用" * 40)) == MOST_CHARACTERS


def test_a_word_that_we_may_not_say_is_masked_where_a_question_is_shown() -> None:
    assert present_question("这个能根治痘痘吗", Policy()) == "这个能＊痘痘吗"
    assert present_question("面霜怎么用", Policy()) == "面霜怎么用"


def test_the_same_question_in_other_particles_is_the_same() -> None:
    assert likeness("面霜开封后能放多久", "面霜开封后可以放多久呢") > 0.9
    assert likeness("面霜", "面霜") == 1.0


def test_questions_of_other_things_have_nothing_in_common() -> None:
    assert likeness("面霜怎么用", "快递怎么寄") == 0.0
    assert likeness("怎么", "什么") == 0.0, "words that every question has tell nothing"


def test_a_question_joins_the_most_like_it_and_of_equals_the_oldest() -> None:
    known = {3: "面霜开封能放多久", 5: "防晒开封能放多久", 8: "面霜开封能放多久"}
    assert find_like("面霜开封后能放多久", known, floor=0.55) == 3
    assert find_like("防晒霜开封能放多久", known, floor=0.55) == 5
    assert find_like("发什么快递", known, floor=0.55) is None
    assert find_like("发什么快递", {}, floor=0.55) is None
