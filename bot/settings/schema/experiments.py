"""calendar.yaml, experiments: two variants of items, posted in turn until a stated end."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import KeyName, Section, Words

FEWEST_POSTS = 30
"""Of fewer posts nothing is told as a fact, so no experiment may be decided on fewer."""


class Outcome(StrEnum):
    """What an experiment is decided by, counted for each 1,000 members who could see the post."""

    REPLIES = "replies"
    SPEAKERS = "speakers"
    CLICKS = "clicks"
    JOINS = "joins"


class Experiment(Section):
    """实验: which of two variants does better. Nobody looks at its figures before it has ended."""

    key: KeyName
    """Its name in reports."""

    items: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Keys of the content items that have both variants, each of them a file of content/."""

    variants: Annotated[tuple[KeyName, ...], Field(min_length=2, max_length=2)] = ("a", "b")
    """The two variants; the text of a file is variant a."""

    measure: Outcome
    """replies, speakers, clicks or joins, until the group's next post and for a day at most."""

    starts: date
    """The first day on which the variants are posted in turn."""

    ends: date
    """The last one; the result is told two days later, when its posts have had their day."""

    least_posts: Annotated[int, Field(strict=True, ge=FEWEST_POSTS)] = FEWEST_POSTS
    """With fewer posts than this at its end nothing is decided."""
