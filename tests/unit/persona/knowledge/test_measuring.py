"""The figures of a base, on a few questions that can be counted by hand."""

import pytest

from bot.persona.knowledge.base import Hit
from bot.persona.knowledge.measuring import (
    Answered,
    Question,
    curve,
    quality,
    questions_of,
)

from .support import entry


def answered(key: str, *hits: tuple[str, float]) -> Answered:
    """A question of ``key``, with what was found."""
    found = (Hit(entry(each, f"{each}吗"), score, f"{each}吗") for each, score in hits)
    return Answered(Question("问", key), tuple(found))


FOUND = (
    answered("a", ("a", 0.9)),
    answered("a", ("b", 0.9), ("a", 0.5)),
    answered("a", ("b", 0.6), ("a", 0.3)),
    answered("a", ("b", 0.6), ("a", 0.1)),
    answered(""),
    answered("", ("a", 0.9)),
    answered("", ("a", 0.2)),
    answered("", ("b", 0.7)),
)


def test_shares_are_of_the_questions_that_they_are_about() -> None:
    measured = quality(FOUND, floor=0.8, near=0.2)

    assert measured.hit == pytest.approx(1 / 4)
    assert measured.right == pytest.approx(1 / 4)
    assert measured.offered == pytest.approx(1 / 4), "the one whose right item is near enough"
    assert measured.wrong == pytest.approx(2 / 8), "of all, with and without an answer"
    assert measured.misled == pytest.approx(1 / 4)


def test_nothing_that_was_not_found_is_a_hit() -> None:
    assert not answered("").is_hit
    assert not answered("a").is_hit
    assert quality((), floor=0.8, near=0.2).wrong == 0


def test_a_higher_floor_never_answers_more() -> None:
    points = list(curve(FOUND, near=0.2))

    assert [point.wrong for point in points] == sorted(
        (point.wrong for point in points), reverse=True
    )
    assert points[0].wrong > points[-1].wrong


def test_a_document_tells_which_questions_nothing_answers() -> None:
    document = {"a": ["问一", "问二"], "unanswered": ["问三"]}

    assert questions_of(document) == (
        Question("问一", "a"),
        Question("问二", "a"),
        Question("问三"),
    )
