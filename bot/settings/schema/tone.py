"""How a persona sounds, in figures that a machine can keep an eye on."""

from typing import Annotated, Literal

from pydantic import Field

from bot.settings.schema.base import Count, Positive, Section, Words

Percent = Annotated[int, Field(strict=True, ge=0, le=100)]


class Tone(Section):
    """How the persona sounds. What the file leaves out is as the preset has it."""

    address: Literal["你", "您"] = "你"
    """How members are addressed; the other one is not used."""

    liked: tuple[Words, ...] = ()
    """Words that suit the persona."""

    banned: tuple[Words, ...] = ()
    """Words the persona never uses; no template and no post may contain them."""

    emoji_budget: Count = 2
    """Emoji allowed in one text."""

    exclamation_budget: Count = 1
    """Exclamation marks allowed in one text."""

    sentence_median: Positive = 30
    """Half of the sentences have at most so many characters."""

    sentence_longest: Positive = 80
    """No sentence has more characters."""

    particles: tuple[Words, ...] = ("呀", "哦", "呢", "吧", "啦")
    """Words with which a sentence softly ends."""

    particles_percent: Percent | None = None
    """Out of a hundred texts so many have one; without a figure, as many as of the samples."""

    self_words: tuple[Words, ...] = ("我",)
    """How the persona calls itself, besides its name."""

    foreign_self_words: tuple[Words, ...] = ("本店", "小编", "客服", "亲亲")
    """How it never calls itself or members, because shops' robots do."""
