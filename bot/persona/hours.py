"""The parts of a day, by which greetings differ."""

from datetime import datetime
from typing import Final

from bot.settings.schema.templates import DayPart

_BEGINS: Final = (
    (5, DayPart.MORNING),
    (11, DayPart.NOON),
    (14, DayPart.AFTERNOON),
    (18, DayPart.EVENING),
    (23, DayPart.NIGHT),
)


def part_of_day(local: datetime) -> DayPart:
    """Which part of the day a community's local time is in; the night goes on until five."""
    begun = [part for hour, part in _BEGINS if hour <= local.hour]
    return begun[-1] if begun else DayPart.NIGHT
