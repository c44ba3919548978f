"""Days off and working days in calendar.yaml, and what they do to weekly slots."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import PlainValidator, WithJsonSchema

from bot.settings.schema.base import Section

_DAY = r"\d{4}-\d\d-\d\d"
_DAYS = re.compile(rf"({_DAY})(?:\.\.({_DAY}))?")


class SlotDay(StrEnum):
    """Days as weekly slots name them: by the week, or by whether people work."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    WORKDAY = "workday"
    """Any day on which people work, a weekend that must be made up for included."""

    DAYOFF = "dayoff"
    """Any other day: weekends and official days off."""


class OnHolidays(StrEnum):
    """What becomes of a weekly slot on an official day off 法定节假日."""

    AS_USUAL = "as_usual"
    SKIP = "skip"
    """It rests, as a visible row."""

    ONLY = "only"
    """It is for days off alone, weekends included; on a weekend that is worked it rests."""

    SHIFT = "shift"
    """It moves to the next working day, unless that has a post at this time already."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days in a row, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def _read_days(value: Any) -> Days:
    if isinstance(value, Days):
        return value
    match = _DAYS.fullmatch(str(value)) if isinstance(value, str | date) else None
    try:
        first = date.fromisoformat(match[1] if match else "")
        last = date.fromisoformat(match[2]) if match and match[2] else first
    except ValueError as error:
        raise ValueError("write a day as 2027-01-01, or days as 2027-02-05..2027-02-11") from error
    if last < first:
        raise ValueError("write the earlier day first")
    return Days(first, last)


DaysOfYear = Annotated[
    Days,
    PlainValidator(_read_days),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^({_DAYS.pattern})$",
            "x-form": "a day, or the first and the last day with .. between",
            "examples": ["2027-02-05..2027-02-11"],
        }
    ),
]
"""A day as 2027-01-01, or days as 2027-02-05..2027-02-11."""


class Holidays(Section):
    """Days off and working days of years for which the program has no official table yet.

    What is written here holds in every year, also against the table.
    """

    off: tuple[DaysOfYear, ...] = ()
    """Official days off 放假, weekends among them included."""

    work: tuple[DaysOfYear, ...] = ()
    """Weekends that are worked 调休上班."""

    little_new_year: Literal["north", "south"] = "north"
    """小年: north is the 23rd of the last lunar month 腊月廿三, south the 24th."""
