"""rewards.yaml, earning: what members earn by what they do, and where it stops."""

from typing import Annotated, Final

from pydantic import Field

from bot.settings.schema.base import Count, KeyName, Positive, Section
from bot.settings.schema.members import Act

FORMULA_NAMES: Final = ("characters", "level", "times_today")
"""Numbers that a formula may name: letters and digits of the text, the member's level from 1, and
how often the rule has paid him today already."""

MOST_COOLDOWN_SECONDS: Final = 7 * 24 * 3600
"""What was earned longer ago than this is not looked at one by one."""


class Caps(Section):
    """Limits of one rule for one member; what is left out is not limited in this way."""

    a_day: Positive | None = None
    """In a day of the community."""

    a_week: Positive | None = None
    """In a week, from Monday to Sunday."""

    in_all: Positive | None = None
    """For ever; 1 time for what is paid once only."""


class EarningRule(Section):
    """Who does `act` earns points: a fixed number, a drawn one, or one from a formula."""

    key: KeyName
    """Name used by machines; it counts what was earned, so it never changes."""

    act: Act
    """What the member does."""

    points: Positive
    """What it pays; with `to_points` the least of it."""

    to_points: Count = 0
    """The most of it, drawn evenly or reckoned by `formula` between the two; 0 for none."""

    formula: str = Field(default="", examples=["2 + characters // 20"])
    """A sum over characters, level and times_today, with + - * // min() max(); empty for none."""

    least_characters: Count = 0
    """For messages and questions: a text has so many letters or digits at least."""

    cooldown_seconds: Annotated[int, Field(strict=True, ge=0, le=MOST_COOLDOWN_SECONDS)] = 0
    """After it has paid it pays nothing for so long."""

    most_points: Caps = Caps()
    """Most points of this rule."""

    most_times: Caps = Caps()
    """How often this rule pays at most."""

    beyond_daily_cap: bool = False
    """true: it is no everyday earning, and `most_a_day` does not hold for it."""

    groups: tuple[KeyName, ...] = ()
    """Only in these groups; none listed means everywhere."""


class Earning(Section):
    """积分规则."""

    most_a_day: Positive = 60
    """What one member earns in a day by all rules together, those beyond the daily cap apart."""

    rules: tuple[EarningRule, ...] = ()
    """All rules."""
