"""rewards.yaml, levels: what members are called and may do after all that they have earned."""

from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Count, Section, Words


class Level(Section):
    """A level 等级. It follows from what was earned for ever, never from the balance."""

    name: Words
    """The title."""

    from_points: Count
    """Who has earned so many points in his life has this level."""

    multiplier_percent: Annotated[int, Field(strict=True, ge=100, le=300)] = 100
    """Earning rules pay so much of what they pay; half points are rounded up."""

    more_thanks: Annotated[int, Field(strict=True, ge=0, le=20)] = 0
    """So many more 感谢 a day."""


LEVELS = (
    Level(name="小鱼苗", from_points=0),
    Level(name="小锦鲤", from_points=300),
    Level(name="大锦鲤", from_points=1500, multiplier_percent=125, more_thanks=1),
    Level(name="跃龙门", from_points=6000, multiplier_percent=150, more_thanks=3),
)
"""What holds where rewards.yaml says nothing."""
