"""What can be counted in a Chinese text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.persona.score.measures import (
    distinct_2,
    has_particle,
    has_pinyin,
    is_simplified,
    median_length,
    sentences,
    simplified_percent,
)


def test_sentences_end_with_stops_and_new_lines_but_not_with_commas() -> None:
    assert sentences("早呀，小鹿。先签到！\n好吗？好；走") == [
        "早呀，小鹿",
        "先签到",
        "好吗",
        "好",
        "走",
    ]


def test_addresses_of_pages_do_not_make_a_sentence_long() -> None:
    assert median_length(["点开：https://example.cn/a/very/long/address"]) == len("点开：")


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("早呀，签到。", True),
        ("签到吧", True),
        ("酒吧开门", False),
        ("呢绒大衣", False),
        ("签到", False),
    ],
)
def test_a_particle_counts_at_the_end_of_a_clause(text: str, has: bool) -> None:
    assert has_particle(text, ["呀", "吧", "呢"]) is has


def test_without_particles_nothing_has_one() -> None:
    assert not has_particle("早呀", [])


@pytest.mark.parametrize("character", "说书龙门记")
def test_simplified_characters_are_known(character: str) -> None:
    assert is_simplified(character)


@pytest.mark.parametrize("character", "說書龍門記")
def test_traditional_characters_are_told_apart(character: str) -> None:
    assert not is_simplified(character)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("先看成分再看价", 100, 100),
        ("先看成分 https://example.cn/really/long/path", 100, 100),
        ("How are you today, my friend", 0, 0),
        ("說說看呀", 50, 50),
        ("SPF50 的防晒，每天都涂够两根手指", 90, 99),
    ],
)
def test_simplified_chinese_is_weighed_against_everything_else(
    text: str, least: float, most: float
) -> None:
    assert least <= simplified_percent(text) <= most


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("nǐ hǎo", True),
        ("xian kan cheng fen", True),
        ("先看成分", False),
        ("用 A 醇和 VC", False),
        ("https://example.cn/wo de ye", False),
        ("python -m bot verify packet", False),
    ],
)
def test_pinyin_is_noticed(text: str, has: bool) -> None:
    assert has_pinyin(text) is has


def test_saying_the_same_again_lowers_the_diversity() -> None:
    assert distinct_2(["先看成分", "再看价格"]) == 1
    assert distinct_2(["先看成分", "先看成分"]) == 0.5


@given(st.lists(st.text(max_size=20), max_size=5))
def test_diversity_is_a_share(texts: list[str]) -> None:
    assert 0 < distinct_2(texts) <= 1
