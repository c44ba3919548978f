"""What there is for Moments on a day: the library, and what members wrote and operators adopted."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache

from bot.outlets.fitting import Fitted, Length, Unfit, fit_all
from bot.outlets.moments import is_for_everybody
from bot.settings.schema.outlets import Moments
from bot.settings.settings import ContentItem, Settings


def shelf_of(
    settings: Settings, moments: Moments, adopted: Sequence[ContentItem] = ()
) -> Callable[[date], tuple[Fitted, ...]]:
    """What fits on a day; looked at once for each day."""

    @cache
    def shelf_on(day: date) -> tuple[Fitted, ...]:
        return look_through(settings, moments, day, adopted)[0]

    return shelf_on


def look_through(
    settings: Settings, moments: Moments, day: date, adopted: Sequence[ContentItem] = ()
) -> tuple[tuple[Fitted, ...], tuple[Unfit, ...]]:
    """What of the kinds that appear at all fits on a day, and why the rest does not."""
    return fit_all(
        (
            item
            for item in (*settings.content, *adopted)
            if item.front.kind in moments.kinds and is_for_everybody(item.front)
        ),
        settings,
        on=day,
        length=Length(moments.least_characters, moments.most_characters),
    )
