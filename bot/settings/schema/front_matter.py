"""Front matter of the Markdown files in content/ and knowledge/."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Kind, Pillar, Section, Words
from bot.settings.schema.rollout import ALL, Rollout

ROTATE = "rotate"
"""The fission step that means: whichever is due."""


class Purpose(StrEnum):
    """What a post is for, and by which figure it is judged."""

    TRUST = "trust"
    JOINS = "joins"
    CLICKS = "clicks"
    SPEAKERS = "speakers"
    LEARNING = "learning"


PURPOSES: dict[Kind, Purpose] = {
    Kind.STORY: Purpose.TRUST,
    Kind.ACTIVITY: Purpose.JOINS,
    Kind.PRODUCT: Purpose.CLICKS,
    Kind.RED_PACKET: Purpose.SPEAKERS,
    Kind.LESSON: Purpose.LEARNING,
}
"""What a post of a kind is for, unless its file says another purpose."""


class Appeal(StrEnum):
    """What a post appeals to 诉求. Discounts are rationed by mix.discount_percent."""

    TRUST = "trust"
    EMOTION = "emotion"
    DISCOUNT = "discount"


class ContentFront(Section):
    """The head of a content item 内容."""

    title: Words
    """Title for operators; members do not see it."""

    pillar: Pillar
    """内容维度: brand, product, industry or user."""

    kind: Kind
    """内容类型: story, activity, product, red_packet or lesson."""

    purpose: Purpose | None = None
    """trust, joins, clicks, speakers or learning; left out: what is usual for the kind."""

    appeal: Appeal = Appeal.TRUST
    """诉求: trust, emotion or discount."""

    evidence: str = ""
    """Where its facts can be looked up; asked for where the text claims a figure in percent."""

    groups: tuple[Words, ...] = ()
    """Keys of the groups it is for, the audience; empty: every group."""

    rollout: Rollout = ALL
    """Where it appears for now: all, a share of the groups as 10%, or the key of one group."""

    link: str = ""
    """An https address for readers; members get a short one, and who opens it is counted."""

    months: tuple[Annotated[int, Field(strict=True, ge=1, le=12)], ...] = ()
    """Months in which it suits the season; empty: always."""

    node: str = ""
    """Key of the node day 节点日 it is made for; then it appears on that day only."""

    promotion: bool = False
    """True when it advertises a price or a sale; at most one in four posts is."""

    approval: tuple[Words, ...] = ()
    """User ids of people one of whom must approve each post of it, beside calendar.approval."""

    fission: str = ROTATE
    """Key of a fission step of calendar.yaml, or rotate."""

    pictures: Annotated[tuple[Words, ...], Field(max_length=9)] = ()
    """PNG or JPEG files of the configuration folder, as pictures/rice.png; at most 5 MB each."""

    valid_from: date | None = None
    """First day on which it may appear."""

    valid_to: date | None = None
    """Last day on which it may appear."""


class KnowledgeFront(Section):
    """The head of a knowledge item 知识; the body is the answer."""

    question: Words
    """The question, as members ask it."""

    also: tuple[Words, ...] = ()
    """Other ways to ask it."""

    source: str = ""
    """Where the answer comes from."""
