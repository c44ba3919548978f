"""How good a base is, in figures, on questions whose answers are known.

``hit``: of the questions that the base answers, those whose best entry is the right one, whatever
its score. At a floor: ``right``, those that are answered rightly; ``offered``, those that are not
answered but find the right entry among the "did you mean"; ``wrong``, of **all** questions, with
and without an answer in the base, those that are answered wrongly; ``misled``, of the questions
without an answer those that are answered.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.persona.knowledge.base import MOST_NEAR, Hit, KnowledgeBase

UNANSWERED = "unanswered"
"""In place of an item's key: questions that nothing in the base answers."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the key of the entry that answers it; no key when none does."""

    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with what the base finds, best first."""

    question: Question
    hits: tuple[Hit, ...]

    @property
    def is_hit(self) -> bool:
        """Whether the best entry is the right one."""
        return bool(self.hits) and self.hits[0].entry.key == self.question.key

    @property
    def score(self) -> float:
        """Of the best entry."""
        return self.hits[0].score if self.hits else 0.0


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares between 0 and 1, as the module says."""

    floor: float
    hit: float
    right: float
    offered: float
    wrong: float
    misled: float


def questions_of(document: Mapping[str, Iterable[str]]) -> tuple[Question, ...]:
    """A document of questions by the key of the entry that answers, or ``unanswered``."""
    return tuple(
        Question(text, "" if key == UNANSWERED else key)
        for key, texts in document.items()
        for text in texts
    )


def ask(base: KnowledgeBase, questions: Iterable[Question]) -> tuple[Answered, ...]:
    """All questions, asked once."""
    return tuple(
        Answered(question, tuple(reason.hit for reason in base.explain(question.text, MOST_NEAR)))
        for question in questions
    )


def quality(answered: Collection[Answered], *, floor: float, near: float) -> Quality:
    """How good the answers are when less than ``floor`` is silence and ``near`` is offered."""
    known = [each for each in answered if each.question.key]
    unknown = [each for each in answered if not each.question.key]
    sure = [each for each in answered if each.score >= floor]
    offered = [
        each
        for each in known
        if each.score < floor
        and any(hit.entry.key == each.question.key and hit.score >= near for hit in each.hits)
    ]
    return Quality(
        floor=floor,
        hit=_share(sum(each.is_hit for each in known), known),
        right=_share(sum(each.is_hit for each in sure), known),
        offered=_share(len(offered), known),
        wrong=_share(sum(not each.is_hit for each in sure), answered),
        misled=_share(sum(not each.question.key for each in sure), unknown),
    )


def curve(answered: Collection[Answered], *, near: float) -> Iterator[Quality]:
    """The quality at every floor from 0.3 to 0.95."""
    for percent in range(30, 100, 5):
        yield quality(answered, floor=percent / 100, near=min(near, percent / 100))


def _share(count: int, of: Collection[object]) -> float:
    return count / len(of) if of else 0.0
