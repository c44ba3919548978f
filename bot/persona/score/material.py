"""What is judged: everything a persona says in a configuration, filled in as it would be heard."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.persona.score.questions import Asked, CardAnswers, Question
from bot.persona.score.slots import SLOTS, fill
from bot.settings.casting import facts_of
from bot.settings.policy import policy_of
from bot.settings.schema.commands import CommandName, CommandsFile
from bot.settings.schema.persona import PersonaFile
from bot.settings.schema.templates import SPEECH, shape_of
from bot.settings.settings import Settings

Ask = Callable[[str], str]
"""Answers a question as the persona would, from the configuration alone."""

Screen = Callable[[str], str]
"""Why a text may not leave the house; empty when it may."""


class Road(StrEnum):
    """Where a text comes from."""

    SPEECH = "speech"
    """A template that members hear often."""

    LABEL = "label"
    """A template that is a fixed label, a form or an operator's text."""

    POST = "post"
    """An item of the content library."""

    ADVERT = "advert"
    """An item of the library that is marked as advertising a price (promotion: true)."""

    ANSWER = "answer"
    """The answer to one of the questions."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text as it is heard. ``written`` is what stands in the file, with its slots."""

    road: Road
    where: str
    text: str
    written: str


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that the checks look at.

    ``others`` are names that are not the persona's: of other personas, of models. ``words`` are
    those of all commands. ``asked`` are the questions with their answers, ``known`` the answers of
    the knowledge base.
    """

    persona: PersonaFile
    card: CardAnswers
    others: tuple[str, ...]
    words: frozenset[str]
    human_word: str
    said: tuple[Said, ...]
    asked: tuple[Asked, ...]
    known: tuple[str, ...]
    screen: Screen

    def on(self, *roads: Road) -> list[Said]:
        """The texts of some roads."""
        return [said for said in self.said if said.road in roads]


MODELS: Final = (
    "ChatGPT",
    "GPT",
    "豆包",
    "文心一言",
    "通义千问",
    "Kimi",
    "DeepSeek",
    "小爱同学",
    "Siri",
)
"""Names that other companies have given their assistants."""


def gather(
    settings: Settings,
    persona: PersonaFile,
    *,
    questions: Sequence[Question],
    ask: Ask,
    screen: Screen,
) -> Material:
    """What ``persona`` says in these settings, and how it answers the questions."""
    human_word = settings.commands.commands[CommandName.HUMAN].words[0]
    facts = {**facts_of(persona, settings.bot.brand.name), "human": human_word}
    everybody = (settings.persona, *settings.personas.values())
    others = tuple(other.name for other in everybody if other.name != persona.name)
    asked = tuple(Asked(question, ask(question.ask)) for question in questions)
    answers = (
        Said(Road.ANSWER, f"“{item.question.ask}”", item.answer, item.answer) for item in asked
    )
    posts = posts_of(settings, persona)
    return Material(
        persona=persona,
        card=card_answers(persona, facts),
        others=(*others, *MODELS),
        words=_command_words(settings.commands),
        human_word=human_word,
        said=(*templates_of(persona, facts, _own_page(settings)), *posts, *answers),
        asked=asked,
        known=tuple(item.answer for item in settings.knowledge),
        screen=screen,
    )


def card_answers(persona: PersonaFile, facts: Mapping[str, str]) -> CardAnswers:
    """What the card says by itself, filled in; {card.human} is the word that calls a person."""
    return CardAnswers(
        facts=facts,
        deflections={
            boundary: frozenset(fill(text) for text in deflection.answers)
            for boundary, deflection in persona.deflections.items()
        },
        small_talk=frozenset(
            fill(text) for talk in persona.small_talk.values() for text in talk.answers
        ),
    )


def templates_of(
    persona: PersonaFile, facts: Mapping[str, str], page: str = SLOTS["url"]
) -> Iterator[Said]:
    """Every variant of every template, filled in; ``page`` is the address of a page of ours."""
    own = {"persona": persona.name, "label": persona.label, "brand": facts["brand"], "url": page}
    own |= {"who": persona.who, "what": persona.what, "value": persona.value}
    for name, variants in persona.templates.items():
        shape = shape_of(name)
        is_speech = "@" in name or (shape is not None and shape.variants >= SPEECH)
        for index, text in enumerate(variants):
            road = Road.SPEECH if is_speech else Road.LABEL
            about = own if name.startswith("persona.") else own | {"what": SLOTS["what"]}
            yield Said(road, f"{name}[{index}]", fill(text, about), text)


def posts_of(settings: Settings, persona: PersonaFile) -> Iterator[Said]:
    """The library, when a group in which this persona speaks has scheduled posts."""
    groups = [group for group in settings.bot.groups if group.scheduled]
    if any(settings.persona_of(group) is persona for group in groups):
        for item in settings.content:
            road = Road.ADVERT if item.front.promotion else Road.POST
            yield Said(road, f"content/{item.key}.md", item.text, item.text)


def _own_page(settings: Settings) -> str:
    """A page to which texts may lead."""
    hosts = policy_of(settings).link_hosts
    return f"https://{hosts[0]}/m" if hosts else SLOTS["url"]


def _command_words(commands: CommandsFile) -> frozenset[str]:
    words: Iterable[str] = (word for one in commands.commands.values() for word in one.words)
    return frozenset(words)
