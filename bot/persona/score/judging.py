"""The score of a persona, from the configuration alone."""

from functools import partial

from bot.persona.score.asking import ask_offline
from bot.persona.score.material import Material, gather
from bot.persona.score.questions import load_questions
from bot.persona.score.scorecard import Scorecard, score
from bot.persona.screening import refusal
from bot.settings.schema.persona import PersonaFile
from bot.settings.settings import Settings


def judge(settings: Settings, persona: PersonaFile) -> Scorecard:
    """The scorecard of one of the personas of ``settings``; takes about half a second."""
    return score(material_of(settings, persona))


def material_of(settings: Settings, persona: PersonaFile) -> Material:
    """What ``persona`` says and answers, screened as at the last door."""
    return gather(
        settings,
        persona,
        questions=load_questions(),
        ask=ask_offline(settings, persona),
        screen=partial(refusal, settings=settings, persona=persona),
    )
