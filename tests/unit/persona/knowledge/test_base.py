"""The base finds what is asked for, or says that it is not sure."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.persona.knowledge.base import MOST_NEAR, Entry

from .questions import all_questions
from .support import base_of, best_key, entry, example_base

WAYS = [(each.key, way) for each in example_base().entries for way in each.ways]
PARTS = (
    "签到",
    "积分",
    "防晒",
    "面膜",
    "怎么",
    "多久",
    "能用吗",
    "敏感肌",
    "红包",
    "12M",
    "，",
    "😀",
    "咋",
)


@given(st.sampled_from(WAYS), st.sampled_from(["{}", "{}？", " {}！！", "{}😀", "“{}”…"]))
def test_a_written_way_of_asking_surely_finds_its_item(way: tuple[str, str], form: str) -> None:
    found = example_base().search(form.format(way[1]))

    assert found.best is not None
    assert (found.best.entry.key, found.best.score) == (way[0], 1.0)
    assert found.near == ()


@given(st.text(max_size=300) | st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_whatever_is_typed_gets_a_search(text: str) -> None:
    found = example_base().search(text)

    floor, near = example_base().settings.floor, example_base().settings.near
    assert len(found.near) <= MOST_NEAR
    assert all(near <= hit.score < floor for hit in found.near)
    assert found.best is None or 0 < found.best.score <= 1
    if found.best is not None and found.best.score >= floor:
        assert found.near == ()


@given(
    st.lists(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("".join), max_size=6),
    st.randoms(use_true_random=False),
    st.lists(st.sampled_from(PARTS), max_size=4).map("".join),
)
def test_the_order_of_the_entries_does_not_matter(
    ways: Sequence[str], rng: random.Random, question: str
) -> None:
    entries = [entry(f"item-{number}", way) for number, way in enumerate(ways)]
    shuffled = list(entries)
    rng.shuffle(shuffled)

    assert base_of(*entries).search(question) == base_of(*shuffled).search(question)


def test_a_score_of_a_question_in_other_words_stays_below_that_of_a_written_one() -> None:
    for question in all_questions():
        best = example_base().search(question.text).best
        assert best is None or best.score < 1


@pytest.mark.parametrize("empty", ["", "  ", "？！", "😀", "怎么", "的呢"])
def test_what_asks_nothing_finds_nothing(empty: str) -> None:
    assert example_base().search(empty).best is None
    assert base_of().search("防晒涂多少").best is None


def test_a_question_without_a_common_character_finds_nothing() -> None:
    assert base_of(entry("a", "防晒涂多少")).search("天气").best is None


def test_the_nearest_way_of_asking_is_told() -> None:
    base = base_of(entry("a", "退换货联系谁", "东西坏了找谁"), entry("b", "怎么签到"))
    best = base.search("收到的东西坏了").best

    assert best is not None
    assert (best.entry.key, best.way) == ("a", "东西坏了找谁")


def test_what_is_rare_in_the_base_says_more_than_what_is_common() -> None:
    base = base_of(entry("a", "甲面霜用法"), entry("b", "乙面霜用法"), entry("c", "丙面霜用法"))

    assert best_key(base, "面霜用法乙") == "b"


def test_what_only_the_answer_says_is_found_too() -> None:
    told = Entry("levels", "等级怎么算", (), "从小鱼苗到跃龙门一共四级")
    base = base_of(told, entry("checkin", "怎么签到"), entry("order", "护肤的顺序"))

    assert best_key(base, "跃龙门是什么") == "levels"


def test_a_word_that_the_item_does_not_have_makes_its_answer_less_sure() -> None:
    base = example_base()
    ours, theirs = base.search("积分啥时候过期").best, base.search("航空积分啥时候过期").best

    assert ours is not None
    assert theirs is not None
    assert ours.score >= base.settings.floor > theirs.score


def test_two_items_that_fit_alike_make_no_sure_answer_but_an_offer() -> None:
    base = base_of(
        entry("a", "谷雨面霜怎么用"), entry("b", "麦芽面霜怎么用"), entry("c", "怎么签到")
    )
    found = base.search("面霜的用法")

    assert found.best is not None
    assert found.best.score < base.settings.floor
    assert {hit.entry.key for hit in found.near} <= {"a", "b"}


def test_the_example_brand_offers_questions_when_it_is_not_sure() -> None:
    found = example_base().search("退货要找哪个客服")

    assert [hit.entry.key for hit in found.near] == ["returns", "human"]


def test_a_question_that_two_entries_share_goes_to_the_first_key() -> None:
    base = base_of(entry("b", "怎么签到"), entry("a", "怎么签到？"))

    assert best_key(base, "怎么签到") == "a"
