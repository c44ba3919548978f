"""Answers from the example brand's knowledge base, measured on questions that it does not contain.

The bars are those of the product: of the held-out questions with an answer 85 % find the right
item first, and of all held-out questions at most 3 % are answered wrongly.
"""

from bot.core.text import fold
from bot.persona.knowledge.measuring import ask, quality
from tests.support.brand import brand

from .questions import Half, all_questions, half_of, questions
from .support import example_base

SCORES = brand().persona.knowledge
HELD_OUT = quality(
    ask(example_base(), questions(Half.HELD_OUT)), floor=SCORES.floor, near=SCORES.near
)


def test_the_questions_cover_every_item_and_stand_nowhere_in_the_base() -> None:
    written = {fold(way) for entry in example_base().entries for way in entry.ways}
    texts = [fold(question.text) for question in all_questions()]

    assert {question.key for question in all_questions()} - {""} == {
        entry.key for entry in example_base().entries
    }
    assert len(set(texts)) == len(texts)
    assert not written & set(texts)


def test_there_are_enough_of_them_and_the_halves_are_nearly_equal() -> None:
    known = [question for question in all_questions() if question.key]
    held_out = [question for question in all_questions() if half_of(question) is Half.HELD_OUT]

    assert len(known) >= 200
    assert len(all_questions()) - len(known) >= 100
    assert 0.45 <= len(held_out) / len(all_questions()) <= 0.55


def test_the_base_is_as_large_as_promised() -> None:
    assert len(example_base().entries) >= 60
    assert all(4 <= len(entry.ways) <= 8 and entry.source for entry in example_base().entries)


def test_the_best_item_is_the_right_one_for_85_percent_of_the_held_out_questions() -> None:
    assert HELD_OUT.hit >= 0.85


def test_at_most_3_percent_of_all_held_out_questions_are_answered_wrongly() -> None:
    assert HELD_OUT.wrong <= 0.03
    assert HELD_OUT.misled <= 0.03


def test_most_held_out_questions_are_answered_and_most_others_offered() -> None:
    assert HELD_OUT.right >= 0.6
    assert HELD_OUT.right + HELD_OUT.offered >= 0.85
