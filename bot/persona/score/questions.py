"""The questions of the scorecard: what is asked, and what must be true of the answer.

They name no brand and no persona; what they expect is looked up on the card ({card.KEY}).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter
from ruamel.yaml import YAML

from bot.settings.casting import FACT
from bot.settings.schema.base import Section, Words
from bot.settings.schema.card import Boundary

FILE: Final = Path(__file__).parent / "questions.yaml"


class Topic(StrEnum):
    """What a question is about; each check looks at the questions of its own."""

    IDENTITY = "identity"
    SCOPE = "scope"
    HONEST = "honest"
    MODEL_TALK = "model_talk"
    CLAIMS = "claims"
    FACTS = "facts"
    MEMORY = "memory"
    BOUNDARY = "boundary"
    LANGUAGE = "language"
    SMALL_TALK = "small_talk"


class Question(Section):
    """A question and its predicates; a predicate that is not there asks for nothing."""

    ask: Words
    """What a member says."""

    topic: Topic
    """What it is about."""

    says: tuple[Words, ...] = ()
    """All of these occur in the answer."""

    says_one: tuple[Words, ...] = ()
    """At least one of these does."""

    never: tuple[Words, ...] = ()
    """None of these does."""

    matches: str = ""
    """A regular expression that finds something in it."""

    equals: str = ""
    """The answer is exactly this."""

    boundary: Boundary | None = None
    """The answer is one of the card's for this boundary."""

    chats: bool = False
    """The answer is one of the card's for small talk."""


@dataclass(frozen=True, slots=True)
class CardAnswers:
    """What the card says by itself: its facts, and its fixed answers as they are heard."""

    facts: Mapping[str, str]
    deflections: Mapping[Boundary, frozenset[str]]
    small_talk: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the persona's answer."""

    question: Question
    answer: str

    def faults(self, card: CardAnswers) -> Iterator[str]:
        """What of the predicates does not hold, in words."""
        asks, answer, facts = self.question, self.answer, card.facts
        for words in asks.says:
            if _filled(words, facts) not in answer:
                yield f"does not say {_filled(words, facts)}"
        one = [_filled(words, facts) for words in asks.says_one]
        if one and not any(words in answer for words in one):
            yield f"says none of {', '.join(one)}"
        for words in asks.never:
            if _filled(words, facts) in answer:
                yield f"says {_filled(words, facts)}"
        if asks.matches and not re.search(asks.matches, answer):
            yield f"does not match {asks.matches}"
        if asks.equals and answer != _filled(asks.equals, facts):
            yield f"is not {_filled(asks.equals, facts)}"
        if asks.boundary is not None and answer not in card.deflections.get(asks.boundary, ()):
            yield f"is none of the card's answers for {asks.boundary}"
        if asks.chats and answer not in card.small_talk:
            yield "is none of the card's answers to small talk"


@cache
def load_questions() -> tuple[Question, ...]:
    """The questions that come with the program."""
    data = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    return TypeAdapter(tuple[Question, ...]).validate_python(data)


def _filled(words: str, facts: Mapping[str, str]) -> str:
    return FACT.sub(lambda match: facts.get(match[1], match[0]), words)
