"""calendar.yaml: when the bot speaks by itself, and in which mix."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from bot.settings.schema.base import (
    Count,
    KeyName,
    Kind,
    LocalTime,
    Pillar,
    Positive,
    Section,
    Weekday,
    Words,
)
from bot.settings.schema.experiments import Experiment
from bot.settings.schema.games import Games
from bot.settings.schema.holidays import Holidays, OnHolidays, SlotDay
from bot.settings.schema.rollout import ALL, Rollout

TERM_KEYS = (
    "xiaohan", "dahan", "lichun", "yushui", "jingzhe", "chunfen", "guyu", "lixia",
    "xiaoman", "mangzhong", "xiazhi", "xiaoshu", "dashu", "liqiu", "chushu", "bailu",
    "qiufen", "hanlu", "shuangjiang", "lidong", "xiaoxue", "daxue",
)  # fmt: skip
"""Keys of the solar terms 节气 in the order of the year; 清明 and 冬至 are festivals as well."""

SALES_KEYS = ("double_11_presale", "new_year_goods")
"""Keys of the seasons of sales."""

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
        *SALES_KEYS,
        *TERM_KEYS,
    }
)
"""Keys of the node days 节点日 that need no entry in calendar.yaml."""


class Shares(Section):
    """Target shares of posts, in percent; each table adds up to 100."""

    pillars: dict[Pillar, Count]
    """内容维度: brand, product, industry, user."""

    kinds: dict[Kind, Count]
    """内容类型: story, activity, product, red_packet, lesson."""


class OtherMix(Shares):
    """A mix of its own for some groups, days of the week or weeks of the year.

    The first of the list that fits a slot is the slot's; each mix is kept over its own posts.
    """

    key: KeyName
    """Its name in the plan."""

    groups: tuple[Words, ...] = ()
    """Keys of the groups it is for; empty: every group."""

    days: tuple[Weekday, ...] = ()
    """Days of the week it is for; empty: every day."""

    first_day: date | None = None
    """The first day it is for; left out: from the start."""

    last_day: date | None = None
    """The last day it is for; left out: without an end."""


class Mix(Shares):
    """The usual mix."""

    window_posts: Annotated[int, Field(strict=True, ge=10, le=100)] = 28
    """The mix is kept over so many consecutive posts of a group."""

    discount_percent: Annotated[int, Field(strict=True, ge=0, le=100)] = 25
    """Of the posts of a window at most so many percent appeal by a discount (appeal: discount)."""

    others: tuple[OtherMix, ...] = ()
    """Other mixes, for some groups, days of the week or weeks of the year."""


class WeeklySlot(Section):
    """A time of the week at which the bot posts."""

    at: LocalTime
    """Time of day on the group's clock."""

    days: Annotated[tuple[SlotDay, ...], Field(min_length=1)]
    """Days of the week: mon, tue, wed, thu, fri, sat, sun; or workday, dayoff."""

    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    """Kinds that suit this time; the mix decides between them."""

    holidays: OnHolidays = OnHolidays.AS_USUAL
    """On official days off: as_usual, skip (not then), shift (on the next working day instead);
    or only (on days off alone, weekends included)."""

    groups: tuple[Words, ...] = ()
    """Keys of the groups it is for; empty: every group."""

    rollout: Rollout = ALL
    """Where it appears for now: all, a share of the groups as 10%, or the key of one group."""


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


class Talk(Section):
    """No post falls into a lively talk: it waits until members are done, or its patience ends."""

    messages: Count = 5
    """Postponed when members have said so much …; 0: never."""

    within_minutes: Positive = 10
    """… within so many minutes before."""

    minutes: Annotated[int, Field(strict=True, ge=1, le=120)] = 20
    """Postponed by so long …"""

    times: Annotated[int, Field(strict=True, ge=1, le=6)] = 3
    """… and so often; then it is posted all the same."""


class Approval(Section):
    """Who must say yes before something is posted; what nobody approved is not posted."""

    by: Annotated[tuple[Words, ...], Field(min_length=1)]
    """User ids; the yes of one of them is enough."""

    of: tuple[Literal["promotion", "handwritten", "campaign", "adopted", "all"], ...] = ("all",)
    """Which posts: promotion, handwritten, campaign, adopted (from members), or all."""

    ask_hours: Annotated[int, Field(strict=True, ge=1, le=72)] = 24
    """They are asked in private so many hours before."""


class FissionStep(Section):
    """裂变环节: the last lines of a post, inviting members to bring a friend.

    It may never reward sharing itself; rewards hang on the friend's joining and staying.
    """

    key: KeyName
    """Name of the step."""

    where: Literal["everywhere", "robot", "page"] = "everywhere"
    """robot: in groups where members can write to the bot; page: in groups where they act on our
    page; everywhere: both."""

    texts: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Its wordings. A group is not shown the same one again within rest_days."""

    rest_days: Annotated[int, Field(strict=True, ge=1, le=90)] = 7
    """A wording does not come again in a group within so many days."""


DayOfMonth = Annotated[int, Field(strict=True, ge=1, le=31)]
"""A day of the month; a month that is too short keeps it on its last day."""


class NodeDay(Section):
    """A brand's own node day 节点日, every year, or a member day 会员日 of every month.

    One with the key of a built-in season of sales takes its place: platforms move those days.
    """

    key: KeyName
    """Name used by content items (node: KEY)."""

    name: Words
    """As members know it."""

    every: Literal["year", "month"] = "year"
    """year: on day of month; month: on days of every month."""

    month: Annotated[int, Field(strict=True, ge=1, le=12)] | None = None
    """Month, of the solar calendar unless lunar is true; for every: year."""

    day: DayOfMonth | None = None
    """Day of the month, for every: year."""

    days: tuple[DayOfMonth, ...] = ()
    """Days of each month, for every: month."""

    lasts_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 1
    """How many days it lasts, from its day on."""

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

    lock_minutes: Annotated[int, Field(strict=True, ge=1, le=240)] = 30
    """A post is settled so many minutes before; then it can only be skipped any more."""

    talk: Talk = Talk()
    """No post falls into a lively talk."""

    approval: Approval | None = None
    """Who must say yes before something is posted."""

    fission_steps: Annotated[tuple[FissionStep, ...], Field(min_length=1)]
    """Steps in rotation at the end of each post: the wording longest unused in the group is next.
    There must be more wordings than posts within their rest_days."""

    node_days: tuple[NodeDay, ...] = ()
    """The brand's own days, beside the common solar and lunar ones."""

    holidays: Holidays = Holidays()
    """Days off and working days of years that the program has no official table for."""

    experiments: tuple[Experiment, ...] = ()
    """Experiments between variants of items, each with a stated end."""

    games: Games = Games()
    """Games by words in groups."""
