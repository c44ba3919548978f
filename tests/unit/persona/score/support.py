"""Material that says what a test tells it to, with the example's card behind it."""

from dataclasses import replace
from functools import cache
from typing import Any

from bot.persona.score.judging import material_of
from bot.persona.score.material import Material, Road, Said
from bot.persona.score.questions import Asked, Question, Topic
from bot.persona.score.scorecard import CHECKS
from bot.persona.score.verdict import CheckName, Verdict
from bot.settings.settings import Settings
from tests.support.settings import example_settings


@cache
def settings() -> Settings:
    """The example brand's settings, read once."""
    return example_settings()


@cache
def example(key: str = "") -> Material:
    """Everything that a persona of the example says."""
    chosen = settings().personas[key] if key else settings().persona
    return material_of(settings(), chosen)


def saying(*texts: str, road: Road = Road.SPEECH, **tone: Any) -> Material:
    """The example's card with these texts and no others; ``tone`` changes its tone."""
    said = tuple(Said(road, f"text[{index}]", text, text) for index, text in enumerate(texts))
    return replace(toned(example(), **tone), said=said, asked=())


def toned(material: Material, **tone: Any) -> Material:
    """The same material under a card with another tone."""
    card = material.persona
    changed = card.model_copy(update={"tone": card.tone.model_copy(update=tone)})
    return replace(material, persona=changed)


def answering(question: str, answer: str, topic: Topic, **predicates: Any) -> Material:
    """The example's card, one question, and this answer to it."""
    asked = Asked(Question(ask=question, topic=topic, **predicates), answer)
    said = (Said(Road.ANSWER, f"“{question}”", answer, answer),)
    return replace(example(), said=said, asked=(asked,))


def check(name: CheckName, material: Material) -> Verdict:
    """What one of the checks says."""
    return CHECKS[name].run(material)


def reasons(verdict: Verdict) -> list[str]:
    """Why points were lost, in order."""
    return [fault.why for fault in verdict.faults]
