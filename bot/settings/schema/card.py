"""The card of a persona: who speaks, how, what it never talks about, and how its account looks.

Every fact stands here once. Other texts of the persona take it as {card.KEY}, so that a change of
the office hours is a change of one line.
"""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from bot.settings.schema.base import KeyName, Positive, Section, Words
from bot.settings.schema.presets import Preset
from bot.settings.schema.tone import Tone

LEAST_SAMPLES: Final = 12
"""Fewer lines do not tell one style from another."""


class PersonaKind(StrEnum):
    """What kind of somebody speaks 人设类型."""

    PERSON = "person"
    PRODUCT = "product"
    EXPERT = "expert"


class Boundary(StrEnum):
    """What a persona does not talk about, whatever it is asked."""

    POLITICS = "politics"
    MEDICINE = "medicine"
    LAW = "law"
    RIVALS = "rivals"
    PRIVATE_DATA = "private_data"
    ROMANCE = "romance"


class NoticePart(StrEnum):
    """What the notice of a group tells newcomers, in this order."""

    PURPOSE = "purpose"
    HOURS = "hours"
    CHECKIN = "checkin"
    POINTS = "points"
    INVITE = "invite"
    PERSONALISATION = "personalisation"
    PERSON = "person"
    RULES = "rules"


class MemoryPoint(Section):
    """Something members remember the persona by: a catch-phrase, a sign-off, a ritual."""

    text: Words
    """The words, exactly as they appear."""

    every_posts: Positive = 10
    """It should appear about once in so many posts."""


class Addressing(Section):
    """How members are called; {name} is the name by which they are known."""

    plain: Words = "{name}"
    """Everybody else."""

    levels: dict[Words, Words] = Field(default_factory=dict)
    """Members of a level, by its name in rewards.yaml."""

    tags: dict[KeyName, Words] = Field(default_factory=dict)
    """Members with a tag, by its key in members.yaml; a tag wins over a level."""


class Deflection(Section):
    """What is said instead of an answer, in the persona's own voice."""

    words: Annotated[tuple[Words, ...], Field(min_length=1)]
    """A message with one of these is about it."""

    unless: tuple[Words, ...] = ()
    """Harmless words that contain one of them."""

    answers: Annotated[tuple[Words, ...], Field(min_length=2)]
    """Fixed answers; {name} is who asked, {card.KEY} a fact of the card."""


class SmallTalk(Section):
    """A thing people say that is no question: a greeting, thanks, teasing."""

    words: Annotated[tuple[Words, ...], Field(min_length=1)]
    """What they say; for a message that is this and little more."""

    answers: Annotated[tuple[Words, ...], Field(min_length=2)]
    """What is said to it; {name} is who talks, {card.KEY} a fact of the card."""


class Decoration(Section):
    """How the account and its group are dressed up 装修, by hand; `bot persona` prints it."""

    nickname: Words = "{card.name}（{card.label}）"
    """The account's nickname; members must see in it that this is an AI."""

    signature: Words
    """The account's line about itself."""

    avatar: Words
    """What its picture should show, for whoever makes it."""

    cover: Words
    """The words on the picture above its Moments 朋友圈封面."""

    group_name: Words = "{group}"
    """The group's name; {group} is the one in bot.yaml."""

    notice: dict[NoticePart, Words]
    """The group's notice 群公告, part by part; {group} is the group's name."""


class PersonaCard(Section):
    """Who speaks."""

    name: Words
    """The persona's name."""

    label: Words = "AI 助手"
    """The visible label that this is an AI; part of every introduction."""

    kind: PersonaKind = PersonaKind.PERSON
    """人设类型: a person, the product itself, or an expert."""

    preset: Preset | None = None
    """A tone to start from: 闺蜜, 专家, 店长 or 福利官."""

    facts: dict[KeyName, Words] = Field(default_factory=dict)
    """What is true of the persona and its house, each fact once; texts take it as {card.KEY}."""

    who: Words
    """我是谁: background in a sentence or two."""

    what: Words
    """我是做什么的: skills, hours, limits."""

    value: Words
    """我对用户的价值是什么: what members get, and how that is kept."""

    memory_points: tuple[MemoryPoint, ...]
    """What members remember the persona by."""

    tone: Tone = Tone()
    """How the persona sounds."""

    addressing: Addressing = Addressing()
    """How members are called."""

    samples: tuple[Words, ...] = ()
    """Approved lines that sound right; the style of every other text is measured by them."""

    deflections: dict[Boundary, Deflection] = Field(default_factory=dict)
    """What it does not talk about, and what it says then."""

    small_talk: dict[KeyName, SmallTalk] = Field(default_factory=dict)
    """What it says to what is no question."""

    decoration: Decoration | None = None
    """How its account and group are dressed up."""
