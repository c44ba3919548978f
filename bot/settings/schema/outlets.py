"""outlets.yaml: the same content elsewhere: Moments 朋友圈, the Official Account, short videos.

The file need not be there, and neither need its sections: what is not written is not done.
"""

from datetime import time
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import (
    Count,
    Kind,
    LocalTime,
    Pillar,
    Positive,
    Section,
    Weekday,
    Words,
)


class Delivery(StrEnum):
    """How a draft reaches the Moments of employees."""

    COMPANY = "company"
    """企业朋友圈: the platform gives each employee a task, which he confirms in his client."""

    COPY = "copy"
    """Words and pictures in a private message; he posts them by hand."""


class MomentSlot(Section):
    """A time of the week at which a draft is due."""

    at: LocalTime
    """Local time."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = tuple(Weekday)
    """Days of the week; left out: every day."""

    deliver: Delivery = Delivery.COPY
    """company: as a task of the platform; copy: as a message to post by hand."""


class Moments(Section):
    """朋友圈: drafts for the Moments of employees."""

    employees: Annotated[tuple[Words, ...], Field(min_length=1)]
    """User ids of the employees in whose Moments the drafts appear."""

    channel: str = ""
    """Key of the customer contact channel; needed where a slot says deliver: company."""

    slots: Annotated[tuple[MomentSlot, ...], Field(min_length=1)] = (
        MomentSlot(at=time(8, 0)),
        MomentSlot(at=time(12, 30)),
        MomentSlot(at=time(20, 30)),
    )
    """Weekly times."""

    most_a_day: Annotated[int, Field(strict=True, ge=1, le=10)] = 3
    """Most drafts of one day."""

    pillars: dict[Pillar, Count] = {  # noqa: RUF012 (pydantic copies it)
        Pillar.PRODUCT: 30,
        Pillar.BRAND: 15,
        Pillar.INDUSTRY: 25,
        Pillar.USER: 30,
    }
    """内容维度: target shares of drafts in percent; they add up to 100."""

    window_posts: Annotated[int, Field(strict=True, ge=10, le=100)] = 20
    """The mix is kept over so many consecutive drafts."""

    selling_percent: Annotated[int, Field(strict=True, ge=0, le=100)] = 30
    """Of the drafts of a window at most so many percent sell: kind product, promotion, discount."""

    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = (
        Kind.STORY,
        Kind.ACTIVITY,
        Kind.PRODUCT,
        Kind.LESSON,
    )
    """Kinds of items that may appear; red packets and the like belong to groups."""

    item_cooldown_days: Count = 28
    """An item is not repeated within so many days."""

    most_characters: Annotated[int, Field(strict=True, ge=30, le=1300)] = 300
    """A longer text ends sooner, at the end of a sentence; its last question is kept."""

    least_characters: Positive = 30
    """A text of which less is left does not appear."""

    late_minutes: Annotated[int, Field(strict=True, ge=1, le=1440)] = 120
    """A draft that is later than this is skipped, as a visible row."""

    confirm_hours: Annotated[int, Field(strict=True, ge=1, le=72)] = 12
    """Employees have so long to confirm a task of the platform; then it is called off."""

    company_a_month: Count = 4
    """Most tasks of the platform in a month, for customers are shown only so many; the platform
    names no number in its interface, so ask its console. Further ones come as copy."""


class Theme(Section):
    """What an article of the Official Account is called that gathers items of one pillar."""

    pillar: Pillar
    """内容维度 of its items."""

    name: Words
    """What stands in its title."""

    opening: Words
    """Its first paragraph."""

    closing: Words
    """Its last paragraph."""


class AccountDrafts(Section):
    """公众号: drafts of articles."""

    themes: Annotated[tuple[Theme, ...], Field(min_length=1)]
    """One article a week for each of them."""

    notice: Words
    """Stands on top of each draft: that a person has to edit it."""

    items: Annotated[int, Field(strict=True, ge=1, le=20)] = 4
    """Most items of an article."""

    title_characters: Annotated[int, Field(strict=True, ge=10, le=64)] = 64
    """Longest title; the platform's limit is not confirmed."""

    digest_characters: Annotated[int, Field(strict=True, ge=10, le=128)] = 120
    """Longest digest; the platform's limit is not confirmed."""


class Shots(Section):
    """What the three scenes of a script show, and under which words it is found."""

    pillar: Pillar
    """内容维度 of the item."""

    scenes: Annotated[tuple[Words, ...], Field(min_length=3, max_length=3)]
    """What is seen in the three scenes."""

    hashtags: tuple[Words, ...] = ()
    """Words after #, without it."""


class VideoDrafts(Section):
    """短视频: drafts of scripts."""

    shots: Annotated[tuple[Shots, ...], Field(min_length=1)]
    """Pictures and words for each pillar that has scripts."""

    notice: Words
    """Stands on top of each draft: that a person has to edit it."""

    ai_label: Words
    """What has to be shown where a picture or a voice is made by a machine."""

    scripts: Annotated[int, Field(strict=True, ge=1, le=14)] = 3
    """Scripts a week."""

    seconds: Annotated[int, Field(strict=True, ge=15, le=180)] = 45
    """Length of a film; three of them are the opening."""

    screen_characters: Annotated[int, Field(strict=True, ge=6, le=30)] = 14
    """Longest line on the screen."""


class OutletsFile(Section):
    """outlets.yaml."""

    group_words: tuple[Words, ...] = ()
    """A sentence with one of these speaks of the group, and is left out everywhere else."""

    moments: Moments | None = None
    """朋友圈."""

    account: AccountDrafts | None = None
    """公众号."""

    video: VideoDrafts | None = None
    """短视频."""
