"""members.yaml, memory: what members may say of themselves that is remembered, and what for.

Only what is listed here can be remembered, as the key of a value or the number of a month. A
member's own words are never kept, so nobody can teach the bot a rule.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from bot.settings.schema.base import KeyName, Section, Words

MOST_FACTS: Final = 20
"""Facts of one member at most; a table's constraint counts on it."""

VALUE_SLOT: Final = "{value}"
"""Stands in a phrase where the value is said."""


class FactForm(StrEnum):
    """What the value of a fact can be."""

    LISTED = "listed"
    MONTH = "month"


class FactValue(Section):
    """One thing that a member may say."""

    key: KeyName
    """Name used by machines; it is what is kept, so it never changes."""

    name: Words
    """How it is told back, and one way to say it."""

    also: tuple[Words, ...] = ()
    """Other ways to say it."""


class FactType(Section):
    """Something to remember about a member. One without a purpose is not worth keeping."""

    key: KeyName
    """Name used by machines; it is what is kept, so it never changes."""

    name: Words
    """Name shown to members."""

    purpose: Words
    """What it is used for, as members may read it."""

    phrases: Annotated[tuple[Words, ...], Field(min_length=1)] = Field(examples=[["我是{value}"]])
    """How a member says it of himself, from the beginning of a clause, with {value}."""

    told: Words = Field(examples=["自己是{value}"])
    """How it is told back behind 你说过, with {value}."""

    form: FactForm = FactForm.LISTED
    """listed: one of values; month: a month of the year."""

    values: tuple[FactValue, ...] = ()
    """What can be said; none for months."""

    unit: str = Field(default="", examples=["月"])
    """What is shown behind the number of a month."""


class Remark(Section):
    """What is added to an answer for members of whom a fact is remembered; one an answer."""

    type: KeyName
    """Key of the type of fact."""

    values: tuple[KeyName, ...] = ()
    """Keys of values; none for months, where it is said in that month itself."""

    topics: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Names of files in knowledge/ without .md: the answers that it is added to."""

    text: Words
    """What is said, behind 你说过…；it begins in the middle of a sentence."""


class MemoryRules(Section):
    """记忆."""

    keep_days: Annotated[int, Field(strict=True, ge=1, le=365)] = 180
    """How long a fact is remembered after it was last said."""

    leads: tuple[Words, ...] = ()
    """Words that may stand before a phrase in its clause: 其实, 对了 …"""

    unless_followed_by: tuple[Words, ...] = ()
    """With one of these behind it a phrase is a question or a condition: 吗, 还是, 的话 …"""

    never: tuple[Words, ...] = ()
    """Nothing is taken from a message with one of these: age, illness, pregnancy …"""

    types: Annotated[tuple[FactType, ...], Field(max_length=MOST_FACTS)] = ()
    """What can be remembered; at most 20."""

    remarks: tuple[Remark, ...] = ()
    """What is added to answers; the first that fits."""

    @property
    def keep(self) -> timedelta:
        """``keep_days`` as a span."""
        return timedelta(days=self.keep_days)
