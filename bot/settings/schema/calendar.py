"""calendar.yaml: when the bot speaks by itself, and in which mix."""

from typing import Annotated, Literal

from pydantic import Field

from bot.settings.schema.base import (
    Count,
    KeyName,
    Kind,
    LocalTime,
    Pillar,
    Section,
    Weekday,
    Words,
)
from bot.settings.schema.games import Games

BUILT_IN_NODE_KEYS = frozenset(
    {
        "new_year",
        "valentine",
        "womens_day",
        "arbor_day",
        "consumer_day",
        "april_fools",
        "reading_day",
        "labour_day",
        "day_520",
        "childrens_day",
        "mid_year_618",
        "teachers_day",
        "day_99",
        "national_day",
        "double_11",
        "double_12",
        "christmas_eve",
        "christmas",
        "nanjing_memorial",
        "wenchuan_memorial",
        "mothers_day",
        "fathers_day",
        "thanksgiving",
        "black_friday",
        "laba",
        "little_new_year",
        "new_years_eve",
        "spring_festival",
        "lantern",
        "dragon_head",
        "qingming",
        "dragon_boat",
        "qixi",
        "zhongyuan",
        "mid_autumn",
        "double_ninth",
        "winter_solstice",
    }
)
"""Keys of the node days 节点日 that need no entry in calendar.yaml."""


class Mix(Section):
    """Target shares of posts, in percent; each table adds up to 100."""

    window_days: Annotated[int, Field(strict=True, ge=7, le=90)] = 28
    """The mix is kept over so many days."""

    pillars: dict[Pillar, Count]
    """内容维度: brand, product, industry, user."""

    kinds: dict[Kind, Count]
    """内容类型: story, activity, product, red_packet, lesson."""


class WeeklySlot(Section):
    """A time of the week at which the bot posts."""

    at: LocalTime
    """Local time."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    """Days of the week: mon, tue, wed, thu, fri, sat, sun."""

    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    """Kinds that suit this time; the mix decides between them."""


class QuietHours(Section):
    """No post starts in this time."""

    starts: LocalTime
    """From this time in the evening …"""

    ends: LocalTime
    """… until this time in the morning."""


class Late(Section):
    """What happens with a slot whose time passed while the program was down or paused."""

    policy: Literal["publish", "skip", "ask"] = "publish"
    """publish it late, skip it (a visible row), or ask the owners."""

    within_minutes: Annotated[int, Field(strict=True, ge=1, le=1440)] = 60
    """Later than this it is skipped in any case."""


class PostLimits(Section):
    """How much the bot may say by itself."""

    posts_a_day: Annotated[int, Field(strict=True, ge=1, le=20)] = 4
    """Most scheduled posts of one day in one group."""

    gap_minutes: Count = 90
    """Least time between two scheduled posts in one group."""

    item_cooldown_days: Count = 45
    """An item is not repeated in a group within so many days."""


class FissionStep(Section):
    """裂变环节: the last lines of a post, inviting members to bring a friend.

    It may never reward sharing itself; rewards hang on the friend's joining and staying.
    """

    key: KeyName
    """Name of the step."""

    text: Words
    """The lines."""


class NodeDay(Section):
    """A brand's own node day 节点日, every year."""

    key: KeyName
    """Name used by content items (node: KEY)."""

    name: Words
    """As members know it."""

    month: Annotated[int, Field(strict=True, ge=1, le=12)]
    """Month, of the solar calendar unless lunar is true."""

    day: Annotated[int, Field(strict=True, ge=1, le=31)]
    """Day of the month."""

    lunar: bool = False
    """True counts month and day in the lunar calendar."""

    solemn: bool = False
    """True: a day of mourning, on which the bot posts nothing."""


class CalendarFile(Section):
    """calendar.yaml."""

    mix: Mix
    """Target shares of posts."""

    slots: Annotated[tuple[WeeklySlot, ...], Field(min_length=1)]
    """Weekly times."""

    quiet_hours: QuietHours
    """No post starts in this time."""

    late: Late = Late()
    """What happens with slots whose time has passed."""

    limits: PostLimits = PostLimits()
    """How much the bot may say by itself."""

    fission_steps: Annotated[tuple[FissionStep, ...], Field(min_length=1)]
    """Steps in rotation at the end of each post: the one longest unused in the group is next."""

    node_days: tuple[NodeDay, ...] = ()
    """The brand's own days, beside the common solar and lunar ones."""

    games: Games = Games()
    """Games by words in groups."""
