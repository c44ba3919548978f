"""persona.yaml: 人设, who speaks and in which words."""

from typing import Annotated, Literal

from pydantic import Field

from bot.settings.schema.base import Count, Positive, Section, Words


class MemoryPoint(Section):
    """Something members remember the persona by: a catch-phrase, a sign-off, a ritual."""

    text: Words
    """The words, exactly as they appear."""

    every_posts: Positive = 10
    """It should appear about once in so many posts."""


class Tone(Section):
    """How the persona sounds."""

    address: Literal["你", "您"] = "你"
    """How members are addressed."""

    liked: tuple[Words, ...] = ()
    """Words that suit the persona."""

    banned: tuple[Words, ...] = ()
    """Words the persona never uses; no template and no post may contain them."""

    emoji_budget: Count = 2
    """Emoji allowed in one text."""


class Screening(Section):
    """Words that may not leave the house (广告法 art. 9 and the platform's rules)."""

    blocked: tuple[Words, ...] = ()
    """Texts with these words are refused, whoever wrote them."""

    allowed: tuple[Words, ...] = ()
    """Harmless words that contain a blocked one."""


class KnowledgeSettings(Section):
    """How questions are matched with the knowledge base."""

    floor: Annotated[float, Field(gt=0, le=1)] = 0.35
    """Least score of an answer; below it the bot says honestly that it does not know."""


class PersonaFile(Section):
    """persona.yaml."""

    name: Words
    """The persona's name."""

    label: Words = "AI 助手"
    """The visible label that this is an AI; part of every introduction."""

    who: Words
    """我是谁: background in a sentence or two."""

    what: Words
    """我是做什么的: skills, hours, limits."""

    value: Words
    """我对用户的价值是什么: what members get, and how that is kept."""

    memory_points: tuple[MemoryPoint, ...]
    """What members remember the persona by."""

    tone: Tone
    """How the persona sounds."""

    screening: Screening = Screening()
    """Words that may not leave the house."""

    knowledge: KnowledgeSettings = KnowledgeSettings()
    """How questions are matched with the knowledge base."""

    templates: dict[str, tuple[Words, ...]]
    """话术 by name, several variants each; {names} in braces are filled in."""
