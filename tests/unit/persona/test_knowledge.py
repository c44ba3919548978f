"""Answers from the knowledge base, measured on questions that the base does not contain."""

from dataclasses import dataclass

import pytest

from bot.core.text import fold
from bot.persona.knowledge import KnowledgeIndex, index_of
from bot.settings.schema.front_matter import KnowledgeFront
from bot.settings.settings import KnowledgeItem
from tests.support.brand import brand

from .questions import PARAPHRASES, UNRELATED


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares of the questions with an answer (right, wrong) and of the unrelated ones answered."""

    right: float
    wrong: float
    misled: float


def measure(floor: float) -> Measured:
    """How the example brand's knowledge base answers when a score below ``floor`` is silence."""
    index = index_of(brand().knowledge)
    right = wrong = 0
    asked = [(key, question) for key, questions in PARAPHRASES.items() for question in questions]
    for key, question in asked:
        found = index.find(question)
        if found is not None and found.score >= floor:
            right += found.item.key == key
            wrong += found.item.key != key
    answers = [index.find(question) for question in UNRELATED]
    misled = sum(found is not None and found.score >= floor for found in answers)
    return Measured(right / len(asked), wrong / len(asked), misled / len(UNRELATED))


def test_the_held_out_questions_are_not_in_the_base_and_cover_all_of_it() -> None:
    items = brand().knowledge
    written = {fold(way) for item in items for way in (item.front.question, *item.front.also)}
    asked = [question for questions in PARAPHRASES.values() for question in questions]

    assert set(PARAPHRASES) == {item.key for item in items}
    assert len(asked) >= 60
    assert len(UNRELATED) >= 30
    assert not written & {fold(question) for question in (*asked, *UNRELATED)}


def test_the_best_item_is_the_right_one_for_most_questions_in_other_words() -> None:
    assert measure(0.0).right >= 0.8


def test_with_the_configured_floor_hardly_any_answer_is_wrong() -> None:
    measured = measure(brand().persona.knowledge.floor)

    assert measured.wrong <= 0.05
    assert measured.misled <= 0.05


def test_with_the_configured_floor_a_good_part_of_the_questions_in_other_words_is_answered() -> (
    None
):
    assert measure(brand().persona.knowledge.floor).right >= 0.4


@pytest.mark.parametrize("item", brand().knowledge, ids=lambda item: item.key)
def test_every_written_way_of_asking_finds_its_own_item_and_scores_as_its_equal(
    item: KnowledgeItem,
) -> None:
    index = index_of(brand().knowledge)
    for way in (item.front.question, *item.front.also):
        found = index.find(way)
        assert found is not None
        assert found.item.key == item.key, way
        assert found.score == pytest.approx(1)


def knowledge(key: str, question: str, *also: str) -> KnowledgeItem:
    return KnowledgeItem(key, KnowledgeFront(question=question, also=also), f"answer of {key}")


def test_width_case_spaces_and_punctuation_do_not_matter() -> None:
    index = KnowledgeIndex([knowledge("a", "早C晚A怎么做"), knowledge("b", "防晒涂多少")])

    for typed in ("早c晚a怎么做？", "早Ｃ晚Ａ 怎么做！！", "  早C，晚A…怎么做"):
        found = index.find(typed)
        assert found is not None
        assert found.item.key == "a"
        assert found.score == pytest.approx(1)


def test_a_question_without_a_common_character_finds_nothing() -> None:
    index = KnowledgeIndex([knowledge("a", "防晒涂多少")])

    assert index.find("天气") is None
    assert index.find("") is None
    assert index.find("？！") is None
    assert KnowledgeIndex([]).find("防晒涂多少") is None


def test_another_way_of_asking_counts_as_much_as_the_title() -> None:
    index = KnowledgeIndex(
        [knowledge("a", "退换货联系谁", "东西坏了找谁"), knowledge("b", "怎么签到")]
    )
    found = index.find("东西坏了找谁")

    assert found is not None
    assert found.item.key == "a"
    assert found.score == pytest.approx(1)


def test_what_is_rare_in_the_base_says_more_than_what_is_common() -> None:
    index = KnowledgeIndex(
        [knowledge("a", "甲怎么用"), knowledge("b", "乙怎么用"), knowledge("c", "丙怎么用呢")]
    )
    found = index.find("乙呢")

    assert found is not None
    assert found.item.key == "b"


def test_a_score_lies_between_nothing_and_one() -> None:
    index = index_of(brand().knowledge)
    for question in (*UNRELATED, *(asked for ways in PARAPHRASES.values() for asked in ways)):
        found = index.find(question)
        assert found is None or 0 < found.score <= 1 + 1e-9


def test_the_index_of_a_library_is_built_once() -> None:
    assert index_of(brand().knowledge) is index_of(brand().knowledge)
