"""What a question is answered with, without a model: pure, and honest when it is nothing.

In this order: questions about the bot itself, small talk and nothing else, what the persona does
not talk about, the knowledge base, small talk with a word more. What no road has an answer to is
``Unknown``, perhaps with what was meant.

Two registers: the expert answers from the knowledge base and names his source, the friend makes
small talk. What is said about the house and its limits is neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final

from bot.core.text import fold
from bot.persona.knowledge.base import Entry, Hit, KnowledgeBase
from bot.persona.voice import Voice
from bot.settings.schema.card import Boundary, PersonaCard
from bot.settings.schema.commands import CommandName, CommandsFile
from bot.settings.schema.persona import PersonaFile

ABOUT_ITSELF: Final = (CommandName.ARE_YOU_A_BOT, CommandName.WHO, CommandName.ABILITIES)
"""Questions about the bot itself; they are recognised inside a longer sentence as well."""

SHORT_QUESTION: Final = 30
"""Characters up to which a sentence that contains such a question is taken as that question."""

CHAT_SPARE: Final = 4
"""Characters that small talk may have beside its words: a particle, a name."""


class Register(StrEnum):
    """In which of its registers the persona speaks."""

    HOUSE = "house"
    """About itself and its limits."""

    EXPERT = "expert"
    """From the knowledge base, with its source."""

    FRIEND = "friend"
    """Small talk."""


@dataclass(frozen=True, slots=True)
class AboutItself:
    """The bot was asked about itself; ``name`` is the command that answers it."""

    name: CommandName


@dataclass(frozen=True, slots=True)
class OutOfBounds:
    """Something the persona does not talk about."""

    boundary: Boundary


@dataclass(frozen=True, slots=True)
class InKnowledge:
    """The knowledge base answers it."""

    hit: Hit


@dataclass(frozen=True, slots=True)
class Chat:
    """Small talk on a topic of the card."""

    topic: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No road has an answer. ``near`` are questions that may have been meant."""

    near: tuple[Hit, ...] = ()


Found = AboutItself | OutOfBounds | InKnowledge | Chat | Unknown


@dataclass(frozen=True, slots=True)
class House:
    """What a question is looked up in: who speaks, what is known, and the words for commands."""

    persona: PersonaFile
    brand: str
    knowledge: KnowledgeBase
    commands: CommandsFile


def find_answer(question: str, house: House) -> Found:
    """Where the answer to ``question`` is."""
    if (about := _about_itself(question, house.commands)) is not None:
        return AboutItself(about)
    if (topic := _topic_of(question, house.persona, spare=0)) is not None:
        return Chat(topic)
    if (boundary := boundary_of(question, house.persona)) is not None:
        return OutOfBounds(boundary)
    search = house.knowledge.search(question)
    if search.best is not None and search.best.score >= house.knowledge.settings.floor:
        return InKnowledge(search.best)
    if (topic := _topic_of(question, house.persona, spare=CHAT_SPARE)) is not None:
        return Chat(topic)
    return Unknown(search.near)


@dataclass(frozen=True, slots=True)
class Spoken:
    """An answer in words. ``topic`` tells people what it was about: a knowledge item, a topic."""

    text: str
    register: Register
    topic: str
    entry: Entry | None = field(default=None)


def speak(found: Found, house: House, voice: Voice, *, scope: str, name: str) -> Spoken | None:
    """The words for what was found, in the voice of the house's persona; None for Unknown."""
    slots: Mapping[str, object] = {"name": name}
    match found:
        case AboutItself(command):
            text = voice.say(f"persona.{command}", scope=scope, **introduction(house), **slots)
            return Spoken(text, Register.HOUSE, str(command))
        case OutOfBounds(boundary):
            variants = house.persona.deflections[boundary].answers
            text = voice.choose(f"boundary.{boundary}", variants, scope=scope, **slots)
            return Spoken(text, Register.HOUSE, f"boundary {boundary}")
        case InKnowledge(hit):
            entry = hit.entry
            template = "ask.answer_sourced" if entry.source else "ask.answer"
            told = {"answer": entry.answer, "source": entry.source}
            text = voice.say(template, scope=scope, **told, **slots)
            return Spoken(text, Register.EXPERT, entry.key, entry)
        case Chat(topic):
            variants = house.persona.small_talk[topic].answers
            text = voice.choose(f"small_talk.{topic}", variants, scope=scope, **slots)
            return Spoken(text, Register.FRIEND, topic)
        case Unknown():
            return None


def introduction(house: House) -> dict[str, object]:
    """What the persona says of itself, as slots."""
    persona = house.persona
    return {
        "persona": persona.name,
        "label": persona.label,
        "who": persona.who,
        "what": persona.what,
        "value": persona.value,
        "brand": house.brand,
    }


def boundary_of(question: str, card: PersonaCard) -> Boundary | None:
    """Which of the things that the persona does not talk about a message is about."""
    asked = _bare(question)
    for boundary, deflection in card.deflections.items():
        rest = asked
        for harmless in deflection.unless:
            rest = rest.replace(_bare(harmless), "\0")
        if any(_bare(word) in rest for word in deflection.words):
            return boundary
    return None


def _about_itself(question: str, commands: CommandsFile) -> CommandName | None:
    asked = fold(question)
    if len(asked) > SHORT_QUESTION:
        return None
    for name in ABOUT_ITSELF:
        if any(fold(word) in asked for word in commands.commands[name].words):
            return name
    return None


def _topic_of(question: str, card: PersonaCard, *, spare: int) -> str | None:
    """The small talk that a message is, with ``spare`` characters at most beside its words.

    Of several the one with most words.
    """
    said = _bare(question)
    best: tuple[int, str] | None = None
    for topic, talk in card.small_talk.items():
        for word in map(_bare, talk.words):
            if word and word in said and len(said) - len(word) <= spare:
                best = max(best or (0, ""), (len(word), topic))
    return best[1] if best else None


@lru_cache(maxsize=8192)
def _bare(text: str) -> str:
    """Letters and digits alone, folded."""
    return "".join(filter(str.isalnum, fold(text)))
