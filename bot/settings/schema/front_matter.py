"""Front matter of the Markdown files in content/ and knowledge/."""

from datetime import date
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Kind, Pillar, Section, Words

ROTATE = "rotate"
"""The fission step that means: whichever is due."""


class ContentFront(Section):
    """The head of a content item 内容."""

    title: Words
    """Title for operators; members do not see it."""

    pillar: Pillar
    """内容维度: brand, product, industry or user."""

    kind: Kind
    """内容类型: story, activity, product, red_packet or lesson."""

    months: tuple[Annotated[int, Field(strict=True, ge=1, le=12)], ...] = ()
    """Months in which it suits the season; empty: always."""

    node: str = ""
    """Key of the node day 节点日 it is made for; then it appears on that day only."""

    promotion: bool = False
    """True when it advertises a price or a sale; at most one in four posts is."""

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
