"""Which texts are worth points, told from sketches that nobody can read."""

import random

import pytest

from bot.core.ids import MemberId
from bot.rewards.earning.texts import BITS, LOOKED_AT, are_alike, essence, sketch_of

ME, OTHER = MemberId(1), MemberId(2)


def alike(one: str, other: str) -> bool:
    return are_alike(sketch_of(essence(one), ME), sketch_of(essence(other), ME))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("今天 天气，不错！", "今天天气不错"),
        ("😀😀🎉", ""),
        ("。。。！！", ""),
        ("哈哈哈哈哈哈", "哈"),
        ("好的好的好的好的", "好的"),
        ("ＳＰＦ50", "spf50"),
        ("谢谢", "谢谢"),
    ],
)
def test_form_and_filling_do_not_count_as_saying_something(text: str, said: str) -> None:
    assert essence(text) == said


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("今天天气真好呀", "今天天气真好呀"),
        ("今天天气真好呀", "今天 天气 真好呀！！😀"),
        ("今天天气真好呀", "今天天气真好啊"),
        ("早上好大家今天也要加油", "早上好大家今天都要加油"),
        ("这款面霜我用了两个月觉得不错", "这款面霜我用了三个月觉得不错"),
        ("1", "1"),
    ],
)
def test_the_same_and_the_nearly_same_are_alike(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("今天天气真好呀", "请问敏感肌能用烟酰胺吗"),
        ("早上好大家今天也要加油", "晚上记得先卸妆再洗脸"),
        ("这款面霜我用了两个月觉得不错", "防晒要每两小时补一次才有用"),
        ("", ""),
        ("😀", "🎉"),
    ],
)
def test_different_texts_are_not_alike_and_nothing_is_like_nothing(one: str, other: str) -> None:
    assert not alike(one, other)


def test_unrelated_texts_are_hardly_ever_taken_for_each_other() -> None:
    rng = random.Random(7)
    letters = [chr(0x4E00 + number) for number in range(800)]
    texts = ["".join(rng.choices(letters, k=10)) for _ in range(120)]
    sketches = [sketch_of(text, ME) for text in texts]

    pairs = [(one, two) for place, one in enumerate(sketches) for two in sketches[:place]]

    assert len(pairs) > 7000
    assert not any(are_alike(one, two) for one, two in pairs)


def test_a_sketch_has_one_size_and_tells_nothing_across_members() -> None:
    mine, theirs = sketch_of("今天天气真好呀", ME), sketch_of("今天天气真好呀", OTHER)

    assert len(mine) == len(theirs) == BITS // 4
    assert not are_alike(mine, theirs)


def test_a_long_text_is_known_by_its_beginning() -> None:
    start = "".join(chr(0x4E00 + number) for number in range(LOOKED_AT))

    assert sketch_of(start + "后面不同", ME) == sketch_of(start + "另一种结尾", ME)
