"""Asking a persona without a program around it: from the configuration alone, always alike."""

import random
from dataclasses import dataclass
from typing import Final

from bot.persona.answering import House, find_answer, speak
from bot.persona.knowledge.shelf import build
from bot.persona.score.material import Ask
from bot.persona.score.slots import SLOTS
from bot.persona.voice import Voice
from bot.settings.schema.persona import PersonaFile
from bot.settings.settings import Settings

_SCOPE: Final = "score"
_SEED: Final = 20_261_122


@dataclass(frozen=True, slots=True)
class _Still:
    """Settings that do not change."""

    current: Settings


def ask_offline(settings: Settings, persona: PersonaFile) -> Ask:
    """Answers as ``persona`` does when no model is there: its variants come in a fixed order."""
    base = build(settings.knowledge, settings.persona.knowledge)
    house = House(persona, settings.bot.brand.name, base, settings.commands)
    voice = Voice(_Still(settings), random.Random(_SEED)).speaking_as(persona)
    asker = SLOTS["name"]

    def ask(question: str) -> str:
        spoken = speak(find_answer(question, house), house, voice, scope=_SCOPE, name=asker)
        if spoken is None:
            return voice.say("ask.fallback", scope=_SCOPE, name=asker)
        return spoken.text

    return ask
